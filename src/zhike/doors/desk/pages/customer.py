"""The customer's own page: one whole view over all rooms (360度全方位了解)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import pgettext

from zhike.doors.desk.pages import customer_parts as parts
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.api import decode_cursor, encode_cursor
from zhike.platform.errors import NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Tab
from zhike.platform.ui.requests import require_actor
from zhike.record.customers import queries as customers
from zhike.record.customers.policies import VIEW
from zhike.record.customers.types import FACET_LABELS, CardPlace, CustomerSummary, Facet, TimelineCursor, cards
from zhike.record.customers.types import timeline_sources as sources
from zhike.record.interactions import queries as interactions

OWN_TABS = ("file", "net", "enquiries", "units")


@requires(VIEW)
def customer(request: HttpRequest, number: str) -> HttpResponseBase:
    actor, now = require_actor(request), clock.now()
    summary, file, open_enquiries = customers.head(actor=actor, number=number)
    if summary.number != number:
        return HttpResponsePermanentRedirect(reverse("desk:customer", args=[summary.number]))
    people = customers.people(actor=actor, customer_id=summary.id)
    filled, wanted, missing = parts.completeness(file, people)
    context = {
        "customer": summary,
        "people": [parts.chip(card, actor) for card in people.live[: parts.MOST_PEOPLE]],
        "more_people": max(0, len(people.live) - parts.MOST_PEOPLE),
        "coverage": people.coverage,
        "vacant": [seat for seat in people.coverage.seats if not seat.covered],
        "now_items": parts.now_items(summary, open_enquiries),
        "now_cards": _cards(CardPlace.NOW, request, actor, summary, now),
        "standing_cards": _cards(CardPlace.STANDING, request, actor, summary, now),
        "standing": parts.standing_facts(summary, actor.zone),
        "missing": parts.words(missing),
        "tabs": _tabs(request, actor, number, file_share=round(100 * filled / wanted)),
        **parts.header(summary, actor),
        **_timeline(request, actor, summary, limit=parts.FIRST_ENTRIES),
    }
    chosen = request.GET.get("tab", "")
    if chosen:
        context["tab"] = _tab(request, actor, summary, chosen, now)
    return render(request, "desk/customer.html", context)


@requires(VIEW)
def timeline(request: HttpRequest, number: str) -> HttpResponse:
    """The timeline alone, by view and further back."""
    actor = require_actor(request)
    summary = _summary(actor, number)
    return render(request, "desk/customer.html#timeline", {"customer": summary, **_timeline(request, actor, summary)})


def _timeline(
    request: HttpRequest, actor: Actor, summary: CustomerSummary, *, limit: int = interactions.PAGE
) -> dict[str, Any]:
    wanted = request.GET.get("facet", Facet.ALL.value)
    facet = Facet(wanted) if wanted in set(Facet) else Facet.ALL
    found = interactions.timeline(
        actor=actor,
        customer_id=summary.id,
        facet=facet,
        after=_cursor(request.GET.get("after", "")),
        limit=limit,
    )
    address = reverse("desk:customer_timeline", args=[summary.number])
    known = {Facet.ALL, *(f for source in sources() for f in source.facets)}
    older = found.older and f"{address}?facet={facet}&after={encode_cursor(*parts.cursor_values(found.older))}"
    return {
        "entries": [parts.entry(one) for one in found.entries],
        "older_url": older or "",
        "facets": [
            Tab(label=FACET_LABELS[f], url=f"{address}?facet={f}", current=f is facet) for f in Facet if f in known
        ],
    }


def _cursor(text: str) -> TimelineCursor | None:
    if not text:
        return None
    at, source, key = decode_cursor(text, datetime.fromisoformat, str, int)
    return TimelineCursor(at, source, key)


def _cards(
    place: CardPlace, request: HttpRequest, actor: Actor, summary: CustomerSummary, now: datetime
) -> list[dict[str, Any]]:
    """What rooms show of this customer; a card with nothing to say is absent."""
    shown = []
    for card in cards(place):
        if not actor.has(card.right):
            continue
        context = card.context(actor=actor, customer_id=summary.id, query=request.GET.dict(), now=now)
        if context is not None:
            shown.append({"template": card.template, "label": card.label, **context})
    return shown


def _tabs(request: HttpRequest, actor: Actor, number: str, *, file_share: int) -> list[Tab]:
    chosen = request.GET.get("tab", "")
    labels = [(card.code, card.label) for card in cards(CardPlace.TAB) if actor.has(card.right)]
    labels += [
        ("enquiries", pgettext("customer page", "Enquiries")),
        ("net", pgettext("customer page", "Net of people")),
        ("units", pgettext("customer page", "Departments")),
        ("file", pgettext("customer page", "File %(share)s %%") % {"share": file_share}),
    ]
    address = reverse("desk:customer", args=[number])
    return [Tab(label=label, url=f"{address}?tab={code}#tab", current=code == chosen) for code, label in labels]


@requires(VIEW)
def tab(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One tab as a fragment with its own address."""
    actor = require_actor(request)
    summary = _summary(actor, number)
    found = _tab(request, actor, summary, code, clock.now())
    return render(request, "desk/customer.html#tab", {"customer": summary, "tab": found})


def _tab(request: HttpRequest, actor: Actor, summary: CustomerSummary, code: str, now: datetime) -> dict[str, Any]:
    if code in OWN_TABS:
        return parts.own_tab(code, actor, summary)
    card = next((c for c in cards(CardPlace.TAB) if c.code == code and actor.has(c.right)), None)
    if card is None:
        raise NotFound
    context = card.context(actor=actor, customer_id=summary.id, query=request.GET.dict(), now=now)
    return {"template": card.template, "label": card.label, **(context or {"empty": True})}


def _summary(actor: Actor, number: str) -> CustomerSummary:
    return customers.head(actor=actor, number=number)[0]


urlpatterns = [
    path("customers/<str:number>/", customer, name="customer"),
    path("customers/<str:number>/timeline/", timeline, name="customer_timeline"),
    path("customers/<str:number>/tab/<slug:code>/", tab, name="customer_tab"),
]
