"""Notices of what happens to goods: whom they reach, in which words; once a happening and person (SHIP-03)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.platform.outbox.types import Mode
from zhike.record.contacting import events
from zhike.record.contacting.actions import _sending
from zhike.record.contacting.models import ContactRecord, NoticeSetting
from zhike.record.contacting.policies import NOTICES, PUSH, public_address
from zhike.record.contacting.queries.people import wishes
from zhike.record.contacting.queries.reach import REACHING
from zhike.record.contacting.queries.texts import table, used_texts
from zhike.record.contacting.rules.defaults import code_of, on_by_default
from zhike.record.contacting.rules.texts import best, filled, written_out
from zhike.record.contacting.types import (
    OPT_OUT,
    SENT_BY_US,
    Ask,
    Asked,
    ContactChannel,
    EventKind,
    Notice,
    Outcome,
    Party,
    Purpose,
    Recipient,
    Rule,
    TemplateView,
    Told,
    WishEntry,
)
from zhike.record.customers import queries as customers
from zhike.record.customers.queries import Addresses, Reachable
from zhike.record.customers.types import CustomerSummary

Table = Mapping[tuple[EventKind, Party], tuple[ContactChannel, ...]]


@dataclass(slots=True)
class Audience:
    """Everything about possible readers of a batch, read at once."""

    files: Mapping[int, CustomerSummary]
    people: Mapping[int, Sequence[Reachable]]
    common: Mapping[int, Addresses]
    held: Mapping[str, Sequence[int]]
    of_customer: Mapping[int, WishEntry]
    of_contact: Mapping[int, WishEntry]
    of_address: Mapping[str, WishEntry]


@dataclass(frozen=True, slots=True)
class Reader:
    """One who is told, in these channels."""

    to: Recipient
    party: Party
    channels: tuple[ContactChannel, ...]
    customer_id: int | None


@action
def notify(*, actor: Actor, notices: Sequence[Notice], mode: Mode, now: datetime) -> Told:
    """Tell customers and consignees what happened to goods, as the notice table and their wishes say.

    A fixed number of queries, whatever the number of notices. The same happening is told to a person once in a
    channel, also when it is handed in twice. Older waiting news of the same goods gives way to newer.
    """
    authorize(actor, PUSH)
    audience = _audience(notices)
    switched_on = _switched_on()
    linked = bool(public_address(now))
    asks = _asks(notices, audience, switched_on, mode=mode, linked=linked)
    results = _sending.send_all(actor=actor, asks=asks, now=now) if asks else []
    _supersede(asks, results, now)
    fresh = [one.decision.outcome for one in results if one.log_id is not None]
    told = Told(
        allowed=fresh.count(Outcome.ALLOW),
        held=fresh.count(Outcome.HOLD),
        withheld=fresh.count(Outcome.DENY),
        repeated=len(results) - len(fresh),
    )
    audit.record(
        actor,
        events.NoticesDecided(
            subject=("notices", len(notices)), after={"notices": len(notices), **_sending.summary(results)}
        ),
        now=now,
    )
    return told


@action
def switch_notice(
    *, actor: Actor, event: EventKind, party: Party, channel: ContactChannel, on: bool, now: datetime
) -> None:
    """Switch one place of the notice table."""
    authorize(actor, NOTICES, subject=("notice", event.value))
    if channel not in SENT_BY_US:
        raise Invalid.of("channel", "unfit", _("Only e-mail and SMS leave by themselves."))
    place: dict[str, Any] = {"event": event.value, "party": party.value, "channel": channel.value}
    before = NoticeSetting.objects.filter(**place).values_list("on", flat=True).first()
    NoticeSetting.objects.update_or_create(**place, defaults={"on": on, "changed_at": now})
    audit.record(
        actor,
        events.NoticeSwitched(
            subject=("notice", event.value),
            before={**place, "on": on_by_default(event, party, channel) if before is None else before},
            after={**place, "on": on},
        ),
        now=now,
    )


def _switched_on() -> Table:
    found: dict[tuple[EventKind, Party], tuple[ContactChannel, ...]] = {}
    for cell in table():
        if cell.on:
            found[cell.event, cell.party] = (*found.get((cell.event, cell.party), ()), cell.channel)
    return found


def _audience(notices: Sequence[Notice]) -> Audience:
    """Customers, people, addresses and wishes of a batch. At most nine queries."""
    ids = {one.customer_id for one in notices if one.customer_id is not None}
    files = customers.summaries(actor=REACHING, customer_ids=ids) if ids else {}
    people = customers.reachable_of(actor=REACHING, customer_ids=ids) if ids else {}
    common = customers.addresses_of(actor=REACHING, customer_ids=ids) if ids else {}
    addresses = {value for one in notices if one.consignee for value in _values(_sending.normal(one.consignee))}
    held = customers.holders(actor=REACHING, addresses=addresses) if addresses else {}
    addresses |= {value for one in common.values() for value in (one.phone, one.email) if value}
    contacts = {one.contact_id for group in people.values() for one in group}
    contacts |= {pk for owners in held.values() for pk in owners}
    return Audience(files, people, common, held, *wishes(ids, contacts, addresses))


def _values(to: Recipient) -> list[str]:
    return [value for value in (to.phone, to.email) if value]


def _asks(notices: Sequence[Notice], audience: Audience, switched_on: Table, *, mode: Mode, linked: bool) -> list[Ask]:
    texts = used_texts(code_of(event, channel) for event in {n.event for n in notices} for channel in SENT_BY_US)
    found = []
    for notice in notices:
        for reader in _readers(notice, audience, switched_on):
            for channel in reader.channels:
                view = texts[code_of(notice.event, channel)]
                found.append(replace(_ask(notice, reader, channel, view, audience, linked=linked), mode=mode))
    return found


def _readers(notice: Notice, audience: Audience, switched_on: Table) -> list[Reader]:
    readers = []
    if notice.customer_id is not None and notice.customer_id in audience.files:
        readers += _at_customer(
            notice, notice.customer_id, audience, switched_on.get((notice.event, Party.CUSTOMER), ())
        )
    if notice.consignee is not None and _values(notice.consignee):
        readers += _consignee(notice, notice.consignee, audience, switched_on.get((notice.event, Party.CONSIGNEE), ()))
    return [one for one in readers if one.channels]


def _at_customer(
    notice: Notice, customer_id: int, audience: Audience, usual: tuple[ContactChannel, ...]
) -> list[Reader]:
    """The longest known person that can be reached, and whoever else asked for this event.

    Where nobody is known, the common number and mailbox.
    """
    wanted = _channels(audience.of_customer.get(customer_id), notice.event, usual)
    people = audience.people.get(customer_id, ())
    found = []
    for place, person in enumerate(people):
        wish = audience.of_contact.get(person.contact_id)
        own = wish.events.get(notice.event) if wish else None
        if place > 0 and not own:
            continue
        channels = _channels(wish, notice.event, wanted)
        to = Recipient(contact_id=person.contact_id, language=_language(wish, audience, customer_id))
        found.append(Reader(to, Party.CUSTOMER, channels, customer_id))
    if not people and (common := audience.common.get(customer_id)) is not None:
        to = Recipient(
            phone=common.phone,
            email=common.email,
            customer_id=customer_id,
            language=_language(None, audience, customer_id),
        )
        found.append(Reader(to, Party.CUSTOMER, wanted, customer_id))
    return found


def _consignee(notice: Notice, raw: Recipient, audience: Audience, usual: tuple[ContactChannel, ...]) -> list[Reader]:
    to = _sending.normal(raw)
    owners = {pk for value in _values(to) for pk in audience.held.get(value, ())}
    known = next(iter(owners)) if len(owners) == 1 else None
    wish = audience.of_contact.get(known) if known is not None else None
    if wish is None:
        wish = next((audience.of_address[value] for value in _values(to) if value in audience.of_address), None)
    chosen = _channels(wish, notice.event, usual)
    # Where only one kind of address is known, what cannot be sent is not news to anybody.
    channels = tuple(one for one in chosen if (to.email if one is ContactChannel.EMAIL else to.phone))
    to = replace(
        to,
        contact_id=known,
        language=(wish.language if wish else "") or to.language,
        zone=to.zone or notice.zone,
    )
    return [Reader(to, Party.CONSIGNEE, channels, notice.customer_id)]


def _channels(
    wish: WishEntry | None, event: EventKind, usual: tuple[ContactChannel, ...]
) -> tuple[ContactChannel, ...]:
    chosen = wish.events.get(event) if wish else None
    return usual if chosen is None else tuple(ContactChannel(one) for one in chosen)


def _language(wish: WishEntry | None, audience: Audience, customer_id: int) -> str:
    """The person's wish, else the customer's; empty: the language of the contact."""
    whole = audience.of_customer.get(customer_id)
    return (wish.language if wish else "") or (whole.language if whole else "")


def _ask(
    notice: Notice, reader: Reader, channel: ContactChannel, view: TemplateView, audience: Audience, *, linked: bool
) -> Ask:
    file = audience.files.get(notice.customer_id) if notice.customer_id is not None else None
    person = _person(reader, audience)
    spoken = reader.to.language or (person.language if person else "") or (file.language if file else "")
    language, wording = best(view.texts, [spoken]) or ("", view.texts[next(iter(view.texts))])
    values = {
        "customer": file.name if file and reader.party is Party.CUSTOMER else "",
        "name": person.name if person else reader.to.name,
        **written_out(notice.values, notice.zone, language),
        OPT_OUT: "{" + OPT_OUT + "}" if linked else "",
    }
    name = reader.to.contact_id or "".join(_values(reader.to)[:1])
    key = (*notice.subject, notice.event.value, notice.occasion, str(name), channel.value)
    return Ask(
        to=replace(reader.to, language=language),
        purpose=Purpose.TRANSACTIONAL,
        channel=channel,
        text=filled(wording, values, template=view.code, version=view.version),
        occurred_at=notice.occurred_at,
        related=notice.subject,
        event=notice.event.value,
        party=reader.party.value,
        once=":".join(key),
        about_customer_id=reader.customer_id,
    )


def _person(reader: Reader, audience: Audience) -> Reachable | None:
    if reader.to.contact_id is None or reader.customer_id is None:
        return None
    group = audience.people.get(reader.customer_id, ())
    return next((one for one in group if one.contact_id == reader.to.contact_id), None)


def _supersede(asks: Sequence[Ask], results: Sequence[Asked], now: datetime) -> None:
    """News that still waits for the morning is stale once newer news of the same goods exists for the person."""
    fresh = {
        (ask.related[1], one.person, ask.channel.value): one.log_id
        for ask, one in zip(asks, results, strict=True)
        if one.log_id is not None and one.decision.outcome is not Outcome.DENY
    }
    if not fresh:
        return
    kinds, ids = {ask.related[0] for ask in asks}, {related for related, _person_key, _channel in fresh}
    rows = ContactRecord.objects.filter(related_kind__in=kinds, related_id__in=ids, outcome=Outcome.HOLD.value)
    rows = rows.exclude(event="").exclude(pk__in=list(fresh.values()))
    stale = [pk for pk, *key in rows.values_list("pk", "related_id", "person", "channel") if tuple(key) in fresh]
    if stale:
        ContactRecord.objects.filter(pk__in=stale, outcome=Outcome.HOLD.value).update(
            outcome=Outcome.DENY.value,
            rule=Rule.SUPERSEDED.value,
            at=now,
            hold_until=None,
            subject="",
            body="",
            mail={},
        )
