"""Enquiries that wait for a first answer: taken by one person with one click, answered once (CASE-27)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import Right, authorize
from zhike.platform.errors import Invalid
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.types import ContactLog, Direction
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import HAND_OVER
from zhike.service.reception import events
from zhike.service.reception.actions._parts import (
    external_of,
    locked_waiting,
    locked_with_call,
    name_of,
    number_of,
    tell_waiting,
)
from zhike.service.reception.models import Call, Waiting
from zhike.service.reception.policies import PUSH_ENQUIRIES, SERVE
from zhike.service.reception.rules import MAX_TEXT, NotWaiting, NotYours, TakenBySomebody, waiting_errors
from zhike.service.reception.types import TookEnquiry, WaitingEntry, WaitingState

MAX_REASON = 200


def _way_in(actor: Actor) -> Right:
    """A chat window or web site hands over by a key; people at a counter by hand."""
    return SERVE if actor.kind is ActorKind.STAFF else PUSH_ENQUIRIES


@action
def add_enquiry(*, actor: Actor, entry: WaitingEntry, now: datetime) -> TookEnquiry:
    """Somebody waits for a first word. One that another system hands over twice is taken once."""
    authorize(actor, _way_in(actor))
    if wrong := waiting_errors(entry, now=now):
        raise Invalid(wrong)
    unit = organization.unit_rows(actor=actor).filter(pk=entry.unit_id).first()
    if unit is None:
        raise Invalid.of("unit_id", "unknown", _("Choose the unit."))
    if entry.customer_id is not None:
        customers.summary(actor=actor, customer_id=entry.customer_id)
    number = number_of(entry.phone, now)[0]
    values = {
        "channel": entry.channel.value,
        "unit": unit,
        "scope_unit_id": unit.tree_no,
        "zone": unit.zone,
        "name": entry.name.strip(),
        "phone": number,
        "text": entry.text.strip(),
        "customer_id": entry.customer_id,
        "asked_at": min(entry.asked_at or now, now),
        "received_at": now,
    }
    system, ref = entry.external
    if ref:
        row, new = Waiting.objects.get_or_create(external_system=system[:40], external_ref=ref[:120], defaults=values)
    else:
        row, new = Waiting.objects.create(**values), True
    if new:
        after = {"channel": row.channel, "unit": unit.pk, "name": row.name, "text": row.text, "phone": row.phone}
        audit.record(actor, events.EnquiryWaits(subject=("waiting", row.pk), after=after), now=now)
        tell_waiting(row)
    return TookEnquiry(row.pk, duplicate=not new)


@action
def take_enquiry(*, actor: Actor, waiting_id: int, now: datetime) -> None:
    """Mine to answer. Whoever is second learns who was first; raises TakenBySomebody, NotWaiting."""
    row = locked_waiting(actor, waiting_id)
    authorize(actor, SERVE, subject=("waiting", waiting_id))
    _take(row, actor, now)
    audit.record(actor, events.EnquiryTaken(subject=("waiting", row.pk), after={"staff": actor.staff_id}), now=now)
    tell_waiting(row)


def _take(row: Waiting, actor: Actor, now: datetime) -> None:
    if row.ended_at is not None:
        raise NotWaiting
    if row.taken_by_id is not None and row.taken_by_id != actor.staff_id:
        raise TakenBySomebody(name=name_of(row.taken_by_id))
    if row.taken_by_id is None:
        row.state, row.taken_by_id, row.taken_at = WaitingState.TAKEN.value, actor.staff_id, now
        row.save(update_fields=["state", "taken_by", "taken_at"])


@action
def give_back(*, actor: Actor, waiting_id: int, now: datetime) -> None:
    """It waits again for anybody; its clock has never stopped."""
    row = locked_waiting(actor, waiting_id)
    authorize(actor, SERVE, subject=("waiting", waiting_id))
    _mine(row, actor)
    row.state, row.taken_by_id, row.taken_at = WaitingState.WAITING.value, None, None
    row.save(update_fields=["state", "taken_by", "taken_at"])
    audit.record(actor, events.EnquiryGivenBack(subject=("waiting", row.pk)), now=now)
    tell_waiting(row)


@action
def answer_enquiry(
    *, actor: Actor, waiting_id: int, answer: str, customer_id: int | None = None, now: datetime
) -> None:
    """The first answer: the clock stops; both sides stand on the timeline of a customer within reach."""
    row, call = locked_with_call(actor, waiting_id)
    authorize(actor, SERVE, subject=("waiting", waiting_id))
    text = answer.strip()
    if not text:
        raise Invalid.of("answer", "required", _("Write what you told them."))
    if len(text) > MAX_TEXT:
        raise Invalid.of("answer", "too_long", _("At most %(maximum)s characters."), maximum=MAX_TEXT)
    _take(row, actor, now)
    if customer_id is not None:
        chosen = customers.summary(actor=actor, customer_id=customer_id).id
        row.contact_id = row.contact_id if chosen == row.customer_id else None
        row.customer_id = chosen
    row.state, row.ended_at, row.answer = WaitingState.ANSWERED.value, now, text
    row.save()
    # A call may be missed here whose customer is another unit's: it is answered all the same.
    if row.customer_id is not None and customers.summaries(actor=actor, customer_ids=[row.customer_id]):
        _write_down(row, call, actor, now)
    audit.record(actor, events.EnquiryAnswered(subject=("waiting", row.pk), after={"answer": text}), now=now)
    seconds = int((now - row.asked_at).total_seconds())
    outbox.emit(events.EnquiryAnsweredEvent(waiting_id=row.pk, channel=row.channel, seconds=seconds), now=now)
    tell_waiting(row)


def _write_down(row: Waiting, call: Call | None, actor: Actor, now: datetime) -> None:
    """What they asked and what we said, on the customer's timeline. A missed call asked nothing in words.

    Either the enquiry or the call itself writes the call down, whichever is first: it stands there once.
    """
    asked = ContactLog(
        channel=Channel(row.channel),
        direction=Direction.IN,
        subject=gettext("Missed call") if row.call_id else gettext("Enquiry"),
        body=row.text,
        contact_id=row.contact_id,
        occurred_at=row.asked_at,
        zone=row.zone,
        external=external_of(call) if call else ("waiting", str(row.pk)),
    )
    told = ContactLog(
        channel=Channel(row.channel),
        direction=Direction.OUT,
        subject=gettext("First answer"),
        body=row.answer,
        contact_id=row.contact_id,
        occurred_at=now,
        zone=row.zone,
    )
    of = row.customer_id or 0
    if call is None or call.interaction_id is None:
        entry_id = interactions.log_contact(actor=actor, customer_id=of, log=asked, now=now)
        if call is not None:
            call.customer_id, call.contact_id = row.customer_id, row.contact_id
            call.interaction_id, call.settled_at = entry_id, call.settled_at or now
            call.save(update_fields=["customer", "contact", "interaction", "settled_at"])
    interactions.log_contact(actor=actor, customer_id=of, log=told, now=now)


@action
def drop_enquiry(*, actor: Actor, waiting_id: int, reason: str, now: datetime) -> None:
    """They went without an answer; counted as unanswered."""
    row = locked_waiting(actor, waiting_id)
    authorize(actor, SERVE, subject=("waiting", waiting_id))
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say why nobody answered."))
    if row.ended_at is not None:
        raise NotWaiting
    if row.taken_by_id is not None:
        _mine(row, actor)
    row.state, row.ended_at, row.reason = WaitingState.DROPPED.value, now, reason.strip()[:MAX_REASON]
    row.save(update_fields=["state", "ended_at", "reason"])
    audit.record(actor, events.EnquiryDropped(subject=("waiting", row.pk), after={"reason": row.reason}), now=now)
    tell_waiting(row)


def _mine(row: Waiting, actor: Actor) -> None:
    if row.ended_at is not None or row.taken_by_id is None:
        raise NotWaiting
    if row.taken_by_id != actor.staff_id:
        raise NotYours(name=name_of(row.taken_by_id))


@action
def pass_enquiries(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, waiting_ids: Sequence[int] | None, now: datetime
) -> int:
    """What a leaver had taken goes to a colleague; whoever hands over need not serve themselves."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = Waiting.objects.open().filter(taken_by_id=from_staff_id)
    rows = rows if waiting_ids is None else rows.filter(pk__in=waiting_ids)
    passed = rows.update(taken_by_id=to_staff_id)
    after = {"from": from_staff_id, "to": to_staff_id, "count": passed}
    audit.record(actor, events.EnquiryTaken(subject=("staff", to_staff_id), after=after), now=now)
    return passed
