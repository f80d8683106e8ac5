"""The watch list: putting entries aside with a reason, and telling once of what became late."""

from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.outbox.types import Mode
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions._load import held
from zhike.record.shipments.events import (
    LateTold,
    ShipmentsLate,
    ShipmentsSilent,
    SilentTold,
    WatchAcknowledged,
    WatchLifted,
)
from zhike.record.shipments.models import WatchAck
from zhike.record.shipments.policies import ACKNOWLEDGE_WATCH, SILENT_AFTER, TOLD_AT_ONCE, TRACK_SHIPMENTS, WATCH_BACK
from zhike.record.shipments.types.codes import WatchKind

MOST_REASON: Final = 300
# Not put aside by somebody who has looked and said why.
_AWAKE: Final = (
    "NOT EXISTS (SELECT 1 FROM shipments_watchack a WHERE a.shipment_id = shipments_shipment.id AND a.kind = %(kind)s"
    " AND a.lifted_at IS NULL AND (a.until IS NULL OR a.until > %(now)s))"
)
# Ends a materialized list: as a plain subquery the planner may run it once for each row, and the limit is passed over.
_CLAIM: Final = "FOR NO KEY UPDATE SKIP LOCKED)"


@action
def acknowledge_watch(
    *, actor: Actor, shipment_id: int, kind: WatchKind, reason: str, now: datetime, until: datetime | None = None
) -> None:
    """Take an entry off the watch list until a moment, or for good; somebody has looked and says why."""
    shipment = held(actor, shipment_id)
    authorize(actor, ACKNOWLEDGE_WATCH, subject=("shipment", shipment_id), unit_no=shipment.scope_unit_id)
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Please say why this entry may rest."))
    if until is not None and until <= now:
        raise Invalid.of("until", "in_past", _("This moment has passed."))
    WatchAck.objects.filter(shipment=shipment, kind=kind.value, lifted_at__isnull=True).update(lifted_at=now)
    WatchAck.objects.create(
        shipment=shipment,
        kind=kind.value,
        at=now,
        until=until,
        reason=reason.strip()[:MOST_REASON],
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
    )
    audit.record(
        actor,
        WatchAcknowledged(
            subject=("shipment", shipment_id), after={"kind": kind, "until": until}, reason=reason.strip()
        ),
        now=now,
    )


@action
def lift_watch(*, actor: Actor, shipment_id: int, kind: WatchKind, now: datetime) -> None:
    """Put an entry back on the watch list."""
    shipment = held(actor, shipment_id)
    authorize(actor, ACKNOWLEDGE_WATCH, subject=("shipment", shipment_id), unit_no=shipment.scope_unit_id)
    resting = WatchAck.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), shipment=shipment, kind=kind.value, lifted_at__isnull=True
    )
    if not resting.update(lifted_at=now):
        raise NotFound
    audit.record(actor, WatchLifted(subject=("shipment", shipment_id), after={"kind": kind}), now=now)


@action
def tell_late(*, actor: Actor, now: datetime) -> int:
    """Tell the rooms above of live shipments whose promise has passed since the last look; returns how many.

    Each is told of once. History is never told: its promises passed long ago.
    """
    authorize(actor, TRACK_SHIPMENTS)
    oldest = now - parameters.value(WATCH_BACK, at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH picked AS MATERIALIZED ("  # noqa: S608 - a constant
            " SELECT id FROM shipments_shipment WHERE is_open AND overdue_at <= %(now)s AND overdue_at > %(oldest)s"
            f" AND late_told_at IS NULL AND mode = 'live' AND {_AWAKE}"
            f" ORDER BY id LIMIT %(most)s {_CLAIM}"
            " UPDATE shipments_shipment SET late_told_at = %(now)s WHERE id IN (SELECT id FROM picked)"
            " RETURNING id, overdue_at",
            {
                "now": now,
                "oldest": oldest,
                "kind": WatchKind.OVERDUE.value,
                "most": parameters.value(TOLD_AT_ONCE, at=now),
            },
        )
        rows = sorted(cursor.fetchall())
    if not rows:
        return 0
    ids = [pk for pk, _overdue in rows]
    for part in _state.parts(ids):
        outbox.emit(ShipmentsLate(shipment_ids=part), now=now, mode=Mode.LIVE)
    audit.record(actor, LateTold(subject=("watch_list", "late"), after={"shipments": len(ids)}), now=now)
    return len(ids)


@action
def tell_silent(*, actor: Actor, now: datetime) -> int:
    """Tell the rooms above of live shipments without a scan for too long; returns how many (SHIP-08).

    Each silence is told of once, and again only after a scan and another silence. History is never told.
    """
    authorize(actor, TRACK_SHIPMENTS)
    oldest = now - parameters.value(WATCH_BACK, at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH picked AS MATERIALIZED ("  # noqa: S608 - a constant
            " SELECT id FROM shipments_shipment WHERE is_open AND last_activity_at <= %(silent)s"
            " AND last_activity_at > %(oldest)s AND silent_told_of IS DISTINCT FROM last_activity_at"
            f" AND mode = 'live' AND {_AWAKE} ORDER BY id LIMIT %(most)s {_CLAIM}"
            " UPDATE shipments_shipment SET silent_told_of = last_activity_at"
            " WHERE id IN (SELECT id FROM picked) RETURNING id",
            {
                "now": now,
                "silent": now - parameters.value(SILENT_AFTER, at=now),
                "oldest": oldest,
                "kind": WatchKind.SILENT.value,
                "most": parameters.value(TOLD_AT_ONCE, at=now),
            },
        )
        ids = sorted(pk for (pk,) in cursor.fetchall())
    if not ids:
        return 0
    for part in _state.parts(ids):
        outbox.emit(ShipmentsSilent(shipment_ids=part), now=now, mode=Mode.LIVE)
    audit.record(actor, SilentTold(subject=("watch_list", "silent"), after={"shipments": len(ids)}), now=now)
    return len(ids)
