"""Putting messages in the queue, and deciding about those whose fate is unknown."""

from collections.abc import Callable, Mapping, Sequence
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
from zhike.platform.messaging.queries import waiting_to_leave
from zhike.platform.messaging.rules import entry
from zhike.platform.messaging.transports.mail import Malformed, address_of
from zhike.platform.messaging.types import BOUNCED, Channel, Draft, MailParts, MessageSettled, State, Words

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
    mail: MailParts = MailParts(),  # noqa: B008 - frozen
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
        mail=mail.stored() if channel is Channel.EMAIL else {},
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
def queue_many(
    *, actor: Actor, drafts: Sequence[Draft], now: datetime, not_before: datetime | None = None
) -> list[UUID]:
    """Queue many messages with a fixed number of statements; returns the ids of those that can be sent.

    One that cannot be sent (no usable address, no text) is left out, and its caller sees that its id is missing.
    """
    authorize(actor, SEND)
    due = max(not_before or now, now)
    rows = [row for draft in drafts if (row := _row_of(draft, actor, now, due)) is not None]
    Message.objects.bulk_create(rows, batch_size=1000)
    audit.record_many(
        actor,
        [
            events.MessageQueued(
                subject=("message", str(row.pk)),
                after={"channel": row.channel, "purpose": row.purpose, "to": row.to, "subject": row.subject},
            )
            for row in rows
        ],
        now=now,
    )
    jobs.enqueue_many(HAND_OVER, [{"message_id": str(row.pk)} for row in rows], at=due if due > now else None)
    return [row.pk for row in rows]


def _row_of(draft: Draft, actor: Actor, now: datetime, due: datetime) -> Message | None:
    try:
        address = _checked(draft.channel, draft.to, draft.words)
    except Invalid:
        return None
    return Message(
        id=draft.id,
        channel=draft.channel.value,
        state=State.QUEUED.value,
        purpose=draft.purpose,
        to=address,
        subject=draft.words.subject,
        body=draft.words.body,
        language=draft.language,
        template=draft.words.template,
        params=dict(draft.words.params),
        related_kind=draft.related[0],
        related_id=str(draft.related[1]),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        operation_id=operation.current(),
        mail=draft.mail.stored() if draft.channel is Channel.EMAIL else {},
        created_at=now,
        next_at=due,
    )


@action
def take_back(*, actor: Actor, message_id: UUID, now: datetime) -> bool:
    """Undo a message before it leaves; False when it is too late. Only whoever queued it may."""
    row = _locked(message_id)
    authorize(actor, SEND, subject=("message", str(message_id)))
    if (row.actor_kind, row.actor_id) != (actor.kind.value, actor.id):
        authorize(actor, DECIDE, subject=("message", str(message_id)))
    if row.state != State.QUEUED.value or row.attempts:
        return False
    row.log = [*row.log, entry(row.attempts, now, "given_up", "taken_back", "")]
    row.state, row.settled_at, row.next_at, row.error_code = State.FAILED.value, now, None, "taken_back"
    row.save()
    audit.record(actor, events.MessageTakenBack(subject=("message", str(message_id))), now=now)
    return True


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
def note_bounce(*, actor: Actor, message_id: UUID, text: str, now: datetime) -> bool:
    """A mail that had been accepted came back (RFC 3464): it ends as failed. False where that is no news."""
    row = _locked(message_id)
    authorize(actor, DECIDE, subject=("message", str(message_id)))
    if row.state not in {State.SENT.value, State.UNCERTAIN.value, State.HANDED_OVER.value}:
        return False
    row.log = [*row.log, entry(row.attempts, now, BOUNCED, BOUNCED, text[:400])]
    row.state, row.settled_at, row.error_code, row.error = State.FAILED.value, now, BOUNCED, text[:400]
    row.save()
    audit.record(actor, events.MessageBounced(subject=("message", str(message_id))), now=now)
    outbox.emit(settled_event(row), now=now)
    return True


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
    *,
    actor: Actor,
    addresses: Sequence[str] = (),
    related: Sequence[tuple[str, str]] = (),
    theirs: Callable[[Sequence[str]], Sequence[str]] | None = None,
    now: datetime,
) -> int:
    """Empty what messages to these addresses, or about these records, say of people; what still waits never leaves.

    After a restore addresses are known no longer; `theirs` tells them among all.

    For the `PersonalData` of rooms. Returns how many messages changed.
    """
    authorize(actor, DECIDE)
    wanted = Q(to__in=[address for address in addresses if address])
    if theirs is not None:
        every = Message.objects.filter(forgotten_at__isnull=True).values_list("to", flat=True).distinct()
        wanted |= Q(to__in=theirs(list(every)))
    for kind, record in related:
        wanted |= Q(related_kind=kind, related_id=record)
    rows = Message.objects.filter(wanted, forgotten_at__isnull=True)
    rows.filter(state__in=[State.QUEUED.value, State.HELD.value]).update(
        state=State.FAILED.value, error_code="forgotten", settled_at=now, next_at=None
    )
    changed = rows.update(
        to="", subject="", body="", params={}, mail={}, error="", log=[], provider_id="", forgotten_at=now
    )
    audit.record(actor, events.MessagesForgotten(subject=("messages", "people"), after={"messages": changed}), now=now)
    return changed


@action
def reword_waiting(*, actor: Actor, texts: Mapping[UUID, Mapping[str, str]], now: datetime) -> int:
    """Put other words in messages that have not left; returns how many. For the `PersonalTexts` of rooms."""
    authorize(actor, DECIDE)
    changed = sum(waiting_to_leave().filter(pk=pk).update(**words) for pk, words in texts.items())
    if changed:
        told = {"messages": changed}
        audit.record(actor, events.MessagesForgotten(subject=("messages", "people"), after=told), now=now)
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
