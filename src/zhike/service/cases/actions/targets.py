"""Open clocks follow a change of the table of targets, some at a time, however often the job is killed (CASE-08)."""

from datetime import datetime
from typing import Final

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import actions as clocks
from zhike.record.agreements import actions as agreements
from zhike.record.agreements import queries as targets
from zhike.record.agreements.types import ChangeProgress
from zhike.service.cases import events
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.queries.targets import Moved, following

AT_ONCE: Final = 500
_MOST_REASON: Final = 200


@action
def follow_target(*, actor: Actor, now: datetime, limit: int = AT_ONCE) -> int | None:
    """Let the open clocks of the next matters follow the oldest change that holds; None where nothing is left to do.

    Each call is one transaction that remembers how far it came. Returns how many clocks moved.
    """
    authorize(actor, HANDLE)
    change = targets.change_to_follow(actor=actor, now=now)
    if change is None:
        return None
    last, moving = 0, list[Moved]()
    # A change that another has replaced meanwhile moves nothing; the later one does.
    if not targets.is_overtaken(actor=actor, change=change, now=now):
        last, moving = following(actor=actor, change=change, after=change.reached, limit=limit, at=now)
    if moving:
        reason = f"{change.reason} ({change.source})"
        clocks.recompute_clocks(
            actor=actor, changes=[one.terms for one in moving], reason=reason[:_MOST_REASON], now=now
        )
    agreements.note_followed(
        actor=actor,
        progress=ChangeProgress(
            change_id=change.pk, reached=last or change.reached, moved=len(moving), is_finished=not last
        ),
        now=now,
    )
    audit.record(
        actor,
        events.TargetsFollowed(
            subject=("service_target_change", change.pk), after={"clocks": len(moving), "reached": last}
        ),
        now=now,
    )
    return len(moving)
