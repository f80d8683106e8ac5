"""Months, quarters and years of the calendar: where each begins, which come before, which have ended."""

from datetime import date

from zhike.insight.metrics.types import PeriodKind

MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
# As many as a page shows, the running one included.
SHOWN = {PeriodKind.MONTH: 13, PeriodKind.QUARTER: 9, PeriodKind.YEAR: 6}
MOST = 60
EARLIEST, LATEST = 1900, 2199


def start_of(kind: PeriodKind, day: date) -> date:
    """The first day of the period that a day lies in."""
    return date(day.year, (day.month - 1) // MONTHS[kind] * MONTHS[kind] + 1, 1)


def moved(kind: PeriodKind, start: date, steps: int) -> date:
    """The first day of the period so many after (before, where negative) the one that begins at `start`."""
    months = start.year * 12 + start.month - 1 + steps * MONTHS[kind]
    return date(months // 12, months % 12 + 1, 1)


def has_ended(kind: PeriodKind, start: date, today: date) -> bool:
    """Whether its last day is over: until then nobody knows who stayed."""
    return moved(kind, start, 1) <= today


def name_of(kind: PeriodKind, start: date) -> str:
    """2026-10, 2026-Q4, 2026: sorted as text they are in order."""
    match kind:
        case PeriodKind.MONTH:
            return f"{start:%Y-%m}"
        case PeriodKind.QUARTER:
            return f"{start.year}-Q{(start.month + 2) // 3}"
        case PeriodKind.YEAR:
            return f"{start.year}"


def start_named(kind: PeriodKind, name: str) -> date | None:
    """The first day of the period so named; None for what names none."""
    year, _, part = name.partition("-")
    digits = part.removeprefix("Q")
    if not (year.isascii() and year.isdigit() and EARLIEST <= int(year) <= LATEST):
        return None
    if kind is PeriodKind.YEAR:
        month = 1
    elif digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 12 // MONTHS[kind]:
        month = (int(digits) - 1) * MONTHS[kind] + 1
    else:
        return None
    start = date(int(year), month, 1)
    return start if name_of(kind, start) == name else None


def last_starts(kind: PeriodKind, today: date, count: int) -> list[date]:
    """The first days of the last so many periods, the running one last."""
    running = start_of(kind, today)
    return [moved(kind, running, step) for step in range(1 - count, 1)]
