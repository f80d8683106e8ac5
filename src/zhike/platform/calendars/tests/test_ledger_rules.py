from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.platform.calendars import rules
from zhike.platform.calendars.rules import ledger
from zhike.platform.calendars.tests.strategies import specs
from zhike.platform.calendars.tests.test_hours import at, weekly
from zhike.platform.calendars.types import (
    ChipState,
    ClockNotOpen,
    ClockState,
    EntryKind,
    NoOpenTime,
    StatutoryNeverPauses,
    Step,
    Terms,
    WorkdayRules,
)

HOUR = timedelta(hours=1)
TERMS = Terms(budget=8 * HOUR, spec=weekly())


def step(when: str, kind: EntryKind, terms: Terms | None = None) -> Step:
    return Step(at=at(when), kind=kind, terms=terms)


def started(when: str = "2026-03-02 09:00", terms: Terms = TERMS) -> Step:
    return step(when, EntryKind.STARTED, terms)


def test_read__a_running_clock() -> None:
    reading = ledger.read([started()], at("2026-03-02 11:00"))

    assert (reading.state, reading.used, reading.remaining) == (ClockState.RUNNING, 2 * HOUR, 6 * HOUR)
    assert reading.due_at == at("2026-03-02 17:00")
    assert reading.warn_at == at("2026-03-02 15:00")


def test_read__a_pause_leaves_the_deadline_open_and_moves_it_when_resumed() -> None:
    steps = [started(), step("2026-03-02 11:00", EntryKind.PAUSED)]
    paused = ledger.read(steps, at("2026-03-02 16:00"))
    resumed = ledger.read([*steps, step("2026-03-02 16:00", EntryKind.RESUMED)], at("2026-03-02 17:00"))

    assert (paused.state, paused.used, paused.due_at) == (ClockState.PAUSED, 2 * HOUR, None)
    assert (resumed.used, resumed.due_at) == (3 * HOUR, at("2026-03-03 13:00"))


def test_read__a_clock_that_was_over_stays_over_while_paused() -> None:
    steps = [started(), step("2026-03-03 10:00", EntryKind.PAUSED)]
    reading = ledger.read(steps, at("2026-03-05 10:00"))

    assert (reading.state, reading.remaining) == (ClockState.PAUSED, -2 * HOUR)
    assert reading.due_at == at("2026-03-02 17:00")
    shown = ledger.chip_state(reading.state, at("2026-03-05 10:00"), due_at=reading.due_at, warn_at=reading.warn_at)
    assert shown is ChipState.OVER


@pytest.mark.parametrize(
    ("stopped", "state"),
    [
        ("2026-03-02 17:00", ClockState.MET),
        ("2026-03-02 17:01", ClockState.MISSED),
        # Promised for 17:00: an answer at night is late, though no working time has passed since 18:00.
        ("2026-03-02 23:00", ClockState.MISSED),
    ],
)
def test_read__met_until_the_deadline_missed_after_it(stopped: str, state: ClockState) -> None:
    reading = ledger.read([started(), step(stopped, EntryKind.STOPPED)], at("2026-03-06 09:00"))

    assert reading.state is state
    assert reading.due_at == at("2026-03-02 17:00")


def test_read__the_close_is_the_deadline_not_the_next_opening() -> None:
    steps = [started("2026-03-02 10:00"), step("2026-03-02 20:00", EntryKind.STOPPED)]

    assert ledger.read(steps, at("2026-03-02 20:00")).state is ClockState.MISSED


def test_read__stopped_while_paused_is_met() -> None:
    steps = [started(), step("2026-03-02 11:00", EntryKind.PAUSED), step("2026-03-09 11:00", EntryKind.STOPPED)]

    reading = ledger.read(steps, at("2026-03-09 11:00"))
    assert (reading.state, reading.used) == (ClockState.MET, 2 * HOUR)


def test_read__reopened_keeps_what_was_used() -> None:
    steps = [
        started(),
        step("2026-03-02 12:00", EntryKind.STOPPED),
        step("2026-03-04 09:00", EntryKind.REOPENED),
    ]

    reading = ledger.read(steps, at("2026-03-04 10:00"))
    assert (reading.state, reading.used, reading.due_at) == (ClockState.RUNNING, 4 * HOUR, at("2026-03-04 14:00"))


def test_read__recomputed_terms_hold_for_the_whole_life() -> None:
    shorter = Terms(budget=4 * HOUR, spec=weekly("10:00-12:00"))
    steps = [started(), step("2026-03-02 18:00", EntryKind.RECOMPUTED, shorter)]

    reading = ledger.read(steps, at("2026-03-02 18:00"))
    assert (reading.used, reading.due_at) == (2 * HOUR, at("2026-03-03 12:00"))
    assert [(line.kind, line.counted) for line in ledger.lines(steps)] == [
        (EntryKind.STARTED, timedelta()),
        (EntryKind.RECOMPUTED, 2 * HOUR),
    ]


def test_read__a_statutory_clock_counts_every_second() -> None:
    received = at("2026-03-01 13:00")
    deadline = rules.statutory_deadline(received, 7, "Asia/Shanghai", WorkdayRules())
    steps = [Step(at=received, kind=EntryKind.STARTED, terms=Terms(budget=deadline.due_at - received))]

    reading = ledger.read(steps, at("2026-03-07 13:00"))
    assert (reading.due_at, reading.remaining) == (at("2026-03-09 00:00"), 35 * HOUR)


