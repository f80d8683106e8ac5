"""Hand-over of messages, and the sweep that finds what is due or was interrupted."""

from uuid import UUID

from zhike.platform import clock, jobs
from zhike.platform.messaging import delivery
from zhike.platform.messaging.actions import HAND_OVER

QUEUE = "messages"


@jobs.job(name=HAND_OVER, queue=QUEUE, retries=3)
def hand_over(*, message_id: str) -> None:
    """Safe to run twice: only a waiting message is handed over."""
    delivery.hand_over(UUID(message_id), now=clock.now())


@jobs.periodic(cron="* * * * *", name="messaging.sweep")
def sweep() -> None:
    delivery.sweep(now=clock.now())
