"""Jobs of surveys."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from zhike.platform import clock, jobs
from zhike.platform.actors import Actor, system_actor
from zhike.voice.surveys import actions

# A run asks for so many batches; the next one goes on.
_BATCHES: Final = 20


class _Batch(Protocol):
    def __call__(self, *, actor: Actor, now: datetime) -> int: ...


@jobs.periodic(cron="*/5 * * * *", name="surveys.invite", queue=jobs.BULK_QUEUE)
def invite() -> None:
    """Every five minutes: invitations of running campaigns, then reminders, each within the contact budget."""
    _until_done(actions.invite_batch)
    _until_done(actions.remind_batch)
    _until_done(actions.take_back_ended)


@jobs.periodic(cron="11 * * * *", name="surveys.daily")
def daily() -> None:
    """Every hour, since days end at another hour in each zone: what closes today, and links that have run out."""
    now, actor = clock.now(), system_actor("surveys.daily")
    actions.close_due(actor=actor, now=now)
    actions.silence_late(actor=actor, now=now)


@jobs.periodic(cron="31 1 * * *", name="surveys.ask_again")
def ask_again() -> None:
    """Every day: those for whom only yesterday's budget was used up."""
    actions.ask_again(actor=system_actor("surveys.invite"), now=clock.now())


def _until_done(batch: _Batch | Callable[..., int]) -> None:
    for _part in range(_BATCHES):
        if not batch(actor=system_actor("surveys.invite"), now=clock.now()):
            return
