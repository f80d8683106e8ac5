"""Standards of service: object, measure, number, unit, condition; and the words that say nothing (AGRE-03)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.errors import Conflict
from zhike.platform.numbering import Series
from zhike.record.agreements.types.targets import Measure
from zhike.record.customers.types import Label

STANDARD_SERIES = Series(key="standard", prefix="ST-", width=4)


class Bound(StrEnum):
    """On which side of its number a standard is met."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    EXACTLY = "exactly"


BOUND_LABELS: Mapping[str, Label] = {
    Bound.AT_MOST: pgettext_lazy("bound of a standard", "at most"),
    Bound.AT_LEAST: pgettext_lazy("bound of a standard", "at least"),
    Bound.EXACTLY: pgettext_lazy("bound of a standard", "exactly"),
}


class StandardUnit(StrEnum):
    """Units in which standards count; `OTHER` is written out beside."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    PERCENT = "percent"
    PER_THOUSAND = "per_thousand"
    TIMES = "times"
    OTHER = "other"


UNIT_LABELS: Mapping[str, Label] = {
    StandardUnit.MINUTES: pgettext_lazy("unit of a standard", "minutes"),
    StandardUnit.HOURS: pgettext_lazy("unit of a standard", "hours"),
    StandardUnit.DAYS: pgettext_lazy("unit of a standard", "days"),
    StandardUnit.PERCENT: "%",
    StandardUnit.PER_THOUSAND: pgettext_lazy("unit of a standard", "per 1,000"),
    StandardUnit.TIMES: pgettext_lazy("unit of a standard", "times"),
    StandardUnit.OTHER: pgettext_lazy("unit of a standard", "another unit"),
}
# What one of these is in seconds; only such standards can set a clock.
SECONDS: Final[Mapping[str, int]] = {
    StandardUnit.MINUTES: 60,
    StandardUnit.HOURS: 3600,
    StandardUnit.DAYS: 86400,
}


class VagueKind(StrEnum):
    """What a vague word leaves open, and so what is written instead."""

    SPEED = "speed"
    CARE = "care"
    AMOUNT = "amount"


VAGUE_LABELS: Mapping[str, Label] = {
    VagueKind.SPEED: pgettext_lazy("kind of vague word", "how fast"),
    VagueKind.CARE: pgettext_lazy("kind of vague word", "how well"),
    VagueKind.AMOUNT: pgettext_lazy("kind of vague word", "how much"),
}
INSTEAD: Mapping[str, Label] = {
    VagueKind.SPEED: _(
        "“%(word)s” cannot be measured. Write within how many minutes, hours or days, for example “reply within 30"
        " minutes”."
    ),
    VagueKind.CARE: _(
        "“%(word)s” cannot be measured. Write what can be counted, for example “at most 2 errors in 1,000 waybills”."
    ),
    VagueKind.AMOUNT: _(
        "“%(word)s” cannot be measured. Write how many or what share, for example “at least 95 in 100 shipments”."
    ),
}

# Words that a new company begins with; people add and switch off.
DEFAULT_VAGUE: Final[Mapping[VagueKind, str]] = {
    VagueKind.SPEED: (
        "及时 尽快 尽早 迅速 快速 立即 马上 随时 定期 第一时间 "
        "及時 儘快 儘早 立刻 馬上 隨時 第一時間 "
        "promptly quickly soon timely speedily immediately asap regularly"
    ),
    VagueKind.CARE: (
        "认真 积极 妥善 热情 耐心 细致 周到 优质 满意 良好 合理 规范 高效 "
        "認真 積極 妥善 熱情 細緻 優質 滿意 規範 "
        "carefully diligently properly actively friendly satisfactory reasonable efficient good best appropriate"
    ),
    VagueKind.AMOUNT: (
        "尽量 尽可能 大部分 较少 较高 适当 若干 基本上 "
        "儘量 儘可能 較少 較高 適當 "
        "mostly several many few some sufficient minimal"
    ),
}


# What of a standard is words, and so may stand in each of the three languages.
SPOKEN: Final = ("object", "measure", "condition", "unit_text")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardEntry:
    """A standard as somebody writes it. `clock` and `category` let it set the clock of cases.

    `texts` holds what is said in further languages: name of a text of `SPOKEN` → language → text.
    """

    object: str
    measure: str
    bound: Bound = Bound.AT_MOST
    number: Decimal | None
    unit: StandardUnit = StandardUnit.HOURS
    unit_text: str = ""
    condition: str = ""
    valid_from: date
    valid_until: date | None = None
    source: str
    clock: Measure | None = None
    category: str = ""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vague:
    """A word that says nothing unless a number stands beside it."""

    word: str
    kind: VagueKind


class StandardEnded(Conflict):
    code = "standard_ended"
    message = _("This version of the standard no longer holds.")
    next_step = _("Write a new version of the standard in force.")
