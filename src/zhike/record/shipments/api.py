"""Orders, shipments, tracking events, delivery replies and the watch list for programs."""

from dataclasses import asdict
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import AwareDatetime, Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id, told
from zhike.platform.bulk.types import reason_text, target_of
from zhike.record.shipments import actions, queries
from zhike.record.shipments.queries import Narrow
from zhike.record.shipments.schemas import (
    AckIn,
    BacklogOut,
    EstimateIn,
    EventIn,
    EventOut,
    EventsIn,
    FeedLineOut,
    FeedOut,
    LegIn,
    LegOut,
    MeasureOut,
    OrderIn,
    OrderOut,
    OrderRefOut,
    OrdersByDepartmentOut,
    PromiseIn,
    ReliabilityOut,
    ReplyIn,
    ReplyOut,
    ShareOut,
    ShipmentOut,
    TrackOut,
    UnreadEvent,
    WatchCountsOut,
)
from zhike.record.shipments.types.codes import BusinessLine, ServiceMode, WatchKind
from zhike.record.shipments.types.codes import Status as State
from zhike.record.shipments.types.inputs import (
    Address,
    EventDraft,
    FeedResult,
    LegDraft,
    OrderDraft,
    Refused,
    ShipmentDraft,
)
from zhike.record.shipments.types.views import Share

