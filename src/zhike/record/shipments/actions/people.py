"""Looking at a whole phone number: allowed to few, and logged."""

from datetime import datetime

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.record.customers.policies import REVEAL
from zhike.record.shipments.events import PhoneRevealed
from zhike.record.shipments.models import Party, Shipment
from zhike.record.shipments.policies import scope
from zhike.record.shipments.types.codes import PartyRole


@action
def reveal_phone(*, actor: Actor, shipment_id: int, role: PartyRole, now: datetime) -> str:
    """The whole number of the consignor or consignee; the look is recorded (CUST-22)."""
    shipment = Shipment.objects.filter(scope(actor), pk=shipment_id).first()
    party = Party.objects.filter(shipment=shipment, role=role.value).first() if shipment else None
    if shipment is None or party is None or not party.phone:
        raise NotFound
    authorize(actor, REVEAL, subject=("shipment", shipment_id), unit_no=shipment.scope_unit_id)
    audit.record(actor, PhoneRevealed(subject=("shipment", shipment_id), after={"role": role}), now=now)
    return party.phone
