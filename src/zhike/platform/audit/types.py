"""Audit events: what rooms declare and what readers get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_types: dict[str, type["Event"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of every audit event.

    Subclasses set `type` (dotted, stable), `label` (translatable) and `personal`: the names in `before` and `after`
    that hold people's data. Those are stored in a column of their own that can be redacted; the rest never is.
    """

    type: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    personal: ClassVar[frozenset[str]] = frozenset()

    subject: tuple[str, int | str]
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # No zero-argument super(): a dataclass with slots is a second class of the same name.
        known = _types.get(cls.type)
        if known is not None and known.__qualname__ != cls.__qualname__:
            message = f"audit event type {cls.type} is declared twice"
            raise TypeError(message)
        if cls.type:
            _types[cls.type] = cls

    def redact(self) -> Self:
        """This event without people's data."""
        return replace(
            self,
            before={k: v for k, v in self.before.items() if k not in self.personal},
            after={k: v for k, v in self.after.items() if k not in self.personal},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Lines of the log that speak of a person: those about these records, of these types.

    `ids` None takes every record of the kind. With `key`, only lines whose changes name one of `values` under it.
    """

    kind: str
    ids: Sequence[int | str] | None
    types: Sequence[str] = ()
    key: str = ""
    values: Sequence[int | str] = ()


class ActionDenied(Event):
    type = "audit.denied"
    label = _("Attempt refused")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit log as a reader sees it."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_label: str
    type: str
    label: str
    subject: tuple[str, str]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    operation_id: UUID
    redacted: bool


def event_types() -> dict[str, type[Event]]:
    return dict(_types)


def label_of(event_type: str) -> str:
    """The translated label; the bare type for one that is no longer declared."""
    found = _types.get(event_type)
    return str(found.label) if found else event_type
