from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from zhike.platform import audit, clock, parameters
from zhike.platform.actors import system_actor
from zhike.platform.calendars import actions, queries
from zhike.platform.calendars.actions.clocks import ClockBusy
from zhike.platform.calendars.models import Clock, ClockEntry
from zhike.platform.calendars.queries.clocks import outdated_clocks, steps_of
from zhike.platform.calendars.rules import ledger
from zhike.platform.calendars.tests.factories import (
    CASE,
    HOUR,
    NOW,
    make_actor,
    make_calendar,
    make_holidays,
    make_request,
    make_week,
    start,
)
from zhike.platform.calendars.tests.test_hours import at
from zhike.platform.calendars.types import (
    Chip,
    ChipState,
    ClockState,
    EntryKind,
    NewTerms,
    PauseReason,
    StatutoryNeverPauses,
    Subject,
)
from zhike.platform.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db
WAITING = PauseReason.CUSTOMER


def chip(now: datetime = NOW, subject: Subject = CASE) -> Chip:
    return queries.chips(actor=make_actor(), subjects=[subject], now=now)[subject][0]


def pause(when: str, **more: Any) -> int:
    given: dict[str, Any] = {"actor": make_actor(), "subjects": [CASE], "reason": WAITING, "now": at(when), **more}
    return actions.pause_clocks(**given)


def resume(when: str) -> int:
    return actions.resume_clocks(actor=make_actor("8"), subjects=[CASE], now=at(when))


def stop(when: str) -> dict[int, ClockState]:
    return actions.stop_clocks(actor=make_actor(), subjects=[CASE], now=at(when))


def test_start_clocks__sets_due_and_warning_from_the_calendar() -> None:
    assert start(make_request(make_calendar(), holder_unit_id=12)) == 1

    found = chip(at("2026-03-02 11:00"))
    assert (found.state, found.used, found.remaining) == (ChipState.RUNNING, 2 * HOUR, 6 * HOUR)
    assert (found.due_at, found.warn_at) == (at("2026-03-02 17:00"), at("2026-03-02 15:00"))
    assert (found.holder_unit_id, found.zone, found.statutory) == (12, "Asia/Shanghai", False)


def test_start_clocks__is_set_based(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    calendar_id = make_calendar()
    requests = [make_request(calendar_id, subject=("case", number)) for number in range(1, 1001)]

    with django_assert_max_num_queries(14):
        assert start(*requests) == 1000
    assert ClockEntry.objects.count() == 1000
    [entry] = audit.history(actor=make_actor(), subject=("clocks", "batch"))
    assert entry.after == {"clocks": 1000, "kinds": ["cases.first_response"]}


def test_start_clocks__leaves_a_clock_that_runs_already() -> None:
    calendar_id = make_calendar()
    start(make_request(calendar_id))

    again = start(make_request(calendar_id), make_request(calendar_id, kind="cases.solution", hours=24))

    assert again == 1
    assert Clock.objects.count() == 2


def test_start_clocks__counts_from_the_receipt_not_from_the_typing() -> None:
    start(make_request(make_calendar(), started_at=at("2026-02-27 17:00")), now=NOW)

    assert chip(NOW).used == HOUR
    assert chip(NOW).due_at == at("2026-03-02 16:00")


def test_start_clocks__warns_when_the_parameter_says_so() -> None:
    parameters.set_parameter(
        actor=system_actor("test"), key="calendars.warn_share", value="0.5", reason="r", source="s", now=NOW
    )
    start(make_request(make_calendar()))

    assert chip().warn_at == at("2026-03-02 13:00")
    assert Clock.objects.get().warn_share == Decimal("0.5")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"started_at": NOW + HOUR}, "started_at"),
        ({"hours": None}, "budget"),
        ({"hours": 0}, "budget"),
    ],
)
def test_start_clocks__refuses(more: dict[str, Any], field: str) -> None:
    calendar_id = make_calendar()
    with pytest.raises(Invalid) as caught:
        start(make_request(calendar_id, **more))

    assert set(caught.value.fields) == {field}
    assert not Clock.objects.exists()


