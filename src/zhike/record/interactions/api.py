"""Timelines for programs."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, decode_cursor, encode_cursor, page_of
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Facet, TimelineCursor
from zhike.record.interactions import actions, queries
from zhike.record.interactions.schemas import ContactLogIn, CorrectionIn, EntryOut, MadeOut, NoteIn
from zhike.record.interactions.types import ContactLog

router = Router(tags=["interactions"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]


@router.get("/customers/{number}/timeline", response=Page[EntryOut], summary="What happened, newest first")
def get_timeline(
    request: HttpRequest, number: str, facet: Facet = Facet.ALL, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    """Entries of every room, merged."""
    actor = actor_of(request)
    after = TimelineCursor(*decode_cursor(cursor, datetime.fromisoformat, str, int, bool)) if cursor else None
    customer_id = customers.id_of(actor=actor, number=number)
    found = queries.timeline(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=limit)
    return page_of(found.entries, _cursor(found.older), _cursor(found.newer))


def _cursor(place: TimelineCursor | None) -> str | None:
    return encode_cursor(place.at, place.source, place.key, place.back) if place else None


@router.post("/customers/{number}/contacts-made", response={201: MadeOut}, summary="Write down a contact")
def log_contact(request: HttpRequest, number: str, payload: ContactLogIn) -> Status[dict[str, int]]:
    actor = actor_of(request)
    made = actions.log_contact(
        actor=actor,
        customer_id=customers.id_of(actor=actor, number=number),
        log=ContactLog(**payload.dict()),
        now=clock.now(),
    )
    return Status(201, {"id": made})


@router.post("/customers/{number}/notes", response={201: MadeOut}, summary="Write a quick note, seen inside only")
def add_note(request: HttpRequest, number: str, payload: NoteIn) -> Status[dict[str, int]]:
    actor = actor_of(request)
    made = actions.add_note(
        actor=actor,
        customer_id=customers.id_of(actor=actor, number=number),
        body=payload.body,
        kind=payload.kind,
        contact_id=payload.contact_id,
        now=clock.now(),
    )
    return Status(201, {"id": made})


@router.post("/interactions/{interaction_id}/corrections", response={201: MadeOut}, summary="Correct an entry")
def correct_entry(request: HttpRequest, interaction_id: Id, payload: CorrectionIn) -> Status[dict[str, int]]:
    """The original stays, struck; the correction follows it."""
    made = actions.correct_entry(
        actor=actor_of(request),
        interaction_id=interaction_id,
        subject=payload.subject,
        body=payload.body,
        now=clock.now(),
    )
    return Status(201, {"id": made})
