"""Asking for contacts, taking them back, deciding again what waits, and counting what people do by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, messaging, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.copying import insert_new
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.messaging.types import MailParts, State
from zhike.platform.outbox.types import Mode
from zhike.record.contacting import events
from zhike.record.contacting.actions import _sending
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.policies import PUSH, SEND, scope
from zhike.record.contacting.queries.reach import REACHING, reach, recipient_of
from zhike.record.contacting.types import (
    Ask,
    Asked,
    ContactChannel,
    Delivery,
    Fate,
    MadeContact,
    Outcome,
    Purpose,
    SurveyKind,
    Text,
)

# More people than this at a time would hold too many budgets.
MOST_ASKS = 1000
_STATES = {
    State.SENT.value: Delivery.SENT,
    State.FAILED.value: Delivery.FAILED,
    State.UNCERTAIN.value: Delivery.UNCERTAIN,
    State.QUEUED.value: Delivery.WAITING,
    State.HANDED_OVER.value: Delivery.WAITING,
    State.HELD.value: Delivery.WAITING,
}

# Of somebody with a file, as `record_contacts` writes it; where nobody knows a zone, that of the customer.
_MADE = """
INSERT INTO contacting_contactrecord (ref, person, contact_id, customer_id, of_account, scope_unit_id, staff_id,
  actor_kind, actor_id, purpose, channel, survey, outcome, rule, counts, urgent, at, asked_at, zone, language, template,
  template_version, digest, "to", subject, body, mail, event, party, related_kind, related_id, once, delivery, mode)
SELECT gen_random_uuid(), 'c:' || k.id, k.id, k.customer_id, true, f.scope_unit_id, t.staff_id, %(kind)s, %(id)s,
  t.purpose, t.channel, '', 'made', '', true, false, least(t.at, %(now)s), %(now)s, f.zone, k.language, '', 0, '', '',
  '', '', '{{}}', '', '', t.kind, t.record, t.kind || ':' || t.record, '', %(mode)s
