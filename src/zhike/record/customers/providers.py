"""Answers of the customer file to the rooms below and beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.facts import name_dimension
from zhike.platform.search.types import Document, Hit, Numbers, Sight, register_numbers, register_source
from zhike.record.customers.actions import change_owner
from zhike.record.customers.actions._moves import move_rows
from zhike.record.customers.actions.erasure import count_people, empty_people
from zhike.record.customers.actions.handover import pass_enquiries, pass_people
from zhike.record.customers.actions.import_people import load_people
from zhike.record.customers.actions.imports import load_customers
from zhike.record.customers.policies import IMPORT, VIEW
from zhike.record.customers.queries import documents, holdings
from zhike.record.customers.queries.groups import contact_counts, enquiry_counts
from zhike.record.customers.types import (
    Label,
    RowIds,
    keep_with_tombstone,
    register_customer_move,
    register_group_measure,
    register_personal_data,
)
from zhike.record.customers.types.import_people import PEOPLE_FIELDS, PEOPLE_REASONS
from zhike.record.customers.types.imports import CUSTOMER_FIELDS, CUSTOMER_REASONS
from zhike.record.organization.types import (
    HeldItem,
    ScopeColumn,
    keep_as_history,
    register_holdings,
    register_unit_move,
)


class FileMove:
    name = "customers"

    def move(self, *, from_id: int, to_id: int, rows: RowIds | None) -> RowIds:
        return move_rows(from_id, to_id, rows)


class People:
    name = "customers"

    def count(self, *, contact_ids: Sequence[int]) -> int:
        return count_people(contact_ids)

    def erase(self, *, contact_ids: Sequence[int], now: datetime) -> int:
        return empty_people(contact_ids, now)


class HeldFiles:
    """Customers that somebody is responsible for."""

    kind = "customers"
    label: Label = _("Customers")

    def counts(self, *, staff_ids: Sequence[int]) -> Mapping[int, int]:
        return holdings.files_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = holdings.some_files(staff_id, limit)
        return [HeldItem(pk, number, name, reverse("desk:customer", args=[number])) for pk, number, name in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        own = holdings.file_ids_held(actor=actor, staff_id=from_staff_id)
        ids = own if item_ids is None else sorted(set(own) & set(item_ids))
        if not ids:
            return 0
        return change_owner(actor=actor, customer_ids=ids, to_staff_id=to_staff_id, reason="", now=now)


class HeldPeople:
    """People at customers whom somebody looks after."""

    kind = "contacts"
    label: Label = _("People looked after")

    def counts(self, *, staff_ids: Sequence[int]) -> Mapping[int, int]:
        return holdings.people_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        return [HeldItem(pk, number, name) for pk, number, name in holdings.some_people(staff_id, limit)]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_people(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, contact_ids=item_ids, now=now
        )


class HeldEnquiries:
    kind = "enquiries"
    label: Label = _("Open enquiries")

    def counts(self, *, staff_ids: Sequence[int]) -> Mapping[int, int]:
        return holdings.enquiries_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        return [HeldItem(pk, number, subject) for pk, number, subject in holdings.some_enquiries(staff_id, limit)]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_enquiries(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, enquiry_ids=item_ids, now=now
        )


@dataclass(frozen=True)
class Measure:
    """A count per customer that a group adds up."""

    code: str
    label: Label
    right: str
    count: Callable[..., Mapping[int, int | Decimal]]

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return self.count(actor=actor, customer_ids=customer_ids)


class FileSearch:
    kind = documents.FILE_KIND
    label: Label = _("Customers")
    order = 10

    def sight(self, actor: Actor) -> Sight:
        return documents.sight(actor)

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return documents.file_documents(ids)

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return documents.file_ids(after, limit)

    def url(self, object_id: int) -> str:
        return reverse("customers:open", args=[object_id])


class PersonSearch:
    kind = documents.PERSON_KIND
    label: Label = _("Contacts")
    order = 20

    def sight(self, actor: Actor) -> Sight:
        return documents.sight(actor)

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return documents.person_documents(ids)

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return documents.person_ids(after, limit)

    def url(self, object_id: int) -> str:
        return reverse("customers:open_person", args=[object_id])


class ExactNumbers:
    name = "customers"

    def exact(self, *, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
        return documents.exact_numbers(actor=actor, numbers=numbers, limit=limit)


def _customer_names(values: Sequence[str]) -> Mapping[str, str]:
    return documents.names([int(value) for value in values if value.isdecimal()])


for _table in ("customers_customer", "customers_contact", "customers_enquiry", "customers_stagechange"):
    register_unit_move(ScopeColumn(_table))
register_holdings(HeldFiles(), keys=["customers.Customer.owner"])
register_holdings(HeldPeople(), keys=["customers.Contact.our_staff"])
register_holdings(HeldEnquiries(), keys=["customers.Enquiry.staff"])
keep_as_history("customers.OwnerHistory.staff", "customers.StageChange.staff")
register_customer_move(
    FileMove(),
    keys=[
        "customers.Contact.customer",
        "customers.ContactPoint.customer",
        "customers.ChainSeat.customer",
        "customers.Enquiry.customer",
        "customers.CustomerRef.customer",
    ],
)
keep_with_tombstone(
    "customers.Customer.parent",
    "customers.Customer.merged_into",
    "customers.OwnerHistory.customer",
    "customers.StageChange.customer",
    "customers.CustomerUnit.customer",
    "customers.CustomerStanding.customer",
    "customers.CustomerMerge.from_customer",
    "customers.CustomerMerge.into_customer",
)
register_personal_data(
    People(),
    keys=["customers.ContactPoint.contact", "customers.ChainSeat.contact", "customers.Enquiry.contact"],
)
register_group_measure(Measure("contacts", _("Contacts"), VIEW.code, contact_counts))
register_group_measure(Measure("enquiries", _("Enquiries"), VIEW.code, enquiry_counts))
FILES = register(
    Target(
        key="customers.files",
        label=_("Customers"),
        fields=CUSTOMER_FIELDS,
        right=IMPORT,
        load=load_customers,
        reasons=CUSTOMER_REASONS,
        list_url_name="customers:list",
    )
)
PEOPLE = register(
    Target(
        key="customers.people",
        label=_("Contacts"),
        fields=PEOPLE_FIELDS,
        right=IMPORT,
        load=load_people,
        reasons=PEOPLE_REASONS,
        list_url_name="customers:people",
    )
)
register_source(FileSearch())
register_source(PersonSearch())
register_numbers(ExactNumbers())
name_dimension("customer_id", _customer_names)
