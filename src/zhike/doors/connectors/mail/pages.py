"""Mails that wait for a person, and the settings of mailboxes."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.doors.connectors.mail import actions, queries
from zhike.doors.connectors.mail.entry import tried
from zhike.doors.connectors.mail.forms import BoxForm, WhoseForm
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.policies import FILE, MANAGE
from zhike.doors.connectors.mail.types import (
    KIND_LABELS,
    OPEN,
    SHOWN_OF_BOX,
    STATE_LABELS,
    Kind,
    MailState,
    Proof,
    told_why,
)
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Status, Tab, Tone
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.slots import BellEntry, BellGroup, provide_waiting
from zhike.platform.ui.toasts import toast
from zhike.service.cases.queries import category_labels

MOUNT = ""
ROWS = 100
_VIEWS = {
    "open": OPEN,
    "silent": (MailState.SILENT,),
    "dropped": (MailState.DROPPED,),
}
_TONES = {MailState.WAITING: Tone.WARN, MailState.PARKED: Tone.WARN, MailState.TAKEN: Tone.OK}

# Beyond this many the bell counts no further.
MOST_RUNG = 100

navigation.register(
    NavItem(job=Job.SERVE, label=_("Mails to file"), url_name="mail:list", right=FILE.code, order=25),
    NavItem(job=Job.SETTINGS, label=_("Mailboxes"), url_name="mail:boxes", right=MANAGE.code, order=72),
)


@provide_waiting
def waiting(actor: Actor) -> list[BellEntry]:
    """One line of the bell for all mails that wait; it goes with the last of them. One query."""
    if not actor.has(FILE.code):
        return []
    count = queries.open_count(actor=actor, most=MOST_RUNG)
    if not count:
        return []
    text = ngettext("%(count)s mail to file", "%(count)s mails to file", count)
    shown = str(count) if count < MOST_RUNG else f"{MOST_RUNG - 1}+"
    return [BellEntry(group=BellGroup.NEEDS_ME, text=text % {"count": shown}, url=reverse("mail:list"))]


@requires(FILE)
def mail_list(request: HttpRequest) -> HttpResponse:
    """What no program could file; beside it what programs sent, and what was dropped."""
    actor, view = require_actor(request), request.GET.get("view", "open")
    states = _VIEWS.get(view, OPEN)
    counts = queries.state_counts(actor=actor)
    labels = {
        "open": gettext("To decide"),
        "silent": gettext("Nothing to answer"),
        "dropped": gettext("Dropped"),
    }
    context = {
        "rows": [
            (row, status_of(row), why(row), proof_status(row))
            for row in queries.mail_rows(actor=actor, states=states)[:ROWS]
        ],
        "tabs": [
            Tab(
                label=label,
                url=f"{reverse('mail:list')}?view={code}",
                current=_VIEWS[code] is states,
                count=sum(counts.get(one.value, 0) for one in _VIEWS[code]),
            )
            for code, label in labels.items()
        ],
        "empty": Empty(
            kind=EmptyKind.NOTHING_DUE,
            title=_("Every mail is filed"),
            text=_("Mails of known senders become cases by themselves. Look at the queue."),
        ),
    }
    return render(request, "mail/list.html", context)


@requires(FILE)
def mail_page(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One mail as text, and the decision whose it is."""
    actor, now = require_actor(request), clock.now()
    row = queries.mail(actor=actor, mail_id=mail_id)
    found = queries.candidates(actor=actor, address=row.sender, now=now)
    form = WhoseForm(request.POST or None, candidates=found)
    if form.is_bound and form.is_valid():
        try:
            return _decided(request, row, form)
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.text())
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "crumbs": [Crumb(gettext("Mails to file"), reverse("mail:list"))],
        "title": row.subject or gettext("Mail without a subject"),
        "status": status_of(row),
        "why": why(row),
        "unproven": proof_status(row),
        "suggested": queries.suggested_case(actor=actor, row=row),
        "raw_url": reverse("files:download", args=[row.raw_file_id]),
        "may_decide": row.state in {one.value for one in OPEN},
        "may_file": row.state in {one.value for one in (*OPEN, MailState.SILENT)},
        "kind": KIND_LABELS[Kind(row.kind)] if row.kind else "",
        **queries.words_of(actor=actor, row=row),
    }
    return render(request, "mail/page.html", context, status=422 if form.is_bound else 200)


