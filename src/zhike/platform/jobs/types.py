"""Background jobs: a thin, typed face on Procrastinate."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, Generic, ParamSpec

from django.db import close_old_connections, connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from prometheus_client import Counter

from zhike.platform import operation

P = ParamSpec("P")
logger = logging.getLogger(__name__)
ENDED = Counter("zhike_jobs_ended", "Runs of background jobs, by how they ended.", ["job", "outcome"])
DEFAULT_QUEUE = "default"
BULK_QUEUE = "bulk"


class JobState(StrEnum):
    """States of a piece of work that somebody watches."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Generic[P]):
    """A registered job: call it to run at once, `enqueue` to run later (within the caller's transaction)."""

    def __init__(self, name: str, function: Callable[P, None], task: Any) -> None:  # noqa: ANN401 - Procrastinate has no usable type
        self.name = name
        self.function = function
        self.task = task

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        self.function(*args, **kwargs)

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> int:
        """Queue the job; arguments are JSON values, by keyword. Returns the queue's id."""
        if args:
            message = "jobs take keyword arguments only"
            raise TypeError(message)
        return int(self.task.defer(**kwargs))

    def enqueue_at(self, at: datetime, /, **kwargs: Any) -> int:
        """Queue the job for a later moment."""
        return int(self.task.configure(schedule_at=at).defer(**kwargs))

    def enqueue_once(self, lock: str, /, **kwargs: Any) -> int | None:
        """Queue the job unless one with this lock already waits; None when it does."""
        return enqueue_unless_waiting(self.task, lock, kwargs)


def enqueue(name: str, /, **kwargs: Any) -> int:
    """Queue a job by name, for actions: they do not import the tasks that call them."""
    return int(app.configure_task(name, allow_unknown=False).defer(**kwargs))


def enqueue_many(name: str, jobs: Sequence[Mapping[str, Any]], /, *, at: datetime | None = None) -> None:
    """Queue one job for each of these arguments with one statement; `at` names a later moment for all of them."""
    if jobs:
        app.configure_task(name, allow_unknown=False, schedule_at=at).batch_defer(*[dict(job) for job in jobs])


def enqueue_unless_waiting(task: Any, lock: str, kwargs: dict[str, Any]) -> int | None:  # noqa: ANN401
    """Two jobs waiting under one queueing lock are refused by the database; that refusal is the wanted result."""
    try:
        with transaction.atomic():
            return int(task.configure(queueing_lock=lock).defer(**kwargs))
    except AlreadyEnqueued:
        return None


def job(*, name: str, queue: str = DEFAULT_QUEUE, retries: int = 5) -> Callable[[Callable[P, None]], Job[P]]:
    """Register a function of a room's `tasks.py`. Names never change: queued jobs are kept by them."""

    def register(function: Callable[P, None]) -> Job[P]:
        task = app.task(
            name=name,
            queue=queue,
            retry=RetryStrategy(max_attempts=retries, exponential_wait=3) if retries else False,
        )(_in_operation(name, function))
        return Job(name, function, task)

    return register


def periodic(*, cron: str, name: str, queue: str = DEFAULT_QUEUE) -> Callable[[Callable[[], None]], Job[[]]]:
    """Register a function to run by a cron expression (UTC)."""

    def register(function: Callable[[], None]) -> Job[[]]:
        @wraps(function)
        def at_time(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate passes the planned time
            function()

        task = app.periodic(cron=cron)(
            app.task(name=name, queue=queue, queueing_lock=name, pass_context=False)(_in_operation(name, at_time))
        )
        return Job(name, function, task)

    return register


def _in_operation(name: str, function: Callable[..., None]) -> Callable[..., None]:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        if not connection.in_atomic_block:
            close_old_connections()
        with operation.operation():
            try:
                function(*args, **kwargs)
                ENDED.labels(name, "done").inc()
            except Exception:
                ENDED.labels(name, "failed").inc()
                logger.exception("job failed", extra={"job": name})
                raise
            finally:
                if not connection.in_atomic_block:
                    close_old_connections()

    return run
