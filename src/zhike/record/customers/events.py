"""What the log says about customers, and what rooms above are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.phones import DOUBT_LABELS
from zhike.record.customers.types import (
    BASIS_LABELS,
    CHAIN_LABELS,
    CHANNEL_LABELS,
    ENQUIRY_LABELS,
    INDUSTRY_LABELS,
    KIND_LABELS,
    LEGAL_FORM_LABELS,
    LOSS_LABELS,
    POINT_LABELS,
    REQUEST_LABELS,
    SOURCE_LABELS,
    STAGE_LABELS,
    erasure_labels,
    standing_kinds,
)

audit.tell(
    "customers",
    kind=(KIND_LABELS, POINT_LABELS),
    stage=STAGE_LABELS,
    state=(ENQUIRY_LABELS, REQUEST_LABELS),
    legal_form=LEGAL_FORM_LABELS,
    industry=INDUSTRY_LABELS,
    source=SOURCE_LABELS,
    loss_reason=LOSS_LABELS,
    prefers_channel=CHANNEL_LABELS,
    doubt=DOUBT_LABELS,
    basis=BASIS_LABELS,
    role=CHAIN_LABELS,
    people=audit.Of("contact"),
    parent=audit.Of("customer"),
    into=audit.Of("customer"),
    staff=audit.Of("staff"),
    our_staff_id=audit.Of("staff"),
    kinds=audit.Keys(lambda: {code: one.label for code, one in standing_kinds().items()}),
    rows=audit.Keys(erasure_labels),
    **{"from": audit.Of("customer")},
)
_FILE = frozenset({"name", "address", "registration_no"})
_PERSON = frozenset({"name", "form_of_address", "position", "prefers_time", "raw", "value", "title"})


class CustomerOpened(audit.Event):
    type = "customers.opened"
    label = _("Customer file opened")
    personal = _FILE


class CustomerChanged(audit.Event):
    type = "customers.changed"
    label = _("Customer file changed")
    personal = _FILE


class CustomerVerified(audit.Event):
    type = "customers.verified"
    label = _("Customer file checked and found right")


class CustomersImported(audit.Event):
    type = "customers.imported"
    label = _("List of customers imported")


class OwnerChanged(audit.Event):
    type = "customers.owner_changed"
    label = _("Responsible person changed")


class ScopeFollowed(audit.Event):
    type = "customers.scope_followed"
    label = _("Files followed their owners to another unit")


class CustomerConverted(audit.Event):
    type = "customers.converted"
    label = _("Prospect became a customer")


class StageMoved(audit.Event):
    type = "customers.stage_moved"
    label = _("Life-cycle stage changed")


class StagesDerived(audit.Event):
    type = "customers.stages_derived"
    label = _("Life-cycle stages followed services")


class CustomerDeactivated(audit.Event):
    type = "customers.deactivated"
    label = _("Customer file closed")


class CustomerReactivated(audit.Event):
    type = "customers.reactivated"
    label = _("Customer file opened again")


class GroupLinked(audit.Event):
    type = "customers.group_linked"
    label = _("Place in the group changed")


class CustomersMerged(audit.Event):
    type = "customers.merged"
    label = _("Duplicate files merged")


class MergeUndone(audit.Event):
    type = "customers.merge_undone"
    label = _("Merge taken back")


class ReferenceAdded(audit.Event):
    type = "customers.reference_added"
    label = _("Reference of another system added")


class ContactAdded(audit.Event):
    type = "customers.contact_added"
    label = _("Contact added")
    personal = _PERSON


class ContactChanged(audit.Event):
    type = "customers.contact_changed"
    label = _("Contact changed")
    personal = _PERSON


class ContactLeft(audit.Event):
    type = "customers.contact_left"
    label = _("Contact has left the customer")


class ContactReturned(audit.Event):
    type = "customers.contact_returned"
    label = _("Contact is back at the customer")


class WorkPassed(audit.Event):
    type = "customers.work_passed"
    label = _("People or enquiries passed to a colleague")


class PeopleErased(audit.Event):
    type = "customers.people_erased"
    label = _("Personal data erased")


class ErasureAskedAgain(audit.Event):
    type = "customers.erasure_asked_again"
    label = _("Erasure asked for again; nothing was left to do")


class ErasureAsked(audit.Event):
    type = "customers.erasure_asked"
    label = _("Erasure asked for")


class ErasureRequestDecided(audit.Event):
    type = "customers.erasure_request_decided"
    label = _("Request for an erasure decided")


class ContactMade(audit.Event):
    type = "customers.contact_made"
    label = _("In touch with the customer")


class PointChanged(audit.Event):
    type = "customers.point_changed"
    label = _("Phone or address changed")
    personal = _PERSON


class PointRevealed(audit.Event):
    type = "customers.point_revealed"
    label = _("Phone or address shown in full")


class SeatChanged(audit.Event):
    type = "customers.seat_changed"
    label = _("Decision chain changed")
    personal = _PERSON


class EnquiryOpened(audit.Event):
    type = "customers.enquiry_opened"
    label = _("Enquiry taken")
    personal = frozenset({"subject", "text"})


class EnquiryWon(audit.Event):
    type = "customers.enquiry_won"
    label = _("Enquiry became a deal")


class EnquiryLost(audit.Event):
    type = "customers.enquiry_lost"
    label = _("Enquiry led to no deal")
    personal = frozenset({"loss_note"})


class EnquiryReopened(audit.Event):
    type = "customers.enquiry_reopened"
    label = _("Enquiry opened again")


class StandingSet(audit.Event):
    type = "customers.standing_set"
    label = _("Standing set")


class DealingsRecorded(audit.Event):
    type = "customers.dealings_recorded"
    label = _("Departments dealing with customers recorded")


class EnquiriesImported(audit.Event):
    type = "customers.enquiries_imported"
    label = _("Enquiries imported")


class ContactsImported(audit.Event):
    type = "customers.contacts_imported"
    label = _("List of contacts imported")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersCreatedEvent(outbox.Event):
    """New files; at most 5,000 ids an event."""

    type: ClassVar[str] = "customers.created"
    customer_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersUpdatedEvent(outbox.Event):
    """Changed files, or changed people at them; at most 5,000 ids an event."""

    type: ClassVar[str] = "customers.updated"
    customer_ids: Sequence[int]
    contact_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOwnerChangedEvent(outbox.Event):
    type: ClassVar[str] = "customers.owner_changed"
    customer_ids: Sequence[int]
    to_staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersMergedEvent(outbox.Event):
    """`from_id` is now a tombstone (or, where `undone`, a file of its own again)."""

    type: ClassVar[str] = "customers.merged"
    from_id: int
    into_id: int
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectsConvertedEvent(outbox.Event):
    type: ClassVar[str] = "customers.converted"
    customer_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesMovedEvent(outbox.Event):
    """Customers whose stage is now another one."""

    type: ClassVar[str] = "customers.stages_moved"
    customer_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryClosedEvent(outbox.Event):
    type: ClassVar[str] = "customers.enquiry_closed"
    enquiry_id: int
    customer_id: int
    won: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChangedEvent(outbox.Event):
    type: ClassVar[str] = "customers.standing_changed"
    kinds: Sequence[str]
    customer_ids: Sequence[int]
