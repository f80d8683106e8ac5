"""Chromium on a running site: signed in by hand, in any language, theme and size."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from tests.harness.databases import manage
from tests.harness.machine import chromium
from tests.harness.sites import Site, running_site
from tools import assets

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESK = (1440, 900)
PHONE = (390, 844)
PASSWORD = "correct horse battery"
PATIENCE = 20_000  # milliseconds
_FAULT = 500


@dataclass(slots=True)
class Browsing:
    """A site and a browser; whoever has signed in once stays signed in."""

    site: Site
    browser: Browser
    password: str = PASSWORD
    sessions: dict[str, list[Any]] = field(default_factory=dict)

    @contextmanager
    def page(
        self,
        path: str,
        who: str = "",
        *,
        language: str = "en",
        theme: str = "light",
        size: tuple[int, int] = DESK,
        script: bool = True,
        look_inside: bool = False,
    ) -> Iterator[Page]:
        """`path` as this member of staff (nobody without a name) sees it.

        Errors of scripts, of the content security policy and of the server fail the test. `look_inside` lets
        axe-core past the policy.
        """
        context = self.browser.new_context(
            base_url=self.site.url,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            bypass_csp=look_inside,
        )
        with closing(context):
            kept = {"zhike_language": language, "zhike_theme": theme}
            context.add_cookies([{"name": n, "value": v, "url": self.site.url} for n, v in kept.items() if v])
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            wrong = _watched(page)
            if who and who not in self.sessions:
                self._sign_in(page, who, path)
            else:
                context.add_cookies(self.sessions.get(who, []))
                page.goto(path)
            yield page
            assert wrong == []

    def _sign_in(self, page: Page, who: str, path: str) -> None:
        page.goto(f"/sign-in/login/?next={path}")
        page.fill("#id_login", who)
        page.fill("#id_password", self.password)
        page.click("button.btn-primary")
        page.wait_for_url(f"**{path}")
        self.sessions[who] = [one for one in page.context.cookies() if one["name"] == "zhike_desk"]


def _watched(page: Page) -> list[str]:
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "violates" in said.text else None)
    page.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= _FAULT else None)
    return wrong


@dataclass(slots=True)
class _Shared:
    """This process's Chromium, and how many sites hold it."""

    browser: Browser | None = None
    holders: int = 0
    closing: ExitStack = field(default_factory=ExitStack)


_shared = _Shared()


@contextmanager
def browsing(*, password: str = PASSWORD) -> Iterator[Browsing]:
    """A site's web process on the database that this process is connected to, and a browser for it.

    The browser is shared by all that are open at one time: Playwright runs once in a thread.
    """
    _collected()
    with running_site("web") as site:
        browser = _taken()
        try:
            yield Browsing(site, browser, password)
        finally:
            # Inside Playwright's event loop Django keeps a connection of its own; the database goes next.
            connections.close_all()
            _returned()


def _taken() -> Browser:
    _shared.holders += 1
    if _shared.browser is None:
        # Playwright keeps an event loop in this thread; the queries of tests are not made inside it.
        _shared.closing.enter_context(_set("DJANGO_ALLOW_ASYNC_UNSAFE", "1"))
        play = _shared.closing.enter_context(sync_playwright())
        launched = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        _shared.browser = _shared.closing.enter_context(closing(launched))
    return _shared.browser


def _returned() -> None:
    _shared.holders -= 1
    if not _shared.holders:
        _shared.browser = None
        _shared.closing.close()


@contextmanager
def _set(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@cache
def _collected() -> None:
    """The static files of this run, gathered once."""
    assets.build()
    manage(["collectstatic", "--no-input", "--verbosity", "0"], database=os.environ["ZHIKE_DB_NAME"])


def barriers(page: Page) -> list[str]:
    """What axe-core finds serious or critical: the rule and the first place."""
    page.evaluate((assets.MODULES / "axe-core/axe.min.js").read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
