"""Working time and clocks: what other rooms hand in and get back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import Conflict, Invalid

DAY_MINUTES = 24 * 60
WEEK = 7
WARN_SHARE = Decimal("0.75")


WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


class NoOpenTime(Invalid):
    """The calendar never opens, or not long enough within the years looked at."""

    code = "no_open_time"
    message = _("This calendar has no open time left to reach the deadline before %(until)s.")
    next_step = _("Add opening hours to the calendar, or choose another calendar.")


class NoDefaultCalendar(Conflict):
    code = "no_default_calendar"
    message = _("The company has no calendar of its own yet, so that no time can be counted.")
    next_step = _("Make one under Settings, Calendars, and mark it as the company's.")


class StatutoryNeverPauses(Conflict):
    code = "statutory_never_pauses"
    message = _("A statutory deadline never pauses.")
    next_step = _("Tell the customer what is missing; the deadline stays as it is.")


class ClockNotOpen(Conflict):
    code = "clock_not_open"
    message = _("This clock does not run.")


class UnknownCountry(Invalid):
    code = "unknown_country"
    message = _("No holidays are known for the country or region %(country)s.")
    next_step = _("Choose another country, or keep the days by hand.")


class DayKind(StrEnum):
    """What a date is, against the ordinary week."""

    CLOSED = "closed"
    MAKEUP = "makeup"
    SPECIAL = "special"


class PauseReason(StrEnum):
    """The only reasons for which a clock may pause (methods §5.1)."""

    CUSTOMER = "waiting_customer"
    AUTHORITY = "waiting_authority"
    FORCE_MAJEURE = "force_majeure"


class EntryKind(StrEnum):
    """What happened to a clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"
    REOPENED = "reopened"
    RECOMPUTED = "recomputed"
    CANCELLED = "cancelled"


