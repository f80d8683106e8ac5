"""The hand-over, so that at no moment a message can leave twice by itself.

`claim` commits that the message is being handed over before the first byte leaves. Whoever finds it in that state
later does not know whether it left, so it becomes uncertain and people decide.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from zhike.platform import jobs, outbox, parameters
from zhike.platform.messaging.actions import HAND_OVER, settled_event
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.rules import entry, pause_before
from zhike.platform.messaging.settings import NotConfigured
from zhike.platform.messaging.transports import transport_of
from zhike.platform.messaging.types import (
    FIRST_PAUSE,
    MOST_ATTEMPTS,
    Accepted,
    Channel,
    Deferred,
    Envelope,
    MailParts,
    Outcome,
    Refused,
    State,
    Unknown,
)

logger = logging.getLogger(__name__)
# Longer than any transport may take by its time limits.
LONGEST_HAND_OVER = timedelta(minutes=15)
SWEEP_LIMIT = 500
_OUTCOMES = {Accepted: "sent", Refused: "refused", Deferred: "deferred", Unknown: "unknown"}


def hand_over(message_id: UUID, *, now: datetime) -> Outcome | None:
    """Claim, send, settle; None when there was nothing to do."""
    channel = Message.objects.filter(pk=message_id).values_list("channel", flat=True).first()
    if channel is None:
        return None
    try:
        transport = transport_of(Channel(channel), now=now)
    except NotConfigured as error:
        _hold(message_id, "not_configured", str(error), now=now)
        return None
    if transport is None:
        _hold(message_id, "channel_off", "", now=now)
        return None
    envelope = claim(message_id, now=now)
    if envelope is None:
        return None
    try:
        outcome = transport.send(envelope)
    except Exception as error:
        # A transport promises not to raise. If one does, nobody knows how far it got.
        logger.exception("transport raised", extra={"message_id": str(message_id)})
        outcome = Unknown("transport", f"{type(error).__name__}: {error}")
    settle(envelope, outcome, now=now)
    return outcome


def claim(message_id: UUID, *, now: datetime) -> Envelope | None:
    """Say, durably, that the message is being handed over; None unless it waits and is due."""
    with transaction.atomic(durable=True):
        row = Message.objects.select_for_update().filter(pk=message_id).first()
        if row is None:
            return None
        if row.state == State.HANDED_OVER.value:
            # The job runs a second time: whoever ran it first died, or still waits for the answer.
            _make_uncertain(row, now)
            return None
        if row.state != State.QUEUED.value or row.next_at is None or row.next_at > now:
            return None
        row.state, row.handed_over_at, row.next_at = State.HANDED_OVER.value, now, None
        row.attempts += 1
        row.save(update_fields=["state", "handed_over_at", "next_at", "attempts"])
    return Envelope(
        id=row.pk,
        attempt=row.attempts,
        channel=Channel(row.channel),
        to=row.to,
        subject=row.subject,
        body=row.body,
        created_at=row.created_at,
        mail=MailParts.of(row.mail),
    )


def settle(envelope: Envelope, outcome: Outcome, *, now: datetime) -> None:
    """Write down what the other side answered to this attempt, also when it was already thought uncertain."""
    with transaction.atomic():
        row = Message.objects.select_for_update().filter(pk=envelope.id, attempts=envelope.attempt).first()
        if row is None or row.state not in {State.HANDED_OVER.value, State.UNCERTAIN.value}:
            return
        code, text = ("", "") if isinstance(outcome, Accepted) else (outcome.code, outcome.text)
        row.log = [*row.log, entry(row.attempts, now, _OUTCOMES[type(outcome)], code, text)]
        row.error_code, row.error = code[:60], text
        match outcome:
            case Accepted(provider_id):
                row.state, row.settled_at, row.provider_id = State.SENT.value, now, provider_id[:400]
            case Refused():
                row.state, row.settled_at = State.FAILED.value, now
            case Deferred():
                _again_or_never(row, now)
            case Unknown():
                row.state, row.settled_at = State.UNCERTAIN.value, None
        if row.forgotten_at is not None:
            row.log, row.error, row.provider_id = [], "", ""
        row.save()
        if row.state != State.QUEUED.value:
            outbox.emit(settled_event(row), now=now)


def sweep(*, now: datetime) -> tuple[int, int]:
    """Queue what is due, and call uncertain what nobody will answer for any more; how many of each."""
    lost = Message.objects.filter(state=State.HANDED_OVER.value, handed_over_at__lt=now - LONGEST_HAND_OVER)
    ids = list(lost.order_by("handed_over_at").values_list("pk", flat=True)[:SWEEP_LIMIT])
    for message_id in ids:
        with transaction.atomic():
            row = Message.objects.select_for_update().filter(pk=message_id, state=State.HANDED_OVER.value).first()
            if row is not None:
                _make_uncertain(row, now)
    due = Message.objects.filter(state=State.QUEUED.value, next_at__lte=now).order_by("next_at")
    waiting = list(due.values_list("pk", flat=True)[:SWEEP_LIMIT])
    for message_id in waiting:
        jobs.enqueue(HAND_OVER, message_id=str(message_id))
    return len(waiting), len(ids)


def _make_uncertain(row: Message, now: datetime) -> None:
    row.state = State.UNCERTAIN.value
    row.error_code = "interrupted"
    row.log = [*row.log, entry(row.attempts, now, "unknown", "interrupted", "")]
    row.save(update_fields=["state", "error_code", "log"])
    outbox.emit(settled_event(row), now=now)


def _again_or_never(row: Message, now: datetime) -> None:
    if row.attempts >= parameters.value(MOST_ATTEMPTS, at=now):
        row.state, row.settled_at = State.FAILED.value, now
        return
    row.state = State.QUEUED.value
    row.next_at = now + pause_before(row.attempts + 1, parameters.value(FIRST_PAUSE, at=now))


def _hold(message_id: UUID, code: str, text: str, *, now: datetime) -> None:
    with transaction.atomic():
        row = Message.objects.select_for_update().filter(pk=message_id, state=State.QUEUED.value).first()
        if row is None:
            return
        row.state, row.next_at, row.error_code, row.error = State.HELD.value, None, code, text
        row.log = [*row.log, entry(row.attempts, now, "held", code, text)]
        row.save(update_fields=["state", "next_at", "error_code", "error", "log"])
        outbox.emit(settled_event(row), now=now)
