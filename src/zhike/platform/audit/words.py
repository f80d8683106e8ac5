"""How values of the log are told to people: codes in words, ids by name. The log itself keeps them as they are."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.functional import Promise

from zhike.platform.actors import Actor

Label = str | Promise
Words = Mapping[Any, Label]
# The name of each record that the reader may see, and its page's address; empty where it has none.
Names = Mapping[str, tuple[str, str]]


class Naming(Protocol):
    def __call__(self, *, actor: Actor, keys: Collection[str]) -> Names: ...


@dataclass(frozen=True, slots=True)
class Of:
    """Ids, or other keys, of records of this kind, named as in `subject`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Codes, or a mapping whose keys are codes: the list is asked for when the log is read, for it may grow.

    `inner` tells the values of the mapping.
    """

    words: Callable[[], Words]
    inner: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Room:
    """A dotted code that belongs to a room, told by the room's name: a job, an attempt, a list."""


@dataclass(frozen=True, slots=True)
class Span:
    """A number of seconds."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message id of a catalogue."""


@dataclass(frozen=True, slots=True)
class Plain:
    """As it stands: words of people, numbers, names, codes that people know by sight such as a unit's."""


Manner = Of | Keys | Room | Span | Zone | Sentence | Plain | Words
_manners: dict[tuple[str, str], Manner] = {}
_naming: dict[str, Naming] = {}


def tell(room: str, **fields: Manner | tuple[Words, ...]) -> None:
    """Say how fields of a room's events are told; `room` is the first part of their type, empty for all rooms.

    Several word lists stand for a field that holds another code in each event.
    """
    for name, manner in fields.items():
        _manners[room, name] = _joined(manner) if isinstance(manner, tuple) else manner


def tell_plainly(room: str, fields: str) -> None:
    """These fields, separated by spaces, are told as they stand."""
    for name in fields.split():
        _manners[room, name] = Plain()


def manner_of(event_type: str, name: str) -> Manner | None:
    """The room's own way for the field, else the one of all rooms; None where nobody has said."""
    return _manners.get((event_type.partition(".")[0], name), _manners.get(("", name)))


def _joined(lists: tuple[Words, ...]) -> Words:
    return {code: word for one in lists for code, word in one.items()}


def register_naming(kind: str, naming: Naming) -> None:
    """Called from `providers.py`: how records of this kind are named; one query."""
    _naming[kind] = naming


def naming_of(kind: str) -> Naming | None:
    return _naming.get(kind)


def word_lists() -> Mapping[tuple[str, str], Words]:
    """Every field that is told by a list of words."""
    return {key: one for key, one in _manners.items() if isinstance(one, Mapping)}
