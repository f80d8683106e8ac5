"""Publishing calendars: every change of hours becomes a version that clocks can point at."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.calendars.models import Calendar, CalendarVersion
from zhike.platform.calendars.queries.specs import build_specs, spec_of_version
from zhike.platform.calendars.rules.reading import dump_spec
from zhike.platform.calendars.types import Labels
from zhike.platform.clock import is_zone
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.i18n.labels import LANGUAGES, missing

MAX_LABEL = 120
FIRST_YEAR, LAST_YEAR = 2000, 2200
Problems = dict[str, list[FieldError]]


def locked_calendar(calendar_id: int) -> Calendar:
    found = Calendar.objects.select_for_update().filter(pk=calendar_id).first()
    if found is None:
        raise NotFound
    return found


def publish(actor: Actor, calendars: Sequence[Calendar], now: datetime) -> list[int]:
    """Give each calendar whose hours have changed its next version; returns the calendars' ids."""
    latest = {
        row.calendar_id: row
        for row in CalendarVersion.objects.filter(calendar__in=calendars)
        .order_by("calendar_id", "-version")
        .distinct("calendar_id")
    }
    versions: list[CalendarVersion] = []
    for calendar in calendars:
        spec = build_specs([calendar])[calendar.pk]
        before = latest.get(calendar.pk)
        if before is not None and spec_of_version(before.pk) == spec:
            continue
        calendar.version = before.version + 1 if before else 1
        versions.append(
            CalendarVersion(
                calendar=calendar,
                version=calendar.version,
                spec=dump_spec(spec),
                at=now,
                made_by_person=actor.person,
            )
        )
    CalendarVersion.objects.bulk_create(versions)
    Calendar.objects.bulk_update([version.calendar for version in versions], ["version"])
    return [version.calendar_id for version in versions]


def label_problems(labels: Labels) -> Problems:
    """One language is enough; readers of the others see the nearest."""
    texts = {language: labels.get(language, "") for language in LANGUAGES}
    if len(missing(texts)) == len(LANGUAGES):
        return {"labels": [FieldError("required", _("Please give a name."))]}
    if any(len(text) > MAX_LABEL or "\x00" in text for text in texts.values()):
        return {"labels": [FieldError("too_long", _("This name is too long."))]}
    return {}


def clean_labels(labels: Labels) -> dict[str, str]:
    """The texts of our three languages, and nothing else that was sent along."""
    return {language: text for language in LANGUAGES if (text := labels.get(language, "").strip())}


def day_problems(day: date, name: str = "day") -> Problems:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return {}
    return {name: [FieldError("out_of_range", _("Please choose a day between 2000 and 2200."))]}


def zone_problems(zone: str) -> Problems:
    if is_zone(zone):
        return {}
    return {"zone": [FieldError("unknown_zone", _("%(zone)s is not a known time zone."), {"zone": zone[:60]})]}


def refuse(*problems: Problems) -> None:
    found = {name: errors for part in problems for name, errors in part.items()}
    if found:
        raise Invalid(found)
