"""Targets of service: how quickly matters are answered and solved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.errors import Conflict
from zhike.platform.parameters.types import ProposalState
from zhike.record.customers.types import Label


class Measure(StrEnum):
    """What a target measures in the work on a customer's matter."""

    FIRST_RESPONSE = "first_response"
    SOLUTION = "solution"
    TASK_REPLY = "task_reply"


MEASURE_LABELS: Mapping[str, Label] = {
    Measure.FIRST_RESPONSE: pgettext_lazy("measure of a target", "First response"),
    Measure.SOLUTION: pgettext_lazy("measure of a target", "Solution"),
    Measure.TASK_REPLY: pgettext_lazy("measure of a target", "Reply of a department"),
}


class TargetDeed(StrEnum):
    """What a change does to the table."""

    SET = "set"
    END = "end"


CHANGE_LABELS: Mapping[str, Label] = {
    ProposalState.PENDING: pgettext_lazy("change of a target", "waits for a second person"),
    ProposalState.APPROVED: pgettext_lazy("change of a target", "approved"),
    ProposalState.REFUSED: pgettext_lazy("change of a target", "refused"),
    ProposalState.WITHDRAWN: pgettext_lazy("change of a target", "withdrawn"),
}


class ChangeOpen(Conflict):
    code = "target_change_open"
    message = _("A change of this target already waits for approval.")
    next_step = _("Decide or withdraw that proposal first.")


class ChangeClosed(Conflict):
    code = "target_change_closed"
    message = _("This proposal has already been decided.")
    next_step = _("Propose the change anew if it is still needed.")


class TargetEnded(ChangeClosed):
    message = _("This target has ended already; there is nothing left to end.")
    next_step = _("Refuse or withdraw the proposal.")


class LaterRow(Conflict):
    code = "target_later_row"
    message = _("Another target for the same clock, category and class is approved from %(day)s on.")
    next_step = _("Choose that day or a later one; what is approved then can be replaced from its first day.")


@dataclass(frozen=True, slots=True)
class Target:
    """The target that holds for one matter: its row, the time allowed, and the calendar it is counted in.

    `calendar_id` None: the calendar of the unit at work, else the company's own; with `every_hour` day and night count.
    `id` is the row of the table, or of the standard where an agreement sets it; `source` says which, as the ledger of
    the clock keeps it.
    """

    id: int
    measure: Measure
    budget: timedelta
    calendar_id: int | None = None
    source: str = ""
    agreement_id: int | None = None
    every_hour: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetEntry:
    """A change of the table as somebody proposes it. An empty category or class means every one.

    Without a budget the target ends. `valid_from` None: from the approval on.
    """

    measure: Measure
    budget: timedelta | None
    category: str = ""
    customer_class: str = ""
    calendar_id: int | None = None
    every_hour: bool = False
    valid_from: datetime | None = None
    reason: str
    source: str

    @property
    def deed(self) -> TargetDeed:
        return TargetDeed.END if self.budget is None else TargetDeed.SET


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProgress:
    """How far the open clocks have followed a change: the last matter looked at, and how many clocks moved since."""

    change_id: int
    reached: int
    moved: int
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A target that could hold for a matter, and whether it does."""

    measure: Measure
    budget: timedelta
    every_hour: bool
    calendar_id: int | None
    category: str
    customer_class: str
    source: str
    agreement: str
    since: datetime | None
    target_id: int | None
    holds: bool


# What a new company begins with, counted in its own hours; every row can be replaced: measure, class, time.
DEFAULT_TARGETS: Final = (
    (Measure.FIRST_RESPONSE, "", timedelta(hours=2)),
    (Measure.SOLUTION, "", timedelta(hours=24)),
    (Measure.TASK_REPLY, "", timedelta(hours=4)),
    (Measure.FIRST_RESPONSE, "A", timedelta(hours=1)),
    (Measure.SOLUTION, "A", timedelta(hours=16)),
)
DEFAULT_SOURCE: Final = "CASE-08, CASE-09"
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
# The longest that is still a target, and how far ahead one may be set.
LONGEST: Final = timedelta(days=366)
FURTHEST: Final = timedelta(days=3653)
