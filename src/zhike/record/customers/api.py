"""Customers, people and enquiries for programs."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.platform.errors import Invalid
from zhike.record.customers import actions, queries
from zhike.record.customers.models import Customer, Enquiry, Erasure
from zhike.record.customers.queries.erasure import record_of
from zhike.record.customers.queries.stages import CONSUMERS
from zhike.record.customers.schemas import (
    BaseOut,
    ChangedContactIn,
    ChangedCustomerIn,
    ContactIn,
    ContactOut,
    CountOut,
    CoverageOut,
    CustomerIn,
    CustomerOut,
    CustomerRowOut,
    EnquiryIn,
    EnquiryOut,
    ErasureIn,
    ErasureOut,
    ErasurePreviewOut,
    ErasureRequestIn,
    GroupOut,
    LookupOut,
    LossIn,
    MergeIn,
    NewContactIn,
    NewCustomerIn,
    OwnerIn,
    OwnersIn,
    OwnerSpellOut,
    ParentIn,
    PeopleMeantIn,
    PointIn,
    PointOut,
    RequestOut,
    RevealedOut,
    RevealIn,
    StagePeriodOut,
    StandingOut,
    UnitDealingOut,
)
from zhike.record.customers.types import (
    ContactCard,
    ContactEntry,
    CustomerEntry,
    CustomerKind,
    CustomerSummary,
    EnquiryEntry,
    EnquiryState,
    ErasureRecord,
    Loss,
    Point,
    PointEntry,
    PointKind,
    RequestRecord,
    Stage,
    Standing,
)

router = Router(tags=["customers"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]


@router.get("/customers", response=Page[CustomerRowOut], summary="Customer files, one page at a time")
def list_customers(  # noqa: PLR0917 - query parameters
    request: HttpRequest,
    kind: CustomerKind | None = None,
    stage: Stage | None = None,
    owner: Id | None = None,
    active: bool | None = None,  # noqa: FBT001 - a query parameter
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    rows = queries.customer_rows(actor=actor_of(request))
    given = {"kind": kind, "stage": stage, "owner_id": owner, "active": active}
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    return page_by_id(rows, cursor=cursor, limit=limit, out=_row)


@router.post("/customers", response={201: CustomerOut}, summary="Open a customer file")
def create_customer(request: HttpRequest, payload: NewCustomerIn) -> Status[CustomerSummary]:
    made = actions.create_customer(
        actor=actor_of(request),
        entry=_entry(payload),
        owner_id=payload.owner_id,
        references=[(r.system, r.ref) for r in payload.references],
        opened_at=payload.opened_at,
        now=clock.now(),
    )
    return Status(201, made)


@router.get("/customers/lookup", response=LookupOut, summary="Files by phone, name, number or reference")
def look_up(request: HttpRequest, key: Annotated[str, Field(max_length=200)]) -> queries.Found:
    return queries.look_up(actor=actor_of(request), key=key, now=clock.now())


@router.get("/customers/figures", response=BaseOut, summary="The customer base: shares, stages, moves, departments")
def base_figures(request: HttpRequest, *, prospects: bool = False) -> dict[str, Any]:
    """Stages and moves are those of customers; with `prospects` those of all kinds of files."""
    actor = actor_of(request)
    kinds = tuple(CustomerKind) if prospects else CONSUMERS
    stages = queries.stage_figures(actor=actor, kinds=kinds)
    stays = {stage.value: stages.average_days.get(stage.value, (None, 0)) for stage in Stage}
    return {
        "shares": queries.base_figures(actor=actor),
        "customers": stages.base,
        "stages": [
            {"stage": stage, "count": stages.counts.get(stage, 0), "stays": n, "average_days": days}
            for stage, (days, n) in stays.items()
        ],
        "transitions": [{"left": a, "entered": b, "moves": n} for (a, b), n in stages.transitions.items()],
        "departments": queries.department_figures(actor=actor).by_count,
    }


@router.post("/customers/owner", response=CountOut, summary="Give many files to another responsible person")
def change_owners(request: HttpRequest, payload: OwnersIn) -> dict[str, int]:
    """All or nothing: an id outside reach refuses the lot (404)."""
    return {"count": _give(request, payload.customer_ids, payload)}


@router.get("/customers/{number}", response=CustomerOut, summary="One file by its number, also a merged one")
def get_customer(request: HttpRequest, number: str) -> CustomerSummary:
    return queries.head(actor=actor_of(request), number=number)[0]


@router.put("/customers/{number}", response=CustomerOut, summary="Replace what is written in a file")
def update_customer(request: HttpRequest, number: str, payload: ChangedCustomerIn) -> CustomerSummary:
    """409 `edit_clash` when somebody saved meanwhile; `fields` name both values."""
    actor = actor_of(request)
    return actions.update_customer(
        actor=actor,
        customer_id=queries.id_of(actor=actor, number=number),
        entry=_entry(payload),
        version=payload.version or _if_match(request),
        now=clock.now(),
    )


@router.post("/customers/{number}/owner", response=CountOut, summary="Change the responsible person")
def change_owner(request: HttpRequest, number: str, payload: OwnerIn) -> dict[str, int]:
    customer_id = queries.id_of(actor=actor_of(request), number=number)
    return {"count": _give(request, [customer_id], payload)}


@router.get("/customers/{number}/owners", response=list[OwnerSpellOut], summary="Everybody who was responsible")
def list_owners(request: HttpRequest, number: str) -> list[Any]:
    actor = actor_of(request)
    return list(queries.owners(actor=actor, customer_id=queries.id_of(actor=actor, number=number)))


@router.get("/customers/{number}/standing", response=dict[str, StandingOut], summary="Class, risk, marks, open matters")
def get_standing(request: HttpRequest, number: str) -> dict[str, Standing]:
    """A kind that is absent is not classified."""
    actor = actor_of(request)
    return dict(queries.standing(actor=actor, customer_id=queries.id_of(actor=actor, number=number)))


@router.get("/customers/{number}/units", response=list[UnitDealingOut], summary="The units that deal with a customer")
def list_units(request: HttpRequest, number: str) -> list[Any]:
    actor = actor_of(request)
    return list(queries.units_of(actor=actor, customer_id=queries.id_of(actor=actor, number=number)))


@router.get("/customers/{number}/stages", response=list[StagePeriodOut], summary="Every stage, the present one first")
def list_stages(request: HttpRequest, number: str) -> list[Any]:
    actor = actor_of(request)
    return list(queries.stages_of(actor=actor, customer_id=queries.id_of(actor=actor, number=number)))


@router.get("/customers/{number}/coverage", response=CoverageOut, summary="The decision chain: who is covered")
def get_coverage(request: HttpRequest, number: str) -> Any:  # noqa: ANN401 - the schema reads the record
    actor = actor_of(request)
    return queries.coverage(actor=actor, customer_id=queries.id_of(actor=actor, number=number))


@router.get("/customers/{number}/group", response=GroupOut, summary="The group as one whole")
def get_group(request: HttpRequest, number: str) -> Any:  # noqa: ANN401 - the schema reads the record
    actor = actor_of(request)
    return queries.group(actor=actor, customer_id=queries.id_of(actor=actor, number=number))


@router.put("/customers/{number}/parent", response=GroupOut, summary="Put a customer below another one")
def set_parent(request: HttpRequest, number: str, payload: ParentIn) -> Any:  # noqa: ANN401
    actor = actor_of(request)
    customer_id = queries.id_of(actor=actor, number=number)
    parent_id = queries.id_of(actor=actor, number=payload.parent) if payload.parent else None
    actions.link_group(actor=actor, customer_id=customer_id, parent_id=parent_id, now=clock.now())
    return queries.group(actor=actor, customer_id=customer_id)


@router.post("/customers/{number}/merge", response=CustomerOut, summary="Merge a duplicate into another file")
def merge(request: HttpRequest, number: str, payload: MergeIn) -> CustomerSummary:
    actor = actor_of(request)
    gone = queries.id_of(actor=actor, number=number)
    kept = queries.id_of(actor=actor, number=payload.into)
    actions.merge_customers(actor=actor, from_id=gone, into_id=kept, reason=payload.reason, now=clock.now())
    return queries.summary(actor=actor, customer_id=kept)


@router.get("/customers/{number}/contacts", response=list[ContactOut], summary="People at a customer")
def list_contacts(request: HttpRequest, number: str) -> list[ContactCard]:
    actor = actor_of(request)
    found = queries.people(actor=actor, customer_id=queries.id_of(actor=actor, number=number))
    return list(found.contacts)


@router.post("/customers/{number}/contacts", response={201: ContactOut}, summary="Add a person")
def create_contact(request: HttpRequest, number: str, payload: NewContactIn) -> Status[ContactCard]:
    actor = actor_of(request)
    made = actions.create_contact(
        actor=actor,
        customer_id=queries.id_of(actor=actor, number=number),
        entry=_contact(payload),
        points=[_point(p) for p in payload.points],
        now=clock.now(),
    )
    return Status(201, made)


@router.get("/contacts/{contact_id}", response=ContactOut, summary="One person")
def get_contact(request: HttpRequest, contact_id: Id) -> ContactCard:
    return queries.contact(actor=actor_of(request), contact_id=contact_id)


@router.put("/contacts/{contact_id}", response=ContactOut, summary="Replace what is known of a person")
def update_contact(request: HttpRequest, contact_id: Id, payload: ChangedContactIn) -> ContactCard:
    return actions.update_contact(
        actor=actor_of(request),
        contact_id=contact_id,
        entry=_contact(payload),
        version=payload.version,
        now=clock.now(),
    )


@router.post("/contacts/{contact_id}/left", response=ContactOut, summary="The person no longer works there")
def contact_left(request: HttpRequest, contact_id: Id) -> ContactCard:
    actor = actor_of(request)
    actions.contact_left(actor=actor, contact_id=contact_id, now=clock.now())
    return queries.contact(actor=actor, contact_id=contact_id)


@router.post("/contacts/{contact_id}/points", response={201: PointOut}, summary="Add a number or address")
def add_point(request: HttpRequest, contact_id: Id, payload: PointIn) -> Status[Point]:
    actor = actor_of(request)
    card = queries.contact(actor=actor, contact_id=contact_id)
    made = actions.add_point(
        actor=actor, customer_id=card.customer_id, contact_id=contact_id, entry=_point(payload), now=clock.now()
    )
    return Status(201, made)


@router.delete("/points/{point_id}", response={204: None}, summary="Remove a number or address")
def remove_point(request: HttpRequest, point_id: Id) -> Status[None]:
    actions.remove_point(actor=actor_of(request), point_id=point_id, now=clock.now())
    return Status(204, None)


@router.post("/points/{point_id}/reveal", response=RevealedOut, summary="The whole number; the look is logged")
def reveal_point(request: HttpRequest, point_id: Id, payload: RevealIn) -> dict[str, str]:
    shown = actions.reveal_point(actor=actor_of(request), point_id=point_id, purpose=payload.purpose, now=clock.now())
    return {"value": shown}


@router.get("/enquiries", response=Page[EnquiryOut], summary="Enquiries, newest first, one page at a time")
def list_enquiries(
    request: HttpRequest, state: EnquiryState | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = queries.enquiry_rows(actor=actor_of(request))
    if state is not None:
        rows = rows.filter(state=state.value)
    return page_by_id(rows, cursor=cursor, limit=limit, out=lambda row: row)


@router.post("/enquiries", response={201: EnquiryOut}, summary="Take an enquiry; opens a prospect file at once")
def take_enquiry(request: HttpRequest, payload: EnquiryIn) -> Status[Enquiry]:
    actor = actor_of(request)
    taken = actions.take_enquiry(
        actor=actor,
        entry=EnquiryEntry(
            subject=payload.subject,
            text=payload.text,
            channel=payload.channel,
            at=payload.at,
            next_contact_on=payload.next_contact_on,
        ),
        customer_id=queries.id_of(actor=actor, number=payload.customer) if payload.customer else None,
        prospect=CustomerEntry(name=payload.prospect_name) if payload.prospect_name else None,
        person=ContactEntry(name=payload.person) if payload.person else None,
        points=[PointEntry(kind=PointKind.PHONE, raw=payload.phone)] if payload.phone else [],
        owner_id=payload.owner_id,
        now=clock.now(),
    )
    return Status(201, queries.enquiry(actor=actor, enquiry_id=taken.id))


@router.get("/enquiries/{enquiry_id}", response=EnquiryOut, summary="One enquiry")
def get_enquiry(request: HttpRequest, enquiry_id: Id) -> Enquiry:
    return queries.enquiry(actor=actor_of(request), enquiry_id=enquiry_id)


@router.post("/enquiries/{enquiry_id}/won", response=EnquiryOut, summary="It became a deal")
def win_enquiry(request: HttpRequest, enquiry_id: Id) -> Enquiry:
    actor = actor_of(request)
    actions.win_enquiry(actor=actor, enquiry_id=enquiry_id, now=clock.now())
    return queries.enquiry(actor=actor, enquiry_id=enquiry_id)


@router.post("/enquiries/{enquiry_id}/lost", response=EnquiryOut, summary="No deal, with the reason and a next day")
def lose_enquiry(request: HttpRequest, enquiry_id: Id, payload: LossIn) -> Enquiry:
    actor = actor_of(request)
    loss = Loss(reason=payload.reason, next_contact_on=payload.next_contact_on, note=payload.note)
    actions.lose_enquiry(actor=actor, enquiry_id=enquiry_id, loss=loss, now=clock.now())
    return queries.enquiry(actor=actor, enquiry_id=enquiry_id)


@router.post("/enquiries/{enquiry_id}/reopen", response=EnquiryOut, summary="They asked again")
def reopen_enquiry(request: HttpRequest, enquiry_id: Id) -> Enquiry:
    actor = actor_of(request)
    actions.reopen_enquiry(actor=actor, enquiry_id=enquiry_id, now=clock.now())
    return queries.enquiry(actor=actor, enquiry_id=enquiry_id)


def _row(row: Customer) -> Customer:
    return row


def _entry(payload: CustomerIn) -> CustomerEntry:
    return CustomerEntry(**{name: getattr(payload, name) for name in CustomerIn.model_fields})


def _contact(payload: ContactIn) -> ContactEntry:
    values = {name: getattr(payload, name) for name in ContactIn.model_fields}
    return ContactEntry(**{**values, "roles": tuple(payload.roles)})


def _point(payload: PointIn) -> PointEntry:
    return PointEntry(**payload.dict())


def _give(request: HttpRequest, customer_ids: list[int], payload: OwnerIn) -> int:
    return actions.change_owner(
        actor=actor_of(request),
        customer_ids=customer_ids,
        to_staff_id=payload.to_staff_id,
        reason=payload.reason,
        now=clock.now(),
    )


def _if_match(request: HttpRequest) -> int:
    text = request.headers.get("If-Match", "").strip().strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - fits an integer
        raise Invalid.of("version", "required", _("Send the version that was read, or If-Match."))
    return int(text)


@router.get("/erasures", response=Page[ErasureOut], summary="Erasures that were made, the newest first")
def list_erasures(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    return page_by_id(queries.erasure_rows(actor=actor_of(request)), cursor=cursor, limit=limit, out=_erasure)


@router.post("/erasures/preview", response=ErasurePreviewOut, summary="What every room holds of people")
def preview_erasure(request: HttpRequest, payload: PeopleMeantIn) -> dict[str, Any]:
    """Nothing changes. A number in doubt is refused, for an erasure cannot be taken back."""
    found = queries.erasure_preview(
        actor=actor_of(request),
        contact_ids=payload.contact_ids,
        phone_numbers=payload.phone_numbers,
        mail_addresses=payload.mail_addresses,
        now=clock.now(),
    )
    return {
        "people": len(found.people),
        "numbers": list(found.numbers),
        "rooms": list(found.rooms),
        "log_lines": found.log_lines,
        "texts": len(found.certain),
        "to_decide": len(found.doubtful),
        "more_texts": found.more_mentions,
    }


@router.post("/erasures", response={201: ErasureOut}, summary="Erase people from every room, for good")
def erase(request: HttpRequest, payload: ErasureIn) -> Status[ErasureRecord]:
    """For people who are signed in: a program asks at /erasures/requests.

    Sent again with the same key it changes nothing and gives the same certificate.
    """
    actor = actor_of(request)
    actions.erase_people(
        actor=actor,
        contact_ids=payload.contact_ids,
        phone_numbers=payload.phone_numbers,
        mail_addresses=payload.mail_addresses,
        basis=payload.basis,
        reason=payload.reason,
        key=payload.key,
        now=clock.now(),
    )
    return Status(201, queries.erasure(actor=actor, key=payload.key))


@router.post("/erasures/requests", response={201: RequestOut}, summary="Ask for the erasure of people")
def ask_erasure(request: HttpRequest, payload: ErasureRequestIn) -> Status[RequestRecord]:
    """A person decides within the time of the answer (`due_at`). Sent again with the same key it changes nothing."""
    actor = actor_of(request)
    actions.ask_erasure(
        actor=actor,
        key=payload.key,
        contact_ids=payload.contact_ids,
        phone_numbers=payload.phone_numbers,
        mail_addresses=payload.mail_addresses,
        reason=payload.reason,
        now=clock.now(),
    )
    return Status(201, queries.erasure_request(actor=actor, key=payload.key))


@router.get("/erasures/requests/{key}", response=RequestOut, summary="What became of a request for an erasure")
def get_erasure_request(request: HttpRequest, key: UUID) -> RequestRecord:
    return queries.erasure_request(actor=actor_of(request), key=key)


@router.get("/erasures/{key}", response=ErasureOut, summary="One certificate of erasure")
def get_erasure(request: HttpRequest, key: UUID) -> ErasureRecord:
    return queries.erasure(actor=actor_of(request), key=key)


def _erasure(row: Erasure) -> ErasureRecord:
    return record_of(row, by=row.actor_id)
