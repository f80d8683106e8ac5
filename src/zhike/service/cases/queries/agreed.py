"""Open clocks that an agreement of their customer gives other times."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.policies import EDIT, VIEW_TARGETS
from zhike.record.agreements.types import Measure, Target
from zhike.service.cases.models import Case, Task
from zhike.service.cases.queries.targets import (
    CLOCKS,
    JOB,
    Moved,
    TargetPreview,
    count_move,
    rows_of,
    terms_of,
    told,
    urgency,
)
from zhike.service.cases.types import CaseState

# Matters of these customers at a time; a customer with more is followed in further parts.
AT_ONCE: Final = 500


def agreed_moves(
    *,
    actor: Actor,
    customer_ids: Collection[int],
    measure: Measure,
    after: int,
    at: datetime,
    revised: agreements.Revision | None = None,
) -> tuple[int, list[tuple[Moved, str]]]:
    """The next matters beyond the id `after`: the last of them (0 where there is none), and their clocks that move.

    Each with the agreement that says so; with `revised` as if that version held already. Times of the company's own
    table move nothing here, and what an agreement no longer says keeps the promise under which its matter was opened.
    A fixed number of queries for each category.
    """
    authorize(actor, VIEW_TARGETS)
    found = _matters(customer_ids, measure, after)
    if not found:
        return 0, []
    targets: dict[int, Target] = {}
    for category in sorted({one for _pk, one, _customer, _calendar in found}):
        of = {customer for _pk, code, customer, _calendar in found if code == category}
        times = agreements.targets_for(actor=actor, category=category, customer_ids=of, at=at, revised=revised)
        for pk, code, customer, _calendar in found:
            if code == category and (target := times[customer].get(measure)) is not None and target.source:
                targets[pk] = target
    kind, subject = CLOCKS[measure]
    clocks = calendars.open_clocks(actor=actor, kind=kind.code, subject_kind=subject, subject_ids=list(targets))
    calendar_of = {pk: calendar for pk, _code, _customer, calendar in found}
    default = calendars.default_calendar_id() if clocks else 0
    moves = [
        (Moved(clock=clock, terms=terms), targets[pk].source)
        for pk, clock in sorted(clocks.items())
        if (terms := terms_of(clock, targets[pk], calendar_of[pk] or default)) is not None
    ]
    return found[-1][0], moves


def preview_agreement(*, actor: Actor, revised: agreements.Revision, now: datetime) -> TargetPreview:
    """What would happen to the clocks that are open now if this version of an agreement held now.

    For whoever may change the agreement, which the caller has seen to; rows are those that the reader may open.
    """
    authorize(actor, EDIT)
    found = TargetPreview()
    cases: set[int] = set()
    turned: dict[bool, set[int]] = {True: set(), False: set()}
    for measure in Measure:
        moving = _all_moves(measure, revised, now)
        due = calendars.new_deadlines(
            actor=JOB,
            clocks=[one.clock for one in moving],
            changes={one.clock.clock_id: one.terms for one in moving},
        )
        shown = [(one, due[one.clock.clock_id]) for one in moving]
        ids = {one.clock.subject_id for one in moving}
        if measure is Measure.TASK_REPLY:
            ids = set(Task.objects.filter(pk__in=ids).values_list("case_id", flat=True))
        cases |= ids
        for one, new in shown:
            old = one.clock.due_at
            count_move(found, old, new, now)
            # What a department owes stands on no customer's page.
            if measure is not Measure.TASK_REPLY and new is not None and old is not None and new != old:
                turned[new < old].add(one.clock.subject_id)
        shown.sort(key=lambda pair: urgency(pair[0], pair[1], now))
        found.rows += rows_of(actor, measure.value, shown, now)
    found.cases = len(cases)
    found.told_earlier, found.told_later = told(turned[True], now), told(turned[False], now)
    return found


def _all_moves(measure: Measure, revised: agreements.Revision, now: datetime) -> list[Moved]:
    found: list[Moved] = []
    after = 0
    while True:
        after, moves = agreed_moves(
            actor=JOB, customer_ids=[revised.customer_id], measure=measure, after=after, at=now, revised=revised
        )
        found += [one for one, _source in moves]
        if not after:
            return found


def _matters(customer_ids: Collection[int], measure: Measure, after: int) -> list[tuple[int, str, int, int | None]]:
    """Id, category, customer and calendar of the unit, in the order of ids."""
    if measure is Measure.TASK_REPLY:
        tasks = Task.objects.open().filter(case__customer_id__in=customer_ids, pk__gt=after, within__isnull=True)
        rows = tasks.order_by("pk").values_list("pk", "case__category__code", "case__customer_id", "unit__calendar_id")
        return list(rows[:AT_ONCE])
    cases = Case.objects.open().exclude(state=CaseState.ANSWERED.value)
    cases = cases.filter(customer_id__in=customer_ids, pk__gt=after).order_by("pk")
    if measure is Measure.FIRST_RESPONSE:
        cases = cases.filter(first_response_at__isnull=True)
    return [(*row, None) for row in cases.values_list("pk", "category__code", "customer_id")[:AT_ONCE]]
