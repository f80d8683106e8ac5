"""What a change of the table of targets would do to open matters, and which clocks follow once it holds."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.urls import reverse

from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.types import ClockKind, NewTerms, OpenClock
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.policies import SET_TARGETS, sees_changes
from zhike.record.agreements.queries import TargetChange
from zhike.record.agreements.types import Measure, Target
from zhike.service.cases.models import Case, Task
from zhike.service.cases.policies import scope, task_scope
from zhike.service.cases.queries.web import open_to
from zhike.service.cases.types import CASE_SUBJECT, FIRST_RESPONSE, SOLUTION, TASK_REPLY, TASK_SUBJECT, CaseState

# Counts are the company's, whatever the reader's own reach.
JOB: Final = system_actor("cases.targets")
CLOCKS: Final[Mapping[Measure, tuple[ClockKind, str]]] = {
    Measure.FIRST_RESPONSE: (FIRST_RESPONSE, CASE_SUBJECT),
    Measure.SOLUTION: (SOLUTION, CASE_SUBJECT),
    Measure.TASK_REPLY: (TASK_REPLY, TASK_SUBJECT),
}
# A preview looks at so many matters; where there are more its counts are the least that moves, and it says so.
MOST: Final = 20_000
AT_ONCE: Final = 5_000
SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An open clock with the terms that a change gives it."""

    clock: OpenClock
    terms: NewTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedRow:
    """One of the clocks that would move, as people read and open it."""

    url: str
    number: str
    text: str
    zone: str
    old_due: datetime | None
    new_due: datetime | None
    breaks: bool
    mends: bool


