"""Writing down what was said; nothing is edited, a correction follows."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.outbox import Mode
from zhike.record.customers import actions as customers
from zhike.record.customers import queries as customer_queries
from zhike.record.customers.actions import Touch
from zhike.record.customers.types import Channel, CustomerSummary
from zhike.record.interactions import events
from zhike.record.interactions.models import Interaction
from zhike.record.interactions.policies import CORRECT, PUSH, WRITE, scope
from zhike.record.interactions.rules import clean_text, contact_errors, text_errors
from zhike.record.interactions.types import Audience, ContactLog, Direction, LoggedContact, NoteKind, SystemNote

IDS_AN_EVENT = 5000


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
    _tell([row.pk], [customer.id], occurred_at=row.occurred_at, now=now)
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
    rows = Interaction.objects.bulk_create(
        [Interaction(**_columns(known[c.customer_id], c.log, c.staff_id, now), mode=mode.value) for c in fresh],
        batch_size=2000,
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
    audit.record(actor, events.ContactsLogged(subject=("customers", len(known)), after={"entries": len(rows)}), now=now)
    _tell([r.pk for r in rows], sorted({r.customer_id for r in rows}), occurred_at=now, now=now, mode=mode)
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
    )
    row = Interaction.objects.create(**_columns(customer, log, actor.staff_id, now), note_kind=kind.value)
    audit.record(
        actor,
        events.NoteWritten(subject=("customer", customer.id), after={"entry": row.pk, "kind": kind, "body": row.body}),
        now=now,
    )
    _tell([row.pk], [customer.id], occurred_at=now, now=now)
    return row.pk


@action
def add_system_entry(
    *, actor: Actor, customer_id: int, note: SystemNote, occurred_at: datetime, mode: Mode = Mode.LIVE, now: datetime
) -> int:
    """An entry of a room above: message id and parameters, never rendered text. Returns its id."""
    authorize(actor, PUSH)
    customer = customer_queries.summary(actor=actor, customer_id=customer_id)
    log = ContactLog(
        channel=Channel.SYSTEM,
        direction=Direction.NONE,
        occurred_at=occurred_at,
        audience=Audience.SYSTEM,
        about=note.about,
    )
    columns = _columns(customer, log, None, now)
    row = Interaction.objects.create(**columns, message=note.message, params=dict(note.params), mode=mode.value)
    audit.record(
        actor,
        events.SystemNoted(subject=("customer", customer.id), after={"entry": row.pk, "message": note.message}),
        now=now,
    )
    _tell([row.pk], [customer.id], occurred_at=occurred_at, now=now, mode=mode)
    return row.pk


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


def _tell(
    ids: Sequence[int], customer_ids: Sequence[int], *, occurred_at: datetime, now: datetime, mode: Mode = Mode.LIVE
) -> None:
    waiting = iter(ids)
    told = []
    while part := list(islice(waiting, IDS_AN_EVENT)):
        told.append(events.InteractionsAddedEvent(interaction_ids=part, customer_ids=customer_ids[:IDS_AN_EVENT]))
    outbox.emit_many(told, now=now, occurred_at=occurred_at, mode=mode)
