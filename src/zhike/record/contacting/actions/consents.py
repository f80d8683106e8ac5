"""The consent ledger and wishes: added to, never edited; refusing is as easy as agreeing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid
from zhike.record.contacting import events
from zhike.record.contacting.actions._sending import normal
from zhike.record.contacting.models import Consent, Wish
from zhike.record.contacting.policies import CHOOSE, CONSENT
from zhike.record.contacting.queries.people import link_holder, wishes_by_link
from zhike.record.contacting.queries.reach import REACHING, reach
from zhike.record.contacting.queries.texts import table
from zhike.record.contacting.rules.defaults import on_by_default
from zhike.record.contacting.rules.links import CONTACT, split
from zhike.record.contacting.types import (
    LANGUAGES,
    REFUSABLE,
    SENT_BY_US,
    Ask,
    ConsentEntry,
    ConsentSource,
    ConsentStatus,
    ContactChannel,
    EventKind,
    Party,
    Purpose,
    Reached,
    Recipient,
    WishEntry,
)
from zhike.record.customers import queries as customers

MOST_ENTRIES = 10_000
MAX_EVIDENCE = 500
# What a person reads who clicks a link: the words of the page, by the date on which they last changed.
PAGE_VERSION = "portal.wishes 2026-11"


@action
def record_consents(*, actor: Actor, entries: Sequence[ConsentEntry], now: datetime) -> list[int]:
    """Add agreements and refusals to the ledger; returns their ids. Raises Invalid, NotFound.

    An agreement says what was agreed to and how that is known; a refusal needs nothing.
    """
    authorize(actor, CONSENT)
    if len(entries) > MOST_ENTRIES:
        raise Invalid.of("entries", "too_many", _("At most %(most)s at a time."), most=MOST_ENTRIES)
    for entry in entries:
        if wrong := _errors(entry, now):
            raise Invalid(wrong)
    asks = [Ask(to=normal(one.to), purpose=one.purpose, channel=one.channel) for one in entries]
    people = reach(actor=actor, asks=asks, now=now)
    return _add(actor, entries, people, now)


@action
def refuse(
    *, actor: Actor, contact_id: int, purpose: Purpose, channel: ContactChannel | None = None, now: datetime
) -> int:
    """One click: the person wants no more of this purpose, in this channel or in any. Returns how many entries."""
    channels = [channel] if channel is not None else list(ContactChannel)
    to = Recipient(contact_id=contact_id)
    entries = [ConsentEntry(to=to, purpose=purpose, channel=one, status=ConsentStatus.WITHDRAWN) for one in channels]
    return len(record_consents(actor=actor, entries=entries, now=now))


@action
def set_wish(
    *, actor: Actor, entry: WishEntry, contact_id: int | None = None, customer_id: int | None = None, now: datetime
) -> None:
    """What a contact, or a customer as a whole, wants to be told, how, and in which language."""
    if contact_id is not None:
        customer_id = customers.contact(actor=actor, contact_id=contact_id).customer_id
    if customer_id is None:
        raise Invalid.of("contact_id", "required", _("Say who it is for."))
    file = customers.summary(actor=actor, customer_id=customer_id)
    authorize(actor, CONSENT, subject=("customer", file.id))
    whose: dict[str, Any] = {"contact_id": contact_id} if contact_id is not None else {"customer_id": file.id}
    _put(actor, whose, entry, ("contact", contact_id) if contact_id is not None else ("customer", file.id), now)


@action
def choose_by_link(*, actor: Actor, refused: Mapping[Purpose, bool], wish: WishEntry | None, now: datetime) -> None:
    """What somebody chose on the page behind a link: each purpose refused or not, and which notices.

    Only what differs from what holds is written. Agreeing by the page is an agreement with its words as evidence.
    """
    holder = link_holder(actor=actor)
    authorize(actor, CHOOSE)
    people = reach(actor=REACHING, asks=[_own(holder.to)], now=now)
    latest = _latest(holder.person)
    entries = [
        _chosen(holder.to, purpose, channel, wants_none)
        for purpose, wants_none in refused.items()
        if purpose in REFUSABLE
        for channel in ContactChannel
        if _differs(latest.get((purpose.value, channel.value)), purpose, wants_none)
    ]
    if entries:
        _add(actor, entries, people * len(entries), now)
    if wish is not None:
        kind, name = split(holder.person)
        whose: dict[str, Any] = {"contact_id": int(name)} if kind == CONTACT else {"address": name}
        _put(actor, whose, wish, ("contact_link", kind), now)


@action
def unsubscribe_by_link(*, actor: Actor, now: datetime) -> None:
    """One click in a mail program (RFC 8058): no more notices by mail, or no more contacts of this mail's purpose.

    Doing it twice changes nothing more. Answers to the person's own questions still go.
    """
    holder = link_holder(actor=actor)
    authorize(actor, CHOOSE)
    if not holder.is_notice:
        named = [holder.purpose] if holder.purpose in REFUSABLE else REFUSABLE
        refused: dict[Purpose, bool] = dict.fromkeys(named, True)
        choose_by_link(actor=actor, refused=refused, wish=None, now=now)
        return
    wish, _consents = wishes_by_link(actor=actor)
    party = Party(holder.party) if holder.party else Party.CUSTOMER
    usual = {event: tuple(c.value for c in SENT_BY_US if on_by_default(event, party, c)) for event in EventKind}
    for cell in table():
        if cell.party is party and not cell.is_default:
            others = tuple(one for one in usual[cell.event] if one != cell.channel.value)
            usual[cell.event] = (*others, cell.channel.value) if cell.on else others
    mail = ContactChannel.EMAIL.value
    events_ = {
        event.value: tuple(one for one in wish.events.get(event.value, usual[event]) if one != mail)
        for event in EventKind
    }
    choose_by_link(actor=actor, refused={}, wish=replace(wish, events=events_), now=now)


def _own(to: Recipient) -> Ask:
    return Ask(to=to, purpose=Purpose.TRANSACTIONAL, channel=ContactChannel.EMAIL if to.email else ContactChannel.SMS)


def _chosen(to: Recipient, purpose: Purpose, channel: ContactChannel, wants_none: bool) -> ConsentEntry:  # noqa: FBT001
    return ConsentEntry(
        to=to,
        purpose=purpose,
        channel=channel,
        status=ConsentStatus.WITHDRAWN if wants_none else ConsentStatus.GRANTED,
        source=ConsentSource.LINK,
        text_version=PAGE_VERSION,
        evidence="link",
    )


def _differs(held: str | None, purpose: Purpose, wants_none: bool) -> bool:  # noqa: FBT001
    """Whether the choice is news. Without an entry marketing is off already, everything else on."""
    off = held == ConsentStatus.WITHDRAWN.value if held else purpose is Purpose.MARKETING
    return off != wants_none


def _latest(person: str) -> dict[tuple[str, str], str]:
    rows = Consent.objects.filter(person=person).order_by("purpose", "channel", "-at", "-pk")
    latest = rows.distinct("purpose", "channel").values_list("purpose", "channel", "status")
    return {(purpose, channel): status for purpose, channel, status in latest}


def _add(actor: Actor, entries: Sequence[ConsentEntry], people: Sequence[Reached], now: datetime) -> list[int]:
    rows = Consent.objects.bulk_create(
        [
            Consent(
                person=who.person,
                contact_id=who.contact_id,
                purpose=one.purpose.value,
                channel=one.channel.value,
                status=one.status.value,
                text_version=one.text_version.strip(),
                source=one.source.value,
                evidence=one.evidence.strip(),
                at=min(one.at or now, now),
                recorded_at=now,
                actor_kind=actor.kind.value,
                actor_id=actor.id,
            )
            for one, who in zip(entries, people, strict=True)
        ],
        batch_size=1000,
    )
    told = {(one.contact_id, one.purpose, one.status) for one in rows}
    audit.record(
        actor,
        events.ConsentsRecorded(
            subject=("contact", rows[0].contact_id or "") if len(told) == 1 else ("consents", len(rows)),
            after={
                "entries": [row.pk for row in rows][:1000],
                "what": sorted({f"{row.purpose} {row.channel} {row.status}" for row in rows}),
                "evidence": sorted({row.evidence for row in rows if row.evidence})[:100],
            },
        ),
        now=now,
    )
    outbox.emit_many(
        [
            events.ConsentsChanged(
                persons=sorted({row.person for row in rows if row.status == status.value}), status=status.value
            )
            for status in ConsentStatus
            if any(row.status == status.value for row in rows)
        ],
        now=now,
    )
    return [row.pk for row in rows]


def _put(actor: Actor, whose: dict[str, Any], entry: WishEntry, subject: tuple[str, Any], now: datetime) -> None:
    if wrong := _wish_errors(entry):
        raise Invalid(wrong)
    before = Wish.objects.filter(**whose).first()
    events_chosen = {event: sorted(channels) for event, channels in entry.events.items()}
    Wish.objects.update_or_create(
        **whose, defaults={"language": entry.language, "events": events_chosen, "changed_at": now}
    )
    audit.record(
        actor,
        events.WishSet(
            subject=subject,
            before={"language": before.language, "events": before.events} if before else {},
            after={"language": entry.language, "events": events_chosen},
        ),
        now=now,
    )


def _wish_errors(entry: WishEntry) -> dict[str, list[FieldError]]:
    wrong: dict[str, list[FieldError]] = {}
    if entry.language and entry.language not in LANGUAGES:
        wrong["language"] = [FieldError("unknown", _("Choose one of the three languages."))]
    channels = {one.value for one in SENT_BY_US}
    if set(entry.events) - set(EventKind) or any(set(chosen) - channels for chosen in entry.events.values()):
        wrong["events"] = [FieldError("unknown", _("There is no such event or channel."))]
    return wrong


def _errors(entry: ConsentEntry, now: datetime) -> dict[str, list[FieldError]]:
    wrong: dict[str, list[FieldError]] = {}
    if not (entry.to.contact_id or entry.to.phone.strip() or entry.to.email.strip()):
        wrong["to"] = [FieldError("required", _("Say who it is for."))]
    if entry.purpose not in REFUSABLE:
        wrong["purpose"] = [FieldError("unfit", _("Notices of goods are switched by wishes, not by consent."))]
    if entry.at is not None and entry.at > now:
        wrong["at"] = [FieldError("future", _("This lies in the future."))]
    if entry.status is ConsentStatus.GRANTED:
        if not entry.text_version.strip():
            wrong["text_version"] = [FieldError("required", _("Say which text the person agreed to."))]
        if not entry.evidence.strip():
            wrong["evidence"] = [FieldError("required", _("Say how the agreement is known."))]
    for name, most in (("evidence", MAX_EVIDENCE), ("text_version", 80)):
        if len(getattr(entry, name)) > most:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    return wrong
