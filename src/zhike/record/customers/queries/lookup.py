"""From a phone number, a name, a number, a waybill or a reference to the file, alike for every agent (CUST-05)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Reverse

from zhike.platform import addresses, parameters, phones
from zhike.platform.actors import Actor
from zhike.record.customers.models import Contact, ContactPoint, Customer, CustomerRef
from zhike.record.customers.models.customers import CustomerSet
from zhike.record.customers.policies import PHONE_REGION, scope
from zhike.record.customers.queries.customers import summary
from zhike.record.customers.rules import is_ending, name_fold, tidy
from zhike.record.customers.types import CustomerSummary, Likeness, Match, Via, key_sources

MOST = 10
MOST_LIKELY = 5
MOST_NAMED = 5000
# Of a number in use by a whole floor, more than these would not help anybody choose.
MOST_POINTS = 40
SHORTEST_NAME = 2
SHORTEST_ENDING = 4
KEY_DIGITS = 8
NO_REGION = "ZZ"
_DIALLED = re.compile(r"[+0-9][0-9 ()./\-]*")
_RANK = {Via.NUMBER: 0, Via.REFERENCE: 1, Via.PHONE: 2, Via.ADDRESS: 3, Via.ENDING: 5, Via.NAME: 6} | dict.fromkeys(
    (Via.WAYBILL, Via.CASE, Via.AGREEMENT), 4
)


@dataclass(frozen=True, slots=True)
class Found:
    """Ranked matches, and the summary of the first."""

    matches: tuple[Match, ...]
    summary: CustomerSummary | None


def find_by_any_key(*, actor: Actor, key: str, now: datetime, limit: int = MOST) -> list[Match]:
    """Files that a phone number, an ending of one, a name, a number, a waybill or a reference may mean, best first.

    At most two queries. A number that belongs to one file only is `certain`.
    """
    typed = tidy(key)
    if not typed:
        return []
    found = _by_number(actor, typed)
    if _DIALLED.fullmatch(typed):
        found += _by_phone(actor, typed, now)
    elif "@" in typed:
        found += _by_address(actor, typed)
    elif len(name_fold(typed)) >= SHORTEST_NAME and not found:
        found += _by_name(actor, typed, limit)
    return _ranked(found)[:limit]


def look_up(*, actor: Actor, key: str, now: datetime) -> Found:
    """What a screen-pop shows: matches, and the summary of the best one. At most four queries."""
    matches = find_by_any_key(actor=actor, key=key, now=now)
    best = summary(actor=actor, customer_id=matches[0].customer_id) if matches else None
    return Found(tuple(matches), best)


def find_by_number(*, actor: Actor, number: str, now: datetime, limit: int = MOST) -> list[Match]:
    """Files and people whom this telephone number may mean, best first; for calls. One query."""
    return _ranked(_by_phone(actor, number, now))[:limit] if number else []


def _by_number(actor: Actor, typed: str) -> list[Match]:
    """Customer numbers, references of other systems and numbers of other rooms, such as waybills and cases: one query.

    A merged file stands for the one it went into.
    """
    file = ("pk", "number", "name", "kind", "owner__name")
    columns = (*file, "merged_into_id", "merged_into__number", "merged_into__name", "via")
    reach = Customer.objects.filter(scope(actor))
    by_number = reach.filter(number=typed.upper()).annotate(via=Value(Via.NUMBER.value))
    referred = CustomerRef.objects.filter(ref=typed).values("customer_id")
    by_ref = reach.filter(pk__in=referred).annotate(via=Value(Via.REFERENCE.value))
    arms = [by_ref.values_list(*columns)]
    for source in key_sources():
        owning = source.customer_ids(actor=actor, key=typed)
        arms.append(reach.filter(pk__in=owning).annotate(via=Value(source.via.value)).values_list(*columns))
    rows = by_number.values_list(*columns).union(*arms, all=True)
    return [
        Match(
            customer_id=into or pk,
            number=into_number or number,
            name=into_name or name,
            via=Via(via),
            certain=True,
            owner_name=owner,
            kind=kind,
        )
        for pk, number, name, kind, owner, into, into_number, into_name, via in rows
    ]


def _by_phone(actor: Actor, typed: str, now: datetime) -> list[Match]:
    digits = phones.digits_of(typed)
    if len(digits) < SHORTEST_ENDING:
        return []
    # With its country code a number says itself where it belongs; what telephone systems send needs no settings.
    region = NO_REGION if typed.startswith("+") else parameters.value(PHONE_REGION, at=now)
    read = phones.parse(typed, region)
    tail = digits[-KEY_DIGITS:]
    exact = {read.e164, f"+{digits}"} - {"", None}
    # Whether a number is one person's is judged over everybody who has it; only those within reach are given.
    rows = (
        _ending_with(tail)
        .annotate(seen=_whether(scope(actor, "customer__")), meant=_whether(Q(e164__in=exact)))
        .filter(Q(seen=True) | Q(meant=True))
        .select_related("contact", "customer__owner", "customer__merged_into")
        .order_by("-meant", "-seen", "-primary", "-contact__last_contact_at", "pk")[:MOST_POINTS]
    )
    held = [(row, row.e164 in exact) for row in rows]
    found = [_match(row, Via.PHONE if own or not is_ending(digits) else Via.ENDING, own) for row, own in held]
    shared = _is_shared([row for row, own in held if own])
    judged = _certain_if_alone(
        [replace(one, shared=shared and own) for one, (_r, own) in zip(found, held, strict=True)]
    )
    beyond = {_holder(row) for row, _own in held if not row.seen}
    return [one for one in judged if (one.customer_id, one.contact_id) not in beyond]


def _whether(condition: Q) -> Case:
    # A condition that holds for all is no condition to the database.
    given = condition or Q(pk__isnull=False)
    return Case(When(given, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())


def _is_shared(rows: Sequence[ContactPoint]) -> bool:
    """Several people or files have it, or it is marked so. A file's own number beside its one person's is theirs."""
    files = {_holder(row)[0] for row in rows}
    people = {row.contact_id for row in rows if row.contact_id is not None}
    return len(files) > 1 or len(people) > 1 or any(row.shared for row in rows)


def _holder(row: ContactPoint) -> tuple[int, int | None]:
    return (row.customer.merged_into_id or row.customer_id, row.contact_id)


def _ending_with(digits: str) -> QuerySet[ContactPoint]:
    """Numbers that end so, by the index on the reversed last eight digits."""
    rows = ContactPoint.objects.exclude(key8="").annotate(tail=Reverse("key8"))
    # Whole keys by equality: of a beginning the planner expects far too many rows.
    whole = len(digits) == KEY_DIGITS
    return rows.filter(tail=digits[::-1]) if whole else rows.filter(tail__startswith=digits[::-1])


def _by_address(actor: Actor, typed: str) -> list[Match]:
    rows = ContactPoint.objects.filter(scope(actor, "customer__"), value=addresses.normal(typed))
    rows = rows.select_related("contact", "customer__owner", "customer__merged_into").order_by("-primary", "pk")
    return _certain_if_alone([_match(row, Via.ADDRESS, exact=True) for row in rows[:MOST_POINTS]])


def _match(row: ContactPoint, via: Via, exact: bool) -> Match:  # noqa: FBT001 - two callers, both above
    file = row.customer.merged_into or row.customer
    return Match(
        customer_id=file.pk,
        number=file.number,
        name=file.name,
        via=via,
        certain=exact and not row.shared,
        contact_id=row.contact_id,
        contact_name=row.contact.name if row.contact else "",
        owner_name=row.customer.owner.name,
        kind=file.kind,
    )


def _certain_if_alone(found: Sequence[Match]) -> list[Match]:
    """Exact matches are certain only while they all lead to one file."""
    exact = {m.customer_id for m in found if m.certain}
    alone = len(exact) == 1
    return [m if m.certain and alone else replace(m, certain=False) for m in sorted(found, key=lambda m: not m.certain)]


def _by_name(actor: Actor, typed: str, limit: int) -> list[Match]:
    """Names that begin so, of customers and of people, shortest first; parts of names are the search's business."""
    start = name_fold(typed)
    files = (
        Customer.objects.files().filter(scope(actor), name_fold__startswith=start).order_by("name_fold", "pk")[:limit]
    )
    people = Contact.objects.filter(scope(actor, "customer__"), name_fold__startswith=start, active=True).order_by(
        "name_fold", "pk"
    )[:limit]
    columns = ("pk", "number", "name", "kind", "owner__name", "contact_id", "contact_name")
    found = files.annotate(contact_id=Value(0), contact_name=Value("")).values_list(*columns)
    rows = found.union(
        people.values_list(
            "customer_id", "customer__number", "customer__name", "customer__kind", "customer__owner__name", "pk", "name"
        ),
        all=True,
    )
    return [
        Match(
            customer_id=pk,
            number=number,
            name=name,
            via=Via.NAME,
            certain=False,
            contact_id=contact_id or None,
            contact_name=contact_name,
            owner_name=owner,
            kind=kind,
        )
        for pk, number, name, kind, owner, contact_id, contact_name in rows
    ]


