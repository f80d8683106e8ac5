"""Telling the customer file what follows from goods: which units deal with whom, and how services move its stage."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection

from zhike.platform.actors import system_actor
from zhike.platform.outbox.types import Mode
from zhike.record.customers.actions import record_dealings, record_service_events
from zhike.record.shipments.actions._state import TOUCHED

FOLLOWING: Final = system_actor("shipments.customers")
_DEALINGS: Final = "shipments_dealings"


def follow(customer_ids: Iterable[int], *, mode: Mode, now: datetime) -> None:
    """Push dealings (CUST-06) and stages (CUST-14) of the customers of the touched shipments; set-based."""
    ids = sorted(set(customer_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {_DEALINGS} ON COMMIT DROP AS"  # noqa: S608 - tables of our own
            " SELECT h.customer_id, u.unit_id, u.at"
            f" FROM {TOUCHED} t JOIN shipments_shipment h ON h.id = t.id JOIN shipments_order o ON o.id = h.order_id"
            " CROSS JOIN LATERAL (VALUES (o.department_id, h.ordered_at), (h.origin_unit_id, h.ordered_at),"
            "  (h.destination_unit_id, coalesce(h.last_event_at, h.ordered_at))) AS u (unit_id, at)"
            " WHERE h.customer_id IS NOT NULL AND u.unit_id IS NOT NULL"
        )
    record_dealings(actor=FOLLOWING, table=_DEALINGS, now=now)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {_DEALINGS}")
    record_service_events(actor=FOLLOWING, customer_ids=ids, mode=mode, now=now)
