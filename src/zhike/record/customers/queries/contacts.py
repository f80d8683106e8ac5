"""People at a customer, how to reach them, and how much of the decision chain we know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Value
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.customers.models import ChainSeat, Contact, ContactPoint
from zhike.record.customers.models.contacts import ContactSet
from zhike.record.customers.policies import scope
from zhike.record.customers.rules import masked
from zhike.record.customers.types import (
    ChainRole,
    Channel,
    ContactCard,
    ContactEntry,
    Coverage,
    Point,
    Seat,
)

CHAIN_ORDER = {role.value: place for place, role in enumerate(reversed(ChainRole))}


@dataclass(frozen=True, slots=True)
class People:
    """Everybody at a customer, with the numbers that belong to nobody in particular."""

    contacts: tuple[ContactCard, ...]
    coverage: Coverage
    points: tuple[Point, ...]

    @property
    def live(self) -> tuple[ContactCard, ...]:
        return tuple(c for c in self.contacts if c.active)


def contact_rows(*, actor: Actor) -> ContactSet:
    """Contacts within reach, for lists that filter, sort and page by themselves."""
    return Contact.objects.filter(scope(actor, "customer__")).select_related("customer", "our_staff")


def people(*, actor: Actor, customer_id: int) -> People:
    """Contacts, points and decision chain of one customer. Two queries."""
    rows = list(contact_rows(actor=actor).filter(customer_id=customer_id))
    points, chain = _points_and_chain(Q(customer_id=customer_id) & scope(actor, "customer__"), rows)
    roles: dict[int, list[str]] = {}
    for seat in chain:
        if seat.contact_id is not None:
            roles.setdefault(seat.contact_id, []).append(seat.role)
    cards = [_card(row, roles.get(row.pk, ()), points.get(row.pk, ())) for row in rows]
    cards.sort(key=lambda c: (not c.active, min((CHAIN_ORDER[r] for r in c.roles), default=len(CHAIN_ORDER)), c.id))
    return People(contacts=tuple(cards), coverage=coverage_of(chain), points=points.get(None, ()))


def coverage(*, actor: Actor, customer_id: int) -> Coverage:
    """CUST-11: decision-chain roles with a live contact ÷ roles identified, of one customer."""
    rows = ChainSeat.objects.filter(scope(actor, "customer__"), customer_id=customer_id).select_related("contact")
    return coverage_of(list(rows))


def coverage_of(rows: Sequence[ChainSeat]) -> Coverage:
    """`rows` with their contacts loaded; the weightiest role first."""
    ordered = sorted(rows, key=lambda s: (CHAIN_ORDER[s.role], s.pk))
    seats = tuple(
        Seat(
            id=seat.pk,
            role=seat.role,
            title=seat.title,
            contact_id=seat.contact_id,
            contact_name=seat.contact.name if seat.contact else "",
            covered=seat.contact is not None and seat.contact.active,
        )
        for seat in ordered
    )
    return Coverage(covered=sum(seat.covered for seat in seats), identified=len(seats), seats=seats)


def coverage_total(*, actor: Actor) -> Coverage:
    """CUST-11 over all files within reach."""
    found = ChainSeat.objects.filter(scope(actor, "customer__"), customer__merged_into__isnull=True).aggregate(
        identified=Count("pk"), covered=Count("pk", filter=Q(contact__active=True))
    )
    return Coverage(covered=found["covered"], identified=found["identified"])


def contact(*, actor: Actor, contact_id: int) -> ContactCard:
    """One person with roles and points; raises NotFound. Three queries."""
    row = contact_rows(actor=actor).filter(pk=contact_id).first()
    if row is None:
        raise NotFound
    roles = list(ChainSeat.objects.filter(contact_id=contact_id).order_by("pk").values_list("role", flat=True))
    return _card(row, roles, _points(Q(contact_id=contact_id)).get(contact_id, ()))


def contact_names(*, actor: Actor, contact_ids: Iterable[int]) -> dict[int, str]:
    """Names of people for labels in lists; only of those within reach."""
    rows = Contact.objects.filter(scope(actor, "customer__"), pk__in=set(contact_ids))
    return dict(rows.values_list("pk", "name"))


def entry_of(row: Contact, roles: Sequence[str]) -> ContactEntry:
    return ContactEntry(
        name=row.name,
        form_of_address=row.form_of_address,
        position=row.position,
        roles=tuple(ChainRole(role) for role in roles),
        language=row.language,
        strength=row.strength,
        our_staff_id=row.our_staff_id,
        prefers_channel=Channel(row.prefers_channel) if row.prefers_channel else None,
        prefers_time=row.prefers_time,
    )


def point_of(row: ContactPoint) -> Point:
    return Point(
        id=row.pk,
        kind=row.kind,
        masked=masked(row.kind, row.e164 or row.raw),
        doubt=row.doubt,
        primary=row.primary,
        shared=row.shared,
        verified_at=row.verified_at,
        extension=row.extension,
    )


def _points(condition: Q) -> Mapping[int | None, tuple[Point, ...]]:
    found: dict[int | None, list[Point]] = {}
    for row in ContactPoint.objects.filter(condition).order_by("-primary", "pk"):
        found.setdefault(row.contact_id, []).append(point_of(row))
    return {owner: tuple(points) for owner, points in found.items()}


def _points_and_chain(
    condition: Q, people: Sequence[Contact]
) -> tuple[Mapping[int | None, tuple[Point, ...]], list[ChainSeat]]:
    """Ways to reach people and places in the decision chain, from both tables at once: a page opens with them."""
    told = "pk", "contact_id", "primary", "kind", "raw", "e164", "doubt", "shared", "verified_at", "extension"
    points = ContactPoint.objects.filter(condition).values_list(Value("point"), JSONObject(**{n: n for n in told}))
    of_chain = "pk", "contact_id", "role", "title"
    seats = ChainSeat.objects.filter(condition).values_list(Value("seat"), JSONObject(**{n: n for n in of_chain}))
    by_id = {row.pk: row for row in people}
    found: dict[int | None, list[Point]] = {}
    chain: list[ChainSeat] = []
    # The first to use stands first, then the oldest.
    for kind, said in sorted(points.union(seats, all=True), key=lambda one: (not one[1].get("primary"), one[1]["pk"])):
        if kind == "point":
            at = said["verified_at"]
            row = ContactPoint(**{**said, "verified_at": parse_datetime(at) if at else None})
            found.setdefault(row.contact_id, []).append(point_of(row))
        else:
            seat = ChainSeat(**said)
            if seat.contact_id in by_id:
                seat.contact = by_id[seat.contact_id]
            chain.append(seat)
    return {owner: tuple(listed) for owner, listed in found.items()}, chain


def _card(row: Contact, roles: Sequence[str], points: Sequence[Point]) -> ContactCard:
    return ContactCard(
        id=row.pk,
        customer_id=row.customer_id,
        name=row.name,
        form_of_address=row.form_of_address,
        position=row.position,
        roles=tuple(sorted(roles, key=CHAIN_ORDER.__getitem__)),
        language=row.language,
        strength=row.strength,
        our_staff=row.our_staff.name if row.our_staff else "",
        our_staff_id=row.our_staff_id,
        prefers_channel=row.prefers_channel,
        prefers_time=row.prefers_time,
        last_contact_at=row.last_contact_at,
        last_channel=row.last_channel,
        active=row.active,
        version=row.version,
        points=tuple(points),
    )
