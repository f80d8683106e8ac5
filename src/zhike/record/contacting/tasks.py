"""What waits is decided again, every minute."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.record.contacting import actions

RELEASING = system_actor("contacting.release_held")
BATCH = 500


@jobs.periodic(cron="* * * * *", name="contacting.release_held")
def release_held() -> None:
    """Until nothing that is due is left; what is held anew has a later time."""
    now = clock.now()
    while actions.release_held(actor=RELEASING, now=now, limit=BATCH) == BATCH:
        continue
