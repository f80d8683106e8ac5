"""`kill -9` while overdue tasks are escalated: nothing half done stays, and afterwards each is told of once."""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.harness.clusters import until
from tests.harness.sites import running_site
from zhike.platform import clock, jobs
from zhike.platform.audit.models import AuditEntry
from zhike.platform.jobs.tasks import rescue_stalled
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions
from zhike.service.cases.models import Task
from zhike.service.cases.tests.factories import SETUP, case
from zhike.service.cases.types import TaskEntry

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(600)]
JOB = "cases.escalate_tasks"
OVERDUE = 24


def overdue() -> set[int]:
    """Tasks whose hour passed a week ago."""
    then = clock.now() - timedelta(days=14)
    unit = organization.unit()
    entry = TaskEntry(unit_id=unit.pk, title="查件", within=timedelta(minutes=30))
    made = case(now=then)
    return {actions.ask_unit(actor=SETUP, case_id=made.pk, entry=entry, now=then) for _ in range(OVERDUE)}


def held_up() -> bool:
    """Whether the worker has marked the tasks and now waits for our lock, inside its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity a WHERE datname = current_database() AND application_name = 'zhike worker'"
            " AND wait_event_type = 'Lock' AND query LIKE '%%audit_auditentry%%'"
            " AND (SELECT count(*) FROM cases_task t WHERE t.xmax = a.backend_xid) = %s",
            [OVERDUE],
        )
        return cursor.fetchone() is not None


def idle() -> bool:
    """Whether no run of the job waits or goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')", [JOB])
        return cursor.fetchone() is None


def inside() -> bool:
    """Whether a transaction of a worker, living or dead, is still open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'zhike worker'"
            " AND backend_xid IS NOT NULL"
        )
        return cursor.fetchone() is not None


def told() -> Counter[int]:
    """How often each task was escalated, as the log keeps it."""
    rows = AuditEntry.objects.filter(type="cases.tasks_escalated").values_list("changes", flat=True)
    return Counter(pk for changes in rows for pk in changes["after"]["tasks"])


def escalated() -> set[int]:
    return set(Task.objects.filter(escalated_at__isnull=False).values_list("pk", flat=True))


@pytest.mark.req("CASE-13")
def test_escalation__killed_in_the_middle_is_undone_and_then_happens_once(own_var: Path) -> None:
    tasks = overdue()
    jobs.enqueue(JOB, timestamp=0)
    with psycopg.connect(os.environ["DATABASE_URL"]) as lock:
        # Whoever has marked the tasks stops here, before the log and the end of the transaction.
        lock.execute("LOCK TABLE audit_auditentry IN SHARE MODE")
        with running_site("worker") as site:
            until(held_up, seconds=120)
            site.kill("worker")
    until(lambda: not inside(), seconds=30)
    assert (escalated(), told()) == (set(), Counter())

    with connection.cursor() as cursor:
        # Half a minute without a heartbeat is what tells that the worker is dead.
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    rescue_stalled()
    with running_site("worker"):
        until(lambda: escalated() == tasks and idle(), seconds=120)
        # Running again tells nobody twice.
        jobs.enqueue(JOB, timestamp=1)
        until(idle, seconds=60)
    assert told() == Counter(dict.fromkeys(tasks, 1))
