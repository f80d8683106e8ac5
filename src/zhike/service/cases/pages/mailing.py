"""An answer that leaves as a mail, from the composer of the case page."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from zhike.platform import clock, files
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.ui import formats
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.contacting.types import RULE_LABELS, Outcome
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case
from zhike.service.cases.pages._shared import page_url, show_refusal
from zhike.service.cases.policies import HANDLE, REPLY_FILE
from zhike.service.cases.types import Coding, MailReply, MailSent


def send(request: HttpRequest, form: forms.Form, row: Case, coding: Coding | None) -> HttpResponse | None:
    """Send it and go back; None where it was refused or withheld: the form says why and keeps the text."""
    actor = require_actor(request)
    name = queries.addressee(row, queries.last_speaker(actor=actor, case=row))
    try:
        sent = _send(request, actor, form.cleaned_data, row, coding)
    except Invalid as error:
        show_refusal(form, error)
        return None
    except Conflict as error:
        form.add_error(None, f"{error.text()} {error.next_step}")
        return None
    if sent.decision.outcome is Outcome.DENY and not sent.repeated:
        told = gettext(
            "Not sent: %(rule)s. Your text is kept below, and the contact log says so too."
            " Add an address to the person, or record the answer by another channel."
        )
        # Another try is another ask.
        form.data = {**form.data.dict(), "nonce": uuid4().hex} if isinstance(form.data, QueryDict) else form.data
        form.add_error(None, told % {"rule": RULE_LABELS[sent.decision.rule]})
        return None
    _tell(request, row, sent, name)
    return HttpResponseRedirect(page_url(row))


def _send(request: HttpRequest, actor: Actor, data: dict[str, Any], row: Case, coding: Coding | None) -> MailSent:
    now = clock.now()
    kept = tuple(
        files.store(actor=actor, content=one.file, filename=one.name, purpose=REPLY_FILE, now=now).id
        for one in request.FILES.getlist("files")
        if one.file is not None and one.name
    )
    reply = MailReply(body=data["body"], file_ids=kept, nonce=data.get("nonce", ""))
    return actions.send_reply(
        actor=actor, case_id=row.pk, reply=reply, is_answer=data["answer"], coding=coding, now=now
    )


def _tell(request: HttpRequest, row: Case, sent: MailSent, name: str) -> None:
    undo = reverse("cases:reply_undo", args=[row.pk, sent.entry_id]) if sent.entry_id else ""
    until = sent.decision.until
    if sent.decision.outcome is Outcome.HOLD and until is not None:
        text = gettext("The mail to %(name)s waits until %(until)s: %(rule)s.") % {
            "name": name,
            "until": formats.until(until, formats.Ink(clock.now(), require_actor(request).zone), row.zone),
            "rule": RULE_LABELS[sent.decision.rule],
        }
    else:
        text = gettext("The mail to %(name)s leaves in 10 seconds.") % {"name": name}
    toast(request, text, undo=undo)


@require_POST
@requires(HANDLE)
def undo(request: HttpRequest, case_id: int, entry_id: int) -> HttpResponse:
    """Take back a mail that has not left."""
    actor = require_actor(request)
    row = queries.get_case(actor=actor, case_id=case_id)
    try:
        actions.take_back_reply(actor=actor, case_id=case_id, entry_id=entry_id, now=clock.now())
    except Conflict as error:
        toast(request, error.text())
    else:
        toast(request, gettext("Taken back. Nothing has left."))
    return HttpResponseRedirect(page_url(row))
