"""The small demonstration company as a template, kept while neither the program nor the day changes."""

import hashlib
import os

from django.db import connection

from tests.harness import databases
from tests.harness.databases import TEMPLATE_PREFIX, Template, empty_template
from zhike.demo.build import build_company, history_ends
from zhike.platform import clock, outbox
from zhike.platform.environment import environment


def small_company() -> Template:
    """The company of 4,000 shipments whose history ends this hour of the day it is first asked for; without lake."""
    digest = hashlib.sha256(str(clock.now().date()).encode())
    src = environment().root / "src"
    for file in sorted(src.rglob("*.py")):
        digest.update(str(file.relative_to(src)).encode())
        digest.update(file.read_bytes())
    return Template(f"{TEMPLATE_PREFIX}small_{digest.hexdigest()[:16]}", _build, empty_template())


def _build(database: str) -> None:
    with databases.connected_to(database):
        build_company(size="small", now=history_ends(clock.now()), say=lambda _line: None, with_lake=False)
        settle()


def settle() -> None:
    """Deliver what happened and do what was queued, as the outbox and a worker do; raises when a job fails."""
    outbox.drain_all(now=clock.now())
    databases.manage(["procrastinate", "worker", "--one-shot"], database=os.environ["ZHIKE_DB_NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'failed'")
        assert cursor.fetchall() == []
