"""Shifts and specs to and from what people type and what the database keeps."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from zhike.platform.calendars.rules.hours import overlap
from zhike.platform.calendars.types import DAY_MINUTES, WEEK, DayKind, Override, Period, Shift, Shifts, Spec, Week

MOST_SHIFTS = 6
_SHIFT = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("–—−~～至", "-"))


class NotShifts(ValueError):
    """`code` says why: not_a_time, not_a_shift, overlap, too_many."""

    def __init__(self, code: str, part: str) -> None:
        self.code = code
        self.part = part
        super().__init__(f"{code}: {part}")


def read_shifts(text: str) -> Shifts:
    """`09:00-12:00, 13:30-18:00`; `22:00-06:00` runs into the next day; `00:00-24:00` is all day; empty is closed."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    parts = [re.sub(r"\s", "", part) for part in re.split(r"[,;、\n]", plain)]
    shifts = tuple(sorted(_read_shift(part) for part in parts if part))
    if len(shifts) > MOST_SHIFTS:
        raise NotShifts("too_many", text)
    clash = overlap(shifts)
    if clash is not None:
        raise NotShifts("overlap", ", ".join(shift_text(shift) for shift in clash))
    return shifts


def _read_shift(part: str) -> Shift:
    found = _SHIFT.fullmatch(part)
    if found is None:
        raise NotShifts("not_a_shift", part)
    hours_a, minutes_a, hours_b, minutes_b = (int(group) for group in found.groups())
    start, end = hours_a * 60 + minutes_a, hours_b * 60 + minutes_b
    if minutes_a > 59 or minutes_b > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:  # noqa: PLR2004 - minutes
        raise NotShifts("not_a_time", part)
    if end == start:
        raise NotShifts("not_a_shift", part)
    return Shift(start, end if end > start else end + DAY_MINUTES)


def shift_text(shift: Shift) -> str:
    """`09:00–12:00`; an end on the next day is written as its time there: `22:00–06:00`."""
    end = shift.end if shift.end <= DAY_MINUTES else shift.end - DAY_MINUTES
    return f"{_clock(shift.start)}–{_clock(end)}"


def shifts_text(shifts: Shifts) -> str:
    return ", ".join(shift_text(shift) for shift in shifts)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def week_of(days: Sequence[Shifts]) -> Week:
    if len(days) != WEEK:
        message = f"a week has seven days, not {len(days)}"
        raise ValueError(message)
    return cast("Week", tuple(days))


def dump_shifts(shifts: Shifts) -> list[list[int]]:
    return [[shift.start, shift.end] for shift in shifts]


def load_shifts(stored: Iterable[Sequence[int]]) -> Shifts:
    return tuple(Shift(start, end) for start, end in stored)


def dump_spec(spec: Spec) -> dict[str, Any]:
    """The spec as JSON; equal specs give equal JSON."""
    return {
        "zone": spec.zone,
        "makeup_weekday": spec.makeup_weekday,
        "periods": [
            {"from": period.valid_from.isoformat(), "week": [dump_shifts(shifts) for shifts in period.week]}
            for period in spec.periods
        ],
        "days": {
            day.isoformat(): {
                "kind": override.kind.value,
                **({"shifts": dump_shifts(override.shifts)} if override.shifts else {}),
            }
            for day, override in spec.overrides
        },
    }


def load_spec(stored: dict[str, Any]) -> Spec:
    """The spec back, equal to the one that was dumped."""
    return Spec(
        zone=stored["zone"],
        makeup_weekday=stored["makeup_weekday"],
        periods=tuple(
            Period(date.fromisoformat(period["from"]), week_of([load_shifts(day) for day in period["week"]]))
            for period in stored["periods"]
        ),
        overrides=tuple(
            (
                date.fromisoformat(day),
                Override(DayKind(found["kind"]), load_shifts(found.get("shifts", ()))),
            )
            for day, found in sorted(stored["days"].items())
        ),
    )
