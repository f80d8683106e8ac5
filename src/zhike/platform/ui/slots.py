"""Places in the shell that upper rooms fill: the records in hand, the bell, the go-to keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise

from zhike.platform.actors import Actor

MOST_IN_HAND = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A record with a draft or a live call. `key` is stable, e.g. `case:42`."""

    key: str
    label: str
    url: str
    icon: str = "note"
    live: bool = False


class BellGroup(StrEnum):
    NEEDS_ME = "needs_me"
    CHANGED = "changed"
    JOBS = "jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class BellEntry:
    """One record that asks for something; it leaves the bell, the page `desk:bell`, when it is done."""

    group: BellGroup
    text: str | Promise
    url: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellPart:
    """A fragment that a room keeps on every page: `code` names its place in `shell.html`, `right` who has it.

    It is fetched anew when one of `topics` changes, or, without topics, when something of the person's own does.
    """

    code: str
    url_name: str
    right: str
    label: str | Promise = ""
    topics: tuple[str, ...] = ()


InHandSource = Callable[[Actor], Sequence[InHand]]
WaitingSource = Callable[[Actor], Sequence[BellEntry]]

RolesSource = Callable[[], Sequence[tuple[str, str | Promise]]]

_in_hand: list[InHandSource] = []
_calls: list[InHandSource] = []
_roles: list[RolesSource] = []
_waiting: list[WaitingSource] = []
_live: dict[str, str] = {}
_parts: dict[str, ShellPart] = {}


def provide_in_hand(source: InHandSource) -> InHandSource:
    """Register where records in hand come from; one query each."""
    if source not in _in_hand:
        _in_hand.append(source)
    return source


def provide_calls_in_hand(source: InHandSource) -> InHandSource:
    """As `provide_in_hand`, of what a fragment brings in after the page: it costs the page itself no query."""
    if source not in _calls:
        _calls.append(source)
    return source


def in_hand(actor: Actor, *, with_calls: bool = False) -> list[InHand]:
    sources = [*_calls, *_in_hand] if with_calls else _in_hand
    found = [entry for source in sources for entry in source(actor)]
    return sorted(found, key=lambda entry: not entry.live)[:MOST_IN_HAND]


def provide_waiting(source: WaitingSource) -> WaitingSource:
    """Register what of a room waits for a person; at most one query and few entries each."""
    if source not in _waiting:
        _waiting.append(source)
    return source


def waiting(actor: Actor) -> list[BellEntry]:
    return [entry for source in _waiting for entry in source(actor)]


def provide_roles(source: RolesSource) -> RolesSource:
    """Register where the company's roles (code, label) come from; asked only where a view is shared."""
    if source not in _roles:
        _roles.append(source)
    return source


def roles() -> list[tuple[str, str | Promise]]:
    return [role for source in _roles for role in source()]


def register_live(topic: str, *, right: str = "") -> None:
    """Let browsers hear changes of a table, given the right to see it."""
    _live[topic] = right


def live_topics(actor: Actor) -> list[str]:
    own = [f"user:{actor.user_id}"] if actor.user_id else []
    return own + [topic for topic, right in _live.items() if not right or actor.has(right)]


def register_part(part: ShellPart) -> None:
    _parts[part.code] = part


def parts(actor: Actor) -> dict[str, ShellPart]:
    """What this actor has of the fragments, by place."""
    return {code: part for code, part in _parts.items() if actor.has(part.right)}
