"""The list of phrases, and one as it is changed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import LANGUAGES, pick
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb
from zhike.platform.ui.formpage import form_page
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.service.knowledge import actions, queries
from zhike.service.knowledge.forms import PhraseForm
from zhike.service.knowledge.policies import PHRASES, VIEW
from zhike.service.knowledge.types import PHRASE_LABELS

NEW = "new"


@requires(VIEW)
def phrase_list(request: HttpRequest) -> HttpResponse:
    """All phrases by kind, with how often each was used."""
    actor = require_actor(request)
    rows = list(queries.phrase_rows(actor=actor).order_by("order", "pk"))
    new = Button(label=_("New phrase"), url=reverse("knowledge:phrase", args=[NEW]), icon="plus", drawer=True)
    words = {**queries.category_labels(actor=actor), **queries.cause_labels(actor=actor)}
    context = {
        "groups": [
            (
                label,
                [
                    (row, pick(row.texts), pick_all(row.avoid), words.get(row.cause or row.category, ""))
                    for row in rows
                    if row.kind == kind
                ],
            )
            for kind, label in PHRASE_LABELS.items()
        ],
        "may_change": actor.has(PHRASES.code),
        "primary": new if actor.has(PHRASES.code) else None,
    }
    return render(request, "knowledge/phrases.html", context)


def pick_all(avoid: dict[str, list[str]]) -> str:
    """Wordings to avoid in the reader's language, else in the nearest."""
    return pick({code: " / ".join(some) for code, some in avoid.items()})


@requires(PHRASES)
def phrase(request: HttpRequest, code: str) -> HttpResponse:
    actor = require_actor(request)
    row = queries.phrase_rows(actor=actor).filter(code=code).first()
    if row is None and code != NEW:
        raise NotFound
    form = PhraseForm(
        request.POST if request.method == "POST" else None,
        initial=PhraseForm.values_of(row) if row else None,
        categories=list(queries.category_labels(actor=actor).items()),
        causes=list(queries.cause_labels(actor=actor).items()),
    )
    if row is not None:
        form.fields["code"].disabled = True
    if form.is_bound and form.is_valid():
        try:
            actions.save_phrase(actor=actor, entry=form.entry(), now=clock.now())
        except Invalid as error:
            names = {"texts": f"text_{LANGUAGES[0]}", "avoid": f"avoid_{LANGUAGES[0]}"}
            add_errors(form, Invalid({names.get(name, name): found for name, found in error.fields.items()}))
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("knowledge:phrases"))
    back = reverse("knowledge:phrases")
    return form_page(
        request,
        form,
        room="knowledge",
        title=_("Phrase"),
        submit=_("Save"),
        crumbs=[Crumb(gettext("Phrases"), back)],
        back=back,
    )
