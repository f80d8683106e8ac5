"""What a form asks of whom, how long it takes, what an answer may be, and what keeps a form from being published."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from zhike.methods.scales import SCALES, Kind
from zhike.platform.errors import FieldError, Invalid
from zhike.platform.i18n.labels import LANGUAGES, missing
from zhike.platform.ui.forms import narrow
from zhike.voice.surveys.types import (
    JOURNEY_OF_STAGE,
    JUDGING,
    MAX_ANSWER,
    MOST_ITEMS,
    NOT_RELEVANT,
    POINT_LABELS,
    CleanAnswer,
    FormFault,
    FormView,
    ItemKind,
    ItemView,
    Journey,
    Label,
    Measure,
    Raw,
    SectionView,
    Texts,
)

CHOOSING = frozenset({ItemKind.SINGLE, ItemKind.MULTIPLE})
# Weights have four decimals: three thirds are 0.9999.
NEAR_ONE = Decimal("0.0005")
LARGEST = Decimal(10) ** 14
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
# What each measure is asked on; other scales would say something else.
MEASURED_ON: Mapping[Measure, frozenset[Kind]] = {
    Measure.OVERALL: frozenset({Kind.SATISFACTION}),
    Measure.RECOMMEND: frozenset({Kind.RECOMMENDATION}),
    Measure.EFFORT: frozenset({Kind.EFFORT}),
    Measure.CHANGED: frozenset({Kind.SATISFACTION, Kind.YES_NO}),
}


def kept_texts(texts: Texts) -> dict[str, str]:
    """The languages that have a text."""
    return {code: text for code in LANGUAGES if (text := str(texts.get(code, "")).replace("\0", "").strip())}


def values_of(item: ItemView) -> range:
    """What `value` or `choices` of an answer to this item may be; empty for numbers and texts."""
    if item.kind is ItemKind.SCALE:
        found = SCALES.get(item.scale)
        return found.levels if found else range(0)
    return range(1, len(item.choices) + 1) if item.kind in CHOOSING else range(0)


def points(scale: str) -> tuple[tuple[int, Label], ...]:
    """The points of a scale in the order in which they are offered, each with its word or ''.

    Where every point has a word the best stands first; rows of numbers begin with the lowest.
    """
    levels, words = SCALES[scale].levels, POINT_LABELS[scale]
    shown = reversed(levels) if len(words) == len(levels) and SCALES[scale].higher_is_better else levels
    return tuple((level, words.get(level, "")) for level in shown)


def asked_items(form: FormView, answers: Mapping[str, Collection[int] | int | None]) -> tuple[ItemView, ...]:
    """The items that somebody with these answers (by key) is asked.

    An item whose condition was not asked itself, was skipped or is not answered yet, is not asked.
    """
    asked: dict[str, ItemView] = {}
    for item in form.items:
        if item.when_key:
            said = answers.get(item.when_key) if item.when_key in asked else None
            chosen = {said} if isinstance(said, int) else set(said or ())
            if not chosen & set(item.when_values):
                continue
        asked[item.key] = item
    return tuple(asked.values())


def estimate(form: FormView, seconds_choice: int, seconds_text: int) -> int:
    """Seconds to answer everything that the form may ask."""
    return sum(seconds_text if item.kind is ItemKind.TEXT else seconds_choice for item in form.items)


# --- One answer -------------------------------------------------------------------------------------------------------


def answer_errors(item: ItemView, raw: Raw) -> list[FieldError]:
    """What is wrong with an answer; empty where nothing is."""
    try:
        clean_answer(item, raw)
    except Invalid as error:
        return error.fields[item.key]
    return []


def clean_answer(item: ItemView, raw: Raw) -> CleanAnswer:
    """The answer as it is kept; raises Invalid that names the item by its key.

    `raw` is what a field, several fields of one name, or a program sent; NOT_RELEVANT says that it is not relevant.
    """
    given = _given(raw)
    if not given:
        if item.required:
            raise _wrong(item, "required", _("Please answer this question."))
        return CleanAnswer()
    # A text may happen to be this word.
    if NOT_RELEVANT in given and (item.na_allowed or item.kind is not ItemKind.TEXT):
        if not item.na_allowed or len(given) > 1:
            raise _wrong(item, "not_relevant", _("“Not relevant” cannot be chosen here."))
        return CleanAnswer(skipped=True)
    if item.kind is ItemKind.MULTIPLE:
        return CleanAnswer(choices=tuple(sorted({_value(item, one) for one in given})))
    if len(given) > 1:
        raise _wrong(item, "several", _("Only one answer is possible here."))
    if item.kind is ItemKind.NUMBER:
        return CleanAnswer(amount=_amount(item, given[0]))
    if item.kind is ItemKind.TEXT:
        return CleanAnswer(text=_text(item, given[0]))
    return CleanAnswer(value=_value(item, given[0]))


def _given(raw: Raw) -> list[str]:
    found = [raw] if isinstance(raw, str | int | Decimal) else list(raw or ())
    return [text for one in found if (text := str(one).replace("\0", "").replace("\r\n", "\n").strip())]


def _text(item: ItemView, text: str) -> str:
    if len(text) > MAX_ANSWER:
        raise _wrong(item, "too_long", _("At most %(most)s characters."), most=f"{MAX_ANSWER:,}")
    return text


def _value(item: ItemView, text: str) -> int:
    digits = narrow(text).strip()
    # As digits only: int() also takes 1_0, and endless ones.
    value = int(digits) if re.fullmatch(r"\d{1,4}", digits, re.ASCII) else None
    allowed = values_of(item)
    if value is None or value not in allowed:
        if item.kind is ItemKind.SCALE and allowed:
            lowest, highest = allowed[0], allowed[-1]
            raise _wrong(
                item,
                "out_of_scale",
                _("Choose a point from %(lowest)s to %(highest)s."),
                lowest=lowest,
                highest=highest,
            )
        raise _wrong(item, "unknown_choice", _("Choose one of the answers offered."))
    return value


def _amount(item: ItemView, text: str) -> Decimal:
    digits = narrow(text).strip()
    if _THOUSANDS.match(digits):
        digits = digits.replace(",", "")
    try:
        amount = Decimal(digits) if "_" not in digits else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise _wrong(item, "not_number", _("Write a number, such as 12 or 12.5."))
    if abs(amount) >= LARGEST:
        raise _wrong(item, "too_large", _("This number is too large."))
    return amount.quantize(Decimal("0.0001"))


def _wrong(item: ItemView, code: str, message: Label, **params: object) -> Invalid:
    return Invalid.of(item.key, code, message, **params)


# --- Why a form cannot be published -----------------------------------------------------------------------------------


def form_errors(form: FormView) -> tuple[FormFault, ...]:
    """Everything that keeps a form from being published, in the order of the form; empty where nothing does."""
    return (
        *_whole_faults(form),
        *_section_faults(form),
        *(fault for item in form.items for fault in _item_faults(item)),
        *_routing_faults(form.items),
        *_measure_faults(form.items),
        *_weight_faults(form.items),
    )


def _untranslated(texts: Sequence[Texts], key: str = "") -> Iterator[FormFault]:
    if any(missing(one) for one in texts):
        yield FormFault(code="untranslated", message=_("A text is missing in one of the three languages."), key=key)


def _whole_faults(form: FormView) -> Iterator[FormFault]:
    if not form.items:
        yield FormFault(code="no_item", message=_("The form asks nothing yet."))
    if len(form.items) > MOST_ITEMS:
        yield FormFault(
            code="too_many", message=_("A form has at most %(most)s questions."), params={"most": MOST_ITEMS}
        )
    # What is said before and after may be left out, but not in one language only.
    yield from _untranslated([form.names, *(texts for texts in (form.intro, form.thanks) if kept_texts(texts))])
    kinds = {SCALES[item.scale].kind for item in form.items if item.scale in SCALES}
    if Kind.RECOMMENDATION in kinds and Kind.SATISFACTION not in kinds:
        yield FormFault(
            code="nps_alone",
            message=_(
                "Recommendation (NPS) is only asked together with satisfaction: it states an intention and says not "
                "why. Add a question on a scale of satisfaction."
            ),
        )


def _section_faults(form: FormView) -> Iterator[FormFault]:
    for section in form.sections:
        if not section.items:
            yield FormFault(code="empty_section", message=_("This part has no question."), key=section.key)
        yield from _untranslated([section.titles], section.key)
    for key, count in Counter([section.key for section in form.sections]).items():
        if count > 1:
            yield FormFault(code="key_twice", message=_("Two parts have this key."), key=key)
    for key, count in Counter([item.key for item in form.items]).items():
        if count > 1:
            yield FormFault(code="key_twice", message=_("Two questions have this key."), key=key)


def _item_faults(item: ItemView) -> Iterator[FormFault]:
    hints = [item.hints] if kept_texts(item.hints) else []
    yield from _untranslated([item.texts, *hints, *item.choices], item.key)
    if item.kind is ItemKind.SCALE and item.scale not in SCALES:
        yield FormFault(code="unknown_scale", message=_("Choose a scale of the list."), key=item.key)
    if item.kind in CHOOSING and len(item.choices) < 2:  # noqa: PLR2004 - one is no choice
        yield FormFault(code="few_choices", message=_("Offer at least two answers."), key=item.key)
    kinds = MEASURED_ON.get(item.measure)
    scale = SCALES.get(item.scale)
    if kinds is not None and (scale is None or scale.kind not in kinds):
        yield FormFault(
            code="measure_scale",
            message=_("What this question measures is asked on another kind of scale."),
            key=item.key,
        )


def _routing_faults(items: Sequence[ItemView]) -> Iterator[FormFault]:
    earlier: dict[str, ItemView] = {}
    for item in items:
        if item.when_key:
            on = earlier.get(item.when_key)
            if on is None:
                yield FormFault(
                    code="routing_unknown",
                    message=_("The question on which this one depends does not stand before it."),
                    key=item.key,
                )
            elif not item.when_values or not set(item.when_values) <= set(values_of(on)):
                yield FormFault(
                    code="routing_unreachable",
                    message=_("It depends on answers that the other question does not offer."),
                    key=item.key,
                )
        elif item.when_values:
            yield FormFault(code="routing_unknown", message=_("Say on which question this one depends."), key=item.key)
        earlier.setdefault(item.key, item)


def _measure_faults(items: Sequence[ItemView]) -> Iterator[FormFault]:
    seen: set[Measure] = set()
    for item in items:
        if item.measure in seen:
            yield FormFault(code="measure_twice", message=_("Another question measures this already."), key=item.key)
        if item.measure is not Measure.NONE:
            seen.add(item.measure)


def _weight_faults(items: Sequence[ItemView]) -> Iterator[FormFault]:
    by_driver: dict[str, list[ItemView]] = defaultdict(list)
    for item in items:
        if item.driver:
            by_driver[item.driver].append(item)
        elif item.weight is not None:
            yield FormFault(code="weight_alone", message=_("A weight counts within a driver: name it."), key=item.key)
    for driver, found in by_driver.items():
        given = [item.weight for item in found if item.weight is not None]
        # None given: they count alike, and publishing writes it down.
        total = sum(given, Decimal(0))
        if given and (len(given) < len(found) or abs(total - 1) > NEAR_ONE):
            yield FormFault(
                code="weights",
                message=_("The weights of driver “%(driver)s” sum to %(sum)s, not to 1."),
                key=found[0].key,
                params={"driver": driver, "sum": f"{total.normalize():f}"},
            )


def equal_weights(items: Sequence[ItemView]) -> dict[str, Decimal]:
    """By key, the weights of items whose driver has none: equal, and exactly 1 together."""
    by_driver: dict[str, list[ItemView]] = defaultdict(list)
    for item in items:
        if item.driver:
            by_driver[item.driver].append(item)
    found: dict[str, Decimal] = {}
    for same in by_driver.values():
        if any(item.weight is not None for item in same):
            continue
        each = (Decimal(1) / len(same)).quantize(Decimal("0.0001"))
        found |= {item.key: each for item in same[:-1]}
        found[same[-1].key] = 1 - each * (len(same) - 1)
    return found


def journey_of(section: SectionView, item: ItemView) -> Journey:
    """Where on the customer's way a question stands: as its part says, else its stage of the service, else its measure.

    `facts` says the same in SQL.
    """
    if section.journey is not Journey.NONE:
        return section.journey
    if (found := JOURNEY_OF_STAGE.get(section.stage)) is not None:
        return found
    return Journey.EVALUATE if item.measure in JUDGING else Journey.NONE
