"""Answering a survey by its link: a part a page, each saved when it is sent, without script."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhike.doors.portal import queries as portal
from zhike.doors.portal.pages._answers import Errors, minutes_left, raw_of, shown_of
from zhike.doors.portal.policies import authorize_answer, survey_actor
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid, NotFound, RateLimited
from zhike.platform.i18n.labels import pick
from zhike.platform.ui.access import public
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.types import Disposition, ItemView, SectionView
from zhike.voice.surveys.types.campaigns import AlreadyEnded, LinkView, SurveyClosed

_GONE: Final = 410
_WRONG: Final = 422
_TOO_MANY: Final = 429
_ENDING: Final = 4
Part = tuple[SectionView, Sequence[ItemView]]


@public("the link is the key: one recipient of one survey, as long as it is open")
@never_cache
@require_http_methods(["GET", "HEAD"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Where the holder of a link begins, or goes on."""
    now, actor = clock.now(), survey_actor(token, language=get_language() or "")
    try:
        view = queries.link_view(actor=actor, now=now)
    except NotFound:
        return _unknown(request, actor, now)
    if (over := _over(request, token, view, actor, now)) is not None:
        return over
    parts = queries.shown_sections(view.form, view.chosen)
    later = [place for place, (section, _items) in enumerate(parts, 1) if section.order > view.section]
    page = later[0] if later else len(parts)
    if page > 1:
        return HttpResponseRedirect(reverse("portal:survey_page", args=[token, page]))
    return _shown(request, token, actor, view, page=1, now=now)


@public("the link is the key: its holder answers one part of the one survey that it is of")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str, page: int) -> HttpResponse:
    """One part: shown with what has been said, saved when it is sent; the last one sends everything off."""
    now, actor = clock.now(), survey_actor(token, language=get_language() or "")
    try:
        view = queries.link_view(actor=actor, now=now)
    except NotFound:
        return _unknown(request, actor, now)
    if (over := _over(request, token, view, actor, now)) is not None:
        return over
    parts = queries.shown_sections(view.form, view.chosen)
    if not 1 <= page <= len(parts):
        return HttpResponseRedirect(reverse("portal:survey", args=[token]))
    if request.method != "POST":
        return _shown(request, token, actor, view, page=page, now=now)
    section, _items = parts[page - 1]
    # Questions of this part that another answer may call for are read as well, once they are shown.
    raw = raw_of(section.items, request.POST)
    try:
        authorize_answer(request.META.get("REMOTE_ADDR", ""), now=now)
        more = actions.save_section(actor=actor, section_key=section.key, raw=raw, now=now)
    except RateLimited:
        told = {"": [gettext("Too many answers from here. What you chose is still below; please send it in an hour.")]}
        return _part(request, token, view, parts, page, typed=raw, errors=told, status=_TOO_MANY)
    except Invalid as error:
        return _part(request, token, view, parts, page, typed=raw, errors=_texts(error), status=_WRONG)
    except (AlreadyEnded, SurveyClosed):
        return HttpResponseRedirect(reverse("portal:survey", args=[token]))
    return _next(token, actor, section, more=more, now=now)


def _next(token: str, actor: Actor, section: SectionView, *, more: bool, now: datetime) -> HttpResponse:
    """To the part that follows from what has just been said; behind the last one everything is sent off."""
    view = queries.link_view(actor=actor, now=now)
    parts = queries.shown_sections(view.form, view.chosen)
    places = {one.key: place for place, (one, _items) in enumerate(parts, 1)}
    here = places.get(section.key, 1)
    if more:
        return HttpResponseRedirect(reverse("portal:survey_page", args=[token, here]) + "?more=1")
    if here < len(parts):
        return HttpResponseRedirect(reverse("portal:survey_page", args=[token, here + 1]))
    try:
        actions.submit(actor=actor, now=now)
    except Invalid as error:
        open_parts = [
            place for place, (_one, items) in enumerate(parts, 1) if {i.key for i in items} & set(error.fields)
        ]
        return HttpResponseRedirect(
            reverse("portal:survey_page", args=[token, min(open_parts, default=1)]) + "?missing=1"
        )
    except SurveyClosed:
        pass
    return HttpResponseRedirect(reverse("portal:survey", args=[token]))


