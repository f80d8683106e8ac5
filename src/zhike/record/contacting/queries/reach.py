"""Whom asks reach: the person behind a contact or an address, and every name under which the person has a budget."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhike.platform import clock, parameters
from zhike.platform.actors import Actor, system_actor
from zhike.platform.errors import NotFound
from zhike.record.contacting.policies import ZONE
from zhike.record.contacting.rules.links import address_key, contact_key
from zhike.record.contacting.types import Ask, ContactChannel, Reached, Recipient
from zhike.record.customers import queries as customers
from zhike.record.customers.queries import Reachable
from zhike.record.customers.types import OPEN_COMPLAINT, CustomerSummary

# A budget is one over all units: whoever asks, everybody who shares a number is looked at.
REACHING = system_actor("contacting.reach")
_BY_NUMBER = frozenset({ContactChannel.SMS, ContactChannel.CALL})


def reach(*, actor: Actor, asks: Sequence[Ask], now: datetime) -> list[Reached]:
    """For each ask its person. A contact outside the actor's reach raises NotFound. At most eight queries."""
    named = {a.to.contact_id for a in asks if a.to.contact_id is not None}
    people = customers.reachable(actor=actor, contact_ids=named)
    if named - set(people):
        raise NotFound
    addresses = {one for a in asks if a.to.contact_id is None for one in (a.to.phone, a.to.email) if one}
    held = customers.holders(actor=REACHING, addresses=addresses) if addresses else {}
    known = {pk for ids in held.values() for pk in ids} - set(people)
    if known:
        people |= customers.reachable(actor=REACHING, contact_ids=known)
    # Of a whole file, or of a matter, everybody may be told whose file it is only within reach.
    files = {pk for a in asks for pk in (a.to.customer_id, a.about_customer_id) if pk is not None}
    files |= {one.customer_id for one in people.values()}
    summaries = customers.summaries(actor=REACHING, customer_ids=files) if files else {}
    zone = parameters.value(ZONE, at=now)
    return [_reached(ask, people, held, summaries, zone) for ask in asks]


def _reached(
    ask: Ask,
    people: Mapping[int, Reachable],
    held: Mapping[str, Sequence[int]],
    summaries: Mapping[int, CustomerSummary],
    zone: str,
) -> Reached:
    to = ask.to
    owners = sorted({pk for one in (to.phone, to.email) for pk in held.get(one, ())})
    contact_id = to.contact_id if to.contact_id is not None else owners[0] if len(owners) == 1 else None
    if contact_id is not None:
        return _of_contact(ask, people[contact_id], summaries, zone)
    return _of_address(ask, owners, summaries, zone)


def _of_contact(ask: Ask, one: Reachable, summaries: Mapping[int, CustomerSummary], zone: str) -> Reached:
    own = [address_key(value) for value in (one.phone, one.email) if value]
    file = summaries.get(one.customer_id)
    # An address that was named is used as it was named, e.g. the consignee's number on the label.
    by_number = ask.channel in _BY_NUMBER or ask.channel is ContactChannel.CHAT
    named = ask.to.phone if by_number else ask.to.email
    address = named or (one.phone if by_number else one.email)
    return Reached(
        person=contact_key(one.contact_id),
        keys=tuple(sorted({contact_key(one.contact_id), *own, *([address_key(address)] if address else [])})),
        address=address if one.active else "",
        contact_id=one.contact_id,
        customer_id=one.customer_id,
        about_customer_id=one.customer_id,
        scope_unit_id=one.scope_unit_id,
        zone=_zone(ask.to.zone, one.zone, zone),
        account_zone=_zone(file.zone if file else "", one.zone, zone),
        language=ask.to.language or one.language,
        name=one.name,
        complaint_open=_complains(file),
    )


def _of_address(ask: Ask, owners: Sequence[int], summaries: Mapping[int, CustomerSummary], zone: str) -> Reached:
    to = ask.to
    address = (to.phone or to.email) if ask.channel is not ContactChannel.EMAIL else to.email
    if ask.channel in _BY_NUMBER:
        address = to.phone
    named = [value for value in (to.phone, to.email) if value]
    file = summaries.get(to.customer_id) if to.customer_id is not None else None
    about = ask.about_customer_id or to.customer_id
    own = _zone(to.zone, file.zone if file else "", zone)
    return Reached(
        person=address_key(address or named[0]) if named else "",
        keys=tuple(sorted({*map(address_key, named), *map(contact_key, owners)})),
        address=address,
        contact_id=None,
        customer_id=to.customer_id,
        about_customer_id=about,
        scope_unit_id=_unit_of(summaries.get(about)) if about is not None else None,
        zone=own,
        account_zone=file.zone if file and clock.is_zone(file.zone) else own,
        language=to.language or (file.language if file else ""),
        name=to.name,
        complaint_open=_complains(file),
    )


def _zone(*names: str) -> str:
    return next((name for name in names if name and clock.is_zone(name)), "UTC")


def _complains(file: CustomerSummary | None) -> bool:
    """Whether a complaint of the customer is open; the rooms above say so in its standing."""
    found = file.standing.get(OPEN_COMPLAINT.code) if file else None
    return found is not None and bool(found.text.strip())


def _unit_of(file: CustomerSummary | None) -> int | None:
    return file.scope_unit_id if file else None


def recipient_of(person: str, *, address: str, contact_id: int | None, zone: str, language: str) -> Recipient:
    """The recipient that an entry of the log was made for, to be looked up again."""
    if contact_id is not None:
        return Recipient(contact_id=contact_id, zone=zone, language=language)
    value = address or person.partition(":")[2]
    mail = "@" in value
    return Recipient(email=value if mail else "", phone="" if mail else value, zone=zone, language=language)
