"""A lesser matter becomes a complaint: from then on it is treated as one that was opened at that moment."""

from datetime import datetime

from zhike.platform import audit, outbox
from zhike.platform.actors import Actor
from zhike.platform.calendars import actions as clocks
from zhike.service.cases import events, queries
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case
from zhike.service.cases.types import FIRST_RESPONSE, PAUSES, SOLUTION, CaseKind, CaseState, Said, Severity


def raise_to_complaint(actor: Actor, case: Case, said: Said, *, at: datetime, now: datetime) -> bool:
    """Whether the case, held and a lesser matter so far, is a complaint from here on; the caller saves the row.

    Its category follows where the one said is for complaints, its severity where the one said is graver.
    """
    if said.kind is not CaseKind.COMPLAINT or case.kind == CaseKind.COMPLAINT.value:
        return False
    before = {"kind": case.kind, "category": case.category.code, "severity": case.severity}
    case.kind = CaseKind.COMPLAINT.value
    if said.category:
        category = queries.category_of(actor=actor, code=said.category)
        if category.kind == CaseKind.COMPLAINT.value:
            case.category = category
    if said.severity is not None:
        case.severity = max(case.severity, said.severity.value, key=lambda code: list(Severity).index(Severity(code)))
    case.version += 1
    _begin_clocks(actor, case, since=at, now=now)
    after = {"kind": case.kind, "category": case.category.code, "severity": case.severity}
    changed = {name: value for name, value in after.items() if before[name] != value}
    audit.record(
        actor,
        events.CaseEdited(subject=("case", case.pk), before={name: before[name] for name in changed}, after=changed),
        now=now,
    )
    outbox.emit(events.CaseRaisedEvent(case_id=case.pk, customer_id=case.customer_id), now=now)
    return True


def _begin_clocks(actor: Actor, case: Case, *, since: datetime, now: datetime) -> None:
    """The clocks of a new complaint, from `since` on, in place of those that are still in time.

    A promise that is broken already stays broken, and its clock runs on.
    """
    _parts.refresh_due([case])
    kept = {
        FIRST_RESPONSE.code: case.first_response_missed or _is_over(case.first_response_due_at, now),
        SOLUTION.code: case.solution_missed or _is_over(case.solution_due_at, now),
    }
    subjects = [_parts.subject_of(case)]
    if replaced := [code for code, is_broken in kept.items() if not is_broken]:
        clocks.cancel_clocks(actor=_parts.DESK, subjects=subjects, note=case.number, kinds=replaced, now=now)
    _parts.start_clocks([case], since=since, by=actor, now=now)
    if (state := CaseState(case.state)) in PAUSES:
        clocks.pause_clocks(actor=_parts.DESK, subjects=subjects, reason=PAUSES[state], now=now, caused_by=actor)


def _is_over(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now
