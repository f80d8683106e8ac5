"""Matters that come by our own pages, or by a company's app: one case each, however often they are sent (CASE-21)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, files, phones
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.files.images import without_metadata
from zhike.platform.files.queries import kept_contents
from zhike.record.contacting import actions as contacting
from zhike.record.contacting.policies import public_address
from zhike.record.contacting.types import Ask, ContactChannel, Purpose, Recipient, Text
from zhike.record.customers import actions as customer_actions
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel, ContactEntry, CustomerEntry, CustomerKind, PointEntry, PointKind
from zhike.record.shipments import queries as shipments
from zhike.service.cases import events, queries
from zhike.service.cases.actions.closing import confirm_case
from zhike.service.cases.actions.opening import attach_contact, open_case
from zhike.service.cases.models import Case, CaseContact, CasePhoto, KeptPhoto, WebAuthor, WebWord
from zhike.service.cases.policies import ASK_OUTSIDE, BY_LINK, PHOTO
from zhike.service.cases.queries.web import author_of_link, link_closes, link_open_until, sees_whole, web_problems
from zhike.service.cases.rules import seal_link
from zhike.service.cases.types import CaseEntry, CaseState, Origin, Said, Taken
from zhike.service.cases.types.web import (
    MOST_PHOTOS,
    WEB_PATH,
    WEB_SYSTEM,
    WEB_TOPICS,
    AnswerBy,
    LinkKind,
    WebEntry,
    WebTaken,
)

WEB: Final = system_actor("cases.web")
_LOCK_SPACE: Final = 0x77656263
_SHOWN_FOR: Final = timedelta(days=1)
MOST_WORDS: Final = 5000
# Receipts to one address within an hour: whoever types somebody else's number does not flood it.
MOST_RECEIPTS: Final = 3
MOST_ONCE: Final = 64
MOST_LINE: Final = 60
_AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose file the matter belongs to, and who of it speaks."""

    customer_id: int
    contact_id: int | None
    shipment_id: int | None
    waybill: str = ""


@action
def keep_photo(*, actor: Actor, content: bytes, name: str, once: str = "", now: datetime) -> int:
    """Take one picture in, without the place at which it was taken; raises Invalid on `file`. Returns its id.

    The same picture of the same form (`once`), sent twice even at one moment, is kept once.
    """
    authorize(actor, ASK_OUTSIDE)
    clean = without_metadata(content, name=name[:80])
    fingerprint = hashlib.sha256(clean).hexdigest()
    # Two pictures of one form may look alike; they have names of their own.
    named = hashlib.sha256(f"{fingerprint} {name}".encode("utf-8", "replace")).hexdigest()
    mark = {"once": once[:MOST_ONCE], "content": named}
    if once:
        _lock(f"{mark['once']}:{mark['content']}")
        known = KeptPhoto.objects.filter(**mark).first()
        there = kept_contents(PHOTO, among=[fingerprint]) if known is not None else {}
        if known is not None and known.file_id in there.get(fingerprint, ()):
            return known.file_id
    kept = files.store(actor=actor, content=clean, filename=name, purpose=PHOTO, now=now)
    if once:
        KeptPhoto.objects.filter(**mark).delete()
        KeptPhoto.objects.create(**mark, file_id=kept.id, at=now)
    audit.record(actor, events.WebWordTaken(subject=("file", kept.id), after={"photo": kept.id}), now=now)
    return kept.id


@action
def take_web_matter(*, actor: Actor, entry: WebEntry, now: datetime) -> WebTaken:
    """Make a case of what somebody wrote, or add it to the one on the same waybill or topic (CASE-03).

    The same form sent twice gives one case. The author gets the number and a link by the way they chose. Raises
    Invalid naming every field.
    """
    authorize(actor, ASK_OUTSIDE)
    entry, wrong = web_problems(entry)
    if wrong:
        raise Invalid(wrong)
    _lock(entry.once)
    known = WebAuthor.objects.filter(once=entry.once).select_related("case").first()
    if known is not None:
        return _taken(known, Taken(known.case_id, known.case.number, attached=False), repeated=True, now=now)
    whose = _whose(entry, now=now)
    taken = open_case(actor=WEB, entry=_case_entry(entry, whose), now=now)
    author = _write_author(entry, taken, whose, now=now)
    _add_photos(author, entry.photo_ids, now=now)
    result = _taken(author, taken, repeated=False, now=now)
    _acknowledge(author, result, now=now)
    audit.record(
        actor,
        events.WebMatterTaken(
            subject=("case", taken.case_id),
            after={
                "author": author.pk,
                "attached": taken.attached,
                "name": author.name,
                "phone": author.phone,
                "email": author.email,
                "photos": len(entry.photo_ids),
            },
        ),
        now=now,
    )
    return result


