"""Opening and changing calendars."""

import re
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars.actions.publishing import (
    Problems,
    clean_labels,
    day_problems,
    label_problems,
    locked_calendar,
    publish,
    refuse,
    zone_problems,
)
from zhike.platform.calendars.events import CalendarChanged, CalendarOpened
from zhike.platform.calendars.models import Calendar, DayOverride, HolidaySet, WeeklyHours
from zhike.platform.calendars.policies import MANAGE_CALENDARS
from zhike.platform.calendars.rules.hours import overlap
from zhike.platform.calendars.rules.reading import dump_shifts, load_shifts, read_shifts, shifts_text, week_of
from zhike.platform.calendars.types import WEEK, CalendarEntry, DayKind, Labels, Shifts, Week
from zhike.platform.errors import Conflict, FieldError, NotFound

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MAX_NAME = 120
COMPANY_HOURS = {"zh-hans": "公司工作时间", "zh-hant": "公司工作時間", "en": "Company working hours"}
OFFICE_WEEK = week_of([read_shifts("09:00-18:00")] * 5 + [()] * 2)


class LastHours(Conflict):
    code = "last_hours"
    message = _("A calendar keeps at least one week of hours.")
    next_step = _("Enter other hours from another day instead.")


@action
def create_calendar(*, actor: Actor, entry: CalendarEntry, now: datetime) -> int:
    """Open a calendar with its first week; the id."""
    authorize(actor, MANAGE_CALENDARS)
    refuse(_code_problems(entry.code), *_problems(entry))
    if entry.is_default:
        Calendar.objects.filter(is_default=True).update(is_default=False)
    calendar = Calendar.objects.create(
        code=entry.code,
        labels=clean_labels(entry.labels),
        zone=entry.zone,
        holidays_id=entry.holidays_id,
        makeup_weekday=entry.makeup_weekday,
        is_default=entry.is_default,
    )
    WeeklyHours.objects.create(calendar=calendar, valid_from=entry.valid_from, week=_stored(entry.week))
    publish(actor, [calendar], now)
    audit.record(
        actor,
        CalendarOpened(
            subject=("calendar", calendar.pk),
            after={"code": entry.code, "zone": entry.zone, "holidays": entry.holidays_id, **_shown(entry.week)},
        ),
        now=now,
    )
    return calendar.pk


@action
def ensure_default_calendar(*, actor: Actor, zone: str, now: datetime) -> int:
    """The id of the default calendar; where there is none, office hours in this zone, since clocks need one."""
    authorize(actor, MANAGE_CALENDARS)
    found = Calendar.objects.filter(is_default=True).values_list("pk", flat=True).first()
    if found is not None:
        return found
    entry = CalendarEntry(code="company", labels=COMPANY_HOURS, zone=zone, week=OFFICE_WEEK, is_default=True)
    return create_calendar(actor=actor, entry=entry, now=now)


@action
def change_calendar(
    *,
    actor: Actor,
    calendar_id: int,
    labels: Labels,
    zone: str,
    holidays_id: int | None,
    makeup_weekday: int,
    is_default: bool,
    is_active: bool,
    now: datetime,
) -> None:
    """Change everything but the hours."""
    calendar = locked_calendar(calendar_id)
    authorize(actor, MANAGE_CALENDARS, subject=("calendar", calendar_id))
    refuse(
        label_problems(labels),
        zone_problems(zone),
        _holiday_problems(holidays_id),
        _weekday_problems(makeup_weekday),
        _default_problems(calendar, is_default=is_default, is_active=is_active),
    )
    new = {
        "labels": clean_labels(labels),
        "zone": zone,
        "holidays_id": holidays_id,
        "makeup_weekday": makeup_weekday,
        "is_default": is_default,
        "is_active": is_active,
    }
    before = {name: getattr(calendar, name) for name, value in new.items() if getattr(calendar, name) != value}
    if not before:
        return
    if is_default:
        Calendar.objects.filter(is_default=True).exclude(pk=calendar_id).update(is_default=False)
    for name, value in new.items():
        setattr(calendar, name, value)
    calendar.save(update_fields=list(new))
    publish(actor, [calendar], now)
    after = {name: new[name] for name in before}
    audit.record(actor, CalendarChanged(subject=("calendar", calendar_id), before=before, after=after), now=now)


@action
def set_hours(*, actor: Actor, calendar_id: int, valid_from: date, week: Week, now: datetime) -> None:
    """The week that holds from a day on, until the next entry begins; replaces one that begins on the same day."""
    calendar = locked_calendar(calendar_id)
    authorize(actor, MANAGE_CALENDARS, subject=("calendar", calendar_id))
    refuse(_week_problems(week), day_problems(valid_from, "valid_from"))
    row = WeeklyHours.objects.filter(calendar=calendar, valid_from=valid_from).first()
    before = _shown_stored(row.week) if row else {}
    WeeklyHours.objects.update_or_create(calendar=calendar, valid_from=valid_from, defaults={"week": _stored(week)})
    publish(actor, [calendar], now)
    audit.record(
        actor,
        CalendarChanged(
            subject=("calendar", calendar_id), before=before, after={"valid_from": valid_from, **_shown(week)}
        ),
        now=now,
    )


