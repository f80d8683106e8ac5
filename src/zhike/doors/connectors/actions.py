"""Taking a push in: its signature checked, its events read, everything else the shipments' own way in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from zhike.doors.connectors.rules import FORMATS
from zhike.doors.connectors.types import ZONE, BadSignature, Parsed, Push, Told
from zhike.platform import parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.shipments.actions import add_events, void_external
from zhike.record.shipments.policies import TRACK_SHIPMENTS
from zhike.record.shipments.queries import known_waybills
from zhike.record.shipments.types.inputs import Refused


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
