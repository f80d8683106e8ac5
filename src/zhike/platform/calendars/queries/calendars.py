"""Reading calendars and holidays for people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars.models import (
    Calendar,
    DayOverride,
    HolidayDay,
    HolidaySet,
    HolidayYear,
    WeeklyHours,
)
from zhike.platform.calendars.policies import VIEW_CALENDARS
from zhike.platform.calendars.queries.specs import build_specs
from zhike.platform.calendars.rules.hours import hours_of, week_at
from zhike.platform.calendars.rules.reading import load_shifts, week_of
from zhike.platform.calendars.types import DayKind, Labels, NoDefaultCalendar, Period, Shifts, Week
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import pick

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRow:
    id: int
    code: str
    labels: Labels
    zone: str
    version: int
    is_default: bool
    is_active: bool
    makeup_weekday: int
    holidays_id: int | None
    holidays_labels: Labels
    week: Week | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    day: date
    kind: DayKind
    shifts: Shifts
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRow:
    day: date
    kind: DayKind
    labels: Labels
    source: str
    verified_on: date
    is_edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """A year of a holiday list; `source` is empty while nobody has announced it."""

    year: int
    days: int
    source: str
    verified_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidaySetRow:
    id: int
    code: str
    labels: Labels
    country: str
    subdivision: str
    weekend: frozenset[int]
    years: tuple[YearRow, ...]
    days: tuple[HolidayRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """One day of the year view: its hours and what makes it special."""

    day: date
    shifts: Shifts
    kind: DayKind | None
    is_own: bool
    labels: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDetail:
    row: CalendarRow
    year: int
    periods: tuple[Period, ...]
    overrides: tuple[OverrideRow, ...]
    cells: tuple[DayCell, ...]
    is_announced: bool


def list_calendars(*, actor: Actor, today: date, include_inactive: bool = False) -> list[CalendarRow]:
    authorize(actor, VIEW_CALENDARS)
    calendars = Calendar.objects.select_related("holidays").order_by("-is_default", "code")
    if not include_inactive:
        calendars = calendars.filter(is_active=True)
    rows = list(calendars)
    weeks = _weeks_at([row.pk for row in rows], today)
    return [_row(row, weeks.get(row.pk)) for row in rows]


def calendars_named(*, actor: Actor, calendar_ids: Collection[int]) -> dict[int, str]:
    """Names by id; none for who may not see calendars. One query."""
    if not actor.has(VIEW_CALENDARS.code):
        return {}
    rows = Calendar.objects.filter(pk__in=calendar_ids).values_list("pk", "labels", "code")
    return {pk: pick(labels) or code for pk, labels, code in rows}


def get_calendar(*, actor: Actor, calendar_id: int, year: int, today: date) -> CalendarDetail:
    """The calendar with its periods, and every day of one year."""
    authorize(actor, VIEW_CALENDARS)
    calendar = Calendar.objects.select_related("holidays").filter(pk=calendar_id).first()
    if calendar is None:
        raise NotFound
    spec = build_specs([calendar])[calendar.pk]
    own = {row.day: row for row in DayOverride.objects.filter(calendar=calendar, day__year=year).order_by("day")}
    shared = {row.day: row for row in HolidayDay.objects.filter(holidays_id=calendar.holidays_id, day__year=year)}
    first = date(year, 1, 1)
    days = (first + position * DAY for position in range((date(year + 1, 1, 1) - first).days))
    cells = tuple(
        DayCell(
            day=day,
            shifts=hours_of(spec, day),
            kind=spec.by_day[day].kind if day in spec.by_day else None,
            is_own=day in own,
            labels=_own_labels(own[day].name) if day in own else shared[day].labels if day in shared else {},
        )
        for day in days
    )
    announced = (
        calendar.holidays_id is None or HolidayYear.objects.filter(holidays_id=calendar.holidays_id, year=year).exists()
    )
    return CalendarDetail(
        row=_row(calendar, week_at(spec, today)),
        year=year,
        periods=spec.periods,
        overrides=tuple(
            OverrideRow(day=row.day, kind=DayKind(row.kind), shifts=load_shifts(row.shifts), name=row.name)
            for row in own.values()
        ),
        cells=cells,
        is_announced=announced,
    )


def list_holiday_sets(*, actor: Actor) -> list[HolidaySetRow]:
    authorize(actor, VIEW_CALENDARS)
    sets = list(HolidaySet.objects.order_by("code"))
    years = _years([row.pk for row in sets])
    return [_set_row(row, years[row.pk]) for row in sets]


def get_holiday_set(*, actor: Actor, holidays_id: int, year: int) -> HolidaySetRow:
    """One list with the days of a year."""
    authorize(actor, VIEW_CALENDARS)
    row = HolidaySet.objects.filter(pk=holidays_id).first()
    if row is None:
        raise NotFound
    days = tuple(
        HolidayRow(
            day=found.day,
            kind=DayKind(found.kind),
            labels=found.labels,
            source=found.source,
            verified_on=found.verified_on,
            is_edited=found.is_edited,
        )
        for found in HolidayDay.objects.filter(holidays=row, day__year=year).order_by("day")
    )
    return _set_row(row, _years([row.pk])[row.pk], days)


def default_calendar_id() -> int:
    """The calendar of whatever has none of its own. Raises NoDefaultCalendar before there is one."""
    found = Calendar.objects.filter(is_default=True).values_list("pk", flat=True).first()
    if found is None:
        raise NoDefaultCalendar
    return found


def _row(calendar: Calendar, week: Week | None) -> CalendarRow:
    return CalendarRow(
        id=calendar.pk,
        code=calendar.code,
        labels=calendar.labels,
        zone=calendar.zone,
        version=calendar.version,
        is_default=calendar.is_default,
        is_active=calendar.is_active,
        makeup_weekday=calendar.makeup_weekday,
        holidays_id=calendar.holidays_id,
        holidays_labels=calendar.holidays.labels if calendar.holidays else {},
        week=week,
    )


def _weeks_at(calendar_ids: list[int], today: date) -> Mapping[int, Week]:
    rows = (
        WeeklyHours.objects.filter(calendar_id__in=calendar_ids, valid_from__lte=today)
        .order_by("calendar_id", "-valid_from")
        .distinct("calendar_id")
    )
    return {row.calendar_id: week_of([load_shifts(day) for day in row.week]) for row in rows}


def _years(set_ids: list[int]) -> Mapping[int, tuple[YearRow, ...]]:
    days = HolidayDay.objects.filter(holidays_id__in=set_ids).values_list("holidays_id", "day__year")
    counts = Counter(days)
    found: dict[int, list[YearRow]] = defaultdict(list)
    for row in HolidayYear.objects.filter(holidays_id__in=set_ids).order_by("holidays_id", "year"):
        count = counts[row.holidays_id, row.year]
        found[row.holidays_id].append(
            YearRow(year=row.year, days=count, source=row.source, verified_on=row.verified_on)
        )
    return defaultdict(tuple, {pk: tuple(rows) for pk, rows in found.items()})


def _set_row(row: HolidaySet, years: tuple[YearRow, ...], days: tuple[HolidayRow, ...] = ()) -> HolidaySetRow:
    return HolidaySetRow(
        id=row.pk,
        code=row.code,
        labels=row.labels,
        country=row.country,
        subdivision=row.subdivision,
        weekend=frozenset(row.weekend),
        years=years,
        days=days,
    )


def _own_labels(name: str) -> Labels:
    return dict.fromkeys(("zh-hans", "zh-hant", "en"), name) if name else {}
