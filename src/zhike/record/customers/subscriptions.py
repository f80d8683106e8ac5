"""What the customer file does about events of the rooms below."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import outbox
from zhike.platform.actors import system_actor
from zhike.record.customers.actions import follow_staff
from zhike.record.organization.events import StaffChangedEvent

FOLLOWING = system_actor("customers.follow_staff")


@outbox.subscribe(StaffChangedEvent, name="customers.follow_staff")
def staff_changed(events: Sequence[outbox.Delivered[StaffChangedEvent]], *, now: datetime) -> None:
    """Somebody may work in another unit now: their customers are found there."""
    follow_staff(actor=FOLLOWING, staff_ids=sorted({pk for e in events for pk in e.event.staff_ids}), now=now)
