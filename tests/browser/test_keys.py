"""The keyboard of the desk: the palette, the map of keys, the ways by `g`, and silence where people type."""

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
# What an input method sends while it composes: the key goes down, marked, and the text changes.
COMPOSE = """(text) => {
    const field = document.activeElement;
    field.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
    field.value = text;
    field.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
    const key = {bubbles: true, cancelable: true, key: "Enter", code: "Enter", isComposing: true, keyCode: 229};
    return field.dispatchEvent(new KeyboardEvent("keydown", key));
}"""
COMPOSED = """(text) => {
    const field = document.activeElement;
    field.value = text;
    field.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true, data: text}));
    field.dispatchEvent(new InputEvent("input", {bubbles: true}));
    const key = {bubbles: true, cancelable: true, key: "Enter", code: "Enter"};
    document.body.dispatchEvent(new KeyboardEvent("keydown", {...key, code: "KeyJ", key: "j"}));
}"""


def _palette(page: Page, text: str) -> None:
    page.keyboard.press("Control+k")
    page.wait_for_selector("#zk-palette[open]")
    page.keyboard.type(text)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_palette__opens_a_page_by_pinyin_initials(desk: Browsing, language: str) -> None:
    with desk.page("/", "agent", language=language) as page:
        _palette(page, "gzqd")
        expect(page.locator("#zk-palette-list a")).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url("**/goods/watch/**")


def test_palette__waits_for_the_end_of_a_composition(desk: Browsing) -> None:
    with desk.page("/", "agent", language="zh-hans") as page:
        asked: list[str] = []
        _palette(page, "")
        page.wait_for_selector("#zk-palette-list a")
        page.on("request", lambda request: asked.append(request.url) if "/search/palette/" in request.url else None)
        page.evaluate(COMPOSE, "yundan")
        page.wait_for_timeout(400)
        assert asked == []
        assert page.url.endswith("/")
        assert page.locator("#zk-palette[open]").count() == 1
        with page.expect_response("**/search/palette/*"):
            page.evaluate(COMPOSED, "客户总览")
        expect(page.locator("#zk-palette-list")).to_contain_text("客户总览")


def test_keys__the_map_opens_and_closes(desk: Browsing) -> None:
    with desk.page("/", "agent") as page:
        page.keyboard.press("?")
        page.wait_for_selector("#zk-help[open]")
        shown = page.locator("#zk-help kbd").all_inner_texts()
        assert {"/", "?", "Ctrl K", "g c", "j k", "Enter", "Esc"} <= set(shown)
        page.keyboard.press("Escape")
        page.wait_for_selector("#zk-help", state="hidden")


@pytest.mark.parametrize(
    ("letter", "path"), [("c", "/customers/"), ("s", "/goods/shipments/"), ("f", "/figures/role/"), ("t", "/")]
)
def test_keys__g_and_a_letter_go_there(desk: Browsing, letter: str, path: str) -> None:
    with desk.page("/search/?stay=1", "supervisor") as page:
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"{desk.site.url}{path}")


def test_keys__are_silent_in_fields_and_while_composing(desk: Browsing) -> None:
    with desk.page("/goods/shipments/", "agent") as page:
        page.keyboard.press("/")
        page.keyboard.type("gc?jx/")
        assert page.locator("#zk-search").input_value() == "gc?jx/"
        assert page.locator("#zk-help[open]").count() == 0
        assert page.locator(".zk-item-current").count() == 0
        # The keystroke that ends a composition arrives one tick after it and still says nothing to the page.
        page.evaluate(COMPOSE, "yundan")
        page.evaluate(COMPOSED, "运单")
        assert page.locator(".zk-item-current").count() == 0
        assert page.url.endswith("/goods/shipments/")
        page.locator("#main").focus()
        page.keyboard.press("j")
        assert page.locator(".zk-item-current").count() == 1
