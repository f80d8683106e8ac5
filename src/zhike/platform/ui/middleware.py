"""Errors with a meaning become pages, or fragments that say what happened, what was kept and what to do."""

import json
import logging
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from psycopg import DataError as PostgresDataError

from zhike.platform.errors import Invalid, NotFound, ZhikeError
from zhike.platform.i18n.middleware import chosen, supported
from zhike.platform.ui.requests import SignInNeeded, actor_of, is_fragment
from zhike.platform.ui.toasts import pending

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
ERROR_HEADER = "Zhike-Error"
BEYOND_KEYS = 2**63


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
        if request.path.startswith("/api/"):
            return None
        if isinstance(error, SignInNeeded):
            return to_sign_in(request)
        known = error if isinstance(error, ZhikeError) else _unstorable(request, error)
        return None if known is None else error_response(request, known)


def error_middleware(get_response: GetResponse) -> ErrorMiddleware:
    return ErrorMiddleware(get_response)


def _unstorable(request: HttpRequest, error: Exception) -> ZhikeError | None:
    """Values beyond what the database or the calendar holds that no form has named; COPY raises psycopg's own."""
    if not isinstance(error, DataError | PostgresDataError | OverflowError) and not (
        isinstance(error, ValueError) and _holds_nul(request)
    ):
        return None
    logger.warning("value refused by the database", exc_info=error)
    if _names_nothing(request):
        return NotFound()
    return Invalid(
        message=_("A value in this request cannot be stored."),
        next_step=_("Take out what cannot be written, such as control characters or endless numbers, and send again."),
    )


def _holds_nul(request: HttpRequest) -> bool:
    sent = [*request.GET.lists(), *request.POST.lists()]
    return "\x00" in request.path or any("\x00" in text for name, texts in sent for text in (name, *texts))


def _names_nothing(request: HttpRequest) -> bool:
    """Whether the address itself names what no record can be called."""
    parts = request.resolver_match.kwargs.values() if request.resolver_match else ()
    return any("\x00" in part if isinstance(part, str) else part >= BEYOND_KEYS for part in parts)


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