def named_like(text: str) -> QuerySet[Customer, Any]:
    """Ids of files with this number, or whose name begins so; for filters of lists that are scoped already."""
    files = Customer.objects.files()
    numbered = files.filter(number=tidy(text).upper()).values("pk")
    return numbered.union(files.filter(name_fold__startswith=name_fold(text)).values("pk")[:MOST_NAMED], all=True)


def _ranked(found: Iterable[Match]) -> list[Match]:
    """Best first; one line a file and person."""
    kept: dict[tuple[int, int | None], Match] = {}
    for match in sorted(found, key=lambda m: (not m.certain, _RANK[m.via])):
        kept.setdefault((match.customer_id, match.contact_id), match)
    return list(kept.values())


def likely_same(
    *, actor: Actor, name: str, registration_no: str = "", phone: str = "", now: datetime, exclude_id: int | None = None
) -> list[Likeness]:
    """Files that may be the same customer as the one being typed: equal registration, phone or beginning of the name.

    One query of three arms.
    """
    arms = []
    files = Customer.objects.files().filter(scope(actor)).exclude(pk=exclude_id or 0)
    if registration := tidy(registration_no).upper():
        arms.append(_likeness(files.filter(registration_no=registration), "registration"))
    read = phones.parse(phone, parameters.value(PHONE_REGION, at=now))
    if read.key8:
        numbers = _ending_with(read.key8).filter(e164=read.e164).values("customer_id")
        arms.append(_likeness(files.filter(pk__in=numbers), "phone"))
    start = name_fold(name)
    if len(start) > SHORTEST_NAME:
        arms.append(_likeness(files.filter(name_fold__startswith=start).order_by("name_fold"), "name"))
    if not arms:
        return []
    rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    seen: dict[int, Likeness] = {}
    for pk, number, label, owner, why in rows:
        seen.setdefault(pk, Likeness(pk, number, label, owner, why))
    return list(seen.values())


def _likeness(files: CustomerSet, why: str) -> QuerySet[Customer, Any]:
    rows = files.annotate(why=Value(why)).values_list("pk", "number", "name", "owner__name", "why")
    return rows[:MOST_LIKELY]
