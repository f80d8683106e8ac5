"""B1: a file of tracking events, opened to committed, against a COPY of the accepted rows into the same table.

`python -m bench.b1_import [LINES] [ROUNDS]`; 8 events a shipment, 5 % doubles, 1 % bad lines. Budget: at least 0.4.
Each round imports into one fresh database and copies into another; the ratio is the median of the rounds'.
"""

import csv
import os
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

from django.db import connection  # noqa: E402 - after setup

from tests.harness import databases  # noqa: E402
from zhike.platform.actors import system_actor  # noqa: E402
from zhike.platform.bulk.engine import RunContext, run_files  # noqa: E402
from zhike.platform.bulk.mapping import mapping_of  # noqa: E402
from zhike.platform.bulk.reading import TableFile  # noqa: E402
from zhike.platform.bulk.types import StepResult  # noqa: E402
from zhike.platform.db import launcher  # noqa: E402

BUDGET = 0.4
PER_SHIPMENT = 8
DOUBLES, BAD = 0.05, 0.01
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
STEPS = (
    "info_received",
    "picked_up",
    "in_transit",
    "in_transit",
    "in_transit",
    "in_transit",
    "out_for_delivery",
    "delivered",
)
PLACES = ("上海浦东", "杭州转运中心", "南京转运中心", "北京朝阳", "广州白云", "成都双流", "武汉江夏", "西安未央")
# The time up to the end of a statement that holds the words on the right goes to the phase on the left.
PHASES = (
    ("read, check, COPY into staging", "ANALYZE bulk_stage"),
    ("waybills to shipments, lock", "shipments_waybills m"),
    ("waybills to shipments, lock", "TEMP TABLE shipments_waybills"),
    ("waybills to shipments, lock", "shipments_touched"),
    ("insert new events", "INTO shipments_trackingevent"),
    ("foreign key of the new events", "SET CONSTRAINTS"),
    ("recompute touched shipments", "UPDATE shipments_shipment"),
)
OTHER, COMMIT = "other statements", "commit"
HEAD = ("waybill", "time", "status", "place", "courier", "phone")
MAPPING = {
    "name": "bench",
    "mode": "backfill",
    "zone": "Asia/Shanghai",
    "sources": {"events": "events.csv"},
    "steps": [
        {
            "target": "shipments.events",
            "source": "events",
            "fields": {
                "waybill": "waybill",
                "occurred_at": "time",
                "status": "status",
                "place": "place",
                "handler_name": "courier",
                "handler_phone": "phone",
            },
        }
    ],
}


def write_file(path: Path, lines: int) -> int:
    """The file; returns how many shipments it speaks of."""
    dice = random.Random(1)
    shipments = int(lines * (1 - DOUBLES)) // PER_SHIPMENT
    rows = [row for number in range(shipments) for row in one_shipment(dice, number)]
    for position in dice.sample(range(len(rows)), int(lines * BAD)):
        rows[position] = (rows[position][0], "2026-13-02 10:00:00", *rows[position][2:])
    good = [row for row in rows if not row[1].startswith("2026-13")]
    rows += dice.choices(good, k=lines - len(rows))
    dice.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(rows)
    return shipments


def one_shipment(dice: random.Random, number: int) -> Iterator[tuple[str, ...]]:
    at = NOW.replace(tzinfo=None) - timedelta(minutes=dice.randrange(60 * 24 * 300))
    for step, status in enumerate(STEPS):
        at += timedelta(seconds=dice.randrange(3600, 36000))
        courier = ("赵磊", f"139{number % 10000:08d}") if status == "out_for_delivery" else ("", "")
        yield (f"73{number:010d}", at.strftime("%Y-%m-%d %H:%M:%S"), status, PLACES[(number + step) % 8], *courier)


