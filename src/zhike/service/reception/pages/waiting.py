"""Enquiries that wait for a first answer (CASE-27): the list, the count in the shell, one enquiry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock, parameters
from zhike.platform.errors import Invalid
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind
from zhike.platform.ui.formpage import form_page
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers.types import CHANNEL_LABELS, Channel
from zhike.service.reception import actions, queries
from zhike.service.reception.forms import AnswerForm, EnquiryForm, ReasonForm
from zhike.service.reception.models import Waiting
from zhike.service.reception.pages._shared import masked, posted, unit_choices, waiting_status
from zhike.service.reception.policies import LIGHT_AFTER, SERVE
from zhike.service.reception.queries import sight
from zhike.service.reception.rules import lit_since
from zhike.service.reception.types import WaitingEntry, WaitingState

navigation.register(
    NavItem(job=Job.SERVE, label=_("Waiting enquiries"), url_name="reception:waiting", right=SERVE.code, order=15)
)
slots.register_live("reception_waiting", right=SERVE.code)
slots.register_part(
    slots.ShellPart(
        code="waiting", url_name="reception:waiting_count", right=SERVE.code, label="", topics=("reception_waiting",)
    )
)
_ICONS: Mapping[str, str] = {"chat": "message", "web": "external-link", "counter": "building-store", "call": "phone"}


@dataclass(frozen=True, slots=True)
class Line:
    """One waiting enquiry as the list shows it."""

    row: Waiting
    channel: Any
    icon: str
    who: str
    phone: str
    status: Any
    waits: bool
    lit: bool
    lit_at: datetime


def _who(row: Waiting) -> str:
    """The person or file within reach, else the name that was given. Of a call only a file can say one."""
    person, file = sight.person_of(row), sight.file_of(row)
    given = "" if row.call_id else row.name
    return str(person.name if person else given or (file.name if file else ""))


def _line(row: Waiting, now: datetime) -> Line:
    lit_at = lit_since(row.asked_at, parameters.value(LIGHT_AFTER, at=now))
    waits = row.state == WaitingState.WAITING.value
    return Line(
        row=row,
        channel=CHANNEL_LABELS[row.channel],
        icon=_ICONS.get(row.channel, "message"),
        who=_who(row),
        phone=masked(row.phone) if row.phone or row.call_id else "",
        status=waiting_status(row.state),
        waits=waits,
        lit=waits and lit_at <= now,
        lit_at=lit_at,
    )


@requires(SERVE)
def waiting(request: HttpRequest) -> HttpResponse:
    """Who waits for a first word within reach: untaken ones first, the longest waiting on top; calls of nobody's."""
    actor, now = require_actor(request), clock.now()
    context = {
        "lines": [_line(row, now) for row in queries.open_waiting(actor=actor)],
        "calls": [(row, masked(row.number)) for row in queries.waiting_calls(actor=actor)],
        "after": int(parameters.value(LIGHT_AFTER, at=now).total_seconds()),
        "primary": Button(label=_("Somebody waits"), url=reverse("reception:enquiry_new"), icon="plus", drawer=True),
        "empty": Empty(
            kind=EmptyKind.NOTHING_DUE,
            title=_("Nobody waits"),
            text=_("Enquiries from chat, web site and counter appear here at once, and calls that nobody took."),
        ),
        "staff_id": actor.staff_id,
    }
    return render(request, "reception/waiting.html", context)


@requires(SERVE)
def waiting_count(request: HttpRequest) -> HttpResponse:
    """The number in the shell; nothing where nobody waits. A fragment."""
    actor = require_actor(request)
    context = {"counted": queries.count_waiting(actor=actor, now=clock.now())}
    return render(request, "reception/waiting_count.html", context)


@requires(SERVE)
def enquiry(request: HttpRequest, waiting_id: int) -> HttpResponse:
    """One enquiry: what is asked, and the first answer."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_waiting(actor=actor, waiting_id=waiting_id)
    dropping = "reason" in request.POST
    form = AnswerForm(None if dropping else posted(request))
    reason = ReasonForm(posted(request) if dropping else None)
    chosen = reason if dropping else form
    if chosen.is_bound and chosen.is_valid():
        try:
            if dropping:
                actions.drop_enquiry(actor=actor, waiting_id=waiting_id, reason=reason.cleaned_data["reason"], now=now)
            else:
                actions.answer_enquiry(actor=actor, waiting_id=waiting_id, answer=form.cleaned_data["answer"], now=now)
        except Invalid as error:
            add_errors(chosen, error)
        else:
            toast(request, gettext("Kept as unanswered.") if dropping else gettext("Answered."))
            return HttpResponseRedirect(reverse("reception:waiting"))
    context = {
        "line": _line(row, now),
        "row": row,
        "file": sight.file_of(row),
        "form": form,
        "reason": reason,
        "is_open": row.ended_at is None,
        "mine": row.taken_by_id is None or row.taken_by_id == actor.staff_id,
        "crumbs": [Crumb(gettext("Waiting enquiries"), reverse("reception:waiting"))],
    }
    return render(request, "reception/enquiry.html", context, status=422 if chosen.is_bound else 200)


@require_POST
@requires(SERVE)
def take_enquiry(request: HttpRequest, waiting_id: int) -> HttpResponse:
    """Mine with one click; whoever is second reads who was first."""
    actions.take_enquiry(actor=require_actor(request), waiting_id=waiting_id, now=clock.now())
    return HttpResponseRedirect(reverse("reception:enquiry", args=[waiting_id]))


@require_POST
@requires(SERVE)
def give_back(request: HttpRequest, waiting_id: int) -> HttpResponse:
    actions.give_back(actor=require_actor(request), waiting_id=waiting_id, now=clock.now())
    toast(request, gettext("Waits for your colleagues again."))
    return HttpResponseRedirect(reverse("reception:waiting"))


@requires(SERVE)
def new_enquiry(request: HttpRequest) -> HttpResponse:
    """Somebody stands at the counter and nobody is free yet."""
    actor = require_actor(request)
    form = EnquiryForm(posted(request), initial={"unit": actor.unit_id}, units=unit_choices(actor))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        entry = WaitingEntry(
            channel=Channel(data["channel"]),
            unit_id=int(data["unit"]),
            name=data["name"],
            phone=data["phone"],
            text=data["text"],
        )
        try:
            actions.add_enquiry(actor=actor, entry=entry, now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("They wait; colleagues of the unit see it at once."))
            return HttpResponseRedirect(reverse("reception:waiting"))
    return form_page(
        request,
        form,
        room="reception",
        title=_("Somebody waits"),
        submit=_("Let them wait for the next free colleague"),
        crumbs=[Crumb(gettext("Waiting enquiries"), reverse("reception:waiting"))],
        back=reverse("reception:waiting"),
    )


urlpatterns = [
    path("waiting/", waiting, name="waiting"),
    path("waiting/count/", waiting_count, name="waiting_count"),
    path("waiting/new/", new_enquiry, name="enquiry_new"),
    path("waiting/<int:waiting_id>/", enquiry, name="enquiry"),
    path("waiting/<int:waiting_id>/take/", take_enquiry, name="enquiry_take"),
    path("waiting/<int:waiting_id>/back/", give_back, name="enquiry_back"),
]
