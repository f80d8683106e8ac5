"""What surveys do after services, when somebody has answered, and when messages or cases of theirs move on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhike.platform.actors import system_actor
from zhike.platform.messaging import MessageSettled, State
from zhike.platform.outbox import Delivered, subscribe
from zhike.record.contacting.events import WaitingDecided
from zhike.record.contacting.types import Fate
from zhike.record.interactions.events import InteractionsAddedEvent
from zhike.record.shipments.events import ShipmentsDelivered
from zhike.service.cases.events import CaseMovedEvent, CaseOwnerChangedEvent
from zhike.service.cases.types import CaseState, Ending
from zhike.service.reception.events import CallsEndedEvent
from zhike.voice.surveys import actions
from zhike.voice.surveys.actions.follow_ends import follow_cases
from zhike.voice.surveys.actions.following import open_follow_ups
from zhike.voice.surveys.events import OutcomesEvent
from zhike.voice.surveys.types import Trigger
from zhike.voice.surveys.types.campaigns import SURVEY_SUBJECT

_AFTER = system_actor("surveys.after_service")
_ENDS = system_actor("surveys.message_ends")
_FOLLOWING = system_actor("surveys.follow")


@subscribe(ShipmentsDelivered, name="surveys.delivered", acts=True)
def ask_after_delivery(events: Sequence[Delivered[ShipmentsDelivered]], *, now: datetime) -> None:
    """The goods have arrived: only what has just happened is asked about, never history."""
    ids = sorted({pk for one in events for pk in one.event.shipment_ids})
    actions.ask_after(actor=_AFTER, trigger=Trigger.DELIVERY, ids=ids, now=now)


@subscribe(CaseMovedEvent, name="surveys.case_closed", acts=True)
def ask_after_case(events: Sequence[Delivered[CaseMovedEvent]], *, now: datetime) -> None:
    """A case is closed: the customer says how it was dealt with."""
    ids = sorted({one.event.case_id for one in events if one.event.new == CaseState.CLOSED})
    if ids:
        actions.ask_after(actor=_AFTER, trigger=Trigger.CASE, ids=ids, now=now)


@subscribe(InteractionsAddedEvent, name="surveys.contact", acts=True)
def ask_after_contact(events: Sequence[Delivered[InteractionsAddedEvent]], *, now: datetime) -> None:
    """A call or a chat has ended (摘机满意度)."""
    ids = sorted({pk for one in events for pk in one.event.interaction_ids})
    actions.ask_after(actor=_AFTER, trigger=Trigger.CONTACT, ids=ids, now=now)


@subscribe(CallsEndedEvent, name="surveys.call_length")
def note_call_lengths(events: Sequence[Delivered[CallsEndedEvent]], *, now: datetime) -> None:
    """Written down and asked about while it lasted: now its length is known."""
    ids = sorted({pk for one in events for pk in one.event.interaction_ids})
    actions.note_lengths(actor=_AFTER, interaction_ids=ids, now=now)


@subscribe(MessageSettled, name="surveys.message_ends")
def note_message_ends(events: Sequence[Delivered[MessageSettled]], *, now: datetime) -> None:
    """Invitations that have left, or that bounced: whoever was not reached has not stayed silent."""
    ours = [
        one
        for one in sorted(events, key=lambda one: one.id)
        if one.event.related_kind == SURVEY_SUBJECT and one.event.related_id.isdigit()
    ]
    last = {int(one.event.related_id): one for one in ours}
    left = {pk: one.occurred_at for pk, one in last.items() if one.event.state == State.SENT}
    failed = [pk for pk, one in last.items() if one.event.state == State.FAILED]
    if left or failed:
        actions.settle_messages(actor=_ENDS, left=left, failed=failed, now=now)


@subscribe(WaitingDecided, name="surveys.waiting")
def follow_waiting(events: Sequence[Delivered[WaitingDecided]], *, now: datetime) -> None:
    """An invitation that waited for the end of the night was withheld, could not leave, or was taken back."""
    last = {UUID(ref): one.event.fate for one in sorted(events, key=lambda one: one.id) for ref in one.event.refs}
    by_fate = {fate: [ref for ref, known in last.items() if known == fate] for fate in Fate}
    if any(by_fate[fate] for fate in (Fate.DENY, Fate.FAILED, Fate.TAKEN_BACK)):
        actions.settle_waiting(
            actor=_ENDS,
            denied=by_fate[Fate.DENY],
            failed=by_fate[Fate.FAILED],
            taken_back=by_fate[Fate.TAKEN_BACK],
            now=now,
        )


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
