"""The figures: every one states its base, opens its rows in the drawer, its definition, and its plot as a table."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FIGURES = "/figures/"


def test_figure__opens_as_many_rows_as_its_base(desk: Browsing) -> None:
    with desk.page(FIGURES, "executive") as page:
        page.locator(".zk-figure h3 a", has_text="On-time").first.click()
        page.wait_for_selector("#zk-drawer[open] #figure-rows")
        page.keyboard.press("Escape")
        page.wait_for_selector("#zk-drawer", state="hidden")

        # One outlet's shipments: few enough to be counted by hand.
        page.goto(f"{FIGURES}on_time/?split=outlet_id")
        line = page.locator(".zk-scroll-low tbody tr").nth(1)
        base = int(line.locator("td").nth(-3).inner_text().replace(",", ""))
        hits, of = (int(part.replace(",", "")) for part in line.locator("td").nth(2).inner_text().split(" of "))
        assert of == base > hits > 0
        line.get_by_role("link", name="Rows").click()
        assert _rows(page) == base
        page.goto(f"{FIGURES}on_time/?split=outlet_id")
        line.locator("td").nth(2).get_by_role("link").click()
        assert _rows(page) == hits


def _rows(page: Page) -> int:
    """Rows in the drawer, which stays open while they are turned over."""
    page.wait_for_selector("#zk-drawer[open] #figure-rows")
    drawer, counted, address = page.locator("#zk-drawer"), 0, page.url
    while True:
        counted += drawer.locator("tbody tr").count()
        older = drawer.get_by_role("link", name="Next rows")
        if not older.count():
            assert page.url == address
            return counted
        turned = older.get_attribute("href")
        older.click()
        expect(drawer.locator(f"a[href='{turned}']")).to_have_count(0)


def test_figure__says_what_it_means(desk: Browsing) -> None:
    with desk.page(FIGURES, "executive") as page:
        card = page.locator(".zk-figure").filter(has_text="On-time").first
        card.get_by_label("What this figure means").click()
        words = card.locator(".zk-definition-body").inner_text()
        assert re.search(r"\bversion \d+\b", words)
        assert "Source" in words
        page.keyboard.press("Escape")
        assert not card.locator(".zk-definition-body").is_visible()


def test_plot__toggles_to_its_table(desk: Browsing) -> None:
    with desk.page(FIGURES, "executive") as page:
        plot = page.locator("figure", has=page.locator("[data-zk-plot]")).first
        plot.locator("[data-zk-plot] svg path").first.wait_for(state="attached")
        assert not plot.locator("table").is_visible()
        plot.locator("summary").focus()
        page.keyboard.press("Enter")
        assert plot.locator("table").is_visible()
        assert plot.locator("tbody tr").count() >= 6
        assert all(cell.strip() for cell in plot.locator("tbody td").all_inner_texts())
