"""The part of a case taken over that still runs: tasks of units, an escalation, a remedy to decide, clocks."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.calendars import actions as clocks
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.rules import due, elapsed
from zhike.platform.calendars.types import ClockRequest
from zhike.platform.db.copying import insert_many
from zhike.platform.outbox import Mode
from zhike.record.agreements.types import Measure, Target
from zhike.record.organization import queries as organization
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions.tasks import DEFAULT_WITHIN
from zhike.service.cases.actions.upwards import ESCALATION_SUBJECT
from zhike.service.cases.models import Case, Escalation, Remedy, Task
from zhike.service.cases.policies import ESCALATION_WITHIN
from zhike.service.cases.types import ESCALATION_REPLY, OPEN_TASKS, PAUSES, TASK_REPLY, CaseState
from zhike.service.cases.types.past import PastCase

Pairs = Sequence[tuple[Case, PastCase]]
Targets = Mapping[str, Mapping[int, Mapping[Measure, Target]]]


def add_tasks(actor: Actor, pairs: Pairs, targets: Targets, *, now: datetime) -> None:
    """Tasks with the hours that units held them; those open get their clocks, in the unit's hands."""
    units = {row.pk: row for row in organization.unit_rows(actor=actor)}
    default = calendars.default_calendar_id()
    rules = calendars.rules_of({default, *(u.calendar_id for u in units.values() if u.calendar_id)})
    rows, requests = [], []
    for case, past in pairs:
        standard = targets[past.category][past.customer_id].get(Measure.TASK_REPLY)
        for one in past.tasks:
            unit = units[one.unit_id]
            spec = rules[unit.calendar_id or default].spec
            budget = one.within or (standard.budget if standard else DEFAULT_WITHIN)
            every_hour = standard is not None and standard.every_hour and one.within is None
            due_at = one.asked_at + budget if every_hour else due(spec, one.asked_at, budget)
            is_open = one.state in OPEN_TASKS
            end = None if is_open else one.ended_at
            held = elapsed(spec, one.asked_at, end) if end else None
            rows.append(
                Task(
                    case=case,
                    unit_id=unit.pk,
                    scope_unit_id=unit.tree_no,
                    assignee_id=one.assignee_id,
                    title=one.title[:200],
                    text=one.text,
                    state=one.state.value,
                    asked_by_id=one.asked_by_id,
                    asked_at=one.asked_at,
                    due_at=due_at,
                    within=one.within,
                    taken_at=one.taken_at,
                    ended_at=end,
                    reply=one.reply,
                    replied_by_id=one.assignee_id if end else None,
                    held_hours=held.total_seconds() / 3600 if held is not None else None,
                    missed=(end or now) > due_at if end or due_at < now else None,
                    mode=Mode.BACKFILL.value,
                )
            )
            case.open_tasks += is_open
            note = standard.source if standard and one.within is None else ""
            requests.append((unit.calendar_id or default, budget, note, every_hour))
    insert_many(rows)
    wanted = [
        ClockRequest(
            subject=_parts.task_subject(row.pk),
            kind=TASK_REPLY.code,
            calendar_id=calendar,
            started_at=row.asked_at,
            budget=budget,
            holder_unit_id=row.unit_id,
            note=note,
            every_hour=every_hour,
        )
        for row, (calendar, budget, note, every_hour) in zip(rows, requests, strict=True)
        if row.ended_at is None
    ]
    if wanted:
        clocks.start_clocks(actor=_parts.DESK, requests=wanted, now=now, caused_by=actor)


def ask_upwards(actor: Actor, pairs: Pairs, *, now: datetime) -> None:
    """Escalations, with clocks where the answer is to come, and remedies; what was given uses no authority of now."""
    default = calendars.default_calendar_id()
    spec = calendars.rules_of({default})[default].spec
    within = parameters.value(ESCALATION_WITHIN, at=now)
    unit_no = dict(organization.staff_rows(actor=actor).values_list("pk", "unit__tree_no"))
    rows = [
        Escalation(
            case=case,
            asked_by_id=case.owner_id,
            to_staff_id=past.escalation.to_staff_id,
            scope_unit_id=unit_no[past.escalation.to_staff_id],
            reason=past.escalation.reason,
            asked_at=past.escalation.asked_at,
            due_at=due(spec, past.escalation.asked_at, within),
            answer=past.escalation.answer,
            answered_at=past.escalation.answered_at,
        )
        for case, past in pairs
        if past.escalation is not None
    ]
    insert_many(rows)
    insert_many(
        [
            Remedy(
                case=case,
                scope_unit_id=case.scope_unit_id,
                kind=past.remedy.entry.kind.value,
                reason=past.remedy.entry.reason,
                amount=past.remedy.entry.amount,
                currency=past.remedy.entry.currency,
                state=past.remedy.state.value,
                asked_by_id=case.owner_id,
                asked_at=past.remedy.asked_at,
                decided_by_id=past.remedy.decided_by_id,
                decided_at=past.remedy.decided_at,
                decision=past.remedy.decision,
            )
            for case, past in pairs
            if past.remedy is not None
        ]
    )
    requests = [
        ClockRequest(
            subject=(ESCALATION_SUBJECT, row.pk),
            kind=ESCALATION_REPLY.code,
            calendar_id=default,
            started_at=row.asked_at,
            budget=within,
        )
        for row in rows
        if row.answered_at is None
    ]
    if requests:
        clocks.start_clocks(actor=_parts.DESK, requests=requests, now=now, caused_by=actor)


def run_clocks(actor: Actor, pairs: Pairs, *, now: datetime) -> None:
    """Start the clocks of open cases where they began, and bring them to where each case stands."""
    if not pairs:
        return
    held = {
        row.pk: row
        for row in Case.objects.filter(pk__in=[case.pk for case, _past in pairs]).select_related(
            "category", "owner__unit", "shipment"
        )
    }
    _parts.start_clocks(list(held.values()), by=actor, now=now)
    for case, past in pairs:
        held[case.pk].open_tasks = case.open_tasks
        _stand(held[case.pk], past, by=actor)
    _parts.refresh_due(list(held.values()))
    Case.objects.bulk_update(held.values(), [*_parts.DUE_FIELDS, "open_tasks"], batch_size=500)


def _stand(case: Case, past: PastCase, *, by: Actor) -> None:
    """Clocks pause, pass on and stop with the steps; the last unit that works on it holds them."""
    subjects = [_parts.subject_of(case)]
    paused = stopped = False
    for step in past.steps[1:]:
        if step.state in PAUSES:
            clocks.pause_clocks(
                actor=_parts.DESK, subjects=subjects, reason=PAUSES[step.state], now=step.at, caused_by=by
            )
            paused = True
        elif step.state in {CaseState.ANSWERED, CaseState.CLOSED}:
            clocks.stop_clocks(actor=_parts.DESK, subjects=subjects, now=step.at, caused_by=by)
            paused, stopped = False, True
        elif stopped:
            clocks.reopen_clocks(actor=_parts.DESK, subjects=subjects, now=step.at)
            stopped = False
        elif paused:
            clocks.resume_clocks(actor=_parts.DESK, subjects=subjects, now=step.at, caused_by=by)
            paused = False
    waiting = [one for one in past.tasks if one.state in OPEN_TASKS]
    if waiting and not stopped:
        clocks.hand_over_clocks(
            actor=_parts.DESK, subjects=subjects, holder_unit_id=waiting[0].unit_id, now=waiting[0].asked_at
        )
