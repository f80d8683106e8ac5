"""Small makers of customers, people and enquiries, through the real actions."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from zhike.platform.actors import Actor, system_actor
from zhike.record.customers import actions
from zhike.record.customers.models import Contact, Customer, Enquiry
from zhike.record.customers.types import ContactEntry, CustomerEntry, EnquiryEntry, PointEntry, PointKind
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SETUP = system_actor("tests.setup")
_numbers = count(1)


def entry(**changes: Any) -> CustomerEntry:
    return CustomerEntry(**{"name": f"华夏电子{next(_numbers)}厂", **changes})


def customer(
    owner: Staff | None = None,
    *,
    actor: Actor = SETUP,
    references: tuple[tuple[str, str], ...] = (),
    opened_at: datetime | None = None,
    now: datetime = NOW,
    **changes: Any,
) -> Customer:
    staff = owner or organization.staff()
    made = actions.create_customer(
        actor=actor, entry=entry(**changes), owner_id=staff.pk, references=references, opened_at=opened_at, now=now
    )
    return Customer.objects.get(pk=made.id)


def contact(of: Customer, *points: PointEntry, now: datetime = NOW, **changes: Any) -> Contact:
    values = {"name": "陈静", **changes}
    made = actions.create_contact(actor=SETUP, customer_id=of.pk, entry=ContactEntry(**values), points=points, now=now)
    return Contact.objects.get(pk=made.id)


def phone(raw: str, **changes: Any) -> PointEntry:
    return PointEntry(kind=PointKind.PHONE, raw=raw, **changes)


def enquiry(of: Customer, *, actor: Actor = SETUP, now: datetime = NOW, **changes: Any) -> Enquiry:
    values = {"subject": "上海到成都的零担报价", **changes}
    made = actions.take_enquiry(actor=actor, entry=EnquiryEntry(**values), customer_id=of.pk, now=now)
    return Enquiry.objects.get(pk=made.id)
