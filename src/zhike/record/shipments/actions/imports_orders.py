"""Orders with their shipments in bulk: new ones, changed ones, and the milestones that they state."""

from datetime import datetime
from typing import Any, Final

from django.db import connection

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.platform.outbox.types import Mode
from zhike.record.shipments.actions import _orders_sql as text
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions._customers import follow
from zhike.record.shipments.actions._waiting import take_up_waiting
from zhike.record.shipments.actions.imports_events import refuse_unknown_unit, refuse_unknown_zones
from zhike.record.shipments.events import BatchImported, OrdersImported, ShipmentsRegistered
from zhike.record.shipments.models import FeedBatch
from zhike.record.shipments.policies import IMPORT_SHIPMENTS
from zhike.record.shipments.types.codes import BusinessLine, PartyRole, ServiceMode, Vocabulary

# Options of a mapping's step.
CUSTOMER_SYSTEM_OPTION: Final = "customer_system"
LINE_OPTION: Final = "business_line"
MODE_OPTION: Final = "service_mode"
COUNTRY_OPTION: Final = "phone_country"
ROWS: Final = text.ROWS


@action
def load_orders(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `shipments.orders`: one row is one shipment of an order."""
    authorize(actor, IMPORT_SHIPMENTS)
    batch = FeedBatch.objects.create(
        source=staged.source,
        vocabulary=Vocabulary.ORDER.value,
        mode=staged.mode.value,
        received_at=staged.received_at,
        run_id=staged.run_id,
    )
    values = _values(staged, batch)
    _refuse_senseless(staged)
    _run(text.WHO.format(staged=staged.table), values)
    staged.reject(text.NO_CUSTOMER, field_name="customer", code="unknown_customer")
    _run(text.ROWS_OF.format(staged=staged.table, unjoined=staged.unjoined), values)
    _refuse_by_rows(actor, staged)
    created, updated, duplicate = _write(staged, values)
    moved = _state.recompute(now=now, list_changes=staged.mode is Mode.LIVE)
    follow({*moved.customers, *_customers()}, mode=staged.mode, now=now)
    new_ids = _new_ids()
    take_up_waiting(new_ids, now=now)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE shipments_who, {ROWS}, {text.MILESTONES}")
    counts = Counts(created=created, updated=updated, duplicate=duplicate)
    FeedBatch.objects.filter(pk=batch.pk).update(created=created, duplicate=duplicate)
    audit.record(
        actor,
        OrdersImported(
            subject=("feed_batch", batch.pk),
            after={"source": staged.source, "created": created, "updated": updated, "duplicate": duplicate},
        ),
        now=now,
    )
    if staged.mode is Mode.LIVE:
        outbox.emit_many((ShipmentsRegistered(shipment_ids=p) for p in _state.parts(new_ids)), now=now)
        _state.tell(moved, now=now, mode=staged.mode)
    outbox.emit(
        BatchImported(
            batch_id=batch.pk,
            what="orders",
            created=created,
            updated=updated,
            duplicate=duplicate,
            touched=moved.rows,
        ),
        now=now,
        mode=staged.mode,
    )
    return counts


def _values(staged: Staged, batch: FeedBatch) -> dict[str, Any]:
    return {
        "source": staged.source,
        "system": staged.options.get(CUSTOMER_SYSTEM_OPTION, staged.source),
        "line": BusinessLine(staged.options.get(LINE_OPTION, BusinessLine.EXPRESS)).value,
        "service_mode": ServiceMode(staged.options.get(MODE_OPTION, ServiceMode.NATIONAL)).value,
        "country": staged.options.get(COUNTRY_OPTION, "CN"),
        "zone": staged.zone,
        "mode": staged.mode.value,
        "received": staged.received_at,
        "batch": batch.pk,
    }


def _run(sql: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _refuse_senseless(staged: Staged) -> None:
    refuse_unknown_zones(staged)
    for column in ("department", "origin_outlet", "destination_outlet"):
        refuse_unknown_unit(staged, column)
    for amount, currency in (("declared_value", "declared_currency"), ("price", "price_currency")):
        staged.reject(f"s.{amount} IS NOT NULL AND s.{currency} IS NULL", field_name=amount, code="no_currency")


def _refuse_by_rows(actor: Actor, staged: Staged) -> None:
    """Refuse what only shows once waybills, orders and units are known; `shipments_rows` follows the staging table."""
    staged.reject(
        "r.line = s.line AND r.first_line < r.line",
        field_name="waybill",
        code="repeated_waybill",
        params="jsonb_build_object('first', r.first_line)",
        beside=f"{ROWS} r",
    )
    staged.reject(
        "r.line = s.line AND r.shipment_order IS DISTINCT FROM r.order_row AND r.shipment_id IS NOT NULL",
        field_name="waybill",
        code="other_order",
        params="jsonb_build_object('order', r.shipment_order_number)",
        beside=f"{ROWS} r",
    )
    if not actor.reach.everything:
        _refuse_outside_reach(actor, staged)
    _run(f"DELETE FROM {ROWS} r WHERE NOT EXISTS (SELECT 1 FROM {staged.table} s WHERE s.line = r.line)", {})  # noqa: S608
    _run(f"ANALYZE {ROWS}", {})


def _refuse_outside_reach(actor: Actor, staged: Staged) -> None:
    """Refuse rows of units that the actor does not reach, naming the unit that decides; or the order, without one."""
    inside = " OR ".join(f"r.scope_no BETWEEN {low:d} AND {high:d}" for low, high in actor.reach.intervals)
    outside = f"EXISTS (SELECT 1 FROM {ROWS} r WHERE r.line = s.line AND ({inside or 'false'}) IS NOT TRUE)"  # noqa: S608
    # In the order in which they decide whose shipment it is (`scope_no`).
    for column in ("destination_outlet", "origin_outlet", "department"):
        staged.reject(f"s.{column} IS NOT NULL AND {outside}", field_name=column, code="outside_reach")
    staged.reject(outside, field_name="order_id", code="no_unit")


def _write(staged: Staged, values: dict[str, Any]) -> tuple[int, int, int]:
    """Orders, shipments, parties, legs, milestones, replies; returns shipments created, changed and left as they were.

    A shipment counts as changed when any statement changed something of it, whatever the row looks like.
    """
    table = staged.table
    same = _run(text.FORGET_SAME, values)
    _run(text.NEW_ORDERS.format(staged=table), values)
    _change(text.CHANGED_ORDERS.format(staged=table), values, key="o.id", of="order_row")
    _run(text.LINK_ORDERS, values)
    _run(text.HOLD_SHIPMENTS, values)
    _change(text.CHANGED_SHIPMENTS.format(staged=table), values, key="h.id")
    _run(text.KEEP_DIGESTS, values)
    created = _run(text.NEW_SHIPMENTS.format(staged=table), values)
    _run(text.LINK_SHIPMENTS, values)
    for role in PartyRole:
        _change(text.party_sql(role).format(staged=table), values)
    _change(text.LEGS.format(staged=table), values)
    _run(text.MILESTONES_OF.format(staged=table), values)
    _change(text.VOID_MILESTONES, values, key="e.shipment_id")
    _change(text.NEW_MILESTONES, values)
    _change(text.OTHER_PROMISES.format(staged=table), values)
    _change(text.REPLIES.format(staged=table), values)
    _state.fresh_touched()
    _run(f"INSERT INTO {_state.TOUCHED} SELECT shipment_id FROM {ROWS}", {})  # noqa: S608
    _run(f"ANALYZE {_state.TOUCHED}", {})
    updated, alike = _changed_and_alike()
    return created, updated, same + alike


def _change(sql: str, values: dict[str, Any], *, key: str = "shipment_id", of: str = "shipment_id") -> None:
    """Run a statement that writes, and mark the rows whose shipment (or order) it changed."""
    _run(text.MARK_CHANGED.format(sql=sql, key=key, of=of), values)


def _changed_and_alike() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE is_changed), count(*) FILTER (WHERE NOT is_changed) FROM {ROWS}"  # noqa: S608
            " WHERE NOT is_new"
        )
        changed, alike = cursor.fetchone() or (0, 0)
    return int(changed), int(alike)


def _new_ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT shipment_id FROM {ROWS} WHERE is_new ORDER BY shipment_id")  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def _customers() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT customer_id FROM {ROWS} WHERE customer_id IS NOT NULL")  # noqa: S608
        return [row[0] for row in cursor.fetchall()]
