"""A file with every kind of trap, from upload to result, in a real browser."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.harness.databases import manage
from tests.harness.machine import chromium
from tests.harness.sites import running_site
from tools import assets
from zhike.platform import clock
from zhike.platform.bulk.actions import execute_queued
from zhike.platform.bulk.models import ImportRun
from zhike.record.organization import actions
from zhike.record.organization.tests import factories as make
from zhike.record.shipments.models import Shipment

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PASSWORD = "correct horse battery"
GOODS = """waybill,order,status,ordered,delivered,note
ZP1001,P1,delivered,2026-10-01 09:00,2026-10-03 15:00,good
ZP1002,P2,delivered,2026-13-02 09:00,2026-10-03 15:00,no such month
ZP1003,P3,flying,2026-10-01 09:00,2026-10-03 15:00,no such status
ZP1001,P1,delivered,2026-10-01 09:00,2026-10-03 15:00,again
ZP1004,P4,deliv
ZP1005,P5,delivered,2026-10-01 09:00,2026-10-03 15:00,too,many
ZP1006,P6,in_transit,2026-10-02 09:00,,good
"""
REFUSED = [
    ("3", "ordered", "2026-13-02 09:00", "is not a date and time that exists"),
    ("4", "status", "flying", "is not a known value"),
    ("5", "waybill", "ZP1001", "stands in the file more than once; line 2 was kept"),
    ("6", "", "ZP1004,P4,deliv", "has 3 cells where the headings have 6"),
    ("7", "", "ZP1005,P5,delivered,2026-10-01 09:00,2026-10-03 15:00,too,many", "has 7 cells"),
]


@pytest.fixture
def page(fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """An administrator at the desk, in English."""
    # Playwright keeps an event loop in this thread; the queries here are not made inside it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    assets.build()
    manage(["collectstatic", "--no-input", "--verbosity", "0"], database=fresh_db)
    member = make.staff(roles=("admin",))
    actions.open_staff_account(actor=make.SETUP, staff_id=member.pk, username="admin", password=PASSWORD, now=make.NOW)
    with running_site("web") as site, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        with closing(browser), closing(browser.new_context(base_url=site.url, bypass_csp=True)) as context:
            context.add_cookies([{"name": "zhike_language", "value": "en", "url": site.url}])
            opened = context.new_page()
            opened.goto("/sign-in/login/?next=/imports/new/")
            opened.fill("#id_login", "admin")
            opened.fill("#id_password", PASSWORD)
            opened.click("button.btn-primary")
            opened.wait_for_url("**/imports/new/")
            yield opened


def _barriers(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    page.evaluate((assets.MODULES / "axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [one["id"] for one in found["violations"] if one["impact"] in {"serious", "critical"}]


def _refusals(page: Page) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in page.locator("#import-state tbody tr").all()]


@pytest.mark.req("CUST-16")
def test_import_wizard__accounts_for_every_row(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_text(GOODS, "utf-8")
    assert _barriers(page) == []
    page.select_option("select[name=target]", "shipments.orders")
    page.set_input_files("input[type=file]", file)
    page.click("form.zk-panel button.btn-primary")
    page.wait_for_url("**/map/?target=shipments.orders")
    assert page.locator("select[name=column_ordered_at]").input_value() == "ordered"
    assert _barriers(page) == []
    page.click("form button.btn-primary")
    page.wait_for_selector(".zk-account")

    account = "7 read = 2 new + 0 changed + 0 duplicate + 5 rejected"
    assert page.locator(".zk-account").inner_text() == account
    assert Shipment.objects.count() == 0
    assert _barriers(page) == []
    page.click("#import-state button.btn-primary")
    page.wait_for_selector("#import-state progress")
    run = ImportRun.objects.get()
    execute_queued(run_id=run.pk, now=clock.now())
    page.reload()
    page.wait_for_selector(".zk-account")

    assert page.locator(".zk-account").inner_text() == account
    shown = _refusals(page)
    assert [tuple(row[:3]) for row in shown] == [one[:3] for one in REFUSED]
    assert all(words in row[3] for row, (*_cell, words) in zip(shown, REFUSED, strict=True))
    assert sorted(Shipment.objects.values_list("waybill", flat=True)) == ["ZP1001", "ZP1006"]
    with page.expect_download() as download:
        page.click("a.zk-reject-file")
    assert download.value.suggested_filename == "goods-rejected.csv"
