"""Actors, calendars and clocks for these tests, made by the real actions."""

from datetime import date, datetime, timedelta

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.calendars import actions
from zhike.platform.calendars.models import Calendar
from zhike.platform.calendars.rules.reading import read_shifts, week_of
from zhike.platform.calendars.tests.test_hours import SHANGHAI, at
from zhike.platform.calendars.types import CalendarEntry, ClockRequest, Subject, Week

NOW = at("2026-03-02 09:00")
HOUR = timedelta(hours=1)
CASE: Subject = ("case", 1042)
RIGHTS = frozenset({"calendars.view", "calendars.manage", "clocks.run", "clocks.recompute"})


def make_actor(name: str = "7", rights: frozenset[str] = RIGHTS) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=name, rights=rights, zone=SHANGHAI)


def make_week(days: str = "09:00-18:00", weekend: str = "") -> Week:
    return week_of([read_shifts(days)] * 5 + [read_shifts(weekend)] * 2)


def make_holidays(code: str = "CN", country: str = "CN") -> int:
    return actions.create_holiday_set(
        actor=make_actor(), code=code, labels={"zh-hans": "中国", "en": "China"}, country=country, now=NOW
    )


def make_calendar(
    code: str = "office", *, week: Week | None = None, holidays_id: int | None = None, is_default: bool = False
) -> int:
    return actions.create_calendar(
        actor=make_actor(),
        entry=CalendarEntry(
            code=code,
            labels={"zh-hans": "办公室", "zh-hant": "辦公室", "en": "Office"},
            zone=SHANGHAI,
            week=week or make_week(),
            holidays_id=holidays_id,
            is_default=is_default,
            valid_from=date(2000, 1, 1),
        ),
        now=NOW,
    )


def default_calendar() -> int:
    """The company's own calendar, made once a database: 09:00 to 18:00 on weekdays."""
    found = Calendar.objects.filter(is_default=True).values_list("pk", flat=True).first()
    return found or make_calendar("company", is_default=True)


def make_request(
    calendar_id: int,
    *,
    subject: Subject = CASE,
    kind: str = "cases.first_response",
    hours: float | None = 8,
    statutory_days: int | None = None,
    started_at: datetime = NOW,
    holder_unit_id: int | None = None,
) -> ClockRequest:
    return ClockRequest(
        subject=subject,
        kind=kind,
        calendar_id=calendar_id,
        started_at=started_at,
        budget=timedelta(hours=hours) if hours is not None and statutory_days is None else None,
        statutory_days=statutory_days,
        holder_unit_id=holder_unit_id,
    )


def start(*requests: ClockRequest, now: datetime = NOW) -> int:
    return actions.start_clocks(actor=make_actor(), requests=requests, now=now)
