"""Telling people what happens to their goods, and noting that they were told (SHIP-03)."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.outbox.types import Mode
from zhike.record.contacting import actions as contacting
from zhike.record.shipments.actions import _state
from zhike.record.shipments.events import NoticesGiven, ShipmentsNoticed
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.policies import TRACK_SHIPMENTS
from zhike.record.shipments.queries.notices import late_notices, notices_of
from zhike.record.shipments.types.codes import Status


@action
def tell_status(*, actor: Actor, shipment_ids: Sequence[int], status: Status, mode: Mode, now: datetime) -> int:
    """Give notice of a new status to whoever wants to know; returns how many messages left or wait."""
    authorize(actor, TRACK_SHIPMENTS)
    notices = notices_of(actor=actor, shipment_ids=shipment_ids, status=status)
    told = contacting.notify(actor=actor, notices=notices, mode=mode, now=now) if notices else None
    count = told.allowed + told.held if told else 0
    audit.record(
        actor,
        NoticesGiven(subject=("shipments", len(shipment_ids)), after={"status": status, "notices": count}),
        now=now,
    )
    return count


@action
def tell_delay(*, actor: Actor, shipment_ids: Sequence[int], mode: Mode, now: datetime) -> int:
    """Give notice that a promise has passed, with the new estimate; returns how many messages left or wait."""
    authorize(actor, TRACK_SHIPMENTS)
    notices = late_notices(actor=actor, shipment_ids=shipment_ids)
    told = contacting.notify(actor=actor, notices=notices, mode=mode, now=now) if notices else None
    count = told.allowed + told.held if told else 0
    audit.record(
        actor, NoticesGiven(subject=("shipments", len(shipment_ids)), after={"late": True, "notices": count}), now=now
    )
    return count


@action
def mark_noticed(*, actor: Actor, shipment_ids: Sequence[int], at: datetime, now: datetime) -> int:
    """A notice of these shipments has reached the other side; the first one counts. Returns how many are new."""
    authorize(actor, TRACK_SHIPMENTS)
    _state.touch(shipment_ids)
    _state.lock()
    new = Shipment.objects.filter(pk__in=shipment_ids, noticed_at__isnull=True).update(noticed_at=at)
    audit.record(actor, ShipmentsNoticed(subject=("shipments", new), after={"shipments": new}), now=now)
    return new