@public("the link is the key: its holder says that they do not take part")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, token: str) -> HttpResponse:
    """Not taking part, asked once more on a page of its own, so that no machine that follows links refuses."""
    return _without_answers(request, token, "portal/survey_refuse.html", scored=True)


@public("the link is the key: its holder says something without giving a score")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, token: str) -> HttpResponse:
    """Words instead of a score, and whether they are a complaint."""
    return _without_answers(request, token, "portal/survey_words.html", scored=False)


def _without_answers(request: HttpRequest, token: str, template: str, *, scored: bool) -> HttpResponse:
    now, actor = clock.now(), survey_actor(token, language=get_language() or "")
    try:
        view = queries.link_view(actor=actor, now=now)
    except NotFound:
        return _unknown(request, actor, now)
    if (over := _over(request, token, view, actor, now)) is not None:
        return over
    context: dict[str, Any] = {"token": token, "view": view, "asks_words": queries.text_item(view.form) is not None}
    if request.method != "POST":
        return render(request, template, context)
    text, strong = request.POST.get("text", ""), request.POST.get("strong") == "1"
    try:
        authorize_answer(request.META.get("REMOTE_ADDR", ""), now=now)
        if scored:
            actions.refuse(actor=actor, now=now)
        else:
            actions.leave_unscored(actor=actor, text=text, strong=strong, now=now)
    except RateLimited:
        told = gettext("Too many answers from here. What you wrote is still below; please send it in an hour.")
        return render(request, template, {**context, "text": text, "strong": strong, "wrong": [told]}, status=_TOO_MANY)
    except Invalid as error:
        told_all = [text for found in _texts(error).values() for text in found]
        return render(request, template, {**context, "text": text, "strong": strong, "wrong": told_all}, status=_WRONG)
    except SurveyClosed:
        pass
    return HttpResponseRedirect(reverse("portal:survey", args=[token]))


def _over(request: HttpRequest, token: str, view: LinkView, actor: Actor, now: datetime) -> HttpResponse | None:
    """What is shown instead of questions: thanks where all is said, and that it has ended where it has."""
    help_calls = portal.help_calls(actor=actor, now=now)
    if view.ended:
        context = {
            "thanks": pick(view.form.thanks) if view.disposition is Disposition.ANSWERED else "",
            "disposition": view.disposition.value,
            "help": help_calls,
            "token": token,
        }
        return render(request, "portal/survey_thanks.html", context)
    if not view.open:
        return render(request, "portal/survey_gone.html", {"help": help_calls, "known": True}, status=_GONE)
    return None


def _unknown(request: HttpRequest, actor: Actor, now: datetime) -> HttpResponse:
    return render(request, "portal/survey_gone.html", {"help": portal.help_calls(actor=actor, now=now)}, status=404)


def _shown(request: HttpRequest, token: str, actor: Actor, view: LinkView, *, page: int, now: datetime) -> HttpResponse:
    if request.method == "GET":
        actions.open_link(actor=actor, now=now)
    parts = queries.shown_sections(view.form, view.chosen)
    errors = {"": [gettext("A question is still open; please see to it.")]} if request.GET.get("missing") == "1" else {}
    return _part(request, token, view, parts, page, typed=view.typed, errors=errors, status=200)


def _part(
    request: HttpRequest,
    token: str,
    view: LinkView,
    parts: Sequence[Part],
    page: int,
    *,
    typed: Mapping[str, Any],
    errors: Errors,
    status: int,
) -> HttpResponse:
    section, items = parts[page - 1]
    left = [item for _section, found in parts[page - 1 :] for item in found]
    context = {
        "token": token,
        "title": pick(section.titles),
        "intro": pick(view.form.intro) if page == 1 else "",
        "ending": view.waybill[-_ENDING:],
        "page": page,
        "pages": len(parts),
        "minutes": minutes_left(view, left),
        "questions": queries.questions(items, get_language() or "", said=shown_of(typed), wrong=errors),
        "wrong": errors.get("", ()),
        "more": request.GET.get("more") == "1",
        "has_errors": any(key for key in errors),
        "last": page == len(parts),
        "back": reverse("portal:survey_page", args=[token, page - 1]) if page > 1 else "",
    }
    return render(request, "portal/survey.html", context, status=status)


def _texts(error: Invalid) -> dict[str, list[str]]:
    return {key: [one.text() for one in found] for key, found in error.fields.items()}
