"""Pages of the interface itself: language, theme, width of the navigation."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhike.platform import clock
from zhike.platform.accounts.actions import update_profile
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict
from zhike.platform.i18n.labels import LANGUAGES, pick
from zhike.platform.i18n.middleware import supported
from zhike.platform.ui import actions, keeping, queries, slots
from zhike.platform.ui.access import public, requires, signed_in
from zhike.platform.ui.context import FOLD_COOKIE, THEME_COOKIE, THEMES
from zhike.platform.ui.gallery import page
from zhike.platform.ui.gallery.drawings import plot_samples
from zhike.platform.ui.gallery.lists import SAMPLE_TABLE, sample_rows
from zhike.platform.ui.navigation import Job, NavItem, register
from zhike.platform.ui.policies import GALLERY, VIEWS
from zhike.platform.ui.requests import actor_of, require_actor
from zhike.platform.ui.toasts import toast

MOUNT = ""
MOST_COLUMNS = 60
MOST_COLUMN_KEY = 60
A_YEAR = 31_536_000


def back(request: HttpRequest, query: str | None = None) -> HttpResponseRedirect:
    """To the page named by `next`, when it is one of ours; with another query string if given."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if query is not None:
        target = f"{urlsplit(target).path}{query}"
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


@public("anyone chooses the language of this browser")
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    response = back(request)
    language, actor = supported(request.POST.get("language", "")), actor_of(request)
    if language:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
        if actor and actor.user_id:
            update_profile(actor=actor, user_id=actor.user_id, language=language, now=clock.now())
    return response


@public("anyone chooses the colours of this browser")
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    response = back(request)
    theme, actor = request.POST.get("theme", ""), actor_of(request)
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
        if actor and actor.user_id:
            update_profile(actor=actor, user_id=actor.user_id, theme=theme, now=clock.now())
    return response


@public("anyone folds the navigation of this browser")
@require_POST
def set_fold(request: HttpRequest) -> HttpResponse:
    response = back(request)
    _keep(response, FOLD_COOKIE, "folded" if request.POST.get("nav") == "folded" else "open")
    return response


@requires(VIEWS)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    actor, sent = require_actor(request), request.POST
    query = sent.get("query", "")
    view_id = actions.save_view(
        actor=actor,
        table=sent.get("table", "")[:80],
        name=sent.get("name", ""),
        query=query,
        role=sent.get("role", "")[:40],
        now=clock.now(),
    )
    toast(request, gettext("View saved"))
    start = f"{query}&" if query else ""
    return back(request, f"?{start}view={view_id}")


@requires(VIEWS)
@require_POST
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    actions.delete_view(actor=require_actor(request), view_id=view_id, now=clock.now())
    toast(request, gettext("View deleted"))
    return back(request)


@signed_in
@require_POST
def table_columns(request: HttpRequest) -> HttpResponse:
    """Remember the columns and show them: the URL holds them too, so that a link shows the same."""
    sent = request.POST
    columns = [name for name in sent.getlist("columns") if len(name) <= MOST_COLUMN_KEY][:MOST_COLUMNS]
    compact = sent.get("compact") == "1"
    keeping.remember_table(
        actor=require_actor(request), table=sent.get("table", "")[:80], columns=columns, compact=compact
    )
    target = urlsplit(sent.get("next", ""))
    kept = [pair for pair in parse_qsl(target.query) if pair[0] not in {"cols", "density"}]
    pairs = [*kept, ("cols", ",".join(columns)), ("density", "compact" if compact else "normal")]
    return back(request, f"?{urlencode(pairs)}")


@signed_in
@require_POST
def save_draft(request: HttpRequest) -> HttpResponse:
    """Keep what is being typed, sent by the script two seconds after the last key."""
    sent = request.POST
    content = {name.removeprefix("f."): str(text) for name, text in sent.items() if name.startswith("f.")}
    keeping.keep_draft(
        actor=require_actor(request),
        key=sent.get("key", ""),
        label=sent.get("label", ""),
        labels={code: sent.get(f"label.{code}", "") for code in LANGUAGES},
        meant={name: sent.get(f"meant.{name}", "") for name in keeping.MEANT},
        url=_own(request, sent.get("url", "")),
        content=content,
        now=clock.now(),
    )
    return HttpResponse(status=204)


@signed_in
@require_GET
def read_draft(request: HttpRequest) -> HttpResponse:
    found = queries.draft(actor=require_actor(request), key=request.GET.get("key", "")[:120])
    if found is None:
        return HttpResponse(status=204)
    return JsonResponse(
        {"content": found.content, "at": int(found.saved_at.timestamp() * 1000), "meant": dict(found.meant)}
    )


def _own(request: HttpRequest, address: str) -> str:
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if safe else "/"


@requires(GALLERY)
@require_GET
def show_gallery(request: HttpRequest) -> HttpResponseBase:
    """Every component in every state, with invented content."""
    now = clock.now()
    context = page.content(now)
    context |= {"plots": plot_samples(), "error": Conflict()}
    if request.GET.get("toast"):
        toast(request, gettext("Assigned to %(name)s") % {"name": "李敏"}, undo="/ui/theme/")
    return SAMPLE_TABLE.respond(request, sample_rows(now), template="ui/gallery.html", context=context)


urlpatterns = [
    path("settings/gallery/", show_gallery, name="gallery"),
    path("ui/views/", save_view, name="view_save"),
    path("ui/views/<int:view_id>/delete/", delete_view, name="view_delete"),
    path("ui/columns/", table_columns, name="table_columns"),
    path("ui/drafts/", save_draft, name="draft_save"),
    path("ui/drafts/kept/", read_draft, name="draft"),
    path("ui/language/", set_language, name="language"),
    path("ui/theme/", set_theme, name="theme"),
    path("ui/navigation/", set_fold, name="fold"),
]


def drafts_in_hand(actor: Actor) -> list[slots.InHand]:
    """What this person has typed and not sent."""
    found = queries.drafts(actor=actor, most=slots.MOST_IN_HAND)
    return [
        slots.InHand(key=f"draft:{draft.key}", label=pick(draft.labels) or draft.label, url=draft.url)
        for draft in found
    ]


slots.provide_in_hand(drafts_in_hand)
# A company has no use for it in its menu; whoever builds pages has.
if settings.DEBUG:
    register(
        NavItem(
            job=Job.SETTINGS,
            label=gettext_lazy("Gallery of components"),
            url_name="ui:gallery",
            right=GALLERY.code,
            order=900,
        )
    )
