"""Loading one shipment to change it: through the actor's scope, locked."""

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.policies import scope


def held(actor: Actor, shipment_id: int) -> Shipment:
    """The shipment, locked until the end of the transaction; raises NotFound."""
    found = Shipment.objects.select_for_update().filter(scope(actor), pk=shipment_id).first()
    if found is None:
        raise NotFound
    return found