class ClockState(StrEnum):
    """What is stored: facts that do not change by themselves."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class ClockNews(StrEnum):
    """What the rooms above are told of clocks."""

    NEAR = "near"
    PASSED = "passed"
    RECOMPUTED = "recomputed"


class ChipState(StrEnum):
    """What is shown at an instant: running clocks warn at their share of the budget, then are over."""

    RUNNING = "running"
    WARNING = "warning"
    OVER = "over"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Open from minute to minute of the day it begins on; an `end` beyond 1440 runs into the next day.

    22:00–06:00 is Shift(1320, 1800), the whole day Shift(0, 1440).
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < DAY_MINUTES and self.start < self.end <= self.start + DAY_MINUTES):
            message = f"not a shift: {self.start}–{self.end}"
            raise ValueError(message)


Shifts = tuple[Shift, ...]
Week = tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]


@dataclass(frozen=True, slots=True)
class Period:
    """The weekly hours, Monday first, from a day on until the next period begins."""

    valid_from: date
    week: Week


@dataclass(frozen=True, slots=True)
class Override:
    """One date that is not like its weekday; `shifts` are its hours (none for CLOSED)."""

    kind: DayKind
    shifts: Shifts = ()


@dataclass(frozen=True, slots=True)
class Spec:
    """A calendar as pure data. Equal specs give equal times; before the first period nothing is open.

    A make-up workday without hours of its own has those of `makeup_weekday` (0 is Monday).
    """

    zone: str
    periods: tuple[Period, ...]
    overrides: tuple[tuple[date, Override], ...] = ()
    makeup_weekday: int = 0
    by_day: Mapping[date, Override] = field(init=False, compare=False, repr=False)
    digest: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        starts = [period.valid_from for period in self.periods]
        days = [day for day, _override in self.overrides]
        if starts != sorted(set(starts)) or days != sorted(set(days)):
            message = "periods and overrides are ordered by day, each day once"
            raise ValueError(message)
        object.__setattr__(self, "by_day", dict(self.overrides))
        # Specs are keys of caches: hashing hundreds of days again at each look would cost more than the answer.
        object.__setattr__(self, "digest", hash((self.zone, self.periods, self.overrides, self.makeup_weekday)))

    def __hash__(self) -> int:
        return self.digest


@dataclass(frozen=True, slots=True)
class WorkdayRules:
    """Which dates are days off for everybody: the weekend, holidays and make-up workdays of a country.

    `years` are those that the source has announced; in others only weekends are known.
    """

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        if day in self.makeup_days:
            return True
        return day not in self.holidays and day.weekday() not in self.weekend


@dataclass(frozen=True, slots=True)
class StatutoryDeadline:
    """A deadline in calendar days, both ways: as Zhike keeps it, and rolled to the next workday (Civil Code 203).

    `due_at` and `rolled_at` are the ends (24:00) of `due_date` and `rolled_date`. `unknown_years` are years whose
    holidays nobody has announced, so that the rolled date may still move.
    """

    due_date: date
    due_at: datetime
    rolled_date: date
    rolled_at: datetime
    unknown_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a clock measures: open time of `spec` up to `budget`; without a spec every second counts."""

    budget: timedelta
    spec: Spec | None = None
    warn_share: Decimal = WARN_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a clock's ledger as the rules see it; `terms` only where they begin to hold."""

    at: datetime
    kind: EntryKind
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clock at one instant, worked out from its ledger alone."""

    state: ClockState
    used: timedelta
    budget: timedelta
    due_at: datetime | None
    warn_at: datetime | None

    @property
    def remaining(self) -> timedelta:
        """Negative when over."""
        return self.budget - self.used


Label = str | Promise
Labels = Mapping[str, str]
Subject = tuple[str, int]

_kinds: dict[str, "ClockKind"] = {}


@dataclass(frozen=True, slots=True)
class ClockKind:
    """What a room measures, e.g. `cases.first_response`; declaring it registers it."""

    code: str
    label: Label = field(compare=False)

    def __post_init__(self) -> None:
        _kinds.setdefault(self.code, self)


def kind_labels() -> dict[str, Label]:
    """Every kind in words, by code."""
    return {code: kind.label for code, kind in _kinds.items()}


def kind_label(code: str) -> Label:
    found = _kinds.get(code)
    return found.label if found else code


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """Everything about a calendar that people enter; the week holds from `valid_from` on."""

    code: str
    labels: Labels
    zone: str
    week: Week
    holidays_id: int | None = None
    makeup_weekday: int = 0
    valid_from: date = date(2000, 1, 1)
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What loading holidays did: rows by year, years nobody has announced, days that people had corrected."""

    loaded: Mapping[int, int]
    unknown_years: tuple[int, ...]
    kept: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRequest:
    """A clock to start. Either `budget` of a calendar's open time, or `statutory_days` calendar days.

    With `every_hour` the budget counts day and night; the calendar then only says in which zone.
    `started_at` may lie in the past: a case that was received before it was typed in. `note` says what set the time,
    such as the number of an agreement; the ledger shows it with the start.
    """

    subject: Subject
    kind: str
    calendar_id: int
    started_at: datetime
    budget: timedelta | None = None
    statutory_days: int | None = None
    holder_unit_id: int | None = None
    note: str = ""
    every_hour: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What a clock shall measure from now on; None keeps what it has. A calendar is taken at its present version.

    With `every_hour` day and night count, whatever calendar it had.
    """

    clock_id: int
    budget: timedelta | None = None
    calendar_id: int | None = None
    every_hour: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClock:
    """An open clock that is not statutory, as whoever changes its terms needs it. `calendar_id` None: every hour."""

    clock_id: int
    subject_id: int
    kind: str
    zone: str
    budget: timedelta
    calendar_id: int | None
    version_id: int | None
    started_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """A clock before and after new terms, for the preview and for the report."""

    clock_id: int
    subject: Subject
    kind: str
    zone: str
    old_due: datetime | None
    new_due: datetime | None
    old_used: timedelta
    new_used: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A clock as lists show it at one instant; `opens_at` where its calendar is closed then, so that nothing counts."""

    clock_id: int
    subject: Subject
    kind: str
    state: ChipState
    used: timedelta
    budget: timedelta
    due_at: datetime | None
    warn_at: datetime | None
    rolled_due_at: datetime | None
    started_at: datetime
    changed_at: datetime
    stopped_at: datetime | None
    pause_reason: str
    holder_unit_id: int | None
    statutory: bool
    zone: str
    opens_at: datetime | None = None

    @property
    def label(self) -> Label:
        return kind_label(self.kind)

    @property
    def remaining(self) -> timedelta:
        """Of the time that counts; negative when over."""
        return self.budget - self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One line of a clock's ledger as people read it."""

    at: datetime
    kind: EntryKind
    counted: timedelta
    used: timedelta
    due_at: datetime | None
    pause_reason: str
    note: str
    actor_kind: str
    actor_id: str
    holder_unit_id: int | None
