"""The watch list: each reason read from its own small index."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.record.shipments.models import Shipment, WatchAck
from zhike.record.shipments.models.orders import ShipmentSet
from zhike.record.shipments.policies import REPLY_AFTER, SILENT_AFTER, WATCH_BACK, scope
from zhike.record.shipments.types.codes import Status, WatchKind
from zhike.record.shipments.types.views import WatchCounts

# What each tab is sorted by, the longest waiting first; the fields of its index.
SORTS = {
    WatchKind.OVERDUE: "overdue_at",
    WatchKind.SILENT: "last_activity_at",
    WatchKind.NO_REPLY: "delivered_at",
    WatchKind.NO_PHONE: "out_for_delivery_at",
}


def watch_condition(kind: WatchKind, now: datetime) -> Q:
    """What puts a shipment on the list for this reason."""
    oldest = now - parameters.value(WATCH_BACK, at=now)
    if kind is WatchKind.OVERDUE:
        return Q(is_open=True, overdue_at__lte=now, overdue_at__gt=oldest)
    if kind is WatchKind.SILENT:
        silent = now - parameters.value(SILENT_AFTER, at=now)
        return Q(is_open=True, last_activity_at__lte=silent, last_activity_at__gt=oldest)
    if kind is WatchKind.NO_REPLY:
        missing = now - parameters.value(REPLY_AFTER, at=now)
        return Q(
            status=Status.DELIVERED.value, replied_at__isnull=True, delivered_at__lte=missing, delivered_at__gt=oldest
        )
    return Q(status=Status.OUT_FOR_DELIVERY.value, courier_phone="", out_for_delivery_at__gt=oldest)


def watch_rows(*, actor: Actor, kind: WatchKind, now: datetime, resting: bool = False) -> ShipmentSet:
    """Shipments on the list for one reason; with `resting` those that somebody has put aside."""
    acks = WatchAck.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now),
        shipment_id=OuterRef("pk"),
        kind=kind.value,
        lifted_at__isnull=True,
    )
    rows = Shipment.objects.filter(scope(actor)).filter(watch_condition(kind, now)).select_related("customer")
    return rows.filter(Exists(acks)) if resting else rows.filter(~Exists(acks))


def watch_counts(*, actor: Actor, now: datetime) -> WatchCounts:
    """Entries of every tab. Four small queries."""
    counts = {kind.value: watch_rows(actor=actor, kind=kind, now=now).order_by().count() for kind in WatchKind}
    return WatchCounts(**counts)


def watch_kinds_of(*, actor: Actor, shipment: Shipment, now: datetime) -> list[tuple[WatchKind, WatchAck | None]]:
    """Why one shipment stands on the list, each with what was said to it."""
    rows = Shipment.objects.filter(scope(actor), pk=shipment.pk)
    said = WatchAck.objects.filter(Q(until__isnull=True) | Q(until__gt=now), lifted_at__isnull=True)
    ids = ArraySubquery(said.filter(shipment=OuterRef("pk")).values("pk"))
    found = rows.values_list(ids, *(_holds(kind, now) for kind in WatchKind)).first()
    if found is None or not any(found[1:]):
        return []
    acks = {ack.kind: ack for ack in said.filter(pk__in=found[0])} if found[0] else {}
    return [(kind, acks.get(kind.value)) for kind, holds in zip(WatchKind, found[1:], strict=True) if holds]


def _holds(kind: WatchKind, now: datetime) -> Exists:
    return Exists(Shipment.objects.filter(watch_condition(kind, now), pk=OuterRef("pk")))
