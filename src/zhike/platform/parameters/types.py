"""What a parameter is: declared once in code with its source, changed by people with a reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_noop

T = TypeVar("T")
Label = str | Promise
Choices = Mapping[Any, Label] | Sequence[tuple[Any, Label]]
KINDS: tuple[type, ...] = (bool, int, Decimal, str, timedelta, date)

_registry: dict[str, "Parameter[Any]"] = {}


class DeclarationError(ValueError):
    """A parameter is declared without what every parameter needs."""


# Where no law, standard or publication sets a value: what the sources name is in words, never a reference of ours.
OWN_PRACTICE: Final = gettext_noop("own practice value; adjust it to your company")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameter(Generic[T]):
    """One number, limit or rule that the company may change; declaring it registers it.

    `key` is `<app label>.<name>`; its first part is the area under which people find it. `unit` says what the value
    counts. `default` is version 1 and holds from the beginning of time. `source` names where the default comes from:
    a law, a requirement row, a section of methods.md.
    """

    key: str
    label: Label
    kind: type[T]
    default: T
    source: str
    unit: Label = ""
    description: Label = ""
    minimum: T | None = None
    maximum: T | None = None
    choices: Choices = ()
    needs_approval: bool = False

    def __post_init__(self) -> None:
        area, dot, name = self.key.partition(".")
        if not (area and dot and name):
            raise DeclarationError(f"{self.key}: a key reads <app label>.<name>")
        if not self.source.strip():
            raise DeclarationError(f"{self.key}: a parameter names the source of its default")
        allowed = self.kind in KINDS or issubclass(self.kind, StrEnum)
        if not allowed or type(self.default) is not self.kind:
            raise DeclarationError(f"{self.key}: the default is not of kind {self.kind.__name__}")
        known = _registry.setdefault(self.key, self)
        if known is not self and (known.kind, known.default, known.source) != (self.kind, self.default, self.source):
            raise DeclarationError(f"{self.key} is declared twice")

    @property
    def area(self) -> str:
        return self.key.partition(".")[0]

    def options(self) -> dict[Any, Label]:
        """The allowed values with their labels; empty when any value within the bounds is allowed."""
        if not self.choices and issubclass(self.kind, StrEnum):
            return {member: member.value for member in self.kind}
        pairs: Iterable[tuple[Any, Label]] = self.choices.items() if isinstance(self.choices, Mapping) else self.choices
        return dict(pairs)


def registered() -> dict[str, Parameter[Any]]:
    """Every declared parameter by key."""
    return dict(sorted(_registry.items()))


def declared(key: str) -> Parameter[Any] | None:
    return _registry.get(key)


class ProposalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of a parameter's history; version 1 is the declared default."""

    version: int
    value: Any
    previous: Any
    valid_from: datetime | None
    at: datetime | None
    actor_kind: str = ""
    actor_id: str = ""
    approved_kind: str = ""
    approved_id: str = ""
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that waits for a second person."""

    id: int
    key: str
    value: Any
    valid_from: datetime | None
    reason: str
    source: str
    state: ProposalState
    proposed_at: datetime
    proposed_by_kind: str
    proposed_by_id: str
    proposed_by_person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A parameter as the list shows it."""

    parameter: Parameter[Any]
    value: Any
    version: int
    source: str
    is_default: bool
    since: datetime | None
    coming: tuple[Change, ...] = ()
    pending: tuple[Proposal, ...] = ()
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a change: a new version, or a proposal waiting for another person."""

    key: str
    version: int | None = None
    proposal_id: int | None = None

    @property
    def is_pending(self) -> bool:
        return self.proposal_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Parameters of one room, under the room's name."""

    code: str
    label: Label
    rows: tuple[Row, ...] = ()