FROM {table} t JOIN customers_contact k ON k.id = t.contact_id JOIN customers_customer f ON f.id = k.customer_id
WHERE k.erased_at IS NULL
ORDER BY t.record
ON CONFLICT (once) WHERE once <> '' DO NOTHING
"""


@action
def send(*, actor: Actor, ask: Ask, now: datetime) -> Asked:
    """Ask for one message: it leaves, waits, or is withheld, and stands in the log with the rule."""
    return send_many(actor=actor, asks=[ask], now=now)[0]


@action
def send_many(*, actor: Actor, asks: Sequence[Ask], now: datetime) -> list[Asked]:
    """Ask for up to a thousand messages, each decided after those before it. Raises Invalid, NotFound."""
    authorize(actor, SEND)
    if len(asks) > MOST_ASKS:
        raise Invalid.of("asks", "too_many", _("At most %(most)s at a time."), most=MOST_ASKS)
    results = _sending.send_all(actor=actor, asks=asks, now=now)
    one = results[0].log_id if len(results) == 1 else None
    audit.record(
        actor,
        events.ContactsAsked(
            subject=("contact_record", one) if one else ("contact_records", len(results)),
            after=_sending.summary(results),
        ),
        now=now,
    )
    return results


@action
def take_back(*, actor: Actor, record_id: int, now: datetime) -> None:
    """Undo a message that has not left: its place in the budget is free again. Raises Conflict when it is too late."""
    row = _locked(actor, record_id)
    authorize(actor, SEND, subject=("contact_record", record_id))
    if row.outcome == Outcome.ALLOW.value and row.message_id is not None:
        if not messaging.take_back(actor=actor, message_id=row.message_id, now=now):
            raise Conflict(_("The message has left already."))
        changes = {"delivery": Delivery.TAKEN_BACK.value, "counts": False, "settled_at": now}
    elif row.outcome == Outcome.HOLD.value and row.actor_id == actor.id:
        changes = {
            "outcome": Outcome.DENY.value,
            "hold_until": None,
            "subject": "",
            "body": "",
            "mail": {},
            "delivery": Delivery.TAKEN_BACK.value,
            "settled_at": now,
        }
    else:
        raise Conflict(_("The message has left already."))
    ContactRecord.objects.filter(pk=record_id).update(**changes)
    _sending.tell_fates({(Fate.TAKEN_BACK, ""): [row.ref]}, now)
    audit.record(actor, events.ContactTakenBack(subject=("contact_record", record_id)), now=now)


@action
def record_contacts(*, actor: Actor, contacts: Sequence[MadeContact], now: datetime) -> int:
    """Count calls, visits and chats that people made, in the budgets of those they reached. Returns how many are new.

    What has happened is never refused here, whatever the caps say; it only counts.
    """
    authorize(actor, SEND)
    asks = [
        Ask(to=_sending.normal(one.to), purpose=one.purpose, channel=one.channel, once=one.once) for one in contacts
    ]
    reached = reach(actor=actor, asks=asks, now=now)
    _sending.lock_people(asks, reached)
    rows = [
        ContactRecord(
            person=who.person,
            contact_id=who.contact_id,
            customer_id=who.about_customer_id,
            of_account=who.customer_id is not None,
            scope_unit_id=who.scope_unit_id,
            staff_id=one.staff_id or actor.staff_id,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            purpose=one.purpose.value,
            channel=one.channel.value,
            outcome=Outcome.MADE.value,
            counts=True,
            at=min(one.at, now),
            asked_at=now,
            zone=who.zone,
            language=who.language,
            to=who.address,
            related_kind=one.related[0],
            related_id=one.related[1],
            once=one.once,
            mode=one.mode.value,
        )
        for one, who in zip(contacts, reached, strict=True)
        if who.person
    ]
    new = insert_new(sorted(rows, key=lambda row: row.once))
    audit.record(actor, events.ContactsMade(subject=("contact_records", new), after={"made": new}), now=now)
    return new


@action
def record_contacts_of(*, actor: Actor, table: str, mode: Mode, now: datetime) -> int:
    """The same for a batch: rows of a temporary table, set-based. Returns how many are new.

    `table` has contact_id, purpose, channel, at, staff_id, kind, record; each record counts once.
    """
    authorize(actor, SEND)
    values = {"kind": actor.kind.value, "id": actor.id, "now": now, "mode": mode.value}
    with connection.cursor() as cursor:
        cursor.execute(_MADE.format(table=table), values)
        new = int(cursor.rowcount)
    audit.record(actor, events.ContactsMade(subject=("contact_records", new), after={"made": new}), now=now)
    return new


@action
def record_contact(*, actor: Actor, contact: MadeContact, now: datetime) -> int:
    """Count one contact that a person made; 0 when it was counted before."""
    return record_contacts(actor=actor, contacts=[contact], now=now)


@action
def release_held(*, actor: Actor, now: datetime, limit: int = 500) -> int:
    """Decide again what waited until now, oldest first; returns how many were looked at.

    Several workers may run: each takes rows that no other has.
    """
    authorize(actor, PUSH)
    due = ContactRecord.objects.filter(outcome=Outcome.HOLD.value, hold_until__lte=now).order_by("hold_until", "pk")
    rows = list(due.select_for_update(skip_locked=True)[:limit])
    if not rows:
        return 0
    asks = [_ask_again(row) for row in rows]
    decided = _sending.decide_all(actor=REACHING, asks=asks, now=now)
    for row, (reached, _facts, decision) in zip(rows, decided, strict=True):
        row.to, row.zone = reached.address, reached.zone
        _sending.settle_row(row, decision, now)
    _keep(rows)
    queued = _sending.queue(actor=actor, rows=rows, now=now)
    _tell_decided(rows, queued, now)
    counts = {outcome.value: sum(row.outcome == outcome.value for row in rows) for outcome in Outcome}
    audit.record(actor, events.HeldDecided(subject=("contact_records", len(rows)), after=counts), now=now)
    return len(rows)


def _tell_decided(rows: Sequence[ContactRecord], queued: set[UUID], now: datetime) -> None:
    """The rooms that asked learn what became of what waited; of what leaves they learn once it has."""
    fates: dict[tuple[str, str], list[UUID]] = {}
    for row in rows:
        if row.outcome == Outcome.HOLD.value and row.hold_until is not None:
            fates.setdefault((Fate.HOLD, row.hold_until.isoformat()), []).append(row.ref)
        elif row.outcome == Outcome.DENY.value:
            fates.setdefault((Fate.DENY, ""), []).append(row.ref)
        elif row.ref not in queued:
            fates.setdefault((Fate.FAILED, ""), []).append(row.ref)
    _sending.tell_fates(fates, now)


def _ask_again(row: ContactRecord) -> Ask:
    return Ask(
        to=recipient_of(row.person, address=row.to, contact_id=row.contact_id, zone=row.zone, language=row.language),
        purpose=Purpose(row.purpose),
        channel=ContactChannel(row.channel),
        text=Text(body=row.body, subject=row.subject, template=row.template, version=row.template_version),
        survey=SurveyKind(row.survey),
        invitation_id=row.invitation_id,
        urgent=row.urgent,
        occurred_at=row.occurred_at,
        mode=Mode(row.mode),
        digest=row.digest,
        mail=MailParts.of(row.mail),
        about_customer_id=row.customer_id,
    )


def _keep(rows: Sequence[ContactRecord]) -> None:
    """Store the new decisions; the words leave the table with the waiting."""
    words = {row.pk: (row.subject, row.body, row.mail) for row in rows}
    for row in rows:
        if row.outcome != Outcome.HOLD.value:
            row.subject, row.body, row.mail = "", "", {}
    ContactRecord.objects.bulk_update(
        rows,
        [
            "outcome",
            "rule",
            "at",
            "hold_until",
            "counts",
            "delivery",
            "message_id",
            "to",
            "zone",
            "subject",
            "body",
            "mail",
        ],
        batch_size=500,
    )
    for row in rows:
        row.subject, row.body, row.mail = words[row.pk]


@action
def settle(*, actor: Actor, states: Mapping[UUID, tuple[str, datetime]], now: datetime) -> int:
    """Note what became of messages (state, when); tells the rooms above which notices have been sent."""
    authorize(actor, PUSH)
    rows = list(ContactRecord.objects.filter(message_id__in=list(states)).order_by("pk").select_for_update())
    sent: dict[str, dict[datetime, list[str]]] = {}
    for row in rows:
        state, at = states[row.ref]
        row.delivery = _STATES[state].value
        row.settled_at = at
        if row.delivery == Delivery.SENT.value and row.event:
            sent.setdefault(row.related_kind, {}).setdefault(at, []).append(row.related_id)
    ContactRecord.objects.bulk_update(rows, ["delivery", "settled_at"], batch_size=500)
    outbox.emit_many(
        [
            events.NoticesSent(kind=kind, ids=ids[start : start + _sending.IDS_AN_EVENT], at=at.isoformat())
            for kind, by_time in sent.items()
            for at, ids in by_time.items()
            for start in range(0, len(ids), _sending.IDS_AN_EVENT)
        ],
        now=now,
    )
    audit.record(
        actor, events.MessagesSettled(subject=("contact_records", len(rows)), after={"settled": len(rows)}), now=now
    )
    return len(rows)


@action
def survey_answered(*, actor: Actor, record_ids: Sequence[int], now: datetime) -> int:
    """These invitations were answered: they no longer count as left alone. Returns how many that is news for."""
    authorize(actor, PUSH)
    rows = ContactRecord.objects.filter(pk__in=record_ids, answered_at__isnull=True).exclude(survey="")
    answered = rows.update(answered_at=now)
    audit.record(
        actor,
        events.SurveyAnswered(subject=("contact_records", answered), after={"records": sorted(record_ids)}),
        now=now,
    )
    return answered


def _locked(actor: Actor, record_id: int) -> ContactRecord:
    rows = ContactRecord.objects.filter(scope(actor), pk=record_id)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found
