from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from zhike.platform.errors import Forbidden, Invalid
from zhike.record.agreements import actions, queries
from zhike.record.agreements.forms import StandardForm
from zhike.record.agreements.models import Standard, VagueWord
from zhike.record.agreements.queries.standards import sentence, spoken
from zhike.record.agreements.rules.standards import has_number, vague_in
from zhike.record.agreements.tests.factories import NOW, SETUP, TODAY, standard, standard_entry
from zhike.record.agreements.types import SPOKEN, Measure, StandardUnit, Vague, VagueKind
from zhike.record.organization.tests import factories as organization

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30分钟内回复", True),
        ("两小时内回复", True),
        ("３０分钟", True),
        ("百分之五以内", True),
        ("及时回复", False),
        ("一律及时", False),
        ("reply promptly", False),
    ],
)
def test_number__is_digits_or_han_numerals_before_a_unit(text: str, expected: bool) -> None:  # noqa: FBT001
    assert has_number(text) is expected


def test_vague__latin_words_are_whole_and_han_words_anywhere() -> None:
    words = [Vague("soon", VagueKind.SPEED), Vague("及时", VagueKind.SPEED), Vague("good", VagueKind.CARE)]
    assert vague_in("Goods arrive SOON", words) == [words[0]]
    assert vague_in("对客户来函及时答复", words) == [words[1]]
    assert vague_in("sooner or later", words) == []


@pytest.mark.django_db
@pytest.mark.req("AGRE-03")
@pytest.mark.parametrize(
    ("field", "text", "word", "instead"),
    [
        ("measure", "及时回复客户", "及时", "within how many minutes"),
        ("measure", "儘快處理", "儘快", "within how many minutes"),
        ("condition", "reply promptly", "promptly", "within how many minutes"),
        ("object", "认真填写的运单", "认真", "what can be counted"),
        ("measure", "積極聯絡", "積極", "what can be counted"),
        ("measure", "尽量减少破损", "尽量", "how many or what share"),
    ],
)
def test_standard__vague_words_without_a_number_are_refused_with_what_to_write(
    field: str, text: str, word: str, instead: str
) -> None:
    before = Standard.objects.count()
    with pytest.raises(Invalid) as refused, translation.override("en"):
        actions.write_standard(actor=SETUP, entry=standard_entry(**{field: text}), now=NOW)
    with translation.override("en"):
        (found,) = refused.value.fields[field]
        assert (found.code, word in found.text(), instead in found.text()) == ("vague", True, True)
    assert Standard.objects.count() == before
    better: dict[str, Any] = {field: f"{text} 30 min"}
    assert standard(**better).startswith("ST-")


@pytest.mark.django_db
@pytest.mark.req("AGRE-03")
def test_standards__every_one_in_force_has_a_number() -> None:
    standard()
    standard(number=Decimal("98.5"), unit=StandardUnit.PERCENT, measure="应签收票数中当日签收的比例")
    with pytest.raises(Invalid) as refused:
        actions.write_standard(actor=SETUP, entry=standard_entry(number=None), now=NOW)
    assert set(refused.value.fields) == {"number"}
    found = queries.numbered(actor=SETUP, day=TODAY)
    assert (found.numbered, found.standards) == (2, 2)


@pytest.mark.django_db
def test_standard__says_all_its_parts_in_the_readers_language() -> None:
    code = standard(condition="工作日9:00至18:00")
    (row,) = queries.standard_versions(actor=SETUP, code=code)
    with translation.override("en"):
        assert sentence(row) == "客户来函: 首次回复用时 at most 30 minutes (工作日9:00至18:00)"
    with translation.override("zh-hans"):
        assert sentence(row, Decimal(15)) == "客户来函：首次回复用时不超过15分钟（工作日9:00至18:00）"


@pytest.mark.django_db
def test_standard__a_new_version_ends_the_one_before_and_history_stays() -> None:
    code = standard()
    with pytest.raises(Invalid) as refused:
        standard(code=code, valid_from=date(2026, 1, 1))
    assert set(refused.value.fields) == {"valid_from"}
    assert standard(code=code, number=Decimal(20), valid_from=TODAY) == code
    new, old = queries.standard_versions(actor=SETUP, code=code)
    assert (new.version, new.number, new.valid_until) == (2, Decimal(20), None)
    assert (old.version, old.number, old.valid_until) == (1, Decimal(30), TODAY - DAY)
    assert [row.version for row in queries.standards_on(actor=SETUP, day=TODAY - DAY)] == [1]
    actions.end_standard(actor=SETUP, code=code, last_day=TODAY, now=NOW)
    assert queries.standards_on(actor=SETUP, day=TODAY + DAY) == []


@pytest.mark.django_db
def test_standard__of_a_clock_counts_in_time() -> None:
    with pytest.raises(Invalid) as refused:
        standard(clock=Measure.SOLUTION, unit=StandardUnit.PERCENT)
    assert set(refused.value.fields) == {"unit"}
    with pytest.raises(Invalid) as other:
        standard(unit=StandardUnit.OTHER)
    assert set(other.value.fields) == {"unit_text"}


