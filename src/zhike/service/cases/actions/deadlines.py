"""What cases learn of their clocks: a promise was broken, or is measured anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.types import ClockNews
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions.upwards import ESCALATION_SUBJECT
from zhike.service.cases.models import Case, Escalation, Task
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.types import CASE_SUBJECT, FIRST_RESPONSE, SOLUTION, TASK_SUBJECT, CaseState

_DUE = {FIRST_RESPONSE.code: "first_response_due_at", SOLUTION.code: "solution_due_at"}
_COLUMNS = {FIRST_RESPONSE.code: "first_response_missed", SOLUTION.code: "solution_missed"}


@action
def note_clocks(*, actor: Actor, news: ClockNews, items: Sequence[Sequence[str | int]], now: datetime) -> int:
    """Mark the cases whose deadline has passed, and sort those anew that were measured anew; returns how many cases.

    `items` are (subject kind, id, clock kind). Set-based, whatever their number.
    """
    authorize(actor, HANDLE)
    by_kind = {
        code: [int(pk) for subject, pk, kind in items if subject == CASE_SUBJECT and kind == code] for code in _COLUMNS
    }
    ids = sorted({int(pk) for subject, pk, _kind in items if subject == CASE_SUBJECT})
    if news is ClockNews.RECOMPUTED:
        _date_anew(items, now)
    if not ids:
        return 0
    cases = list(Case.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"))
    if news is ClockNews.PASSED:
        for code, column in _COLUMNS.items():
            Case.objects.filter(pk__in=by_kind[code]).update(**{column: True})
    if news is ClockNews.RECOMPUTED:
        _parts.refresh_due(cases)
        Case.objects.bulk_update(cases, _parts.DUE_FIELDS, batch_size=500)
        _mark_anew(by_kind, now)
    _parts.tell_browsers(cases)
    audit.record(
        actor,
        events.DeadlinesNoted(subject=("cases", len(ids)), after={"news": news, "cases": ids}),
        now=now,
    )
    return len(ids)


def _mark_anew(by_kind: Mapping[str, Sequence[int]], now: datetime) -> None:
    """Marks of clocks that are still open agree with their new deadlines, also where a clock is paused.

    One paused in time has no deadline meanwhile, and breaks no promise. What was answered keeps its mark.
    """
    ended = Q(state__in=[CaseState.ANSWERED.value, CaseState.CLOSED.value])
    for code, column in _COLUMNS.items():
        rows = Case.objects.filter(pk__in=by_kind[code]).exclude(ended)
        if code == FIRST_RESPONSE.code:
            rows = rows.filter(first_response_at__isnull=True)
        due = _DUE[code]
        rows.filter(**{f"{due}__lte": now}).update(**{column: True})
        rows.filter(Q(**{f"{due}__gt": now}) | Q(**{f"{due}__isnull": True})).update(**{column: None})


def _date_anew(items: Sequence[Sequence[str | int]], now: datetime) -> None:
    """Open tasks and escalations keep the hour of their clock, by which lists and figures hold them overdue."""
    for kind, model in ((TASK_SUBJECT, Task), (ESCALATION_SUBJECT, Escalation)):
        subjects = sorted({(kind, int(pk)) for subject, pk, _clock in items if subject == kind})
        due = {pk: at for (_kind, pk), at in calendars.next_due(actor=_parts.DESK, subjects=subjects).items() if at}
        rows = list(model.objects.filter(pk__in=due).select_for_update(no_key=True).order_by("pk"))
        for row in rows:
            row.due_at = due[row.pk]
        model.objects.bulk_update(rows, ["due_at"], batch_size=500)
    late = [int(pk) for subject, pk, _clock in items if subject == TASK_SUBJECT]
    Task.objects.open().filter(pk__in=late, due_at__gt=now).update(missed=None, escalated_at=None)
