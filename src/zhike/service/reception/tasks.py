"""Jobs of the reception."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.service.reception import actions


@jobs.periodic(cron="*/5 * * * *", name="reception.settle_calls")
def settle_calls() -> None:
    """Every five minutes: calls whose end was lost, and calls that nobody wrapped up."""
    now = clock.now()
    actions.lose_calls(actor=system_actor("reception.settle_calls"), now=now)
    actions.settle_calls(actor=system_actor("reception.settle_calls"), now=now)
