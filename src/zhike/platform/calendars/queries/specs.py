"""Calendars as pure data: the present version of one, or the version a clock was measured with."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from zhike.platform.calendars.models import (
    Calendar,
    CalendarVersion,
    DayOverride,
    HolidayDay,
    HolidaySet,
    HolidayYear,
    WeeklyHours,
)
from zhike.platform.calendars.rules.reading import load_shifts, load_spec, week_of
from zhike.platform.calendars.types import DayKind, Override, Period, Spec, WorkdayRules


@dataclass(frozen=True, slots=True)
class Rules:
    """What a calendar says today: its open hours, and which days are workdays for statutory deadlines."""

    calendar_id: int
    version_id: int
    spec: Spec
    workdays: WorkdayRules


@lru_cache(maxsize=1024)
def spec_of_version(version_id: int) -> Spec:
    """The hours of one version; versions never change, so one reading serves the process's whole life."""
    return load_spec(CalendarVersion.objects.values_list("spec", flat=True).get(pk=version_id))


def load_versions(version_ids: Collection[int]) -> dict[int, Spec]:
    """Several versions at once."""
    return {version_id: spec_of_version(version_id) for version_id in sorted(set(version_ids))}


def rules_of(calendar_ids: Collection[int]) -> dict[int, Rules]:
    """The present rules of these calendars. Hours are no secret: rooms ask with ids they already hold."""
    calendars = {row.pk: row for row in Calendar.objects.filter(pk__in=calendar_ids)}
    versions = {
        row.calendar_id: row.pk
        for row in CalendarVersion.objects.filter(calendar_id__in=calendars)
        .order_by("calendar_id", "-version")
        .distinct("calendar_id")
    }
    workdays = workday_rules({row.holidays_id for row in calendars.values() if row.holidays_id is not None})
    return {
        pk: Rules(
            calendar_id=pk,
            version_id=versions[pk],
            spec=spec_of_version(versions[pk]),
            workdays=workdays.get(calendar.holidays_id or 0, WorkdayRules()),
        )
        for pk, calendar in calendars.items()
    }


def workday_rules(holiday_set_ids: Collection[int]) -> dict[int, WorkdayRules]:
    """Weekends, holidays and make-up days of these sets."""
    if not holiday_set_ids:
        return {}
    weekends = dict(HolidaySet.objects.filter(pk__in=holiday_set_ids).values_list("pk", "weekend"))
    days: dict[tuple[int, str], set[date]] = defaultdict(set)
    for holidays_id, day, kind in HolidayDay.objects.filter(holidays_id__in=holiday_set_ids).values_list(
        "holidays_id", "day", "kind"
    ):
        days[holidays_id, kind].add(day)
    years: dict[int, set[int]] = defaultdict(set)
    for holidays_id, year in HolidayYear.objects.filter(holidays_id__in=holiday_set_ids).values_list(
        "holidays_id", "year"
    ):
        years[holidays_id].add(year)
    return {
        pk: WorkdayRules(
            weekend=frozenset(weekend),
            holidays=frozenset(days[pk, DayKind.CLOSED.value]),
            makeup_days=frozenset(days[pk, DayKind.MAKEUP.value]),
            years=frozenset(years[pk]),
        )
        for pk, weekend in weekends.items()
    }


def build_specs(calendars: Collection[Calendar]) -> dict[int, Spec]:
    """The specs that the rows say now, before they are published as versions."""
    ids = [calendar.pk for calendar in calendars]
    periods: dict[int, list[Period]] = defaultdict(list)
    for hours in WeeklyHours.objects.filter(calendar_id__in=ids).order_by("calendar_id", "valid_from"):
        week = week_of([load_shifts(day) for day in hours.week])
        periods[hours.calendar_id].append(Period(hours.valid_from, week))
    shared: dict[int, dict[date, Override]] = defaultdict(dict)
    sets = {calendar.holidays_id for calendar in calendars if calendar.holidays_id is not None}
    for holiday in HolidayDay.objects.filter(holidays_id__in=sets):
        shared[holiday.holidays_id][holiday.day] = Override(DayKind(holiday.kind))
    own: dict[int, dict[date, Override]] = defaultdict(dict)
    for row in DayOverride.objects.filter(calendar_id__in=ids):
        own[row.calendar_id][row.day] = Override(DayKind(row.kind), load_shifts(row.shifts))
    return {
        calendar.pk: Spec(
            zone=calendar.zone,
            periods=tuple(periods[calendar.pk]),
            overrides=tuple(sorted({**shared[calendar.holidays_id or 0], **own[calendar.pk]}.items())),
            makeup_weekday=calendar.makeup_weekday,
        )
        for calendar in calendars
    }
