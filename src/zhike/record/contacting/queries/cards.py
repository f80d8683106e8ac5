"""What the customer's page shows of contacting: its people with consents, and the latest messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhike.platform.actors import Actor
from zhike.record.contacting.models import Consent, ContactRecord
from zhike.record.contacting.policies import VIEW, policy_at
from zhike.record.contacting.queries.log import record_rows, subject_of
from zhike.record.contacting.rules.decide import MONTH
from zhike.record.contacting.types import (
    CONSENT_LABELS,
    PURPOSE_LABELS,
    REFUSABLE,
    ConsentStatus,
    Label,
    Outcome,
    Purpose,
)
from zhike.record.customers import queries as customers

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person: for each refusable purpose what holds, and how much of the month's budget is used."""

    contact_id: int
    name: str
    consents: tuple[tuple[Purpose, Label, Label, bool], ...]
    used: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    id: int
    at: datetime
    zone: str
    name: str
    text: str
    withheld: bool


def tab(*, actor: Actor, customer_id: int, now: datetime) -> Mapping[str, Any] | None:
    """People and messages of one customer; None where there is nobody and nothing. Six queries."""
    if not actor.has(VIEW.code):
        return None
    people = customers.people(actor=actor, customer_id=customer_id).live
    ids = [one.id for one in people]
    latest: dict[tuple[int, str], set[str]] = {}
    rows = Consent.objects.filter(contact_id__in=ids).order_by("person", "purpose", "channel", "-at", "-pk")
    for contact_id, purpose, status in rows.distinct("person", "purpose", "channel").values_list(
        "contact_id", "purpose", "status"
    ):
        if contact_id is not None:
            latest.setdefault((contact_id, purpose), set()).add(status)
    used = _used([one.id for one in people], now - MONTH)
    most = policy_at(now).month_max
    messages = record_rows(actor=actor).filter(customer_id=customer_id).order_by("-at", "-pk")[:MOST]
    lines = [_message(row) for row in messages]
    if not people and not lines:
        return None
    return {
        "people": [
            PersonLine(
                contact_id=one.id,
                name=one.name,
                consents=tuple(_consent(purpose, latest.get((one.id, purpose.value), set())) for purpose in REFUSABLE),
                used=used.get(one.id, 0),
                most=most,
            )
            for one in people
        ],
        "purposes": [PURPOSE_LABELS[purpose] for purpose in REFUSABLE],
        "messages": lines,
    }


def _used(contact_ids: list[int], start: datetime) -> dict[int, int]:
    rows = ContactRecord.objects.filter(contact_id__in=contact_ids, counts=True, at__gt=start)
    found: dict[int, int] = {}
    for contact_id in rows.exclude(purpose=Purpose.TRANSACTIONAL.value).values_list("contact_id", flat=True):
        if contact_id is not None:
            found[contact_id] = found.get(contact_id, 0) + 1
    return found


def _consent(purpose: Purpose, statuses: set[str]) -> tuple[Purpose, Label, Label, bool]:
    """The purpose's label, what holds in words, and whether something may be sent in some channel."""
    if ConsentStatus.GRANTED.value in statuses:
        return purpose, PURPOSE_LABELS[purpose], CONSENT_LABELS[ConsentStatus.GRANTED], True
    if ConsentStatus.WITHDRAWN.value in statuses:
        return purpose, PURPOSE_LABELS[purpose], CONSENT_LABELS[ConsentStatus.WITHDRAWN], False
    return purpose, PURPOSE_LABELS[purpose], "", purpose is not Purpose.MARKETING


def _message(row: ContactRecord) -> MessageLine:
    return MessageLine(
        id=row.pk,
        at=row.at,
        zone=row.zone,
        name=row.contact.name if row.contact else "",
        text=subject_of(row),
        withheld=row.outcome in {Outcome.DENY.value, Outcome.HOLD.value},
    )
