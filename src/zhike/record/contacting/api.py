"""Contacting for programs: consents, wishes, decisions, messages, the log, templates."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, decode_cursor, encode_cursor, page_of
from zhike.platform.messaging.rules import masked
from zhike.record.contacting import actions, queries
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.schemas import (
    AskIn,
    CellOut,
    ConsentOut,
    ConsentsIn,
    DecisionOut,
    Id,
    MadeOut,
    RecipientIn,
    RecordOut,
    SentOut,
    TemplateIn,
    TemplateOut,
    VersionOut,
    WishIn,
    WishOut,
)
from zhike.record.contacting.types import (
    RULE_LABELS,
    Ask,
    ConsentEntry,
    Decision,
    Outcome,
    Recipient,
    TemplateEntry,
    TemplateView,
    Text,
    WishEntry,
    Wording,
)

router = Router(tags=["contacting"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Code = Annotated[str, Path(max_length=80)]


@router.post("/consents", response={201: MadeOut}, summary="Add agreements and refusals to the ledger")
def add_consents(request: HttpRequest, payload: ConsentsIn) -> Status[dict[str, list[int]]]:
    entries = [ConsentEntry(**{**one.dict(), "to": _recipient(one.to)}) for one in payload.entries]
    made = actions.record_consents(actor=actor_of(request), entries=entries, now=clock.now())
    return Status(201, {"ids": made})


@router.get("/contacts/{contact_id}/consents", response=list[ConsentOut], summary="The ledger of a person")
def get_consents(request: HttpRequest, contact_id: Id) -> list[Any]:
    """Newest first; the first of each purpose and channel holds."""
    return list(queries.ledger(actor=actor_of(request), contact_id=contact_id))


@router.get("/contacts/{contact_id}/wishes", response=WishOut, summary="What a person wants to be told")
def get_wishes(request: HttpRequest, contact_id: Id) -> WishEntry:
    return queries.wish_of_contact(actor=actor_of(request), contact_id=contact_id)


@router.put("/contacts/{contact_id}/wishes", response=WishOut, summary="Set what a person wants to be told")
def put_wishes(request: HttpRequest, contact_id: Id, payload: WishIn) -> WishEntry:
    actor = actor_of(request)
    entry = WishEntry(
        language=payload.language,
        events={event.value: tuple(one.value for one in channels) for event, channels in payload.events.items()},
    )
    actions.set_wish(actor=actor, contact_id=contact_id, entry=entry, now=clock.now())
    return queries.wish_of_contact(actor=actor, contact_id=contact_id)


@router.post("/contacts/decide", response=DecisionOut, summary="May this be sent now?")
def decide(request: HttpRequest, payload: AskIn) -> dict[str, Any]:
    """Nothing is written and nothing leaves."""
    (answer,) = queries.answers(actor=actor_of(request), asks=[_ask(payload)], now=clock.now())
    return _decision(answer.decision)


@router.post("/contacts/send", response={201: SentOut}, summary="Ask for one message")
def send(request: HttpRequest, payload: AskIn) -> Status[dict[str, Any]]:
    """It leaves, waits, or is withheld; the log has it in any case."""
    done = actions.send(actor=actor_of(request), ask=_ask(payload), now=clock.now())
    message = str(done.message_id) if done.message_id else None
    return Status(201, {**_decision(done.decision), "id": done.log_id, "message_id": message})


@router.get("/contact-log", response=Page[RecordOut], summary="The contact log, newest first")
def get_log(
    request: HttpRequest,
    outcome: Outcome | None = None,
    about: Annotated[str, Field(max_length=121)] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """`about` narrows to one record, as `shipment:17`."""
    after = decode_cursor(cursor, int)[0] if cursor else None
    kind, _colon, name = about.partition(":")
    rows = queries.log_page(actor=actor_of(request), outcome=outcome, related=(kind, name), before=after, limit=limit)
    older = encode_cursor(rows[limit - 1].pk) if len(rows) > limit else None
    return page_of([_record(row) for row in rows[:limit]], older)


@router.get("/notices", response=list[CellOut], summary="The notice table")
def get_notices(request: HttpRequest) -> list[Any]:
    return list(queries.notice_table(actor=actor_of(request)))


@router.get("/message-templates", response=list[TemplateOut], summary="Templates in use and drafts")
def get_templates(request: HttpRequest) -> list[dict[str, Any]]:
    return [_template(view) for view in queries.templates(actor=actor_of(request))]


@router.put("/message-templates/{code}", response=TemplateOut, summary="Write a draft")
def put_template(request: HttpRequest, code: Code, payload: TemplateIn) -> dict[str, Any]:
    entry = TemplateEntry(
        code=code,
        labels=payload.labels,
        purpose=payload.purpose,
        channel=payload.channel,
        texts={language: Wording(body=one.body, subject=one.subject) for language, one in payload.texts.items()},
    )
    return _template(actions.write_template(actor=actor_of(request), entry=entry, now=clock.now()))


@router.post("/message-templates/{code}/publish", response=VersionOut, summary="Put a draft to use")
def publish_template(request: HttpRequest, code: Code) -> dict[str, int]:
    """Refused until each of the three languages is complete."""
    return {"version": actions.publish_template(actor=actor_of(request), code=code, now=clock.now())}


def _recipient(to: RecipientIn) -> Recipient:
    return Recipient(**to.dict())


def _ask(payload: AskIn) -> Ask:
    return Ask(
        to=_recipient(payload.to),
        purpose=payload.purpose,
        channel=payload.channel,
        text=Text(body=payload.body, subject=payload.subject),
        survey=payload.survey,
        invitation_id=payload.invitation_id,
        urgent=payload.urgent,
        occurred_at=payload.occurred_at,
        once=f"api:{payload.once}" if payload.once else "",
    )


def _decision(found: Decision) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "rule": found.rule.value,
        "reason": str(RULE_LABELS[found.rule]),
        "until": found.until,
    }


def _record(row: ContactRecord) -> dict[str, Any]:
    plain = "at contact_id purpose channel outcome rule delivery event template template_version"
    plain += " related_kind related_id hold_until"
    return {
        "id": row.pk,
        "customer": row.customer.number if row.customer else "",
        "to": masked(row.to) if row.to else "",
        **{name: getattr(row, name) for name in plain.split()},
    }


def _template(view: TemplateView) -> dict[str, Any]:
    plain = ("code", "purpose", "channel", "event", "version", "draft_version", "labels")
    texts = view.draft or view.texts
    return {
        **{name: getattr(view, name) for name in plain},
        "texts": {language: {"body": one.body, "subject": one.subject} for language, one in texts.items()},
    }
