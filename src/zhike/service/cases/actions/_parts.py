"""What the actions of cases share: locks, moves, clocks, what browsers and upper rooms are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from zhike.platform import live, outbox, parameters
from zhike.platform.actors import Actor, system_actor
from zhike.platform.calendars import actions as clocks
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.types import ClockKind, ClockRequest, ClockState, Subject
from zhike.platform.errors import NotFound
from zhike.platform.outbox import Mode
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.types import Measure
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.types import SystemNote
from zhike.service.cases.events import CaseMovedEvent
from zhike.service.cases.models import Case, CaseMove, CaseSet
from zhike.service.cases.policies import STATUTORY_DAYS, STATUTORY_FOR, scope
from zhike.service.cases.rules import CaseClosed, check_move, statutory_applies
from zhike.service.cases.types import (
    CASE_SUBJECT,
    FIRST_RESPONSE,
    PAUSES,
    SOLUTION,
    STATUTORY,
    TASK_SUBJECT,
    CaseKind,
    CaseState,
)

# What the desk does of itself on behalf of a customer's message runs as this job.
DESK: Final = system_actor("cases.desk")
# What `refresh_due` sets.
DUE_FIELDS: Final = ("next_due_at", "first_response_due_at", "solution_due_at")
_LOCK_SPACE: Final = 0x63617365


def lock_customer(customer_id: int) -> None:
    """Two contacts of one customer at the same moment come one after the other, so that they find one case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [_LOCK_SPACE, customer_id])


def locked(actor: Actor, case_id: int) -> Case:
    """The case, held until the end of the transaction; raises NotFound."""
    (found,) = hold(Case.objects.filter(scope(actor), pk=case_id)) or (None,)
    if found is None:
        raise NotFound
    return found


def hold(rows: CaseSet) -> list[Case]:
    """These cases with what actions need, held in key order until the end of the transaction.

    Locked by themselves first: a lock that is waited for through a join drops a row whose owner has changed meanwhile.
    """
    ids = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    held = Case.objects.filter(pk__in=ids).select_related("category", "owner__unit", "customer", "shipment")
    return list(held.order_by("pk"))


def locked_open(actor: Actor, case_id: int) -> Case:
    """As `locked`; raises CaseClosed."""
    found = locked(actor, case_id)
    if found.state == CaseState.CLOSED.value:
        raise CaseClosed
    return found


def subject_of(case: Case) -> Subject:
    return (CASE_SUBJECT, case.pk)


@dataclass(frozen=True, slots=True)
class Cause:
    """Who made a case move, and the words for it."""

    actor: Actor
    reason: str = ""


def move(case: Case, new: CaseState, *, by: Cause, now: datetime, mode: Mode = Mode.LIVE) -> bool:
    """Put the case into another state, with its clocks; the caller saves the row. False where it is there already."""
    old = CaseState(case.state)
    if old is new:
        return False
    check_move(old, new)
    case.state, case.state_since = new.value, now
    case.version += 1
    CaseMove.objects.create(
        case=case,
        at=now,
        from_state=old.value,
        to_state=new.value,
        reason=by.reason[:300],
        actor_kind=by.actor.kind.value,
        actor_id=by.actor.id,
        staff_id=by.actor.staff_id,
    )
    if mode is Mode.LIVE:
        _turn_clocks(case, old, new, by=by.actor, now=now)
    outbox.emit(
        CaseMovedEvent(
            case_id=case.pk,
            customer_id=case.customer_id,
            old=old.value,
            new=new.value,
            kind=case.kind,
            ending=case.ending,
            handling=case.handling,
        ),
        now=now,
        mode=mode,
    )
    return True


def _turn_clocks(case: Case, old: CaseState, new: CaseState, *, by: Actor, now: datetime) -> None:
    """Clocks follow the state: they pause only where the law of methods §5.1 lets them, and stop with the answer."""
    subjects = [subject_of(case)]
    if old in PAUSES and new not in PAUSES and new not in {CaseState.ANSWERED, CaseState.CLOSED}:
        clocks.resume_clocks(actor=DESK, subjects=subjects, now=now, caused_by=by)
    if old in {CaseState.ANSWERED, CaseState.CLOSED} and new is CaseState.IN_WORK:
        clocks.reopen_clocks(
            actor=DESK, subjects=subjects, now=now, kinds=(SOLUTION.code, STATUTORY.code), note=case.number
        )
    if new in PAUSES:
        if old in PAUSES:
            clocks.resume_clocks(actor=DESK, subjects=subjects, now=now, caused_by=by)
        clocks.pause_clocks(actor=DESK, subjects=subjects, reason=PAUSES[new], now=now, caused_by=by)
    if new in {CaseState.ANSWERED, CaseState.CLOSED}:
        missed = _stop(case, SOLUTION, by=by, now=now)
        case.solution_missed = case.solution_missed if missed is None else missed
        clocks.stop_clocks(actor=DESK, subjects=subjects, now=now, caused_by=by)