def test_start_clocks__unknown_calendar() -> None:
    with pytest.raises(NotFound):
        start(make_request(99))


def test_statutory__ends_at_24_00_and_shows_the_rolled_day_beside() -> None:
    holidays_id = make_holidays()
    actions.load_holidays(actor=make_actor(), holidays_id=holidays_id, years=[2026], now=NOW)
    calendar_id = make_calendar(holidays_id=holidays_id)
    start(make_request(calendar_id, statutory_days=7, started_at=at("2026-03-01 13:00")))

    found = chip(at("2026-03-06 00:00"))
    assert found.statutory
    assert found.due_at is not None
    assert found.rolled_due_at is not None
    assert clock.deadline_parts(found.due_at, found.zone) == (date(2026, 3, 8), "24:00")
    assert clock.deadline_parts(found.rolled_due_at, found.zone) == (date(2026, 3, 9), "24:00")
    assert found.remaining == timedelta(days=3)


def test_pause_clocks__statutory_runs_on_and_is_refused_by_name() -> None:
    calendar_id = make_calendar()
    start(
        make_request(calendar_id, kind="cases.solution"),
        make_request(calendar_id, kind="cases.statutory", statutory_days=7),
    )

    assert pause("2026-03-02 10:00") == 1

    states = dict(Clock.objects.values_list("kind", "state"))
    assert states == {"cases.solution": "paused", "cases.statutory": "running"}
    with pytest.raises(StatutoryNeverPauses):
        pause("2026-03-02 10:00", kinds=["cases.statutory"])


def test_pause_clocks__only_for_the_three_reasons() -> None:
    start(make_request(make_calendar()))

    with pytest.raises(ValueError, match="waiting_for_lunch"):
        pause("2026-03-02 10:00", reason="waiting_for_lunch")
    assert Clock.objects.get().state == "running"


def test_pause_and_resume__move_the_deadline_and_say_who() -> None:
    start(make_request(make_calendar()))
    pause("2026-03-02 11:00")

    waiting = chip(at("2026-03-04 11:00"))
    assert (waiting.state, waiting.used, waiting.due_at) == (ChipState.PAUSED, 2 * HOUR, None)
    assert waiting.pause_reason == "waiting_customer"

    resume("2026-03-04 09:00")
    assert chip(at("2026-03-04 09:00")).due_at == at("2026-03-04 15:00")
    lines = queries.ledger(actor=make_actor(), clock_id=Clock.objects.get().pk)
    assert [(line.kind, line.actor_id, line.counted, line.pause_reason) for line in lines] == [
        (EntryKind.STARTED, "7", timedelta(), ""),
        (EntryKind.PAUSED, "7", 2 * HOUR, "waiting_customer"),
        (EntryKind.RESUMED, "8", timedelta(), ""),
    ]


def test_resume_clocks__names_who_caused_it() -> None:
    start(make_request(make_calendar()))
    pause("2026-03-02 11:00")
    customer = make_actor("55")

    actions.resume_clocks(
        actor=system_actor("cases.reply"), subjects=[CASE], now=at("2026-03-02 12:00"), caused_by=customer
    )

    assert ClockEntry.objects.latest("id").actor_id == "55"


@pytest.mark.parametrize(
    ("when", "state"), [("2026-03-02 17:00", ClockState.MET), ("2026-03-02 17:01", ClockState.MISSED)]
)
def test_stop_clocks__met_or_missed(when: str, state: ClockState) -> None:
    start(make_request(make_calendar()))

    assert list(stop(when).values()) == [state]
    assert chip(at("2026-03-09 09:00")).state.value == state.value
    assert Clock.objects.get().stopped_at == at(when)


def test_reopen_clocks__goes_on_with_what_was_used() -> None:
    start(make_request(make_calendar()))
    stop("2026-03-02 12:00")

    assert actions.reopen_clocks(actor=make_actor(), subjects=[CASE], now=at("2026-03-04 09:00"), note="again") == 1

    found = chip(at("2026-03-04 10:00"))
    assert (found.state, found.used, found.due_at) == (ChipState.RUNNING, 4 * HOUR, at("2026-03-04 14:00"))


