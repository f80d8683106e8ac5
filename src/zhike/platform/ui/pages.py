"""Pages of the interface itself: language, theme, width of the navigation."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from zhike.platform.i18n.middleware import supported
from zhike.platform.ui.context import FOLD_COOKIE, THEME_COOKIE, THEMES

MOUNT = ""
A_YEAR = 31_536_000


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page named by `next`, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    response = back(request)
    language = supported(request.POST.get("language", ""))
    if language:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    response = back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
    return response


@require_POST
def set_fold(request: HttpRequest) -> HttpResponse:
    response = back(request)
    _keep(response, FOLD_COOKIE, "folded" if request.POST.get("nav") == "folded" else "open")
    return response


urlpatterns = [
    path("ui/language/", set_language, name="language"),
    path("ui/theme/", set_theme, name="theme"),
    path("ui/navigation/", set_fold, name="fold"),
]
