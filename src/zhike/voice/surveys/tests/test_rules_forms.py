"""Pure decisions about forms: whom a question is asked, how long it takes, what an answer may be."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from zhike.methods.scales import SCALES
from zhike.platform.errors import Invalid
from zhike.platform.i18n.labels import LANGUAGES
from zhike.voice.surveys.rules import building, forms
from zhike.voice.surveys.rules.builtin import FORMS, GENERAL, SENIOR
from zhike.voice.surveys.rules.builtin.parts import say
from zhike.voice.surveys.tests.factories import entry, item, section
from zhike.voice.surveys.types import (
    NOT_RELEVANT,
    POINT_LABELS,
    SCALE_LABELS,
    CleanAnswer,
    FormEntry,
    FormView,
    ItemEntry,
    ItemKind,
    ItemView,
    Measure,
    Raw,
    SectionView,
    Stage,
    VersionState,
)


def view(written: FormEntry) -> FormView:
    """A form as it would be read."""
    order = 0
    sections = []
    for place, one in enumerate(written.sections, 1):
        items = []
        for each in one.items:
            order += 1
            values = {name: getattr(each, name) for name in ItemEntry.__dataclass_fields__}
            items.append(ItemView(id=order, section_key=one.key, order=order, **values))
        found = SectionView(id=place, key=one.key, titles=one.titles, stage=one.stage, order=place, items=tuple(items))
        sections.append(found)
    return FormView(
        version_id=1,
        questionnaire_id=1,
        code=written.code,
        number=1,
        state=VersionState.DRAFT,
        audience=written.audience,
        names=written.names,
        intro=written.intro,
        thanks=written.thanks,
        seconds=0,
        published_at=None,
        sections=tuple(sections),
    )


def of(*items: ItemEntry) -> FormView:
    return view(entry(*items))


def codes(form: FormView) -> set[tuple[str, str]]:
    return {(fault.code, fault.key) for fault in forms.form_errors(form)}


def one(**changes: object) -> ItemView:
    return of(item("x", **changes)).items[0]


@pytest.mark.req("SURV-25")
def test_routing__asks_users_only_and_nothing_that_hangs_on_what_was_not_asked() -> None:
    form = of(
        item("claimed", scale="yesno"),
        item("claims", when_key="claimed", when_values=(1,)),
        item("why", kind=ItemKind.TEXT, when_key="claims", when_values=(1, 2)),
        item("ways", kind=ItemKind.MULTIPLE),
        item("mail", when_key="ways", when_values=(2,)),
    )

    def asked(**answers: object) -> list[str]:
        return [found.key for found in forms.asked_items(form, answers)]  # type: ignore[arg-type]

    assert asked() == ["claimed", "ways"]
    assert asked(claimed=0, claims=1) == ["claimed", "ways"]
    assert asked(claimed=1) == ["claimed", "claims", "ways"]
    assert asked(claimed=1, claims=2, ways={1, 2}) == ["claimed", "claims", "why", "ways", "mail"]
    assert asked(claimed=1, claims=None, ways={1}) == ["claimed", "claims", "ways"]
    # 0 is an answer, too.
    no = of(item("used", scale="yesno"), item("why", kind=ItemKind.TEXT, when_key="used", when_values=(0,)))
    assert [found.key for found in forms.asked_items(no, {"used": 0})] == ["used", "why"]


@pytest.mark.req("SURV-09")
def test_estimate__is_the_sum_by_kind() -> None:
    form = of(
        item("a"), item("b", kind=ItemKind.SINGLE), item("c", kind=ItemKind.NUMBER), item("d", kind=ItemKind.TEXT)
    )
    assert forms.estimate(form, 8, 30) == 3 * 8 + 30
    assert forms.estimate(view(SENIOR), 8, 30) == 11 * 8 + 2 * 30
    assert forms.estimate(view(GENERAL), 8, 30) == 18 * 8 + 30


@pytest.mark.req("SURV-02")
@pytest.mark.parametrize(
    ("scale", "lowest", "highest"),
    [
        ("csat3", 1, 3),
        ("csat4", 1, 4),
        ("csat5", 1, 5),
        ("csat10", 1, 10),
        ("ivr0_9", 0, 9),
        ("nps11", 0, 10),
        ("nps5", 1, 5),
        ("ces1", 1, 5),
        ("ces2", 1, 7),
        ("yesno", 0, 1),
    ],
)
def test_answer__on_each_scale_lies_within_it(scale: str, lowest: int, highest: int) -> None:
    question = one(scale=scale)
    for value in range(lowest, highest + 1):
        assert forms.clean_answer(question, str(value)) == CleanAnswer(value=value)
    for wrong in (lowest - 1, highest + 1):
        (problem,) = forms.answer_errors(question, wrong)
        assert problem.code == "out_of_scale"
        assert problem.params == {"lowest": lowest, "highest": highest}


@pytest.mark.req("SURV-02")
@pytest.mark.parametrize(
    ("question", "raw", "kept"),
    [
        (one(scale="csat5"), "４", CleanAnswer(value=4)),
        (one(scale="csat5"), ["3"], CleanAnswer(value=3)),
        (one(kind=ItemKind.SINGLE), "2", CleanAnswer(value=2)),
        (one(kind=ItemKind.MULTIPLE), ["2", "1", "2"], CleanAnswer(choices=(1, 2))),
        (one(kind=ItemKind.NUMBER), " 1,250.5 ", CleanAnswer(amount=Decimal("1250.5"))),
        (one(kind=ItemKind.NUMBER), "－３", CleanAnswer(amount=Decimal(-3))),
        (one(kind=ItemKind.TEXT), "好\x00\r\n谢谢 ", CleanAnswer(text="好\n谢谢")),
        (one(kind=ItemKind.TEXT), NOT_RELEVANT, CleanAnswer(text="na")),
        (one(kind=ItemKind.TEXT, na_allowed=True), NOT_RELEVANT, CleanAnswer(skipped=True)),
        (one(na_allowed=True), NOT_RELEVANT, CleanAnswer(skipped=True)),
        (one(kind=ItemKind.MULTIPLE, na_allowed=True), [NOT_RELEVANT], CleanAnswer(skipped=True)),
        (one(required=False), "", CleanAnswer()),
        (one(required=False), None, CleanAnswer()),
        (one(kind=ItemKind.TEXT, required=False), " \x00 ", CleanAnswer()),
    ],
)
def test_answer__is_kept_as_its_kind_is(question: ItemView, raw: Raw, kept: CleanAnswer) -> None:
    assert forms.clean_answer(question, raw) == kept
    assert forms.answer_errors(question, raw) == []


@pytest.mark.req("SURV-02")
@pytest.mark.parametrize(
    ("question", "raw", "code"),
    [
        (one(), "", "required"),
        (one(), NOT_RELEVANT, "not_relevant"),
        (one(kind=ItemKind.MULTIPLE, na_allowed=True), [NOT_RELEVANT, "1"], "not_relevant"),
        (one(), ["1", "2"], "several"),
        (one(), "1.5", "out_of_scale"),
        (one(), "1_0", "out_of_scale"),
        (one(), "9" * 5_000, "out_of_scale"),
        (one(kind=ItemKind.SINGLE), "3", "unknown_choice"),
        (one(kind=ItemKind.SINGLE), "0", "unknown_choice"),
        (one(kind=ItemKind.MULTIPLE), ["1", "x"], "unknown_choice"),
        (one(kind=ItemKind.NUMBER), "many", "not_number"),
        (one(kind=ItemKind.NUMBER), "1_000", "not_number"),
        (one(kind=ItemKind.NUMBER), "NaN", "not_number"),
        (one(kind=ItemKind.NUMBER), "Infinity", "not_number"),
        (one(kind=ItemKind.NUMBER), "1e999", "too_large"),
        (one(kind=ItemKind.NUMBER), "1e14", "too_large"),
        (one(kind=ItemKind.TEXT), "字" * 4_001, "too_long"),
    ],
)
def test_answer__that_does_not_fit_is_refused_by_the_questions_key(question: ItemView, raw: Raw, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        forms.clean_answer(question, raw)
    assert [(key, error.code) for key, found in refused.value.fields.items() for error in found] == [("x", code)]
    assert refused.value.fields["x"][0].text()


def test_answer__says_what_routing_looks_at_and_whether_it_says_anything() -> None:
    assert (CleanAnswer(value=0).chosen, CleanAnswer(choices=(1, 3)).chosen) == ({0}, {1, 3})
    assert CleanAnswer(skipped=True).chosen == set()
    assert CleanAnswer().is_empty
    assert not any(answer.is_empty for answer in (CleanAnswer(value=0), CleanAnswer(amount=Decimal(0))))
    assert not any(answer.is_empty for answer in (CleanAnswer(skipped=True), CleanAnswer(text="a")))


def test_form__that_is_whole_has_no_fault() -> None:
    assert forms.form_errors(of(item())) == ()


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (view(entry(sections=())), ("no_item", "")),
        (view(entry(sections=(section(), section(item(), key="b")))), ("empty_section", "all")),
        (view(entry(sections=(section(item()), section(item("b"))))), ("key_twice", "all")),
        (of(item(), item()), ("key_twice", "overall")),
        (of(item(scale="stars")), ("unknown_scale", "overall")),
        (of(item(kind=ItemKind.SINGLE, choices=(say("一", "一", "one"),))), ("few_choices", "overall")),
        (of(item(texts={"zh-hans": "好吗？"})), ("untranslated", "overall")),
        (of(item(hints={"en": "Only this once"})), ("untranslated", "overall")),
        (of(item(kind=ItemKind.SINGLE, choices=(say("一", "一", "one"), {"en": "two"}))), ("untranslated", "overall")),
        (view(replace(entry(), names={"en": "Short"})), ("untranslated", "")),
        (view(replace(entry(), intro={"en": "Hello"})), ("untranslated", "")),
        (of(item(measure=Measure.EFFORT)), ("measure_scale", "overall")),
        (of(item("a", measure=Measure.OVERALL), item("b", measure=Measure.OVERALL)), ("measure_twice", "b")),
        (of(item("a", when_key="b", when_values=(1,)), item("b")), ("routing_unknown", "a")),
        (of(item("a", when_key="a", when_values=(1,))), ("routing_unknown", "a")),
        (of(item("a"), item("b", when_key="gone", when_values=(1,))), ("routing_unknown", "b")),
        (of(item("a"), item("b", when_key="a", when_values=(6,))), ("routing_unreachable", "b")),
        (of(item("a", kind=ItemKind.TEXT), item("b", when_key="a", when_values=(1,))), ("routing_unreachable", "b")),
        (of(item("a"), item("b", when_values=(1,))), ("routing_unknown", "b")),
        (of(item("a", weight=Decimal("0.5"))), ("weight_alone", "a")),
    ],
)
def test_form__says_why_it_cannot_be_published(form: FormView, fault: tuple[str, str]) -> None:
    assert fault in codes(form)
    assert all(found.text() for found in forms.form_errors(form))


@pytest.mark.req("SURV-12")
def test_form__weights_of_a_driver_sum_to_one_or_are_shared_equally() -> None:
    def weighted(*weights: str | None) -> FormView:
        given = [Decimal(weight) if weight else None for weight in weights]
        return of(*(item(f"q{n}", driver="speed", weight=weight) for n, weight in enumerate(given)))

    assert codes(weighted("0.5", "0.4")) == {("weights", "q0")}
    assert codes(weighted("0.5", None)) == {("weights", "q0")}
    assert codes(weighted("0.6", "0.4")) == set()
    assert codes(weighted("0.3333", "0.3333", "0.3333")) == set()
    assert forms.equal_weights(weighted("0.6", "0.4").items) == {}
    three = forms.equal_weights(weighted(None, None, None).items)
    assert three == {"q0": Decimal("0.3333"), "q1": Decimal("0.3333"), "q2": Decimal("0.3334")}


@pytest.mark.req("SURV-14")
def test_form__with_recommendation_alone_is_refused_with_the_reason() -> None:
    nps = item("recommend", scale="nps11", measure=Measure.RECOMMEND)
    faults = forms.form_errors(of(nps, item("why", kind=ItemKind.TEXT)))
    assert [fault.code for fault in faults] == ["nps_alone"]
    with translation.override("en"):
        assert "together with satisfaction" in faults[0].text()
    assert codes(of(replace(nps, scale="nps5"))) == {("nps_alone", "")}
    # Effort is no satisfaction, and without the mark of a measure it is the same question.
    assert codes(of(nps, item("effort", scale="ces1"))) == {("nps_alone", "")}
    assert codes(of(replace(nps, measure=Measure.NONE))) == {("nps_alone", "")}
    assert codes(of(nps, item())) == set()


def test_scales__every_one_of_the_registry_has_its_words_in_three_languages() -> None:
    assert set(SCALE_LABELS) == set(POINT_LABELS) == set(SCALES)
    for scale in SCALES.values():
        assert set(POINT_LABELS[scale.id]) <= set(scale.levels)
        assert {scale.min, scale.max} <= set(POINT_LABELS[scale.id])
        assert sorted(value for value, _label in forms.points(scale.id)) == list(scale.levels)
    best_first = [(4, "很满意"), (3, "满意"), (2, "一般"), (1, "不满意")]
    with translation.override("zh-hans"):
        assert [(value, str(label)) for value, label in forms.points("csat4")] == best_first
        assert [value for value, _label in forms.points("nps11")] == list(range(11))
        assert [value for value, _label in forms.points("ces1")] == [1, 2, 3, 4, 5]
    words = {}
    for language in LANGUAGES:
        with translation.override(language):
            words[language] = [str(label) for _value, label in forms.points("csat5")]
    assert len({tuple(found) for found in words.values()}) == 3


@pytest.mark.req("SURV-03")
def test_builtin__the_senior_form_asks_four_four_and_five() -> None:
    assert [len(part.items) for part in SENIOR.sections] == [4, 4, 5]
    assert {each.scale for each in SENIOR.sections[1].items} == {"csat4"}


@pytest.mark.req("SURV-04")
def test_builtin__the_general_form_asks_two_four_seven_and_six_along_the_service() -> None:
    assert [len(part.items) for part in GENERAL.sections] == [2, 4, 7, 6]
    assert [part.stage for part in GENERAL.sections] == [Stage.BEFORE, Stage.DURING, Stage.AFTER, Stage.OTHER]


@pytest.mark.parametrize("written", FORMS, ids=lambda found: found.code)
def test_builtin__each_can_be_published_as_it_is_and_answered_within_three_minutes(written: FormEntry) -> None:
    assert building.entry_errors(written) == {}
    assert forms.form_errors(view(written)) == ()
    assert forms.estimate(view(written), 8, 30) <= 180
    assert any(each.measure is Measure.OVERALL for part in written.sections for each in part.items)


@pytest.mark.req("SURV-15")
def test_builtin__effort_is_asked_from_one_to_five_and_little_effort_is_low() -> None:
    asked = {
        form.code: (each.scale, each.texts["en"])
        for form in FORMS
        for part in form.sections
        for each in part.items
        if each.measure is Measure.EFFORT
    }
    effort = ("ces1", "How much effort did you personally need to get your request handled?")
    assert asked == {"relationship": effort, "contact-5": effort}
    with translation.override("en"):
        assert [(value, str(label)) for value, label in forms.points("ces1")][:2] == [
            (1, "Very little effort"),
            (2, "Little effort"),
        ]


# --- The builder's changes --------------------------------------------------------------------------------------------


def keys(written: FormEntry) -> list[list[str]]:
    return [[each.key for each in part.items] for part in written.sections]


def two_parts() -> FormEntry:
    return entry(
        sections=(
            section(item("a"), item("b", when_key="a", when_values=(1,)), key="one"),
            section(item("c", when_key="a", when_values=(2,)), key="two"),
        )
    )


def test_builder__moves_questions_through_the_parts_and_parts_among_themselves() -> None:
    form = two_parts()
    assert keys(building.moved(form, "b", part=False, up=True)) == [["b", "a"], ["c"]]
    assert keys(building.moved(form, "b", part=False, up=False)) == [["a"], ["b", "c"]]
    assert keys(building.moved(form, "c", part=False, up=True)) == [["a", "b", "c"], []]
    assert building.moved(form, "a", part=False, up=True) == form
    assert building.moved(form, "c", part=False, up=False) == form
    assert keys(building.moved(form, "two", part=True, up=True)) == [["c"], ["a", "b"]]
    assert building.moved(form, "two", part=True, up=False) == form


def test_builder__writes_adds_and_takes_away() -> None:
    form = two_parts()
    renamed = building.with_item(form, "one", item("first"), "a")
    assert keys(renamed) == [["first", "b"], ["c"]]
    assert [each.when_key for part in renamed.sections for each in part.items] == ["", "first", "first"]
    assert keys(building.with_item(form, "two", item("a"), "a")) == [["b"], ["c", "a"]]
    assert keys(building.with_item(form, "two", item("d"))) == [["a", "b"], ["c", "d"]]
    assert keys(building.without(form, "b", part=False)) == [["a"], ["c"]]
    assert keys(building.without(form, "one", part=True)) == [["c"]]
    assert keys(building.with_section(form, section(key="uno"), "one")) == [["a", "b"], ["c"]]
    assert keys(building.with_section(form, section(key="three"))) == [["a", "b"], ["c"], []]
    assert building.free_key(form, "q") == "q1"
    assert building.free_key(building.with_item(form, "two", item("q1")), "q") == "q2"
    assert building.entry_of(view(form)) == form


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (entry(code="a b"), "code"),
        (entry(code="new"), "code"),
        (entry(names={}), "names"),
        (entry(names={"en": "x" * 121}), "names"),
        (entry(intro={"en": "x" * 1_001}), "intro"),
        (entry(item("a"), item("a")), "key"),
        (entry(item("a b")), "key"),
        (entry(item(scale="stars")), "scale"),
        (entry(item(kind=ItemKind.TEXT, scale="csat5")), "scale"),
        (entry(item(kind=ItemKind.TEXT, measure=Measure.OVERALL)), "measure"),
        (entry(item("a", measure=Measure.OVERALL), item("b", measure=Measure.OVERALL)), "measure"),
        (entry(item(kind=ItemKind.TEXT, choices=(say("一", "一", "one"),))), "choices"),
        (entry(item(kind=ItemKind.SINGLE, choices=(say("一", "一", "one"),) * 31)), "choices"),
        (entry(item(texts={})), "texts"),
        (entry(item(driver="x y")), "driver"),
        (entry(item(weight=Decimal(0))), "weight"),
        (entry(item(weight=Decimal("NaN"))), "weight"),
        (entry(item(when_key="a")), "when_values"),
        (entry(item(when_key="a", when_values=(10**9,))), "when_values"),
        (entry(*(item(f"q{n}") for n in range(61))), "items"),
        (entry(sections=tuple(section(key=f"p{n}") for n in range(13))), "sections"),
    ],
)
def test_builder__what_no_draft_may_be_is_named_by_its_field(written: FormEntry, field: str) -> None:
    assert field in building.entry_errors(written)
