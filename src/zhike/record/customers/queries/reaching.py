"""Whole numbers and addresses of people, for the room that sends messages; never shown to anybody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from zhike.platform.actors import Actor
from zhike.record.customers.models import Contact, ContactPoint
from zhike.record.customers.policies import scope
from zhike.record.customers.types import PointKind

_REACHED_BY = [PointKind.PHONE.value, PointKind.EMAIL.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """A person with the first number (E.164) and address that can be used; empty for whoever has left or was erased."""

    contact_id: int
    customer_id: int
    scope_unit_id: int
    name: str
    language: str
    zone: str
    active: bool
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of a customer as a whole: switchboard and common mailbox."""

    phone: str = ""
    email: str = ""


def reachable(*, actor: Actor, contact_ids: Collection[int]) -> dict[int, Reachable]:
    """These people, as far as within reach. Two queries."""
    rows = Contact.objects.filter(scope(actor, "customer__"), pk__in=set(contact_ids)).select_related("customer")
    return _with_addresses(list(rows))


def reachable_of(*, actor: Actor, customer_ids: Collection[int]) -> dict[int, list[Reachable]]:
    """Everybody at these customers who can be reached, the longest known first. Two queries."""
    rows = Contact.objects.live().filter(scope(actor, "customer__"), customer_id__in=set(customer_ids))
    found: dict[int, list[Reachable]] = {}
    for one in _with_addresses(list(rows.select_related("customer").order_by("pk"))).values():
        if one.phone or one.email:
            found.setdefault(one.customer_id, []).append(one)
    return found


def addresses_of(*, actor: Actor, customer_ids: Collection[int]) -> dict[int, Addresses]:
    """Numbers and addresses that belong to nobody in particular. One query."""
    condition = Q(customer_id__in=set(customer_ids), contact__isnull=True) & scope(actor, "customer__")
    return {pk: Addresses(*found) for pk, found in _first(condition, "customer_id").items()}


def holders(*, actor: Actor, addresses: Collection[str]) -> dict[str, list[int]]:
    """Who has each of these numbers (E.164) or folded addresses: ids of people still there. Two queries."""
    phones = {one for one in addresses if "@" not in one}
    rows = ContactPoint.objects.filter(scope(actor, "customer__"), contact__active=True)
    wanted = {PointKind.PHONE: ("e164", phones), PointKind.EMAIL: ("value", set(addresses) - phones)}
    found: dict[str, list[int]] = {}
    for kind, (column, values) in wanted.items():
        if not values:
            continue
        # The index is on `value`; a number with an extension has another value and is nobody's mobile.
        pairs = rows.filter(kind=kind.value, value__in=values).order_by("contact_id").values_list(column, "contact_id")
        for value, contact_id in pairs:
            if contact_id is not None and contact_id not in found.setdefault(value, []):
                found[value].append(contact_id)
    return found


def _with_addresses(rows: Sequence[Contact]) -> dict[int, Reachable]:
    first = _first(Q(contact_id__in=[row.pk for row in rows if row.active]), "contact_id")
    return {row.pk: _reachable(row, first) for row in rows}


def _reachable(row: Contact, first: Mapping[int, tuple[str, str]]) -> Reachable:
    phone, email = first.get(row.pk, ("", ""))
    return Reachable(
        contact_id=row.pk,
        customer_id=row.customer_id,
        scope_unit_id=row.scope_unit_id,
        name=row.name,
        language=row.language,
        zone=row.customer.zone,
        active=row.active,
        phone=phone,
        email=email,
    )


def _first(condition: Q, column: str) -> dict[int, tuple[str, str]]:
    """Number and address to use by owner: the one marked first, else the oldest; what is in doubt is not used."""
    found: dict[int, dict[str, str]] = {}
    rows = ContactPoint.objects.filter(condition, kind__in=_REACHED_BY, doubt="").order_by("-primary", "pk")
    for owner, kind, e164, value in rows.values_list(column, "kind", "e164", "value"):
        found.setdefault(owner, {}).setdefault(kind, e164 if kind == PointKind.PHONE.value else value)
    return {
        owner: (kinds.get(PointKind.PHONE.value, ""), kinds.get(PointKind.EMAIL.value, ""))
        for owner, kinds in found.items()
    }
