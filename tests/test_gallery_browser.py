"""The desk's look and behaviour in a real browser: every component, both themes, both sizes, in several languages."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.harness import databases
from tests.harness.machine import chromium
from tests.harness.sites import Site, running_site
from tools import assets
from zhike.record.organization import actions
from zhike.record.organization.tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESK = (1440, 900)
PHONE = (390, 844)
GALLERY = "/settings/gallery/"
PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Desk:
    """A site with one administrator, and a browser."""

    site: Site
    browser: Browser
    session: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def page(
        self, language: str = "en", theme: str = "light", size: tuple[int, int] = DESK, *, look_inside: bool = False
    ) -> Iterator[Page]:
        """The gallery, signed in by hand; errors of scripts and of the content security policy fail the test."""
        width, height = size
        context = self.browser.new_context(viewport={"width": width, "height": height}, bypass_csp=look_inside)
        with closing(context):
            values = {"zhike_language": language, "zhike_theme": theme}
            context.add_cookies([{"name": n, "value": v, "url": self.site.url} for n, v in values.items()])
            context.add_cookies(self.session)  # type: ignore[arg-type]  # as this browser gave them
            page = context.new_page()
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda said: wrong.append(said.text) if "violates" in said.text else None)
            if self.session:
                page.goto(f"{self.site.url}{GALLERY}")
            else:
                self._sign_in(page)
            page.wait_for_selector("[data-zk-plot] svg path", state="attached")
            yield page
            assert wrong == []

    def _sign_in(self, page: Page) -> None:
        page.goto(f"{self.site.url}/sign-in/login/?next={GALLERY}")
        page.fill("#id_login", "admin")
        page.fill("#id_password", PASSWORD)
        page.click("button.btn-primary")
        page.wait_for_url(f"**{GALLERY}")
        self.session = [dict(one) for one in page.context.cookies() if one["name"] == "zhike_desk"]


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Desk]:
    """One site for the module: its tests only read, but for drafts."""
    assets.build()
    with django_db_blocker.unblock(), databases.cloned(databases.empty_template()) as name:
        databases.manage(["collectstatic", "--no-input", "--verbosity", "0"], database=name)
        member = make.staff(roles=("admin",))
        actions.open_staff_account(
            actor=make.SETUP, staff_id=member.pk, username="admin", password=PASSWORD, now=make.NOW
        )
        with running_site("web") as site, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
            with closing(browser):
                yield Desk(site, browser)


def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    page.evaluate((assets.MODULES / "axe-core/axe.min.js").read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def test_gallery__no_barrier_and_nothing_wider_than_the_screen(desk: Desk) -> None:
    for language, theme, size in [
        ("zh-hans", "light", DESK),
        ("en", "dark", DESK),
        ("zh-hant", "light", PHONE),
        ("en", "dark", PHONE),
    ]:
        with desk.page(language, theme, size, look_inside=True) as page:
            assert serious(page) == [], (language, theme, size)
            assert page.evaluate("document.documentElement.scrollWidth") == size[0], (language, size)
            assert page.locator("[data-zk-plot] svg").count() == page.locator("[data-zk-plot]").count()


def test_gallery__keys_lists_drafts_and_layers_do_what_they_say(desk: Desk) -> None:
    with desk.page() as page:
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


def test_sign_in__a_wrong_password_says_so_and_opens_nothing(desk: Desk) -> None:
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
