"""B5: lake refresh against plain exports of the same rows.

`python -m bench.b5_lake [ROWS]`: ROWS appended at once against ADBC straight into one Parquet file (budget at least
0.5 of its speed), then 100,000 changes spread over 12 months against exporting just those rows (at most 3 times).
"""

import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

import pyarrow.parquet as pq  # noqa: E402 - after setup
from django.db import connection  # noqa: E402

from tests.harness import databases  # noqa: E402
from zhike.insight.lake import actions  # noqa: E402
from zhike.insight.lake.export import Reader  # noqa: E402
from zhike.platform import clock, facts  # noqa: E402
from zhike.platform.actors import system_actor  # noqa: E402
from zhike.platform.db.config import uri  # noqa: E402

APPEND_BUDGET, CHANGE_BUDGET = 0.5, 3.0
CHANGED = 100_000
ACTOR = system_actor("bench")
FACT = "shipments"


def sow(rows: int, start: int) -> None:
    """Shipments of twelve months, straight into the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO shipments_order (number, source, external_id, business_line, service_mode, "references",'
            " goods, declared_currency, price_currency, agreement_reference, ordered_at, zone, mode)"
            " SELECT 'OR-' || g, 'bench', g::text, 'express', 'national', '{}', '', '', '', '',"
            " timestamptz '2026-01-01' + (g %% 365) * interval '1 day', 'Asia/Shanghai', 'backfill'"
            " FROM generate_series(%s, %s) g",
            [start, start + rows - 1],
        )
        cursor.execute(
            "INSERT INTO shipments_shipment (order_id, waybill, carrier, business_line, service_mode, origin_region,"
            " region, city, country, zone, pieces, promised_delivery_at, promise_version, eta_source, stated_status,"
            " status, ordered_at, picked_up_at, delivered_at, last_place, event_count, courier_name, courier_phone,"
            " is_damaged, is_lost, is_short, incident_reason, late_rule, late_rule_version, event_month, mode)"
            " SELECT id, '73' || lpad(external_id, 10, '0'), '', 'express', 'national', '', 'CN-' || (id %% 30), '',"
            " 'CN', 'Asia/Shanghai', 1, ordered_at + interval '3 days', 1, '', 'delivered', 'delivered', ordered_at,"
            " ordered_at + interval '5 hours', ordered_at + interval '2 days' + (id %% 48) * interval '1 hour', '', 0,"
            " '', '', false, false, false, '', 'calendar_day', 1,"
            " date_trunc('month', timezone('Asia/Shanghai', ordered_at))::date, 'backfill'"
            " FROM shipments_order WHERE id > %s",
            [start - 1],
        )
        cursor.execute("ANALYZE shipments_shipment")


def plain_export(since: str = "") -> tuple[float, int]:
    """The fact's own query through ADBC into one Parquet file."""
    with tempfile.TemporaryDirectory() as folder:
        began, rows = perf_counter(), 0
        reader = Reader(uri("app", database=str(connection.settings_dict["NAME"])))
        writer: pq.ParquetWriter | None = None
        for batch in reader.rows(facts.published()[FACT], since=since):
            writer = writer or pq.ParquetWriter(Path(folder) / "plain.parquet", batch.schema, compression="zstd")
            writer.write_batch(batch)
            rows += batch.num_rows
        if writer is not None:
            writer.close()
        reader.close()
        return perf_counter() - began, rows


def refresh() -> tuple[float, int]:
    began = perf_counter()
    done = actions.refresh(actor=ACTOR, fact=FACT, now=clock.now())
    return perf_counter() - began, done.exported


def tell(what: str, ours: tuple[float, int], plain: tuple[float, int], ratio: float, budget: str, *, met: bool) -> None:
    print(
        f"B5 {what}: refresh {ours[0]:.2f} s for {ours[1]:,} rows, plain export {plain[0]:.2f} s for {plain[1]:,} rows,"
        f" ratio {ratio:.2f} (budget {budget}): {'met' if met else 'not met'}"
    )


def main(rows: int) -> None:
    """Both halves of the budget in one run, actor a system job."""
    with databases.cloned(databases.empty_template()):
        sow(1_000, 1)
        refresh()
        watermark = _xid()
        sow(rows, 1_001)
        plain = plain_export(watermark)
        ours = refresh()
        ratio = (ours[1] / ours[0]) / (plain[1] / plain[0])
        tell("append", ours, plain, ratio, f"≥ {APPEND_BUDGET}", met=ratio >= APPEND_BUDGET)
        watermark = _xid()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE shipments_shipment SET is_damaged = true WHERE id %% %s = 0", [max(1, rows // CHANGED)]
            )
        plain = plain_export(watermark)
        ours = refresh()
        ratio = ours[0] / plain[0]
        tell("changes", ours, plain, ratio, f"≤ {CHANGE_BUDGET}", met=ratio <= CHANGE_BUDGET)


def _xid() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (found,) = cursor.fetchone() or ("",)
    return str(found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
