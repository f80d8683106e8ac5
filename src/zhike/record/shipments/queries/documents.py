"""What the search knows of shipments, and waybills straight from the table."""

from collections.abc import Mapping, Sequence

from django.db import connection

from zhike.platform.actors import Actor
from zhike.platform.search.types import Document, Hit, Numbers, Sight
from zhike.record.shipments.models import FeedBatch, Party, Shipment
from zhike.record.shipments.policies import VIEW_SHIPMENTS, scope
from zhike.record.shipments.rules import normal_waybill

KIND = "shipment"


def sight(actor: Actor) -> Sight:
    """As `policies.scope` says it."""
    if not actor.has(VIEW_SHIPMENTS.code):
        return Sight()
    return Sight(whole=actor.reach.everything, reach=actor.reach)


def documents(ids: Sequence[int]) -> list[Document]:
    """Shipments by waybill, order, references, consignor and consignee, goods and places."""
    rows = list(Shipment.objects.filter(pk__in=ids).select_related("order", "customer"))
    people: dict[int, list[Party]] = {}
    for party in Party.objects.filter(shipment_id__in=ids):
        people.setdefault(party.shipment_id, []).append(party)
    return [_document(row, people.get(row.pk, [])) for row in rows]


def _document(row: Shipment, parties: Sequence[Party]) -> Document:
    consignee = next((p for p in parties if p.role == "consignee"), None)
    named = [p.name for p in parties if p.name]
    where = [part for p in parties for part in (p.city, p.address) if part]
    return Document(
        object_id=row.pk,
        title=row.waybill,
        number=row.order.number,
        line=" ".join(
            part
            for part in (row.customer.name if row.customer else "", consignee.name if consignee else "", row.city)
            if part
        ),
        keys=[row.waybill, row.order.number, *row.order.references, *(p.phone for p in parties if p.phone)],
        texts=[*named, *where, *([row.order.goods] if row.order.goods else [])],
        sort=int(row.ordered_at.timestamp()),
        scope_unit_id=row.scope_unit_id,
    )


def document_ids(after: int, limit: int) -> list[int]:
    return list(Shipment.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


_EXACT = """
SELECT n.raw, h.id FROM unnest(%(raws)s::text[], %(waybills)s::text[]) AS n (raw, waybill)
JOIN shipments_shipment h ON h.waybill = n.waybill
UNION
SELECT n.raw, h.id FROM unnest(%(raws)s::text[], %(upper)s::text[]) AS n (raw, number)
JOIN shipments_order o ON o.number = n.number JOIN shipments_shipment h ON h.order_id = o.id
UNION
SELECT n.raw, h.id FROM unnest(%(raws)s::text[]) AS n (raw)
JOIN shipments_order o ON o."references" @> ARRAY[n.raw]::varchar[] JOIN shipments_shipment h ON h.order_id = o.id
"""


def exact_numbers(*, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
    """Waybills, order numbers and references, exactly. Two queries."""
    given = {
        "raws": [n.raw for n in numbers],
        "waybills": [normal_waybill(n.raw) for n in numbers],
        "upper": [n.raw.upper() for n in numbers],
    }
    with connection.cursor() as cursor:
        cursor.execute(_EXACT, given)
        found: list[tuple[str, int]] = cursor.fetchall()
    rows = Shipment.objects.filter(scope(actor), pk__in={pk for _raw, pk in found}).select_related("customer")
    seen = {row.pk: row for row in rows}
    hits: dict[str, list[Hit]] = {}
    for raw, pk in found:
        if pk in seen and len(hits.get(raw, ())) < limit:
            hits.setdefault(raw, []).append(_hit(seen[pk], exact=True))
    return hits


def _hit(row: Shipment, *, exact: bool) -> Hit:
    return Hit(
        kind=KIND,
        object_id=row.pk,
        title=row.waybill,
        line=" ".join(part for part in (row.customer.name if row.customer else "", row.city) if part),
        exact=exact,
    )


def of_batch(batch_id: int) -> list[int]:
    """The shipments that a batch of orders registered or changed: those with a milestone or none, of its source."""
    batch = FeedBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        return []
    rows = Shipment.objects.filter(order__source=batch.source, mode=batch.mode)
    return list(rows.order_by("pk").values_list("pk", flat=True))
