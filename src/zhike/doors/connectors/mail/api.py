"""Mailboxes and mails to file for programs."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from zhike.doors.connectors.mail import actions, queries
from zhike.doors.connectors.mail.entry import tried
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.schemas import (
    CaseIn,
    CustomerIn,
    DismissIn,
    FiledOut,
    Id,
    MailboxIn,
    MailboxOut,
    MailDetailOut,
    MailOut,
    TriedOut,
)
from zhike.doors.connectors.mail.types import OPEN, SHOWN_OF_BOX, BoxEntry, MailState, told_why
from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.service.cases.types import Taken

router = Router(tags=["mail"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
_BOX = (*SHOWN_OF_BOX, "asked_at", "answered_at", "error", "changed_at")
_MAIL = ("mailbox_id", "state", "reason", "proof", "sender", "sender_name", "subject", "received_at", "size")


@router.get("/mailboxes", response=Page[MailboxOut], summary="Mailboxes, the newest first")
def list_mailboxes(request: HttpRequest, *, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    return page_by_id(queries.mailbox_rows(actor=actor_of(request)), cursor=cursor, limit=limit, out=_box)


@router.get("/mailboxes/{mailbox_id}", response=MailboxOut, summary="One mailbox")
def get_mailbox(request: HttpRequest, mailbox_id: Id) -> dict[str, Any]:
    return _box(queries.mailbox(actor=actor_of(request), mailbox_id=mailbox_id))


@router.post("/mailboxes", response={201: MailboxOut}, summary="Set up a mailbox")
def make_mailbox(request: HttpRequest, payload: MailboxIn) -> Status[dict[str, Any]]:
    return Status(201, _saved(request, payload, None))


@router.put("/mailboxes/{mailbox_id}", response=MailboxOut, summary="Change a mailbox")
def change_mailbox(request: HttpRequest, mailbox_id: Id, payload: MailboxIn) -> dict[str, Any]:
    """Another server or folder is read from its beginning; what is known already changes nothing."""
    return _saved(request, payload, mailbox_id)


@router.post("/mailboxes/{mailbox_id}/test", response=TriedOut, summary="Sign in and count; nothing is fetched")
def try_mailbox(request: HttpRequest, mailbox_id: Id) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.mailbox(actor=actor, mailbox_id=mailbox_id)
    error, found = tried(lambda: queries.access_of(actor=actor, row=row))
    actions.note_look(actor=actor, mailbox_id=mailbox_id, error=error, now=clock.now())
    return {"reached": not error, "mails": found, "error": error}


@router.post("/mailboxes/{mailbox_id}/stop", response={204: None}, summary="Read this mailbox no more")
def stop_mailbox(request: HttpRequest, mailbox_id: Id) -> Status[None]:
    """What has come stays. Changing it with `active` true reads it again, from where it was left."""
    actions.stop_mailbox(actor=actor_of(request), mailbox_id=mailbox_id, now=clock.now())
    return Status(204, None)


@router.get("/mails", response=Page[MailOut], summary="Mails that wait for a person, or those in one state")
def list_mails(
    request: HttpRequest, *, state: MailState | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    actor = actor_of(request)
    rows = queries.mail_rows(actor=actor, states=[state] if state else OPEN)
    return page_by_id(rows, cursor=cursor, limit=limit, out=_mail)


@router.get("/mails/{mail_id}", response=MailDetailOut, summary="One mail with its text, and whose it may be")
def get_mail(request: HttpRequest, mail_id: Id) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.mail(actor=actor, mail_id=mail_id)
    found = queries.candidates(actor=actor, address=row.sender, now=clock.now())
    return {
        "mail": _mail(row),
        **queries.words_of(actor=actor, row=row),
        "candidates": [
            {"customer": one.number, **{name: getattr(one, name) for name in ("name", "contact_id", "contact_name")}}
            for one in found
        ],
    }


@router.post("/mails/{mail_id}/case", response=FiledOut, summary="File a mail into a case")
def file_into_case(request: HttpRequest, mail_id: Id, payload: CaseIn) -> dict[str, Any]:
    actor = actor_of(request)
    return _filed(actions.file_into(actor=actor, mail_id=mail_id, case_number=payload.case, now=clock.now()))


@router.post(
    "/mails/{mail_id}/customer", response=FiledOut, summary="Say whose a mail is: it opens a case or joins one"
)
def file_under_customer(request: HttpRequest, mail_id: Id, payload: CustomerIn) -> dict[str, Any]:
    """It joins the customer's open case on the same waybill or subject, else it opens one."""
    taken = actions.file_under(
        actor=actor_of(request),
        mail_id=mail_id,
        customer_number=payload.customer,
        contact_id=payload.contact_id,
        now=clock.now(),
    )
    return _filed(taken)


@router.post("/mails/{mail_id}/dismiss", response={204: None}, summary="Drop a mail; it is kept as it came")
def dismiss(request: HttpRequest, mail_id: Id, payload: DismissIn) -> Status[None]:
    actions.drop_mail(actor=actor_of(request), mail_id=mail_id, reason=payload.reason, now=clock.now())
    return Status(204, None)


def _saved(request: HttpRequest, payload: MailboxIn, mailbox_id: int | None) -> dict[str, Any]:
    actor = actor_of(request)
    saved = actions.save_mailbox(actor=actor, entry=BoxEntry(**payload.dict()), mailbox_id=mailbox_id, now=clock.now())
    return _box(queries.mailbox(actor=actor, mailbox_id=saved))


def _box(row: Mailbox) -> dict[str, Any]:
    return {"id": row.pk, "has_password": bool(row.password), **{name: getattr(row, name) for name in _BOX}}


def _mail(row: IncomingMail) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind or None,
        "why": told_why(row.reason, row.detail),
        "case": row.case.number if row.case else "",
        "suggested": queries.suggested_number(row),
        **{name: getattr(row, name) for name in _MAIL},
    }


def _filed(taken: Taken) -> dict[str, Any]:
    return {"case": taken.number, "joined": taken.attached}
