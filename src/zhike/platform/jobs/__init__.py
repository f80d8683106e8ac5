"""Background jobs: `@jobs.job(name=...)`, `@jobs.periodic(cron=..., name=...)`; progress in `jobs.progress`."""

from zhike.platform.jobs.types import BULK_QUEUE, DEFAULT_QUEUE, Job, JobState, enqueue, enqueue_many, job, periodic

__all__ = ["BULK_QUEUE", "DEFAULT_QUEUE", "Job", "JobState", "enqueue", "enqueue_many", "job", "periodic"]
