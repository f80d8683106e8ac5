"""The delivery reply 送货回复: who signed, when, in what condition, with which photos."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, FieldError, Invalid
from zhike.platform.outbox.types import Mode
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions._customers import follow
from zhike.record.shipments.actions._load import held
from zhike.record.shipments.actions.tracking import add_events
from zhike.record.shipments.events import ReplyRecorded
from zhike.record.shipments.models import ProofOfDelivery, Shipment
from zhike.record.shipments.policies import REPLY_DELIVERY
from zhike.record.shipments.types.codes import Condition, Status
from zhike.record.shipments.types.inputs import EventDraft

REPLY_SOURCE = "reply"
MOST_FILES = 10


class ReplyKnown(Conflict):
    code = "reply_known"
    message = _("A delivery reply of this shipment is on record.")
    next_step = _("Say what was wrong with it to replace it.")


@action
def record_delivery_reply(
    *,
    actor: Actor,
    shipment_id: int,
    signer: str,
    signed_at: datetime,
    condition: Condition,
    now: datetime,
    remark: str = "",
    file_ids: Sequence[int] = (),
    replaces_because: str = "",
) -> int:
    """Record who took the goods; a shipment not yet delivered is delivered by it. `file_ids` name photos."""
    shipment = held(actor, shipment_id)
    authorize(actor, REPLY_DELIVERY, subject=("shipment", shipment_id), unit_no=shipment.scope_unit_id)
    _check(shipment, signer, signed_at, file_ids, now)
    replaced = _replace(shipment, replaces_because, now)
    row = ProofOfDelivery.objects.create(
        shipment=shipment,
        signer=signer.strip(),
        signed_at=signed_at,
        zone=shipment.zone,
        condition=condition.value,
        remark=remark.strip(),
        files=list(file_ids),
        recorded_at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
    )
    _deliver(actor, shipment, signed_at, now)
    _state.touch([shipment_id])
    moved = _state.recompute(now=now, list_changes=True)
    audit.record(
        actor,
        ReplyRecorded(
            subject=("shipment", shipment_id),
            after={
                "reply": row.pk,
                "replaces": replaced,
                "signer": row.signer,
                "signed_at": signed_at,
                "condition": condition,
                "remark": row.remark,
                "files": len(file_ids),
            },
            reason=replaces_because.strip(),
        ),
        now=now,
    )
    follow(moved.customers, mode=Mode(shipment.mode), now=now)
    _state.tell(moved, now=now, mode=Mode(shipment.mode))
    return row.pk


def _check(shipment: Shipment, signer: str, signed_at: datetime, file_ids: Sequence[int], now: datetime) -> None:
    found: dict[str, list[FieldError]] = {}
    if not signer.strip():
        found["signer"] = [FieldError("required", _("Please say who signed."))]
    if signed_at > now:
        found["signed_at"] = [FieldError("in_future", _("Nobody has signed in the future."))]
    if signed_at < shipment.ordered_at:
        found["signed_at"] = [FieldError("before_order", _("This is before the order."))]
    if len(file_ids) > MOST_FILES:
        found["files"] = [FieldError("too_many", _("At most %(most)s photos."), {"most": MOST_FILES})]
    if found:
        raise Invalid(found)


def _replace(shipment: Shipment, because: str, now: datetime) -> int | None:
    """Set the present reply aside; returns its id."""
    present = ProofOfDelivery.objects.filter(shipment=shipment, replaced_at__isnull=True).first()
    if present is None:
        return None
    if not because.strip():
        raise ReplyKnown
    present.replaced_at, present.replaced_reason = now, because.strip()[:300]
    present.save(update_fields=["replaced_at", "replaced_reason"])
    return present.pk


def _deliver(actor: Actor, shipment: Shipment, signed_at: datetime, now: datetime) -> None:
    if shipment.status == Status.DELIVERED.value:
        return
    add_events(
        actor=actor,
        events=[
            EventDraft(
                waybill=shipment.waybill, carrier=shipment.carrier, occurred_at=signed_at, status=Status.DELIVERED
            )
        ],
        source=REPLY_SOURCE,
        zone=shipment.zone,
        mode=Mode(shipment.mode),
        now=now,
    )
