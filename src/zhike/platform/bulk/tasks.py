"""Imports run in the background, on a queue of their own so that nothing small waits behind them."""

from zhike.platform import clock, jobs
from zhike.platform.bulk import actions


@jobs.job(name="bulk.execute", queue=jobs.BULK_QUEUE, retries=3)
def execute(*, run_id: int) -> None:
    actions.execute_queued(run_id=run_id, now=clock.now())
