"""Jobs of the customer file."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.record.customers.actions import age_stages, erase_expired, replay_erasures


@jobs.periodic(cron="20 18 * * *", name="customers.age_stages")
def age() -> None:
    """Once a day, after midnight in China: who has not ordered for long is dormant, then lost."""
    age_stages(actor=system_actor("customers.age_stages"), now=clock.now())


@jobs.periodic(cron="* * * * *", name="customers.replay_erasures")
def erase_again() -> None:
    """A restored backup may be older than an erasure: within a minute of the start it is made again."""
    replay_erasures(actor=system_actor("customers.replay_erasures"), now=clock.now())


@jobs.periodic(cron="37 * * * *", name="customers.erase_expired")
def erase_what_expired() -> None:
    """Once an hour, a bounded part: what parameters say is kept long enough."""
    erase_expired(actor=system_actor("customers.erase_expired"), now=clock.now())