def sow(shipments: int) -> None:
    """Registered shipments without any event."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO shipments_order (number, source, external_id, business_line, service_mode, "references",'
            " goods, declared_currency, price_currency, agreement_reference, ordered_at, zone, mode)"
            " SELECT 'OR-' || g, 'bench', g::text, 'express', 'national', '{}', '', '', '', '', %s, 'Asia/Shanghai',"
            " 'backfill' FROM generate_series(0, %s) g",
            [NOW - timedelta(days=310), shipments - 1],
        )
        cursor.execute(
            "INSERT INTO shipments_shipment (order_id, waybill, carrier, business_line, service_mode, origin_region,"
            " region, city, country, zone, pieces, promised_delivery_at, promise_version, eta_source, stated_status,"
            " status, ordered_at, last_place, event_count, courier_name, courier_phone, is_damaged, is_lost, is_short,"
            " incident_reason, late_rule, late_rule_version, event_month, mode)"
            " SELECT id, '73' || lpad(external_id, 10, '0'), '', 'express', 'national', '', '', '', '',"
            " 'Asia/Shanghai', 1, %s, 1, '', 'info_received', 'info_received', ordered_at, '', 0, '', '', false, false,"
            " false, '', 'calendar_day', 1, '2026-01-01', 'backfill' FROM shipments_order ORDER BY id",
            [NOW],
        )
    tidy()


def tidy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE shipments_shipment")
        cursor.execute("SET maintenance_work_mem = '64MB'")


class Clockwork:
    """Where the time goes: seconds by phase, taken at the end of each statement."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.last = perf_counter()

    def mark(self, phase: str) -> None:
        now = perf_counter()
        self.seconds[phase] += now - self.last
        self.last = now

    def __call__(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        try:
            return execute(sql, *rest)
        finally:
            # The recomputation reads the table of touched shipments as well: the last phase named counts.
            self.mark(next((phase for phase, words in reversed(PHASES) if words in sql), OTHER))


def take(path: Path) -> tuple[float, StepResult, dict[str, float]]:
    context = RunContext(
        actor=system_actor("bench"), mapping=mapping_of(MAPPING), now=NOW, source_label="bench", run_id=None
    )
    start, clockwork = perf_counter(), Clockwork()
    with connection.execute_wrapper(clockwork):
        (result,) = run_files(context, {"events": TableFile(path, path.name)})
    took = perf_counter() - start
    clockwork.mark(COMMIT)
    return took, result, clockwork.seconds


def save_accepted(path: Path) -> None:
    statement = "COPY (SELECT * FROM shipments_trackingevent ORDER BY id) TO STDOUT"
    with connection.cursor() as cursor, path.open("wb") as file, cursor.copy(statement) as copy:
        for block in copy:
            file.write(block)


def copy_accepted(path: Path) -> float:
    start = perf_counter()
    statement = "COPY shipments_trackingevent FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy, path.open("rb") as file:
        while block := file.read(1 << 20):
            copy.write(block)
    return perf_counter() - start


@contextmanager
def registered(shipments: int) -> Iterator[None]:
    with databases.cloned(databases.empty_template()):
        sow(shipments)
        yield


def one_round(file: Path, accepted: Path, shipments: int, lines: int) -> tuple[float, float, dict[str, float]]:
    """Seconds of the import and of the baseline, and where those of the import went."""
    with registered(shipments):
        took, result, seconds = take(file)
        save_accepted(accepted)
    with registered(shipments):
        baseline = copy_accepted(accepted)
    assert result.read == lines
    assert result.adds_up
    print(
        f"rows read {result.read:,} = created {result.counts.created:,} + duplicate {result.counts.duplicate:,}"
        f" + rejected {result.rejected:,}; shipments {shipments:,}"
    )
    print(
        f"actor: system job; import {took:.1f} s ({result.read / took:,.0f} lines/s),"
        f" COPY of the accepted rows {baseline:.1f} s, ratio {baseline / took:.2f}"
    )
    return took, baseline, seconds


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    launcher.ensure()
    with tempfile.TemporaryDirectory() as folder:
        file, accepted = Path(folder) / "events.csv", Path(folder) / "accepted"
        shipments = write_file(file, lines)
        found = [one_round(file, accepted, shipments, lines) for _round in range(rounds)]
    print("where the time goes (seconds, median of the rounds; the baseline's foreign key is checked in its commit):")
    phases = dict.fromkeys([*(phase for phase, _words in PHASES), OTHER, COMMIT])
    for phase in phases:
        spent = median(seconds.get(phase, 0.0) for _took, _baseline, seconds in found)
        share = median(seconds.get(phase, 0.0) / took for took, _baseline, seconds in found)
        print(f"  {phase:<32} {spent:6.2f}  {share:4.0%}")
    ratio = median(baseline / took for took, baseline, _seconds in found)
    print(f"B1 ratio {ratio:.2f}, budget {BUDGET}: {'met' if ratio >= BUDGET else 'NOT met'}")


if __name__ == "__main__":
    main()
