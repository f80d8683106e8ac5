"""Putting messages in the queue, and deciding about those whose fate is unknown."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, jobs, operation, outbox, phones
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, FieldError, Invalid, NotFound
from zhike.platform.messaging import events
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.policies import DECIDE, SEND
from zhike.platform.messaging.rules import entry
from zhike.platform.messaging.transports.mail import Malformed, address_of
from zhike.platform.messaging.types import Channel, MessageSettled, State, Words

HAND_OVER = "messaging.hand_over"
LONGEST_ADDRESS, LONGEST_SUBJECT, LONGEST_BODY = 254, 300, 100_000


@action
def queue(
    *,
    actor: Actor,
    channel: Channel,
    to: str,
    words: Words,
    purpose: str,
    now: datetime,
    related: tuple[str, int | str] = ("", ""),
    language: str = "",
    not_before: datetime | None = None,
    held_because: str = "",
) -> UUID:
    """Queue one message in the caller's transaction; it leaves after the commit, at most once without a person.

    `purpose` is `<room>.<name>`; `related` the record it is about. With `held_because` it waits for a person.
    Raises Invalid on `to`, `subject` or `body`.
    """
    authorize(actor, SEND)
    address = _checked(channel, to, words)
    row = Message.objects.create(
        channel=channel.value,
        state=State.HELD.value if held_because else State.QUEUED.value,
        purpose=purpose,
        to=address,
        subject=words.subject,
        body=words.body,
        language=language,
        template=words.template,
        params=dict(words.params),
        related_kind=related[0],
        related_id=str(related[1]),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        operation_id=operation.current(),
        error_code="held" if held_because else "",
        error=held_because,
        created_at=now,
        next_at=None if held_because else max(not_before or now, now),
    )
    shown = {"channel": row.channel, "purpose": purpose, "to": address, "subject": words.subject}
    audit.record(actor, events.MessageQueued(subject=("message", str(row.pk)), after=shown), now=now)
    if row.next_at is not None and row.next_at <= now:
        jobs.enqueue(HAND_OVER, message_id=str(row.pk))
    return row.pk


@action
def send_again(*, actor: Actor, message_id: UUID, reason: str, now: datetime) -> None:
    """A person has found out that an uncertain message did not arrive, or that a failed one may now be taken."""
    row = _locked(message_id)
    authorize(actor, DECIDE, subject=("message", str(message_id)))
    _needs(row, State.UNCERTAIN, State.FAILED)
    if not row.to:
        raise Conflict(_("The address of this message has been erased."))
    _close(row, "sent_again", reason, now)
    row.state, row.next_at, row.settled_at = State.QUEUED.value, now, None
    row.save()
    audit.record(actor, events.MessageSentAgain(subject=("message", str(message_id)), reason=reason.strip()), now=now)
    jobs.enqueue(HAND_OVER, message_id=str(message_id))


@action
def mark_sent(*, actor: Actor, message_id: UUID, reason: str, now: datetime) -> None:
    """A person has found out that an uncertain message did arrive."""
    row = _locked(message_id)
    authorize(actor, DECIDE, subject=("message", str(message_id)))
    _needs(row, State.UNCERTAIN)
    _close(row, "marked_sent", reason, now)
    row.state, row.settled_at = State.SENT.value, now
    row.save()
    audit.record(actor, events.MessageMarkedSent(subject=("message", str(message_id)), reason=reason.strip()), now=now)
    outbox.emit(settled_event(row), now=now)


@action
def give_up(*, actor: Actor, message_id: UUID, reason: str, now: datetime) -> None:
    """Do not try any more: an uncertain, held or waiting message ends as failed."""
    row = _locked(message_id)
    authorize(actor, DECIDE, subject=("message", str(message_id)))
    _needs(row, State.UNCERTAIN, State.HELD, State.QUEUED)
    _close(row, "given_up", reason, now)
    row.state, row.settled_at, row.next_at = State.FAILED.value, now, None
    row.error_code, row.error = "given_up", reason.strip()
    row.save()
    audit.record(actor, events.MessageGivenUp(subject=("message", str(message_id)), reason=reason.strip()), now=now)
    outbox.emit(settled_event(row), now=now)


@action
def release_held(*, actor: Actor, message_ids: Sequence[UUID], now: datetime) -> int:
    """Let held messages go after all; returns how many."""
    authorize(actor, DECIDE)
    rows = list(
        Message.objects.filter(pk__in=list(message_ids), state=State.HELD.value).order_by("pk").select_for_update()
    )
    for row in rows:
        row.state, row.next_at = State.QUEUED.value, now
        row.log = [*row.log, entry(row.attempts, now, "released", "", "")]
        row.error_code = row.error = ""
        jobs.enqueue(HAND_OVER, message_id=str(row.pk))
    Message.objects.bulk_update(rows, ["state", "next_at", "log", "error_code", "error"], batch_size=500)
    audit.record(
        actor,
        events.MessagesReleased(subject=("messages", "held"), after={"messages": [row.pk for row in rows]}),
        now=now,
    )
    return len(rows)


@action
def forget_people(
    *, actor: Actor, addresses: Sequence[str] = (), related: Sequence[tuple[str, str]] = (), now: datetime
) -> int:
    """Empty what messages to these addresses, or about these records, say of people; what still waits never leaves.

    For the `PersonalData` of rooms. Returns how many messages changed.
    """
    authorize(actor, DECIDE)
    wanted = Q(to__in=[address for address in addresses if address])
    for kind, record in related:
        wanted |= Q(related_kind=kind, related_id=record)
    rows = Message.objects.filter(wanted, forgotten_at__isnull=True)
    rows.filter(state__in=[State.QUEUED.value, State.HELD.value]).update(
        state=State.FAILED.value, error_code="forgotten", settled_at=now, next_at=None
    )
    changed = rows.update(to="", subject="", body="", params={}, error="", log=[], provider_id="", forgotten_at=now)
    audit.record(actor, events.MessagesForgotten(subject=("messages", "people"), after={"messages": changed}), now=now)
    return changed


def settled_event(row: Message) -> MessageSettled:
    return MessageSettled(
        message_id=str(row.pk),
        channel=row.channel,
        state=row.state,
        related_kind=row.related_kind,
        related_id=row.related_id,
        purpose=row.purpose,
    )


def _locked(message_id: UUID) -> Message:
    row = Message.objects.select_for_update().filter(pk=message_id).first()
    if row is None:
        raise NotFound
    return row


def _needs(row: Message, *states: State) -> None:
    if row.state not in {state.value for state in states}:
        raise Conflict(_("This message is no longer in a state that needs a decision."))


def _close(row: Message, decision: str, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say how you know."))
    row.log = [*row.log, entry(row.attempts, now, decision, "", reason.strip())]


def _checked(channel: Channel, to: str, words: Words) -> str:
    wrong: dict[str, list[FieldError]] = {}
    address = to.strip()
    if channel is Channel.SMS:
        phone = phones.parse(address)
        address = phone.e164
        if not phone.certain:
            wrong["to"] = [FieldError(str(phone.doubt), phone.reason)]
    elif not _is_mail_address(address):
        wrong["to"] = [FieldError("form", _("This is not an e-mail address."))]
    if channel is Channel.EMAIL and not words.subject.strip():
        wrong["subject"] = [FieldError("required", _("An e-mail needs a subject."))]
    if len(words.subject) > LONGEST_SUBJECT or any(sign in words.subject for sign in "\r\n\x00"):
        wrong["subject"] = [FieldError("form", _("A subject is one line of at most 300 characters."))]
    if not words.body.strip():
        wrong["body"] = [FieldError("required", _("There is nothing to send."))]
    if len(words.body) > LONGEST_BODY or "\x00" in words.body:
        wrong["body"] = [FieldError("too_long", _("This text is too long to be sent."))]
    if wrong:
        raise Invalid(wrong)
    return address


def _is_mail_address(address: str) -> bool:
    if len(address) > LONGEST_ADDRESS or any(sign in address for sign in "\r\n\x00,;"):
        return False
    try:
        return address_of(address).addr_spec == address
    except Malformed:
        return False
