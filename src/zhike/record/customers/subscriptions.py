"""What the customer file does about events of the rooms below."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import outbox, search
from zhike.platform.actors import system_actor
from zhike.record.customers.actions import follow_staff
from zhike.record.customers.events import (
    CustomerOwnerChangedEvent,
    CustomersCreatedEvent,
    CustomersMergedEvent,
    CustomersUpdatedEvent,
)
from zhike.record.customers.queries.documents import FILE_KIND, PERSON_KIND, people_of
from zhike.record.organization.events import StaffChangedEvent

FOLLOWING = system_actor("customers.follow_staff")


@outbox.subscribe(StaffChangedEvent, name="customers.follow_staff")
def staff_changed(events: Sequence[outbox.Delivered[StaffChangedEvent]], *, now: datetime) -> None:
    """Somebody may work in another unit now: their customers are found there."""
    follow_staff(actor=FOLLOWING, staff_ids=sorted({pk for e in events for pk in e.event.staff_ids}), now=now)


@outbox.subscribe(CustomersCreatedEvent, name="customers.search_new")
def created(events: Sequence[outbox.Delivered[CustomersCreatedEvent]], *, now: datetime) -> None:
    _found_anew({pk for e in events for pk in e.event.customer_ids})


@outbox.subscribe(CustomersUpdatedEvent, name="customers.search_changed")
def updated(events: Sequence[outbox.Delivered[CustomersUpdatedEvent]], *, now: datetime) -> None:
    search.refresh_later(FILE_KIND, {pk for e in events for pk in e.event.customer_ids})
    search.refresh_later(PERSON_KIND, {pk for e in events for pk in e.event.contact_ids})


@outbox.subscribe(CustomerOwnerChangedEvent, name="customers.search_owner")
def owner_changed(events: Sequence[outbox.Delivered[CustomerOwnerChangedEvent]], *, now: datetime) -> None:
    _found_anew({pk for e in events for pk in e.event.customer_ids})


@outbox.subscribe(CustomersMergedEvent, name="customers.search_merged")
def merged(events: Sequence[outbox.Delivered[CustomersMergedEvent]], *, now: datetime) -> None:
    _found_anew({pk for e in events for pk in (e.event.from_id, e.event.into_id)})


def _found_anew(customer_ids: set[int]) -> None:
    """Files, and the people at them, since both are found within the reach of the file."""
    search.refresh_later(FILE_KIND, customer_ids)
    search.refresh_later(PERSON_KIND, set(people_of(customer_ids)))
