"""Many hands inside: asking departments, their replies, and telling their heads what is overdue (CASE-13)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, live, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import actions as clocks
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.types import ClockRequest, ClockState
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.types import Measure
from zhike.record.organization import queries as organization
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case, Task
from zhike.service.cases.policies import DO_TASKS, HANDLE, task_scope
from zhike.service.cases.rules import after_tasks
from zhike.service.cases.types import OPEN_TASKS, TASK_REPLY, CaseState, TaskEntry, TaskState

DEFAULT_WITHIN = timedelta(hours=4)
ESCALATE_AT_ONCE = 1000


class TaskEnded(Conflict):
    code = "task_ended"
    message = _("This task has ended already.")


@action
def ask_unit(*, actor: Actor, case_id: int, entry: TaskEntry, now: datetime) -> int:
    """Ask a department or outlet for one thing; the case waits inside, its clocks run on in that unit's hands.

    The time to reply is `entry.within`, else the standard for the category. Returns the task's id.
    """
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if not entry.title.strip():
        raise Invalid.of("title", "required", _("Say in one line what you need."))
    unit = organization.unit_by_id(actor=_parts.DESK, unit_id=entry.unit_id)
    if not unit.active:
        raise Invalid.of("unit_id", "closed", _("This unit is closed. Choose another."))
    if entry.assignee_id is not None:
        organization.assignee(actor=_parts.DESK, staff_id=entry.assignee_id)
    task = Task.objects.create(
        case=case,
        unit_id=unit.pk,
        scope_unit_id=unit.tree_no,
        assignee_id=entry.assignee_id,
        title=entry.title.strip()[:200],
        text=entry.text.strip(),
        asked_by_id=actor.staff_id,
        asked_at=now,
        due_at=now,
        within=entry.within,
    )
    task.due_at = _start_clock(task, case, unit.calendar_id, entry.within, by=actor, now=now)
    task.save(update_fields=["due_at"])
    case.open_tasks += 1
    if case.state in {CaseState.NEW.value, CaseState.IN_WORK.value}:
        _parts.move(case, CaseState.WAITING_INTERNAL, by=_parts.Cause(actor, entry.title), now=now)
    _parts.hold_by(case, unit.pk, now=now)
    _parts.save(case)
    live.notify("case_tasks", [task.pk], unit_no=task.scope_unit_id)
    audit.record(
        actor,
        events.TaskAsked(
            subject=("case", case_id),
            after={
                "task": task.pk,
                "unit": unit.pk,
                "title": task.title,
                "text": task.text,
                "due_at": task.due_at,
            },
        ),
        now=now,
    )
    outbox.emit(events.TaskAskedEvent(task_id=task.pk, case_id=case.pk, unit_id=unit.pk), now=now)
    return task.pk


@action
def take_task(*, actor: Actor, task_id: int, now: datetime) -> None:
    """Take a task in hand; the case's owner sees who does it."""
    task = _locked(actor, task_id)
    authorize(actor, DO_TASKS, subject=("case", task.case_id))
    if actor.staff_id is None or (task.state == TaskState.TAKEN.value and task.assignee_id == actor.staff_id):
        return
    before = {"state": task.state, "assignee": task.assignee_id}
    task.state, task.assignee_id = TaskState.TAKEN.value, actor.staff_id
    task.taken_at = task.taken_at or now
    task.save()
    _record(actor, task, before, now)


@action
def reply_task(*, actor: Actor, task_id: int, reply: str, now: datetime) -> None:
    """Answer what was asked; with the last reply it is the owner's turn."""
    task = _locked(actor, task_id)
    authorize(actor, DO_TASKS, subject=("case", task.case_id))
    _end(actor, task, TaskState.REPLIED, reply, now)


@action
def decline_task(*, actor: Actor, task_id: int, reason: str, now: datetime) -> None:
    """Send a task back: it belongs elsewhere, or cannot be done, and why."""
    task = _locked(actor, task_id)
    authorize(actor, DO_TASKS, subject=("case", task.case_id))
    _end(actor, task, TaskState.DECLINED, reason, now)


@action
def cancel_task(*, actor: Actor, task_id: int, reason: str = "", now: datetime) -> None:
    """The owner no longer needs it."""
    task = _locked(actor, task_id)
    authorize(actor, HANDLE, subject=("case", task.case_id))
    _end(actor, task, TaskState.CANCELLED, reason, now)


