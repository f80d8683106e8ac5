"""Enquiries: each opens a prospect file at once, and one without a deal keeps its reason and a next day (CUST-02)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, FieldError, Invalid, NotFound
from zhike.platform.numbering import next_number
from zhike.record.customers import events
from zhike.record.customers.actions._parts import locked_contact, locked_live, tell_updated
from zhike.record.customers.actions.contacts import new_contact
from zhike.record.customers.actions.customers import opened_file
from zhike.record.customers.actions.points import add_points
from zhike.record.customers.models import Customer, Enquiry
from zhike.record.customers.policies import EDIT, scope
from zhike.record.customers.queries.enquiries import enquiry
from zhike.record.customers.rules import clean_customer, loss_errors, may_close, tidy
from zhike.record.customers.types import (
    ContactEntry,
    CustomerEntry,
    CustomerKind,
    EnquiryEntry,
    EnquiryState,
    Loss,
    PointEntry,
)

MAX_SUBJECT = 200
MAX_TEXT = 10_000
MAX_NOTE = 300


@dataclass(frozen=True, slots=True)
class TakenEnquiry:
    id: int
    number: str
    customer_id: int
    customer_number: str
    opened_file: bool


@action
def take_enquiry(
    *,
    actor: Actor,
    entry: EnquiryEntry,
    customer_id: int | None = None,
    prospect: CustomerEntry | None = None,
    contact_id: int | None = None,
    person: ContactEntry | None = None,
    points: Sequence[PointEntry] = (),
    owner_id: int | None = None,
    now: datetime,
) -> TakenEnquiry:
    """Write an enquiry down: for a known customer, or with a prospect file that is opened in the same moment.

    The owner of a new file is `owner_id`, else whoever takes the enquiry.
    """
    authorize(actor, EDIT, subject=("customer", customer_id) if customer_id else None)
    at = min(entry.at or now, now)
    _check(entry, customer_id, prospect)
    if customer_id is not None:
        customer = locked_live(actor, customer_id)
    else:
        customer = _open_prospect(actor, prospect or CustomerEntry(name=""), owner_id=owner_id, at=at, now=now)
    if contact_id is not None and locked_contact(actor, contact_id).customer_id != customer.pk:
        raise Invalid.of("contact_id", "other", _("This person belongs to another customer."))
    if person is not None:
        contact_id = new_contact(actor, customer, person, points=points, now=now).pk
    elif points:
        add_points(customer.pk, contact_id, points, now=now)
    row = Enquiry.objects.create(
        number=next_number("enquiry"),
        customer=customer,
        contact_id=contact_id,
        scope_unit_id=customer.scope_unit_id,
        at=at,
        channel=entry.channel.value,
        subject=tidy(entry.subject),
        text=entry.text.strip(),
        staff_id=actor.staff_id or customer.owner_id,
        opened_file=customer_id is None,
        next_contact_on=entry.next_contact_on,
    )
    audit.record(
        actor,
        events.EnquiryOpened(
            subject=("enquiry", row.pk),
            after={"customer": customer.pk, "subject": row.subject, "text": row.text, "opened_file": row.opened_file},
        ),
        now=now,
    )
    tell_updated([customer.pk], now=now)
    return TakenEnquiry(row.pk, row.number, customer.pk, customer.number, row.opened_file)


def _check(entry: EnquiryEntry, customer_id: int | None, prospect: CustomerEntry | None) -> None:
    wrong: dict[str, list[FieldError]] = {}
    if not tidy(entry.subject):
        wrong["subject"] = [FieldError("required", _("Say in a few words what is asked."))]
    for name, most in (("subject", MAX_SUBJECT), ("text", MAX_TEXT)):
        if len(getattr(entry, name)) > most:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    if customer_id is None and prospect is None:
        wrong["customer_id"] = [FieldError("required", _("Choose the customer, or give the name of a new one."))]
    if wrong:
        raise Invalid(wrong)


def _open_prospect(
    actor: Actor, prospect: CustomerEntry, *, owner_id: int | None, at: datetime, now: datetime
) -> Customer:
    entry, wrong = clean_customer(prospect)
    if wrong:
        raise Invalid(wrong)
    kind = CustomerKind.PROSPECT if entry.kind is CustomerKind.CONSUMER else entry.kind
    row = opened_file(actor, replace(entry, kind=kind), owner_id=owner_id or actor.staff_id, opened_at=at, now=now)
    audit.record(
        actor,
        events.CustomerOpened(
            subject=("customer", row.pk),
            after={"number": row.number, "name": row.name, "kind": row.kind, "owner": row.owner_id},
        ),
        now=now,
    )
    outbox.emit(events.CustomersCreatedEvent(customer_ids=[row.pk]), now=now)
    return row


@action
def win_enquiry(*, actor: Actor, enquiry_id: int, now: datetime) -> None:
    """A deal came of it: a prospect turns into a customer under the same number."""
    # The file before the enquiry, as everywhere: two locks in one order.
    customer = locked_live(actor, enquiry(actor=actor, enquiry_id=enquiry_id).customer_id)
    row = _locked_open(actor, enquiry_id)
    authorize(actor, EDIT, subject=("enquiry", enquiry_id))
    row.state, row.closed_at = EnquiryState.WON.value, now
    row.save(update_fields=["state", "closed_at"])
    audit.record(
        actor,
        events.EnquiryWon(
            subject=("enquiry", row.pk), before={"state": EnquiryState.OPEN}, after={"customer": row.customer_id}
        ),
        now=now,
    )
    _convert(actor, customer, now)
    outbox.emit(events.EnquiryClosedEvent(enquiry_id=row.pk, customer_id=row.customer_id, won=True), now=now)


@action
def convert_prospect(*, actor: Actor, customer_id: int, now: datetime) -> None:
    """The prospect has become a customer; number, owner and history stay."""
    row = locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", customer_id))
    if row.kind != CustomerKind.PROSPECT.value:
        raise Conflict(_("This file is not a prospect's."))
    _convert(actor, row, now)


def _convert(actor: Actor, row: Customer, now: datetime) -> None:
    if row.kind != CustomerKind.PROSPECT.value:
        return
    row.kind, row.converted_at = CustomerKind.CONSUMER.value, now
    row.version += 1
    row.save(update_fields=["kind", "converted_at", "version"])
    audit.record(
        actor,
        events.CustomerConverted(
            subject=("customer", row.pk), before={"kind": CustomerKind.PROSPECT}, after={"kind": CustomerKind.CONSUMER}
        ),
        now=now,
    )
    outbox.emit(events.ProspectsConvertedEvent(customer_ids=[row.pk]), now=now)
    tell_updated([row.pk], now=now)


@action
def lose_enquiry(*, actor: Actor, enquiry_id: int, loss: Loss, now: datetime) -> None:
    """No deal for now: the file stays, with the reason and the day on which we ask again."""
    row = _locked_open(actor, enquiry_id)
    authorize(actor, EDIT, subject=("enquiry", enquiry_id))
    zone = actor.zone
    wrong = loss_errors(loss, today=clock.local_date(now, zone), asked_on=clock.local_date(row.at, zone))
    if len(loss.note) > MAX_NOTE:
        wrong["note"] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MAX_NOTE})]
    if wrong:
        raise Invalid(wrong)
    row.state, row.closed_at = EnquiryState.LOST.value, now
    row.loss_reason, row.loss_note, row.next_contact_on = loss.reason.value, tidy(loss.note), loss.next_contact_on
    row.save(update_fields=["state", "closed_at", "loss_reason", "loss_note", "next_contact_on"])
    audit.record(
        actor,
        events.EnquiryLost(
            subject=("enquiry", row.pk),
            before={"state": EnquiryState.OPEN},
            after={
                "loss_reason": row.loss_reason,
                "loss_note": row.loss_note,
                "next_contact_on": row.next_contact_on,
            },
        ),
        now=now,
    )
    outbox.emit(events.EnquiryClosedEvent(enquiry_id=row.pk, customer_id=row.customer_id, won=False), now=now)


@action
def reopen_enquiry(*, actor: Actor, enquiry_id: int, now: datetime) -> None:
    """They asked again, or it was closed by mistake."""
    row = _locked(actor, enquiry_id)
    authorize(actor, EDIT, subject=("enquiry", enquiry_id))
    if row.state == EnquiryState.OPEN.value:
        return
    before = {"state": row.state, "loss_reason": row.loss_reason}
    row.state, row.closed_at, row.loss_reason, row.loss_note = EnquiryState.OPEN.value, None, "", ""
    row.save(update_fields=["state", "closed_at", "loss_reason", "loss_note"])
    audit.record(actor, events.EnquiryReopened(subject=("enquiry", row.pk), before=before), now=now)


def _locked(actor: Actor, enquiry_id: int) -> Enquiry:
    rows = Enquiry.objects.filter(scope(actor, "customer__"), pk=enquiry_id)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found


def _locked_open(actor: Actor, enquiry_id: int) -> Enquiry:
    found = _locked(actor, enquiry_id)
    if not may_close(EnquiryState(found.state)):
        raise Conflict(_("This enquiry is closed already."))
    return found
