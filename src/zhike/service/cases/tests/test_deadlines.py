from datetime import datetime, timedelta

import pytest

from zhike.platform.calendars import actions as clocks
from zhike.platform.calendars.models import Clock
from zhike.platform.calendars.types import NewTerms
from zhike.platform.outbox import drain_all
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions
from zhike.service.cases.models import Case, Task
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case, said
from zhike.service.cases.types import CaseState, TaskEntry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def fresh(row: Case) -> Case:
    return Case.objects.get(pk=row.pk)


@pytest.mark.req("CASE-08")
def test_deadlines__are_told_once_near_and_once_passed_and_a_broken_promise_is_marked() -> None:
    made = case()
    # First response: two hours from 16:00, a warning at 75 % of them.
    assert clocks.tell_clocks(actor=SETUP, now=NOW + HOUR) == (0, 0)
    assert clocks.tell_clocks(actor=SETUP, now=NOW + 1.5 * HOUR) == (1, 0)
    assert clocks.tell_clocks(actor=SETUP, now=NOW + 1.6 * HOUR) == (0, 0)
    assert clocks.tell_clocks(actor=SETUP, now=NOW + 2 * HOUR) == (0, 1)
    assert clocks.tell_clocks(actor=SETUP, now=NOW + 2.1 * HOUR) == (0, 0)
    drain_all(now=NOW + 2 * HOUR)
    assert (fresh(made).first_response_missed, fresh(made).solution_missed) == (True, None)
    told = OutboxEvent.objects.filter(type="clocks.changed").order_by("pk").values_list("payload__news", flat=True)
    assert list(told) == ["near", "passed"]


def test_deadlines__kept_promises_are_marked_as_kept() -> None:
    agent = organization.actor()
    made, late = case(actor=agent), case(actor=agent)
    for one, at in ((made, NOW + HOUR), (late, NOW + 9 * DAY)):
        actions.tell_customer(actor=agent, case_id=one.pk, said=said(), is_answer=True, coding=CODED, now=at)
    assert (fresh(made).first_response_missed, fresh(made).solution_missed) == (False, False)
    assert (fresh(late).first_response_missed, fresh(late).solution_missed) == (True, True)


def test_deadlines__new_terms_sort_the_queue_anew_and_warn_anew() -> None:
    made = case()
    clock = Clock.objects.get(subject_id=made.pk, kind="cases.first_response")
    clocks.tell_clocks(actor=SETUP, now=NOW + 2 * HOUR)
    drain_all(now=NOW + 2 * HOUR)
    terms = [NewTerms(clock_id=clock.pk, budget=4 * HOUR)]
    clocks.recompute_clocks(actor=SETUP, changes=terms, reason="新标准", now=NOW + 2 * HOUR)
    drain_all(now=NOW + 2 * HOUR)
    clock.refresh_from_db()
    assert fresh(made).next_due_at == clock.due_at
    assert fresh(made).first_response_missed is None
    assert (clock.warning_told_at, clock.breach_told_at) == (None, None)


def marks_after(made: Case, budget: timedelta, at: datetime) -> tuple[bool | None, bool | None]:
    """The marks of both promises once the solution is measured anew."""
    clock = Clock.objects.get(subject_id=made.pk, kind="cases.solution")
    terms = [NewTerms(clock_id=clock.pk, budget=budget)]
    clocks.recompute_clocks(actor=SETUP, changes=terms, reason="新标准", now=at)
    drain_all(now=at)
    row = fresh(made)
    return row.first_response_missed, row.solution_missed


def test_deadlines__new_terms_mark_a_paused_clock_as_its_new_deadline_has_it() -> None:
    agent = organization.actor()
    made = case(actor=agent)
    actions.tell_customer(actor=agent, case_id=made.pk, said=said("正在查"), now=NOW + 3 * HOUR)
    late = NOW + 9 * DAY
    clocks.tell_clocks(actor=SETUP, now=late)
    drain_all(now=late)
    assert fresh(made).solution_missed is True
    waits = CaseState.WAITING_AUTHORITY
    actions.set_waiting(actor=agent, case_id=made.pk, state=waits, reason="海关查验", now=late)
    assert Clock.objects.get(subject_id=made.pk, kind="cases.solution").state == "paused"
    # Time enough now; and too little again. What was answered too late stays so.
    assert marks_after(made, 900 * HOUR, late + HOUR) == (True, None)
    assert marks_after(made, 2 * HOUR, late + 2 * HOUR) == (True, True)
    assert fresh(made).breach_at is not None


def test_deadlines__new_terms_date_a_task_anew() -> None:
    agent, unit = organization.actor(), organization.unit()
    made = case(actor=agent)
    entry = TaskEntry(unit_id=unit.pk, title="查件", within=HOUR)
    task = actions.ask_unit(actor=agent, case_id=made.pk, entry=entry, now=NOW)
    actions.escalate_overdue_tasks(actor=SETUP, now=NOW + 1.5 * HOUR)
    assert Task.objects.get(pk=task).escalated_at == NOW + 1.5 * HOUR
    clock = Clock.objects.get(subject_kind="case_task", subject_id=task)
    terms = [NewTerms(clock_id=clock.pk, budget=2 * HOUR)]
    clocks.recompute_clocks(actor=SETUP, changes=terms, reason="新标准", now=NOW + 1.5 * HOUR)
    drain_all(now=NOW + 1.5 * HOUR)
    held = Task.objects.get(pk=task)
    assert (held.due_at, held.escalated_at, held.missed) == (NOW + 2 * HOUR, None, None)


@pytest.mark.req("CASE-13")
def test_task__charges_its_open_hours_to_the_unit_that_held_it() -> None:
    agent, unit = organization.actor(), organization.unit()
    made = case(actor=agent)
    entry = TaskEntry(unit_id=unit.pk, title="查件", within=HOUR)
    task = actions.ask_unit(actor=agent, case_id=made.pk, entry=entry, now=NOW)
    outlet = organization.actor(unit, roles=("outlet",))
    # Asked at 16:00, answered at 10:00 the next day: two hours of today and one of tomorrow are the unit's.
    actions.reply_task(actor=outlet, task_id=task, reply="在网点", now=NOW + 18 * HOUR)
    held = Task.objects.get(pk=task)
    assert (held.held_hours, held.missed) == (3.0, True)
