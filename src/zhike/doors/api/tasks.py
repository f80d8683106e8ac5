"""Keeping the list of answered requests short."""

from zhike.doors.api.actions import forget_requests
from zhike.platform import clock
from zhike.platform.jobs import periodic


@periodic(cron="7 * * * *", name="api.forget_requests")
def forget() -> None:
    forget_requests(now=clock.now())