@action
def remove_hours(*, actor: Actor, calendar_id: int, valid_from: date, now: datetime) -> None:
    """Take out an entry of hours; the one before it then goes on."""
    calendar = locked_calendar(calendar_id)
    authorize(actor, MANAGE_CALENDARS, subject=("calendar", calendar_id))
    rows = {row.valid_from: row for row in WeeklyHours.objects.filter(calendar=calendar)}
    if valid_from not in rows:
        raise NotFound
    if len(rows) == 1:
        raise LastHours
    before = {"valid_from": valid_from, **_shown_stored(rows[valid_from].week)}
    rows[valid_from].delete()
    publish(actor, [calendar], now)
    audit.record(actor, CalendarChanged(subject=("calendar", calendar_id), before=before), now=now)


@action
def set_override(
    *, actor: Actor, calendar_id: int, day: date, kind: DayKind, shifts: Shifts, name: str, now: datetime
) -> None:
    """Make one date closed, a make-up workday, or open at special hours, against the week and the holidays."""
    calendar = locked_calendar(calendar_id)
    authorize(actor, MANAGE_CALENDARS, subject=("calendar", calendar_id))
    refuse(_override_problems(kind, shifts, name), day_problems(day))
    kept = () if kind is DayKind.CLOSED else shifts
    row = DayOverride.objects.filter(calendar=calendar, day=day).first()
    before = _shown_override(row) if row else {}
    new = {"kind": kind.value, "shifts": dump_shifts(kept), "name": name.strip()}
    row, _created = DayOverride.objects.update_or_create(calendar=calendar, day=day, defaults=new)
    publish(actor, [calendar], now)
    audit.record(
        actor,
        CalendarChanged(subject=("calendar", calendar_id), before=before, after=_shown_override(row)),
        now=now,
    )


@action
def clear_override(*, actor: Actor, calendar_id: int, day: date, now: datetime) -> None:
    """Let one date be like its weekday and its holidays again."""
    calendar = locked_calendar(calendar_id)
    authorize(actor, MANAGE_CALENDARS, subject=("calendar", calendar_id))
    row = DayOverride.objects.filter(calendar=calendar, day=day).first()
    if row is None:
        raise NotFound
    before = _shown_override(row)
    row.delete()
    publish(actor, [calendar], now)
    audit.record(actor, CalendarChanged(subject=("calendar", calendar_id), before=before), now=now)


def _problems(entry: CalendarEntry) -> list[Problems]:
    return [
        label_problems(entry.labels),
        zone_problems(entry.zone),
        _holiday_problems(entry.holidays_id),
        _weekday_problems(entry.makeup_weekday),
        _week_problems(entry.week),
    ]


def _code_problems(code: str) -> Problems:
    if not _CODE.fullmatch(code):
        return {"code": [FieldError("malformed", _("A code has lower-case letters, digits and hyphens only."))]}
    if Calendar.objects.filter(code=code).exists():
        return {"code": [FieldError("taken", _("This code is already in use."))]}
    return {}


def _holiday_problems(holidays_id: int | None) -> Problems:
    if holidays_id is None or HolidaySet.objects.filter(pk=holidays_id).exists():
        return {}
    return {"holidays_id": [FieldError("unknown", _("This holiday list does not exist."))]}


def _weekday_problems(weekday: int) -> Problems:
    if 0 <= weekday < WEEK:
        return {}
    return {"makeup_weekday": [FieldError("unknown", _("Please choose a day of the week."))]}


def _default_problems(calendar: Calendar, *, is_default: bool, is_active: bool) -> Problems:
    if is_default and not is_active:
        return {"is_active": [FieldError("default", _("The company calendar cannot be retired."))]}
    if calendar.is_default and not is_default:
        return {"is_default": [FieldError("default", _("Make another calendar the company calendar instead."))]}
    return {}


def _week_problems(week: Week) -> Problems:
    for weekday, shifts in enumerate(week):
        clash = overlap(shifts)
        if clash is not None:
            message = _("%(shifts)s overlap.")
            return {f"day_{weekday}": [FieldError("overlap", message, {"shifts": shifts_text(clash)})]}
    return {}


def _override_problems(kind: DayKind, shifts: Shifts, name: str) -> Problems:
    if len(name) > MAX_NAME or "\x00" in name:
        return {"name": [FieldError("too_long", _("This name is too long."))]}
    if kind is DayKind.SPECIAL and not shifts:
        return {"shifts": [FieldError("required", _("Special hours need their hours; to close, choose closed."))]}
    clash = overlap(shifts)
    if clash is not None:
        return {"shifts": [FieldError("overlap", _("%(shifts)s overlap."), {"shifts": shifts_text(clash)})]}
    return {}


def _stored(week: Week) -> list[list[list[int]]]:
    return [dump_shifts(shifts) for shifts in week]


def _shown(week: Week) -> dict[str, list[str]]:
    return {"week": [shifts_text(shifts) for shifts in week]}


def _shown_stored(week: list[list[list[int]]]) -> dict[str, list[str]]:
    return {"week": [shifts_text(load_shifts(shifts)) for shifts in week]}


def _shown_override(row: DayOverride) -> dict[str, str]:
    return {
        "day": row.day.isoformat(),
        "kind": row.kind,
        "hours": shifts_text(load_shifts(row.shifts)),
        "name": row.name,
    }
