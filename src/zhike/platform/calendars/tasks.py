"""Jobs of calendars."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.platform.calendars.actions import tell_clocks


@jobs.periodic(cron="* * * * *", name="calendars.tell_clocks")
def told() -> None:
    """Every minute: deadlines that near or have just passed."""
    tell_clocks(actor=system_actor("calendars.tell_clocks"), now=clock.now())
