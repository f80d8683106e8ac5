"""Writing a form: what may be kept as a draft, and each change of the builder as a new entry."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from zhike.methods.scales import SCALES
from zhike.platform.errors import FieldError, NotFound
from zhike.voice.surveys.rules.forms import CHOOSING, kept_texts
from zhike.voice.surveys.types import (
    MAX_HINT,
    MAX_INTRO,
    MAX_QUESTION,
    MOST_CHOICES,
    MOST_ITEMS,
    MOST_SECTIONS,
    FormEntry,
    FormView,
    ItemEntry,
    ItemKind,
    Label,
    Measure,
    SectionEntry,
    Texts,
)

KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
MOST_VALUES = 30
LARGEST_VALUE = 1_000
# The address of a form is its code; these words are addresses themselves.
RESERVED = frozenset({"new", "install"})
Errors = dict[str, list[FieldError]]
Keyed = TypeVar("Keyed", ItemEntry, SectionEntry)


# --- What may be kept -------------------------------------------------------------------------------------------------


def entry_errors(entry: FormEntry) -> Errors:
    """What keeps a draft from being kept, by the field of whoever wrote it; empty where nothing does.

    A draft may be unfinished: only `form_errors` says whether it can be published.
    """
    found: Errors = {}
    for name, error in (*_about_errors(entry), *_content_errors(entry)):
        found.setdefault(name, []).append(error)
    return found


def _about_errors(entry: FormEntry) -> Iterator[tuple[str, FieldError]]:
    if not KEY.fullmatch(entry.code) or entry.code in RESERVED:
        yield "code", FieldError("wrong", _("Letters, digits, - and _; at most 40, and not “new” or “install”."))
    if not kept_texts(entry.names):
        yield "names", FieldError("required", _("Give a name in at least one language."))
    yield from _long("names", [entry.names], 120)
    yield from _long("intro", [entry.intro], MAX_INTRO)
    yield from _long("thanks", [entry.thanks], MAX_INTRO)


def _content_errors(entry: FormEntry) -> Iterator[tuple[str, FieldError]]:
    items = [item for section in entry.sections for item in section.items]
    if len(entry.sections) > MOST_SECTIONS:
        yield "sections", FieldError("too_many", _("At most %(most)s parts."), {"most": MOST_SECTIONS})
    if len(items) > MOST_ITEMS:
        yield "items", FieldError("too_many", _("A form has at most %(most)s questions."), {"most": MOST_ITEMS})
    yield from _key_errors([section.key for section in entry.sections], _("Two parts have this key."))
    yield from _key_errors([item.key for item in items], _("Two questions have this key."))
    yield from _long("titles", [section.titles for section in entry.sections], 120)
    for item in items:
        yield from item_errors(item)
    for measure, count in Counter([item.measure for item in items]).items():
        if measure is not Measure.NONE and count > 1:
            yield "measure", FieldError("twice", _("Another question measures this already."))


def _key_errors(keys: Sequence[str], twice: Label) -> Iterator[tuple[str, FieldError]]:
    for key, count in Counter(keys).items():
        if not KEY.fullmatch(key):
            yield "key", FieldError("wrong", _("A key has letters, digits, - and _; at most 40."))
        if count > 1:
            yield "key", FieldError("twice", twice)


def item_errors(item: ItemEntry) -> Iterator[tuple[str, FieldError]]:
    """What keeps one question from being kept, by field."""
    if item.kind is ItemKind.SCALE and item.scale not in SCALES:
        yield "scale", FieldError("unknown", _("Choose a scale of the list."))
    if item.kind is not ItemKind.SCALE and item.scale:
        yield "scale", FieldError("unfit", _("Only a question on a scale has one."))
    if item.kind is not ItemKind.SCALE and item.measure is not Measure.NONE:
        yield "measure", FieldError("unfit", _("Only a question on a scale measures this."))
    if item.kind not in CHOOSING and item.choices:
        yield "choices", FieldError("unfit", _("Only a question with choices offers answers of its own."))
    if len(item.choices) > MOST_CHOICES:
        yield "choices", FieldError("too_many", _("At most %(most)s answers."), {"most": MOST_CHOICES})
    if not kept_texts(item.texts):
        yield "texts", FieldError("required", _("Write the question in at least one language."))
    yield from _long("texts", [item.texts], MAX_QUESTION)
    yield from _long("hints", [item.hints], MAX_HINT)
    yield from _long("choices", item.choices, MAX_QUESTION)
    if item.driver and not KEY.fullmatch(item.driver):
        yield "driver", FieldError("wrong", _("A key has letters, digits, - and _; at most 40."))
    if item.weight is not None and not (item.weight.is_finite() and 0 < item.weight <= 1):
        yield "weight", FieldError("out_of_range", _("A weight is more than 0 and at most 1."))
    yield from _condition_errors(item)


def _condition_errors(item: ItemEntry) -> Iterator[tuple[str, FieldError]]:
    if bool(item.when_key) != bool(item.when_values):
        yield "when_values", FieldError("half", _("Name both the question and the answers on which it depends."))
    if item.when_key and not KEY.fullmatch(item.when_key):
        yield "when_key", FieldError("wrong", _("A key has letters, digits, - and _; at most 40."))
    if len(item.when_values) > MOST_VALUES or any(not 0 <= value <= LARGEST_VALUE for value in item.when_values):
        yield "when_values", FieldError("out_of_range", _("These are no numbers of answers."))


def _long(name: str, texts: Sequence[Texts], most: int) -> Iterator[tuple[str, FieldError]]:
    if any(len(text) > most for one in texts for text in kept_texts(one).values()):
        yield name, FieldError("too_long", _("At most %(most)s characters."), {"most": f"{most:,}"})


def kept_weight(weight: Decimal | None) -> Decimal | None:
    """With four decimals, as the table has it."""
    return weight if weight is None else max(weight.quantize(Decimal("0.0001")), Decimal("0.0001"))


# --- From what is read to what is written -----------------------------------------------------------------------------


def entry_of(form: FormView) -> FormEntry:
    """A form as it could be written again."""
    return FormEntry(
        code=form.code,
        audience=form.audience,
        names=form.names,
        intro=form.intro,
        thanks=form.thanks,
        sections=tuple(
            SectionEntry(
                key=section.key,
                titles=section.titles,
                stage=section.stage,
                journey=section.journey,
                items=tuple(
                    ItemEntry(
                        key=item.key,
                        kind=item.kind,
                        scale=item.scale,
                        texts=item.texts,
                        hints=item.hints,
                        required=item.required,
                        na_allowed=item.na_allowed,
                        measure=item.measure,
                        driver=item.driver,
                        weight=item.weight,
                        dimension=item.dimension,
                        unit_id=item.unit_id,
                        when_key=item.when_key,
                        when_values=item.when_values,
                        choices=item.choices,
                    )
                    for item in section.items
                ),
            )
            for section in form.sections
        ),
    )


# --- Changes of the builder -------------------------------------------------------------------------------------------


def free_key(entry: FormEntry, prefix: str) -> str:
    """The first of q1, q2 … (part1, part2 …) that is nobody's."""
    taken = {section.key for section in entry.sections}
    taken |= {item.key for section in entry.sections for item in section.items}
    return next(key for number in range(1, len(taken) + 2) if (key := f"{prefix}{number}") not in taken)


