"""Questions that the organization asks the rooms above: who moves with a unit, what a leaver holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict
from zhike.record.organization.types.words import Label


@dataclass(frozen=True, slots=True)
class Renumbered:
    """One unit whose number changed."""

    unit_id: int
    old_no: int
    new_no: int


class UnitMove(Protocol):
    """Keeps a room's own unit numbers right when units move; runs in the caller's transaction, set-based."""

    @property
    def name(self) -> str: ...

    def renumber(self, moves: Sequence[Renumbered]) -> int:
        """Change every old number to its new one at once; returns how many rows changed."""


@dataclass(frozen=True, slots=True)
class ScopeColumn:
    """The usual answer to `UnitMove`: a column that holds unit numbers. The organization changes it itself."""

    table: str
    column: str = "scope_unit_id"


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One thing that a person answers for: its public number, a line to know it by, and its page."""

    id: int
    number: str
    title: str
    url: str = ""


# Numbers by person; or rows of (person, number), not asked yet, which are then counted with those of the other rooms.
HeldCounts = Mapping[int, int] | QuerySet[Any, tuple[int, int]]


class Holdings(Protocol):
    """What a leaver holds in one room, and how it passes to somebody else (CUST-09)."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> Label: ...

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        """How many each of these people holds; who holds nothing may be left out."""

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]: ...

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        """Hand over these items, or all where `item_ids` is None; returns how many. Attribution of the past stays."""


_moves: dict[str, UnitMove | ScopeColumn] = {}


_holdings: dict[str, Holdings] = {}


_answered_keys: dict[str, str] = {}


def register_unit_move(provider: UnitMove | ScopeColumn) -> None:
    """Called from a room's `providers.py`."""
    key = f"{provider.table}.{provider.column}" if isinstance(provider, ScopeColumn) else provider.name
    _moves[key] = provider


def unit_moves() -> list[UnitMove | ScopeColumn]:
    return [_moves[key] for key in sorted(_moves)]


def register_holdings(provider: Holdings, *, keys: Sequence[str]) -> None:
    """Called from a room's `providers.py`; `keys` are the foreign keys to Staff it answers for, `app.Model.field`."""
    _holdings[provider.kind] = provider
    for key in keys:
        _answered_keys[key] = provider.kind


def keep_as_history(*keys: str) -> None:
    """These foreign keys to Staff say who did something; they stay with the leaver."""
    for key in keys:
        _answered_keys[key] = ""


def holdings() -> list[Holdings]:
    return list(_holdings.values())


def answered_keys() -> Mapping[str, str]:
    """Each foreign key to Staff that somebody answers for, with the kind of holding ('' for history)."""
    return dict(_answered_keys)


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of things that a leaver still holds."""

    kind: str
    label: str
    count: int
    items: tuple[HeldItem, ...]


class StillHolding(Conflict):
    """A leaver still holds something; `held` lists it by kind."""

    code = "still_holding"
    message = _("This person still holds %(count)s items.")
    next_step = _("Hand them over to colleagues first.")

    def __init__(self, held: Sequence[Held]) -> None:
        super().__init__(count=sum(kind.count for kind in held))
        self.held = tuple(held)


class UnitCard(Protocol):
    """What an upper room shows on a unit's page: a fragment with an address of its own; None where it has nothing."""

    code: str
    right: str
    order: int

    def url(self, *, unit_id: int, is_point: bool) -> str | None: ...


_unit_cards: dict[str, UnitCard] = {}


def register_unit_card(card: UnitCard) -> None:
    _unit_cards[card.code] = card


def unit_cards() -> list[UnitCard]:
    return sorted(_unit_cards.values(), key=lambda card: (card.order, card.code))
