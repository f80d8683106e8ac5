"""Questions that the customer file asks the rooms above, and where they register their answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet

from zhike.platform import audit
from zhike.platform.actors import Actor
from zhike.record.customers.types.records import Via
from zhike.record.customers.types.words import CardPlace, Facet, Label

M = TypeVar("M", bound=Model)
RowIds = Mapping[str, Sequence[int]]


class CustomerMove(Protocol):
    """Moves a room's rows when one file is merged into another; set-based, in the caller's transaction."""

    name: str

    def move(self, *, from_id: int, to_id: int, rows: RowIds | None) -> RowIds:
        """Give the rows of one customer to another and return their ids by table.

        With `rows` (to undo a merge) only these; without, all of them.
        """


@dataclass(frozen=True, slots=True)
class CustomerColumn:
    """The usual answer to `CustomerMove`: a column that holds the customer's id, in a table with `id`."""

    table: str
    column: str = "customer_id"


class ServiceSource(Protocol):
    """Services done for customers; the life-cycle stage follows from them (CUST-14)."""

    name: str

    def spells_sql(self) -> str:
        """SELECT customer_id, started_at, completed_at (null while open) … WHERE customer_id = ANY(%(customers)s)."""


@dataclass(frozen=True, slots=True, order=True)
class TimelineCursor:
    """The place after which a timeline goes on; newest first by time, then source, then key.

    With `back` it goes the other way: to what is newer than this place, the nearest first.
    """

    at: datetime
    source: str
    key: int
    back: bool = False

    def q(self, source: str, *, at: str = "occurred_at", key: str = "id") -> Q:
        """The rows of a source that come after this place."""
        beyond = "gt" if self.back else "lt"
        further = Q(**{f"{at}__{beyond}": self.at})
        if source == self.source:
            return further | Q(**{at: self.at, f"{key}__{beyond}": self.key})
        follows = source > self.source if self.back else source < self.source
        return further | Q(**{at: self.at}) if follows else further


