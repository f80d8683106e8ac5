"""What every format of a carrier's push has: how it is signed, how it is read, what its sender wants to hear."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import parameters
from zhike.platform.errors import Forbidden, ZhikeError
from zhike.record.shipments.types.inputs import EventDraft

ZONE = parameters.Parameter(
    key="connectors.zone",
    label=_("Time zone of carriers' times without offset"),
    kind=str,
    default="Asia/Shanghai",
    source=parameters.OWN_PRACTICE,
)


class BadSignature(Forbidden):
    code = "bad_signature"
    message = _("The signature of this push does not fit.")
    next_step = _("Check the secret on both sides.")


class Unreadable(ZhikeError):
    """A body that is not of this format at all; single bad events are named instead."""

    code = "unreadable_push"
    status = 422
    message = _("This push could not be read.")
    next_step = _("Send it in the format of this address.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as read. `waybills` are the numbers it may be known by, the likeliest first."""

    waybills: tuple[str, ...]
    vocabulary: str
    event: EventDraft

    def under(self, waybill: str) -> EventDraft:
        return replace(self.event, waybill=waybill)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A push as read: its events, and the source's ids of events that it takes back."""

    told: tuple[Told, ...] = ()
    retracted: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A request as it came. Header names are lower case."""

    body: bytes
    headers: Mapping[str, str]
    form: Mapping[str, str]
    zone: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: `verify` compares the signature in constant time, `parse` raises `Unreadable`."""

    code: str
    verify: Callable[[Push, str], bool]
    parse: Callable[[Push], Parsed]
    # What the sender takes for "received" and for "send again".
    taken: Mapping[str, object]
    refused: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenCalls:
    """What became of events of calls: new, known already, no matter of ours, and positions of those refused."""

    taken: int = 0
    duplicate: int = 0
    ignored: int = 0
    refused: list[str] = field(default_factory=list)
