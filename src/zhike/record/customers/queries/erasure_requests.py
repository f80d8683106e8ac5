"""Requests for erasures, and what the time of keeping will empty next (CUST-22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.audit.policies import VIEW_AUDIT
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.record.customers.models import ErasureRequest
from zhike.record.customers.policies import ASK_ERASURE, ERASE
from zhike.record.customers.types import Label, RequestRecord, RequestState, expiring


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long one kind is kept, and how much of it is beyond that; `days` 0 keeps it for ever."""

    label: Label
    key: str
    days: int
    rows: int


def request_rows(*, actor: Actor) -> QuerySet[ErasureRequest]:
    """Requests, for those who decide about them or read the log."""
    if not actor.has(ERASE.code):
        authorize(actor, VIEW_AUDIT)
    return ErasureRequest.objects.select_related("erasure")


def erasure_request(*, actor: Actor, key: UUID) -> RequestRecord:
    """One request, for who decides and for who made it; only who decides sees whom it names. Raises NotFound."""
    rows = ErasureRequest.objects.select_related("erasure").filter(key=key)
    decides = actor.has(ERASE.code) or actor.has(VIEW_AUDIT.code)
    if not decides:
        authorize(actor, ASK_ERASURE)
        rows = rows.filter(actor_kind=actor.kind.value, actor_id=actor.id)
    row = rows.first()
    if row is None:
        raise NotFound
    named = actor.has(ERASE.code)
    return RequestRecord(
        key=row.key,
        state=RequestState(row.state),
        asked_at=row.asked_at,
        due_at=row.due_at,
        by=f"{row.actor_kind} {row.actor_id}",
        reason=row.reason,
        answer=row.answer,
        decided_at=row.decided_at,
        erasure=row.erasure.number if row.erasure else "",
        contact_ids=row.contact_ids if named else (),
        phone_numbers=row.phone_numbers if named else (),
        mail_addresses=row.mail_addresses if named else (),
    )


def expiring_soon(*, actor: Actor, now: datetime) -> Sequence[Keeping]:
    """Every kind with its time of keeping and what the next runs will empty; one query a kind that has a time."""
    if not actor.has(ERASE.code):
        authorize(actor, VIEW_AUDIT)
    found = []
    for kind in expiring():
        keep = parameters.value(kind.keep, at=now)
        rows = kind.count(before=now - keep) if keep else 0
        found.append(Keeping(label=kind.label, key=kind.keep.key, days=keep.days, rows=rows))
    return found
