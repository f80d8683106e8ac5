"""Reading messages: those about a record, and all of them for those who decide."""

import re
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet
from django.urls import reverse

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.policies import DECIDE
from zhike.platform.messaging.rules import masked
from zhike.platform.messaging.types import CHANNEL_LABELS, Channel, MessageRow, State

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def messages_about(*, actor: Actor, subject: tuple[str, int | str], limit: int = 50) -> list[MessageRow]:
    """The newest messages about one record, with masked addresses. The caller has shown that the actor may see it."""
    rows = Message.objects.filter(related_kind=subject[0], related_id=str(subject[1])).order_by("-created_at", "-id")
    return [row_of(row, full=actor.has(DECIDE.code)) for row in rows[:limit]]


def messages_by_id(*, actor: Actor, message_ids: Sequence[UUID]) -> dict[UUID, MessageRow]:
    """These messages, with masked addresses. The caller has shown that the actor may see what they are about."""
    rows = Message.objects.filter(pk__in=list(message_ids)) if message_ids else []
    return {row.pk: row_of(row, full=actor.has(DECIDE.code)) for row in rows}


def messages_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Channel and masked address of messages, by id as text, for those who may read the log that names them."""
    ids = [UUID(key) for key in keys if _ID.fullmatch(key)]
    page = actor.has(DECIDE.code)
    rows = Message.objects.filter(pk__in=ids).values_list("pk", "channel", "to") if ids else ()
    return {
        str(pk): (
            f"{CHANNEL_LABELS[Channel(channel)]} {to if page else masked(to)}".strip(),
            reverse("messaging:page", args=[pk]) if page else "",
        )
        for pk, channel, to in rows
    }


# zhike: allow query-actor -- for the `PersonalTexts` of rooms, which answer to nobody's reach
def waiting_to_leave() -> QuerySet[Message]:
    """Messages that have not left yet and still say something."""
    return Message.objects.filter(state__in=[State.QUEUED.value, State.HELD.value], forgotten_at__isnull=True)


def list_messages(*, actor: Actor) -> QuerySet[Message]:
    """Every message, for the list of those who decide."""
    authorize(actor, DECIDE)
    return Message.objects.all()


def get_message(*, actor: Actor, message_id: UUID) -> MessageRow:
    authorize(actor, DECIDE)
    row = Message.objects.filter(pk=message_id).first()
    if row is None:
        raise NotFound
    return row_of(row, full=True)


def open_counts(*, actor: Actor) -> dict[State, int]:
    """How many messages are in each state that is not an end."""
    authorize(actor, DECIDE)
    rows = Message.objects.exclude(state=State.SENT.value).values_list("state").annotate(n=Count("pk"))
    return {State(state): count for state, count in rows.order_by("state")}


def row_of(row: Message, *, full: bool) -> MessageRow:
    return MessageRow(
        id=row.pk,
        channel=Channel(row.channel),
        state=State(row.state),
        purpose=row.purpose,
        to=row.to if full else masked(row.to),
        subject=row.subject,
        body=row.body,
        related=(row.related_kind, row.related_id),
        attempts=row.attempts,
        provider_id=row.provider_id,
        error=row.error or row.error_code,
        created_at=row.created_at,
        handed_over_at=row.handed_over_at,
        settled_at=row.settled_at,
        next_at=row.next_at,
        log=tuple(row.log),
        forgotten=row.forgotten_at is not None,
        error_code=row.error_code,
    )
