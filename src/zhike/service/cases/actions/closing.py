"""How a case ends: confirmed, without objection, as a duplicate; and how it opens again."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import actions as clocks
from zhike.platform.errors import Invalid
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions._coding import write_coding
from zhike.service.cases.actions.opening import reopen_fields
from zhike.service.cases.models import Case, CaseMove
from zhike.service.cases.policies import CLOSE_AFTER, HANDLE
from zhike.service.cases.rules import NotCoded, TasksStillOpen, handling_of
from zhike.service.cases.types import CaseState, Coding, Ending
from zhike.service.cases.types.words import CLOSED_NOTE

CLOSE_AT_ONCE = 2000


@action
def close_case(
    *,
    actor: Actor,
    case_id: int,
    solved: bool,
    resolution: str,
    ending: Ending = Ending.CONFIRMED,
    coding: Coding | None = None,
    now: datetime,
) -> None:
    """End a case: solved or not, in words (CASE-12), with cause and responsible unit (CASE-22).

    Raises TasksStillOpen, NotCoded, Invalid on `resolution`, `cause`, `unit_id`.
    """
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if ending not in {Ending.CONFIRMED, Ending.NO_OBJECTION, Ending.WITHOUT_ANSWER}:
        raise Invalid.of("ending", "unfit", _("Choose how the case ended."))
    if not resolution.strip():
        raise Invalid.of("resolution", "required", _("Say what was done, solved or not."))
    if case.open_tasks:
        raise TasksStillOpen(count=case.open_tasks)
    if coding is not None:
        write_coding(case, coding)
    if case.cause_id is None:
        raise NotCoded
    _close(actor, case, ending, solved=solved, resolution=resolution, now=now)


@action
def confirm_case(*, actor: Actor, case_id: int, solved: bool, words: str = "", now: datetime) -> None:
    """The customer says that the answer settles the matter, or that it does not (then it is our turn again)."""
    case = _parts.locked(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if case.state != CaseState.ANSWERED.value:
        return
    if not solved:
        _parts.move(case, CaseState.IN_WORK, by=_parts.Cause(actor, words or "objection"), now=now)
        case.customer_spoke_at = now
        _parts.save(case)
        audit.record(actor, events.CaseMoved(subject=("case", case_id), after={"state": case.state}), now=now)
        return
    _close(actor, case, Ending.CONFIRMED, solved=True, resolution=case.resolution or words, now=now)


@action
def close_duplicate(*, actor: Actor, case_id: int, of_case_id: int, now: datetime) -> None:
    """This case is about the same matter as another one; its clocks count in no figure."""
    first, second = sorted((case_id, of_case_id))
    held = {pk: _parts.locked(actor, pk) for pk in (first, second)}
    case, other = held[case_id], held[of_case_id]
    authorize(actor, HANDLE, subject=("case", case_id))
    if case.pk == other.pk or case.customer_id != other.customer_id:
        raise Invalid.of("of_case_id", "unfit", _("Choose another case of the same customer."))
    if case.state == CaseState.CLOSED.value:
        return
    if case.open_tasks:
        raise TasksStillOpen(count=case.open_tasks)
    clocks.cancel_clocks(actor=_parts.DESK, subjects=[_parts.subject_of(case)], note=other.number, now=now)
    case.duplicate_of_id = other.pk
    _close(actor, case, Ending.DUPLICATE, solved=False, resolution=other.number, now=now)


@action
def reopen_case(*, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """Open a closed case again under its number; its clocks go on with what they had used (CASE-16)."""
    case = _parts.locked(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if case.state != CaseState.CLOSED.value:
        return
    reopen_fields(case)
    _parts.move(case, CaseState.IN_WORK, by=_parts.Cause(actor, reason), now=now)
    _parts.save(case)
    audit.record(actor, events.CaseReopened(subject=("case", case_id), reason=reason.strip()), now=now)


@action
def code_case(*, actor: Actor, case_id: int, coding: Coding, now: datetime) -> None:
    """Say why it happened and who answers for it; also after closing, when more is known."""
    case = _parts.locked(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    before = {"cause": case.cause_id, "party": case.party, "unit": case.party_unit_id, "route": case.route}
    write_coding(case, coding)
    case.version += 1
    case.save()
    audit.record(
        actor,
        events.CaseCoded(
            subject=("case", case_id),
            before=before,
            after={"cause": coding.cause, "party": case.party, "unit": case.party_unit_id, "route": case.route},
        ),
        now=now,
    )


@action
def close_silent(*, actor: Actor, now: datetime) -> int:
    """Close answered cases to which nobody has objected in time; set-based. Returns how many."""
    authorize(actor, HANDLE)
    before = now - parameters.value(CLOSE_AFTER, at=now)
    rows = Case.objects.filter(state=CaseState.ANSWERED.value, state_since__lte=before).order_by("pk")
    cases = list(
        rows.select_related("category").select_for_update(of=("self",), skip_locked=True, no_key=True)[:CLOSE_AT_ONCE]
    )
    if not cases:
        return 0
    for case in cases:
        case.state, case.state_since, case.closed_at = CaseState.CLOSED.value, now, now
        case.ending, case.solved = Ending.NO_OBJECTION.value, True
        case.handling = _handling(case, solved=True)
        case.next_due_at = case.first_response_due_at = case.solution_due_at = None
        case.version += 1
    fields = ["state", "state_since", "closed_at", "ending", "solved", "handling", *_parts.DUE_FIELDS, "version"]
    Case.objects.bulk_update(cases, fields, batch_size=500)
    CaseMove.objects.bulk_create(
        [
            CaseMove(
                case=case,
                at=now,
                from_state=CaseState.ANSWERED.value,
                to_state=CaseState.CLOSED.value,
                actor_kind=actor.kind.value,
                actor_id=actor.id,
            )
            for case in cases
        ]
    )
    _parts.tell_browsers(cases)
    _parts.note_on_timelines(cases, CLOSED_NOTE, now=now)
    audit.record(
        actor,
        events.CasesClosedBySilence(subject=("cases", len(cases)), after={"cases": [case.pk for case in cases]}),
        now=now,
    )
    outbox.emit_many([_closed_event(case, CaseState.ANSWERED) for case in cases], now=now)
    return len(cases)


def _close(actor: Actor, case: Case, ending: Ending, *, solved: bool, resolution: str, now: datetime) -> None:
    if case.answered_at is None and ending is not Ending.DUPLICATE:
        case.answered_at = now
    case.ending, case.solved, case.closed_at = ending.value, solved, now
    case.resolution = resolution.strip()
    case.handling = "" if ending is Ending.DUPLICATE else _handling(case, solved=solved)
    old = case.state
    _parts.stop_first_response(case, by=actor, at=now, now=now)
    _parts.move(case, CaseState.CLOSED, by=_parts.Cause(actor, ending.value), now=now)
    _parts.save(case)
    _parts.note_on_timelines([case], CLOSED_NOTE, now=now)
    audit.record(
        actor,
        events.CaseClosed(
            subject=("case", case.pk),
            before={"state": old},
            after={"ending": ending, "solved": solved, "handling": case.handling, "resolution": case.resolution},
        ),
        now=now,
    )


def _handling(case: Case, *, solved: bool) -> str:
    return handling_of(
        opened_at=case.opened_at,
        answered_at=case.answered_at,
        solved=solved,
        quick=case.category.quick_within or timedelta(hours=24),
    ).value


def _closed_event(case: Case, old: CaseState) -> events.CaseMovedEvent:
    return events.CaseMovedEvent(
        case_id=case.pk,
        customer_id=case.customer_id,
        old=old.value,
        new=case.state,
        kind=case.kind,
        ending=case.ending,
        handling=case.handling,
    )