def stop_first_response(case: Case, *, by: Actor, at: datetime, now: datetime) -> None:
    """The customer has heard from us for the first time."""
    if case.first_response_at is None:
        case.first_response_at = at
        missed = _stop(case, FIRST_RESPONSE, by=by, now=now)
        case.first_response_missed = case.first_response_missed if missed is None else missed


def _stop(case: Case, kind: ClockKind, *, by: Actor, now: datetime) -> bool | None:
    """Stop one clock; whether its promise was broken, None where none ran."""
    ended = clocks.stop_clocks(actor=DESK, subjects=[subject_of(case)], kinds=(kind.code,), now=now, caused_by=by)
    return ClockState.MISSED in ended.values() if ended else None


def start_clocks(cases: Sequence[Case], *, by: Actor, now: datetime, since: datetime | None = None) -> None:
    """Clocks of cases by the targets of their category, their customer's class and agreement (CASE-08).

    They run since the cases came, or since `since`; a clock that runs already is kept.
    """
    default = calendars.default_calendar_id()
    requests: list[ClockRequest] = []
    for code in sorted({case.category.code for case in cases}):
        same = [case for case in cases if case.category.code == code]
        targets = agreements.targets_for(
            actor=DESK, category=code, customer_ids={case.customer_id for case in same}, at=now
        )
        for case in same:
            found = targets[case.customer_id]
            requests += [
                ClockRequest(
                    subject=subject_of(case),
                    kind=kind.code,
                    calendar_id=found[measure].calendar_id or default,
                    started_at=since or case.opened_at,
                    budget=found[measure].budget,
                    holder_unit_id=case.owner.unit_id,
                    note=found[measure].source,
                    every_hour=found[measure].every_hour,
                )
                for measure, kind in ((Measure.FIRST_RESPONSE, FIRST_RESPONSE), (Measure.SOLUTION, SOLUTION))
                if measure in found and not (measure is Measure.FIRST_RESPONSE and case.first_response_at)
            ]
    if requests:
        clocks.start_clocks(actor=DESK, requests=requests, now=now, caused_by=by)
    start_statutory(cases, since=since, by=by, now=now)


def start_statutory(cases: Sequence[Case], *, since: datetime | None, by: Actor, now: datetime) -> None:
    """The deadline of the law for those that are complaints, since they came or since `since`."""
    default = calendars.default_calendar_id()
    days = parameters.value(STATUTORY_DAYS, at=now)
    lines = parameters.value(STATUTORY_FOR, at=now)
    requests = [
        ClockRequest(
            subject=subject_of(case),
            kind=STATUTORY.code,
            calendar_id=default,
            started_at=since or case.opened_at,
            statutory_days=days,
            holder_unit_id=case.owner.unit_id,
        )
        for case in cases
        if statutory_applies(CaseKind(case.kind), case.shipment.business_line if case.shipment else "", lines)
    ]
    if requests:
        clocks.start_clocks(actor=DESK, requests=requests, now=now, caused_by=by)


def hold_by(case: Case, unit_id: int, *, now: datetime) -> None:
    """The case's clocks lie in this unit's hands from now on; the time before counts for the holder before."""
    clocks.hand_over_clocks(actor=DESK, subjects=[subject_of(case)], holder_unit_id=unit_id, now=now)


def refresh_due(cases: Collection[Case]) -> None:
    """Bring the deadlines that lists sort and judge by in line with the clocks; the caller saves `DUE_FIELDS`."""
    due = calendars.open_due(actor=DESK, subjects=[subject_of(case) for case in cases])
    for case in cases:
        clocks_of = due[subject_of(case)]
        case.next_due_at = min((at for state, at in clocks_of.values() if state is ClockState.RUNNING), default=None)
        case.first_response_due_at = clocks_of.get(FIRST_RESPONSE.code, (None, None))[1]
        case.solution_due_at = clocks_of.get(SOLUTION.code, (None, None))[1]


def save(case: Case) -> None:
    """Write the row with the deadline that its clocks now have, and tell the browsers that show it."""
    refresh_due([case])
    case.save()
    tell_browsers([case])


def tell_browsers(cases: Collection[Case]) -> None:
    for case in cases:
        live.notify("cases", [case.pk], unit_no=case.scope_unit_id)


def note_on_timelines(
    cases: Collection[Case], message: str, *, filled: Mapping[int, Mapping[str, str]] | None = None, now: datetime
) -> None:
    """What was done with these cases, on the timelines of their customers.

    `message` takes %(number)s, and what `filled` gives for each case by its id.
    """
    more = filled or {}
    notes = [
        (
            case.customer_id,
            SystemNote(
                message=message,
                params={"number": case.number, **more.get(case.pk, {})},
                about=(CASE_SUBJECT, str(case.pk)),
            ),
        )
        for case in cases
    ]
    interactions.add_system_entries(actor=DESK, notes=notes, occurred_at=now, now=now)


def task_subject(task_id: int) -> Subject:
    return (TASK_SUBJECT, task_id)