@dataclass(slots=True, kw_only=True)
class TargetPreview:
    """Counts over the whole company; rows only of what the reader may open, what breaks first.

    `paused` are clocks that move once they run again; `more` says that there were more matters than are looked at, so
    that every count is the least there is.
    `told_earlier` and `told_later` are people who can open the page of their case, which then names another day.
    """

    looked: int = 0
    clocks: int = 0
    cases: int = 0
    earlier: int = 0
    later: int = 0
    paused: int = 0
    breaks: int = 0
    mends: int = 0
    told_earlier: int = 0
    told_later: int = 0
    more: bool = False
    rows: list[MovedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Matter:
    """A case or task that may have an open clock: its id, category and customer, and the calendar of its unit."""

    id: int
    case_id: int
    category: str
    customer_id: int
    calendar_id: int | None


def following(*, actor: Actor, change: TargetChange, after: int, limit: int, at: datetime) -> tuple[int, list[Moved]]:
    """The next matters beyond the id `after`: the last of them (0 where there is none), and their clocks that move.

    A clock that has the terms already does not move, so that looking twice changes nothing.
    """
    authorize(actor, SET_TARGETS)
    matters = _matters(change, after, limit)
    return (max(matters) if matters else 0), [moved for moved, _case in _moving(change, matters, at)]


def preview_target(*, actor: Actor, change: TargetChange, now: datetime) -> TargetPreview:
    """What would happen to the clocks that are open now if the change held now. Set-based, at most `MOST` matters."""
    found = TargetPreview()
    if not sees_changes(actor):
        return found
    shown: list[tuple[Moved, datetime | None]] = []
    cases: set[int] = set()
    earlier: set[int] = set()
    later: set[int] = set()
    last = 0
    for matters in _all_matters(change):
        found.looked += len(matters)
        moving = _moving(change, matters, now)
        cases |= {case_id for _moved, case_id in moving}
        due = calendars.new_deadlines(
            actor=JOB,
            clocks=[one.clock for one, _case in moving],
            changes={one.clock.clock_id: one.terms for one, _case in moving},
        )
        for one, case_id in moving:
            new, old = due[one.clock.clock_id], one.clock.due_at
            if new is not None and old is not None and new != old:
                (earlier if new < old else later).add(case_id)
            count_move(found, one.clock.due_at, new, now)
            shown.append((one, new))
        # What breaks first is kept, whatever the number.
        shown = heapq.nsmallest(SHOWN * 4, shown, key=lambda pair: urgency(pair[0], pair[1], now))
        last = max(matters)
    found.more = found.looked >= MOST and bool(_matters(change, last, 1))
    found.cases = len(cases)
    if change.measure != Measure.TASK_REPLY.value:  # what a department owes stands on no customer's page
        found.told_earlier, found.told_later = told(earlier, now), told(later, now)
    found.rows = rows_of(actor, change.measure, shown, now)
    return found


def told(case_ids: set[int], now: datetime) -> int:
    """How many people hold a link to one of these cases that is open now. One query."""
    if not case_ids:
        return 0
    return open_to(now).filter(case_id__in=case_ids).count()


def count_move(found: TargetPreview, old: datetime | None, new: datetime | None, now: datetime) -> None:
    found.clocks += 1
    found.paused += old is None and new is None
    found.earlier += new is not None and (old is None or new < old)
    found.later += old is not None and (new is None or new > old)
    found.breaks += _is_over(new, now) and not _is_over(old, now)
    found.mends += _is_over(old, now) and not _is_over(new, now)


def _is_over(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now


def urgency(one: Moved, new: datetime | None, now: datetime) -> tuple[bool, bool, float, int]:
    breaks = _is_over(new, now) and not _is_over(one.clock.due_at, now)
    mends = _is_over(one.clock.due_at, now) and not _is_over(new, now)
    return not breaks, not mends, new.timestamp() if new else float("inf"), one.clock.clock_id


def rows_of(
    actor: Actor, measure: str, shown: Sequence[tuple[Moved, datetime | None]], now: datetime
) -> list[MovedRow]:
    """The first of those that the reader may open. One query."""
    ids = [one.clock.subject_id for one, _new in shown]
    if measure == Measure.TASK_REPLY.value:
        tasks = Task.objects.filter(task_scope(actor), pk__in=ids).values_list("pk", "case__number", "title")
        named = {pk: (number, title, reverse("cases:task", args=[pk])) for pk, number, title in tasks}
    else:
        cases = Case.objects.filter(scope(actor), pk__in=ids).values_list("pk", "number", "subject")
        named = {pk: (number, subject, reverse("desk:case", args=[pk])) for pk, number, subject in cases}
    return [
        MovedRow(
            number=named[one.clock.subject_id][0],
            text=named[one.clock.subject_id][1],
            url=named[one.clock.subject_id][2],
            zone=one.clock.zone,
            old_due=one.clock.due_at,
            new_due=new,
            breaks=_is_over(new, now) and not _is_over(one.clock.due_at, now),
            mends=_is_over(one.clock.due_at, now) and not _is_over(new, now),
        )
        for one, new in shown
        if one.clock.subject_id in named
    ][:SHOWN]


def _all_matters(change: TargetChange) -> Iterator[dict[int, _Matter]]:
    after = seen = 0
    while seen < MOST:
        matters = _matters(change, after, min(AT_ONCE, MOST - seen))
        if not matters:
            return
        yield matters
        seen, after = seen + len(matters), max(matters)


def _matters(change: TargetChange, after: int, limit: int) -> dict[int, _Matter]:
    """Open cases, or open tasks without a time of their own, that the change may govern, in the order of their ids."""
    if change.measure == Measure.TASK_REPLY.value:
        tasks = Task.objects.open().filter(pk__gt=after, within__isnull=True).order_by("pk")
        if change.category:
            tasks = tasks.filter(case__category__code=change.category)
        return {
            pk: _Matter(pk, case_id, category, customer_id, calendar_id)
            for pk, case_id, category, customer_id, calendar_id in tasks.values_list(
                "pk", "case_id", "case__category__code", "case__customer_id", "unit__calendar_id"
            )[:limit]
        }
    cases = Case.objects.open().filter(pk__gt=after).exclude(state=CaseState.ANSWERED.value).order_by("pk")
    if change.measure == Measure.FIRST_RESPONSE.value:
        cases = cases.filter(first_response_at__isnull=True)
    if change.category:
        cases = cases.filter(category__code=change.category)
    return {
        pk: _Matter(pk, pk, category, customer_id, None)
        for pk, category, customer_id in cases.values_list("pk", "category__code", "customer_id")[:limit]
    }


def _moving(change: TargetChange, matters: Mapping[int, _Matter], at: datetime) -> list[tuple[Moved, int]]:
    """The open clocks of these matters whose terms the change makes other ones, each with its case."""
    if not matters:
        return []
    governed = agreements.moved_targets(
        actor=JOB, change=change, matters={pk: (one.category, one.customer_id) for pk, one in matters.items()}, at=at
    )
    kind, subject = CLOCKS[Measure(change.measure)]
    clocks = calendars.open_clocks(actor=JOB, kind=kind.code, subject_kind=subject, subject_ids=list(governed))
    default = calendars.default_calendar_id() if clocks else 0
    found: list[tuple[Moved, int]] = []
    for pk, clock in sorted(clocks.items()):
        terms = terms_of(clock, governed[pk], matters[pk].calendar_id or default)
        if terms is not None:
            found.append((Moved(clock=clock, terms=terms), matters[pk].case_id))
    return found


# zhike: allow query-actor -- it reads no row, only the clock given
def terms_of(clock: OpenClock, target: Target, usual: int) -> NewTerms | None:
    """What the clock shall measure; None where it does already. Its calendar stays at the version that it has."""
    calendar = None if target.every_hour else target.calendar_id or usual
    if clock.budget == target.budget and clock.calendar_id == calendar:
        return None
    return NewTerms(
        clock_id=clock.clock_id,
        budget=target.budget,
        calendar_id=calendar if calendar != clock.calendar_id else None,
        every_hour=target.every_hour,
    )
