"""Search over everything, a batch of pasted numbers, and the palette with actions."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from zhike.platform.actors import Actor
from zhike.platform.i18n.folding import fold, pinyin_initials
from zhike.platform.search import queries
from zhike.platform.search.types import LONGEST_QUERY, MOST_LINES
from zhike.platform.ui import navigation
from zhike.platform.ui.access import signed_in
from zhike.platform.ui.components import Empty, EmptyKind
from zhike.platform.ui.requests import require_actor

PALETTE_HITS = 3
PALETTE_ACTIONS = 8


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done or opened from the palette."""

    label: str
    url: str


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
    acts = _acts(actor, text)[:PALETTE_ACTIONS]
    results = queries.search(actor=actor, text=text, limit=PALETTE_HITS) if text else None
    return render(request, "desk/palette.html", {"acts": acts, "results": results, "text": text})


def _acts(actor: Actor, text: str) -> list[Act]:
    """Pages of the navigation that the text names."""
    wanted = fold(text)
    found = []
    for job in navigation.menu(actor, ""):
        for link in job.links:
            names = _names(link.label)
            if not wanted or any(wanted in name for name in names):
                found.append(Act(str(link.label), link.url))
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