def test_reopen_clocks__leaves_one_that_has_a_successor() -> None:
    calendar_id = make_calendar()
    start(make_request(calendar_id))
    stop("2026-03-02 12:00")
    start(make_request(calendar_id, started_at=at("2026-03-03 09:00")), now=at("2026-03-03 09:00"))

    assert actions.reopen_clocks(actor=make_actor(), subjects=[CASE], now=at("2026-03-04 09:00")) == 0


def test_hand_over_clocks__counts_the_time_before_for_the_holder_before() -> None:
    start(make_request(make_calendar(), holder_unit_id=12))

    actions.hand_over_clocks(actor=make_actor(), subjects=[CASE], holder_unit_id=30, now=at("2026-03-02 12:00"))
    stop("2026-03-02 13:00")

    lines = queries.ledger(actor=make_actor(), clock_id=Clock.objects.get().pk)
    held = {}
    for before, line in pairwise(lines):
        held[before.holder_unit_id] = line.counted
    assert held == {12: 3 * HOUR, 30: HOUR}


def test_hand_over_clocks__keeps_a_pause() -> None:
    start(make_request(make_calendar(), holder_unit_id=12))
    pause("2026-03-02 11:00")

    actions.hand_over_clocks(actor=make_actor(), subjects=[CASE], holder_unit_id=30, now=at("2026-03-02 12:00"))

    assert (chip().state, chip().pause_reason) == (ChipState.PAUSED, "waiting_customer")


def test_cancel_clocks__needs_a_note_and_leaves_the_lists() -> None:
    start(make_request(make_calendar()))
    with pytest.raises(Invalid):
        actions.cancel_clocks(actor=make_actor(), subjects=[CASE], note=" ", now=NOW)

    assert actions.cancel_clocks(actor=make_actor(), subjects=[CASE], note="Duplicate of C-1038", now=NOW) == 1

    assert queries.chips(actor=make_actor(), subjects=[CASE], now=NOW) == {CASE: []}


def test_recompute_clocks__does_what_the_preview_said() -> None:
    calendar_id = make_calendar()
    start(make_request(calendar_id))
    clock_id = Clock.objects.get().pk
    changes = [NewTerms(clock_id=clock_id, budget=4 * HOUR)]
    later = at("2026-03-02 11:00")

    preview = queries.preview_recompute(actor=make_actor(), changes=changes, now=later)
    done = actions.recompute_clocks(actor=make_actor("8"), changes=changes, reason="New standard", now=later)

    assert preview == done
    [row] = done
    assert (row.old_due, row.new_due) == (at("2026-03-02 17:00"), at("2026-03-02 13:00"))
    assert (chip(later).due_at, chip(later).budget) == (at("2026-03-02 13:00"), 4 * HOUR)
    entry = ClockEntry.objects.latest("id")
    assert (entry.kind, entry.note, entry.budget) == ("recomputed", "New standard", 4 * HOUR)


@pytest.mark.req("CTRL-01", partial="controls")
def test_recompute_clocks__after_a_change_of_the_calendar_is_for_another_person() -> None:
    calendar_id = make_calendar()
    start(make_request(calendar_id))
    actions.set_hours(
        actor=make_actor(), calendar_id=calendar_id, valid_from=date(2026, 3, 1), week=make_week("10:00-12:00"), now=NOW
    )
    # Until somebody decides so, a running clock keeps the calendar it was started with.
    assert chip().due_at == at("2026-03-02 17:00")

    changes = outdated_clocks(actor=make_actor(), calendar_id=calendar_id)
    with pytest.raises(Forbidden):
        actions.recompute_clocks(actor=make_actor(), changes=changes, reason="Mine", now=at("2026-03-02 11:00"))
    assert chip().due_at == at("2026-03-02 17:00")
    assert ClockEntry.objects.count() == 1

    actions.recompute_clocks(actor=make_actor("8"), changes=changes, reason="Shorter hours", now=at("2026-03-02 11:00"))

    assert chip(at("2026-03-02 11:00")).used == HOUR
    assert chip().due_at == at("2026-03-05 12:00")
    assert outdated_clocks(actor=make_actor(), calendar_id=calendar_id) == []