router = Router(tags=["shipments"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]


@router.post("/orders", response={201: OrderRefOut}, summary="Register an order with its shipments")
def register_order(request: HttpRequest, payload: OrderIn) -> Status[dict[str, Any]]:
    data = payload.dict(exclude={"shipments"})
    shipments = [
        ShipmentDraft(
            **one.dict(exclude={"consignor", "consignee"}),
            consignor=Address(**one.consignor.dict()),
            consignee=Address(**one.consignee.dict()),
        )
        for one in payload.shipments
    ]
    order = OrderDraft(**{**data, "references": tuple(payload.references)})
    made = actions.register_order(actor=actor_of(request), order=order, shipments=shipments, now=clock.now())
    waybills = [{"id": pk, "waybill": waybill} for pk, waybill in made.shipments]
    return Status(201, {"id": made.id, "number": made.number, "shipments": waybills})


@router.get("/orders", response=Page[OrderOut], summary="Orders within reach, newest registration first")
def list_orders(
    request: HttpRequest,
    *,
    customer_id: Id | None = None,
    department_id: Id | None = None,
    number: Text = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    rows = queries.order_rows(actor=actor_of(request))
    for field, value in (("customer_id", customer_id), ("department_id", department_id), ("number", number.upper())):
        if value:
            rows = rows.filter(**{field: value})
    return page_by_id(rows, cursor=cursor, limit=limit, out=OrderOut.from_orm)


@router.get(
    "/customers/{customer_id}/orders-by-department",
    response=OrdersByDepartmentOut,
    summary="All orders of a customer over the departments, with the sum",
)
def orders_by_department(request: HttpRequest, customer_id: Id) -> dict[str, Any]:
    found = queries.orders_by_department(actor=actor_of(request), customer_id=customer_id)
    return {**asdict(found), "adds_up": found.adds_up}


@router.get("/shipments", response=Page[ShipmentOut], summary="Shipments within reach, newest registration first")
def list_shipments(
    request: HttpRequest,
    *,
    status: State | None = None,
    business_line: BusinessLine | None = None,
    service_mode: ServiceMode | None = None,
    customer_id: Id | None = None,
    outlet_id: Id | None = None,
    region: Text = "",
    waybill: Text = "",
    late: bool | None = None,
    open: bool | None = None,
    ordered_from: AwareDatetime | None = None,
    ordered_to: AwareDatetime | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """`late` asks for delivered shipments that were late (or were not); `ordered_to` is not part of the span."""
    rows = queries.shipment_rows(actor=actor_of(request))
    wanted = {
        "status": status.value if status else None,
        "business_line": business_line.value if business_line else None,
        "service_mode": service_mode.value if service_mode else None,
        "customer_id": customer_id,
        "destination_unit_id": outlet_id,
        "region": region or None,
        "waybill": waybill.upper().replace(" ", "") or None,
        "is_late": late,
        "is_open": open,
        "ordered_at__gte": ordered_from,
        "ordered_at__lt": ordered_to,
    }
    rows = rows.filter(**{field: value for field, value in wanted.items() if value is not None})
    return page_by_id(rows, cursor=cursor, limit=limit, out=ShipmentOut.from_orm)


@router.get("/shipments/watch", response=WatchCountsOut, summary="Entries of the watch list by reason")
def watch_counts(request: HttpRequest) -> dict[str, int]:
    return asdict(queries.watch_counts(actor=actor_of(request), now=clock.now()))


@router.get("/shipments/watch/{kind}", response=Page[ShipmentOut], summary="Shipments on the watch list for one reason")
def watch_list(
    request: HttpRequest, kind: WatchKind, *, resting: bool = False, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = queries.watch_rows(actor=actor_of(request), kind=kind, now=clock.now(), resting=resting)
    return page_by_id(rows, cursor=cursor, limit=limit, out=ShipmentOut.from_orm)


@router.post("/shipments/{shipment_id}/watch/{kind}/acknowledge", response={204: None}, summary="Put an entry aside")
def acknowledge(request: HttpRequest, shipment_id: Id, kind: WatchKind, payload: AckIn) -> Status[None]:
    actions.acknowledge_watch(
        actor=actor_of(request), shipment_id=shipment_id, kind=kind, now=clock.now(), **payload.dict()
    )
    return Status(204, None)


@router.get("/shipments/reliability", response=ReliabilityOut, summary="On-time, intact, lost, replied and phoned")
def reliability(
    request: HttpRequest,
    *,
    begin: AwareDatetime,
    end: AwareDatetime,
    customer_id: Id | None = None,
    outlet_id: Id | None = None,
    region: Text = "",
) -> dict[str, Any]:
    """Shares of what ended in [begin, end), each with its base."""
    narrow = Narrow(begin=begin, end=end, customer_id=customer_id, unit_id=outlet_id, region=region)
    found = queries.reliability(actor=actor_of(request), narrow=narrow)
    return {name: _share(getattr(found, name)) for name in ReliabilityOut.model_fields}


def _share(share: Share) -> ShareOut:
    return ShareOut(hits=share.hits, base=share.base, missing=share.missing, value=share.value)


@router.get("/shipments/cycles", response=list[MeasureOut], summary="Cycle times in hours: mean, median, P90")
def cycles(
    request: HttpRequest,
    begin: AwareDatetime,
    end: AwareDatetime,
    group_by: Annotated[str, Field(pattern="^(customer|line|mode|outlet|region)?$")] = "",
    customer_id: Id | None = None,
) -> list[dict[str, Any]]:
    narrow = Narrow(begin=begin, end=end, customer_id=customer_id)
    found = queries.cycle_measures(actor=actor_of(request), narrow=narrow, group_by=group_by)
    return [asdict(measure) for measure in found]


@router.get("/outlets/backlog", response=list[BacklogOut], summary="Open shipments that each outlet holds")
def backlog(request: HttpRequest) -> list[dict[str, int]]:
    found = queries.backlogs(actor=actor_of(request))
    return [{"unit_id": unit, "backlog": count} for unit, count in sorted(found.items())]


@router.get("/shipments/{shipment_id}", response=ShipmentOut, summary="One shipment")
def get_shipment(request: HttpRequest, shipment_id: Id) -> object:
    return queries.get_shipment(actor=actor_of(request), shipment_id=shipment_id)


@router.get("/shipments/{shipment_id}/events", response=list[EventOut], summary="Its line of events, newest first")
def list_events(request: HttpRequest, shipment_id: Id) -> list[dict[str, Any]]:
    actor = actor_of(request)
    queries.get_shipment(actor=actor, shipment_id=shipment_id)
    lines = queries.events_of(actor=actor, shipment_id=shipment_id)
    return [{**asdict(line), "delay_seconds": line.delay.total_seconds()} for line in lines]


@router.get("/shipments/{shipment_id}/legs", response=list[LegOut], summary="Who answers for each part, with phones")
def list_legs(request: HttpRequest, shipment_id: Id) -> list[dict[str, Any]]:
    actor, now = actor_of(request), clock.now()
    row = queries.get_shipment(actor=actor, shipment_id=shipment_id)
    events = queries.events_of(actor=actor, shipment_id=shipment_id)
    way = queries.stops(events, closed=not row.is_open, now=now)
    return [asdict(leg) for leg in queries.legs_of(actor=actor, shipment=row, way=way)]


@router.put("/shipments/{shipment_id}/legs", response={204: None}, summary="Name outlet and courier of a leg")
def set_leg(request: HttpRequest, shipment_id: Id, payload: LegIn) -> Status[None]:
    actions.set_leg(actor=actor_of(request), shipment_id=shipment_id, leg=LegDraft(**payload.dict()), now=clock.now())
    return Status(204, None)


@router.get("/shipments/{shipment_id}/replies", response=list[ReplyOut], summary="Delivery replies, newest first")
def list_replies(request: HttpRequest, shipment_id: Id) -> list[dict[str, Any]]:
    actor = actor_of(request)
    queries.get_shipment(actor=actor, shipment_id=shipment_id)
    return [
        {**asdict(line), "file_ids": list(line.file_ids)}
        for line in queries.replies_of(actor=actor, shipment_id=shipment_id)
    ]


@router.post("/shipments/{shipment_id}/replies", response={201: dict[str, int]}, summary="Record a delivery reply")
def record_reply(request: HttpRequest, shipment_id: Id, payload: ReplyIn) -> Status[dict[str, int]]:
    reply_id = actions.record_delivery_reply(
        actor=actor_of(request), shipment_id=shipment_id, now=clock.now(), **payload.dict()
    )
    return Status(201, {"id": reply_id})


@router.post("/shipments/{shipment_id}/estimates", response={204: None}, summary="Note a later estimate")
def change_estimate(request: HttpRequest, shipment_id: Id, payload: EstimateIn) -> Status[None]:
    actions.change_estimate(actor=actor_of(request), shipment_id=shipment_id, now=clock.now(), **payload.dict())
    return Status(204, None)


@router.post(
    "/shipments/{shipment_id}/promise", response={200: dict[str, int]}, summary="Correct a promise, with reason"
)
def correct_promise(request: HttpRequest, shipment_id: Id, payload: PromiseIn) -> dict[str, int]:
    version = actions.correct_promise(
        actor=actor_of(request), shipment_id=shipment_id, now=clock.now(), **payload.dict()
    )
    return {"version": version}


@router.post("/tracking-events", response=FeedOut, summary="Push tracking events of one source")
def add_events(request: HttpRequest, payload: EventsIn) -> dict[str, Any]:
    """Bad events are named with line, field and reason; good ones are kept. Doubles change nothing."""
    given = list(enumerate(cast("list[EventIn | UnreadEvent]", payload.events), start=1))
    result = actions.add_events(
        actor=actor_of(request),
        events=[EventDraft(**event.dict()) for _line, event in given if isinstance(event, EventIn)],
        unread=[_unread(line, event) for line, event in given if isinstance(event, UnreadEvent)],
        source=payload.source,
        vocabulary=payload.vocabulary,
        zone=payload.zone,
        keep_unknown=payload.keep_unknown,
        now=clock.now(),
    )
    return feed_out(result)


# The import's own words for what the framework finds; the rest is `unreadable`.
_CODES = {
    "missing": "required",
    "string_too_short": "required",
    "string_too_long": "too_long",
    "enum": "unknown_code",
    "timezone_aware": "no_offset",
}


def _unread(line: int, event: UnreadEvent) -> Refused:
    given = event.given
    if not isinstance(given, dict):
        return Refused(line, "", _shown(given), "unreadable")
    kind, params = str(event.error["type"]), told(event.error).params
    code = _CODES.get(kind) or ("not_instant" if kind.startswith("datetime") else "unreadable")
    named = {
        "too_long": {"maximum": params.get("max_length", "")},
        "unknown_code": {"known": params.get("expected", "")},
    }
    field = str((event.error.get("loc") or ("",))[0])
    return Refused(line, field, _shown(given.get(field)), code, named.get(code, {}))


def _shown(value: object) -> str:
    return "" if value is None else str(value).replace("\x00", "")[:500]


def feed_out(result: FeedResult) -> dict[str, Any]:
    target = target_of("shipments.events")
    refused = [{**asdict(one), "reason": reason_text(target, one.code, one.params)} for one in result.refused]
    return {**asdict(result), "refused": refused}


@router.get("/tracking-feeds", response=list[FeedLineOut], summary="Sources of events: arrivals and delay")
def list_feeds(request: HttpRequest) -> list[Any]:
    return list(queries.feeds(actor=actor_of(request), now=clock.now()))


@router.get("/tracking/{waybill}", response=TrackOut, summary="What the holder of a waybill may know")
def track(
    request: HttpRequest, waybill: Text, phone_ending: Annotated[str, Field(max_length=8)] = ""
) -> dict[str, Any]:
    return asdict(
        queries.track_public(actor=actor_of(request), waybill=waybill, now=clock.now(), phone_ending=phone_ending)
    )
