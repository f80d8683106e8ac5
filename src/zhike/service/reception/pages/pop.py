"""The screen-pop: who is calling, on every open page of whoever's telephone rings (ui.md §2, CUST-05)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.db.ids import id_of
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.ui import slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Clock, ClockState
from zhike.platform.ui.requests import is_fragment, require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers.types import CardPlace, cards
from zhike.service.cases.types import CaseKind
from zhike.service.reception import actions, queries
from zhike.service.reception.models import Call
from zhike.service.reception.pages._shared import call_status, call_url, caller_name, case_word, masked, standing_of
from zhike.service.reception.policies import SERVE
from zhike.service.reception.queries import sight
from zhike.service.reception.types import LIVE_STATES, CallState, Pop, Who

SHOWN_CASES = 3
CONFIRMED = {
    Who.OPEN: _("Nobody is confirmed."),
    Who.KNOWN: _("The caller is confirmed."),
    Who.CONSIGNEE: _("The caller is confirmed as consignee."),
    Who.UNKNOWN: _("Noted: nobody we know."),
    Who.SHARED: _("Noted: a number of several people."),
}
# Open cases stand in the pop themselves.
OWN_CARD = "cases_now"


@slots.provide_calls_in_hand
def calls_in_hand(actor: Actor) -> list[slots.InHand]:
    """Calls that go on, and calls not written down yet; they stay after signing out."""
    if not actor.has(SERVE.code):
        return []
    return [
        slots.InHand(
            key=f"call:{call.pk}",
            label=caller_name(call),
            url=call_url(call),
            icon="phone",
            live=call.state in LIVE_STATES,
        )
        for call in queries.in_hand(actor=actor)
    ]


slots.register_part(
    slots.ShellPart(code="pop", url_name="reception:pop", right=SERVE.code, label=pgettext_lazy("channel", "Call"))
)


@requires(SERVE)
def pop(request: HttpRequest) -> HttpResponse:
    """The call on this person's telephone now, or nothing."""
    actor = require_actor(request)
    return _drawn(request, actor, queries.on_the_line(actor=actor))


def _drawn(request: HttpRequest, actor: Actor, call: Call | None) -> HttpResponse:
    context: dict[str, Any] = {"call": None, "strip": True, "in_hand": slots.in_hand(actor, with_calls=True)}
    if call is not None:
        context |= pop_context(actor, call, clock.now())
        # On the page of the call itself all of it stands beside.
        context["small"] = urlsplit(request.headers.get("HX-Current-URL", "")).path == call_url(call)
    return render(request, "reception/pop.html", context)


def pop_context(actor: Actor, call: Call, now: datetime) -> dict[str, Any]:
    """What the pop and the page of a call show alike."""
    found = queries.pop_of(actor=actor, number=call.number, customer_id=call.customer_id, now=now)
    case = sight.case_of(call)
    return {
        "call": call,
        "number": masked(call.number),
        "status": call_status(call.state),
        "is_live": call.state in LIVE_STATES,
        "rings": call.state == CallState.RINGING.value,
        "is_open": call.settled_at is None,
        "confirmed": call.who in {Who.KNOWN.value, Who.CONSIGNEE.value},
        "who": call.who,
        "caller": caller_name(call),
        "file": sight.file_of(call),
        "goods": sight.goods_of(call),
        "case": case,
        "case_word": case_word(case.state) if case else "",
        "found": found,
        "likeliest": found.candidates[0] if found.candidates and not found.shared else None,
        "shared": found.shared or call.who == Who.SHARED.value,
        **_of_summary(actor, found, now),
    }


def _of_summary(actor: Actor, found: Pop, now: datetime) -> dict[str, Any]:
    summary = found.summary
    if summary is None:
        return {}
    return {
        **standing_of(summary),
        "complaint_kind": CaseKind.COMPLAINT.value,
        "lines": [
            (row, Clock(state=ClockState.RUNNING, due=row.next_due_at, zone=row.zone) if row.next_due_at else None)
            for row in found.open_cases[:SHOWN_CASES]
        ],
        "more": max(0, len(found.open_cases) - SHOWN_CASES),
        "last": found.last_case,
        "cards": _cards(actor, summary.id, now),
    }