def cut_timeline(
    rows: QuerySet[M], *, source: str, after: TimelineCursor | None, limit: int, at: str = "occurred_at"
) -> list[M]:
    """The `limit` rows of a source next to this place, newest first, whichever way the timeline goes. One query."""
    if after is None:
        return list(rows.order_by(f"-{at}", "-pk")[:limit])
    rows = rows.filter(after.q(source, at=at))
    if not after.back:
        return list(rows.order_by(f"-{at}", "-pk")[:limit])
    return list(rows.order_by(at, "pk")[:limit])[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of a customer's timeline, ready to be read in the reader's language."""

    at: datetime
    source: str
    key: int
    channel: str
    audience: str
    zone: str = ""
    direction: str = ""
    by: str = ""
    contact: str = ""
    contact_id: int | None = None
    unit: str = ""
    subject: str = ""
    body: str = ""
    number: str = ""
    url: str = ""
    count: int = 1
    struck: bool = False
    corrects: int | None = None
    can_correct: bool = False
    redacted: bool = False

    @property
    def cursor(self) -> TimelineCursor:
        return TimelineCursor(self.at, self.source, self.key)


class TimelineSource(Protocol):
    """Adds a room's entries to the timeline of a customer. At most two queries; newest first, by `cut_timeline`."""

    name: str
    facets: frozenset[Facet]

    def entries(
        self, *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
    ) -> Sequence[TimelineEntry]: ...


class CustomerCard(Protocol):
    """What a room shows on the customer page.

    A NOW or STANDING card costs at most one query; a TAB is a fragment with its own address. `context` returns None
    where there is nothing to show: the card is then absent.
    """

    code: str
    label: Label
    place: CardPlace
    right: str
    order: int
    template: str

    def context(
        self, *, actor: Actor, customer_id: int, query: Mapping[str, str], now: datetime
    ) -> Mapping[str, Any] | None: ...


class KeySource(Protocol):
    """Numbers of a room by which a customer's file is found (CUST-05): waybills, order numbers, numbers of cases."""

    name: str
    via: Via

    def customer_ids(self, *, actor: Actor, key: str) -> QuerySet[Any, Any]:
        """Rows with the one column `customer_id`, of what this number means to the actor; part of a larger query."""


class GroupMeasure(Protocol):
    """A figure per customer that a group adds up (CUST-20). One query."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> Label: ...

    @property
    def right(self) -> str: ...

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]: ...


Found = TypeVar("Found")


class Only(StrEnum):
    CERTAIN = "certain"
    NAMES = "names"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedPeople:
    """Whose data go. Rooms without contacts know people by number or mail address: `marks` are `number_mark`s of these.

    `endings` are the last eight digits of the numbers and `addresses` the mail addresses, for look-ups by index; None
    after a restore, when they themselves are known no longer. `names` are known while the erasure is made.
    """

    contact_ids: Sequence[int] = ()
    salt: str = ""
    marks: Sequence[str] = ()
    endings: Sequence[str] | None = None
    addresses: Sequence[str] | None = None
    names: Sequence[str] = ()
    # Whether texts are looked for that name them for certain, or by name alone; both where it is empty.
    only: Only | None = None
    _answers: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    _seen: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    def once(self, content: str, ask: Callable[[], bool]) -> bool:
        """Whether a content that never changes names them: read once for one erasure, before anything is locked."""
        if content not in self._answers:
            self._answers[content] = ask()
        return self._answers[content]

    def looked_at(self) -> "ErasedPeople":
        """The same for a look that changes nothing: what rooms find of them they need find only once."""
        return replace(self, _seen={})

    def seen(self, what: str, ask: Callable[[], Found]) -> Found:
        """What `ask` finds of them: within one look what it found the first time, otherwise found anew."""
        if self._seen is None:
            return ask()
        if what not in self._seen:
            self._seen[what] = ask()
        found: Found = self._seen[what]
        return found

    def knows(self, value: str) -> bool:
        """Whether this E.164 number or folded mail address is theirs alone."""
        return bool(value) and number_mark(self.salt, value) in self.marks

    def of_these(self, values: Iterable[str]) -> list[str]:
        """Those of the numbers or addresses that are theirs alone."""
        marks = set(self.marks)
        return [one for one in values if one and number_mark(self.salt, one) in marks]


def number_mark(salt: str, e164: str, name: str = "") -> str:
    """What stands for a number, or for one of several people who share it, where the number may not be kept."""
    return sha256(f"{salt}|{e164}|{name}".encode()).hexdigest()


def number_mark_sql(e164: str, name: str = "''") -> str:
    """The same in the database; `e164` and `name` are trusted SQL, the salt is the parameter `salt`."""
    return f"encode(sha256(convert_to(%(salt)s || '|' || {e164} || '|' || {name}, 'UTF8')), 'hex')"


class PersonalData(Protocol):
    """What a room knows about people, to be shown to them and to be erased (CUST-22)."""

    name: str
    label: Label

    def count(self, *, people: ErasedPeople) -> int: ...

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        """Empty every personal value that names these people; returns how many rows changed."""

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        """Lines of the audit log whose personal values name these people; asked before `erase`."""


_moves: dict[str, CustomerMove | CustomerColumn] = {}
_moved_keys: set[str] = set()
_services: dict[str, ServiceSource] = {}
_timelines: dict[str, TimelineSource] = {}
_cards: dict[str, CustomerCard] = {}
_key_sources: dict[str, KeySource] = {}
_measures: dict[str, GroupMeasure] = {}
_personal: dict[str, PersonalData] = {}
_personal_keys: set[str] = set()


def register_customer_move(provider: CustomerMove | CustomerColumn, *, keys: Sequence[str]) -> None:
    """Called from `providers.py`; `keys` are the foreign keys to Customer it answers for, `app.Model.field`."""
    name = f"{provider.table}.{provider.column}" if isinstance(provider, CustomerColumn) else provider.name
    _moves[name] = provider
    _moved_keys.update(keys)


def keep_with_tombstone(*keys: str) -> None:
    """These foreign keys to Customer stay with the merged file: its own history, or figures that are pushed anew."""
    _moved_keys.update(keys)


def customer_moves() -> list[tuple[str, CustomerMove | CustomerColumn]]:
    return sorted(_moves.items())


def answered_customer_keys() -> frozenset[str]:
    return frozenset(_moved_keys)


def register_service_source(source: ServiceSource) -> None:
    _services[source.name] = source


def service_sources() -> list[ServiceSource]:
    return [_services[name] for name in sorted(_services)]


def register_timeline(source: TimelineSource) -> None:
    _timelines[source.name] = source


def timeline_sources() -> list[TimelineSource]:
    return [_timelines[name] for name in sorted(_timelines)]


def register_card(card: CustomerCard) -> None:
    _cards[card.code] = card


def cards(place: CardPlace) -> list[CustomerCard]:
    return sorted((c for c in _cards.values() if c.place is place), key=lambda c: (c.order, c.code))


def register_keys(source: KeySource) -> None:
    _key_sources[source.name] = source


def key_sources() -> list[KeySource]:
    return [_key_sources[name] for name in sorted(_key_sources)]


def register_group_measure(measure: GroupMeasure) -> None:
    _measures[measure.code] = measure


def group_measures() -> list[GroupMeasure]:
    return list(_measures.values())


def register_personal_data(provider: PersonalData, *, keys: Sequence[str]) -> None:
    """Called from `providers.py`; `keys` are the foreign keys to Contact it answers for, `app.Model.field`."""
    _personal[provider.name] = provider
    _personal_keys.update(keys)


def personal_data() -> list[PersonalData]:
    return [_personal[name] for name in sorted(_personal)]


def answered_contact_keys() -> frozenset[str]:
    return frozenset(_personal_keys)
