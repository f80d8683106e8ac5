"""`kill -9` in the middle of an import: it is undone, runs again, and every figure is as if nothing had happened."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.harness import databases
from tests.harness.clusters import until
from tests.harness.figures import figures_of_goods
from tests.harness.sites import running_site
from zhike.platform import clock
from zhike.platform.bulk import actions
from zhike.platform.bulk.mapping import mapping_of
from zhike.platform.bulk.models import ImportRun
from zhike.platform.bulk.states import RunState
from zhike.platform.jobs.tasks import rescue_stalled
from zhike.record.organization.tests import factories as people

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(600)]
ROWS = 27_000
MAPPING = {
    "name": "crash",
    "mode": "backfill",
    "zone": "Asia/Shanghai",
    "sources": {"orders": "orders.csv"},
    "steps": [
        {
            "target": "shipments.orders",
            "source": "orders",
            "fields": {
                "order_id": "id",
                "waybill": "id",
                "status": {"column": "state", "values": {"done": "delivered", "sent": "in_transit"}},
                "ordered_at": "bought",
                "picked_up_at": "shipped",
                "delivered_at": "arrived",
                "promised_delivery_at": "due",
                "consignee_city": "city",
            },
        }
    ],
}


def export() -> bytes:
    lines = ["id,state,bought,shipped,arrived,due,city"]
    for number in range(ROWS):
        day = number % 27 + 1
        arrived = f"2026-03-{day:02d} 14:00" if number % 3 else ""
        state = "done" if arrived else "sent"
        lines.append(f"k{number},{state},2026-02-01 10:00,2026-02-02 09:00,{arrived},2026-03-12 18:00,上海")
    # The same rejected rows in both runs.
    lines += ["bad1,done,2026-13-02 10:00,,,,上海", "k1,done,2026-02-01 10:00,,,,上海"]
    return ("\n".join(lines) + "\n").encode()


def queued() -> int:
    actor = people.actor(roles=("admin",))
    now = clock.now()
    uploads = [actions.Upload(source="orders", name="orders.csv", content=export())]
    run_id = actions.open_run(actor=actor, mapping=mapping_of(MAPPING), uploads=uploads, source="crash", now=now)
    actions.start_run(actor=actor, run_id=run_id, now=now)
    return run_id


def figures() -> dict[str, Any]:
    """What the import left and every figure of it, ids and times of the run apart."""
    asked = {
        "shipments": "SELECT status, is_late, count(*) FROM shipments_shipment GROUP BY 1, 2 ORDER BY 1, 2",
        "waybills": "SELECT sum(hashtextextended(waybill, 0)) FROM shipments_shipment",
        "events": "SELECT type, count(*) FROM outbox_outboxevent GROUP BY 1 ORDER BY 1",
    }
    found: dict[str, Any] = {"figures": figures_of_goods()}
    with connection.cursor() as cursor:
        for name, statement in asked.items():
            cursor.execute(statement)
            found[name] = cursor.fetchall()
    return found


def state(run_id: int) -> str:
    return ImportRun.objects.values_list("state", flat=True).get(pk=run_id)


def importing() -> bool:
    """Whether a worker is at present inside the import's transaction, having written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'zhike worker'"
            " AND backend_xid IS NOT NULL AND xact_start < clock_timestamp() - interval '0.5 s'"
        )
        return cursor.fetchone() is not None


def test_import__killed_in_the_middle_is_undone_and_then_equals_an_undisturbed_one(own_var: Path) -> None:
    run_id = queued()
    before = figures()
    with running_site("web", "worker") as site:
        until(lambda: state(run_id) == RunState.RUNNING.value and importing(), seconds=120)
        site.kill("worker")
        site.kill("web")
    until(lambda: not importing(), seconds=30)
    assert figures() == before

    with connection.cursor() as cursor:
        # Half a minute without a heartbeat is what tells that the worker is dead.
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    rescue_stalled()
    with running_site("worker"):
        # Meanwhile another database takes the same file in without disturbance.
        with databases.cloned(databases.empty_template()):
            undisturbed = queued()
            with running_site("worker"):
                until(lambda: state(undisturbed) == RunState.DONE.value, seconds=180)
            wanted = figures()
        until(lambda: state(run_id) == RunState.DONE.value, seconds=180)
    after = figures()

    assert after == wanted
    assert sum(row[2] for row in after["shipments"]) == ROWS
    # Two of three have arrived; of each 27 days' 18 eight no later than the 12th, as promised.
    assert after["figures"]["on_time"][0][1:4] == (18_000, 0, 8_000)
    assert after["figures"]["late"][0][1:4] == (18_000, 0, 10_000)
    assert after["figures"]["total_time"][0][1] == 18_000
