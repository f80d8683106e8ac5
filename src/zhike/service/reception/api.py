"""Calls, waiting enquiries and extensions for programs."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock, phones
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.record.customers.types import Channel
from zhike.service.reception import actions, queries
from zhike.service.reception.models import Call, Waiting
from zhike.service.reception.queries import sight
from zhike.service.reception.schemas import (
    AnswerIn,
    AttachIn,
    CallEventIn,
    CallEventOut,
    CallOut,
    ConfirmIn,
    DropIn,
    EnquiryIn,
    EnquiryOut,
    ExtensionIn,
    ExtensionOut,
    MadeOut,
    NoteIn,
    PopOut,
    TakeOutIn,
    TookOut,
)
from zhike.service.reception.types import CallState, CallTold, WaitingEntry, WaitingState, Who

router = Router(tags=["reception"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]
Number = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^[^\x00]*$")]


def _call(row: Call) -> dict[str, Any]:
    """A call as a program reads it: the number masked, and no id of what lies beyond its reach."""
    file, person, case = sight.file_of(row), sight.person_of(row), sight.case_of(row)
    own = {
        "number": phones.mask(row.number) if row.number else "",
        "customer_id": file.pk if file else None,
        "contact_id": person.pk if person else None,
        "case_id": case.pk if case else None,
    }
    return {name: getattr(row, name) for name in CallOut.model_fields if name not in own} | own


def _enquiry(row: Waiting) -> EnquiryOut:
    """An enquiry likewise: of a call only the file could say a name."""
    file = sight.file_of(row)
    found = EnquiryOut.from_orm(row)
    hidden = {"name": file.name if file else ""} if row.call_id else {}
    return found.model_copy(update={"customer_id": file.pk if file else None, **hidden})


@router.post("/calls/events", response=CallEventOut, summary="Hand over one event of a call")
def take_event(request: HttpRequest, payload: CallEventIn) -> Any:  # noqa: ANN401 - an action's answer
    """Late, repeated and shuffled events change nothing that they should not."""
    told = CallTold(**payload.dict(exclude={"system"}))
    return actions.take_event(actor=actor_of(request), system=payload.system, told=told, now=clock.now())


@router.get("/calls", response=Page[CallOut], summary="Calls within reach, the newest first")
def list_calls(
    request: HttpRequest, state: CallState | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = queries.call_rows(actor=actor_of(request))
    rows = rows.filter(state=state.value) if state else rows
    return page_by_id(rows, cursor=cursor, limit=limit, out=_call)


@router.get("/calls/pop", response=PopOut, summary="Who may be calling from a number, and what is open with them")
def look_up(request: HttpRequest, number: Number) -> dict[str, Any]:
    """The same for everybody who may see the file. At most four queries."""
    found = queries.pop_of(actor=actor_of(request), number=number, now=clock.now())
    summary = found.summary
    standing = summary.standing if summary else {}
    return {
        "callers": found.candidates,
        "customer": summary.number if summary else "",
        "customer_class": standing["class"].text if "class" in standing else "",
        "marks": [str(one) for one in (standing["special_marks"].data or [])] if "special_marks" in standing else [],
        "open_cases": [
            {"id": one.pk, "number": one.number, "subject": one.subject, "due_at": one.next_due_at}
            for one in found.open_cases
        ],
        "last_contact_at": summary.last_contact_at if summary else None,
    }


@router.get("/calls/{call_id}", response=CallOut, summary="One call")
def get_call(request: HttpRequest, call_id: Id) -> dict[str, Any]:
    return _call(queries.get_call(actor=actor_of(request), call_id=call_id))


@router.post("/calls/{call_id}/confirm", response=CallOut, summary="Say who is calling")
def confirm(request: HttpRequest, call_id: Id, payload: ConfirmIn) -> dict[str, Any]:
    actor = actor_of(request)
    given = payload.dict(exclude={"who"})
    actions.confirm_caller(actor=actor, call_id=call_id, who=Who(payload.who), **given, now=clock.now())
    return _call(queries.get_call(actor=actor, call_id=call_id))


@router.post("/calls/{call_id}/attach", response=CallOut, summary="Add the call to a case")
def attach(request: HttpRequest, call_id: Id, payload: AttachIn) -> dict[str, Any]:
    actor = actor_of(request)
    actions.attach_call(actor=actor, call_id=call_id, **payload.dict(), now=clock.now())
    return _call(queries.get_call(actor=actor, call_id=call_id))


@router.post("/calls/{call_id}/take-out", response=CallOut, summary="Take the call out of a wrong case")
def take_out(request: HttpRequest, call_id: Id, payload: TakeOutIn) -> dict[str, Any]:
    """Its entry in the case is struck; the call is in hand again. The contact with which a case began stays."""
    actor = actor_of(request)
    actions.take_call_out(actor=actor, call_id=call_id, reason=payload.reason, now=clock.now())
    return _call(queries.get_call(actor=actor, call_id=call_id))


@router.post("/calls/{call_id}/wrap-up", response=CallOut, summary="Write an ended call down")
def wrap_up(request: HttpRequest, call_id: Id, payload: NoteIn) -> dict[str, Any]:
    actor = actor_of(request)
    actions.wrap_up(actor=actor, call_id=call_id, note=payload.note, now=clock.now())
    return _call(queries.get_call(actor=actor, call_id=call_id))


@router.post("/waiting-enquiries", response={201: TookOut}, summary="Somebody waits for a first word")
def add_enquiry(request: HttpRequest, payload: EnquiryIn) -> Status[Any]:
    data = payload.dict(exclude={"channel", "external_system", "external_ref"})
    entry = WaitingEntry(
        **data, channel=Channel(payload.channel), external=(payload.external_system, payload.external_ref)
    )
    return Status(201, actions.add_enquiry(actor=actor_of(request), entry=entry, now=clock.now()))


@router.get("/waiting-enquiries", response=Page[EnquiryOut], summary="Waiting enquiries, the newest first")
def list_enquiries(
    request: HttpRequest, state: WaitingState | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = queries.waiting_rows(actor=actor_of(request))
    rows = rows.filter(state=state.value) if state else rows
    return page_by_id(rows, cursor=cursor, limit=limit, out=_enquiry)


@router.get("/waiting-enquiries/{waiting_id}", response=EnquiryOut, summary="One of them, with its answer")
def get_enquiry(request: HttpRequest, waiting_id: Id) -> EnquiryOut:
    return _enquiry(queries.get_waiting(actor=actor_of(request), waiting_id=waiting_id))


@router.post("/waiting-enquiries/{waiting_id}/take", response=EnquiryOut, summary="Take a waiting enquiry")
def take_enquiry(request: HttpRequest, waiting_id: Id) -> EnquiryOut:
    actor = actor_of(request)
    actions.take_enquiry(actor=actor, waiting_id=waiting_id, now=clock.now())
    return _enquiry(queries.get_waiting(actor=actor, waiting_id=waiting_id))


@router.post("/waiting-enquiries/{waiting_id}/answer", response=EnquiryOut, summary="Give the first answer")
def answer_enquiry(request: HttpRequest, waiting_id: Id, payload: AnswerIn) -> EnquiryOut:
    actor = actor_of(request)
    actions.answer_enquiry(actor=actor, waiting_id=waiting_id, **payload.dict(), now=clock.now())
    return _enquiry(queries.get_waiting(actor=actor, waiting_id=waiting_id))


@router.post("/waiting-enquiries/{waiting_id}/drop", response=EnquiryOut, summary="They left without an answer")
def drop_enquiry(request: HttpRequest, waiting_id: Id, payload: DropIn) -> EnquiryOut:
    actor = actor_of(request)
    actions.drop_enquiry(actor=actor, waiting_id=waiting_id, reason=payload.reason, now=clock.now())
    return _enquiry(queries.get_waiting(actor=actor, waiting_id=waiting_id))


@router.get("/extensions", response=Page[ExtensionOut], summary="Extensions in use")
def list_extensions(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    rows = queries.extension_rows(actor=actor_of(request))
    return page_by_id(rows, cursor=cursor, limit=limit, out=ExtensionOut.from_orm)


@router.post("/extensions", response={201: MadeOut}, summary="Assign an extension")
def assign_extension(request: HttpRequest, payload: ExtensionIn) -> Status[dict[str, int]]:
    made = actions.assign_extension(
        actor=actor_of(request), number=payload.number, staff_id=payload.staff_id, now=clock.now()
    )
    return Status(201, {"id": made})
