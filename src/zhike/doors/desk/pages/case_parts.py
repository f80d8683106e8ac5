"""Parts of the case page: who, the clocks, what the customer sees, what goes on inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.doors.desk.pages.customer_parts import words
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.show import chip_component
from zhike.platform.calendars.types import Chip, Subject
from zhike.platform.errors import NotFound
from zhike.platform.ui import formats
from zhike.platform.ui.components import Button, Clock, ClockState, Fact, Mark, Person, Status, Tone
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.policies import PROMISE
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CHANNEL_LABELS, CustomerSummary
from zhike.record.organization import queries as organization
from zhike.record.organization.types import Duty
from zhike.service.cases import queries
from zhike.service.cases.policies import ANSWER_ESCALATIONS, APPROVE, ASSIGN, GRANT, HANDLE
from zhike.service.cases.types import (
    CASE_SUBJECT,
    ENDING_LABELS,
    KIND_LABELS,
    OPEN_TASKS,
    ORIGIN_LABELS,
    PARTY_LABELS,
    PAUSES,
    REMEDY_LABELS,
    REMEDY_STATE_LABELS,
    STATE_LABELS,
    TASK_LABELS,
    TASK_SUBJECT,
    CaseState,
    Origin,
    TaskState,
)
from zhike.service.cases.types.web import OUTSIDE_STATES
from zhike.voice.surveys import queries as surveys
from zhike.voice.surveys.queries import Why
from zhike.voice.surveys.types import FOLLOW_REASON_LABELS, FOLLOW_RESULT_LABELS

_TONES = {
    CaseState.NEW: Tone.ACT,
    CaseState.WAITING_CUSTOMER: Tone.PAUSE,
    CaseState.WAITING_AUTHORITY: Tone.PAUSE,
    CaseState.FORCE_MAJEURE: Tone.PAUSE,
    CaseState.ANSWERED: Tone.OK,
    CaseState.CLOSED: Tone.QUIET,
}
_TASK_TONES = {TaskState.REPLIED: Tone.OK, TaskState.DECLINED: Tone.WARN, TaskState.CANCELLED: Tone.QUIET}
_OPEN_TASKS = frozenset(state.value for state in OPEN_TASKS)


def state_word(code: str) -> Status:
    state = CaseState(code)
    return Status(STATE_LABELS[state], _TONES.get(state, Tone.PLAIN))


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A department's task as the owner sees it."""

    id: int
    title: str
    unit: str
    state: Status
    clock: Clock | None
    who: str
    reply: str
    is_open: bool
    url: str


def said_in_surveys(actor: Actor, case_id: int) -> list[tuple[Why, Status | None, Status | None]]:
    """Why the case exists, or what else is heard in it: the score, the words, how the follow-up stands."""
    return [
        (
            why,
            Status(FOLLOW_REASON_LABELS[why.follow_up.reason]) if why.follow_up else None,
            Status(FOLLOW_RESULT_LABELS[why.follow_up.result]) if why.follow_up else None,
        )
        for why in surveys.why_case(actor=actor, case_id=case_id)
    ]


def header(row: Any, customer: CustomerSummary | None, actor: Actor) -> dict[str, Any]:  # noqa: ANN401 - a case
    """Whose matter it is, and the next step. Whoever was only asked for help need not see the customer's file."""
    standing, state = customer.standing if customer else {}, CaseState(row.state)
    return {
        "title": row.subject or gettext("Erased on request."),
        "state": state_word(row.state),
        "answer_waits": _answer_waits(row, actor),
        "outside_state": Status(OUTSIDE_STATES[state], _TONES.get(state, Tone.PLAIN)),
        "kind": KIND_LABELS[row.kind],
        "class_letter": standing["class"].text if "class" in standing else "",
        "marks": [Mark(str(word)) for word in (standing["special_marks"].data if "special_marks" in standing else [])],
        "owner": Person(
            name=row.owner.name,
            role=_("owner"),
            unit=row.owner.unit.name,
            call_url=f"tel:{row.owner.phone}" if row.owner.phone else "",
            on_duty=row.owner.duty == Duty.ON_DUTY.value,
        ),
        **_steps(row, actor),
    }