def with_section(entry: FormEntry, section: SectionEntry, old_key: str = "") -> FormEntry:
    """A part added at the end, or written anew in its place with its questions kept."""
    if not old_key:
        return replace(entry, sections=(*entry.sections, section))
    _at(entry.sections, old_key)
    kept = tuple(replace(section, items=one.items) if one.key == old_key else one for one in entry.sections)
    return replace(entry, sections=kept)


def with_item(entry: FormEntry, section_key: str, item: ItemEntry, old_key: str = "") -> FormEntry:
    """A question added at the end of a part, or written anew: in its place, or at the end of the part it moves to.

    Questions that depend on one whose key changes follow it.
    """
    _at(entry.sections, section_key)
    home = _home(entry, old_key) if old_key else ""
    if home != section_key:
        entry = _without_item(entry, old_key) if old_key else entry
        return _in_section(entry, section_key, lambda items: (*items, item), old_key, item.key)

    def replaced(items: tuple[ItemEntry, ...]) -> tuple[ItemEntry, ...]:
        return tuple(item if one.key == old_key else one for one in items)

    return _in_section(entry, section_key, replaced, old_key, item.key)


def without(entry: FormEntry, key: str, *, part: bool) -> FormEntry:
    """Without this part and its questions, or without this question."""
    if not part:
        return _without_item(entry, key)
    _at(entry.sections, key)
    return replace(entry, sections=tuple(one for one in entry.sections if one.key != key))


def moved(entry: FormEntry, key: str, *, part: bool, up: bool) -> FormEntry:
    """One place up or down; a question at the end of its part goes over into the next one."""
    if part:
        return replace(entry, sections=_swapped(entry.sections, _at(entry.sections, key), up=up))
    home = _home(entry, key)
    place = _at(entry.sections, home)
    items = entry.sections[place].items
    position = _at(items, key)
    if 0 <= position + (-1 if up else 1) < len(items):
        return _in_section(entry, home, lambda found: _swapped(found, position, up=up))
    target = place + (-1 if up else 1)
    if not 0 <= target < len(entry.sections):
        return entry
    item = items[position]
    rest = _without_item(entry, key)
    next_key = entry.sections[target].key
    return _in_section(rest, next_key, lambda found: (*found, item) if up else (item, *found))


def _swapped(found: tuple[Keyed, ...], position: int, *, up: bool) -> tuple[Keyed, ...]:
    other = position + (-1 if up else 1)
    if not 0 <= other < len(found):
        return found
    changed = list(found)
    changed[position], changed[other] = changed[other], changed[position]
    return tuple(changed)


def _at(found: Sequence[Keyed], key: str) -> int:
    for position, one in enumerate(found):
        if one.key == key:
            return position
    raise NotFound


def _home(entry: FormEntry, key: str) -> str:
    """The part in which a question stands."""
    for section in entry.sections:
        if any(item.key == key for item in section.items):
            return section.key
    raise NotFound


def _without_item(entry: FormEntry, key: str) -> FormEntry:
    home = _home(entry, key)
    return _in_section(entry, home, lambda items: tuple(one for one in items if one.key != key))


def _in_section(
    entry: FormEntry,
    section_key: str,
    change: Callable[[tuple[ItemEntry, ...]], tuple[ItemEntry, ...]],
    old_key: str = "",
    new_key: str = "",
) -> FormEntry:
    sections = []
    for section in entry.sections:
        items = change(section.items) if section.key == section_key else section.items
        if old_key and old_key != new_key:
            items = tuple(replace(one, when_key=new_key) if one.when_key == old_key else one for one in items)
        sections.append(replace(section, items=items))
    return replace(entry, sections=tuple(sections))
