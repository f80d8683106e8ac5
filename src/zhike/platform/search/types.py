"""What rooms give to the search and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.functional import Promise

from zhike.platform.actors import Actor, Reach

LONGEST_QUERY = 200
MOST_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One record as the search knows it.

    `title`, `number` and `line` are what a result shows. `keys` are written forms that find exactly this record
    (numbers, waybills, E.164 phones, mail addresses). `texts` are searched besides the title. Among equals the larger
    `sort` comes first: an instant in seconds, as a rule. `scope_unit_id` None: only whole reach sees it;
    `own_staff_id`: this person sees it whatever the reach. `audience`: of those within reach only whoever is of one of
    these groups, such as roles; empty: all of them.
    """

    object_id: int
    title: str
    number: str = ""
    line: str = ""
    keys: Sequence[str] = ()
    texts: Sequence[str] = ()
    sort: int = 0
    scope_unit_id: int | None = None
    own_staff_id: int | None = None
    audience: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result. `exact`: the text is a number, phone or name of this very record.

    `own`: the number is this record's alone, as a telephone is a person's; it only stands on the parcels sent to them.
    """

    kind: str
    object_id: int
    title: str
    number: str = ""
    line: str = ""
    url: str = ""
    exact: bool = False
    own: bool = False
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Sight:
    """Which documents of a kind an actor sees: all, those within reach, and one's own; `Sight()` sees none.

    `groups` are those of which the actor is, where documents name an audience; None is of every group.
    """

    whole: bool = False
    reach: Reach = field(default_factory=Reach)
    staff_id: int | None = None
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A text read as a number: as typed, without signs and spaces (`cu008812`), as telephone numbers (E.164)."""

    raw: str
    compact: str
    phones: tuple[str, ...] = ()


class SearchSource(Protocol):
    """One kind of record. Registered from a room's `providers.py`."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str | Promise: ...

    @property
    def order(self) -> int: ...

    def sight(self, actor: Actor) -> Sight:
        """What the actor may see of this kind; no query."""

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        """Those of the records that exist and may be found, set-based; what is left out leaves the index."""

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        """The next ids in ascending order, to build the index anew."""

    def url(self, object_id: int) -> str:
        """The record's page."""


class NumberSource(Protocol):
    """Finds records by their exact number in the tables themselves, so that what came a second ago is found.

    One query for all kinds of a room, scoped to the actor. Registered from a room's `providers.py`.
    """

    @property
    def name(self) -> str: ...

    def exact(self, *, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
        """Hits by `Numbers.raw`; `url` may be left empty. `exact` False: another of these hits stands for it."""


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    label: str | Promise
    hits: Sequence[Hit]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """Groups by kind, those with an exact hit first."""

    text: str
    groups: Sequence[Group] = ()

    @property
    def first(self) -> Hit | None:
        """What `Enter` opens: whose own the number is, else the exact hit, when there is just one."""
        exact = [hit for hit in self.hits if hit.exact]
        found = [hit for hit in exact if hit.own] or exact
        return found[0] if len(found) == 1 else None

    @property
    def hits(self) -> list[Hit]:
        return [hit for group in self.groups for hit in group.hits]


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a batch query."""

    line: int
    text: str
    hits: Sequence[Hit] = field(default_factory=tuple)


_sources: dict[str, SearchSource] = {}
_numbers: dict[str, NumberSource] = {}


def register_source(source: SearchSource) -> None:
    _sources[source.kind] = source


def register_numbers(source: NumberSource) -> None:
    _numbers[source.name] = source


def sources() -> list[SearchSource]:
    return sorted(_sources.values(), key=lambda source: (source.order, source.kind))


def source_of(kind: str) -> SearchSource | None:
    return _sources.get(kind)


def number_sources() -> list[NumberSource]:
    return [_numbers[name] for name in sorted(_numbers)]
