"""What a customer's page and search show of cases."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from zhike.platform.actors import Actor
from zhike.platform.db.ids import ids_of
from zhike.platform.search.types import Document, Hit, Numbers, Sight
from zhike.service.cases.models import Case, CaseGoods
from zhike.service.cases.policies import VIEW, scope

KIND = "case"
SHOWN = 50
# Digits of a bigint.


def cases_now(*, actor: Actor, customer_id: int) -> list[Case]:
    """The customer's open cases, the nearest deadline first. One query."""
    rows = Case.objects.filter(scope(actor), customer_id=customer_id).open().select_related("category", "owner")
    return list(rows.order_by("next_due_at", "pk")[:SHOWN])


def now_and_last(*, actor: Actor, customer_id: int) -> tuple[list[Case], Case | None]:
    """The customer's open cases, the nearest deadline first, and the one that ended last. One query."""
    rows = Case.objects.filter(scope(actor), customer_id=customer_id).select_related("category", "owner")
    found = list(rows.order_by(F("closed_at").desc(nulls_first=True), "next_due_at", "pk")[:SHOWN])
    now = [row for row in found if row.closed_at is None]
    return now, next((row for row in found if row.closed_at is not None), None)


def cases_of(*, actor: Actor, customer_id: int, limit: int = SHOWN) -> list[Case]:
    """Every case of a customer, the newest first. One query."""
    rows = Case.objects.filter(scope(actor), customer_id=customer_id)
    return list(rows.select_related("category", "owner").order_by("-opened_at", "-pk")[:limit])


def cases_of_shipment(*, actor: Actor, shipment_id: int, limit: int = SHOWN) -> list[Case]:
    """Cases about a shipment, alone or among others: open ones first, the nearest deadline before the rest. One query.

    By two indexes: what a case is about, and the goods of cases about several.
    """
    among = CaseGoods.objects.filter(shipment_id=shipment_id).values("case_id")
    about = Case.objects.filter(shipment_id=shipment_id).values("pk")
    rows = Case.objects.filter(scope(actor), pk__in=about.union(among)).select_related("category", "owner")
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "next_due_at", "-pk")[:limit])


def customer_ids_by_number(*, actor: Actor, key: str) -> QuerySet[Any, Any]:
    """Whose matter a number of a case means, as part of a larger query (CUST-05)."""
    return Case.objects.filter(scope(actor), customer__isnull=False, number=key.strip().upper()).values("customer_id")


def case_counts(*, actor: Actor, customer_ids: Sequence[int]) -> dict[int, int]:
    """Cases of each of these customers, for groups. One query."""
    rows = Case.objects.filter(scope(actor), customer_id__in=customer_ids)
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


def sight(actor: Actor) -> Sight:
    """As `policies.scope` says it, but for tasks: who has one finds the case in the list of tasks."""
    if not actor.has(VIEW.code):
        return Sight()
    return Sight(whole=actor.reach.everything, reach=actor.reach)


def documents(ids: Sequence[int]) -> list[Document]:
    """Cases by number, customer, subject and text, waybill and tags."""
    rows = Case.objects.filter(pk__in=ids).select_related("customer", "shipment", "contact")
    return [
        Document(
            object_id=row.pk,
            title=row.subject,
            number=row.number,
            line=" ".join(part for part in (row.customer.name, row.contact.name if row.contact else "") if part),
            keys=[row.number, *([row.shipment.waybill] if row.shipment else [])],
            texts=[part for part in (row.subject, row.text[:2000], *row.tags) if part],
            sort=int(row.opened_at.timestamp()),
            scope_unit_id=row.scope_unit_id,
        )
        for row in rows
    ]


def document_ids(after: int, limit: int) -> list[int]:
    return list(Case.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


def exact_numbers(*, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
    """Case numbers, exactly. One query."""
    wanted = {n.raw.upper(): n.raw for n in numbers}
    rows = Case.objects.filter(scope(actor), number__in=wanted).select_related("customer")
    return {
        wanted[row.number]: [
            Hit(kind=KIND, object_id=row.pk, title=row.number, line=f"{row.subject} {row.customer.name}", exact=True)
        ]
        for row in rows[: max(limit, len(wanted))]
    }


def customers_of(*, actor: Actor, keys: Sequence[str]) -> dict[str, int]:
    """The customer of each of these cases within reach, by id as text."""
    rows = Case.objects.filter(scope(actor), pk__in=ids_of(keys))
    return {str(pk): customer_id for pk, customer_id in rows.values_list("pk", "customer_id")}


def case_numbers(*, actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    """The number of each of these cases within reach, by id as text."""
    rows = Case.objects.filter(scope(actor), pk__in=ids_of(keys))
    return {str(pk): number for pk, number in rows.values_list("pk", "number")}


def named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Number and page of the cases within reach; a number stands for itself."""
    rows = Case.objects.filter(Q(pk__in=ids_of(keys)) | Q(number__in=[*keys]), scope(actor)).values_list("pk", "number")
    found: dict[str, tuple[str, str]] = {}
    for pk, number in rows:
        found[str(pk)] = found[number] = (number, reverse("desk:case", args=[pk]))
    return found
