"""Answers that wait for the end of the night: the case stands as it did, its clocks run, until the answer has left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.record.contacting.types import Decision, Outcome
from zhike.record.interactions import actions as interactions
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case, CaseContact, WaitingAnswer
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.types import OPEN_STATES, REPLY_WITHHELD_NOTE, CaseState, WaitingState

_SETTLED = "answer left"


@dataclass(frozen=True, slots=True)
class Waits:
    """The message by its name in the contact log, and when contacting decides about it again."""

    ref: UUID
    until: datetime


def waits_of(ref: UUID, decision: Decision) -> Waits | None:
    """What `say` needs to know of a message that does not leave at once."""
    return Waits(ref, decision.until) if decision.outcome is Outcome.HOLD and decision.until else None


def keep_waiting(
    actor: Actor,
    case: Case,
    interaction_id: int,
    waits: Waits,
    *,
    resolution: str | None,
    now: datetime,
) -> None:
    """Remember what this message will do to the case; the caller saves it. `resolution` None: it solves nothing."""
    WaitingAnswer.objects.create(
        case=case,
        interaction_id=interaction_id,
        ref=waits.ref,
        staff_id=actor.staff_id,
        written_at=now,
        leaves_at=waits.until,
        is_answer=resolution is not None,
        resolution=resolution or "",
    )
    case.answer_leaves_at = min(case.answer_leaves_at or waits.until, waits.until)


def clear_waiting(case: Case, *, interaction_id: int, now: datetime) -> bool:
    """The message of this entry was taken back; the caller saves the case. False where it did not wait."""
    rows = WaitingAnswer.objects.filter(interaction_id=interaction_id, state=WaitingState.WAITING.value)
    cleared = rows.update(state=WaitingState.TAKEN_BACK.value, settled_at=now)
    _refresh(case)
    return bool(cleared)


@action
def settle_answers(
    *,
    actor: Actor,
    sent: Mapping[UUID, datetime],
    ended: Mapping[UUID, WaitingState],
    held: Mapping[UUID, datetime],
    now: datetime,
) -> int:
    """Waiting messages have left (`sent`, at that instant), will never leave (`ended`), or wait longer (`held`).

    What left stops the clocks at the instant of handing over. Told twice, it happens once. Returns how many changed.
    """
    authorize(actor, HANDLE)
    named = {*sent, *ended, *held}
    waiting = WaitingAnswer.objects.filter(ref__in=named, state=WaitingState.WAITING.value)
    held_cases = {row.pk: row for row in _parts.hold(Case.objects.filter(pk__in=waiting.values("case_id")))}
    if not held_cases:
        return 0
    # Read again under the lock: somebody else may have settled it meanwhile.
    withheld: list[Case] = []
    rows = list(waiting.filter(case_id__in=held_cases).order_by("written_at", "pk"))
    for row in rows:
        case = held_cases[row.case_id]
        if row.ref in sent:
            _leave(actor, case, row, min(sent[row.ref], now), now)
        elif row.ref in ended:
            _end(actor, row, ended[row.ref], now)
            if row.state == WaitingState.WITHHELD.value:
                withheld.append(case)
        else:
            row.leaves_at = held[row.ref]
        row.save()
    for case in held_cases.values():
        _refresh(case)
        _parts.save(case)
    _parts.note_on_timelines(withheld, REPLY_WITHHELD_NOTE, now=now)
    audit.record(
        actor,
        events.AnswersSettled(
            subject=("cases", len(held_cases)),
            after={
                "sent": sum(row.ref in sent for row in rows),
                "failed": sum(row.ref in ended and row.ref not in sent for row in rows),
            },
        ),
        now=now,
    )
    return len(rows)


def _leave(actor: Actor, case: Case, row: WaitingAnswer, at: datetime, now: datetime) -> None:
    """The customer has it now: what the agent meant happens at that instant."""
    row.state, row.settled_at = WaitingState.SENT.value, at
    CaseContact.objects.filter(interaction_id=row.interaction_id).update(at=at)
    case.we_spoke_at = max(case.we_spoke_at or at, at)
    # The ledger goes forward only: where a clock was turned meanwhile, it stops right after.
    when = max([at, *calendars.last_turns(actor=_parts.DESK, subjects=[_parts.subject_of(case)])])
    _parts.stop_first_response(case, by=actor, at=at, now=when)
    if not row.is_answer or case.state not in OPEN_STATES:
        return
    # The customer has written again since: this answer is not the last word of the matter.
    if case.customer_spoke_at is not None and case.customer_spoke_at > row.written_at:
        return
    case.answered_at, case.resolution = at, row.resolution
    _parts.move(case, CaseState.ANSWERED, by=_parts.Cause(actor, _SETTLED), now=max(when, case.state_since))


def _end(actor: Actor, row: WaitingAnswer, state: WaitingState, now: datetime) -> None:
    row.state, row.settled_at = state.value, now
    if state is WaitingState.TAKEN_BACK:
        interactions.strike_entry(actor=actor, interaction_id=row.interaction_id, now=now)


def withhold_of(case_ids: Sequence[int], now: datetime) -> None:
    """Whose data is erased is not written to any more, and nothing remembers what would have been said."""
    WaitingAnswer.objects.filter(case_id__in=case_ids, state=WaitingState.WAITING.value).update(
        state=WaitingState.WITHHELD.value, settled_at=now
    )
    WaitingAnswer.objects.filter(case_id__in=case_ids).update(resolution="")
    Case.objects.filter(pk__in=case_ids, answer_leaves_at__isnull=False).update(answer_leaves_at=None)


def _refresh(case: Case) -> None:
    waiting = WaitingAnswer.objects.filter(case=case, state=WaitingState.WAITING.value)
    case.answer_leaves_at = waiting.aggregate(first=Min("leaves_at"))["first"]
