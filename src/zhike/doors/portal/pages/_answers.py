"""The questions of a survey as a page without script shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from zhike.platform.i18n.labels import pick
from zhike.voice.surveys.queries import choices_of
from zhike.voice.surveys.types import (
    MAX_ANSWER,
    NOT_RELEVANT,
    NOT_RELEVANT_LABEL,
    ItemKind,
    ItemView,
    Raw,
)
from zhike.voice.surveys.types.campaigns import LinkView

_MINUTE: Final = 60
Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen; the last one of `apart` lies outside the scale."""

    value: str
    label: str
    checked: bool
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: its field's name and text, what can be chosen or is typed, and what is wrong with it.

    `row` shows bare numbers side by side, `ends` says what the first and the last mean.
    """

    name: str
    text: str
    hint: str
    kind: ItemKind
    required: bool
    options: Sequence[Option]
    row: bool
    ends: str
    apart: Option | None
    value: str
    errors: Sequence[str]
    most: int = MAX_ANSWER

    @property
    def input_type(self) -> str:
        return "checkbox" if self.kind is ItemKind.MULTIPLE else "radio"

    @property
    def described_by(self) -> str:
        parts = [f"{self.name}_hint"] if self.hint or self.ends else []
        return " ".join([*parts, *([f"{self.name}_error"] if self.errors else [])])


def raw_of(items: Sequence[ItemView], sent: QueryDict) -> dict[str, Raw]:
    """What was sent for these questions."""
    return {
        item.key: sent.getlist(item.key) if item.kind is ItemKind.MULTIPLE else sent.get(item.key) for item in items
    }


def questions(
    items: Sequence[ItemView], typed: Mapping[str, Raw | list[str]], errors: Errors | None = None
) -> list[Question]:
    return [_question(item, typed.get(item.key), (errors or {}).get(item.key, ())) for item in items]


def _question(item: ItemView, said: object, errors: Sequence[str]) -> Question:
    given = {str(one) for one in said} if isinstance(said, list | tuple) else {str(said)} if said is not None else set()
    choices = choices_of(item)
    bare = item.kind is ItemKind.SCALE and not all(label for _value, label in choices)
    ends = [f"{value} = {label}" for value, label in choices if label] if bare else []
    return Question(
        name=item.key,
        text=pick(item.texts),
        hint=pick(item.hints),
        kind=item.kind,
        required=item.required,
        options=[
            Option(str(value), str(value) if bare else label, str(value) in given, f"{item.key}_{value}")
            for value, label in choices
        ],
        row=bare,
        ends=", ".join(ends),
        apart=Option(NOT_RELEVANT, str(NOT_RELEVANT_LABEL), NOT_RELEVANT in given, f"{item.key}_{NOT_RELEVANT}")
        if item.na_allowed
        else None,
        value="" if NOT_RELEVANT in given and item.na_allowed else "".join(given) if not choices else "",
        errors=errors,
    )


def minutes_left(view: LinkView, left: Sequence[ItemView]) -> int:
    """Minutes that the rest takes, at least one."""
    share = view.form.seconds * len(left) / max(1, len(view.form.items))
    return max(1, -(-int(share) // _MINUTE))
