"""What the components show: small frozen records that pages fill and tags draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
Number = int | float | Decimal

WITHHELD_BELOW = 10
SMALL_BELOW = 30


class Tone(StrEnum):
    """How much a status asks for attention. Normal states are outlines; only BREACH is filled."""

    PLAIN = "plain"
    QUIET = "quiet"
    ACT = "act"
    OK = "ok"
    PAUSE = "pause"
    WARN = "warn"
    BREACH = "breach"


class Severity(StrEnum):
    """The left bar of a row, a card, a panel."""

    NONE = ""
    NOTICE = "notice"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Status:
    word: Text
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Mark:
    """⚑ and a word; `alert` for 警惕 and the like."""

    word: Text
    alert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A step. With `post` it is a form; `confirm` only for paying, mass sending, publishing, erasing."""

    label: Text
    url: str
    icon: str = ""
    post: bool = False
    key: str = ""
    drawer: bool = False
    danger: bool = False
    disabled_because: Text = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    label: Text
    url: str = ""


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise in time. Near and over follow from `due` and `near_at` (75 % used) when it is drawn."""

    state: ClockState
    due: datetime | None = None
    near_at: datetime | None = None
    label: Text = ""
    holder: Text = ""
    since: datetime | None = None
    took: timedelta | None = None
    over_by: timedelta | None = None
    statutory: bool = False
    zone: str = ""
    ledger_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`phone` is always masked here; `reveal_url` answers a POST with the number and logs it."""

    name: str
    role: Text = ""
    form_of_address: str = ""
    phone: str = ""
    call_url: str = ""
    reveal_url: str = ""
    url: str = ""
    unit: str = ""
    on_duty: bool | None = None
    last_contact: datetime | None = None
    lang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a figure means, and where that is written."""

    id: str
    version: int | str
    label: Text = ""
    formula: Text = ""
    source: Text = ""
    url: str = ""


class Verdict(StrEnum):
    """Of the difference to the compared period: an arrow only beyond noise."""

    BETTER = "better"
    WORSE = "worse"
    NO_CLEAR_CHANGE = "none"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """`rising` is the direction of the figure itself; `against` names the compared period, e.g. `Q2`."""

    verdict: Verdict
    rising: bool = False
    difference: str = ""
    against: Text = ""

    @classmethod
    def of(
        cls, low: Number | None, high: Number | None, *, higher_is_better: bool, against: Text, difference: str = ""
    ) -> "Trend":
        """From the interval of the difference (now − then)."""
        if low is None or high is None:
            return cls(verdict=Verdict.NOT_COMPARABLE, against=against)
        if low <= 0 <= high:
            return cls(verdict=Verdict.NO_CLEAR_CHANGE, against=against, difference=difference)
        rising = low > 0
        verdict = Verdict.BETTER if rising is higher_is_better else Verdict.WORSE
        return cls(verdict=verdict, rising=rising, against=against, difference=difference)


@dataclass(frozen=True, slots=True)
class SparkPoint:
    value: float | None
    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCard:
    """A figure with its base. `base_matters` is False for plain counts and sums, which have no small bases.

    `beside` is what the figure is never shown without: its other way of being read, in words.
    """

    label: Text
    value: Number | None
    unit: Text = ""
    decimals: int = 1
    interval: tuple[Number, Number] | None = None
    n: int | None = None
    missing: int | None = None
    missing_label: Text = ""
    trend: Trend | None = None
    spark: Sequence[SparkPoint] = ()
    as_of: datetime | None = None
    definition: Definition | None = None
    rows_url: str = ""
    base_matters: bool = True
    text: str = ""
    period: Text = ""
    beside: str = ""

    @property
    def base(self) -> str:
        """`none`, `withheld` (n < 10), `small` (n < 30) or `enough`."""
        if self.value is None or self.n == 0:
            return "none"
        if not self.base_matters or self.n is None:
            return "enough"
        if self.n < WITHHELD_BELOW:
            return "withheld"
        return "small" if self.n < SMALL_BELOW else "enough"


class Audience(StrEnum):
    """Who can see an entry. Everything but CUSTOMER lies inside."""

    CUSTOMER = "customer"
    INTERNAL = "internal"
    DEPARTMENT = "department"
    SYSTEM = "system"


class Channel(StrEnum):
    CALL = "call"
    MAIL = "mail"
    SMS = "sms"
    CHAT = "chat"
    PORTAL = "portal"
    VISIT = "visit"
    COUNTER = "counter"
    LETTER = "letter"
    NOTE = "note"
    GOODS = "goods"
    MONEY = "money"
    SURVEY = "survey"
    TASK = "task"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened. `struck` keeps a corrected original readable; `lang` where it is foreign."""

    key: str
    at: datetime
    channel: Channel
    who: str
    to: str = ""
    zone: str = ""
    audience: Audience = Audience.CUSTOMER
    department: str = ""
    title: Text = ""
    body: str = ""
    source_url: str = ""
    source_label: Text = ""
    struck: bool = False
    corrects: str = ""
    lang: str = ""
    status: Status | None = None
    # What became of it and what to do, in one line.
    status_note: Text = ""
    # The address of the other side, where the name alone would hide it.
    address: str = ""
    # Quoted history, folded away.
    folded: str = ""
    attachments: tuple["Attachment", ...] = ()
    undo_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came or went with an entry; pictures are shown."""

    name: str
    url: str
    size: str
    is_image: bool = False


class EmptyKind(StrEnum):
    NOTHING_YET = "yet"
    NO_MATCH = "match"
    NOTHING_DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """*Nothing yet* says how it fills; *nothing matches* offers to clear; *nothing due* where work is next."""

    kind: EmptyKind
    title: Text
    text: Text = ""
    button: Button | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    label: Text
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipFilter:
    """An active filter; `remove_url` is the page without it."""

    label: Text
    value: Text
    remove_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """Background work. `url` is the fragment that shows it again; polled while it runs."""

    label: Text
    done: int
    total: int | None
    state: str = "running"
    url: str = ""
    note: Text = ""
    result_url: str = ""
    result_label: Text = ""

    @property
    def share(self) -> int | None:
        """Per cent, 0 to 100; None while the total is unknown."""
        if not self.total:
            return None
        return max(0, min(100, round(100 * self.done / self.total)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One field that two people changed: what was typed here and what is stored now."""

    name: str
    label: Text
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of a definition list: label and value, with what is missing said as missing."""

    label: Text
    value: Any = None
    url: str = ""
    copy: str = ""
    missing: Text = ""
