"""The invented company's working time: announced holidays and make-up days, hubs at night, outlets at noon."""

from datetime import UTC, date, datetime, timedelta

import pytest

from zhike.demo.build import ACTOR, make_units
from zhike.demo.calendars import HUB, OFFICE, make_calendars
from zhike.demo.world import Outlet, World
from zhike.platform.calendars import actions, queries
from zhike.platform.calendars.queries.specs import rules_of
from zhike.platform.calendars.rules import hours_of
from zhike.platform.calendars.types import ClockRequest, Shift, Spec
from zhike.record.organization import queries as organization

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
OUTLET = Outlet("D001", "上海浦东网点", 0, "上海", "浦东", 31.2, 121.5, "+864005500001", is_contractor=False)


def _spec(calendar_id: int) -> Spec:
    return rules_of([calendar_id])[calendar_id].spec


def test_office__keeps_holidays_and_works_on_make_up_days() -> None:
    made = make_calendars(actor=ACTOR, now=NOW)
    office = _spec(made[OFFICE])
    usual = (Shift(8 * 60 + 30, 18 * 60),)

    assert queries.default_calendar_id() == made[OFFICE]
    assert hours_of(office, date(2026, 11, 20)) == usual
    assert hours_of(office, date(2026, 11, 21)) == ()
    # National Day falls on a Thursday; the Saturday after the holiday is worked instead.
    assert hours_of(office, date(2026, 10, 1)) == ()
    assert hours_of(office, date(2026, 10, 10)) == usual
    # The year before belongs to the history too.
    assert hours_of(office, date(2025, 10, 1)) == ()
    assert hours_of(_spec(made[HUB]), date(2026, 10, 1)) == (Shift(0, 24 * 60),)


@pytest.mark.parametrize(
    ("begun", "due"),
    [
        # An hour before closing on the eve of the holiday: the other hour comes on the 8th.
        (datetime(2026, 9, 30, 9, tzinfo=UTC), datetime(2026, 10, 8, 1, 30, tzinfo=UTC)),
        # An hour before closing on a Friday: the Saturday is worked.
        (datetime(2026, 10, 9, 9, tzinfo=UTC), datetime(2026, 10, 10, 1, 30, tzinfo=UTC)),
    ],
)
def test_clock__stands_still_on_holidays_and_runs_on_make_up_days(begun: datetime, due: datetime) -> None:
    made = make_calendars(actor=ACTOR, now=NOW)
    subject = ("case", 1)
    request = ClockRequest(
        subject=subject, kind="tests.reply", calendar_id=made[OFFICE], started_at=begun, budget=timedelta(hours=2)
    )
    actions.start_clocks(actor=ACTOR, requests=[request], now=begun)

    (chip,) = queries.chips(actor=ACTOR, subjects=[subject], now=begun)[subject]
    assert chip.due_at == due


def test_units__open_by_their_calendars() -> None:
    make_units(World(outlets=[OUTLET]), NOW)
    noon = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    found = {unit.code: unit for unit in organization.unit_rows(actor=ACTOR)}
    assert found["D001"].calendar_id != found["HQ"].calendar_id
    card = organization.outlet_card(actor=ACTOR, unit_id=found["D001"].pk, now=noon)
    assert (card.hours, card.is_open) == ((("08:00", "12:00"), ("13:00", "20:00")), False)
