"""Open clocks follow a change of targets: previewed, decided by another, in parts, with ledgers that add up."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhike.platform.calendars import actions as clocks
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.models import Clock, ClockEntry
from zhike.platform.calendars.queries.clocks import steps_of
from zhike.platform.calendars.rules import ledger
from zhike.platform.calendars.types import NewTerms
from zhike.platform.outbox import drain_all
from zhike.record.agreements.queries import TargetChange
from zhike.record.agreements.tests.factories import agreement, changed, first_response, proposed
from zhike.record.agreements.types import Measure
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case, Task
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case, said
from zhike.service.cases.types import CaseState, TaskEntry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SOLUTION = "cases.solution"


def clock_of(row: Case, kind: str = SOLUTION) -> Clock:
    return Clock.objects.get(subject_kind="case", subject_id=row.pk, kind=kind)


def follow(now: datetime, limit: int = 500) -> list[int]:
    """How many clocks moved in each part until nothing was left."""
    moved = []
    while (count := actions.follow_target(actor=SETUP, now=now, limit=limit)) is not None:
        moved.append(count)
    drain_all(now=now)
    return moved


def adds_up(row: Clock, now: datetime) -> bool:
    """What the ledger counts line by line is what the clock shows, and what its steps give when read again."""
    lines = calendars.ledger(actor=SETUP, clock_id=row.pk)
    read = ledger.read(steps_of([row])[row.pk], now)
    return lines[-1].used == row.used and (read.budget, read.due_at) == (row.budget, row.due_at)


def preview(change_id: int, now: datetime) -> queries.TargetPreview:
    return queries.preview_target(actor=SETUP, change=TargetChange.objects.get(pk=change_id), now=now)


@pytest.mark.req("CASE-09", partial="figures of whole years")
def test_change__moves_open_clocks_as_its_preview_said() -> None:
    agreed = customer()
    agreement(agreed, first_response(45))
    late, other, solved = case(), case(category="fee"), case()
    actions.tell_customer(actor=SETUP, case_id=solved.pk, said=said(), is_answer=True, coding=CODED, now=NOW + HOUR)
    waiting = case()
    actions.set_waiting(
        actor=SETUP, case_id=waiting.pk, state=CaseState.WAITING_CUSTOMER, reason="等照片", now=NOW + HOUR
    )
    closed = Clock.objects.filter(subject_id=solved.pk).order_by("pk").values()
    before = list(closed)
    then = NOW + 20 * HOUR
    made = proposed(category="late", budget=2 * HOUR, now=then)
    found = preview(made, then)
    # Opened at 16:00 of a day until 18:00: two hours are over by the next noon; the paused one has used only one.
    assert (found.clocks, found.cases, found.earlier, found.paused, found.breaks, found.mends) == (2, 2, 1, 1, 1, 0)
    assert [(row.number, row.breaks) for row in found.rows] == [(late.number, True), (waiting.number, False)]
    TargetChange.objects.all().delete()
    changed(category="late", budget=2 * HOUR, now=then)
    assert follow(then) == [2, 0]
    assert clock_of(late).due_at == found.rows[0].new_due == NOW + 2 * HOUR
    assert clock_of(other).budget == 24 * HOUR
    assert list(closed) == before
    held = clock_of(waiting)
    assert (held.state, held.used, held.budget, held.due_at) == ("paused", HOUR, 2 * HOUR, None)
    assert all(adds_up(clock_of(row), then) for row in (late, waiting))
    assert Case.objects.get(pk=late.pk).solution_due_at == NOW + 2 * HOUR
    line = calendars.ledger(actor=SETUP, clock_id=clock_of(late).pk)[-1]
    assert (line.kind.value, line.note) == ("recomputed", "质量委员会要求 (质量委员会 2026-11)")
    # Undone by proposing what held before: everything is as it was, and nothing moves twice.
    changed(category="late", budget=24 * HOUR, now=then)
    assert follow(then) == [2, 0]
    assert follow(then) == []
    assert clock_of(late).budget == 24 * HOUR
    held_case = Case.objects.get(pk=late.pk)
    assert (held_case.solution_missed, held_case.solution_due_at) == (None, clock_of(late).due_at)


def test_change__goes_on_where_it_was_interrupted_and_moves_each_clock_once() -> None:
    rows = [case() for _ in range(5)]
    made = changed(budget=6 * HOUR)
    assert actions.follow_target(actor=SETUP, now=NOW, limit=2) == 2
    made.refresh_from_db()
    assert (made.moved, made.reached, made.finished_at) == (2, rows[1].pk, None)
    assert follow(NOW, limit=2) == [2, 1, 0]
    made.refresh_from_db()
    assert (made.moved, made.finished_at) == (5, NOW)
    lines = ClockEntry.objects.filter(kind="recomputed").values_list("clock", flat=True)
    assert sorted(lines) == sorted(clock_of(row).pk for row in rows)


def test_change__for_a_later_day_waits_and_one_that_is_overtaken_moves_nothing() -> None:
    row = case()
    changed(budget=6 * HOUR, valid_from=NOW + DAY)
    assert follow(NOW) == []
    changed(budget=5 * HOUR, valid_from=NOW + DAY)
    assert follow(NOW + DAY) == [0, 1, 0]
    assert clock_of(row).budget == 5 * HOUR
    changed(budget=None, now=NOW + 2 * DAY)
    # No target is left: the clock keeps the one it has.
    assert follow(NOW + 2 * DAY) == [0, 0]
    assert clock_of(row).budget == 5 * HOUR


def test_change__leaves_agreed_times_statutory_deadlines_and_times_given_by_hand() -> None:
    of, unit = customer(), organization.unit()
    agreement(of, first_response(45))
    row, usual = case(of), case()
    tasks = [
        actions.ask_unit(
            actor=SETUP, case_id=usual.pk, entry=TaskEntry(unit_id=unit.pk, title="查件", within=within), now=NOW
        )
        for within in (None, 3 * HOUR)
    ]
    changed(measure=Measure.FIRST_RESPONSE, budget=HOUR)
    changed(measure=Measure.TASK_REPLY, budget=HOUR)
    follow(NOW)
    assert clock_of(row, "cases.first_response").budget == timedelta(minutes=45)
    assert clock_of(usual, "cases.first_response").budget == HOUR
    found = [Clock.objects.get(subject_kind="case_task", subject_id=pk).budget for pk in tasks]
    assert found == [HOUR, 3 * HOUR]
    assert Task.objects.get(pk=tasks[0]).due_at == NOW + HOUR
    statutory = Clock.objects.filter(statutory=True)
    assert not ClockEntry.objects.filter(clock__in=statutory, kind="recomputed").exists()


def test_change__to_hours_of_the_clock_and_back() -> None:
    row = case()
    changed(budget=24 * HOUR, every_hour=True)
    assert follow(NOW) == [1, 0]
    held = clock_of(row)
    assert (held.due_at, held.calendar_version_id) == (NOW + 24 * HOUR, None)
    assert clock_of(case()).due_at == NOW + 24 * HOUR
    changed(budget=24 * HOUR, now=NOW + HOUR)
    assert follow(NOW + HOUR) == [2, 0]
    held.refresh_from_db()
    assert held.calendar_version_id is not None
    assert adds_up(held, NOW + HOUR)


@pytest.mark.req("CASE-08")
def test_broken__by_time_before_anything_has_marked_it() -> None:
    """Two hours to the first response: broken at their end, in lists, counters and queues, without any job."""
    row = case()
    rows = queries.case_rows(actor=SETUP)
    assert not rows.broken(NOW + 2 * HOUR - timedelta(seconds=1)).exists()
    assert rows.broken(NOW + 2 * HOUR).get() == row
    assert Case.objects.get(pk=row.pk).first_response_missed is None
    # Answered too late: it stays so, by the hour of the answer.
    actions.tell_customer(actor=SETUP, case_id=row.pk, said=said(), is_answer=False, now=NOW + 3 * HOUR)
    held = Case.objects.get(pk=row.pk)
    assert (held.first_response_missed, held.breach_at) == (True, NOW + 3 * HOUR)
    # Answered in time: nothing of it is left.
    good = case()
    actions.tell_customer(actor=SETUP, case_id=good.pk, said=said(), is_answer=True, coding=CODED, now=NOW + HOUR)
    assert Case.objects.get(pk=good.pk).breach_at is None


def test_preview__shows_rows_within_reach_only() -> None:
    near, far = organization.unit(), organization.unit()
    chief = organization.actor(near, roles=("supervisor",), reach=RoleReach.SUBTREE)
    mine = organization.actor(near)
    theirs = organization.actor(far)
    for who in (mine, theirs):
        case(Customer.objects.get(pk=customer().pk), actor=who, owner_id=who.staff_id)
    made = TargetChange.objects.get(pk=proposed(budget=6 * HOUR))
    found = queries.preview_target(actor=chief, change=made, now=NOW)
    assert found.clocks == 2
    assert [row.number for row in found.rows] == [Case.objects.get(owner_id=mine.staff_id).number]
    assert queries.preview_target(actor=mine, change=made, now=NOW).clocks == 0


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, int, Any]]:
    """What befalls a clock: minutes later, a pause or its end, new terms."""
    found = []
    for _step in range(draw(st.integers(1, 6))):
        what = draw(st.sampled_from(["pause", "resume", "terms"]))
        terms = (draw(st.integers(1, 60 * 40)), draw(st.booleans()))
        found.append((what, draw(st.integers(1, 60 * 30)), terms))
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_recompute__whatever_befell_the_clock_its_ledger_adds_up(story: list[tuple[str, int, Any]]) -> None:
    row = case()
    at = NOW
    (subject,) = [("case", row.pk)]
    for what, minutes, (budget, every_hour) in story:
        at += timedelta(minutes=minutes)
        held = clock_of(row)
        if what == "pause":
            clocks.pause_clocks(actor=SETUP, subjects=[subject], reason="waiting_customer", now=at)  # type: ignore[arg-type]
        elif what == "resume":
            clocks.resume_clocks(actor=SETUP, subjects=[subject], now=at)
        else:
            calendar = None if every_hour else calendars.default_calendar_id()
            terms = NewTerms(
                clock_id=held.pk, budget=timedelta(minutes=budget), calendar_id=calendar, every_hour=every_hour
            )
            (known,) = calendars.open_clocks(
                actor=SETUP, kind=SOLUTION, subject_kind="case", subject_ids=[row.pk]
            ).values()
            promised = calendars.new_deadlines(actor=SETUP, clocks=[known], changes={held.pk: terms})
            clocks.recompute_clocks(actor=SETUP, changes=[terms], reason="新标准", now=at)
            assert clock_of(row).due_at == promised[held.pk]
        assert adds_up(clock_of(row), at)
        (chip,) = (
            one for one in calendars.chips(actor=SETUP, subjects=[subject], now=at)[subject] if one.kind == SOLUTION
        )
        lines = calendars.ledger(actor=SETUP, clock_id=held.pk)
        assert sum((line.counted for line in lines), timedelta()) == clock_of(row).used
        # What is shown is the ledger's sum and what has run since its last line.
        assert chip.used == ledger.read(steps_of([held])[held.pk], at).used >= clock_of(row).used