@action
def write_by_link(*, actor: Actor, once: str, text: str, photo_ids: Sequence[int] = (), now: datetime) -> Taken:
    """The holder of a link says more: an answered or settled case is our turn again, under its number (CASE-16).

    The same form (`once`) sent twice is written down once. Each message keeps the link open longer, up to a day that
    stands from the beginning (`cases.link_at_most`).
    """
    author, _kind = author_of_link(actor=actor, now=now)
    authorize(actor, BY_LINK, subject=("case", author.case_id))
    if not once or len(once) > MOST_ONCE:
        raise Invalid.of("once", "required", _("Please send it once more: the form had lost its mark."))
    _lock(f"{author.ref}:{once}")
    known = WebWord.objects.filter(author=author, once=once).first()
    if known is not None:
        return Taken(author.case_id, author.case.number, attached=True, interaction_id=known.interaction_id)
    if not text.strip() or len(text) > MOST_WORDS:
        raise Invalid.of("text", "required", _("Please write something, in at most 5,000 characters."))
    said = Said(
        channel=Channel.WEB,
        body=text.strip(),
        subject=_first_line(text),
        contact_id=_person(author.case.customer_id, [one for one in (author.phone, author.email) if one]),
        own_name=True,
    )
    taken = attach_contact(actor=WEB, case_id=author.case_id, said=said, now=now)
    _own(author, taken, once=once)
    _add_photos(author, photo_ids, now=now)
    WebAuthor.objects.filter(pk=author.pk).update(link_until=link_open_until(author.at, now=now))
    audit.record(
        actor,
        events.WebWordTaken(subject=("case", author.case_id), after={"author": author.pk, "reopened": taken.reopened}),
        now=now,
    )
    return taken


@action
def settle_by_link(*, actor: Actor, now: datetime) -> None:
    """The holder of a link says that the answer settles the matter. Only who sees the whole case may."""
    author, kind = author_of_link(actor=actor, now=now)
    authorize(actor, BY_LINK, subject=("case", author.case_id))
    case = Case.objects.filter(pk=author.case_id).first()
    if case is None or not sees_whole(author, kind):
        raise NotFound
    if case.state == CaseState.ANSWERED.value:
        confirm_case(actor=WEB, case_id=case.pk, solved=True, now=now)
    audit.record(actor, events.WebWordTaken(subject=("case", case.pk), after={"settled": True}), now=now)


def _lock(once: str) -> None:
    """Two sendings of one form come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, once])


def _first_line(text: str) -> str:
    """What stands above a message that has no subject of its own."""
    line = text.strip().splitlines()[0].strip()
    return line if len(line) <= MOST_LINE else f"{line[: MOST_LINE - 1]}…"


def _person(customer_id: int, addresses: Sequence[str]) -> int | None:
    """The one person of this file who has one of the addresses."""
    held = customers.holders(actor=WEB, addresses=addresses)
    ids = sorted({pk for one in addresses for pk in held.get(one, ())})
    people = customers.reachable(actor=WEB, contact_ids=ids)
    own = [pk for pk in ids if people[pk].customer_id == customer_id]
    return own[0] if len(own) == 1 else None


def _whose(entry: WebEntry, *, now: datetime) -> _Whose:
    """The customer of the waybill; else the one person who has this number or address; else a new file."""
    found = shipments.find_by_waybill(actor=WEB, waybill=entry.waybill) if entry.waybill else []
    goods = found[0] if found else None
    addresses = [one for one in (entry.phone, entry.email) if one]
    held = customers.holders(actor=WEB, addresses=addresses)
    ids = sorted({pk for one in addresses for pk in held.get(one, ())})
    people = customers.reachable(actor=WEB, contact_ids=ids)
    if goods is not None and goods.customer_id is not None:
        own = [pk for pk in ids if people[pk].customer_id == goods.customer_id]
        return _Whose(goods.customer_id, own[0] if len(own) == 1 else None, goods.pk, goods.waybill)
    shipment_id, waybill = (goods.pk, goods.waybill) if goods is not None else (None, "")
    if len(ids) == 1:
        return _Whose(people[ids[0]].customer_id, ids[0], shipment_id, waybill)
    return replace(_new_file(entry, shipment_id, now=now), waybill=waybill)


def _new_file(entry: WebEntry, shipment_id: int | None, *, now: datetime) -> _Whose:
    kind = CustomerKind.CONSUMER if shipment_id is not None else CustomerKind.PROSPECT
    file = customer_actions.create_customer(
        actor=WEB,
        entry=CustomerEntry(name=entry.name, kind=kind, language=entry.language),
        owner_id=queries.desk_owner(actor=WEB, now=now),
        now=now,
    )
    points = [
        PointEntry(kind=kind, raw=raw)
        for kind, raw in ((PointKind.PHONE, entry.phone), (PointKind.EMAIL, entry.email))
        if raw
    ]
    person = customer_actions.create_contact(
        actor=WEB,
        customer_id=file.id,
        entry=ContactEntry(name=entry.name, language=entry.language),
        points=points,
        now=now,
    )
    return _Whose(file.id, person.id, shipment_id)


def _case_entry(entry: WebEntry, whose: _Whose) -> CaseEntry:
    """With a subject in the company's language: it is read at the desk. Waybills stand in capitals, as on the label."""
    waybill = whose.waybill or entry.waybill.upper()
    with translation.override(settings.LANGUAGE_CODE):
        topic = str(WEB_TOPICS.get(entry.category, entry.category))
        subject = f"{topic} {waybill}".strip()
        text = entry.text.strip()
        if entry.waybill and whose.shipment_id is None:
            text = gettext("Waybill as written: %(waybill)s") % {"waybill": waybill} + "\n" + text
    return CaseEntry(
        customer_id=whose.customer_id,
        kind=entry.kind,
        category=entry.category,
        channel=Channel.WEB,
        subject=subject[:200],
        text=text,
        contact_id=whose.contact_id,
        shipment_id=whose.shipment_id,
        origin=Origin.PORTAL,
        external=(WEB_SYSTEM, entry.once),
    )


