"""Units, people and authority for programs."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.platform.calendars.rules.reading import NotShifts, load_shifts, read_shifts, shifts_text, week_of
from zhike.platform.calendars.types import Week
from zhike.platform.errors import Invalid
from zhike.record.organization import actions, queries
from zhike.record.organization.models import AuthorityLimit, Staff, Unit
from zhike.record.organization.schemas import (
    CourierIn,
    CourierOut,
    CreatedOut,
    DecisionIn,
    HandedOverOut,
    HandOverIn,
    HeldOut,
    LimitIn,
    LimitOut,
    MoveIn,
    NewUnitIn,
    OutletCardOut,
    PointRegisterOut,
    ReasonIn,
    StaffIn,
    StaffOut,
    UnitIn,
    UnitOut,
)
from zhike.record.organization.types import (
    Courier,
    Held,
    LimitTerms,
    OutletCard,
    PointRegister,
    StaffEntry,
    UnitEntry,
    UnitKind,
)

router = Router(tags=["organization"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]


@router.get("/units", response=Page[UnitOut], summary="Units, one page at a time")
def list_units(
    request: HttpRequest, kind: UnitKind | None = None, under: Id | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    """`under` names a unit: it and everything below it."""
    actor = actor_of(request)
    rows = queries.unit_rows(actor=actor)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if under is not None:
        span = queries.subtree(actor=actor, unit_id=under)
        rows = rows.below(span.no, span.end)
    return page_by_id(rows, cursor=cursor, limit=limit, out=_unit, newest_first=False)


@router.post("/units", response={201: UnitOut}, summary="Open a unit")
def create_unit(request: HttpRequest, payload: NewUnitIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    made = actions.create_unit(actor=actor, parent_id=payload.parent_id, entry=_unit_entry(payload), now=clock.now())
    return Status(201, _unit(queries.unit_by_id(actor=actor, unit_id=made.id)))


@router.get("/units/{unit_id}", response=UnitOut, summary="One unit")
def get_unit(request: HttpRequest, unit_id: Id) -> dict[str, Any]:
    return _unit(queries.unit_by_id(actor=actor_of(request), unit_id=unit_id))


@router.put("/units/{unit_id}", response=UnitOut, summary="Replace what is known of a unit")
def update_unit(request: HttpRequest, unit_id: Id, payload: UnitIn) -> dict[str, Any]:
    actor = actor_of(request)
    actions.update_unit(actor=actor, unit_id=unit_id, entry=_unit_entry(payload), now=clock.now())
    return _unit(queries.unit_by_id(actor=actor, unit_id=unit_id))


@router.post("/units/{unit_id}/move", response=UnitOut, summary="Hang a unit with all below it under another")
def move_unit(request: HttpRequest, unit_id: Id, payload: MoveIn) -> dict[str, Any]:
    actor = actor_of(request)
    actions.move_unit(actor=actor, unit_id=unit_id, parent_id=payload.parent_id, reason=payload.reason, now=clock.now())
    return _unit(queries.unit_by_id(actor=actor, unit_id=unit_id))


@router.post("/units/{unit_id}/close", response=UnitOut, summary="Close a unit")
def close_unit(request: HttpRequest, unit_id: Id, payload: ReasonIn) -> dict[str, Any]:
    actor = actor_of(request)
    actions.close_unit(actor=actor, unit_id=unit_id, reason=payload.reason, now=clock.now())
    return _unit(queries.unit_by_id(actor=actor, unit_id=unit_id))


@router.get("/units/{unit_id}/card", response=OutletCardOut, summary="Hours today, phone, couriers, disruptions")
def get_card(request: HttpRequest, unit_id: Id) -> OutletCard:
    return queries.outlet_card(actor=actor_of(request), unit_id=unit_id, now=clock.now())


@router.get("/units/{unit_id}/couriers", response=list[CourierOut], summary="Active couriers of a unit")
def list_couriers(request: HttpRequest, unit_id: Id) -> list[Courier]:
    return queries.couriers_of(actor=actor_of(request), unit_id=unit_id)


@router.get("/service-points/register", response=PointRegisterOut, summary="Points with phone and courier list")
def get_register(request: HttpRequest) -> PointRegister:
    return queries.point_register(actor=actor_of(request))


@router.get("/staff", response=Page[StaffOut], summary="People within reach, one page at a time")
def list_staff(
    request: HttpRequest,
    unit: Id | None = None,
    courier: bool | None = None,  # noqa: FBT001 - a query parameter
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    rows = queries.staff_rows(actor=actor_of(request))
    if unit is not None:
        rows = rows.filter(unit_id=unit)
    if courier is not None:
        rows = rows.filter(is_courier=courier)
    return page_by_id(rows, cursor=cursor, limit=limit, out=_staff, newest_first=False)


@router.post("/staff", response={201: StaffOut}, summary="Add a person")
def create_staff(request: HttpRequest, payload: StaffIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    made = actions.create_staff(actor=actor, entry=_staff_entry(payload), now=clock.now())
    return Status(201, _staff(queries.staff_member(actor=actor, staff_id=made.id)))


@router.get("/staff/{staff_id}", response=StaffOut, summary="One person")
def get_staff(request: HttpRequest, staff_id: Id) -> dict[str, Any]:
    return _staff(queries.staff_member(actor=actor_of(request), staff_id=staff_id))


@router.put("/staff/{staff_id}", response=StaffOut, summary="Replace what is known of a person")
def update_staff(request: HttpRequest, staff_id: Id, payload: StaffIn) -> dict[str, Any]:
    actor = actor_of(request)
    actions.update_staff(actor=actor, staff_id=staff_id, entry=_staff_entry(payload), now=clock.now())
    return _staff(queries.staff_member(actor=actor, staff_id=staff_id))


@router.patch("/staff/{staff_id}/courier", response=StaffOut, summary="A courier's phones and duty")
def update_courier(request: HttpRequest, staff_id: Id, payload: CourierIn) -> dict[str, Any]:
    actor = actor_of(request)
    actions.update_courier(actor=actor, staff_id=staff_id, phones=payload.phones, duty=payload.duty, now=clock.now())
    return _staff(queries.staff_member(actor=actor, staff_id=staff_id))


@router.get("/staff/{staff_id}/held", response=list[HeldOut], summary="What a person holds, by kind")
def list_held(request: HttpRequest, staff_id: Id) -> list[Held]:
    return queries.held_by(actor=actor_of(request), staff_id=staff_id)


@router.post("/staff/{staff_id}/hand-over", response=HandedOverOut, summary="Pass things to a colleague")
def hand_over(request: HttpRequest, staff_id: Id, payload: HandOverIn) -> dict[str, int]:
    passed = actions.hand_over(
        actor=actor_of(request),
        from_staff_id=staff_id,
        to_staff_id=payload.to_staff_id,
        kind=payload.kind,
        item_ids=payload.item_ids,
        reason=payload.reason,
        now=clock.now(),
    )
    return {"count": passed}


@router.post("/staff/{staff_id}/deactivate", response=StaffOut, summary="Close the door behind a leaver")
def deactivate_staff(request: HttpRequest, staff_id: Id, payload: ReasonIn) -> dict[str, Any]:
    """409 `still_holding` while the person holds anything."""
    actor = actor_of(request)
    actions.deactivate_staff(actor=actor, staff_id=staff_id, reason=payload.reason, now=clock.now())
    return _staff(queries.staff_member(actor=actor, staff_id=staff_id))


@router.get("/authority-limits", response=Page[LimitOut], summary="The authority table, proposals and past included")
def list_limits(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    rows = queries.authority_rows(actor=actor_of(request))
    return page_by_id(rows, cursor=cursor, limit=limit, out=_limit)


@router.post("/authority-limits", response={201: CreatedOut}, summary="Propose a row of the authority table")
def propose_limit(request: HttpRequest, payload: LimitIn) -> Status[dict[str, int]]:
    terms = LimitTerms(**payload.dict())
    made = actions.propose_authority_limit(actor=actor_of(request), terms=terms, now=clock.now())
    return Status(201, {"id": made})


@router.post("/authority-limits/{limit_id}/decision", response=LimitOut, summary="Approve or refuse a proposal")
def decide_limit(request: HttpRequest, limit_id: Id, payload: DecisionIn) -> dict[str, Any]:
    """403 for whoever proposed it."""
    actor = actor_of(request)
    actions.decide_authority_limit(
        actor=actor, limit_id=limit_id, approve=payload.approve, reason=payload.reason, now=clock.now()
    )
    return _limit(queries.authority_rows(actor=actor).get(pk=limit_id))


def _unit(unit: Unit) -> dict[str, Any]:
    hours = None if unit.hours is None else [shifts_text(load_shifts(day)) for day in unit.hours]
    names = [name for name in UnitOut.model_fields if name != "hours"]
    return {**{name: getattr(unit, name) for name in names}, "hours": hours}


def _staff(staff: Staff) -> dict[str, Any]:
    known = {name: getattr(staff, name) for name in StaffOut.model_fields if name not in {"unit_name", "has_sign_in"}}
    return {**known, "unit_name": staff.unit.name, "has_sign_in": staff.user_id is not None}


def _limit(limit: AuthorityLimit) -> dict[str, Any]:
    return {name: limit.role.code if name == "role" else getattr(limit, name) for name in LimitOut.model_fields}


def _unit_entry(payload: UnitIn) -> UnitEntry:
    given = {name: getattr(payload, name) for name in UnitIn.model_fields}
    lists = {name: tuple(given[name]) for name in ("phones", "services", "districts")}
    return UnitEntry(**{**given, **lists, "hours": _week(payload.hours)})


def _staff_entry(payload: StaffIn) -> StaffEntry:
    return StaffEntry(**{**payload.dict(), "phones": tuple(payload.phones)})


def _week(days: list[str] | None) -> Week | None:
    if days is None:
        return None
    try:
        return week_of([read_shifts(day) for day in days])
    except NotShifts as problem:
        raise Invalid.of(
            "hours", problem.code, _("Hours read 09:00-12:00, 13:30-18:00; not: %(part)s"), part=problem.part
        ) from problem
