"""Trying again what failed."""

from datetime import datetime

from django.db import IntegrityError, InternalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, NotFound
from zhike.platform.ops.events import FailedJobRetried, ParkedEventsRetried
from zhike.platform.ops.policies import REPAIR
from zhike.platform.outbox.actions import retry_parked


class AlreadyWaiting(Conflict):
    code = "job_already_waiting"
    message = _("This job already waits to run again.")


@action
def retry_parked_events(*, actor: Actor, event_ids: list[int], now: datetime) -> int:
    """Hand parked events to their subscribers once more; returns how many were opened."""
    authorize(actor, REPAIR, subject=("outbox", "parked"))
    opened = retry_parked(now=now, event_ids=event_ids)
    audit.record(actor, ParkedEventsRetried(subject=("outbox", "parked"), after={"events": sorted(event_ids)}), now=now)
    return opened


@action
def retry_job(*, actor: Actor, job_id: int, now: datetime) -> None:
    """Queue a failed job again, to run at once."""
    job = ProcrastinateJob.objects.filter(pk=job_id, status="failed").first()
    if job is None:
        raise NotFound
    authorize(actor, REPAIR, subject=("job", job_id))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [job_id, now])
    except (IntegrityError, InternalError) as error:
        # Another one of its kind waits already, or somebody was faster.
        raise AlreadyWaiting from error
    audit.record(
        actor,
        FailedJobRetried(subject=("job", job_id), after={"job": job.task_name, "attempts": job.attempts}),
        now=now,
    )
