"""Authority and the duties that must be apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from zhike.record.organization.types.words import Label, Period


@dataclass(frozen=True, slots=True)
class Authority:
    """Whether an approval lies within a person's authority, and by which row of the table."""

    allowed: bool
    action: str
    reason: str
    why: str
    limit_id: int | None = None
    max_amount: Decimal | None = None
    currency: str = ""
    period: Period | None = None
    used_amount: Decimal = Decimal(0)
    used_count: int = 0
    left_amount: Decimal | None = None
    left_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """One row of the authority table as somebody proposes it."""

    role: str
    action: str
    reason: str = ""
    max_amount: Decimal | None = None
    currency: str = ""
    period: Period | None = None
    max_count: int | None = None
    max_total: Decimal | None = None
    valid_from: datetime
    valid_until: datetime | None = None
    source: str


@dataclass(frozen=True, slots=True)
class GatedAction:
    """Something that needs authority, e.g. `claims.settle`; declared by the room that does it."""

    code: str
    label: Label = field(compare=False)


_gated: dict[str, GatedAction] = {}


def register_gated_action(code: str, label: Label) -> GatedAction:
    """Declare at module level in a room's `types.py` or `policies.py` what the authority table can limit."""
    return _gated.setdefault(code, GatedAction(code, label))


def gated_actions() -> Mapping[str, GatedAction]:
    return dict(sorted(_gated.items()))


@dataclass(frozen=True, slots=True)
class DutyConflict:
    """Two duties that one person must not hold: deciding, executing and supervising are apart (CTRL-01).

    `of` says whether `first` and `second` name roles or rights.
    """

    of: str
    first: str
    second: str
    why: Label = field(compare=False)


_conflicts: dict[tuple[str, str, str], DutyConflict] = {}


def declare_role_conflict(first: str, second: str, why: Label) -> None:
    low, high = sorted((first, second))
    _conflicts["role", low, high] = DutyConflict("role", low, high, why)


def declare_right_conflict(first: str, second: str, why: Label) -> None:
    low, high = sorted((first, second))
    _conflicts["right", low, high] = DutyConflict("right", low, high, why)


def declared_conflicts() -> list[DutyConflict]:
    return [_conflicts[key] for key in sorted(_conflicts)]


@dataclass(frozen=True, slots=True)
class ConflictFound:
    """A person (or, with `staff_id` None, a role by itself) that holds two duties that must be apart."""

    conflict: DutyConflict
    staff_id: int | None
    who: str
