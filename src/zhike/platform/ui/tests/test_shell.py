import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from zhike.platform.actors import public_actor
from zhike.platform.errors import Conflict, Invalid, NotFound, RateLimited
from zhike.platform.i18n.middleware import language_middleware, supported
from zhike.platform.ui.middleware import ErrorMiddleware, error_response
from zhike.platform.ui.navigation import Job, NavItem, menu, register
from zhike.platform.ui.requests import SignInNeeded, require_actor
from zhike.platform.ui.tests.factories import a_request, an_actor
from zhike.platform.ui.toasts import toast


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh-CN", "zh-hans"),
        ("zh", "zh-hans"),
        ("zh-TW", "zh-hant"),
        ("zh-Hant-HK", "zh-hant"),
        ("zh-hk", "zh-hant"),
        ("en-GB", "en"),
        ("fr", None),
        ("", None),
    ],
)
def test_language__browsers_codes(code: str, language: str | None) -> None:
    assert supported(code) == language


@pytest.mark.parametrize(
    ("cookie", "header", "expected"),
    [("en", "zh-CN", "en"), ("", "zh-TW,zh;q=0.9", "zh-hant"), ("", "fr", "zh-hans"), ("xx", "en;q=0.5", "en")],
)
def test_language__the_cookie_wins_then_the_browser_then_the_company(cookie: str, header: str, expected: str) -> None:
    seen = []

    def page(_request: HttpRequest) -> HttpResponse:
        seen.append(translation.get_language())
        return HttpResponse()

    request = RequestFactory(headers={"accept-language": header}).get("/")
    request.COOKIES["zhike_language"] = cookie
    language_middleware(page)(request)
    assert seen == [expected]


@pytest.mark.parametrize("error", [NotFound(), Conflict(), RateLimited(), Invalid.of("name", "x", "Too long.")])
def test_errors__a_page_in_the_shell_says_what_was_kept(error: NotFound) -> None:
    with translation.override("en"):
        response = error_response(a_request(), error)
    text = response.content.decode()
    assert response.status_code == error.status
    assert "Nothing was changed." in text
    assert 'class="zk-nav"' in text


def test_errors__a_fragment_brings_its_retry() -> None:
    response = error_response(a_request(hx_request="true"), Conflict())
    assert "data-zk-retry" in response.content.decode()
    assert response.headers["Zhike-Error"] == "conflict"
    assert "<html" not in response.content.decode()


def test_errors__whoever_is_not_signed_in_is_led_to_the_sign_in_and_back() -> None:
    request = a_request("/customers/?q=1", public_actor())
    with pytest.raises(SignInNeeded) as raised:
        require_actor(request)
    response = ErrorMiddleware(lambda _request: HttpResponse()).process_exception(request, raised.value)
    assert response is not None
    assert response.headers["Location"] == "/sign-in/login/?next=%2Fcustomers%2F%3Fq%3D1"


def test_toast__travels_with_a_fragment_and_keeps_the_pages_own_triggers() -> None:
    def page(request: HttpRequest) -> HttpResponse:
        toast(request, "已指派", undo="/undo/1/")
        return HttpResponse(headers={"HX-Trigger": "list-changed"})

    response = ErrorMiddleware(page)(a_request(hx_request="true"))
    assert json.loads(response.headers["HX-Trigger"]) == {
        "list-changed": None,
        "zk:toast": [{"text": "已指派", "undo": "/undo/1/"}],
    }


def test_navigation__what_the_actor_may_not_use_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhike.platform.ui.navigation._items", {})
    register(
        NavItem(job=Job.SETTINGS, label="Gallery", url_name="ui:gallery", right="ui.gallery"),
        NavItem(job=Job.CUSTOMERS, label="Language", url_name="ui:language"),
        NavItem(job=Job.GOODS, label="Nowhere", url_name="nowhere:at_all"),
    )
    assert [job.job for job in menu(an_actor(), "/")] == [Job.CUSTOMERS, Job.SETTINGS]
    assert [job.job for job in menu(an_actor(rights=frozenset()), "/")] == [Job.CUSTOMERS]
    assert menu(public_actor(), "/") == []
    assert [job.job for job in menu(an_actor(), "/settings/gallery/") if job.current] == [Job.SETTINGS]


@pytest.mark.parametrize(
    "template", ["404.html", "403.html", "400.html", "403_csrf.html", "500.html", "portal_base.html"]
)
def test_pages__of_trouble_need_no_actor(template: str) -> None:
    request = RequestFactory().get("/")
    assert "<h1" in render_to_string(template, {}, request=request) or template == "portal_base.html"
    if template == "500.html":
        assert "<h1" in render_to_string(template)
