"""What may be told of shipments that have a new status, or are late: everything about them at once (SHIP-03)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.record.contacting.types import EventKind, Notice, Recipient, Value
from zhike.record.shipments.models import Party, Shipment
from zhike.record.shipments.policies import scope
from zhike.record.shipments.rules import normal_waybill
from zhike.record.shipments.types.codes import (
    REASON_LABELS,
    STATUS_LABELS,
    IncidentReason,
    PartyRole,
    Status,
)

SUBJECT: Final = "shipment"
EVENT_OF: Final[Mapping[Status, EventKind]] = {
    Status.PICKED_UP: EventKind.PICKED_UP,
    Status.OUT_FOR_DELIVERY: EventKind.OUT_FOR_DELIVERY,
    Status.DELIVERED: EventKind.DELIVERED,
    Status.EXCEPTION: EventKind.EXCEPTION,
    Status.READY_FOR_PICKUP: EventKind.READY_FOR_PICKUP,
    Status.ATTEMPT_FAILED: EventKind.ATTEMPT_FAILED,
    Status.RETURNED: EventKind.RETURNED,
}
# These can happen to a shipment on several days, and each day's is news.
_AGAIN: Final = frozenset({EventKind.OUT_FOR_DELIVERY, EventKind.ATTEMPT_FAILED, EventKind.EXCEPTION})
LATE: Final = "late"
# Where traditional characters are read; elsewhere abroad English.
_TRADITIONAL: Final = frozenset({"TW", "HK", "MO"})


def notices_of(*, actor: Actor, shipment_ids: Sequence[int], status: Status) -> list[Notice]:
    """Of those that still have this status: what has moved on since is told by its own event. Two queries."""
    kind = EVENT_OF.get(status)
    if kind is None:
        return []
    rows = Shipment.objects.filter(scope(actor), pk__in=shipment_ids, status=status.value)
    return _notices(actor, rows.select_related("destination_unit").order_by("pk"), kind)


def late_notices(*, actor: Actor, shipment_ids: Sequence[int]) -> list[Notice]:
    """Of those that are late and still open: the promise has passed. Two queries."""
    rows = Shipment.objects.filter(scope(actor), pk__in=shipment_ids, is_open=True, overdue_at__isnull=False)
    return _notices(actor, rows.select_related("destination_unit").order_by("pk"), EventKind.EXCEPTION, late=True)


def notice_values(*, actor: Actor, reference: str) -> Mapping[str, Value] | None:
    """Real values for the preview of a template, from a waybill."""
    rows = Shipment.objects.filter(scope(actor), waybill=normal_waybill(reference))
    row = rows.select_related("destination_unit", "customer").order_by("pk").first()
    if row is None:
        return None
    party = Party.objects.filter(shipment=row, role=PartyRole.CONSIGNEE.value).first()
    customer = row.customer.name if row.customer else ""
    return {**_values(row), "name": party.name if party else "", "customer": customer}


def _notices(actor: Actor, found: "QuerySet[Shipment]", kind: EventKind, *, late: bool = False) -> list[Notice]:
    rows = list(found)
    people = {
        one.shipment_id: one
        for one in Party.objects.filter(
            scope(actor, "shipment__"), shipment_id__in=[row.pk for row in rows], role=PartyRole.CONSIGNEE.value
        )
    }
    return [_notice(row, people.get(row.pk), kind, late=late) for row in rows]


def _notice(row: Shipment, party: Party | None, kind: EventKind, *, late: bool) -> Notice:
    at = row.overdue_at if late else row.last_event_at
    at = at or row.ordered_at
    return Notice(
        event=kind,
        subject=(SUBJECT, str(row.pk)),
        occurred_at=at,
        values=_values(row),
        zone=row.zone,
        customer_id=row.customer_id,
        consignee=_consignee(row, party),
        occasion=LATE if late else _occasion(kind, at, row.zone),
    )


def _occasion(kind: EventKind, at: datetime, zone: str) -> str:
    return clock.local_date(at, zone).isoformat() if kind in _AGAIN else ""


def _consignee(row: Shipment, party: Party | None) -> Recipient | None:
    if party is None or not party.phone:
        return None
    country = party.country or row.country or "CN"
    language = "zh-hans" if country == "CN" else "zh-hant" if country in _TRADITIONAL else "en"
    return Recipient(phone=party.phone, name=party.name, zone=party.zone or row.zone, language=language)


def _values(row: Shipment) -> dict[str, Value]:
    """Placeholders of a template; what is not known is empty."""
    outlet = row.destination_unit
    values: dict[str, Value] = {
        "waybill": row.waybill,
        "status": STATUS_LABELS[Status(row.status)],
        "place": row.last_place,
        "courier": row.courier_name,
        "courier_phone": row.courier_phone,
        "outlet": outlet.name if outlet else "",
        "outlet_phone": outlet.phone if outlet else "",
        "reason": REASON_LABELS[IncidentReason(row.incident_reason)] if row.incident_reason else "",
    }
    values |= {name: at for name, at in (("estimate", row.eta), ("promised", row.promised_delivery_at)) if at}
    return values
