"""The state of the machinery."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.environment import environment
from zhike.platform.ops.policies import VIEW_OPERATIONS
from zhike.platform.ops.types import FailedJob, OpsCard, Reading, cards
from zhike.platform.outbox import queries as outbox_queries
from zhike.platform.outbox.queries import ParkedEvent

MOST_SHOWN = 100
# As long as procrastinate itself waits for the heartbeat of a worker.
STALLED_AFTER = timedelta(seconds=30)


def list_cards(*, actor: Actor, now: datetime) -> list[tuple[OpsCard, Sequence[Reading]]]:
    """Every room's card with its readings."""
    authorize(actor, VIEW_OPERATIONS)
    return [(card, card.read(now)) for card in cards()]


def list_parked(*, actor: Actor) -> list[ParkedEvent]:
    """Parked events, the latest first."""
    authorize(actor, VIEW_OPERATIONS)
    return outbox_queries.parked(limit=MOST_SHOWN)


def list_failed_jobs(*, actor: Actor) -> list[FailedJob]:
    """Jobs that used up their retries, the latest first."""
    authorize(actor, VIEW_OPERATIONS)
    jobs = list(ProcrastinateJob.objects.filter(status="failed").order_by("-id")[:MOST_SHOWN])
    ends = ProcrastinateEvent.objects.filter(job_id__in=[job.pk for job in jobs], type="failed").order_by("id")
    failed_at = {event.job_id: event.at for event in ends}
    return [
        FailedJob(
            job_id=job.pk,
            name=job.task_name,
            queue=job.queue_name,
            attempts=job.attempts,
            failed_at=failed_at.get(job.pk),
        )
        for job in jobs
    ]


def job_state() -> dict[str, int]:
    """Jobs due, running, stalled and failed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE job.status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())),
                   count(*) FILTER (WHERE job.status = 'doing'),
                   count(*) FILTER (WHERE job.status = 'doing'
                                    AND (worker_id IS NULL OR last_heartbeat < now() - make_interval(secs => %s))),
                   count(*) FILTER (WHERE job.status = 'failed')
            FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = worker_id
            WHERE job.status IN ('todo', 'doing', 'failed')
            """,
            [STALLED_AFTER.total_seconds()],
        )
        row = cursor.fetchone() or (0, 0, 0, 0)
    return dict(zip(("due", "running", "stalled", "failed"), row, strict=True))


def database_size() -> int:
    """Bytes that the database takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int((cursor.fetchone() or (0,))[0])


def last_backup() -> datetime | None:
    """When the last complete backup of this deployment was made, None when there is none."""
    note = environment().var / "last-backup.json"
    if not note.exists():
        return None
    return datetime.fromisoformat(json.loads(note.read_text("utf-8"))["at"])
