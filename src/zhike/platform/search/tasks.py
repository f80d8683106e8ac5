"""The index follows changes, and follows the tokeniser when that changes."""

from zhike.platform import clock, jobs
from zhike.platform.search import index

BATCHES_A_JOB = 20


@jobs.job(name=index.REFRESH, queue=jobs.BULK_QUEUE)
def refresh(*, kind: str, ids: list[int]) -> None:
    index.refresh(kind, ids, now=clock.now())


@jobs.job(name=index.REBUILD, queue=jobs.BULK_QUEUE)
def rebuild(*, kind: str, after: int = 0) -> None:
    """One stretch of a rebuild; queues the next."""
    reached = index.rebuild(kind, now=clock.now(), after=after, batches=BATCHES_A_JOB)
    if reached is not None:
        rebuild.enqueue(kind=kind, after=reached)


@jobs.periodic(cron="23 * * * *", name="search.follow_tokeniser", queue=jobs.BULK_QUEUE)
def follow_tokeniser() -> None:
    for kind in index.outdated():
        rebuild.enqueue_once(f"search.rebuild:{kind}", kind=kind)
