"""Typed events on their way up: what rooms emit and what subscribers get."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

E_co = TypeVar("E_co", bound="Event", covariant=True)


class Mode(StrEnum):
    """`live` may speak to people and open work; `backfill` is history and never does."""

    LIVE = "live"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of every outbox event: a frozen dataclass of plain JSON values; `personal` names fields to redact."""

    type: ClassVar[str] = ""
    personal: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if cls.type:
            known = _types.get(cls.type)
            if known is not None and known.__qualname__ != cls.__qualname__:
                message = f"outbox event type {cls.type} is declared twice"
                raise TypeError(message)
            _types[cls.type] = cls

    def payload(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}


@dataclass(frozen=True, slots=True)
class Delivered(Generic[E_co]):
    """One event as a subscriber gets it."""

    id: int
    event: E_co
    occurred_at: datetime
    received_at: datetime
    mode: Mode


class Handler(Protocol):
    def __call__(self, events: Sequence[Delivered[Any]], *, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """`acts` marks a subscriber that speaks to people or opens work: it never sees history."""

    name: str
    event_type: str
    handler: Handler
    acts: bool


_types: dict[str, type[Event]] = {}
_subscriptions: dict[str, dict[str, Subscription]] = {}


def subscribe(event: type[Event], *, name: str, acts: bool = False) -> Callable[[Handler], Handler]:
    """Register a batch handler under a name that never changes: receipts are kept by it."""

    def register(handler: Handler) -> Handler:
        _subscriptions.setdefault(event.type, {})[name] = Subscription(name, event.type, handler, acts)
        return handler

    return register


def subscriptions_of(event_type: str) -> Sequence[Subscription]:
    return list(_subscriptions.get(event_type, {}).values())


def event_of(event_type: str, payload: Mapping[str, Any]) -> Event:
    """Rebuild an event; fields that a newer version dropped are ignored, missing ones take their defaults."""
    cls = _types[event_type]
    names = {f.name for f in dataclasses.fields(cls)}
    return cast("Callable[..., Event]", cls)(**{k: v for k, v in payload.items() if k in names})


def is_known(event_type: str) -> bool:
    return event_type in _types
