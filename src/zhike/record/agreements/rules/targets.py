"""Which target holds: the most particular one; and what a change of the table must say."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import FieldError
from zhike.record.agreements.rules.standards import has_number, vague_in
from zhike.record.agreements.types import FURTHEST, INSTEAD, LONGEST, TargetEntry, Vague

MOST_TEXT: Final = 300
_CLASS: Final = re.compile(r"[A-Z][A-Z0-9+-]{0,3}")


class TargetRow(Protocol):
    measure: str
    category: str
    customer_class: str


T = TypeVar("T", bound=TargetRow)


def particularity(row: TargetRow) -> tuple[bool, bool]:
    """Category counts for more than class."""
    return (bool(row.category), bool(row.customer_class))


def fits(row: TargetRow, *, category: str, customer_class: str) -> bool:
    return row.category in {"", category} and row.customer_class in {"", customer_class}


def chosen(rows: Iterable[T], *, category: str, customer_class: str) -> Mapping[str, T]:
    """By measure, the most particular row that fits this category and class."""
    found: dict[str, T] = {}
    for row in rows:
        if not fits(row, category=category, customer_class=customer_class):
            continue
        held = found.get(row.measure)
        if held is None or particularity(row) > particularity(held):
            found[row.measure] = row
    return found


def class_of(typed: str) -> str:
    """A class of customers as it is kept: the analysis gives capital letters."""
    return typed.strip().upper()


def change_errors(entry: TargetEntry, words: Iterable[Vague], *, now: datetime) -> dict[str, list[FieldError]]:
    """What is missing, impossible or says nothing, by field."""
    wrong: dict[str, list[FieldError]] = {}
    if entry.budget is not None and not timedelta(0) < entry.budget <= LONGEST:
        wrong["budget"] = [FieldError("out_of_range", _("A target allows more than 0 and at most 8,784 hours."))]
    if entry.every_hour and entry.calendar_id is not None:
        wrong["calendar_id"] = [
            FieldError("two_ways", _("Hours of the clock need no calendar. Leave one of them out."))
        ]
    if entry.customer_class and not _CLASS.fullmatch(entry.customer_class):
        wrong["customer_class"] = [FieldError("form", _("A class is a capital letter, such as A."))]
    listed = tuple(words)
    for name, missing in (
        ("reason", _("Please say why.")),
        ("source", _("Name the decision or agreement behind this target.")),
    ):
        text = getattr(entry, name).strip()
        if not text:
            wrong[name] = [FieldError("required", missing)]
        elif len(text) > MOST_TEXT or "\x00" in text:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MOST_TEXT})]
        elif not has_number(text) and (vague := vague_in(text, listed)):
            wrong[name] = [FieldError("vague", INSTEAD[one.kind], {"word": one.word}) for one in vague]
    if entry.valid_from is not None and entry.valid_from < now:
        wrong["valid_from"] = [
            FieldError("in_the_past", _("A change cannot hold for the past: what was promised then stays promised."))
        ]
    elif entry.valid_from is not None and entry.valid_from > now + FURTHEST:
        wrong["valid_from"] = [FieldError("too_far", _("A change begins within the next ten years."))]
    return wrong
