"""The desk's look and behaviour in a real browser: every component, both themes, both sizes, in several languages."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Page

from tests.harness.browsers import DESK, PHONE, Browsing, barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
GALLERY = "/settings/gallery/"


@contextmanager
def gallery(
    desk: Browsing,
    language: str = "en",
    theme: str = "light",
    size: tuple[int, int] = DESK,
    *,
    look_inside: bool = False,
) -> Iterator[Page]:
    """The gallery, drawn."""
    with desk.page(GALLERY, "admin", language=language, theme=theme, size=size, look_inside=look_inside) as page:
        page.wait_for_selector("[data-zk-plot] svg path", state="attached")
        yield page


def test_gallery__no_barrier_and_nothing_wider_than_the_screen(desk: Browsing) -> None:
    for language, theme, size in [
        ("zh-hans", "light", DESK),
        ("en", "dark", DESK),
        ("zh-hant", "light", PHONE),
        ("en", "dark", PHONE),
    ]:
        with gallery(desk, language, theme, size, look_inside=True) as page:
            assert barriers(page) == [], (language, theme, size)
            assert page.evaluate("document.documentElement.scrollWidth") == size[0], (language, size)
            assert page.locator("[data-zk-plot] svg").count() == page.locator("[data-zk-plot]").count()


def test_gallery__keys_lists_drafts_and_layers_do_what_they_say(desk: Browsing) -> None:
    with gallery(desk) as page:
        page.locator("#main").focus()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        assert page.locator("[data-zk-selected]").inner_text() == "1 selected"
        page.keyboard.press("x")
        page.keyboard.press("?")
        assert page.locator("#zk-help").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("jx?")
        assert page.locator("#zk-search").input_value() == "jx?"

        page.locator("th a", has_text="Value").click()
        page.wait_for_selector("th[aria-sort=ascending]")
        assert page.url.endswith(f"{GALLERY}?sort=amount")

        page.fill("#gallery-note", "半句话")
        page.wait_for_selector(".zk-draft-note")
        page.wait_for_load_state("networkidle")
        page.evaluate("localStorage.clear()")
        page.reload()
        page.wait_for_selector(".zk-draft-note")
        assert page.locator("#gallery-note").input_value() == "半句话"

        page.locator("input[name=phone]").focus()
        page.locator("input[name=amount]").focus()
        assert page.locator("input[name=phone]").input_value() == "138x"
        page.locator(".zk-figure h3 a").first.click()
        page.wait_for_selector("#zk-drawer[open]")


def test_sign_in__a_wrong_password_says_so_and_opens_nothing(desk: Browsing) -> None:
    with closing(desk.browser.new_context(locale="zh-TW")) as context:
        page = context.new_page()
        page.goto(f"{desk.site.url}{GALLERY}")
        assert page.locator("h1").inner_text() == "登入"
        page.fill("#id_login", "admin")
        page.fill("#id_password", "wrong")
        page.click("button.btn-primary")
        assert page.locator("[role=alert]").count() == 1
        page.goto(f"{desk.site.url}{GALLERY}")
        assert "/sign-in/login/" in page.url
