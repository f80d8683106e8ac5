"""Promises of staff to customers (承诺是金): when, who, what, to whom; kept, broken or renegotiated (AGRE-06)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict
from zhike.platform.numbering import Series
from zhike.record.customers.types import Label

PROMISE_SERIES = Series(key="promise", prefix="PM-", width=6)


class PromiseState(StrEnum):
    """What became of a promise. A broken one that was done later says when."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    RENEGOTIATED = "renegotiated"


PROMISE_LABELS: Mapping[str, Label] = {
    PromiseState.OPEN: pgettext_lazy("state of a promise", "open"),
    PromiseState.KEPT: pgettext_lazy("state of a promise", "kept"),
    PromiseState.BROKEN: pgettext_lazy("state of a promise", "broken"),
    PromiseState.RENEGOTIATED: pgettext_lazy("state of a promise", "renegotiated"),
}

# Kind and id of the record that a promise is about: a case, a shipment. Empty: the customer alone.
About = tuple[str, str]
NOTHING: About = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseEntry:
    """A promise as somebody gives it. `staff_id` None: whoever writes it down."""

    customer_id: int
    text: str
    due_at: datetime
    contact_id: int | None = None
    staff_id: int | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPromise:
    """A promise of a history, with what became of it. `renegotiated` is its successor in the same story."""

    entry: PromiseEntry
    made_at: datetime
    state: PromiseState = PromiseState.OPEN
    done_at: datetime | None = None
    settled_at: datetime | None = None
    note: str = ""
    then: "PastPromise | None" = None


class PromiseSettled(Conflict):
    code = "promise_settled"
    message = _("It has been said already what became of this promise.")


class PromiseStands(Conflict):
    code = "promise_stands"
    message = _("What became of this promise stands: it was said long ago, or something has followed from it.")
    next_step = _("Nothing was changed. Give a new promise if the customer still waits.")


class PromiseSubject(Protocol):
    """Records of a room above that promises may be about."""

    kind: str
    label: Label

    def customer_of(self, *, actor: Actor, key: str) -> int | None:
        """The customer of this record, if the actor may see it; else None."""

    def links(self, *, actor: Actor, keys: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Number and address of those records that the actor may see. One query."""


_subjects: dict[str, PromiseSubject] = {}


def register_subject(subject: PromiseSubject) -> None:
    """Called from a room's `providers.py`."""
    _subjects[subject.kind] = subject


def subject_of(kind: str) -> PromiseSubject | None:
    return _subjects.get(kind)
