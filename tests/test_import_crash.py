"""An import that is killed in the middle: nothing half done, and run again it gives what it would have given."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from tests.test_marketplace_import import ACTOR, NOW, make_export
from zhike.demo.build import make_staff, make_units
from zhike.demo.world import SIZES, build_world
from zhike.insight.lake import actions as lake
from zhike.insight.metrics.queries import compute
from zhike.insight.metrics.types import Question
from zhike.platform.bulk import actions, queries
from zhike.platform.bulk.mapping import parse_toml
from zhike.platform.bulk.models import ImportRun
from zhike.platform.environment import environment

WORKER = """
import django; django.setup()
from datetime import datetime, UTC
from zhike.platform.bulk import actions
actions.execute_queued(run_id=%d, now=datetime(2026, 11, 23, 1, tzinfo=UTC))
"""


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this test
        (found,) = cursor.fetchone() or (0,)
    return int(found)


def _opened(folder: Path) -> int:
    mapping = parse_toml((environment().root / "docs/guide/examples/marketplace.toml").read_text("utf-8"))
    uploads = [actions.Upload(s.name, s.file, (folder / s.file).read_bytes()) for s in mapping.sources.values()]
    return actions.open_run(actor=ACTOR, mapping=mapping, uploads=uploads, source="marketplace", now=NOW)


def _worker(run_id: int) -> subprocess.Popen[bytes]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhike.config.settings"}
    return subprocess.Popen([sys.executable, "-c", WORKER % run_id], env=env, cwd=environment().root)  # noqa: S603


def _wait_for_rows(run_id: int, at_least: int) -> None:
    for _try in range(600):
        if ImportRun.objects.get(pk=run_id).rows_done >= at_least:
            return
        time.sleep(0.05)
    message = "the import did not begin"
    raise AssertionError(message)


@pytest.mark.concurrency
@pytest.mark.req("CUST-16")
def test_import__killed_in_the_middle_leaves_nothing_and_runs_again(fresh_db: str, tmp_path: Path) -> None:
    world = build_world(SIZES["small"], np.random.default_rng(3))
    make_staff(world, make_units(world, NOW), NOW)
    export = make_export(tmp_path, orders=3000)
    run_id = _opened(tmp_path)

    worker = _worker(run_id)
    # The second step's rows are staged: the customers of the first are written, the shipments are under way.
    _wait_for_rows(run_id, 3000)
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    assert (_count("shipments_shipment"), _count("customers_customer")) == (0, 0)
    again = _worker(run_id)
    assert again.wait(timeout=120) == 0
    run = queries.get_run(actor=ACTOR, run_id=run_id)
    assert [(s.read, s.created, s.rejected) for s in run.steps] == [(12, 12, 0), (3000, 3000, 0)]
    lake.refresh_all(actor=ACTOR, now=NOW)
    answer = compute(actor=ACTOR, question=Question("late"))
    assert (answer.total.hits, answer.total.n) == (sum(export.late.values()), sum(export.delivered.values()))
