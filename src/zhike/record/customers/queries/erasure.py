"""Who is meant by an erasure, what every room holds of them, and the erasures that were made (CUST-22)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.platform import addresses, audit, parameters, phones
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.audit.policies import VIEW_AUDIT
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.record.customers.models import Contact, ContactPoint, Customer, Enquiry, Erasure
from zhike.record.customers.policies import ERASE, PHONE_REGION, scope
from zhike.record.customers.queries.mentions import mentions
from zhike.record.customers.rules import masked, name_fold
from zhike.record.customers.types import (
    NAMED,
    Candidate,
    ErasedPeople,
    ErasurePreview,
    ErasureRecord,
    PointKind,
    RoomCount,
    erasure_labels,
    number_mark,
    personal_data,
    personal_texts,
)
from zhike.record.organization import queries as organization

MOST = 20
_SHORTEST = 2
_FILE = "customer"
_NOT_ADDRESS = _("This is not an e-mail address; write the whole of it, as name@company.com.")


def erasable(*, actor: Actor, text: str, now: datetime) -> Sequence[Candidate]:
    """People whose name begins so, or whose number or address this is; at most 20. Two queries."""
    authorize(actor, ERASE)
    typed = text.strip()
    if len(typed) < _SHORTEST:
        return ()
    points = ContactPoint.objects.filter(Q(e164=number_of(typed, now)) & ~Q(e164="") | Q(value=addresses.normal(typed)))
    wanted = Q(pk__in=points.values("contact_id"))
    if name_fold(typed):
        wanted |= Q(name_fold__startswith=name_fold(typed))
    rows = Contact.objects.filter(scope(actor, "customer__"), wanted, erased_at__isnull=True)
    return _candidates(rows.order_by("name_pinyin", "pk")[:MOST])


def number_of(text: str, now: datetime) -> str:
    """The telephone number that was typed, as E.164; empty where it is none for certain."""
    read = phones.parse(text, parameters.value(PHONE_REGION, at=now))
    return read.e164 if read.certain else ""


def address_of(text: str) -> str:
    """The e-mail address that was typed, folded; empty where it is none."""
    typed = addresses.normal(text)
    return typed if addresses.is_address(typed) else ""


def erasure_preview(
    *,
    actor: Actor,
    contact_ids: Sequence[int],
    phone_numbers: Sequence[str],
    mail_addresses: Sequence[str] = (),
    now: datetime,
) -> ErasurePreview:
    """What `erase_people` would empty, by room, and the texts in which a person must decide; nothing changes."""
    authorize(actor, ERASE)
    numbers, mails = read_numbers(phone_numbers, now), read_addresses(mail_addresses)
    with transaction.atomic():
        people = people_meant(actor, contact_ids, numbers, mails, lock=False).looked_at()
        rooms = [RoomCount(name=one.name, label=one.label, rows=one.count(people=people)) for one in personal_data()]
        lines = audit.count_traces(traces_of(people))
        found, more = mentions(people, parameters.value(PHONE_REGION, at=now))
    for source in personal_texts():
        certain = sum(one.certain for one in found if one.kind == source.name)
        if certain:
            rooms.append(RoomCount(name=f"{NAMED}{source.name}", label=source.label, rows=certain))
    rows = Contact.objects.filter(scope(actor, "customer__"), pk__in=people.contact_ids)
    return ErasurePreview(
        people=_candidates(rows.order_by("pk")),
        numbers=[*(phones.mask(number) for number in numbers), *mails],
        rooms=rooms,
        log_lines=lines,
        mentions=found,
        more_mentions=more,
    )


def erasure_rows(*, actor: Actor) -> QuerySet[Erasure]:
    """Erasures that were made, for lists; they name nobody who was erased."""
    if not actor.has(ERASE.code):
        authorize(actor, VIEW_AUDIT)
    return Erasure.objects.all()


def erasure(*, actor: Actor, number: str = "", key: UUID | None = None) -> ErasureRecord:
    """One erasure by its number or key; raises NotFound."""
    rows = erasure_rows(actor=actor)
    row = (rows.filter(key=key) if key is not None else rows.filter(number=number)).first()
    if row is None:
        raise NotFound
    return record_of(row, by=erased_by(actor, [row])[row.pk])


def erased_by(actor: Actor, rows: Sequence[Erasure]) -> dict[int, str]:
    """Who made these erasures, by id of the row; names of colleagues, else the id of the program or job. One query."""
    staff = {int(r.actor_id) for r in rows if r.actor_kind == ActorKind.STAFF.value and r.actor_id.isdecimal()}
    names = organization.staff_labels(actor=actor, staff_ids=staff) if staff else {}
    return {
        r.pk: names.get(int(r.actor_id), r.actor_id)
        if r.actor_kind == ActorKind.STAFF.value and r.actor_id.isdecimal()
        else r.actor_id
        for r in rows
    }


def record_of(row: Erasure, *, by: str) -> ErasureRecord:
    labels = erasure_labels()
    return ErasureRecord(
        key=row.key,
        number=row.number,
        at=row.at,
        by_kind=row.actor_kind,
        by=by,
        basis=row.basis,
        reason=row.reason,
        people=row.people,
        numbers=row.numbers,
        rooms=[RoomCount(name=n, label=labels.get(n, n), rows=count) for n, count in sorted(row.rows.items())],
        log_lines=row.log_lines,
        first_at=row.first_at,
        retention=row.retention,
    )


def read_numbers(numbers: Sequence[str], now: datetime) -> list[str]:
    """Numbers as E.164; raises Invalid for one in doubt, for an erasure cannot be taken back."""
    region = parameters.value(PHONE_REGION, at=now)
    read = [phones.parse(number, region) for number in numbers]
    doubted = next((phone for phone in read if not phone.certain), None)
    if doubted is not None:
        raise Invalid.of("phone_numbers", "doubt", doubted.reason)
    return [phone.e164 for phone in read]


def read_addresses(typed: Sequence[str]) -> list[str]:
    """E-mail addresses, folded; raises Invalid for one that is none."""
    read = [address_of(one) for one in typed]
    if not all(read):
        raise Invalid.of("mail_addresses", "not_an_address", _NOT_ADDRESS)
    return list(dict.fromkeys(read))


def people_meant(
    actor: Actor, contact_ids: Sequence[int], numbers: Sequence[str], mails: Sequence[str] = (), *, lock: bool
) -> ErasedPeople:
    """The people with the numbers and addresses by which other rooms know them; with `lock` in a transaction."""
    by_mail = Q(kind=PointKind.EMAIL.value, value__in=mails)
    owns = ContactPoint.objects.filter(Q(e164__in=numbers) | by_mail, shared=False, contact__isnull=False)
    wanted = Q(pk__in=contact_ids) | Q(pk__in=owns.values("contact_id"))
    rows = Contact.objects.filter(scope(actor, "customer__"), wanted)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    names = dict(rows.order_by("pk").values_list("pk", "name"))
    if set(contact_ids) - set(names):
        raise NotFound
    points = ContactPoint.objects.filter(Q(kind=PointKind.EMAIL.value) | ~Q(e164=""))
    held = [(point.contact_id, _key(point)) for point in points.filter(contact_id__in=names)]
    keys = [key for _pk, key in held]
    others = points.filter(Q(value__in=keys) | Q(e164__in=keys))
    beside = others.exclude(contact_id__in=names) | others.filter(Q(shared=True) | Q(contact__isnull=True))
    shared = {_key(point) for point in beside}
    salt: str = settings.SECRET_KEY
    marks = {number_mark(salt, key) for key in (*numbers, *mails)}
    for pk, key in held:
        if pk is None:
            continue
        if key not in shared:
            marks.add(number_mark(salt, key))
        elif names[pk]:
            marks.add(number_mark(salt, key, names[pk]))
    keys += [*numbers, *mails]
    return ErasedPeople(
        contact_ids=list(names),
        salt=salt,
        marks=sorted(marks),
        endings=sorted({phones.key8(key) for key in keys if "@" not in key}),
        addresses=sorted({key for key in keys if "@" in key}),
        names=sorted({name for name in names.values() if name}),
    )


def _key(point: ContactPoint) -> str:
    """The mail address or the number by which other rooms know somebody."""
    return point.value if point.kind == PointKind.EMAIL.value else point.e164


def traces_of(people: ErasedPeople) -> list[audit.Trace]:
    """Every line of the log that names them; files that were merged keep their lines under their old number."""
    found = [trace for one in personal_data() for trace in one.traces(people=people)]
    ids = {int(one) for trace in found if trace.kind == _FILE for one in trace.ids or ()}
    if not ids:
        return found
    merged = _merged_with(ids)
    return [trace if trace.kind != _FILE or trace.ids is None else _of_files(trace, sorted(merged)) for trace in found]


def own_traces(contact_ids: Sequence[int]) -> list[audit.Trace]:
    """This room's own part."""
    files = list(Contact.objects.filter(pk__in=contact_ids).values_list("customer_id", flat=True).distinct())
    enquiries = list(Enquiry.objects.filter(contact_id__in=contact_ids).values_list("pk", flat=True))
    return [
        audit.Trace(kind=_FILE, ids=files, key="contact", values=list(contact_ids)),
        audit.Trace(kind="enquiry", ids=enquiries),
    ]


def _of_files(trace: audit.Trace, ids: Sequence[int]) -> audit.Trace:
    # Without a key a line is found by its file alone: then only this very file.
    if not trace.key:
        return trace
    return audit.Trace(kind=trace.kind, ids=ids, types=trace.types, key=trace.key, values=trace.values)


def _merged_with(ids: set[int]) -> set[int]:
    """These files and all that were merged into them, in whatever steps."""
    known, new = set(ids), set(ids)
    while new:
        new = set(Customer.objects.filter(merged_into_id__in=new).values_list("pk", flat=True)) - known
        known |= new
    return known


def _candidates(rows: QuerySet[Contact]) -> list[Candidate]:
    found = list(rows.select_related("customer"))
    points = ContactPoint.objects.filter(contact__in=[row.pk for row in found]).exclude(e164="").order_by("primary")
    first = {point.contact_id: masked(point.kind, point.value) for point in points}
    return [
        Candidate(
            contact_id=row.pk,
            name=row.name,
            customer=row.customer.name,
            number=row.customer.number,
            phone=first.get(row.pk, ""),
        )
        for row in found
    ]
