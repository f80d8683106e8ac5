"""Answers of the customer file to the rooms below and beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actors import Actor, system_actor
from zhike.platform.bulk.forgetting import ended_before, forget_runs
from zhike.platform.bulk.forgetting import forget_people as forget_imported
from zhike.platform.bulk.types import Target, register
from zhike.platform.db.ids import ids_of
from zhike.platform.facts import name_dimension
from zhike.platform.search.types import Document, Hit, Numbers, Sight, register_numbers, register_source
from zhike.record.customers.actions import change_owner
from zhike.record.customers.actions._moves import move_rows
from zhike.record.customers.actions.erasure import count_people, empty_people, write_enquiries
from zhike.record.customers.actions.handover import pass_enquiries, pass_people
from zhike.record.customers.actions.import_enquiries import load_enquiries
from zhike.record.customers.actions.import_people import load_people
from zhike.record.customers.actions.imports import load_customers
from zhike.record.customers.policies import IMPORT, VIEW, keeping
from zhike.record.customers.queries import documents, holdings, personal
from zhike.record.customers.queries.erasure import own_traces
from zhike.record.customers.queries.groups import contact_counts, enquiry_counts
from zhike.record.customers.types import (
    ErasedPeople,
    Label,
    NamingText,
    RowIds,
    keep_with_tombstone,
    register_customer_move,
    register_expiring,
    register_group_measure,
    register_personal_data,
    register_personal_texts,
)
from zhike.record.customers.types.import_enquiries import ENQUIRY_FIELDS, ENQUIRY_REASONS
from zhike.record.customers.types.import_people import PEOPLE_FIELDS, PEOPLE_REASONS
from zhike.record.customers.types.imports import CUSTOMER_FIELDS, CUSTOMER_REASONS
from zhike.record.organization.types import (
    HeldCounts,
    HeldItem,
    ScopeColumn,
    keep_as_history,
    register_holdings,
    register_unit_move,
)

_ERASING = system_actor("customers.erase")


class FileMove:
    name = "customers"

    def move(self, *, from_id: int, to_id: int, rows: RowIds | None) -> RowIds:
        return move_rows(from_id, to_id, rows)


class People:
    name = "customers"
    label: Label = _("People with their numbers, and enquiries")

    def count(self, *, people: ErasedPeople) -> int:
        return count_people(people.contact_ids)

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return empty_people(people.contact_ids, now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return own_traces(people.contact_ids)


class EnquiryTexts:
    """What enquiries say in somebody's words."""

    name = "enquiries"
    label: Label = _("Other enquiries whose words name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return personal.enquiries_about(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return personal.enquiry_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:  # noqa: ARG002 - the protocol's
        return write_enquiries(texts)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return (audit.Trace(kind="enquiry", ids=ids),) if ids else ()


class Imported:
    """Rows that imports refused, and the files that were sent in."""

    name = "imports"
    label: Label = _("Refused rows and files of imports")

    def count(self, *, people: ErasedPeople) -> int:
        return personal.imported(people)

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return forget_imported(actor=_ERASING, sought=personal.sought(people, now), now=now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:  # noqa: ARG002 - the protocol's signature
        return ()


class EndedImports:
    name = "imports.ended"
    label: Label = _("Refused rows and files of ended imports")
    keep = keeping("imports.keep", _("Keep refused rows and files of ended imports"))

    def count(self, *, before: datetime) -> int:
        return ended_before(before).count()

    def empty(self, *, before: datetime, limit: int, now: datetime) -> tuple[int, Sequence[audit.Trace]]:
        return forget_runs(actor=_ERASING, before=before, limit=limit, now=now), ()


class HeldFiles:
    """Customers that somebody is responsible for."""

    kind = "customers"
    label: Label = _("Customers")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
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

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
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

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
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
    return documents.names(ids_of(values))


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
    "customers.StandingChange.customer",
    "customers.CustomerMerge.from_customer",
    "customers.CustomerMerge.into_customer",
)
register_personal_data(
    People(),
    keys=["customers.ContactPoint.contact", "customers.ChainSeat.contact", "customers.Enquiry.contact"],
)
register_personal_data(Imported(), keys=[])
register_personal_texts(EnquiryTexts())
register_expiring(EndedImports())
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
ENQUIRIES = register(
    Target(
        key="customers.enquiries",
        label=_("Enquiries"),
        fields=ENQUIRY_FIELDS,
        right=IMPORT,
        load=load_enquiries,
        reasons=ENQUIRY_REASONS,
        list_url_name="customers:enquiries",
    )
)
register_source(FileSearch())
register_source(PersonSearch())
register_numbers(ExactNumbers())
name_dimension("customer_id", _customer_names)
audit.register_naming("customer", documents.customers_by_id)
audit.register_naming("contact", documents.contacts_by_id)
