"""What surveys do when somebody has answered, and when cases that follow them up change hands or end."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform.actors import system_actor
from zhike.platform.outbox import Delivered, subscribe
from zhike.service.cases.events import CaseMovedEvent, CaseOwnerChangedEvent
from zhike.service.cases.types import Ending
from zhike.voice.surveys.actions.follow_ends import follow_cases
from zhike.voice.surveys.actions.following import open_follow_ups
from zhike.voice.surveys.events import OutcomesEvent

_FOLLOWING = system_actor("surveys.follow")


@subscribe(OutcomesEvent, name="surveys.follow")
def follow_outcomes(events: Sequence[Delivered[OutcomesEvent]], *, now: datetime) -> None:
    """Written down also for history; only what was said just now becomes work (SURV-31)."""
    for one in events:
        open_follow_ups(
            actor=_FOLLOWING,
            recipient_ids=one.event.recipient_ids,
            heard_at=one.occurred_at,
            mode=one.mode,
            now=now,
        )


@subscribe(CaseOwnerChangedEvent, name="surveys.follow_owner")
def follow_owner(events: Sequence[Delivered[CaseOwnerChangedEvent]], *, now: datetime) -> None:
    """One owner outside: a follow-up is whose its case is."""
    follow_cases(actor=_FOLLOWING, case_ids={one.event.case_id for one in events}, now=now)


@subscribe(CaseMovedEvent, name="surveys.follow_duplicate")
def follow_duplicate(events: Sequence[Delivered[CaseMovedEvent]], *, now: datetime) -> None:
    """A follow-up goes on in the case that its own repeats."""
    ids = {one.event.case_id for one in events if one.event.ending == Ending.DUPLICATE}
    if ids:
        follow_cases(actor=_FOLLOWING, case_ids=ids, now=now)
