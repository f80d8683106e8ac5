"""The questions of a form as they are put to somebody, in one language; nothing is preselected."""

from collections.abc import Mapping, Sequence

from zhike.platform.i18n.labels import pick
from zhike.voice.surveys.rules.forms import points
from zhike.voice.surveys.types import (
    NOT_RELEVANT,
    NOT_RELEVANT_LABEL,
    POINT_LABELS,
    ItemKind,
    ItemView,
    Label,
    Option,
    Question,
)


def questions(
    items: Sequence[ItemView],
    language: str,
    *,
    said: Mapping[str, Sequence[str]] | None = None,
    wrong: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Question, ...]:
    """These items with what was said to them (by key, as it was sent) and what is wrong with that."""
    given, errors = said or {}, wrong or {}
    return tuple(_question(item, language, given.get(item.key, ()), errors.get(item.key, ())) for item in items)


def words_of(item: ItemView, language: str | None = None) -> tuple[tuple[int, Label], ...]:
    """What can be answered: each point or choice with its words, in the order in which they are offered."""
    if item.kind is ItemKind.SCALE:
        return points(item.scale) if item.scale in POINT_LABELS else ()
    return tuple((number, pick(texts, language)) for number, texts in enumerate(item.choices, 1))


def _question(item: ItemView, language: str, said: Sequence[str], wrong: Sequence[str]) -> Question:
    offered: list[tuple[str, Label]] = [(str(value), label) for value, label in words_of(item, language)]
    is_row = item.kind is ItemKind.SCALE and any(not label for _value, label in offered)
    if item.na_allowed and (offered or item.kind is ItemKind.NUMBER):
        offered.append((NOT_RELEVANT, NOT_RELEVANT_LABEL))
    return Question(
        key=item.key,
        number=item.order,
        kind=item.kind,
        text=pick(item.texts, language),
        hint=pick(item.hints, language),
        required=item.required,
        is_row=is_row,
        options=tuple(Option(value=value, label=label, chosen=value in said) for value, label in offered),
        said=said[0] if said and item.kind in {ItemKind.TEXT, ItemKind.NUMBER} else "",
        errors=tuple(wrong),
    )
