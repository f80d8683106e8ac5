"""What happens when units and people change: the search looks at them anew."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import outbox, search
from zhike.record.organization.events import StaffChangedEvent, StaffLeft, UnitsChanged
from zhike.record.organization.types import STAFF_KIND, UNIT_KIND


@outbox.subscribe(UnitsChanged, name="organization.search_units")
def search_units(events: Sequence[outbox.Delivered[UnitsChanged]], *, now: datetime) -> None:
    search.refresh_later(UNIT_KIND, {unit_id for found in events for unit_id in found.event.unit_ids})


@outbox.subscribe(StaffChangedEvent, name="organization.search_staff")
def search_staff(events: Sequence[outbox.Delivered[StaffChangedEvent]], *, now: datetime) -> None:
    search.refresh_later(STAFF_KIND, {staff_id for found in events for staff_id in found.event.staff_ids})


@outbox.subscribe(StaffLeft, name="organization.search_leavers")
def search_leavers(events: Sequence[outbox.Delivered[StaffLeft]], *, now: datetime) -> None:
    search.refresh_later(STAFF_KIND, {found.event.staff_id for found in events})
