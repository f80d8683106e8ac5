"""Open clocks that an agreement of their customer gives other times."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.policies import VIEW_TARGETS
from zhike.record.agreements.types import Measure, Target
from zhike.service.cases.models import Case, Task
from zhike.service.cases.queries.targets import CLOCKS, Moved, terms_of
from zhike.service.cases.types import CaseState

# Matters of these customers at a time; a customer with more is followed in further parts.
AT_ONCE: Final = 500


def agreed_moves(
    *, actor: Actor, customer_ids: Collection[int], measure: Measure, after: int, at: datetime
) -> tuple[int, list[tuple[Moved, str]]]:
    """The next matters beyond the id `after`: the last of them (0 where there is none), and their clocks that move.

    Each with the agreement that says so. Times of the company's own table move nothing here, and what an agreement no
    longer says keeps the promise under which its matter was opened. A fixed number of queries for each category.
    """
    authorize(actor, VIEW_TARGETS)
    found = _matters(customer_ids, measure, after)
    if not found:
        return 0, []
    targets: dict[int, Target] = {}
    for category in sorted({one for _pk, one, _customer, _calendar in found}):
        of = {customer for _pk, code, customer, _calendar in found if code == category}
        times = agreements.targets_for(actor=actor, category=category, customer_ids=of, at=at)
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