@action
def escalate_overdue_tasks(*, actor: Actor, now: datetime) -> int:
    """Tell the heads of units of tasks whose time has passed, once each; returns how many (CASE-13)."""
    authorize(actor, DO_TASKS)
    rows = Task.objects.open().filter(due_at__lt=now, escalated_at__isnull=True, mode="live").order_by("pk")
    tasks = list(rows.select_for_update(skip_locked=True)[:ESCALATE_AT_ONCE])
    if not tasks:
        return 0
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(escalated_at=now)
    for task in tasks:
        live.notify("case_tasks", [task.pk], unit_no=task.scope_unit_id)
    audit.record(
        actor,
        events.TasksEscalated(subject=("case_tasks", len(tasks)), after={"tasks": [task.pk for task in tasks]}),
        now=now,
    )
    return len(tasks)


def _start_clock(
    task: Task, case: Case, calendar_id: int | None, within: timedelta | None, *, by: Actor, now: datetime
) -> datetime:
    """The unit's clock by its own hours; returns the deadline."""
    targets = agreements.targets_for(
        actor=_parts.DESK, category=case.category.code, customer_ids={case.customer_id}, at=now
    )
    found = targets[case.customer_id].get(Measure.TASK_REPLY)
    budget = within or (found.budget if found else None) or DEFAULT_WITHIN
    calendar = (found.calendar_id if found else None) or calendar_id or calendars.default_calendar_id()
    request = ClockRequest(
        subject=_parts.task_subject(task.pk),
        kind=TASK_REPLY.code,
        calendar_id=calendar,
        started_at=now,
        budget=budget,
        holder_unit_id=task.unit_id,
        note=found.source if found and within is None else "",
        every_hour=found.every_hour if found and within is None else False,
    )
    clocks.start_clocks(actor=_parts.DESK, requests=[request], now=now, caused_by=by)
    due = calendars.next_due(actor=_parts.DESK, subjects=[request.subject])[request.subject]
    return due or now + budget


def _locked(actor: Actor, task_id: int) -> Task:
    rows = Task.objects.filter(task_scope(actor)).select_related("unit")
    task = rows.select_for_update(of=("self",), no_key=True).filter(pk=task_id).first()
    if task is None:
        raise NotFound
    if task.state not in {state.value for state in OPEN_TASKS}:
        raise TaskEnded
    return task


def _end(actor: Actor, task: Task, state: TaskState, text: str, now: datetime) -> None:
    if state is not TaskState.CANCELLED and not text.strip():
        raise Invalid.of("reply", "required", _("Write what the owner of the case shall know."))
    # A task is locked before its case; nothing holds a case and then locks one of its tasks.
    (case,) = _parts.hold(Case.objects.filter(pk=task.case_id))
    before = {"state": task.state}
    subject = _parts.task_subject(task.pk)
    ended = clocks.stop_clocks(actor=_parts.DESK, subjects=[subject], now=now, caused_by=actor)
    (chip,) = calendars.chips(actor=_parts.DESK, subjects=[subject], now=now)[subject]
    task.state, task.reply, task.ended_at = state.value, text.strip(), now
    task.replied_by_id, task.held_hours = actor.staff_id, chip.used.total_seconds() / 3600
    task.missed = ClockState.MISSED in ended.values()
    task.save()
    case.open_tasks = Task.objects.open().filter(case=case).count()
    _hand_back(case, actor, now=now)
    _parts.save(case)
    _record(actor, task, before, now)
    outbox.emit(
        events.TaskEndedEvent(task_id=task.pk, case_id=case.pk, unit_id=task.unit_id, state=task.state), now=now
    )


def _hand_back(case: Case, actor: Actor, *, now: datetime) -> None:
    """The clocks pass to whoever still works on it, else to the owner's unit."""
    if case.state == CaseState.CLOSED.value:
        return
    new = after_tasks(CaseState(case.state), left=case.open_tasks)
    if new.value != case.state:
        _parts.move(case, new, by=_parts.Cause(actor, "tasks"), now=now)
    still = (
        Task.objects.open().filter(case=case).order_by(F("asked_at"), "pk").values_list("unit_id", flat=True).first()
    )
    _parts.hold_by(case, still or case.owner.unit_id, now=now)


def _record(actor: Actor, task: Task, before: Mapping[str, object], now: datetime) -> None:
    live.notify("case_tasks", [task.pk], unit_no=task.scope_unit_id)
    audit.record(
        actor,
        events.TaskChanged(
            subject=("case", task.case_id),
            before=before,
            after={"task": task.pk, "state": task.state, "assignee": task.assignee_id, "reply": task.reply},
        ),
        now=now,
    )
