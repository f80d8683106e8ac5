"""House-keeping of the queue itself."""

import logging

from asgiref.sync import async_to_sync
from procrastinate.contrib.django import app

from zhike.platform import clock
from zhike.platform.jobs.types import periodic

logger = logging.getLogger(__name__)
KEEP_HOURS = 72


@periodic(cron="* * * * *", name="jobs.rescue_stalled")
def rescue_stalled() -> None:
    """A worker that died leaves its jobs marked as running: put them back, they are safe to run again."""
    for stalled in async_to_sync(app.job_manager.get_stalled_jobs)():
        if stalled.id is not None:
            logger.warning("stalled job put back", extra={"job": stalled.id, "task": stalled.task_name})
            async_to_sync(app.job_manager.retry_job_by_id_async)(stalled.id, retry_at=clock.now())


@periodic(cron="17 3 * * *", name="jobs.delete_old")
def delete_old() -> None:
    """Finished jobs are history that the audit log already has."""
    async_to_sync(app.job_manager.delete_old_jobs)(nb_hours=KEEP_HOURS)
