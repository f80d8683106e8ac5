"""What contacting does about messages that came to an end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhike.platform import outbox
from zhike.platform.actors import system_actor
from zhike.platform.messaging import MessageSettled
from zhike.record.contacting import actions

SETTLING = system_actor("contacting.settle")
OURS = "contacting."


@outbox.subscribe(MessageSettled, name="contacting.settled")
def settled(events: Sequence[outbox.Delivered[MessageSettled]], *, now: datetime) -> None:
    """In the order of their happening: an uncertain message may be settled later."""
    states = {
        UUID(one.event.message_id): (one.event.state, one.occurred_at)
        for one in sorted(events, key=lambda one: one.id)
        if one.event.purpose.startswith(OURS)
    }
    if states:
        actions.settle(actor=SETTLING, states=states, now=now)
