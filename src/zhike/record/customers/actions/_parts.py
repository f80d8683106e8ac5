"""What several actions of this room share: loading under lock, ids in portions, changes of an audit record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.platform import outbox
from zhike.platform.actors import Actor
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.outbox import Mode
from zhike.record.customers import events
from zhike.record.customers.models import Customer
from zhike.record.customers.models.contacts import Contact
from zhike.record.customers.policies import scope
from zhike.record.organization import queries as organization
from zhike.record.organization.types import StaffSummary

IDS_AN_EVENT = 5000


def portions(ids: Iterable[int], size: int = IDS_AN_EVENT) -> Iterator[list[int]]:
    rest = iter(ids)
    while part := list(islice(rest, size)):
        yield part


def locked(actor: Actor, customer_id: int) -> Customer:
    """The file within reach, locked; a tombstone stands for itself here. Raises NotFound."""
    found = Customer.objects.filter(scope(actor), pk=customer_id).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found


def locked_live(actor: Actor, customer_id: int) -> Customer:
    """As `locked`, but a merged file may no longer be written to."""
    found = locked(actor, customer_id)
    if found.merged_into_id is not None:
        raise Invalid.of("customer_id", "merged", _("This file was merged into another one; write to that one."))
    return found


def locked_contact(actor: Actor, contact_id: int) -> Contact:
    """The person with the customer, locked; raises NotFound."""
    rows = Contact.objects.filter(scope(actor, "customer__"), pk=contact_id, erased_at__isnull=True)
    found = rows.select_related("customer").select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found


def responsible(actor: Actor, staff_id: int | None, field: str = "owner") -> StaffSummary:
    """The person to give a customer to; no file is saved without one (CUST-01)."""
    if staff_id is None:
        raise Invalid(
            {field: [FieldError("required", _("Choose the one person who is responsible for this customer."))]}
        )
    return organization.assignee(actor=actor, staff_id=staff_id)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entries that differ, on both sides."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}


def tell_updated(
    customer_ids: Sequence[int], *, now: datetime, contact_ids: Sequence[int] = (), mode: Mode = Mode.LIVE
) -> None:
    """Tell the rooms above which files, or people at them, have changed."""
    told = [events.CustomersUpdatedEvent(customer_ids=part) for part in portions(customer_ids)]
    told += [events.CustomersUpdatedEvent(customer_ids=(), contact_ids=part) for part in portions(contact_ids)]
    outbox.emit_many(told, now=now, mode=mode)
