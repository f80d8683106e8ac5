"""Jobs of shipments."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.record.shipments.actions import tell_late, tell_silent


@jobs.periodic(cron="*/5 * * * *", name="shipments.tell_late")
def late() -> None:
    """Every five minutes: whose promise has just passed."""
    tell_late(actor=system_actor("shipments.tell_late"), now=clock.now())


@jobs.periodic(cron="2-59/5 * * * *", name="shipments.tell_silent")
def silent() -> None:
    """Every five minutes: what has not been scanned for too long."""
    tell_silent(actor=system_actor("shipments.tell_silent"), now=clock.now())
