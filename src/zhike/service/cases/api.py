"""Cases, their tasks and their endings for programs."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.types import Chip
from zhike.platform.messaging.rules import masked
from zhike.platform.parameters.types import ProposalState
from zhike.record.agreements import actions as agreements
from zhike.record.agreements import queries as targets
from zhike.record.agreements.queries import TargetChange
from zhike.record.agreements.types import TargetEntry
from zhike.record.contacting.types import RULE_LABELS
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case
from zhike.service.cases.schemas import (
    AnswerIn,
    AssignIn,
    CaseDetailOut,
    CaseIn,
    CaseOut,
    CloseIn,
    CodingIn,
    ConfirmIn,
    CountOut,
    DecisionIn,
    DuplicateIn,
    EditIn,
    EscalateIn,
    MadeOut,
    MailIn,
    MailSentOut,
    ReasonIn,
    RemedyIn,
    RemedyStateOut,
    ReplyIn,
    SaidIn,
    SpokenIn,
    TakenOut,
    TargetCandidateOut,
    TargetChangeIn,
    TargetChangeOut,
    TargetPreviewOut,
    TaskIn,
    TaskOut,
    TaskReplyIn,
    VersionOut,
    WaitIn,
    WebCaseIn,
    WebStateOut,
    WebTakenOut,
    WordOut,
)
from zhike.service.cases.types import (
    CASE_SUBJECT,
    CaseEntry,
    CaseKind,
    CaseState,
    Coding,
    MailReply,
    Origin,
    RemedyEntry,
    Said,
    TaskEntry,
    TaskState,
)
from zhike.service.cases.types.web import WEB_PATH, WebEntry

router = Router(tags=["cases"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]
Code = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]


@router.post("/cases", response={201: TakenOut}, summary="Take a contact in: it opens a case or joins one")
def open_case(request: HttpRequest, payload: CaseIn) -> Status[dict[str, Any]]:
    data = payload.dict(exclude={"separate", "external_system", "external_ref"})
    entry = CaseEntry(**data, origin=Origin.API, external=(payload.external_system, payload.external_ref))
    taken = actions.open_case(actor=actor_of(request), entry=entry, separate=payload.separate, now=clock.now())
    return Status(201, asdict(taken))


@router.get("/cases", response=Page[CaseOut], summary="Cases within reach, the newest first")
def list_cases(
    request: HttpRequest,
    *,
    state: CaseState | None = None,
    kind: CaseKind | None = None,
    category: Code = "",
    customer_id: Id | None = None,
    shipment_id: Id | None = None,
    owner_id: Id | None = None,
    open: bool | None = None,
    parked: bool = False,
    broken: bool = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """`parked` asks for cases that wait for a customer who has answered already, `broken` for broken promises."""
    rows = queries.parked_rows(actor=actor_of(request)) if parked else queries.case_rows(actor=actor_of(request))
    wanted = {
        "state": state.value if state else None,
        "kind": kind.value if kind else None,
        "category__code": category or None,
        "customer_id": customer_id,
        "shipment_id": shipment_id,
        "owner_id": owner_id,
    }
    rows = rows.filter(**{field: value for field, value in wanted.items() if value is not None})
    if open is not None:
        rows = rows.open() if open else rows.closed()
    if broken:
        rows = rows.broken(clock.now())
    return page_by_id(rows, cursor=cursor, limit=limit, out=_file)


@router.get("/cases/{number}", response=CaseDetailOut, summary="One case with clocks, tasks and effort")
def get_case(request: HttpRequest, number: str) -> dict[str, Any]:
    actor, now = actor_of(request), clock.now()
    row = _case(request, number)
    subject = (CASE_SUBJECT, row.pk)
    return {
        "case": _file(row),
        "answers": asdict(queries.answers_of(row)),
        "clocks": [_clock(chip) for chip in calendars.chips(actor=actor, subjects=[subject], now=now)[subject]],
        "tasks": [TaskOut.from_orm(task) for task in queries.tasks_of(actor=actor, case_id=row.pk)],
        "effort": asdict(queries.effort_of(actor=actor, case=row, now=now)),
    }


@router.post("/cases/{number}/contacts", response={201: TakenOut}, summary="The customer speaks again on this case")
def attach_contact(request: HttpRequest, number: str, payload: SaidIn) -> Status[dict[str, Any]]:
    """A complaint makes a complaint of a lesser case (`raised`), with its clocks from now on."""
    kind = {name: getattr(payload, name) for name in ("kind", "category", "severity")}
    taken = actions.attach_contact(
        actor=actor_of(request), case_id=_id(request, number), said=replace(_said(payload), **kind), now=clock.now()
    )
    return Status(201, asdict(taken))


@router.post("/cases/{number}/replies", response={201: TakenOut}, summary="What we told the customer")
def reply(request: HttpRequest, number: str, payload: ReplyIn) -> Status[dict[str, Any]]:
    """With `answer` the case is answered and its clocks stop; it then needs `coding`, unless it is coded already."""
    taken = actions.tell_customer(
        actor=actor_of(request),
        case_id=_id(request, number),
        said=_said(payload),
        is_answer=payload.answer,
        coding=_coding(payload.coding),
        now=clock.now(),
    )
    return Status(201, asdict(taken))


@router.post("/cases/{number}/mails", response={201: MailSentOut}, summary="Send the customer a mail")
def send_mail(request: HttpRequest, number: str, payload: MailIn) -> Status[dict[str, Any]]:
    """It leaves after ten seconds, waits for the morning, or is withheld by the rule that is named.

    What is withheld is not written into the case. `once` makes it one mail however often it is sent.
    """
    sent = actions.send_reply(
        actor=actor_of(request),
        case_id=_id(request, number),
        reply=MailReply(body=payload.body, nonce=f"api:{payload.once}" if payload.once else ""),
        is_answer=payload.answer,
        coding=_coding(payload.coding),
        now=clock.now(),
    )
    decision = sent.decision
    answer = {"outcome": decision.outcome, "rule": decision.rule.value, "reason": str(RULE_LABELS[decision.rule])}
    to = masked(sent.address) if sent.address else ""
    return Status(
        201, {**answer, "until": decision.until, "to": to, "entry_id": sent.entry_id, "repeated": sent.repeated}
    )


@router.post("/cases/{number}/mails/{entry_id}/undo", response={204: None}, summary="Take back a mail not yet left")
def take_back_mail(request: HttpRequest, number: str, entry_id: Id) -> Status[None]:
    actions.take_back_reply(actor=actor_of(request), case_id=_id(request, number), entry_id=entry_id, now=clock.now())
    return Status(204, None)


@router.post("/cases/{number}/wait", response={204: None}, summary="Say for whom the case waits; clocks pause")
def wait(request: HttpRequest, number: str, payload: WaitIn) -> Status[None]:
    actions.set_waiting(
        actor=actor_of(request),
        case_id=_id(request, number),
        state=payload.state,
        reason=payload.reason,
        now=clock.now(),
    )
    return Status(204, None)


@router.post("/cases/{number}/resume", response={204: None}, summary="It is our turn again")
def resume(request: HttpRequest, number: str, payload: ReasonIn) -> Status[None]:
    actions.resume_case(actor=actor_of(request), case_id=_id(request, number), reason=payload.reason, now=clock.now())
    return Status(204, None)


@router.patch("/cases/{number}", response=VersionOut, summary="Change severity, next step, promised time, tags")
def edit_case(request: HttpRequest, number: str, payload: EditIn) -> dict[str, int]:
    data = payload.dict(exclude={"tags"})
    tags = None if payload.tags is None else tuple(payload.tags)
    version = actions.edit_case(
        actor=actor_of(request), case_id=_id(request, number), **data, tags=tags, now=clock.now()
    )
    return {"version": version}


@router.post("/case-assignments", response=CountOut, summary="Give cases to another owner")
def assign(request: HttpRequest, payload: AssignIn) -> dict[str, int]:
    return {"count": actions.assign_cases(actor=actor_of(request), **payload.dict(), now=clock.now())}


@router.post("/cases/{number}/close", response={204: None}, summary="Close a case: solved or not, and why")
def close(request: HttpRequest, number: str, payload: CloseIn) -> Status[None]:
    actions.close_case(
        actor=actor_of(request),
        case_id=_id(request, number),
        **payload.dict(exclude={"coding"}),
        coding=_coding(payload.coding),
        now=clock.now(),
    )
    return Status(204, None)


@router.post("/cases/{number}/confirm", response={204: None}, summary="The customer says whether the answer settles it")
def confirm(request: HttpRequest, number: str, payload: ConfirmIn) -> Status[None]:
    actions.confirm_case(actor=actor_of(request), case_id=_id(request, number), **payload.dict(), now=clock.now())
    return Status(204, None)


@router.post("/cases/{number}/reopen", response={204: None}, summary="Open a closed case again under its number")
def reopen(request: HttpRequest, number: str, payload: ReasonIn) -> Status[None]:
    actions.reopen_case(actor=actor_of(request), case_id=_id(request, number), reason=payload.reason, now=clock.now())
    return Status(204, None)


@router.post("/cases/{number}/duplicate", response={204: None}, summary="Close as a duplicate of another case")
def duplicate(request: HttpRequest, number: str, payload: DuplicateIn) -> Status[None]:
    actions.close_duplicate(
        actor=actor_of(request),
        case_id=_id(request, number),
        of_case_id=_id(request, payload.of),
        now=clock.now(),
    )
    return Status(204, None)


@router.put("/cases/{number}/coding", response={204: None}, summary="Code the cause and who is responsible")
def code(request: HttpRequest, number: str, payload: CodingIn) -> Status[None]:
    actions.code_case(
        actor=actor_of(request), case_id=_id(request, number), coding=Coding(**payload.dict()), now=clock.now()
    )
    return Status(204, None)


@router.post("/cases/{number}/tasks", response={201: MadeOut}, summary="Ask a department or outlet")
def ask_unit(request: HttpRequest, number: str, payload: TaskIn) -> Status[dict[str, int]]:
    within = timedelta(minutes=payload.within_minutes) if payload.within_minutes else None
    entry = TaskEntry(**payload.dict(exclude={"within_minutes"}), within=within)
    made = actions.ask_unit(actor=actor_of(request), case_id=_id(request, number), entry=entry, now=clock.now())
    return Status(201, {"id": made})


@router.get("/case-tasks", response=Page[TaskOut], summary="Tasks within reach, the newest first")
def list_tasks(
    request: HttpRequest,
    *,
    unit_id: Id | None = None,
    state: TaskState | None = None,
    overdue: bool = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    actor = actor_of(request)
    rows = queries.overdue_tasks(actor=actor, now=clock.now()) if overdue else queries.task_rows(actor=actor)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    if state is not None:
        rows = rows.filter(state=state.value)
    return page_by_id(rows, cursor=cursor, limit=limit, out=TaskOut.from_orm)


@router.post("/case-tasks/{task_id}/take", response={204: None}, summary="Take a task in hand")
def take_task(request: HttpRequest, task_id: Id) -> Status[None]:
    actions.take_task(actor=actor_of(request), task_id=task_id, now=clock.now())
    return Status(204, None)


@router.post("/case-tasks/{task_id}/reply", response={204: None}, summary="Answer what was asked")
def reply_task(request: HttpRequest, task_id: Id, payload: TaskReplyIn) -> Status[None]:
    actions.reply_task(actor=actor_of(request), task_id=task_id, reply=payload.reply, now=clock.now())
    return Status(204, None)


@router.post("/case-tasks/{task_id}/decline", response={204: None}, summary="Send a task back with a reason")
def decline_task(request: HttpRequest, task_id: Id, payload: ReasonIn) -> Status[None]:
    actions.decline_task(actor=actor_of(request), task_id=task_id, reason=payload.reason, now=clock.now())
    return Status(204, None)


@router.post("/case-tasks/{task_id}/cancel", response={204: None}, summary="It is no longer needed")
def cancel_task(request: HttpRequest, task_id: Id, payload: ReasonIn) -> Status[None]:
    actions.cancel_task(actor=actor_of(request), task_id=task_id, reason=payload.reason, now=clock.now())
    return Status(204, None)


@router.post("/cases/{number}/escalations", response={201: MadeOut}, summary="Ask somebody higher")
def escalate(request: HttpRequest, number: str, payload: EscalateIn) -> Status[dict[str, int]]:
    made = actions.escalate_case(
        actor=actor_of(request), case_id=_id(request, number), **payload.dict(), now=clock.now()
    )
    return Status(201, {"id": made})


@router.post("/case-escalations/{escalation_id}/answer", response={204: None}, summary="Answer an escalation")
def answer_escalation(request: HttpRequest, escalation_id: Id, payload: AnswerIn) -> Status[None]:
    actions.answer_escalation(
        actor=actor_of(request), escalation_id=escalation_id, answer=payload.answer, now=clock.now()
    )
    return Status(204, None)


@router.post("/cases/{number}/remedies", response={201: RemedyStateOut}, summary="Give the customer something")
def give_remedy(request: HttpRequest, number: str, payload: RemedyIn) -> Status[dict[str, str]]:
    """Within the actor's authority it is granted at once; above it, it waits for somebody else's approval."""
    state = actions.give_remedy(
        actor=actor_of(request),
        case_id=_id(request, number),
        entry=RemedyEntry(**payload.dict()),
        now=clock.now(),
    )
    return Status(201, {"state": state.value})


@router.post("/case-remedies/{remedy_id}/decide", response={204: None}, summary="Approve or refuse a remedy")
def decide_remedy(request: HttpRequest, remedy_id: Id, payload: DecisionIn) -> Status[None]:
    actions.decide_remedy(actor=actor_of(request), remedy_id=remedy_id, **payload.dict(), now=clock.now())
    return Status(204, None)


@router.post("/web-cases", response={201: WebTakenOut}, summary="A customer's message from the company's own app")
def take_web_case(request: HttpRequest, payload: WebCaseIn) -> Status[dict[str, Any]]:
    """It becomes a case or joins the one on the same matter; the customer gets the number by the way they chose."""
    taken = actions.take_web_matter(actor=actor_of(request), entry=WebEntry(**payload.dict()), now=clock.now())
    return Status(201, {**asdict(taken), "link": f"{WEB_PATH}{taken.link}/"})


@router.get("/web-cases/{ref}", response=WebStateOut, summary="What the customer may know of the case")
def web_case(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    return asdict(queries.public_state(actor=actor_of(request), ref=ref))


@router.get("/case-categories", response=list[WordOut], summary="Categories of cases")
def categories(request: HttpRequest) -> list[dict[str, Any]]:
    rows = queries.category_rows(actor=actor_of(request))
    return [{"code": row.code, "labels": row.labels, "kind": row.kind, "active": row.active} for row in rows]


@router.get("/case-causes", response=list[WordOut], summary="Causes by which cases are coded")
def causes(request: HttpRequest) -> list[dict[str, Any]]:
    rows = queries.cause_rows(actor=actor_of(request))
    return [{"code": row.code, "labels": row.labels, "active": row.active} for row in rows]


@router.post("/service-target-changes", response={201: MadeOut}, summary="Propose a change of the table of targets")
def propose_target(request: HttpRequest, payload: TargetChangeIn) -> Status[dict[str, int]]:
    """Somebody else approves it; before that nothing holds."""
    actor = actor_of(request)
    if payload.category:
        queries.category_known(actor=actor, code=payload.category)
    budget = None if payload.seconds is None else timedelta(seconds=payload.seconds)
    entry = TargetEntry(**payload.dict(exclude={"seconds"}), budget=budget)
    return Status(201, {"id": agreements.propose_target(actor=actor, entry=entry, now=clock.now())})


@router.get("/service-target-changes", response=Page[TargetChangeOut], summary="Changes of targets, the newest first")
def list_target_changes(
    request: HttpRequest, *, state: ProposalState | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = targets.change_rows(actor=actor_of(request))
    if state is not None:
        rows = rows.filter(state=state.value)
    return page_by_id(rows, cursor=cursor, limit=limit, out=_change)


@router.get("/service-target-changes/{change_id}", response=TargetChangeOut, summary="One change of the targets")
def get_target_change(request: HttpRequest, change_id: Id) -> dict[str, Any]:
    return _change(targets.get_change(actor=actor_of(request), change_id=change_id))


@router.get(
    "/service-target-changes/{change_id}/preview",
    response=TargetPreviewOut,
    summary="What a change would do to open clocks",
)
def preview_target_change(request: HttpRequest, change_id: Id) -> dict[str, Any]:
    actor = actor_of(request)
    change = targets.get_change(actor=actor, change_id=change_id)
    return asdict(queries.preview_target(actor=actor, change=change, now=clock.now()))


@router.post("/service-target-changes/{change_id}/approve", response={204: None}, summary="Let a change hold")
def approve_target_change(request: HttpRequest, change_id: Id, payload: ReasonIn) -> Status[None]:
    """Refused to whoever proposed it. Open clocks follow within minutes of the day from which it holds."""
    agreements.approve_target(actor=actor_of(request), change_id=change_id, note=payload.reason, now=clock.now())
    return Status(204, None)


@router.post("/service-target-changes/{change_id}/refuse", response={204: None}, summary="Refuse a change, and say why")
def refuse_target_change(request: HttpRequest, change_id: Id, payload: ReasonIn) -> Status[None]:
    agreements.refuse_target(actor=actor_of(request), change_id=change_id, note=payload.reason, now=clock.now())
    return Status(204, None)


@router.post("/service-target-changes/{change_id}/withdraw", response={204: None}, summary="Take back one's proposal")
def withdraw_target_change(request: HttpRequest, change_id: Id) -> Status[None]:
    agreements.withdraw_target(actor=actor_of(request), change_id=change_id, now=clock.now())
    return Status(204, None)


@router.get("/service-targets/which", response=list[TargetCandidateOut], summary="Which target holds for a matter")
def which_target(
    request: HttpRequest, *, category: Code, customer_class: Code = "", customer_id: Id | None = None
) -> list[dict[str, Any]]:
    """With a customer their class and agreement count. Of each clock the one that holds comes first."""
    found = targets.candidates(
        actor=actor_of(request),
        category=category,
        customer_class=customer_class,
        customer_id=customer_id,
        at=clock.now(),
    )
    return [{**asdict(one), "seconds": int(one.budget.total_seconds())} for one in found]


def _change(row: TargetChange) -> dict[str, Any]:
    names = "id deed measure category customer_class calendar_id every_hour valid_from reason source state proposed_at"
    names += " decided_at note holds_from finished_at"
    return {
        **{name: getattr(row, name) for name in names.split()},
        "seconds": int(row.budget.total_seconds()) if row.budget is not None else None,
        "proposed_by": row.proposed_by_person,
        "decided_by": row.decided_by_person,
        "clocks_moved": row.moved,
    }


def _file(row: Case) -> dict[str, Any]:
    found = queries.file_of(row)
    return {**asdict(found), "broken": found.breach_at is not None and found.breach_at <= clock.now()}


def _id(request: HttpRequest, number: str) -> int:
    return queries.id_of(actor=actor_of(request), number=number)


def _case(request: HttpRequest, number: str) -> Case:
    return queries.get_case(actor=actor_of(request), case_id=_id(request, number))


def _said(payload: SpokenIn) -> Said:
    return Said(
        channel=payload.channel,
        body=payload.body,
        subject=payload.subject,
        contact_id=payload.contact_id,
        at=payload.at,
        external=(payload.external_system, payload.external_ref),
    )


def _coding(payload: CodingIn | None) -> Coding | None:
    return Coding(**payload.dict()) if payload else None


def _clock(chip: Chip) -> dict[str, Any]:
    found = {name: getattr(chip, name) for name in ("kind", "due_at", "started_at", "stopped_at", "pause_reason")}
    return {
        **found,
        "state": chip.state.value,
        "used": chip.used.total_seconds(),
        "budget": chip.budget.total_seconds(),
        "holder_unit_id": chip.holder_unit_id,
        "statutory": chip.statutory,
    }
