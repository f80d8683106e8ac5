"""Open shipments of a courier who leaves pass to a colleague (CUST-09)."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.organization.policies import HAND_OVER
from zhike.record.organization.queries import assignee
from zhike.record.shipments.actions import _state
from zhike.record.shipments.events import LegAssigned
from zhike.record.shipments.models import Leg, Shipment
from zhike.record.shipments.policies import scope


@action
def pass_parcels(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, shipment_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give a courier's open shipments, or these of them, to another courier; returns how many."""
    rows = Shipment.objects.filter(scope(actor), is_open=True, courier_staff_id=from_staff_id)
    if shipment_ids is not None:
        rows = rows.filter(pk__in=shipment_ids)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    if not ids:
        return 0
    heir = assignee(actor=actor, staff_id=to_staff_id)
    _state.touch(ids)
    _state.lock()
    Leg.objects.filter(shipment_id__in=ids, courier_staff_id=from_staff_id).update(
        courier_staff_id=heir.id, courier_name=heir.name, courier_phone=heir.phone, assigned_at=now
    )
    _state.recompute(now=now, list_changes=False)
    audit.record(
        actor,
        LegAssigned(
            subject=("staff", from_staff_id),
            before={"courier_staff": from_staff_id},
            after={"courier_staff": heir.id, "shipments": len(ids)},
        ),
        now=now,
    )
    return len(ids)
