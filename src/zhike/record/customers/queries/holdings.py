"""What a member of staff answers for in the customer files."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet

from zhike.platform.actors import Actor
from zhike.record.customers.models import Contact, Customer, Enquiry
from zhike.record.customers.policies import scope
from zhike.record.customers.types import EnquiryState


def files_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Customer.objects.files().filter(owner_id__in=staff_ids)
    return rows.values_list("owner_id").annotate(n=Count("pk"))


def people_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Contact.objects.live().filter(our_staff_id__in=staff_ids)
    return rows.values_list("our_staff_id").annotate(n=Count("pk"))


def enquiries_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Enquiry.objects.filter(staff_id__in=staff_ids, state=EnquiryState.OPEN.value)
    return rows.values_list("staff_id").annotate(n=Count("pk"))


def some_files(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Customer.objects.files().filter(owner_id=staff_id).order_by("pk")
    return list(rows.values_list("pk", "number", "name")[:limit])


def some_people(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Contact.objects.live().filter(our_staff_id=staff_id).order_by("pk")
    return list(rows.values_list("customer_id", "customer__number", "name")[:limit])


def some_enquiries(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Enquiry.objects.filter(staff_id=staff_id, state=EnquiryState.OPEN.value).order_by("pk")
    return list(rows.values_list("pk", "number", "subject")[:limit])


def file_ids_held(*, actor: Actor, staff_id: int) -> list[int]:
    """Every file this person is responsible for, within the actor's reach."""
    rows = Customer.objects.files().filter(scope(actor), owner_id=staff_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))
