"""Taking people's data out of every room (CUST-22), through `PersonalData`, and again after a restore."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import authorize
from zhike.platform.errors import Forbidden, Invalid
from zhike.platform.numbering import next_number
from zhike.platform.ops import erasures
from zhike.record.customers import events
from zhike.record.customers.actions._parts import tell_updated
from zhike.record.customers.models import ChainSeat, Contact, ContactPoint, Enquiry, Erasure
from zhike.record.customers.policies import ERASE, PHONE_REGION
from zhike.record.customers.queries.erasure import people_meant, read_addresses, read_numbers, traces_of
from zhike.record.customers.queries.mentions import blanked, mentions
from zhike.record.customers.types import (
    NAMED,
    ErasedPeople,
    ErasureBasis,
    Mention,
    expiring,
    personal_data,
    personal_texts,
)

NOTHING = "–"
SUBJECT = "erasure"
LONGEST_REASON = 500
MOST_EXPIRED = 500
# The reason of an erasure that nobody asked for; people read it in words.
BY_RETENTION = "retention"


@action
def erase_people(
    *,
    actor: Actor,
    contact_ids: Sequence[int] = (),
    phone_numbers: Sequence[str] = (),
    mail_addresses: Sequence[str] = (),
    texts: Sequence[str] = (),
    basis: ErasureBasis,
    reason: str,
    key: UUID | None = None,
    now: datetime,
) -> int:
    """Empty what every room holds about these people; the rows stay for the figures. Returns how many rows changed.

    People are named by contact, telephone number or mail address: a consignee is in no file, but on shipments. With a
    contact go the numbers that are this person's own; a number that others share finds only what stands under the same
    name. `texts` are those of the preview that say no more than the name, and of which somebody has decided that they
    mean this person. A repeated `key` erases nothing again and returns what the first request did.
    """
    authorize(actor, ERASE)
    _by_a_person(actor)
    key = key or uuid4()
    known = Erasure.objects.filter(key=key).first()
    if known is not None:
        audit.record(actor, events.ErasureAskedAgain(subject=(SUBJECT, str(key))), now=now)
        return sum(known.rows.values())
    _check(reason, [*contact_ids, *phone_numbers, *mail_addresses])
    numbers, addresses = read_numbers(phone_numbers, now), read_addresses(mail_addresses)
    people = _read_and_locked(actor, contact_ids, numbers, addresses)
    row = Erasure(key=key, at=now, basis=basis.value, reason=reason.strip(), first_at=None)
    found, _is_more = mentions(people, parameters.value(PHONE_REGION, at=now))
    refs = _refs(found, texts)
    changed = _erase(actor, people, refs, row, now)
    kept = {
        "id": str(key),
        "at": now.isoformat(),
        "contacts": list(people.contact_ids),
        "marks": list(people.marks),
        "texts": refs,
        "by": f"{actor.kind.value} {actor.id}",
        "basis": basis.value,
    }
    # The list is no part of the database, so that restoring an old one forgets nothing.
    transaction.on_commit(partial(erasures.append, _list(), kept))
    return changed


@action
def replay_erasures(*, actor: Actor, now: datetime) -> int:
    """Erase again what a restored database does not know to be erased; returns how many entries of the list."""
    authorize(actor, ERASE)
    listed = {entry["id"]: entry for entry in erasures.entries(_list())}
    known = {str(one) for one in Erasure.objects.filter(key__in=list(listed)).values_list("key", flat=True)}
    missing = [entry for key, entry in listed.items() if key not in known]
    for entry in missing:
        people = ErasedPeople(contact_ids=entry["contacts"], salt=settings.SECRET_KEY, marks=entry["marks"])
        row = Erasure(
            key=UUID(entry["id"]),
            at=now,
            basis=entry.get("basis", ErasureBasis.OTHER_LAW.value),
            reason=f"{entry['at']} {entry['by']}"[:LONGEST_REASON],
            first_at=datetime.fromisoformat(entry["at"]),
        )
        _erase(actor, people, entry.get("texts", []), row, now)
    return len(missing)


@action
def erase_expired(*, actor: Actor, now: datetime) -> int:
    """Empty what has been kept as long as the parameters say; at most 500 matters a kind. Returns how many rows."""
    authorize(actor, ERASE)
    changed: dict[str, int] = {}
    days: dict[str, int] = {}
    traces: list[audit.Trace] = []
    for kind in expiring():
        keep = parameters.value(kind.keep, at=now)
        if keep:
            rows, found = kind.empty(before=now - keep, limit=MOST_EXPIRED, now=now)
            if rows:
                changed[kind.name], days[kind.name] = rows, keep.days
                traces += found
    if changed:
        row = Erasure(
            key=uuid4(),
            at=now,
            basis=ErasureBasis.PERIOD.value,
            reason=BY_RETENTION,
            retention=days,
        )
        row.log_lines = audit.redact(traces, now=now)
        _certify(actor, row, changed, now)
    return sum(changed.values())


def _by_a_person(actor: Actor) -> None:
    """An erasure cannot be taken back: a program may ask for it, a person decides."""
    if actor.kind is ActorKind.API_KEY:
        raise Forbidden(
            _("A program does not erase people; it may ask for it (POST /api/v1/erasures/requests)."),
            right=ERASE.code,
        )


def _list() -> Path:
    return Path(settings.VAR_DIR) / erasures.NAME


def _check(reason: str, named: Sequence[int | str]) -> None:
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say who asked for the erasure, and how."))
    if len(reason.strip()) > LONGEST_REASON:
        raise Invalid.of("reason", "too_long", _("At most %(maximum)s characters."), maximum=LONGEST_REASON)
    if "\x00" in reason:
        raise Invalid.of("reason", "no_text", _("This holds signs that are no text."))
    if not named:
        raise Invalid.of("contact_ids", "required", _("Name a person, a telephone number or an e-mail address."))


def _read_and_locked(
    actor: Actor, contact_ids: Sequence[int], numbers: Sequence[str], addresses: Sequence[str]
) -> ErasedPeople:
    """The people, their files locked: what rooms read out of stored files they have read before, and remember."""
    known = people_meant(actor, contact_ids, numbers, addresses, lock=False)
    for room in personal_data():
        room.count(people=known)
    held = people_meant(actor, contact_ids, numbers, addresses, lock=True)
    return known if known == held else held


def _refs(found: Sequence[Mention], texts: Sequence[str]) -> list[str]:
    """Texts that name them for certain, and those that somebody has decided about: as these people have read them."""
    if not set(texts) <= {one.ref for one in found}:
        text = _("A text that you marked has changed since. Nothing was erased; look again.")
        raise Invalid.of("texts", "changed", text)
    return list(dict.fromkeys([*(one.ref for one in found if one.certain), *texts]))


def _erase(actor: Actor, people: ErasedPeople, refs: Sequence[str], row: Erasure, now: datetime) -> int:
    # Where the log speaks of them is found by what is about to go.
    traces = traces_of(people)
    named = blanked(refs, people.salt)
    traces += [trace for one in personal_texts() for trace in one.traces(ids=sorted(named.get(one.name, {})))]
    changed = {provider.name: provider.erase(people=people, now=now) for provider in personal_data()}
    # What a room has reached by its own links is empty by now.
    for source in personal_texts():
        texts = blanked(refs, people.salt).get(source.name, {}) if source.name in named else {}
        if texts:
            changed[f"{NAMED}{source.name}"] = source.write(texts=texts, now=now)
    row.people, row.numbers = len(people.contact_ids), len(people.marks)
    row.log_lines = audit.redact(traces, now=now)
    _certify(actor, row, changed, now, people.contact_ids)
    tell_updated((), contact_ids=people.contact_ids, now=now)
    return sum(changed.values())


def _certify(
    actor: Actor, row: Erasure, changed: dict[str, int], now: datetime, contact_ids: Sequence[int] = ()
) -> None:
    """Write the certificate and the line of the log; neither names anybody."""
    row.number = next_number(SUBJECT)
    row.actor_kind, row.actor_id = actor.kind.value, actor.id
    row.rows = changed
    row.save(force_insert=True)
    told: dict[str, Any] = {
        "people": list(contact_ids),
        "numbers": row.numbers,
        "rows": changed,
        "log_lines": row.log_lines,
        "basis": row.basis,
    }
    event = events.PeopleErased(subject=(SUBJECT, str(row.key)), after=told, reason=row.reason)
    audit.record(actor, event, now=now)


def count_people(contact_ids: Sequence[int]) -> int:
    return Contact.objects.filter(pk__in=contact_ids, erased_at__isnull=True).count()


def empty_people(contact_ids: Sequence[int], now: datetime) -> int:
    """This room's own part."""
    points, _by_model = ContactPoint.objects.filter(contact_id__in=contact_ids).delete()
    _vacate(contact_ids)
    enquiries = Enquiry.objects.filter(contact_id__in=contact_ids).update(subject=NOTHING, text="", loss_note="")
    people = Contact.objects.filter(pk__in=contact_ids, erased_at__isnull=True)
    people.filter(left_at__isnull=True).update(active=False, left_at=now)
    emptied = people.update(
        name="",
        name_fold="",
        name_pinyin="",
        form_of_address="",
        position="",
        prefers_time="",
        erased_at=now,
    )
    return points + enquiries + emptied


def _vacate(contact_ids: Sequence[int]) -> None:
    """Their seats stay as known roles that nobody fills; a role that is vacant already is not listed twice."""
    seats = ChainSeat.objects.filter(contact_id__in=contact_ids)
    same = ChainSeat.objects.filter(
        Q(contact__isnull=True) | Q(contact_id__in=contact_ids, pk__lt=OuterRef("pk")),
        customer_id=OuterRef("customer_id"),
        role=OuterRef("role"),
        title=OuterRef("title"),
    )
    seats.filter(Exists(same)).delete()
    seats.update(contact_id=None)


def write_enquiries(texts: Mapping[int, Mapping[str, str]]) -> int:
    """Put texts with blanks in place of what enquiries of others say."""
    return sum(Enquiry.objects.filter(pk=pk).update(**fields) for pk, fields in texts.items())