def test_recompute_clocks__takes_time_back_in_the_ledger() -> None:
    calendar_id = make_calendar()
    start(make_request(calendar_id))
    pause("2026-03-02 12:00")
    shorter = make_calendar("short", week=make_week("11:00-12:00"))
    changes = [NewTerms(clock_id=Clock.objects.get().pk, calendar_id=shorter)]

    actions.recompute_clocks(actor=make_actor("8"), changes=changes, reason="why", now=at("2026-03-02 13:00"))

    lines = queries.ledger(actor=make_actor(), clock_id=Clock.objects.get().pk)
    assert [line.counted for line in lines] == [timedelta(), 3 * HOUR, -2 * HOUR]
    assert (chip().used, chip().pause_reason) == (HOUR, "waiting_customer")


def test_recompute_clocks__never_a_statutory_one() -> None:
    start(make_request(make_calendar(), statutory_days=7))
    changes = [NewTerms(clock_id=Clock.objects.get().pk, budget=HOUR)]

    with pytest.raises(Invalid):
        actions.recompute_clocks(actor=make_actor(), changes=changes, reason="why", now=NOW)


def test_actions__need_the_right_and_change_nothing_without() -> None:
    start(make_request(make_calendar()))
    auditor = make_actor("3", rights=frozenset({"calendars.view"}))

    for attempt in (
        lambda: actions.stop_clocks(actor=auditor, subjects=[CASE], now=NOW),
        lambda: actions.pause_clocks(actor=auditor, subjects=[CASE], reason=WAITING, now=NOW),
        lambda: actions.recompute_clocks(actor=auditor, changes=[], reason="why", now=NOW),
    ):
        with pytest.raises(Forbidden):
            attempt()

    assert Clock.objects.get().state == "running"
    assert ClockEntry.objects.count() == 1


def test_actions__refuse_to_write_before_the_last_entry() -> None:
    start(make_request(make_calendar()))
    pause("2026-03-02 11:00")

    with pytest.raises(ClockBusy):
        resume("2026-03-02 10:00")


