"""Templates: the list, the editor with its preview of real values, and publishing."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.contacting import actions, queries
from zhike.record.contacting.forms import TemplateForm
from zhike.record.contacting.policies import TEMPLATES
from zhike.record.contacting.rules.texts import segments
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    EVENT_LABELS,
    LANGUAGES,
    PLACEHOLDERS,
    PURPOSE_LABELS,
    ContactChannel,
    EventKind,
    TemplateView,
    Wording,
    sample_sources,
)

_LANGUAGE_NAMES = {"zh-hans": "简", "zh-hant": "繁", "en": "En"}


@requires(TEMPLATES)
def template_list(request: HttpRequest) -> HttpResponse:
    rows = queries.templates(actor=require_actor(request))
    context = {
        "rows": [(view, label_of(view), PURPOSE_LABELS[view.purpose], CHANNEL_LABELS[view.channel]) for view in rows],
        "primary": Button(label=_("New template"), url=reverse("contacting:template_new"), icon="plus"),
    }
    return render(request, "contacting/templates.html", context)


@requires(TEMPLATES)
def new(request: HttpRequest) -> HttpResponse:
    form = TemplateForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.write_template(actor=require_actor(request), entry=form.entry(), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            return _saved(request, made.code)
    return _editor(request, form, None)


@requires(TEMPLATES)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    actor = require_actor(request)
    view = queries.template(actor=actor, code=code)
    form = TemplateForm(request.POST or None, view=view, initial=TemplateForm.values_of(view))
    if form.is_bound and form.is_valid():
        try:
            actions.write_template(actor=actor, entry=form.entry(), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            return _saved(request, code)
    return _editor(request, form, view)


@requires(TEMPLATES)
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The draft, else what is in use, with the values of a waybill or customer; a fragment with its own address."""
    actor = require_actor(request)
    view = queries.template(actor=actor, code=code)
    context = {"code": code, **_preview(actor, view, request.GET.get("reference", "")[:60])}
    return render(request, "contacting/template.html#preview", context)


@requires(TEMPLATES)
@require_POST
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Put the draft to use; what is missing is shown beside the fields."""
    actor = require_actor(request)
    try:
        version = actions.publish_template(actor=actor, code=code, now=clock.now())
    except Invalid as error:
        view = queries.template(actor=actor, code=code)
        form = TemplateForm(dict(TemplateForm.values_of(view)), view=view)
        form.is_valid()
        add_errors(form, error)
        return _editor(request, form, view)
    toast(request, gettext("Version %(version)s is in use.") % {"version": version})
    return HttpResponseRedirect(reverse("contacting:template", args=[code]))


def label_of(view: TemplateView) -> str:
    """The template's label in the reader's language, else in another one; that of the event for shipped ones."""
    language = get_language() or ""
    own = view.labels.get(language) or next((text for text in view.labels.values() if text), "")
    if not own and view.event:
        named = {"event": EVENT_LABELS[EventKind(view.event)], "channel": CHANNEL_LABELS[view.channel]}
        own = pgettext("template", "%(event)s, %(channel)s") % named
    return own or view.code


def _saved(request: HttpRequest, code: str) -> HttpResponse:
    toast(request, gettext("Draft saved. What is in use stays until you publish it."))
    return HttpResponseRedirect(reverse("contacting:template", args=[code]))


def _editor(request: HttpRequest, form: TemplateForm, view: TemplateView | None) -> HttpResponse:
    actor = require_actor(request)
    context: dict[str, Any] = {
        "form": form,
        "view": view,
        "title": label_of(view) if view else gettext("New template"),
        "crumbs": [Crumb(_("Templates"), reverse("contacting:templates"))],
        "placeholders": list(PLACEHOLDERS.items()),
        "sources": [source.label for source in sample_sources()],
        "draft": f"contacting:{request.path}",
    }
    if view is not None:
        context |= {
            "code": view.code,
            "purpose": PURPOSE_LABELS[view.purpose],
            "channel": CHANNEL_LABELS[view.channel],
            **_preview(actor, view, request.GET.get("reference", "")[:60]),
        }
    return render(request, "contacting/template.html", context, status=422 if form.is_bound else 200)


def _preview(actor: Actor, view: TemplateView, reference: str) -> Mapping[str, Any]:
    texts = view.draft or view.texts
    found = queries.sample_values(actor=actor, reference=reference, zone=actor.zone, now=clock.now())
    values = found or {language: {name: "{" + name + "}" for name in PLACEHOLDERS} for language in LANGUAGES}
    shown = queries.preview(actor=actor, texts=_complete(texts), values=values)
    sms = view.channel is ContactChannel.SMS
    return {
        "reference": reference,
        "not_found": bool(reference.strip()) and found is None,
        "previews": [
            (language, _LANGUAGE_NAMES[language], shown[language], segments(shown[language].body) if sms else None)
            for language in LANGUAGES
        ],
    }


def _complete(texts: Mapping[str, Wording]) -> dict[str, Wording]:
    return {language: texts.get(language, Wording(body="")) for language in LANGUAGES}