@pytest.mark.django_db
def test_words__are_kept_by_people_of_quality() -> None:
    assert VagueWord.objects.filter(active=True).count() > 70
    with pytest.raises(Forbidden):
        actions.set_vague_word(actor=organization.actor(), word="体贴", kind=VagueKind.CARE, now=NOW)
    assert not VagueWord.objects.filter(word="体贴").exists()
    quality = organization.actor(roles=("quality",))
    actions.set_vague_word(actor=quality, word="体贴", kind=VagueKind.CARE, now=NOW)
    with pytest.raises(Invalid):
        standard(measure="体贴服务")
    actions.set_vague_word(actor=quality, word="体贴", kind=VagueKind.CARE, active=False, now=NOW)
    assert standard(measure="体贴服务").startswith("ST-")


def row(**given: Any) -> None:
    values = {
        "code": "ST-1", "object": "a", "measure": "b", "bound": "at_most", "number": 1, "unit": "hours",
        "valid_from": TODAY, "source": "s", "made_at": NOW, **given,
    }  # fmt: skip
    Standard.objects.create(**values)


def _again(**given: Any) -> None:
    row()
    row(**given)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "violate"),
    [
        ("standard_version_once", lambda: _again(valid_from=TODAY + DAY)),
        ("standard_no_overlap", lambda: _again(version=2, valid_from=TODAY + DAY)),
        ("standard_bound_known", lambda: row(bound="about")),
        ("standard_unit_known", lambda: row(unit="mood")),
        ("standard_unit_written", lambda: row(unit="other")),
        ("standard_says_everything", lambda: row(object="")),
        ("standard_number_not_negative", lambda: row(number=-1)),
        ("standard_clock_in_time", lambda: row(clock="solution", unit="percent")),
        ("standard_span_right", lambda: row(valid_until=TODAY - DAY)),
        ("vague_word_once", lambda: VagueWord.objects.create(word="及时", kind="speed")),
        ("vague_word_kind_known", lambda: VagueWord.objects.create(word="x", kind="mood")),
    ],
)
def test_constraint__refuses(name: str, violate: Callable[[], None]) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        violate()


THREE = {
    "object": {"zh-hans": "客户来函", "en": "Letters of customers"},
    "measure": {"zh-hans": "首次回复用时", "zh-hant": "首次回覆時間", "en": "Time to the first reply"},
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", "客户来函：首次回复用时不超过30分钟"),
        ("zh-hant", "客户来函：首次回覆時間不超過30分鐘"),
        ("en", "Letters of customers: Time to the first reply at most 30 minutes"),
    ],
)
def test_standard__is_read_in_the_readers_language_else_in_the_nearest(language: str, said: str) -> None:
    standard(texts=THREE)
    # Written before there were several languages.
    plain = standard()
    with translation.override(language):
        rows = {row.code: sentence(row) for row in Standard.objects.all()}
        assert "客户来函" in rows.pop(plain)
        assert list(rows.values()) == [said]


@pytest.mark.django_db
def test_standard__a_translation_alone_does_not_hide_what_was_agreed() -> None:
    standard(texts={"object": {"en": "Letters"}, "measure": {"en": "Time to the first reply"}})
    row = Standard.objects.get()
    assert [spoken(row, "object", code) for code in ("zh-hans", "zh-hant", "en")] == ["客户来函", "客户来函", "Letters"]


@pytest.mark.django_db
def test_form__what_is_shown_for_want_of_a_translation_is_not_saved_as_one() -> None:
    standard(texts={"object": {"zh-hans": "客户来函"}, "measure": {"zh-hans": "首次回复用时"}})
    last = Standard.objects.get()
    shown = {name: getattr(last, name) for name in ("bound", "number", "unit", "valid_from", "source")}
    with translation.override("en"):
        shown |= {name: spoken(last, name) for name in SPOKEN}
        shown |= {"object_zh-hans": "客户来函", "measure_zh-hans": "首次回复用时"}
        for typed, english in ((shown, {}), ({**shown, "object": "Letters"}, {"en": "Letters"})):
            form = StandardForm(typed, initial=shown)
            form.borrow(last.texts)
            assert form.is_valid(), form.errors
            assert form.entry().texts["object"] == {"zh-hans": "客户来函", **english}
            assert form.entry().texts["measure"] == {"zh-hans": "首次回复用时"}


@pytest.mark.django_db
def test_standard__every_language_is_held_to_the_same_rules() -> None:
    for texts, field, code in (
        ({"measure": {"en": "reply promptly"}}, "measure", "vague"),
        ({"object": {"en": "x" * 201}}, "object", "too_long"),
        ({"object": {"fr": "Lettres"}}, "texts", "unknown"),
        ({"source": {"en": "x"}}, "texts", "unknown"),
    ):
        with pytest.raises(Invalid) as refused:
            standard(texts=texts)
        assert [(name, errors[0].code) for name, errors in refused.value.fields.items()] == [(field, code)]
    assert Standard.objects.count() == 0


@pytest.mark.django_db
def test_form__is_written_in_the_writers_language_and_the_others_below() -> None:
    given = {
        "object": "Letters",
        "object_zh-hans": "客户来函",
        "measure": "Time to the first reply",
        "bound": "at_most",
        "number": "30",
        "unit": "minutes",
        "valid_from": "2026-01-01",
        "source": "Board 2026-1",
    }
    with translation.override("en"):
        form = StandardForm(given)
        assert form.is_valid(), form.errors
        entry = form.entry()
        assert "object_en" not in form.fields
    assert entry.texts == {
        "object": {"en": "Letters", "zh-hans": "客户来函"},
        "measure": {"en": "Time to the first reply"},
    }
