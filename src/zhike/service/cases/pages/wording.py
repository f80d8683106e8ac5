"""The help beside the reply: articles, phrases, and a better word; fragments of the case page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.db.ids import id_of
from zhike.platform.errors import Invalid
from zhike.platform.i18n.labels import pick
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.service.cases import actions, queries
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.rules import MAX_TEXT
from zhike.service.knowledge import queries as knowledge
from zhike.service.knowledge.types import FRESHNESS_LABELS, KIND_LABELS, PHRASE_LABELS

LONGEST_TYPED = 200


@requires(HANDLE)
def articles(request: HttpRequest, case_id: int) -> HttpResponse:
    """Articles that fit the case, or what was typed; those out of date say so."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_case(actor=actor, case_id=case_id)
    typed = request.GET.get("q", "")[:LONGEST_TYPED]
    found = knowledge.suggest(
        actor=actor,
        category=row.category.code,
        about=f"{row.subject} {row.text}",
        typed=typed,
        language=row.language,
        now=now,
    )
    context = {
        "case": row,
        "typed": typed,
        "found": [(one, KIND_LABELS[one.kind], FRESHNESS_LABELS[one.freshness]) for one in found],
    }
    template = "cases/reply_articles.html"
    return render(request, f"{template}#found" if "q" in request.GET else template, context)


@requires(HANDLE)
def phrases(request: HttpRequest, case_id: int) -> HttpResponse:
    """Phrases for this cause and category, and those that always fit, in the customer's language."""
    actor = require_actor(request)
    row = queries.get_case(actor=actor, case_id=case_id)
    typed = request.GET.get("q", "")[:LONGEST_TYPED]
    rows = knowledge.phrases_for(
        actor=actor, category=row.category.code, cause=row.cause.code if row.cause else "", typed=typed
    )
    groups = [
        (label, [(one, pick(one.texts, row.language)) for one in rows if one.kind == kind])
        for kind, label in PHRASE_LABELS.items()
    ]
    context = {"case": row, "typed": typed, "groups": [(label, some) for label, some in groups if some]}
    template = "cases/reply_phrases.html"
    return render(request, f"{template}#found" if "q" in request.GET else template, context)


@require_POST
@requires(HANDLE)
def put(request: HttpRequest, case_id: int) -> HttpResponse:
    """Something was put into the draft: its use is counted."""
    actor, now = require_actor(request), clock.now()
    number = id_of(request.POST.get("id", ""))
    if number is None:
        raise Invalid.of("id", "unreadable", _("Name an article or a phrase."))
    if request.POST.get("kind") == "article":
        actions.put_article(actor=actor, case_id=case_id, article_id=number, now=now)
    else:
        actions.put_phrase(actor=actor, case_id=case_id, phrase_id=number, now=now)
    return HttpResponse(status=204)


@require_POST
@requires(HANDLE)
def wording(request: HttpRequest, case_id: int) -> HttpResponse:
    """Negative wordings in the draft, each with a better one."""
    actor = require_actor(request)
    row = queries.get_case(actor=actor, case_id=case_id)
    text = request.POST.get("text", "")[:MAX_TEXT]
    found = knowledge.check_wording(actor=actor, text=text, language=row.language) if text.strip() else []
    return render(request, "cases/reply_wording.html", {"case": row, "found": found})