def _answer_waits(row: Any, actor: Actor) -> Status | None:  # noqa: ANN401 - a case
    """That an answer is written and has not left: the customer has heard nothing, so the clocks run."""
    if row.answer_leaves_at is None:
        return None
    now = clock.now()
    if row.answer_leaves_at <= now:
        return Status(gettext("An answer is about to leave"), Tone.PAUSE)
    until = formats.until(row.answer_leaves_at, formats.Ink(now, actor.zone), row.zone)
    return Status(gettext("An answer waits until %(until)s") % {"until": until}, Tone.PAUSE)


def _steps(row: Any, actor: Actor) -> dict[str, Any]:  # noqa: ANN401 - a case
    """One primary step by state; the others stand beside with their keys."""

    def to(name: str) -> str:
        return reverse(f"cases:{name}", args=[row.pk])

    if not actor.has(HANDLE.code):
        return {"primary": None, "actions": []}
    if row.state == CaseState.CLOSED.value:
        return {"primary": Button(label=_("Open again"), url=to("reopen"), drawer=True), "actions": []}
    close = Button(label=_("Close the case"), url=to("close"), key="e", drawer=True)
    # The system found it: the customer does not know yet.
    untold = row.origin == Origin.WATCH.value and row.we_spoke_at is None and row.answer_leaves_at is None
    inform = Button(label=_("Inform the customer"), url=to("inform"), drawer=True) if untold else None
    steps = [
        (HANDLE, Button(label=_("Ask a department"), url=to("ask"), icon="plus", key="t", drawer=True)),
        (HANDLE, Button(label=_("Write a note"), url=to("note"), icon="note", key="n", drawer=True)),
        (PROMISE, Button(label=_("Give a promise"), url=_promise_url(row), icon="clock", key="p", drawer=True)),
        (ASSIGN, Button(label=_("Assign"), url=to("assign"), key="a", drawer=True)),
        (GRANT, Button(label=_("Remedy"), url=to("remedy"), drawer=True)),
        (HANDLE, Button(label=_("Escalate"), url=to("escalate"), drawer=True)),
    ]
    if CaseState(row.state) in PAUSES:
        steps.append((HANDLE, Button(label=_("Resume"), url=to("resume"), post=True, key="w")))
    elif row.state != CaseState.ANSWERED.value:
        steps.append((HANDLE, Button(label=_("Put on hold"), url=to("wait"), key="w", drawer=True)))
    if row.state != CaseState.ANSWERED.value:
        steps.append((HANDLE, close))
    steps.append((HANDLE, Button(label=_("Duplicate"), url=to("duplicate"), drawer=True)))
    return {
        "primary": close if row.state == CaseState.ANSWERED.value else inform,
        "actions": [button for right, button in steps if actor.has(right.code)],
    }


def _promise_url(row: Any) -> str:  # noqa: ANN401 - a case
    return f"{reverse('agreements:promise_new')}?customer={row.customer.number}&about={CASE_SUBJECT}:{row.pk}"