def _cards(actor: Actor, customer_id: int, now: datetime) -> list[dict[str, Any]]:
    """What other rooms say of this customer now: promises, claims, surveys; one query each."""
    shown = []
    for card in cards(CardPlace.NOW):
        if card.code == OWN_CARD or not actor.has(card.right):
            continue
        context = card.context(actor=actor, customer_id=customer_id, query={}, now=now)
        if context is not None:
            shown.append({"template": card.template, "label": card.label, **context})
    return shown


def _after(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """The pop anew where it asked, else the page of the call."""
    call = queries.get_call(actor=actor, call_id=call_id)
    return _drawn(request, actor, call) if is_fragment(request) else HttpResponseRedirect(call_url(call))


@require_POST
@requires(SERVE)
def confirm(request: HttpRequest, call_id: int) -> HttpResponse:
    """It is this one; or nobody we know; or a number of several people. Undo says again what was said before."""
    actor, undoing = require_actor(request), "who" in request.GET
    sent = request.GET if undoing else request.POST
    if sent.get("who", Who.KNOWN.value) not in {one.value for one in Who}:
        raise Invalid
    if undoing:
        return _taken_back(request, actor, call_id)
    before = queries.get_call(actor=actor, call_id=call_id)
    _say(actor, call_id, sent)
    named = {"customer": before.customer_id, "contact": before.contact_id, "shipment": before.shipment_id}
    back = {"who": before.who, **{name: pk for name, pk in named.items() if pk is not None}}
    # Who may not know what was said before cannot say it again.
    hidden = sight.is_hidden(before) or (before.shipment_id is not None and sight.goods_of(before) is None)
    undo = "" if hidden else f"{reverse('reception:confirm', args=[call_id])}?{urlencode(back)}"
    toast(request, CONFIRMED[Who(sent.get("who", Who.KNOWN.value))], undo=undo)
    return _after(request, actor, call_id)


def _say(actor: Actor, call_id: int, sent: QueryDict) -> None:
    actions.confirm_caller(
        actor=actor,
        call_id=call_id,
        who=Who(sent.get("who", Who.KNOWN.value)),
        customer_id=id_of(sent.get("customer", "")),
        contact_id=id_of(sent.get("contact", "")),
        shipment_id=id_of(sent.get("shipment", "")),
        now=clock.now(),
    )


def _taken_back(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """Undo leads to a page whatever has become meanwhile of the call, or of whom it named before."""
    try:
        _say(actor, call_id, request.GET)
    except (Conflict, Invalid, NotFound) as error:
        toast(request, gettext("It could not be taken back: %(why)s") % {"why": error.text()})
    else:
        toast(request, gettext("Taken back."))
    try:
        return _after(request, actor, call_id)
    except NotFound:
        # The call was put through to somebody beyond one's reach.
        return HttpResponseRedirect(reverse("reception:calls"))


@require_POST
@requires(SERVE)
def attach(request: HttpRequest, call_id: int) -> HttpResponse:
    """The call belongs to a case that is open: nobody explains twice (CASE-03)."""
    actor = require_actor(request)
    # Undo of taking it out says the case in its address.
    case_id = id_of(request.POST.get("case", request.GET.get("case", "")))
    if case_id is None:
        raise Invalid
    kind = CaseKind.COMPLAINT if request.POST.get("complains") else None
    taken = actions.attach_call(actor=actor, call_id=call_id, case_id=case_id, kind=kind, now=clock.now())
    words = gettext("The call belongs to %(number)s.")
    if taken.raised:
        words = gettext("The call belongs to %(number)s; it is a complaint from now on, with the deadline of the law.")
    toast(request, words % {"number": taken.number})
    return _after(request, actor, call_id)


@require_POST
@requires(SERVE)
def take(request: HttpRequest, call_id: int) -> HttpResponse:
    """A call that rings at a telephone that is nobody's."""
    actor = require_actor(request)
    actions.take_call(actor=actor, call_id=call_id, now=clock.now())
    return HttpResponseRedirect(reverse("reception:call", args=[call_id]))


urlpatterns = [
    path("pop/", pop, name="pop"),
    path("calls/<int:call_id>/confirm/", confirm, name="confirm"),
    path("calls/<int:call_id>/attach/", attach, name="attach"),
    path("calls/<int:call_id>/take/", take, name="take_call"),
]
