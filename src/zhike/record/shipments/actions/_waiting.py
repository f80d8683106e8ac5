"""Events that came before their order: taken up as soon as the waybill is registered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from zhike.platform.actors import system_actor
from zhike.platform.bulk.types import SQL_TYPES, Staged
from zhike.platform.outbox.types import Mode
from zhike.record.shipments.actions.imports_events import VOCABULARY_OPTION, take_events
from zhike.record.shipments.types.imports import EVENT_FIELDS

_STAGE: Final = "shipments_waited"
_REFUSED: Final = "shipments_waited_refused"


def take_up_waiting(shipment_ids: Sequence[int], *, now: datetime) -> int:
    """Load what waited for these new shipments, each batch with its own arrival time; returns how many events."""
    names = ", ".join(spec.name for spec in EVENT_FIELDS)
    typed = ", ".join(f"{spec.name} {SQL_TYPES[spec.kind]}" for spec in EVENT_FIELDS)
    taken = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT b.id, b.source, b.vocabulary, b.mode, w.received_at"
            " FROM shipments_shipment h JOIN shipments_waitingevent w ON w.waybill = h.waybill"
            " AND w.carrier IN ('', h.carrier) JOIN shipments_feedbatch b ON b.id = w.batch_id"
            " WHERE h.id = ANY(%s) ORDER BY b.id",
            [list(shipment_ids)],
        )
        for batch, source, vocabulary, mode, received_at in cursor.fetchall():
            cursor.execute(f"CREATE TEMP TABLE {_STAGE} (line bigint, {typed}) ON COMMIT DROP")
            cursor.execute(
                f"CREATE TEMP TABLE {_REFUSED} (line bigint, field text, value text, code text, params jsonb)"
                " ON COMMIT DROP"
            )
            cursor.execute(
                "WITH gone AS (DELETE FROM shipments_waitingevent w USING shipments_shipment h"  # noqa: S608
                " WHERE h.id = ANY(%s) AND w.waybill = h.waybill AND w.carrier IN ('', h.carrier) AND w.batch_id = %s"
                " RETURNING w.id, w.fields)"
                f" INSERT INTO {_STAGE} (line, {names}) SELECT g.id, {names} FROM gone g,"
                f" LATERAL jsonb_to_record(g.fields) AS f ({typed})",
                [list(shipment_ids), batch],
            )
            staged = Staged(
                table=_STAGE,
                rejects=_REFUSED,
                run_id=None,
                mode=Mode(mode),
                source=source,
                zone="UTC",
                received_at=received_at,
                options={VOCABULARY_OPTION: vocabulary},
            )
            taken += take_events(actor=system_actor("shipments.waiting"), staged=staged, now=now).counts.created
            cursor.execute(f"DROP TABLE {_STAGE}, {_REFUSED}")
    return taken
