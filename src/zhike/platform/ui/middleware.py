"""Errors with a meaning become pages, or fragments that say what happened, what was kept and what to do."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers

from zhike.platform.errors import Invalid, ZhikeError
from zhike.platform.i18n.middleware import chosen, supported
from zhike.platform.ui.requests import SignInNeeded, actor_of, is_fragment
from zhike.platform.ui.toasts import pending

GetResponse = Callable[[HttpRequest], HttpResponse]
ERROR_HEADER = "Zhike-Error"


class ErrorMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language_of_actor(request)
        if language:
            translation.activate(language)
        response = self.get_response(request)
        if language:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
        if is_fragment(request):
            _hand_over_toasts(request, response)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ZhikeError) or request.path.startswith("/api/"):
            return None
        if isinstance(error, SignInNeeded):
            return to_sign_in(request)
        return error_response(request, error)


def error_middleware(get_response: GetResponse) -> ErrorMiddleware:
    return ErrorMiddleware(get_response)


def error_response(request: HttpRequest, error: ZhikeError) -> HttpResponse:
    """The error as a page in the shell, or as a fragment with a Retry that repeats the same request."""
    fields = error.fields if isinstance(error, Invalid) else {}
    context = {"error": error, "fields": fields, "retry": request.get_full_path(), "method": request.method}
    template = "ui/error_fragment.html" if is_fragment(request) else "ui/error_page.html"
    response = render(request, template, context, status=error.status)
    response.headers[ERROR_HEADER] = error.code
    return response


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and back to the page that was asked for."""
    here = request.get_full_path() if request.method == "GET" else "/"
    if is_fragment(request):
        here = request.headers.get("HX-Current-URL", here)
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here})}"
    return HttpResponse(headers={"HX-Redirect": target}) if is_fragment(request) else HttpResponseRedirect(target)


def _language_of_actor(request: HttpRequest) -> str | None:
    """The language kept with the user, on a browser that has not chosen one yet."""
    actor = actor_of(request)
    if actor is None or actor.user_id is None or chosen(request):
        return None
    return supported(actor.language)


def _hand_over_toasts(request: HttpRequest, response: HttpResponse) -> None:
    """Messages of a fragment travel in a header, since its template has no place for them."""
    if response.status_code in {204, 301, 302, 303} or response.headers.get("HX-Redirect"):
        return
    found = pending(messages.get_messages(request)) if hasattr(request, "_messages") else []
    if found:
        response.headers["HX-Trigger"] = json.dumps({**_triggers(response), "zk:toast": found})


def _triggers(response: HttpResponse) -> dict[str, object]:
    """What the page itself triggers: names, or JSON with details."""
    text = response.headers.get("HX-Trigger", "")
    if text.startswith("{"):
        return dict(json.loads(text))
    return {name.strip(): None for name in text.split(",") if name.strip()}
