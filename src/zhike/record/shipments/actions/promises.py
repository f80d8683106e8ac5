"""Later estimates beside the promise, and the rare correction of a promise that was entered wrongly."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions._load import held
from zhike.record.shipments.events import EstimateChanged, PromiseCorrected
from zhike.record.shipments.models import EstimateChange, PromiseCorrection, Shipment
from zhike.record.shipments.policies import CORRECT_PROMISES, TRACK_SHIPMENTS
from zhike.record.shipments.types.codes import EtaSource

MOST_TEXT = 300


@action
def change_estimate(
    *,
    actor: Actor,
    shipment_id: int,
    eta: datetime,
    reason: str,
    now: datetime,
    source: EtaSource = EtaSource.STAFF,
) -> None:
    """Note when the delivery is now expected; the promise stays as it was."""
    shipment = held(actor, shipment_id)
    authorize(actor, TRACK_SHIPMENTS, subject=("shipment", shipment_id), unit_no=shipment.scope_unit_id)
    if source is EtaSource.STAFF and not reason.strip():
        raise Invalid.of("reason", "required", _("Please say why the estimate changes."))
    if not shipment.is_open:
        raise Conflict(_("This shipment is on its way no longer."))
    if eta < shipment.ordered_at:
        raise Invalid.of("eta", "before_order", _("An estimate cannot lie before the order."))
    EstimateChange.objects.create(
        shipment=shipment,
        at=now,
        eta=eta,
        source=source.value,
        said_by=actor.label or actor.id,
        reason=reason.strip()[:MOST_TEXT],
    )
    _state.touch([shipment_id])
    _state.recompute(now=now, list_changes=False)
    audit.record(
        actor,
        EstimateChanged(
            subject=("shipment", shipment_id), before={"eta": shipment.eta}, after={"eta": eta}, reason=reason.strip()
        ),
        now=now,
    )


@action
def correct_promise(
    *,
    actor: Actor,
    shipment_id: int,
    reason: str,
    now: datetime,
    promised_pickup_at: datetime | None,
    promised_delivery_at: datetime | None,
) -> int:
    """Replace a promise that was entered wrongly; returns its new version. The one before stays on record."""
    shipment = held(actor, shipment_id)
    authorize(actor, CORRECT_PROMISES, subject=("shipment", shipment_id), unit_no=shipment.scope_unit_id)
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Please say what was entered wrongly."))
    before = (shipment.promised_pickup_at, shipment.promised_delivery_at)
    if before == (promised_pickup_at, promised_delivery_at):
        raise Invalid.of("promised_delivery_at", "unchanged", _("This is the promise that stands already."))
    version = shipment.promise_version + 1
    PromiseCorrection.objects.create(
        shipment=shipment,
        version=version,
        promised_pickup_at=promised_pickup_at,
        promised_delivery_at=promised_delivery_at,
        before_pickup_at=before[0],
        before_delivery_at=before[1],
        reason=reason.strip(),
        at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
    )
    Shipment.objects.filter(pk=shipment_id).update(
        promised_pickup_at=promised_pickup_at, promised_delivery_at=promised_delivery_at, promise_version=version
    )
    audit.record(
        actor,
        PromiseCorrected(
            subject=("shipment", shipment_id),
            before={"promised_pickup_at": before[0], "promised_delivery_at": before[1]},
            after={
                "promised_pickup_at": promised_pickup_at,
                "promised_delivery_at": promised_delivery_at,
                "version": version,
            },
            reason=reason.strip(),
        ),
        now=now,
    )
    return version
