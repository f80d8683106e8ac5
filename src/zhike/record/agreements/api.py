"""Targets, standards, agreements and promises for programs."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from ninja.files import UploadedFile
from ninja.params import File
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.record.agreements import actions, queries
from zhike.record.agreements.models import ServiceTarget
from zhike.record.agreements.queries import Version
from zhike.record.agreements.schemas import (
    AgainIn,
    AgreementDetailOut,
    AgreementIn,
    AgreementOut,
    BreakIn,
    CodeOut,
    EndIn,
    HoldingOut,
    KeepIn,
    LastDayIn,
    MadeOut,
    NewAgreementIn,
    NumberOut,
    OwnerIn,
    PromiseIn,
    PromiseOut,
    RevisedAgreementIn,
    ShareOut,
    StandardIn,
    StandardOut,
    StateOut,
    TargetOut,
    VersionNumberOut,
    WordIn,
    WordOut,
)
from zhike.record.agreements.types import (
    AgreementEntry,
    AgreementState,
    CarriedEntry,
    ItemEntry,
    PromiseEntry,
    PromiseState,
    StandardEntry,
)
from zhike.record.customers import queries as customers

router = Router(tags=["agreements"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


@router.get("/service-targets", response=Page[TargetOut], summary="Targets by measure, category and class")
def list_targets(
    request: HttpRequest, *, in_force: bool = False, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    """The whole table with what held before; with `in_force` what holds now. Changes are proposed, not written."""
    rows = queries.target_rows(actor=actor_of(request), at=clock.now() if in_force else None)
    return page_by_id(rows, cursor=cursor, limit=limit, out=_target)


@router.get("/standards", response=Page[StandardOut], summary="Versions of standards, the newest first")
def list_standards(
    request: HttpRequest, *, on: date | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    """With `on` only those that hold on this day."""
    rows = queries.standard_rows(actor=actor_of(request), day=on)
    return page_by_id(rows, cursor=cursor, limit=limit, out=lambda row: row)


@router.post("/standards", response={201: CodeOut}, summary="Write a standard")
def write_standard(request: HttpRequest, payload: StandardIn) -> Status[dict[str, str]]:
    entry = StandardEntry(**payload.dict())
    return Status(201, {"code": actions.write_standard(actor=actor_of(request), entry=entry, now=clock.now())})


@router.get("/standards/share", response=ShareOut, summary="Standards in force with a number, of all in force")
def share_of_standards(request: HttpRequest) -> dict[str, int]:
    actor = actor_of(request)
    found = queries.numbered(actor=actor, day=clock.local_date(clock.now(), actor.zone))
    return {"hits": found.numbered, "n": found.standards}


@router.get("/standards/words", response=list[WordOut], summary="Words that are refused without a number")
def list_words(request: HttpRequest) -> list[Any]:
    return list(queries.vague_words(actor=actor_of(request)))


@router.put("/standards/words", response={204: None}, summary="Add a vague word, or switch one on or off")
def set_word(request: HttpRequest, payload: WordIn) -> Status[None]:
    actions.set_vague_word(actor=actor_of(request), **payload.dict(), now=clock.now())
    return Status(204, None)


@router.get("/standards/{code}", response=list[StandardOut], summary="Every version of one standard")
def get_standard(request: HttpRequest, code: str) -> list[Any]:
    return list(queries.standard_versions(actor=actor_of(request), code=code))


@router.post("/standards/{code}/versions", response={201: CodeOut}, summary="Write the next version of a standard")
def write_version(request: HttpRequest, code: str, payload: StandardIn) -> Status[dict[str, str]]:
    entry = StandardEntry(**payload.dict())
    made = actions.write_standard(actor=actor_of(request), entry=entry, code=code, now=clock.now())
    return Status(201, {"code": made})


@router.post("/standards/{code}/end", response={204: None}, summary="End a standard")
def end_standard(request: HttpRequest, code: str, payload: LastDayIn) -> Status[None]:
    actions.end_standard(actor=actor_of(request), code=code, last_day=payload.last_day, now=clock.now())
    return Status(204, None)


@router.get("/agreements", response=Page[AgreementOut], summary="Agreements within reach, the newest first")
def list_agreements(
    request: HttpRequest,
    *,
    state: AgreementState | None = None,
    customer_id: Id | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    rows = queries.agreement_rows(actor=actor_of(request))
    given = {"state": state.value if state else None, "customer_id": customer_id}
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    return page_by_id(rows, cursor=cursor, limit=limit, out=lambda row: row)


@router.post("/agreements", response={201: NumberOut}, summary="Draft an agreement with a customer")
def open_agreement(request: HttpRequest, payload: NewAgreementIn) -> Status[dict[str, str]]:
    actor = actor_of(request)
    number = actions.open_agreement(
        actor=actor,
        customer_id=customers.id_of(actor=actor, number=payload.customer),
        entry=_entry(payload),
        owner_id=payload.owner_id,
        now=clock.now(),
    )
    return Status(201, {"number": number})


@router.get("/agreements/coverage", response=ShareOut, summary="Active customers with a valid agreement, of all active")
def coverage(request: HttpRequest) -> dict[str, int]:
    found = queries.coverage(actor=actor_of(request), now=clock.now())
    return {"hits": found.covered, "n": found.customers}


@router.get("/agreements/{number}", response=AgreementDetailOut, summary="One agreement with its versions")
def get_agreement(request: HttpRequest, number: str) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.get_agreement(actor=actor, number=number)
    plain = {name: getattr(row, name) for name in AgreementOut.model_fields}
    versions = queries.versions_of(actor=actor, agreement_id=row.pk)
    return {**plain, "versions": [_version(one) for one in versions]}


@router.put("/agreements/{number}", response=VersionNumberOut, summary="Change a draft, or write the next version")
def revise_agreement(request: HttpRequest, number: str, payload: RevisedAgreementIn) -> dict[str, int]:
    made = actions.revise_agreement(
        actor=actor_of(request), number=number, entry=_entry(payload), reason=payload.reason, now=clock.now()
    )
    return {"version": made}


@router.post("/agreements/{number}/start", response={204: None}, summary="Put a draft in force")
def start_agreement(request: HttpRequest, number: str) -> Status[None]:
    actions.start_agreement(actor=actor_of(request), number=number, now=clock.now())
    return Status(204, None)


@router.post("/agreements/{number}/end", response={204: None}, summary="End an agreement before its time")
def end_agreement(request: HttpRequest, number: str, payload: EndIn) -> Status[None]:
    actions.end_agreement(actor=actor_of(request), number=number, **payload.dict(), now=clock.now())
    return Status(204, None)


@router.post("/agreements/{number}/owner", response={204: None}, summary="Give an agreement to another person")
def assign_agreement(request: HttpRequest, number: str, payload: OwnerIn) -> Status[None]:
    actions.assign_agreement(actor=actor_of(request), number=number, staff_id=payload.staff_id, now=clock.now())
    return Status(204, None)


@router.post("/agreements/{number}/signed", response={201: MadeOut}, summary="Add the signed copy")
def add_signed(request: HttpRequest, number: str, file: File[UploadedFile]) -> Status[dict[str, int]]:
    made = actions.add_signed(
        actor=actor_of(request), number=number, content=file.read(), filename=file.name or "", now=clock.now()
    )
    return Status(201, {"id": made})


@router.get(
    "/customers/{number}/agreements-on", response=list[HoldingOut], summary="What holds for a customer on a day"
)
def holding_on(request: HttpRequest, number: str, day: date) -> list[Any]:
    actor = actor_of(request)
    customer_id = customers.id_of(actor=actor, number=number)
    return list(queries.holding_on(actor=actor, customer_id=customer_id, day=day))


@router.get("/promises", response=Page[PromiseOut], summary="Promises within reach, the newest first")
def list_promises(
    request: HttpRequest,
    *,
    state: PromiseState | None = None,
    customer_id: Id | None = None,
    holder_id: Id | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    rows = queries.promise_rows(actor=actor_of(request))
    given = {"state": state.value if state else None, "customer_id": customer_id, "holder_id": holder_id}
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    return page_by_id(rows, cursor=cursor, limit=limit, out=lambda row: row)


@router.post("/promises", response={201: MadeOut}, summary="Register a promise to a customer")
def make_promise(request: HttpRequest, payload: PromiseIn) -> Status[dict[str, int]]:
    actor = actor_of(request)
    data = payload.dict(exclude={"customer", "about_kind", "about_id"})
    entry = PromiseEntry(
        **data,
        customer_id=customers.id_of(actor=actor, number=payload.customer),
        about=(payload.about_kind, payload.about_id),
    )
    return Status(201, {"id": actions.make_promise(actor=actor, entry=entry, now=clock.now())})


@router.get("/promises/{promise_id}", response=PromiseOut, summary="One promise")
def get_promise(request: HttpRequest, promise_id: Id) -> Any:  # noqa: ANN401 - the schema reads the row
    return queries.get_promise(actor=actor_of(request), promise_id=promise_id)


@router.post("/promises/{promise_id}/keep", response=StateOut, summary="It was done: kept in time, else broken")
def keep_promise(request: HttpRequest, promise_id: Id, payload: KeepIn) -> dict[str, str]:
    state = actions.keep_promise(actor=actor_of(request), promise_id=promise_id, **payload.dict(), now=clock.now())
    return {"state": state.value}


@router.post("/promises/{promise_id}/break", response={204: None}, summary="It was not done, and why")
def break_promise(request: HttpRequest, promise_id: Id, payload: BreakIn) -> Status[None]:
    actions.break_promise(actor=actor_of(request), promise_id=promise_id, note=payload.note, now=clock.now())
    return Status(204, None)


@router.post("/promises/{promise_id}/renegotiate", response={201: MadeOut}, summary="Agree another time")
def renegotiate_promise(request: HttpRequest, promise_id: Id, payload: AgainIn) -> Status[dict[str, int]]:
    made = actions.renegotiate_promise(
        actor=actor_of(request), promise_id=promise_id, **payload.dict(), now=clock.now()
    )
    return Status(201, {"id": made})


@router.post("/promises/{promise_id}/reopen", response={204: None}, summary="Take back what became of it, soon after")
def reopen_promise(request: HttpRequest, promise_id: Id) -> Status[None]:
    actions.reopen_promise(actor=actor_of(request), promise_id=promise_id, now=clock.now())
    return Status(204, None)


def _target(row: ServiceTarget) -> dict[str, Any]:
    names = ("id", "measure", "category", "customer_class", "calendar_id", "valid_from", "valid_until", "source")
    return {
        **{name: getattr(row, name) for name in names},
        "every_hour": row.every_hour,
        "seconds": int(row.budget.total_seconds()),
    }


def _entry(payload: AgreementIn) -> AgreementEntry:
    return AgreementEntry(
        title=payload.title,
        valid_from=payload.valid_from,
        valid_until=payload.valid_until,
        review_on=payload.review_on,
        deliverables=payload.deliverables,
        items=tuple(ItemEntry(**item.dict()) for item in payload.items),
        standards=tuple(CarriedEntry(**one.dict()) for one in payload.standards),
    )


def _version(one: Version) -> dict[str, Any]:
    names = ("version", "valid_from", "until", "deliverables", "reason", "signed_file_id")
    return {
        **{name: getattr(one.row, name) for name in names},
        "items": list(one.items),
        "standards": [said for _link, said in one.standards],
    }
