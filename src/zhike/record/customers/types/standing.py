"""What rooms above say about a customer: the kinds of standing, and entries of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.record.customers.types.words import Label, StandingValue


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingKind:
    """One thing known about a customer by a room above; declared at module level of that room's `types.py`.

    Of a kind that is `kept`, every value that ever stood stays on record with the day it stood from.
    """

    code: str
    label: Label = field(compare=False)
    shown_as: StandingValue
    order: int = field(default=100, compare=False)
    currency: str = field(default="", compare=False)
    kept: bool = field(default=False, compare=False)


_kinds: dict[str, StandingKind] = {}


def declare_standing(kind: StandingKind) -> StandingKind:
    known = _kinds.setdefault(kind.code, kind)
    if known != kind:
        message = f"standing {kind.code} is declared twice"
        raise ValueError(message)
    return known


def standing_kinds() -> Mapping[str, StandingKind]:
    return dict(sorted(_kinds.items(), key=lambda item: (item[1].order, item[0])))


CLASS = declare_standing(
    StandingKind(code="class", label=_("Value class"), shown_as=StandingValue.LETTER, order=10, kept=True)
)
RISK = declare_standing(StandingKind(code="risk", label=_("Risk of leaving"), shown_as=StandingValue.NUMBER, order=20))
SPECIAL_MARKS = declare_standing(
    StandingKind(code="special_marks", label=_("Special marks"), shown_as=StandingValue.MARKS, order=30)
)
OPEN_CASES = declare_standing(
    StandingKind(code="open_cases", label=_("Open cases"), shown_as=StandingValue.COUNT, order=40)
)
OPEN_COMPLAINT = declare_standing(
    StandingKind(code="open_complaint", label=_("Open complaint"), shown_as=StandingValue.TEXT, order=50)
)
OPEN_CLAIMS = declare_standing(
    StandingKind(code="open_claims", label=_("Open claims"), shown_as=StandingValue.MONEY, order=60)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingEntry:
    """One customer's standing of one kind, to be set. Give the value that fits the kind; marks go into `data`."""

    customer_id: int
    kind: str
    text: str = ""
    number: Decimal | None = None
    data: Any = None
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One standing as a reader gets it."""

    kind: str
    text: str
    number: Decimal | None
    data: Any
    as_of: datetime
    source: str
    run: str