def test_chip_state__warns_at_its_share_then_is_over() -> None:
    due_at, warn_at = at("2026-03-02 17:00"), at("2026-03-02 15:00")

    def shown(when: str, state: ClockState = ClockState.RUNNING) -> ChipState:
        return ledger.chip_state(state, at(when), due_at=due_at, warn_at=warn_at)

    assert shown("2026-03-02 14:59") is ChipState.RUNNING
    assert shown("2026-03-02 15:00") is ChipState.WARNING
    assert shown("2026-03-02 17:00") is ChipState.WARNING
    assert shown("2026-03-02 17:01") is ChipState.OVER
    assert shown("2026-03-02 17:01", ClockState.MET) is ChipState.MET
    assert (
        ledger.chip_state(ClockState.PAUSED, at("2026-03-02 17:01"), due_at=None, warn_at=warn_at) is ChipState.PAUSED
    )


def test_warn_budget__is_exact() -> None:
    terms = Terms(budget=timedelta(hours=1), warn_share=Decimal("0.9"))

    assert ledger.warn_budget(terms) == timedelta(minutes=54)


def test_check__statutory_never_pauses() -> None:
    with pytest.raises(StatutoryNeverPauses):
        ledger.check(EntryKind.PAUSED, ClockState.RUNNING, statutory=True)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (EntryKind.PAUSED, ClockState.PAUSED),
        (EntryKind.PAUSED, ClockState.MET),
        (EntryKind.RESUMED, ClockState.RUNNING),
        (EntryKind.STOPPED, ClockState.MISSED),
        (EntryKind.REOPENED, ClockState.RUNNING),
        (EntryKind.REOPENED, ClockState.CANCELLED),
        (EntryKind.RECOMPUTED, ClockState.MET),
        (EntryKind.CANCELLED, ClockState.CANCELLED),
        (EntryKind.STARTED, ClockState.RUNNING),
    ],
)
def test_check__refuses_what_cannot_happen(kind: EntryKind, state: ClockState) -> None:
    with pytest.raises(ClockNotOpen):
        ledger.check(kind, state, statutory=False)


@dataclass(frozen=True)
class Life:
    """A random ledger that follows the rules, and the instant at which it is read."""

    steps: list[Step]
    at: datetime


TERMS_OF_LIFE = st.builds(
    lambda minutes, spec: Terms(budget=timedelta(minutes=minutes), spec=spec),
    st.integers(10, 6000),
    st.one_of(st.none(), specs(zones=("Asia/Shanghai", "America/New_York"))),
)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    moment = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 100_000)))
    terms = draw(TERMS_OF_LIFE)
    steps = [Step(at=moment, kind=EntryKind.STARTED, terms=terms)]
    state = ClockState.RUNNING
    for _turn in range(draw(st.integers(0, 7))):
        moment += timedelta(minutes=draw(st.integers(0, 4000)))
        possible = [kind for kind, states in ledger.ALLOWED.items() if state in states]
        if not possible:
            break
        kind = draw(st.sampled_from(possible))
        new_terms = draw(TERMS_OF_LIFE) if kind is EntryKind.RECOMPUTED else None
        steps.append(Step(at=moment, kind=kind, terms=new_terms))
        try:
            state = ledger.read(steps, moment).state
        except NoOpenTime:
            return Life(steps[:-1], steps[-2].at)
    return Life(steps, moment + timedelta(minutes=draw(st.integers(0, 4000))))


@settings(max_examples=150, deadline=None)
@given(life=lives())
def test_ledger__its_sum_is_the_time_shown(life: Life) -> None:
    terms = [step.terms for step in life.steps if step.terms is not None][-1]
    try:
        reading = ledger.read(life.steps, life.at)
    except NoOpenTime:
        return
    lines = ledger.lines(life.steps)
    state = ledger.read(life.steps, life.steps[-1].at).state
    tail = ledger.span(terms, life.steps[-1].at, life.at) if state is ClockState.RUNNING else timedelta()

    assert sum((line.counted for line in lines), timedelta()) + tail == reading.used
    assert lines[-1].used + tail == reading.used
    assert reading.remaining + reading.used == terms.budget


@settings(max_examples=150, deadline=None)
@given(life=lives())
def test_ledger__state_deadline_and_time_used_agree(life: Life) -> None:
    try:
        reading = ledger.read(life.steps, life.at)
    except NoOpenTime:
        return

    if reading.state is ClockState.RUNNING:
        assert reading.due_at is not None
        if life.at < reading.due_at:
            assert reading.remaining >= timedelta()
        if reading.remaining < timedelta():
            assert reading.due_at < life.at
    if reading.state is ClockState.MET:
        assert reading.remaining >= timedelta()
    if reading.state is ClockState.PAUSED and reading.due_at is None:
        assert reading.remaining >= timedelta()
    if reading.due_at is not None and reading.warn_at is not None:
        assert reading.warn_at <= reading.due_at


@settings(max_examples=60, deadline=None)
@given(life=lives())
def test_ledger__time_used_never_shrinks_between_recomputations(life: Life) -> None:
    if any(step.kind is EntryKind.RECOMPUTED for step in life.steps):
        return
    moments = [*(step.at for step in life.steps), life.at]
    try:
        used = [ledger.read(life.steps, moment).used for moment in moments]
    except NoOpenTime:
        return

    assert used == sorted(used)