def _decided(request: HttpRequest, row: IncomingMail, form: WhoseForm) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    if request.POST.get("deed") == "drop":
        actions.drop_mail(actor=actor, mail_id=row.pk, reason=form.cleaned_data["reason"], now=now)
        toast(request, gettext("Dropped. The mail itself is kept."))
        return HttpResponseRedirect(reverse("mail:list"))
    number, contact_id = form.chosen()
    taken = actions.file_under(actor=actor, mail_id=row.pk, customer_number=number, contact_id=contact_id, now=now)
    toast(request, gettext("The mail is in %(number)s.") % {"number": taken.number})
    return HttpResponseRedirect(reverse("desk:case", args=[taken.case_id]))


@requires(FILE)
@require_POST
def join(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Into the case that the mail names: a person has looked at both."""
    actor = require_actor(request)
    row = queries.mail(actor=actor, mail_id=mail_id)
    case = queries.suggested_case(actor=actor, row=row)
    if case is None:
        raise NotFound
    try:
        taken = actions.file_into(actor=actor, mail_id=mail_id, case_number=case.number, now=clock.now())
    except Conflict as error:
        toast(request, error.text())
        return HttpResponseRedirect(reverse("mail:page", args=[mail_id]))
    toast(request, gettext("The mail is in %(number)s.") % {"number": taken.number})
    return HttpResponseRedirect(reverse("desk:case", args=[taken.case_id]))


def status_of(row: IncomingMail) -> Status:
    state = MailState(row.state)
    return Status(STATE_LABELS[state], _TONES.get(state, Tone.QUIET))


def proof_status(row: IncomingMail) -> Status | None:
    """A mark on what does not come from where it says."""
    return Status(_("sender not proven"), Tone.BREACH) if row.proof == Proof.FAIL.value else None


def why(row: IncomingMail) -> str:
    return told_why(row.reason, row.detail)


@requires(MANAGE)
def boxes(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    context = {
        "rows": [(row, _reached(row)) for row in queries.mailboxes(actor=actor)],
        "primary": Button(label=_("New mailbox"), url=reverse("mail:box_new"), icon="plus"),
        "empty": Empty(
            kind=EmptyKind.NOTHING_YET,
            title=_("No mailbox is set up"),
            text=_("Set up the address to which customers write; their mails become cases within a minute."),
        ),
    }
    return render(request, "mail/boxes.html", context)


def _reached(row: Mailbox) -> Status:
    if not row.active:
        return Status(_("not in use"), Tone.QUIET)
    if row.error:
        return Status(_("not reached"), Tone.BREACH)
    return Status(_("reached"), Tone.OK) if row.answered_at else Status(_("not asked yet"), Tone.PLAIN)


@requires(MANAGE)
def box(request: HttpRequest, mailbox_id: int | None = None) -> HttpResponse:
    """Set up a mailbox or change one."""
    actor = require_actor(request)
    row = queries.mailbox(actor=actor, mailbox_id=mailbox_id) if mailbox_id else None
    form = BoxForm(
        request.POST or None,
        initial=_initial(row) if row else None,
        categories=list(category_labels(actor=actor).items()),
    )
    if form.is_bound and form.is_valid():
        try:
            saved = actions.save_mailbox(actor=actor, entry=form.entry(), mailbox_id=mailbox_id, now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Saved. Try it now."))
            return HttpResponseRedirect(reverse("mail:box", args=[saved]))
    context = {
        "form": form,
        "row": row,
        "title": row.name if row else gettext("New mailbox"),
        "status": _reached(row) if row else None,
        "crumbs": [Crumb(gettext("Mailboxes"), reverse("mail:boxes"))],
    }
    return render(request, "mail/box.html", context, status=422 if form.is_bound else 200)


@requires(MANAGE)
@require_POST
def try_box(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Sign in and count what is there; nothing is fetched and nothing marked."""
    actor = require_actor(request)
    row = queries.mailbox(actor=actor, mailbox_id=mailbox_id)
    error, found = tried(lambda: queries.access_of(actor=actor, row=row))
    actions.note_look(actor=actor, mailbox_id=mailbox_id, error=error, now=clock.now())
    if not error:
        toast(request, gettext("It works: %(count)s mails are in the folder.") % {"count": found})
    return HttpResponseRedirect(reverse("mail:box", args=[mailbox_id]))


def _initial(row: Mailbox) -> dict[str, object]:
    return {name: getattr(row, name) for name in SHOWN_OF_BOX}


urlpatterns = [
    path("serve/mails/", mail_list, name="list"),
    path("serve/mails/<int:mail_id>/", mail_page, name="page"),
    path("serve/mails/<int:mail_id>/join/", join, name="join"),
    path("settings/mailboxes/", boxes, name="boxes"),
    path("settings/mailboxes/new/", box, name="box_new"),
    path("settings/mailboxes/<int:mailbox_id>/", box, name="box"),
    path("settings/mailboxes/<int:mailbox_id>/try/", try_box, name="try_box"),
]
