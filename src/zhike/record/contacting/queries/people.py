"""What is known of one person: consents as they hold now, their history, wishes, and what may be sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.record.contacting.models import Consent, ContactRecord, Wish
from zhike.record.contacting.policies import VIEW, policy_at
from zhike.record.contacting.queries.facts import gather
from zhike.record.contacting.queries.reach import reach, recipient_of
from zhike.record.contacting.rules.decide import decide
from zhike.record.contacting.rules.links import CONTACT, contact_key, split, unseal
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    CONSENT_LABELS,
    CONSENT_SOURCE_LABELS,
    PURPOSE_LABELS,
    Answer,
    Ask,
    ConsentSource,
    ConsentStatus,
    ContactChannel,
    Purpose,
    Recipient,
    SurveyKind,
    WishEntry,
)
from zhike.record.customers import queries as customers

# What a link opens: the wishes of the one person that it was sent to.
WISHES = "contacting.wishes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLine:
    """One entry of the ledger as people read it."""

    id: int
    purpose: Purpose
    channel: ContactChannel
    status: ConsentStatus
    text_version: str
    source: ConsentSource
    evidence: str
    at: datetime
    recorded_at: datetime
    actor_kind: str
    actor_id: str

    @property
    def purpose_label(self) -> str:
        return str(PURPOSE_LABELS[self.purpose])

    @property
    def channel_label(self) -> str:
        return str(CHANNEL_LABELS[self.channel])

    @property
    def status_label(self) -> str:
        return str(CONSENT_LABELS[self.status])

    @property
    def source_label(self) -> str:
        return str(CONSENT_SOURCE_LABELS[self.source])


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHolder:
    """Whoever opened a link: the person it was sent to, how to say so, and what it was sent for."""

    person: str
    to: Recipient
    language: str
    purpose: Purpose
    is_notice: bool
    party: str


def person_of(to: Recipient) -> str:
    """The key of a person with a file. Raises NotFound for nobody."""
    if to.contact_id is None:
        raise NotFound
    return contact_key(to.contact_id)


def ledger(*, actor: Actor, contact_id: int) -> list[ConsentLine]:
    """Every entry of one contact, newest first. Two queries."""
    _visible(actor, contact_id)
    rows = Consent.objects.filter(person=contact_key(contact_id)).order_by("-at", "-pk")
    return [_line(row) for row in rows]


def what_may_be_sent(*, actor: Actor, contact_id: int, now: datetime) -> list[Answer]:
    """For one person every purpose and channel, decided as if somebody asked now. A fixed number of queries."""
    authorize(actor, VIEW)
    asks = [
        Ask(
            to=Recipient(contact_id=contact_id),
            purpose=purpose,
            channel=channel,
            survey=SurveyKind.TRANSACTION if purpose is Purpose.SERVICE_SURVEY else SurveyKind.NONE,
        )
        for purpose in Purpose
        for channel in ContactChannel
    ]
    return answers(actor=actor, asks=asks, now=now)


def answers(*, actor: Actor, asks: Sequence[Ask], now: datetime) -> list[Answer]:
    """What `decide` says to each ask by itself; nothing is written and no ask counts for the next."""
    authorize(actor, VIEW)
    policy = policy_at(now)
    reached = reach(actor=actor, asks=asks, now=now)
    gathered = gather(actor=actor, asks=asks, reached=reached, policy=policy, now=now)
    return [
        Answer(
            purpose=ask.purpose,
            channel=ask.channel,
            decision=decide(
                facts=gathered.facts(ask, one),
                policy=policy,
                purpose=ask.purpose,
                channel=ask.channel,
                at=now,
                urgent=ask.urgent,
            ),
        )
        for ask, one in zip(asks, reached, strict=True)
    ]


def wish_of_contact(*, actor: Actor, contact_id: int) -> WishEntry:
    """The contact's own wishes; empty where it has none."""
    _visible(actor, contact_id)
    return _entry(Wish.objects.filter(contact_id=contact_id).first())


def wish_of_customer(*, actor: Actor, customer_id: int) -> WishEntry:
    """The wishes of the customer as a whole."""
    file = customers.summary(actor=actor, customer_id=customer_id)
    return _entry(Wish.objects.filter(customer_id=file.id).first())


def link_holder(*, actor: Actor) -> LinkHolder:
    """Who the holder of a link is; raises NotFound for a link that is not ours or whose person was erased.

    The actor's subject is the link's token: whoever has it may see and change this one person's wishes, nothing else.
    """
    if actor.kind is not ActorKind.LINK or actor.purpose != WISHES:
        raise NotFound
    ref = unseal(actor.subject)
    row = ContactRecord.objects.filter(ref=ref).first() if ref is not None else None
    if row is None or (row.redacted_at is not None and row.contact_id is None):
        raise NotFound
    to = recipient_of(row.person, address=row.to, contact_id=row.contact_id, zone=row.zone, language=row.language)
    return LinkHolder(
        person=row.person,
        to=to,
        language=row.language,
        purpose=Purpose(row.purpose),
        is_notice=bool(row.event),
        party=row.party,
    )


def wishes_by_link(*, actor: Actor) -> tuple[WishEntry, dict[tuple[Purpose, ContactChannel], ConsentStatus]]:
    """Wishes and consents of the holder of a link."""
    person = link_holder(actor=actor).person
    kind, name = split(person)
    mine = Q(contact_id=int(name)) if kind == CONTACT else Q(address=name)
    wish = _entry(Wish.objects.filter(mine).first())
    rows = Consent.objects.filter(person=person).order_by("purpose", "channel", "-at", "-pk")
    latest = rows.distinct("purpose", "channel").values_list("purpose", "channel", "status")
    return wish, {(Purpose(p), ContactChannel(c)): ConsentStatus(s) for p, c, s in latest}


def wishes(
    customer_ids: Collection[int], contact_ids: Collection[int], addresses: Collection[str]
) -> tuple[Mapping[int, WishEntry], Mapping[int, WishEntry], Mapping[str, WishEntry]]:
    """Wishes of customers, of contacts and of addresses. One query; part of the giving of notices."""
    rows = Wish.objects.filter(
        Q(customer_id__in=customer_ids) | Q(contact_id__in=contact_ids) | Q(address__in=addresses)
    )
    by_customer: dict[int, WishEntry] = {}
    by_contact: dict[int, WishEntry] = {}
    by_address: dict[str, WishEntry] = {}
    for row in rows:
        if row.customer_id is not None:
            by_customer[row.customer_id] = _entry(row)
        elif row.contact_id is not None:
            by_contact[row.contact_id] = _entry(row)
        else:
            by_address[row.address] = _entry(row)
    return by_customer, by_contact, by_address


def _visible(actor: Actor, contact_id: int) -> None:
    authorize(actor, VIEW)
    if not customers.contact_rows(actor=actor).filter(pk=contact_id).exists():
        raise NotFound


def _entry(row: Wish | None) -> WishEntry:
    if row is None:
        return WishEntry()
    return WishEntry(language=row.language, events={event: tuple(found) for event, found in row.events.items()})


def _line(row: Consent) -> ConsentLine:
    return ConsentLine(
        id=row.pk,
        purpose=Purpose(row.purpose),
        channel=ContactChannel(row.channel),
        status=ConsentStatus(row.status),
        text_version=row.text_version,
        source=ConsentSource(row.source),
        evidence=row.evidence,
        at=row.at,
        recorded_at=row.recorded_at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
    )
