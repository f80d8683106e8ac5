"""House-keeping of the queue itself."""

import logging

from asgiref.sync import async_to_sync
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from zhike.platform import clock
from zhike.platform.jobs.types import periodic

logger = logging.getLogger(__name__)
KEEP_HOURS = 72


@periodic(cron="* * * * *", name="jobs.rescue_stalled")
def rescue_stalled() -> None:
    """A worker that died leaves its jobs marked as running: put them back, they are safe to run again.

    Of a job that may wait only once, the next may wait already: then that one does the work, and the dead one ends.
    """
    for stalled in async_to_sync(app.job_manager.get_stalled_jobs)():
        if stalled.id is None:
            continue
        told = {"job": stalled.id, "task": stalled.task_name}
        try:
            with transaction.atomic():
                async_to_sync(app.job_manager.retry_job_by_id_async)(stalled.id, retry_at=clock.now())
            logger.warning("stalled job put back", extra=told)
        except UniqueViolation:
            async_to_sync(app.job_manager.finish_job_by_id_async)(stalled.id, Status.ABORTED, delete_job=False)
            logger.warning("stalled job ended, the next one waits already", extra=told)


@periodic(cron="17 3 * * *", name="jobs.delete_old")
def delete_old() -> None:
    """Finished jobs are history that the audit log already has."""
    async_to_sync(app.job_manager.delete_old_jobs)(nb_hours=KEEP_HOURS)
