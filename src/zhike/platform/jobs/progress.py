"""Telling people how far a background job is."""

from datetime import datetime

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.jobs.models import JobProgress
from zhike.platform.jobs.types import JobState


def begin(
    *, actor: Actor, kind: str, label: str, params: dict[str, str | int], now: datetime, link: str = ""
) -> JobProgress:
    """Open a progress line; commit it before the work starts so that it can be seen."""
    return JobProgress.objects.create(
        kind=kind,
        label=label,
        params=params,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        state=JobState.WAITING.value,
        link=link,
        started_at=now,
        changed_at=now,
    )


def advance(progress_id: int, *, done: int, total: int | None = None) -> None:
    """State how much is done; `total` None keeps what was said before."""
    changes: dict[str, object] = {"done": done, "state": JobState.RUNNING.value, "changed_at": clock.now()}
    if total is not None:
        changes["total"] = total
    JobProgress.objects.filter(pk=progress_id).update(**changes)


def finish(progress_id: int, *, error: str = "") -> None:
    """Close the line as done, or as failed with what a person should read."""
    state = JobState.FAILED if error else JobState.DONE
    moment = clock.now()
    JobProgress.objects.filter(pk=progress_id).update(
        state=state.value, error=error, changed_at=moment, finished_at=moment
    )


def of_actor(*, actor: Actor, limit: int = 20) -> list[JobProgress]:
    """The actor's own background work, newest first."""
    rows = JobProgress.objects.filter(actor_kind=actor.kind.value, actor_id=actor.id)
    return list(rows.order_by("-id")[:limit])
