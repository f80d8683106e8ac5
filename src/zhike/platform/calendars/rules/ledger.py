"""Clocks worked out from their ledgers: transitions, time used, deadlines. Nothing here reads a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhike.platform.calendars.rules import hours
from zhike.platform.calendars.types import (
    ChipState,
    ClockNotOpen,
    ClockState,
    EntryKind,
    Reading,
    StatutoryNeverPauses,
    Step,
    Terms,
)

OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED})
CLOSED = frozenset({ClockState.MET, ClockState.MISSED})
# What makes a clock run or stand still after its start.
TURNS = tuple(kind.value for kind in (EntryKind.PAUSED, EntryKind.RESUMED, EntryKind.STOPPED, EntryKind.REOPENED))
ALLOWED: dict[EntryKind, frozenset[ClockState]] = {
    EntryKind.PAUSED: frozenset({ClockState.RUNNING}),
    EntryKind.RESUMED: frozenset({ClockState.PAUSED}),
    EntryKind.HANDED_OVER: OPEN,
    EntryKind.STOPPED: OPEN,
    EntryKind.RECOMPUTED: OPEN,
    EntryKind.CANCELLED: OPEN,
    EntryKind.REOPENED: CLOSED,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger with the time counted since the line above; a recomputation may take time back."""

    at: datetime
    kind: EntryKind
    counted: timedelta
    used: timedelta


def check(kind: EntryKind, state: ClockState, *, statutory: bool) -> None:
    """Raise unless this may happen to a clock in this state."""
    if kind is EntryKind.PAUSED and statutory:
        raise StatutoryNeverPauses
    if state not in ALLOWED.get(kind, frozenset()):
        raise ClockNotOpen


def span(terms: Terms, start: datetime, end: datetime) -> timedelta:
    """The time that counts between two instants."""
    if terms.spec is None:
        return max(end - start, timedelta())
    return hours.elapsed(terms.spec, start, end)


def read(steps: Sequence[Step], at: datetime) -> Reading:
    """The clock at an instant. The terms of the last recomputation hold for its whole life."""
    known = [step for step in steps if step.at <= at]
    terms = _terms(known)
    runs = _runs(known)
    last = _last_turn(known)
    due_at, is_late = _reached(terms, runs, terms.budget, keep=last is EntryKind.STOPPED)
    warn_at, _is_near = _reached(terms, runs, warn_budget(terms), keep=last is EntryKind.STOPPED)
    return Reading(
        state=_state(last, is_late=is_late),
        used=sum((span(terms, start, end or at) for start, end in runs), timedelta()),
        budget=terms.budget,
        due_at=due_at,
        warn_at=warn_at,
    )


def deadline(steps: Sequence[Step], terms: Terms) -> datetime | None:
    """When an open clock's budget is or was used up under these terms; None while a pause leaves it open."""
    return _reached(terms, _runs(steps), terms.budget, keep=False)[0]


def lines(steps: Sequence[Step]) -> list[Line]:
    """The ledger as people read it; the counted times add up to the time used, whatever was recomputed."""
    found: list[Line] = []
    terms = _terms(steps[:1])
    used, running, last = timedelta(), False, steps[0].at
    for position, step in enumerate(steps):
        counted = span(terms, last, step.at) if running else timedelta()
        if step.kind is EntryKind.RECOMPUTED and step.terms is not None:
            terms = step.terms
            again = sum((span(terms, start, end or step.at) for start, end in _runs(steps[:position])), timedelta())
            counted = again - used
        used += counted
        found.append(Line(step.at, step.kind, counted, used))
        running, last = _runs_after(step.kind, running=running), step.at
    return found


def chip_state(state: ClockState, now: datetime, *, due_at: datetime | None, warn_at: datetime | None) -> ChipState:
    """What the chip shows: trouble first, also on a clock that was paused too late."""
    if state in OPEN and due_at is not None and now > due_at:
        return ChipState.OVER
    if state is ClockState.RUNNING and warn_at is not None and now >= warn_at:
        return ChipState.WARNING
    return ChipState(state.value)


def warn_budget(terms: Terms) -> timedelta:
    return timedelta(microseconds=int(terms.budget // hours.TICK * terms.warn_share))


def _terms(steps: Sequence[Step]) -> Terms:
    found = [step.terms for step in steps if step.terms is not None]
    if not found:
        message = "a ledger begins with its terms"
        raise ValueError(message)
    return found[-1]


def _runs_after(kind: EntryKind, *, running: bool) -> bool:
    if kind in {EntryKind.STARTED, EntryKind.RESUMED, EntryKind.REOPENED}:
        return True
    if kind in {EntryKind.PAUSED, EntryKind.STOPPED, EntryKind.CANCELLED}:
        return False
    return running


def _runs(steps: Sequence[Step]) -> list[tuple[datetime, datetime | None]]:
    """From when to when the clock ran; the last run may be open."""
    found: list[tuple[datetime, datetime | None]] = []
    running = False
    for step in steps:
        after = _runs_after(step.kind, running=running)
        if after and not running:
            found.append((step.at, None))
        elif running and not after:
            found[-1] = (found[-1][0], step.at)
        running = after
    return found


def _last_turn(steps: Sequence[Step]) -> EntryKind:
    turns = [step.kind for step in steps if step.kind not in {EntryKind.HANDED_OVER, EntryKind.RECOMPUTED}]
    return turns[-1]


def _state(last: EntryKind, *, is_late: bool) -> ClockState:
    if last is EntryKind.PAUSED:
        return ClockState.PAUSED
    if last is EntryKind.CANCELLED:
        return ClockState.CANCELLED
    if last is EntryKind.STOPPED:
        return ClockState.MISSED if is_late else ClockState.MET
    return ClockState.RUNNING


def _reached(
    terms: Terms, runs: Sequence[tuple[datetime, datetime | None]], budget: timedelta, *, keep: bool
) -> tuple[datetime | None, bool]:
    """When the budget is or was used up (no instant while a pause leaves it open), and whether a run went on beyond it.

    A clock that was stopped keeps (`keep`) the deadline that it had then.
    """
    used = timedelta()
    for position, (start, end) in enumerate(runs):
        instant = _due(terms, start, budget - used)
        if end is None:
            return instant, False
        if instant < end:
            return instant, True
        if keep and position == len(runs) - 1:
            return instant, False
        used += span(terms, start, end)
    return None, False


def _due(terms: Terms, start: datetime, budget: timedelta) -> datetime:
    if terms.spec is None:
        return start + max(budget, timedelta())
    return hours.due(terms.spec, start, budget)
