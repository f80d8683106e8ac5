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
    """One record that asks for something; it leaves the bell when it is done."""

    group: BellGroup
    text: str | Promise
    url: str
    at: datetime | None = None


InHandSource = Callable[[Actor], Sequence[InHand]]
BellSource = Callable[[Actor], int]

RolesSource = Callable[[], Sequence[tuple[str, str | Promise]]]

_in_hand: list[InHandSource] = []
_needs_me: list[BellSource] = []
_roles: list[RolesSource] = []
_live: dict[str, str] = {}


def provide_in_hand(source: InHandSource) -> InHandSource:
    """Register where records in hand come from; one query each."""
    if source not in _in_hand:
        _in_hand.append(source)
    return source


def provide_bell_count(source: BellSource) -> BellSource:
    """Register a count of what needs this person; the list itself is the page `desk:bell`."""
    if source not in _needs_me:
        _needs_me.append(source)
    return source


def in_hand(actor: Actor) -> list[InHand]:
    found = [entry for source in _in_hand for entry in source(actor)]
    return sorted(found, key=lambda entry: not entry.live)[:MOST_IN_HAND]


def needs_me(actor: Actor) -> int:
    return sum(source(actor) for source in _needs_me)


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
