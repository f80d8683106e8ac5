"""What a promise must say and what becomes of it (AGRE-06)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import FieldError
from zhike.record.agreements.types import PromiseEntry, PromiseState

MOST_TEXT = 300
FURTHEST = timedelta(days=3 * 366)


def promise_errors(entry: PromiseEntry, *, made_at: datetime) -> dict[str, list[FieldError]]:
    wrong: dict[str, list[FieldError]] = {}
    if not entry.text.strip():
        wrong["text"] = [FieldError("required", _("Write what was promised, in the words the customer heard."))]
    elif len(entry.text) > MOST_TEXT:
        wrong["text"] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MOST_TEXT})]
    return wrong | due_errors(entry.due_at, after=made_at)


def due_errors(due_at: datetime, *, after: datetime) -> dict[str, list[FieldError]]:
    if due_at <= after:
        return {"due_at": [FieldError("past", _("The time of a promise lies ahead. Choose a later one."))]}
    if due_at > after + FURTHEST:
        return {"due_at": [FieldError("far", _("A promise lies at most three years ahead."))]}
    return {}


def note_errors(note: str, *, required: bool) -> dict[str, list[FieldError]]:
    if required and not note.strip():
        return {"note": [FieldError("required", _("Write why, so that it can be learnt from."))]}
    if len(note) > MOST_TEXT:
        return {"note": [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MOST_TEXT})]}
    return {}


def done(due_at: datetime, done_at: datetime) -> PromiseState:
    """A promise is kept at its time at the latest; later is broken, however welcome."""
    return PromiseState.KEPT if done_at <= due_at else PromiseState.BROKEN


def replaced(due_at: datetime, now: datetime) -> PromiseState:
    """A new time agreed before the old one is a new promise; after it, the old one was broken."""
    return PromiseState.RENEGOTIATED if now <= due_at else PromiseState.BROKEN


def can_take_back(state: str, settled_at: datetime | None, *, within: timedelta, now: datetime) -> bool:
    """A slip of the hand is put right soon; later the word stands, for figures have been read by it."""
    return state != PromiseState.OPEN.value and settled_at is not None and now <= settled_at + within
