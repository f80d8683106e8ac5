"""Search over everything, a batch of pasted numbers, and the palette with actions."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from zhike.platform.actors import Actor
from zhike.platform.bulk.policies import IMPORT
from zhike.platform.i18n.folding import fold, pinyin_initials
from zhike.platform.search import queries
from zhike.platform.search.types import LONGEST_QUERY, MOST_LINES
from zhike.platform.ui import navigation
from zhike.platform.ui.access import signed_in
from zhike.platform.ui.components import Empty, EmptyKind
from zhike.platform.ui.navigation import Job
from zhike.platform.ui.requests import require_actor
from zhike.record.customers.policies import EDIT as EDIT_CUSTOMERS
from zhike.record.shipments.policies import REGISTER_ORDERS, VIEW_SHIPMENTS

PALETTE_HITS = 3
PALETTE_ACTIONS = 8
MOST_PAGE_ACTS = 20
LONGEST_LABEL = 60
# `alt-p` is the longest that a page names.
LONGEST_KEY = 8
# What can be begun from anywhere.
BEGINNINGS = (
    (_("Open a customer file"), "customers:new", EDIT_CUSTOMERS.code),
    (_("Take an enquiry"), "customers:enquiry_new", EDIT_CUSTOMERS.code),
    (_("Register an order"), "shipments:order_new", REGISTER_ORDERS.code),
    (_("Many waybills"), "shipments:batch", VIEW_SHIPMENTS.code),
    (_("Import a file"), "bulk:upload", IMPORT.code),
    (_("My settings"), "organization:me", ""),
)
KEY_OF = {Job.TODAY: "g t", Job.SERVE: "g q", Job.CUSTOMERS: "g c", Job.GOODS: "g s", Job.FIGURES: "g f"}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done or opened from the palette, with the key that does the same."""

    label: str
    url: str
    key: str = ""

    @property
    def shown(self) -> str:
        """As it stands on keyboards: `alt-p` is Alt+P."""
        return self.key.title().replace("-", "+") if "-" in self.key else self.key


@require_GET
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Groups by type; a text that is the number of just one record opens that record."""
    actor = require_actor(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[: LONGEST_QUERY * 4]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        return _batch(request, actor, lines)
    results = queries.search(actor=actor, text=text[:LONGEST_QUERY]) if text else None
    if results and results.first and request.GET.get("stay") != "1":
        return HttpResponseRedirect(results.first.url)
    empty = Empty(
        kind=EmptyKind.NO_MATCH,
        title=_("Nothing found"),
        text=_(
            "Search by waybill, the last digits of a phone, a name in either script, or a number such as CU-000123."
        ),
    )
    return render(
        request, "desk/search.html", {"search_text": text, "results": results, "empty": empty, "most": MOST_LINES}
    )


@require_http_methods(["POST"])
@signed_in
def batch(request: HttpRequest) -> HttpResponse:
    """Up to 200 pasted numbers, one a line."""
    text = request.POST.get("lines", "").replace("\x00", "")
    lines = [line.strip()[:LONGEST_QUERY] for line in text.splitlines() if line.strip()]
    return _batch(request, require_actor(request), lines)


def _batch(request: HttpRequest, actor: Actor, lines: list[str]) -> HttpResponse:
    answers = queries.batch(actor=actor, lines=lines)
    context = {
        "answers": answers,
        "left_out": max(0, len(lines) - MOST_LINES),
        "missing": sum(1 for answer in answers if not answer.hits),
        "most": MOST_LINES,
        "lines": "\n".join(lines),
    }
    return render(request, "desk/batch.html", context)


@require_GET
@signed_in
def palette(request: HttpRequest) -> HttpResponse:
    """Actions by name in any of the languages or by pinyin initials, then the best hits of each kind."""
    actor = require_actor(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    results = queries.search(actor=actor, text=text, limit=PALETTE_HITS) if text else None
    context = {
        "here": _here(request.GET.getlist("act"), text),
        "begin": _begin(actor, text)[:PALETTE_ACTIONS] if text else [],
        "acts": _acts(actor, text)[:PALETTE_ACTIONS],
        "results": results,
        "text": text,
    }
    return render(request, "desk/palette.html", context)


def _named(label: object, text: str) -> bool:
    wanted = fold(text)
    return not wanted or any(wanted in name for name in _names(label))


def _here(sent: list[str], text: str) -> list[Act]:
    """The steps of the page behind the palette, sent by its script as `key:label`."""
    pairs = [one.replace("\x00", "").partition(":") for one in sent[:MOST_PAGE_ACTS]]
    acts = [Act(label[:LONGEST_LABEL], "", key[:LONGEST_KEY]) for key, _colon, label in pairs if label]
    return [act for act in acts if _named(act.label, text)]


def _begin(actor: Actor, text: str) -> list[Act]:
    may = [(label, name) for label, name, right in BEGINNINGS if not right or actor.has(right)]
    return [Act(str(label), reverse(name)) for label, name in may if _named(label, text)]


def _acts(actor: Actor, text: str) -> list[Act]:
    """Pages of the navigation that the text names."""
    found = []
    for job in navigation.menu(actor, ""):
        for position, link in enumerate(job.links):
            if _named(link.label, text) or (position == 0 and _named(job.label, text)):
                found.append(Act(str(link.label), link.url, KEY_OF.get(job.job, "") if position == 0 else ""))
    return found


def _names(label: object) -> list[str]:
    """A label in every language and by its pinyin initials."""
    names = []
    for language in {get_language() or "zh-hans", "zh-hans", "en"}:
        with override(language):
            name = str(label)
        names += [fold(name), pinyin_initials(name)]
    return names


urlpatterns = [
    path("search/", search, name="search"),
    path("search/batch/", batch, name="batch"),
    path("search/palette/", palette, name="palette"),
]
