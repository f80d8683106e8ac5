"""Taking a push in: its signature checked, its events read, everything else the shipments' or the calls' own way in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from zhike.doors.connectors.rules import FORMATS, telephony
from zhike.doors.connectors.types import ZONE, BadSignature, Parsed, Push, TakenCalls, Told
from zhike.platform import parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError
from zhike.record.shipments.actions import add_events, void_external
from zhike.record.shipments.policies import TRACK_SHIPMENTS
from zhike.record.shipments.queries import known_waybills
from zhike.record.shipments.types.inputs import Refused
from zhike.service.reception.actions import hand_over
from zhike.service.reception.policies import PUSH_CALLS


@dataclass(slots=True)
class Taken:
    """What became of a push; `unreadable` are positions of events that could not be read."""

    created: int = 0
    duplicate: int = 0
    waiting: int = 0
    voided: int = 0
    refused: list[Refused] = field(default_factory=list)
    unreadable: tuple[str, ...] = ()


@action
def take_push(*, actor: Actor, format_code: str, source: str, secret: str, push: Push, now: datetime) -> Taken:
    """Raises BadSignature, or Unreadable for a body that is not of the format. Events of unknown waybills wait."""
    chosen = FORMATS[format_code]
    authorize(actor, TRACK_SHIPMENTS)
    if not chosen.verify(push, secret):
        raise BadSignature(right=TRACK_SHIPMENTS.code, subject=("connector", source))
    parsed = chosen.parse(push)
    return _load(actor, parsed, source, now)


def _load(actor: Actor, parsed: Parsed, source: str, now: datetime) -> Taken:
    taken = Taken(unreadable=parsed.unreadable)
    known = known_waybills(actor=actor, waybills=[w for one in parsed.told for w in one.waybills])
    for vocabulary in dict.fromkeys(one.vocabulary for one in parsed.told):
        events = [one.under(_chosen(one, known)) for one in parsed.told if one.vocabulary == vocabulary]
        result = add_events(
            actor=actor,
            events=events,
            source=source,
            vocabulary=vocabulary,
            zone=parameters.value(ZONE, at=now),
            keep_unknown=True,
            now=now,
        )
        taken.created += result.created
        taken.duplicate += result.duplicate
        taken.waiting += result.waiting
        taken.refused += result.refused
    if parsed.retracted:
        taken.voided = void_external(
            actor=actor, source=source, external_ids=parsed.retracted, reason="Taken back by the source", now=now
        )
    return taken


def _chosen(one: Told, known: Sequence[str] | set[str]) -> str:
    """The number that a shipment is registered under; the likeliest where none is yet."""
    return next((waybill for waybill in one.waybills if waybill in known), one.waybills[0])


@action
def take_calls(*, actor: Actor, source: str, secret: str, push: Push, now: datetime) -> TakenCalls:
    """Events of a telephone system. Raises BadSignature, NotFound for a system that is not set up, Unreadable."""
    authorize(actor, PUSH_CALLS)
    if not telephony.verify(push, secret):
        raise BadSignature(right=PUSH_CALLS.code, subject=("connector", source))
    handed = hand_over(actor=actor, system=source, payloads=telephony.parse(push), now=now)
    return TakenCalls(
        taken=handed.taken,
        duplicate=handed.duplicate,
        ignored=handed.ignored,
        refused=[f"{position}: {_words(wrong)}" for position, wrong in handed.refused.items()],
    )


def _words(wrong: Mapping[str, Sequence[FieldError]]) -> str:
    return "; ".join(f"{name}: {one.text()}" for name, found in wrong.items() for one in found)