def test_chips__most_urgent_first_in_one_query(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    calendar_id = make_calendar()
    start(
        make_request(calendar_id, kind="cases.solution", hours=24),
        make_request(calendar_id, kind="cases.first_response", hours=1),
        make_request(calendar_id, kind="cases.reply", hours=3),
        *(make_request(calendar_id, subject=("task", number)) for number in range(1, 60)),
    )
    subjects = [CASE, *(("task", number) for number in range(1, 60))]

    with django_assert_max_num_queries(2):  # clocks, and the calendar's version once a process
        found = queries.chips(actor=make_actor(), subjects=subjects, now=at("2026-03-02 11:30"))

    assert [(one.kind, one.state) for one in found[CASE]] == [
        ("cases.first_response", ChipState.OVER),
        ("cases.reply", ChipState.WARNING),
        ("cases.solution", ChipState.RUNNING),
    ]
    assert sum(len(several) for several in found.values()) == 62


def test_ledger__cannot_be_changed_or_removed() -> None:
    start(make_request(make_calendar()))

    for change in (lambda: ClockEntry.objects.update(note="x"), ClockEntry.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError), transaction.atomic():
        Clock.objects.all().delete()


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("calendars_clock_state_known", {"state": "lost"}),
        ("calendars_clock_statutory_never_pauses", {"statutory": True, "statutory_days": 7, "state": "paused"}),
        ("calendars_clock_statutory_counts_days", {"statutory": True}),
        ("calendars_clock_statutory_counts_days", {"statutory_days": 7}),
        ("calendars_clock_pause_has_reason", {"state": "paused"}),
        ("calendars_clock_pause_has_reason", {"pause_reason": "waiting_customer"}),
        ("calendars_clock_stopped_when_closed", {"state": "met"}),
        ("calendars_clock_stopped_when_closed", {"stopped_at": NOW}),
        ("calendars_clock_running_has_due", {"due_at": None}),
        ("calendars_clock_budget_positive", {"budget": timedelta(0)}),
    ],
)
def test_clock__constraints(constraint: str, more: dict[str, Any]) -> None:
    if constraint == "calendars_clock_statutory_never_pauses":
        more = {**more, "pause_reason": "waiting_customer"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Clock.objects.bulk_create([a_clock(**more)])


def a_clock(**more: Any) -> Clock:
    given: dict[str, Any] = {
        "subject_kind": "case",
        "subject_id": 1,
        "kind": "cases.solution",
        "zone": "UTC",
        "budget": HOUR,
        "warn_share": Decimal("0.75"),
        "started_at": NOW,
        "due_at": NOW,
        "state": "running",
        "changed_at": NOW,
        **more,
    }
    return Clock(**given)


def test_clock__one_open_of_each_kind() -> None:
    with pytest.raises(IntegrityError, match="calendars_clock_one_open"), transaction.atomic():
        Clock.objects.bulk_create([a_clock(), a_clock()])


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("calendars_entry_kind_known", {"kind": "lost"}),
        ("calendars_entry_pause_has_reason", {"kind": "paused"}),
        ("calendars_entry_pause_has_reason", {"pause_reason": "waiting_customer"}),
        ("calendars_entry_terms", {"kind": "started"}),
        ("calendars_entry_terms", {"budget": HOUR}),
    ],
)
def test_entry__constraints(constraint: str, more: dict[str, Any]) -> None:
    start(make_request(make_calendar()))
    given: dict[str, Any] = {"kind": "resumed", "at": NOW, "actor_kind": "staff", "actor_id": "7", **more}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ClockEntry.objects.bulk_create([ClockEntry(clock=Clock.objects.get(), **given)])


Turn = Callable[[str], object]
TURNS = st.lists(
    st.tuples(st.sampled_from(["pause", "resume", "stop", "reopen", "hand_over", "recompute"]), st.integers(0, 3000)),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, tail=st.integers(0, 3000))
def test_random_lives__the_row_the_ledger_and_the_rules_agree(turns: list[tuple[str, int]], tail: int) -> None:
    with transaction.atomic():
        start(make_request(make_calendar()))
        moment = NOW
        for name, minutes in turns:
            moment += timedelta(minutes=minutes)
            _do(name, moment, minutes)
        moment += timedelta(minutes=tail)
        row = Clock.objects.get()
        reading = ledger.read(steps_of([row])[row.pk], moment)
        shown = chip(moment)
        lines = queries.ledger(actor=make_actor(), clock_id=row.pk)

        assert (row.state, row.due_at, row.warn_at) == (reading.state.value, reading.due_at, reading.warn_at)
        assert shown.used == reading.used
        assert lines[-1].used == row.used == sum((line.counted for line in lines), timedelta())
        transaction.set_rollback(True)


def _do(name: str, moment: datetime, minutes: int) -> None:
    # Not who made the hours: they may not recompute by them.
    actor = make_actor("8")
    if name == "pause":
        actions.pause_clocks(actor=actor, subjects=[CASE], reason=WAITING, now=moment)
    elif name == "resume":
        actions.resume_clocks(actor=actor, subjects=[CASE], now=moment)
    elif name == "stop":
        actions.stop_clocks(actor=actor, subjects=[CASE], now=moment)
    elif name == "reopen":
        actions.reopen_clocks(actor=actor, subjects=[CASE], now=moment)
    elif name == "hand_over":
        actions.hand_over_clocks(actor=actor, subjects=[CASE], holder_unit_id=minutes, now=moment)
    else:
        changes = [NewTerms(clock_id=Clock.objects.get().pk, budget=timedelta(minutes=minutes + 1))]
        actions.recompute_clocks(actor=actor, changes=changes, reason="why", now=moment)
