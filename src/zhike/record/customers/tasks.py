"""Jobs of the customer file."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.record.customers.actions import age_stages


@jobs.periodic(cron="20 18 * * *", name="customers.age_stages")
def age() -> None:
    """Once a day, after midnight in China: who has not ordered for long is dormant, then lost."""
    age_stages(actor=system_actor("customers.age_stages"), now=clock.now())
