"""Jobs of cases."""

from typing import Final

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.platform.calendars.actions.clocks import ClockBusy
from zhike.record.agreements import queries as agreements
from zhike.service.cases import actions

# A run moves the clocks of so many parts of 500 matters; the next one goes on.
_PARTS: Final = 60
_TRIES: Final = 5
_CUSTOMERS: Final = 100


@jobs.periodic(cron="* * * * *", name="cases.follow_targets", queue=jobs.BULK_QUEUE)
def follow_targets() -> None:
    """Every minute, and when a change of targets is approved: open clocks follow what holds now."""
    for _part in range(_PARTS):
        if _followed() is None:
            return


def _followed() -> int | None:
    """One part; once more where a clock was turned between the look at the time and the lock."""
    for _try in range(_TRIES - 1):
        try:
            return actions.follow_target(actor=system_actor("cases.follow_targets"), now=clock.now())
        except ClockBusy:
            continue
    return actions.follow_target(actor=system_actor("cases.follow_targets"), now=clock.now())


@jobs.periodic(cron="23 * * * *", name="cases.follow_agreements", queue=jobs.BULK_QUEUE)
def follow_agreements() -> None:
    """Every hour, since days begin at another hour in each zone: versions of agreements whose first day has come."""
    now, actor = clock.now(), system_actor("cases.follow_agreements")
    ids = agreements.customers_with_beginning(actor=actor, now=now)
    for start in range(0, len(ids), _CUSTOMERS):
        actions.follow_agreements(actor=actor, customer_ids=ids[start : start + _CUSTOMERS], now=now)


@jobs.periodic(cron="7 * * * *", name="cases.close_silent")
def close_silent() -> None:
    """Every hour: answered cases to which nobody objected."""
    actions.close_silent(actor=system_actor("cases.close_silent"), now=clock.now())


@jobs.periodic(cron="*/5 * * * *", name="cases.escalate_tasks")
def escalate_tasks() -> None:
    """Every five minutes: tasks whose time has just passed go to the heads of units."""
    actions.escalate_overdue_tasks(actor=system_actor("cases.escalate_tasks"), now=clock.now())


@jobs.periodic(cron="13 * * * *", name="cases.forget_presence")
def forget_presence() -> None:
    """Every hour: who was here long ago."""
    actions.forget_presence(actor=system_actor("cases.forget_presence"), now=clock.now())
