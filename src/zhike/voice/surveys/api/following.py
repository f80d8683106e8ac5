"""Follow-ups and comments of surveys for programs."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import AwareDatetime, Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Comment, FollowUp
from zhike.voice.surveys.schemas.following import (
    CommentCaseOut,
    CommentOut,
    FollowUpEndIn,
    FollowUpOut,
    LoopOut,
    TriedOut,
)
from zhike.voice.surveys.types import FollowReason, FollowResult, FollowUpEnd

router = Router(tags=["surveys"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, lt=2**63)]
SPAN = timedelta(days=90)


@router.get("/follow-ups", response=Page[FollowUpOut], summary="Who is followed up, the newest first")
def list_follow_ups(
    request: HttpRequest,
    *,
    reason: FollowReason | None = None,
    result: FollowResult | None = None,
    customer_id: Id | None = None,
    owner_id: Id | None = None,
    to_do: bool = False,
    late: bool = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """`to_do` asks for what somebody must still do, `late` for those of them past their time."""
    rows = queries.follow_rows(actor=actor_of(request))
    wanted = {
        "reason": reason.value if reason else None,
        "result": result.value if result is not None else None,
        "recipient__customer_id": customer_id,
        "owner_id": owner_id,
    }
    rows = rows.filter(**{field: value for field, value in wanted.items() if value is not None})
    if to_do or late:
        rows = rows.filter(queries.TO_DO)
    if late:
        rows = rows.filter(due_at__lt=clock.now())
    return page_by_id(rows, cursor=cursor, limit=limit, out=_follow_up)


@router.get("/follow-ups/figures", response=LoopOut, summary="How well the loop closes, as counts with their bases")
def loop(
    request: HttpRequest, *, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> dict[str, Any]:
    """Of those who spoke from `since` (90 days ago) until `until` (now)."""
    actor, now = actor_of(request), clock.now()
    start: datetime = since or now - SPAN
    found = queries.loop_of(actor=actor, since=start, until=until or now, now=now)
    heard = queries.heard_of(actor=actor, since=start, until=until or now)
    return {
        **asdict(found),
        "comments": heard.comments,
        "comments_done": heard.done,
        "comments_made_cases": heard.made_cases,
    }


@router.get("/follow-ups/{follow_up_id}", response=FollowUpOut, summary="One follow-up")
def get_follow_up(request: HttpRequest, follow_up_id: Id) -> dict[str, Any]:
    return _follow_up(queries.get_follow_up(actor=actor_of(request), follow_up_id=follow_up_id))


@router.post("/follow-ups/{follow_up_id}/tries", response=TriedOut, summary="They were called and not reached")
def note_try(request: HttpRequest, follow_up_id: Id) -> dict[str, int]:
    return {"tries": actions.note_try(actor=actor_of(request), follow_up_id=follow_up_id, now=clock.now())}


@router.post("/follow-ups/{follow_up_id}/end", response={204: None}, summary="How a follow-up ended")
def end_follow_up(request: HttpRequest, follow_up_id: Id, payload: FollowUpEndIn) -> Status[None]:
    end = FollowUpEnd(**payload.dict())
    actions.end_follow_up(actor=actor_of(request), follow_up_id=follow_up_id, end=end, now=clock.now())
    return Status(204, None)


@router.get("/survey-comments", response=Page[CommentOut], summary="Comments of surveys, the newest first")
def list_comments(
    request: HttpRequest, *, open: bool = False, strong: bool = False, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    """`open` asks for those about which nothing was done yet."""
    rows = queries.comment_rows(actor=actor_of(request))
    if open:
        rows = rows.filter(deed="")
    if strong:
        rows = rows.filter(strong=True)
    return page_by_id(rows, cursor=cursor, limit=limit, out=_comment)


@router.post("/survey-comments/{comment_id}/case", response=CommentCaseOut, summary="Make a case of a comment")
def case_of_comment(request: HttpRequest, comment_id: Id) -> dict[str, int]:
    """Asked twice, it is the same case."""
    return {"case_id": actions.case_of_comment(actor=actor_of(request), comment_id=comment_id, now=clock.now())}


@router.post("/survey-comments/{comment_id}/noted", response={204: None}, summary="A comment was read")
def note_comment(request: HttpRequest, comment_id: Id) -> Status[None]:
    actor = actor_of(request)
    queries.get_comment(actor=actor, comment_id=comment_id)
    actions.note_comments(actor=actor, comment_ids=[comment_id], now=clock.now())
    return Status(204, None)


def _follow_up(row: FollowUp) -> dict[str, Any]:
    of = row.recipient
    names = "id reason score scale case_id owner_id opened_at due_at tries result cause score_after done_at"
    return {
        **{name: getattr(row, name) for name in names.split()},
        "survey": of.campaign.number,
        "customer_id": of.customer_id,
        "contact_id": of.contact_id,
        "shipment_id": of.shipment_id,
        "case_number": row.case.number if row.case else "",
        "to_do": not row.result and row.owner_id is not None,
    }


def _comment(row: Comment) -> dict[str, Any]:
    of = row.recipient
    return {
        **{name: getattr(row, name) for name in ("id", "strong", "deed", "case_id", "written_at", "done_at")},
        "text": row.answer.text,
        "item_key": row.answer.item.key,
        "survey": of.campaign.number,
        "customer_id": of.customer_id,
        "contact_id": of.contact_id,
        "shipment_id": of.shipment_id,
        "score": of.score,
    }
