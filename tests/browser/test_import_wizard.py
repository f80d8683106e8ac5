"""A file with every kind of trap, from upload to result, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.harness.browsers import Browsing, barriers
from zhike.platform import clock
from zhike.platform.bulk.actions import execute_queued
from zhike.platform.bulk.models import ImportRun
from zhike.record.shipments.models import Shipment

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
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
def page(desk: Browsing) -> Iterator[Page]:
    """An administrator at the desk, in English."""
    with desk.page("/imports/new/", "admin", look_inside=True) as opened:
        yield opened


def _taken_in() -> list[str]:
    return sorted(Shipment.objects.filter(waybill__startswith="ZP").values_list("waybill", flat=True))


def _refusals(page: Page) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in page.locator("#import-state tbody tr").all()]


@pytest.mark.req("CUST-16")
def test_import_wizard__accounts_for_every_row(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_text(GOODS, "utf-8")
    assert barriers(page) == []
    page.select_option("select[name=target]", "shipments.orders")
    page.set_input_files("input[type=file]", file)
    page.click("form.zk-panel button.btn-primary")
    page.wait_for_url("**/map/?target=shipments.orders")
    assert page.locator("select[name=column_ordered_at]").input_value() == "ordered"
    assert barriers(page) == []
    page.click("form button.btn-primary")
    page.wait_for_selector(".zk-account")

    account = "7 read = 2 new + 0 changed + 0 duplicate + 5 rejected"
    assert page.locator(".zk-account").inner_text() == account
    assert _taken_in() == []
    assert barriers(page) == []
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
    assert _taken_in() == ["ZP1001", "ZP1006"]
    with page.expect_download() as download:
        page.click("a.zk-reject-file")
    assert download.value.suggested_filename == "goods-rejected.csv"


CODES = """waybill,order,situation,ordered,stage
ZP2001,P21,good,2026-10-01 09:00,rolling
ZP2002,P22,good,2026-10-02 09:00,arrived
"""


def test_import_wizard__another_column_asks_for_the_meaning_of_its_own_codes(page: Page, tmp_path: Path) -> None:
    """No heading is called status; once a column is chosen, its samples and its codes are there to be explained."""
    file = tmp_path / "codes.csv"
    file.write_text(CODES, "utf-8")
    page.select_option("select[name=target]", "shipments.orders")
    page.set_input_files("input[type=file]", file)
    page.click("form.zk-panel button.btn-primary")
    page.wait_for_url("**/map/?target=shipments.orders")
    assert page.locator("select[name^=code_status]").count() == 0
    page.click("#map-fields details summary")
    page.fill("input[name=constant_goods]", "kept")

    page.select_option("select[name=column_status]", "situation")
    page.wait_for_selector("select[name^=code_status]")
    assert page.locator("tr.zk-code-row:has(select[name^=code_status]) span").all_inner_texts() == ["“good” means"]
    page.select_option("select[name=column_status]", "stage")
    page.wait_for_selector("tr.zk-code-row:has-text('rolling')")
    asked = page.locator("tr.zk-code-row:has(select[name^=code_status])")

    assert asked.locator("span").all_inner_texts() == ["“rolling” means", "“arrived” means"]
    assert page.input_value("input[name=constant_goods]") == "kept"
    asked.nth(0).locator("select").select_option("in_transit")
    asked.nth(1).locator("select").select_option("delivered")
    page.click("form button.btn-primary")
    page.wait_for_selector(".zk-account")
    assert page.locator(".zk-account").inner_text() == "2 read = 2 new + 0 changed + 0 duplicate + 0 rejected"
