"""Holiday lists: loaded from a library with its source, corrected by people, shared by calendars."""

import re
from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import sources
from zhike.platform.calendars.actions.publishing import (
    FIRST_YEAR,
    LAST_YEAR,
    Problems,
    clean_labels,
    day_problems,
    label_problems,
    publish,
    refuse,
)
from zhike.platform.calendars.events import HolidayChanged, HolidaySetOpened, HolidaysLoaded
from zhike.platform.calendars.models import Calendar, HolidayDay, HolidaySet, HolidayYear
from zhike.platform.calendars.policies import MANAGE_CALENDARS
from zhike.platform.calendars.types import WEEK, DayKind, Labels, LoadReport
from zhike.platform.clock import local_date
from zhike.platform.errors import FieldError, Invalid, NotFound

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
MAX_YEARS = 30
MAX_SOURCE = 200


@action
def create_holiday_set(
    *,
    actor: Actor,
    code: str,
    labels: Labels,
    now: datetime,
    country: str = "",
    subdivision: str = "",
    weekend: Collection[int] | None = None,
) -> int:
    """Open a holiday list, for a country that the libraries know or kept by hand; the id."""
    authorize(actor, MANAGE_CALENDARS)
    usual = sources.weekend_of(country, subdivision) if country else frozenset({5, 6})
    chosen = usual if weekend is None else frozenset(weekend)
    refuse(_code_problems(code), label_problems(labels), _weekend_problems(chosen))
    row = HolidaySet.objects.create(
        code=code, labels=clean_labels(labels), country=country, subdivision=subdivision, weekend=sorted(chosen)
    )
    audit.record(
        actor,
        HolidaySetOpened(subject=("holidays", row.pk), after={"code": code, "country": country, "weekend": chosen}),
        now=now,
    )
    return row.pk


@action
def load_holidays(*, actor: Actor, holidays_id: int, years: Collection[int], now: datetime) -> LoadReport:
    """Bring in the announced days of these years; days that a person has corrected stay as they are.

    Years that the library does not know are reported and left as they are, never guessed.
    """
    row = _locked_set(holidays_id)
    authorize(actor, MANAGE_CALENDARS, subject=("holidays", holidays_id))
    _check_years(years)
    if not row.country:
        raise Invalid.of("country", "required", _("This list has no country to load from."))
    today = local_date(now, actor.zone)
    found = sources.find(row.country, row.subdivision, years, today)
    kept = sum(_load_year(row, year, today) for year in found.years)
    report = LoadReport(
        loaded={year.year: len(year.days) for year in found.years},
        unknown_years=found.unknown,
        kept=kept,
        source=found.years[0].source if found.years else "",
    )
    _publish_users(actor, row, now)
    audit.record(
        actor,
        HolidaysLoaded(
            subject=("holidays", holidays_id),
            after={
                "loaded": {str(year): count for year, count in report.loaded.items()},
                "unknown_years": report.unknown_years,
                "kept": kept,
                "source": report.source,
            },
        ),
        now=now,
    )
    return report


@action
def set_holiday(
    *,
    actor: Actor,
    holidays_id: int,
    day: date,
    kind: DayKind,
    labels: Labels,
    source: str,
    now: datetime,
) -> None:
    """Enter or correct one day by hand; the source says who announced it."""
    row = _locked_set(holidays_id)
    authorize(actor, MANAGE_CALENDARS, subject=("holidays", holidays_id))
    refuse(label_problems(labels), _kind_problems(kind), _source_problems(source), day_problems(day))
    old = HolidayDay.objects.filter(holidays=row, day=day).first()
    before = _shown(old) if old else {}
    new, _created = HolidayDay.objects.update_or_create(
        holidays=row,
        day=day,
        defaults={
            "kind": kind.value,
            "labels": clean_labels(labels),
            "source": source.strip(),
            "verified_on": local_date(now, actor.zone),
            "is_edited": True,
        },
    )
    _publish_users(actor, row, now)
    audit.record(actor, HolidayChanged(subject=("holidays", holidays_id), before=before, after=_shown(new)), now=now)


@action
def clear_holiday(*, actor: Actor, holidays_id: int, day: date, now: datetime) -> None:
    """Take a day out of the list; loading its year again would bring an announced one back."""
    row = _locked_set(holidays_id)
    authorize(actor, MANAGE_CALENDARS, subject=("holidays", holidays_id))
    old = HolidayDay.objects.filter(holidays=row, day=day).first()
    if old is None:
        raise NotFound
    before = _shown(old)
    old.delete()
    _publish_users(actor, row, now)
    audit.record(actor, HolidayChanged(subject=("holidays", holidays_id), before=before), now=now)


def _locked_set(holidays_id: int) -> HolidaySet:
    row = HolidaySet.objects.select_for_update().filter(pk=holidays_id).first()
    if row is None:
        raise NotFound
    return row


def _load_year(row: HolidaySet, year: sources.FoundYear, today: date) -> int:
    """Replace the year's loaded days; how many corrected days stayed."""
    known = HolidayDay.objects.filter(holidays=row, day__year=year.year)
    edited = set(known.filter(is_edited=True).values_list("day", flat=True))
    known.filter(is_edited=False).delete()
    HolidayDay.objects.bulk_create(
        HolidayDay(
            holidays=row,
            day=found.day,
            kind=found.kind.value,
            labels=dict(found.labels),
            source=year.source,
            verified_on=today,
        )
        for found in year.days
        if found.day not in edited
    )
    HolidayYear.objects.update_or_create(
        holidays=row, year=year.year, defaults={"source": year.source, "verified_on": today}
    )
    return len(edited)


def _publish_users(actor: Actor, row: HolidaySet, now: datetime) -> None:
    publish(actor, list(Calendar.objects.select_for_update().filter(holidays=row).order_by("pk")), now)


def _check_years(years: Collection[int]) -> None:
    if not years or len(years) > MAX_YEARS or any(not FIRST_YEAR <= year <= LAST_YEAR for year in years):
        raise Invalid.of("years", "out_of_range", _("Please name between 1 and 30 years from 2000 on."))


def _code_problems(code: str) -> Problems:
    if not _CODE.fullmatch(code):
        return {"code": [FieldError("malformed", _("A code has letters, digits and hyphens only."))]}
    if HolidaySet.objects.filter(code=code).exists():
        return {"code": [FieldError("taken", _("This code is already in use."))]}
    return {}


def _weekend_problems(weekend: frozenset[int]) -> Problems:
    if len(weekend) < WEEK and all(0 <= weekday < WEEK for weekday in weekend):
        return {}
    return {"weekend": [FieldError("out_of_range", _("A week keeps at least one workday."))]}


def _kind_problems(kind: DayKind) -> Problems:
    if kind in {DayKind.CLOSED, DayKind.MAKEUP}:
        return {}
    return {"kind": [FieldError("unknown", _("A shared day is a holiday or a make-up workday."))]}


def _source_problems(source: str) -> Problems:
    if not source.strip():
        return {"source": [FieldError("required", _("Please say who announced this day."))]}
    if len(source) > MAX_SOURCE or "\x00" in source:
        return {"source": [FieldError("too_long", _("This text is too long."))]}
    return {}


def _shown(row: HolidayDay) -> dict[str, object]:
    return {"day": row.day, "kind": row.kind, "labels": row.labels, "source": row.source}
