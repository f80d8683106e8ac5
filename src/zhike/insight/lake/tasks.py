"""The lake is at most one minute behind."""

from zhike.insight.lake.actions import refresh_all
from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor


@jobs.periodic(cron="* * * * *", name="lake.refresh")
def refresh_lake() -> None:
    refresh_all(actor=system_actor("lake.refresh"), now=clock.now())