def promises(row: Any, actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ANN401 - a case
    """What the customer was promised about this matter: open ones as chips. One query."""
    found = agreements.promises_about(actor=actor, kind=CASE_SUBJECT, keys=[str(row.pk)], now=now)
    return {"promises": found, "open_promises": [one for one in found if one.is_open]}


def clocks_and_tasks(row: Any, actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ANN401 - a case
    """Clocks of the case and of its tasks. Four queries, whatever their number."""
    tasks = queries.tasks_of(actor=actor, case_id=row.pk)
    own: Subject = (CASE_SUBJECT, row.pk)
    subjects: list[Subject] = [own, *((TASK_SUBJECT, task.pk) for task in tasks)]
    chips = calendars.chips(actor=actor, subjects=subjects, now=now)
    held_by = {chip.holder_unit_id for found in chips.values() for chip in found if chip.holder_unit_id}
    names = organization.unit_labels(actor=actor, unit_ids=held_by)
    return {
        "clocks": [_clock(chip, names) for chip in chips[own]],
        "tasks": [_task(task, chips[TASK_SUBJECT, task.pk], names) for task in tasks],
    }


def _clock(chip: Chip, names: Mapping[int, str]) -> Clock:
    return chip_component(
        chip,
        holder=names.get(chip.holder_unit_id or 0, ""),
        ledger_url=reverse("cases:ledger", args=[*chip.subject, chip.clock_id]),
    )


def _task(task: Any, chips: Sequence[Chip], names: Mapping[int, str]) -> TaskLine:  # noqa: ANN401 - a task
    return TaskLine(
        id=task.pk,
        title=task.title,
        unit=task.unit.name,
        state=Status(TASK_LABELS[task.state], _TASK_TONES.get(TaskState(task.state), Tone.PLAIN)),
        clock=_clock(chips[0], names) if chips else None,
        who=task.assignee.name if task.assignee else "",
        reply=task.reply,
        is_open=task.state in _OPEN_TASKS,
        url=reverse("cases:task", args=[task.pk]),
    )


def inside(row: Any, actor: Actor) -> dict[str, Any]:  # noqa: ANN401 - a case
    """Escalations and remedies; two queries."""
    return {
        "escalations": [
            (one, actor.has(ANSWER_ESCALATIONS.code) and one.answered_at is None)
            for one in queries.escalations_of(actor=actor, case_id=row.pk)
        ],
        "remedies": [
            (
                one,
                REMEDY_LABELS[one.kind],
                Status(REMEDY_STATE_LABELS[one.state]),
                actor.has(APPROVE.code) and one.state == "asked" and one.asked_by_id != actor.staff_id,
            )
            for one in queries.remedies_of(actor=actor, case_id=row.pk)
        ],
    }


def about(row: Any, actor: Actor) -> list[Fact]:  # noqa: ANN401 - a case
    """What is known of the matter."""
    may_code = actor.has(HANDLE.code)
    # A mail is its own origin: said once.
    came_by = dict.fromkeys((str(ORIGIN_LABELS[row.origin]), str(CHANNEL_LABELS[row.channel])))
    facts = [
        Fact(label=_("Category"), value=queries.category_word(row.category)),
        Fact(label=_("Kind of case"), value=KIND_LABELS[row.kind]),
        Fact(label=_("Came by"), value=words([*came_by])),
        Fact(label=_("Recorded by"), value=row.recorder.name if row.recorder else gettext("System")),
        Fact(
            label=_("Cause"),
            value=queries.cause_word(row.cause) if row.cause else "",
            missing=_("not coded") if not row.cause else "",
            url=reverse("cases:coding", args=[row.pk]) if may_code else "",
        ),
    ]
    if row.party:
        unit = f" {row.party_unit.name}" if row.party_unit else ""
        facts.append(Fact(label=_("Responsible party"), value=f"{PARTY_LABELS[row.party]}{unit}"))
    if row.ending:
        facts.append(Fact(label=_("How it ended"), value=ENDING_LABELS[row.ending]))
    return facts


def summary(actor: Actor, customer_id: int) -> CustomerSummary | None:
    """None where the customer's file is out of reach: a unit that has a task in the case sees the case."""
    try:
        return customers.summary(actor=actor, customer_id=customer_id)
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A row of the queue: 56 px with three facts."""

    pk: int
    number: str
    subject: str
    customer: str
    due: Clock | None
    state: Status
    severity: str

    @classmethod
    def of(cls, row: Any, now: datetime) -> "QueueLine":  # noqa: ANN401 - a case
        late = row.next_due_at is not None and row.next_due_at < now
        bar = "breach" if late or row.severity == "urgent" else "notice" if row.severity == "high" else ""
        paused = CaseState(row.state) in PAUSES
        due = row.next_due_at
        return cls(
            pk=row.pk,
            number=row.number,
            subject=row.subject,
            customer=row.contact.name if row.contact else row.customer.name,
            due=Clock(
                state=ClockState.PAUSED if paused else ClockState.RUNNING,
                due=due,
                since=row.state_since if paused else None,
                holder=STATE_LABELS[row.state] if paused else "",
                zone=row.zone,
            )
            if due or paused
            else None,
            state=state_word(row.state),
            severity=bar,
        )
