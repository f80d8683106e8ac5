"""Writing down what was said; nothing is edited, a correction follows."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.copying import insert_many
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.outbox import Mode
from zhike.record.contacting import actions as contacting
from zhike.record.contacting.types import MadeContact, Purpose, Recipient
from zhike.record.customers import actions as customers
from zhike.record.customers import queries as customer_queries
from zhike.record.customers.actions import Touch
from zhike.record.customers.types import Channel, CustomerSummary
from zhike.record.interactions import events
from zhike.record.interactions.actions._told import COUNTED, COUNTING, tell
from zhike.record.interactions.models import Attachment, Interaction, Letter
from zhike.record.interactions.policies import CORRECT, PUSH, WRITE, scope
from zhike.record.interactions.rules import clean_text, contact_errors, text_errors
from zhike.record.interactions.types import (
    Audience,
    ContactLog,
    Direction,
    LetterEntry,
    LoggedContact,
    NoteKind,
    SystemNote,
)


@action
def log_contact(*, actor: Actor, customer_id: int, log: ContactLog, now: datetime) -> int:
    """Write down a call, mail, visit, chat; the customer's and the person's last contact follow. Returns its id."""
    customer = customer_queries.summary(actor=actor, customer_id=customer_id)
    authorize(actor, WRITE, subject=("customer", customer.id))
    if wrong := contact_errors(log, now=now):
        raise Invalid(wrong)
    _check_person(actor, customer, log.contact_id)
    row = Interaction.objects.create(**_columns(customer, log, actor.staff_id, now))
    touch = Touch(customer_id=customer.id, contact_id=log.contact_id, at=row.occurred_at, channel=log.channel)
    customers.record_contacts(actor=actor, touches=[touch], now=now)
    audit.record(
        actor,
        events.ContactLogged(
            subject=("customer", customer.id),
            after={
                "entry": row.pk,
                "channel": row.channel,
                "direction": row.direction,
                "contact": row.contact_id,
                "occurred_at": row.occurred_at,
                "subject": row.subject,
                "body": row.body,
            },
        ),
        now=now,
    )
    if log.letter is not None:
        _add_letter(row, log.letter)
    if log.counted:
        _count([(row, log.purpose)], mode=Mode.LIVE, now=now)
    tell([row.pk], [customer.id], occurred_at=row.occurred_at, now=now)
    return row.pk


@action
def log_contacts(*, actor: Actor, contacts: Sequence[LoggedContact], mode: Mode, now: datetime) -> int:
    """Take over many contacts from another system; one that was taken over before is left out. Returns how many."""
    authorize(actor, WRITE)
    known = customer_queries.summaries(actor=actor, customer_ids={c.customer_id for c in contacts})
    if any(c.customer_id not in known for c in contacts):
        raise NotFound
    before = _external_known(contacts)
    fresh = [c for c in contacts if not c.log.external[1] or c.log.external not in before]
    rows = insert_many(
        [Interaction(**_columns(known[c.customer_id], c.log, c.staff_id, now), mode=mode.value) for c in fresh]
    )
    if not rows:
        return 0
    customers.record_contacts(
        actor=actor,
        touches=[
            Touch(
                customer_id=row.customer_id,
                contact_id=row.contact_id,
                at=row.occurred_at,
                channel=Channel(row.channel),
            )
            for row in rows
        ],
        now=now,
    )
    _count([(row, one.log.purpose) for row, one in zip(rows, fresh, strict=True)], mode=mode, now=now)
    audit.record(actor, events.ContactsLogged(subject=("customers", len(known)), after={"entries": len(rows)}), now=now)
    tell([r.pk for r in rows], sorted({r.customer_id for r in rows}), occurred_at=now, now=now, mode=mode)
    return len(rows)


@action
def add_note(
    *,
    actor: Actor,
    customer_id: int,
    body: str,
    kind: NoteKind = NoteKind.OTHER,
    contact_id: int | None = None,
    audience_unit_id: int | None = None,
    about: tuple[str, str] = ("", ""),
    now: datetime,
) -> int:
    """A quick note (随手记录): what the customer said in passing; seen inside only. Returns its id."""
    customer = customer_queries.summary(actor=actor, customer_id=customer_id)
    authorize(actor, WRITE, subject=("customer", customer.id))
    if wrong := text_errors("", body):
        raise Invalid(wrong)
    _check_person(actor, customer, contact_id)
    log = ContactLog(
        channel=Channel.NOTE,
        direction=Direction.NONE,
        body=body,
        contact_id=contact_id,
        audience=Audience.DEPARTMENT if audience_unit_id else Audience.INTERNAL,
        audience_unit_id=audience_unit_id,
        about=about,
    )
    row = Interaction.objects.create(**_columns(customer, log, actor.staff_id, now), note_kind=kind.value)
    audit.record(
        actor,
        events.NoteWritten(subject=("customer", customer.id), after={"entry": row.pk, "kind": kind, "body": row.body}),
        now=now,
    )
    tell([row.pk], [customer.id], occurred_at=now, now=now)
    return row.pk


@action
def add_system_entry(
    *, actor: Actor, customer_id: int, note: SystemNote, occurred_at: datetime, mode: Mode = Mode.LIVE, now: datetime
) -> int:
    """An entry of a room above: message id and parameters, never rendered text. Returns its id."""
    notes = [(customer_id, note)]
    (made,) = add_system_entries(actor=actor, notes=notes, occurred_at=occurred_at, mode=mode, now=now)
    return made


@action
def add_system_entries(
    *,
    actor: Actor,
    notes: Sequence[tuple[int, SystemNote]],
    occurred_at: datetime,
    mode: Mode = Mode.LIVE,
    now: datetime,
) -> list[int]:
    """Entries of a room above on the timelines of many customers, of one moment; returns their ids. Set-based."""
    authorize(actor, PUSH)
    known = customer_queries.summaries(actor=actor, customer_ids={customer_id for customer_id, _note in notes})
    if any(customer_id not in known for customer_id, _note in notes):
        raise NotFound
    rows = insert_many([_system_row(known[customer_id], note, occurred_at, mode, now) for customer_id, note in notes])
    audit.record_many(
        actor,
        [
            events.SystemNoted(subject=("customer", row.customer_id), after={"entry": row.pk, "message": row.message})
            for row in rows
        ],
        now=now,
    )
    customer_ids = sorted({row.customer_id for row in rows})
    tell([row.pk for row in rows], customer_ids, occurred_at=occurred_at, now=now, mode=mode)
    return [row.pk for row in rows]


@action
def strike_entry(*, actor: Actor, interaction_id: int, now: datetime) -> None:
    """Of what was taken back before it left: it stays, struck, and nothing follows it. Only whoever wrote it may."""
    rows = Interaction.objects.filter(scope(actor), pk=interaction_id)
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotFound
    authorize(actor, WRITE, subject=("customer", row.customer_id))
    if row.staff_id != actor.staff_id and not actor.has(CORRECT.code):
        raise Forbidden(right=CORRECT.code, subject=("customer", str(row.customer_id)))
    if row.struck_at is not None:
        return
    Interaction.objects.filter(pk=row.pk).update(struck_at=now)
    audit.record(actor, events.EntryStruck(subject=("customer", row.customer_id), after={"entry": row.pk}), now=now)


@action
def correct_entry(*, actor: Actor, interaction_id: int, body: str, subject: str = "", now: datetime) -> int:
    """Put something right: the correction follows, the original stays, struck. Returns the id of the correction."""
    rows = Interaction.objects.filter(scope(actor), pk=interaction_id)
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotFound
    authorize(actor, WRITE, subject=("customer", row.customer_id))
    if row.staff_id != actor.staff_id and not actor.has(CORRECT.code):
        raise Forbidden(right=CORRECT.code, subject=("customer", str(row.customer_id)))
    if row.struck_at is not None or row.message:
        raise Conflict(_("This entry has been corrected already, or was written by the system."))
    if wrong := text_errors(subject, body):
        raise Invalid(wrong)
    Interaction.objects.filter(pk=row.pk).update(struck_at=now)
    copied: tuple[str, ...] = (
        "customer_id",
        "contact_id",
        "scope_unit_id",
        "channel",
        "direction",
        "occurred_at",
        "zone",
        "audience",
    )
    copied += ("audience_unit_id", "note_kind", "about_kind", "about_id")
    correction = Interaction.objects.create(
        **{name: getattr(row, name) for name in copied},
        staff_id=actor.staff_id,
        received_at=now,
        subject=clean_text(subject),
        body=clean_text(body),
        corrects=row,
    )
    audit.record(
        actor,
        events.EntryCorrected(
            subject=("customer", row.customer_id),
            before={"entry": row.pk, "subject": row.subject, "body": row.body},
            after={"entry": correction.pk, "subject": correction.subject, "body": correction.body},
        ),
        now=now,
    )
    outbox.emit(
        events.InteractionCorrectedEvent(
            interaction_id=correction.pk, corrected_id=row.pk, customer_id=row.customer_id
        ),
        now=now,
    )
    return correction.pk


def _add_letter(row: Interaction, letter: LetterEntry) -> None:
    Letter.objects.create(
        interaction=row,
        message_id=letter.message_id[:400],
        references=list(letter.references),
        sender=letter.sender.casefold()[:254],
        sender_name=clean_text(letter.sender_name)[:200],
        recipients=list(letter.recipients),
        quoted=clean_text(letter.quoted),
        was_cut=letter.was_cut,
        ref=letter.ref,
        raw_file_id=letter.raw_file_id,
        unproven=letter.unproven,
    )
    Attachment.objects.bulk_create(
        [
            Attachment(interaction=row, file_id=one.file_id, place=place, inline=one.inline)
            for place, one in enumerate(letter.attachments)
        ]
    )


def _system_row(
    customer: CustomerSummary, note: SystemNote, occurred_at: datetime, mode: Mode, now: datetime
) -> Interaction:
    log = ContactLog(
        channel=Channel.SYSTEM,
        direction=Direction.NONE,
        occurred_at=occurred_at,
        audience=Audience.SYSTEM,
        about=note.about,
    )
    columns = _columns(customer, log, None, now)
    return Interaction(**columns, message=note.message, params=dict(note.params), mode=mode.value)


def _count(made: Sequence[tuple[Interaction, Purpose]], *, mode: Mode, now: datetime) -> None:
    """Contacts by which we reached somebody take their place in the budget of whom they reached."""
    contacts = [
        MadeContact(
            to=Recipient(contact_id=row.contact_id),
            purpose=purpose,
            channel=COUNTED[row.channel],
            at=row.occurred_at,
            staff_id=row.staff_id,
            related=("interaction", str(row.pk)),
            once=f"interaction:{row.pk}",
            mode=mode,
        )
        for row, purpose in made
        if row.contact_id is not None and row.direction == Direction.OUT.value and row.channel in COUNTED
    ]
    if contacts:
        contacting.record_contacts(actor=COUNTING, contacts=contacts, now=now)


def _check_person(actor: Actor, customer: CustomerSummary, contact_id: int | None) -> None:
    if contact_id is None:
        return
    if customer_queries.contact(actor=actor, contact_id=contact_id).customer_id != customer.id:
        raise Invalid.of("contact_id", "other", _("This person belongs to another customer."))


def _external_known(contacts: Sequence[LoggedContact]) -> set[tuple[str, str]]:
    refs = [c.log.external[1] for c in contacts if c.log.external[1]]
    return set(Interaction.objects.filter(external_ref__in=refs).values_list("external_system", "external_ref"))


def _columns(customer: CustomerSummary, log: ContactLog, staff_id: int | None, now: datetime) -> dict[str, object]:
    return {
        "customer_id": customer.id,
        "contact_id": log.contact_id,
        "staff_id": staff_id,
        "scope_unit_id": customer.scope_unit_id,
        "channel": log.channel.value,
        "direction": log.direction.value,
        "occurred_at": min(log.occurred_at or now, now),
        "received_at": now,
        "zone": log.zone or customer.zone,
        "audience": log.audience.value,
        "audience_unit_id": log.audience_unit_id,
        "subject": clean_text(log.subject),
        "body": clean_text(log.body),
        "about_kind": log.about[0],
        "about_id": log.about[1],
        "external_system": log.external[0],
        "external_ref": log.external[1],
    }