def _write_author(entry: WebEntry, taken: Taken, whose: _Whose, *, now: datetime) -> WebAuthor:
    """What they may see: all of a case that they opened; of another's case only what is theirs (see WebAuthor)."""
    earlier = WebAuthor.objects.filter(case_id=taken.case_id, is_known=True)
    addresses = [one for one in (entry.phone, entry.email) if one]
    same = any(one in addresses for pair in earlier.values_list("phone", "email") for one in pair if one)
    others = CaseContact.objects.filter(case_id=taken.case_id, incoming=True).exclude(
        interaction_id=taken.interaction_id or 0
    )
    alone = entry.proven and not others.exists()
    author = WebAuthor.objects.create(
        case_id=taken.case_id,
        name=entry.name,
        phone=entry.phone,
        email=entry.email,
        answer_by=entry.answer_by.value,
        language=entry.language,
        sees_all=not taken.attached or alone,
        is_known=not taken.attached or whose.contact_id is not None or same,
        once=entry.once,
        at=now,
        link_until=link_open_until(now, now=now),
    )
    _own(author, taken)
    return author


def _own(author: WebAuthor, taken: Taken, *, once: str = "") -> None:
    if taken.interaction_id is not None:
        WebWord.objects.create(author=author, interaction_id=taken.interaction_id, once=once)


def _add_photos(author: WebAuthor, photo_ids: Sequence[int], *, now: datetime) -> None:
    if len(photo_ids) > MOST_PHOTOS:
        raise Invalid({"photos": [FieldError("too_many", _("At most %(most)s photos."), {"most": MOST_PHOTOS})]})
    # A page sent twice brings its kept photos twice; they hang where they hang.
    CasePhoto.objects.bulk_create(
        [CasePhoto(case_id=author.case_id, author=author, file_id=pk, at=now) for pk in dict.fromkeys(photo_ids)],
        ignore_conflicts=True,
    )


def _taken(author: WebAuthor, taken: Taken, *, repeated: bool, now: datetime) -> WebTaken:
    token = seal_link(author.ref, LinkKind.SHOWN, until=now + _SHOWN_FOR)
    return WebTaken(
        case_id=taken.case_id,
        number=taken.number,
        attached=taken.attached,
        reopened=taken.reopened,
        link=token,
        ref=str(author.ref),
        repeated=repeated,
    )


def _acknowledge(author: WebAuthor, taken: WebTaken, *, now: datetime) -> None:
    """Number and link by the way they chose. Nothing that a stranger typed stands in it."""
    by_mail = author.answer_by == AnswerBy.EMAIL.value
    address = author.email if by_mail else author.phone
    if not address or not (by_mail or phones.parse(address).kind is phones.PhoneKind.MOBILE):
        return
    if _told_often(author, address, by_mail=by_mail, now=now):
        return
    base = public_address(now)
    with translation.override(author.language):
        link = (
            f"{base}{WEB_PATH}{seal_link(author.ref, LinkKind.SENT, until=link_closes(author.at, now=now))}/"
            if base
            else ""
        )
        said = gettext("We have your message. Your case is %(number)s.") % {"number": taken.number}
        body = f"{said} {gettext('See and answer it here: %(link)s') % {'link': link}}" if link else said
        subject = gettext("Your case %(number)s") % {"number": taken.number}
    contacting.send(
        actor=WEB,
        ask=Ask(
            to=Recipient(email=author.email) if by_mail else Recipient(phone=author.phone),
            purpose=Purpose.TRANSACTIONAL,
            channel=ContactChannel.EMAIL if by_mail else ContactChannel.SMS,
            text=Text(body=body, subject=subject if by_mail else ""),
            related=("case", str(author.case_id)),
            once=f"case:web:{author.ref}",
            occurred_at=now,
        ),
        now=now,
    )


def _told_often(author: WebAuthor, address: str, *, by_mail: bool, now: datetime) -> bool:
    """Whether an address that anybody can type has got as many receipts within the hour as one person needs."""
    rows = WebAuthor.objects.filter(email=address) if by_mail else WebAuthor.objects.filter(phone=address)
    asked = rows.filter(answer_by=author.answer_by, at__gt=now - _AN_HOUR).exclude(pk=author.pk)
    return asked.count() >= MOST_RECEIPTS
