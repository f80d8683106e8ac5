"""The language of a request: the choice kept in the cookie, else what the browser asks for, else the company's."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

HTML_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
TRADITIONAL = frozenset({"zh-hant", "zh-tw", "zh-hk", "zh-mo"})


def supported(code: str) -> str | None:
    """Our language for a browser's or a user's code (`zh-TW` is zh-hant, `zh` and `zh-SG` zh-hans), or None."""
    wanted = code.lower().replace("_", "-")
    if wanted in HTML_TAGS:
        return wanted
    if wanted in TRADITIONAL or wanted.startswith("zh-hant"):
        return "zh-hant"
    if wanted == "zh" or wanted.startswith("zh-"):
        return "zh-hans"
    return "en" if wanted.startswith("en-") else None


def chosen(request: HttpRequest) -> str | None:
    """The language this browser has chosen before."""
    return supported(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


def of_request(request: HttpRequest) -> str:
    found = chosen(request)
    if found:
        return found
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        found = supported(code)
        if found:
            return found
    return settings.LANGUAGE_CODE


def language_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Activate the language for this request only; say which one the answer is in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with translation.override(of_request(request)):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = get_response(request)
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
            response.headers.setdefault("Content-Language", HTML_TAGS.get(translation.get_language() or "", "en"))
        return response

    return middleware
