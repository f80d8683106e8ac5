"""What the calendar pages show: a year as months, weeks as texts, what is due when."""

from calendar import Calendar as MonthMath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars.forms import DueForm
from zhike.platform.calendars.queries.calendars import CalendarDetail, DayCell
from zhike.platform.calendars.queries.preview import DuePreview, preview_due
from zhike.platform.calendars.rules.reading import shifts_text
from zhike.platform.calendars.types import WEEKDAYS, DayKind, Week
from zhike.platform.errors import Invalid
from zhike.platform.i18n import labels
from zhike.platform.ui.forms import add_errors

FIRST_YEAR, LAST_YEAR = 2000, 2199
# One letter or Han character in the corner of a day; the page explains them.
MARKS = {
    DayKind.CLOSED: pgettext_lazy("mark of a holiday in a calendar, one letter", "H"),
    DayKind.MAKEUP: pgettext_lazy("mark of a make-up workday in a calendar, one letter", "W"),
    DayKind.SPECIAL: pgettext_lazy("mark of a day with special hours in a calendar, one letter", "S"),
}
KIND_WORDS = {
    DayKind.CLOSED: _("Holiday"),
    DayKind.MAKEUP: _("Make-up workday"),
    DayKind.SPECIAL: _("Special hours"),
}
MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    day: date
    css: str
    mark: Any
    title: str
    is_today: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    name: Any
    weeks: tuple[tuple[DayView | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """Days with the same hours, as one line: `Monday – Friday 09:00–18:00`."""

    days: str
    hours: str


def months(detail: CalendarDetail, today: date) -> list[MonthView]:
    cells = {cell.day: cell for cell in detail.cells}
    math = MonthMath()
    return [
        MonthView(
            name=MONTHS[month - 1],
            weeks=tuple(
                tuple(_day(cells[day], today) if day.month == month else None for day in week)
                for week in math.monthdatescalendar(detail.year, month)
            ),
        )
        for month in range(1, 13)
    ]


def _day(cell: DayCell, today: date) -> DayView:
    name = labels.pick(cell.labels)
    kind = str(KIND_WORDS[cell.kind]) if cell.kind else ""
    hours = shifts_text(cell.shifts) or str(_("closed"))
    parts = [cell.day.isoformat(), str(WEEKDAYS[cell.day.weekday()]), hours, name or kind]
    css = "zk-cal-day" if cell.shifts else "zk-cal-day zk-cal-day-closed"
    return DayView(
        day=cell.day,
        css=f"{css} zk-cal-day-{cell.kind.value}" if cell.kind else css,
        mark=MARKS[cell.kind] if cell.kind else "",
        title=", ".join(part for part in parts if part),
        is_today=cell.day == today,
    )


def week_lines(week: Week | None) -> list[WeekLine]:
    """The week with equal neighbours folded."""
    found: list[tuple[int, int, str]] = []
    for position, shifts in enumerate(week or ()):
        hours = shifts_text(shifts)
        if found and found[-1][2] == hours:
            found[-1] = (found[-1][0], position, hours)
        else:
            found.append((position, position, hours))
    return [WeekLine(days=_days(first, last), hours=hours) for first, last, hours in found]


def _days(first: int, last: int) -> str:
    if first == last:
        return str(WEEKDAYS[first])
    return f"{WEEKDAYS[first]} – {WEEKDAYS[last]}"


def year_of(request: HttpRequest, today: date) -> int:
    """The year that the address asks for, else this one."""
    text = request.GET.get("year", "")
    chosen = int(text) if text.isascii() and text.isdigit() and len(text) <= len("2000") else today.year
    return min(max(chosen, FIRST_YEAR), LAST_YEAR)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def due_answer(actor: Actor, calendar_id: int, zone: str, data: Mapping[str, Any]) -> tuple[DueForm, DuePreview | None]:
    """The question of the page's form and its answer; start is wall time in the calendar's zone."""
    asked = bool(data.get("start"))
    form = DueForm(data if asked else None)
    if not asked or not form.is_valid():
        return form, None
    wall: datetime = form.cleaned_data["start"].replace(tzinfo=None)
    hours, days = form.cleaned_data["hours"], form.cleaned_data["days"]
    try:
        start = clock.instant_of(wall, zone)
        budget = None if hours is None else timedelta(seconds=float(hours) * 3600)
        return form, preview_due(actor=actor, calendar_id=calendar_id, start=start, budget=budget, statutory_days=days)
    except Invalid as error:
        add_errors(form, error)
    except OverflowError:
        form.add_error("start", str(_("Please choose a moment between 2000 and 2200.")))
    return form, None


def named(rows: Sequence[Any]) -> list[tuple[int, str]]:
    """Choices out of rows with labels."""
    return [(row.id, labels.pick(row.labels)) for row in rows]
