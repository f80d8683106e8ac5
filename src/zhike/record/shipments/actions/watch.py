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
from zhike.record.shipments.events import LateTold, ShipmentsLate, WatchAcknowledged, WatchLifted
from zhike.record.shipments.models import WatchAck
from zhike.record.shipments.policies import ACKNOWLEDGE_WATCH, TRACK_SHIPMENTS, WATCH_BACK
from zhike.record.shipments.types.codes import WatchKind

MOST_REASON: Final = 300
LATE_AT_ONCE: Final = 10_000


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
            "UPDATE shipments_shipment SET late_told_at = %(now)s WHERE id IN ("
            " SELECT id FROM shipments_shipment WHERE is_open AND overdue_at <= %(now)s AND overdue_at > %(oldest)s"
            " AND late_told_at IS NULL AND mode = 'live' ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED)"
            " RETURNING id, overdue_at",
            {"now": now, "oldest": oldest, "most": LATE_AT_ONCE},
        )
        rows = sorted(cursor.fetchall())
    if not rows:
        return 0
    ids = [pk for pk, _overdue in rows]
    for part in _state.parts(ids):
        outbox.emit(ShipmentsLate(shipment_ids=part), now=now, mode=Mode.LIVE)
    audit.record(actor, LateTold(subject=("watch_list", "late"), after={"shipments": len(ids)}), now=now)
    return len(ids)
