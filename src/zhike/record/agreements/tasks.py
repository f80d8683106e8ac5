"""Jobs of agreements."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.record.agreements import actions


@jobs.periodic(cron="*/5 * * * *", name="agreements.watch_promises")
def watch_promises() -> None:
    """Every five minutes: promises whose time is near, and those whose time has passed."""
    actions.watch_promises(actor=system_actor("agreements.watch_promises"), now=clock.now())


@jobs.periodic(cron="17 * * * *", name="agreements.expire")
def expire() -> None:
    """Every hour, since days end at another hour in each zone: agreements whose last day has passed."""
    actions.expire_agreements(actor=system_actor("agreements.expire"), now=clock.now())
