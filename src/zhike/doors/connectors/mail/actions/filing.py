"""From a kept mail to the case it belongs to; what no program may decide waits for a person."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.doors.connectors.mail import events, queries
from zhike.doors.connectors.mail.actions._threads import place_of, shipment_of
from zhike.doors.connectors.mail.models import IncomingMail
from zhike.doors.connectors.mail.policies import ATTACHED, FILE
from zhike.doors.connectors.mail.rules.reading import Broken, read_bounces, read_mail
from zhike.doors.connectors.mail.types import (
    ACKNOWLEDGED_AN_HOUR,
    AUTOMATIC_NOTE,
    BOUNCED_NOTE,
    MANY_PARTS_NOTE,
    MOST_AN_HOUR,
    OPEN,
    REFUSED_NOTE,
    Kind,
    Mail,
    MailState,
    Place,
    Proof,
    Reason,
)
from zhike.platform import audit, files, messaging, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.record.contacting import queries as contacting
from zhike.record.contacting.types import Outcome
from zhike.record.customers import actions as customer_actions
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.types import AttachmentEntry, LetterEntry, SystemNote
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CASE_SUBJECT, CaseEntry, CaseKind, Origin, Said, Taken

_NOTING = system_actor("mail.note")
LONGEST_TEXT = 20_000
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Whose:
    """The customer, and the person there if one is known."""

    customer_id: int
    contact_id: int | None


@action
def file_mail(*, actor: Actor, mail_id: int, now: datetime) -> MailState:
    """Put a kept mail where it belongs: into its case, into a new one, before a person, or silently aside.

    A mail that is filed already stays as it is. Whoever speaks as a program is never answered.
    """
    row = _locked(mail_id)
    authorize(actor, FILE, subject=("mail", mail_id))
    if row.state != MailState.KEPT.value:
        return MailState(row.state)
    raw = queries.raw_of(actor=actor, row=row)
    try:
        own = queries.own_addresses(actor=actor, now=now)
        mail = read_mail(raw, own=own, authserv_id=row.mailbox.authserv_id)
    except Broken as error:
        return _park(actor, row, Reason.BROKEN, str(error), now)
    row.kind, row.sender, row.sender_name, row.subject = mail.kind.value, mail.sender, mail.sender_name, mail.subject
    row.proof = mail.proof.value
    if mail.kind is Kind.BOUNCE:
        return _take_bounce(actor, row, raw, now)
    place = place_of(actor=actor, mail=mail)
    if mail.kind is not Kind.PERSON:
        return _set_silent(actor, row, mail, place.case_id, now)
    return _file_letter(actor, row, mail, place, now)


def _file_letter(actor: Actor, row: IncomingMail, mail: Mail, place: Place, now: datetime) -> MailState:
    """What a person wrote."""
    many, acknowledged = queries.from_sender(actor=actor, sender=mail.sender, now=now)
    # This very mail is not counted yet: it gets its sender with this transaction.
    if many >= parameters.value(MOST_AN_HOUR, at=now):
        return _park(actor, row, Reason.TOO_MANY, "", now)
    if place.case_id is not None:
        _join(actor, row, mail, place.case_id, now)
        return MailState.TAKEN
    if place.suggested is not None or mail.proof is Proof.FAIL:
        row.suggested_id = place.suggested
        doubt = Reason.UNPROVEN if mail.proof is Proof.FAIL else Reason.OTHERS_CASE
        return _settle(actor, row, MailState.WAITING, now, reason=doubt)
    found = queries.candidates(actor=actor, address=mail.sender, now=now)
    people = {(one.customer_id, one.contact_id) for one in found}
    if len(people) != 1:
        reason = Reason.SEVERAL_CUSTOMERS if people else Reason.UNKNOWN_SENDER
        return _settle(actor, row, MailState.WAITING, now, reason=reason)
    taken = _open(actor, row, mail, Whose(*people.pop()), now)
    if not taken.attached and row.mailbox.acknowledges and not mail.no_answer:
        _acknowledge(actor, row, mail, taken, sent=acknowledged, now=now)
    return MailState.TAKEN


@action
def file_under(
    *, actor: Actor, mail_id: int, customer_number: str, contact_id: int | None = None, now: datetime
) -> Taken:
    """A person says whose mail it is; also of one that was set aside and can be read. Raises Conflict, Invalid."""
    row = _locked(mail_id)
    authorize(actor, FILE, subject=("mail", mail_id))
    _needs_filing(row)
    try:
        customer_id = customers.id_of(actor=actor, number=customer_number)
    except NotFound:
        raise Invalid.of("customer_number", "unknown", _("There is no customer of this number.")) from None
    if contact_id is not None and customers.contact(actor=actor, contact_id=contact_id).customer_id != customer_id:
        raise Invalid.of("contact_id", "other", _("This person belongs to another customer."))
    return _open(actor, row, _readable(actor, row), Whose(customer_id, contact_id), now)


@action
def file_into(*, actor: Actor, mail_id: int, case_number: str, now: datetime) -> Taken:
    """A person says that it belongs into this case. Raises Conflict, Invalid."""
    row = _locked(mail_id)
    authorize(actor, FILE, subject=("mail", mail_id))
    _needs_filing(row)
    try:
        case_id = case_queries.id_of(actor=actor, number=case_number)
    except NotFound:
        raise Invalid.of("case_number", "unknown", _("There is no case of this number.")) from None
    return _join(actor, row, _readable(actor, row), case_id, now)


@action
def drop_mail(*, actor: Actor, mail_id: int, reason: str, now: datetime) -> None:
    """Not for us: advertising, or something that a person has dealt with otherwise. The mail itself is kept."""
    row = _locked(mail_id)
    authorize(actor, FILE, subject=("mail", mail_id))
    if row.state not in {one.value for one in OPEN}:
        raise Conflict(_("Somebody has decided about this mail already."))
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say why."))
    row.state, row.settled_at, row.detail = MailState.DROPPED.value, now, reason.strip()[:400]
    row.save()
    audit.record(actor, events.MailDropped(subject=("mail", mail_id), reason=reason.strip()), now=now)


@action
def park_mail(*, actor: Actor, mail_id: int, detail: str, now: datetime) -> None:
    """Filing it failed for a reason nobody foresaw: it is set aside where people see it."""
    row = _locked(mail_id)
    authorize(actor, FILE, subject=("mail", mail_id))
    if row.state == MailState.KEPT.value:
        _park(actor, row, Reason.FAILED, detail, now)


def _open(actor: Actor, row: IncomingMail, mail: Mail, whose: Whose, now: datetime) -> Taken:
    """Into the case on the same waybill or topic, else into a new one (CASE-01, CASE-03)."""
    same = case_queries.same_topic(
        actor=actor, customer_id=whose.customer_id, contact_id=whose.contact_id, subject=mail.subject, now=now
    )
    shipment_id = shipment_of(actor=actor, mail=mail, customer_id=whose.customer_id)
    if same is not None and shipment_id is None:
        said = _said(actor, row, mail, whose.contact_id, now)
        return _taken(actor, row, mail, cases.attach_contact(actor=actor, case_id=same, said=said, now=now), now)
    letter = _letter(actor, row, mail, now)
    entry = CaseEntry(
        customer_id=whose.customer_id,
        contact_id=whose.contact_id,
        kind=CaseKind(case_queries.category_of(actor=actor, code=row.mailbox.category).kind),
        category=row.mailbox.category,
        channel=Channel.MAIL,
        subject=mail.subject[:LONGEST_SUBJECT] or mail.text[:60] or str(_("Mail without a subject")),
        text=mail.text[:LONGEST_TEXT],
        shipment_id=shipment_id,
        origin=Origin.MAIL,
        owner_id=None,
        external=("mail", str(row.pk)),
        letter=letter,
    )
    # Two mails of one category are not one topic for that: only the waybill, or the subject above, joins them.
    taken = cases.open_case(actor=actor, entry=entry, separate=shipment_id is None, now=now)
    return _taken(actor, row, mail, taken, now)


def _needs_filing(row: IncomingMail) -> None:
    if row.state not in {one.value for one in (*OPEN, MailState.SILENT)}:
        raise Conflict(_("Somebody has decided about this mail already."))


def _readable(actor: Actor, row: IncomingMail) -> Mail:
    """What it says, noted in its row; raises Conflict where it is damaged."""
    try:
        raw = queries.raw_of(actor=actor, row=row)
        mail = read_mail(raw, own=(), authserv_id=row.mailbox.authserv_id)
    except Broken as error:
        raise Conflict(_("This mail is damaged: fetch it, read it yourself, and write the case by hand.")) from error
    row.sender, row.sender_name, row.subject = mail.sender, mail.sender_name, mail.subject
    row.proof = mail.proof.value
    return mail


def _join(actor: Actor, row: IncomingMail, mail: Mail, case_id: int, now: datetime) -> Taken:
    case = case_queries.get_case(actor=actor, case_id=case_id)
    found = queries.candidates(actor=actor, address=mail.sender, now=now)
    people = {one.contact_id for one in found if one.customer_id == case.customer_id and one.contact_id}
    said = _said(actor, row, mail, people.pop() if len(people) == 1 else None, now)
    return _taken(actor, row, mail, cases.attach_contact(actor=actor, case_id=case_id, said=said, now=now), now)


def _said(actor: Actor, row: IncomingMail, mail: Mail, contact_id: int | None, now: datetime) -> Said:
    return Said(
        channel=Channel.MAIL,
        body=mail.text[:LONGEST_TEXT] or mail.quoted[:LONGEST_TEXT],
        subject=mail.subject[:LONGEST_SUBJECT],
        contact_id=contact_id,
        external=("mail", str(row.pk)),
        letter=_letter(actor, row, mail, now),
    )


def _letter(actor: Actor, row: IncomingMail, mail: Mail, now: datetime) -> LetterEntry:
    attached, refused = _stored(actor, mail, now)
    row.refused = refused
    return LetterEntry(
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        sender=mail.sender,
        sender_name=mail.sender_name,
        recipients=mail.recipients,
        quoted=mail.quoted[: LONGEST_TEXT * 5],
        was_cut=len(mail.text) > LONGEST_TEXT,
        raw_file_id=row.raw_file_id,
        attachments=tuple(attached),
        unproven=mail.proof is Proof.FAIL,
    )


def _stored(actor: Actor, mail: Mail, now: datetime) -> tuple[list[AttachmentEntry], list[dict[str, str]]]:
    """The attached files, and those that are not taken with the reason."""
    attached, refused = [], []
    for part in mail.parts:
        try:
            kept = files.store(actor=actor, content=part.content, filename=part.name, purpose=ATTACHED, now=now)
        except Invalid as error:
            refused.append({"name": part.name[:120], "reason": error.text()})
            continue
        attached.append(AttachmentEntry(kept.id, inline=part.inline))
    return attached, refused


def _taken(actor: Actor, row: IncomingMail, mail: Mail, taken: Taken, now: datetime) -> Taken:
    row.case_id, row.interaction_id = taken.case_id, taken.interaction_id
    _settle(actor, row, MailState.TAKEN, now)
    notes = [SystemNote(message=REFUSED_NOTE, params=one) for one in row.refused]
    if mail.dropped_parts:
        notes.append(SystemNote(message=MANY_PARTS_NOTE, params={"count": mail.dropped_parts}))
    if notes:
        case = case_queries.get_case(actor=actor, case_id=taken.case_id)
        about = (CASE_SUBJECT, str(case.pk))
        found = [(case.customer_id, replace(note, about=about)) for note in notes]
        interactions.add_system_entries(actor=_NOTING, notes=found, occurred_at=now, now=now)
    return taken


def _acknowledge(actor: Actor, row: IncomingMail, mail: Mail, taken: Taken, *, sent: int, now: datetime) -> None:
    """One receipt for a new case, a few an hour for one sender: two programs that thank each other come to an end."""
    if sent >= parameters.value(ACKNOWLEDGED_AN_HOUR, at=now):
        return
    letter = LetterEntry(
        message_id=mail.message_id, references=mail.references, sender=mail.sender, sender_name=mail.sender_name
    )
    decision = cases.acknowledge(actor=actor, case_id=taken.case_id, letter=letter, now=now)
    IncomingMail.objects.filter(pk=row.pk).update(acknowledged=decision.outcome is not Outcome.DENY)


def _set_silent(actor: Actor, row: IncomingMail, mail: Mail, thread: int | None, now: datetime) -> MailState:
    """Programs are not answered; what one said about a case stands in it, and wakes nobody."""
    row.case_id = thread
    if thread is not None and mail.kind is not Kind.OWN:
        params = {"sender": mail.sender, "subject": mail.subject}
        _note(actor, thread, AUTOMATIC_NOTE, params, now)
    return _settle(actor, row, MailState.SILENT, now)


def _take_bounce(actor: Actor, row: IncomingMail, raw: bytes, now: datetime) -> MailState:
    """A delivery report marks the message, and the case learns which address cannot be reached (RFC 3464)."""
    for one in read_bounces(raw):
        if one.action != "failed" or one.ref is None:
            continue
        records = contacting.records_by_ref(actor=actor, refs=[one.ref])
        text = " ".join(part for part in (one.status, one.text) if part)
        try:
            news = messaging.note_bounce(actor=actor, message_id=one.ref, text=text, now=now)
        except NotFound:
            continue
        about = records.get(one.ref)
        if news and about is not None:
            customer_actions.doubt_address(actor=actor, address=about.to, now=now)
            if about.related_kind == CASE_SUBJECT:
                row.case_id = int(about.related_id)
                _note(actor, row.case_id, BOUNCED_NOTE, {"address": about.to, "text": text}, now)
    return _settle(actor, row, MailState.SILENT, now)


def _note(actor: Actor, case_id: int, message: str, params: dict[str, Any], now: datetime) -> None:
    case = case_queries.get_case(actor=actor, case_id=case_id)
    note = SystemNote(message=message, params=params, about=(CASE_SUBJECT, str(case_id)))
    interactions.add_system_entries(actor=_NOTING, notes=[(case.customer_id, note)], occurred_at=now, now=now)


def _locked(mail_id: int) -> IncomingMail:
    rows = IncomingMail.objects.select_for_update(of=("self",)).select_related("mailbox", "raw_file")
    row = rows.filter(pk=mail_id).first()
    if row is None:
        raise NotFound
    return row


def _park(actor: Actor, row: IncomingMail, reason: Reason, detail: str, now: datetime) -> MailState:
    row.detail = detail[:400]
    state = _settle(actor, row, MailState.PARKED, now, reason=reason)
    audit.record(
        actor, events.MailParked(subject=("mail", row.pk), after={"reason": reason.value}, reason=detail[:200]), now=now
    )
    return state


def _settle(
    actor: Actor, row: IncomingMail, state: MailState, now: datetime, *, reason: Reason = Reason.NONE
) -> MailState:
    row.state, row.reason = state.value, reason.value
    row.settled_at = None if state in OPEN else now
    row.save()
    after = {"state": state.value, "kind": row.kind, "case": row.case_id, "sender": row.sender, "subject": row.subject}
    audit.record(actor, events.MailFiled(subject=("mail", row.pk), after=after), now=now)
    return state
