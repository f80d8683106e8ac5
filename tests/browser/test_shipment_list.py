"""The list of shipments: narrowed, kept as a view, walked by keyboard, paged, and exported as it is shown."""

import csv
import io
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Count
from django.utils import translation
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.harness.browsers import Browsing
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.types.codes import STATUS_LABELS, Status

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LIST = "/goods/shipments/"
_AS_MINUTE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d$")
_AS_NUMBER = re.compile(r"^\d{1,9}(\.\d+)?$")


def _waybills(page: Page) -> list[str]:
    """Of the rows shown, by the addresses they open."""
    ids = page.locator("tbody tr[data-href]").evaluate_all("all => all.map((one) => one.dataset.href)")
    by_id = dict(Shipment.objects.values_list("pk", "waybill").filter(pk__in=[_id(url) for url in ids]))
    return [by_id[_id(url)] for url in ids]


def _id(url: str) -> int:
    return int(url.rstrip("/").rpartition("/")[2])


def _go(page: Page, way: str) -> None:
    """To the page after or before this one."""
    here = page.url
    page.locator(f"a[rel={way}]").click()
    page.wait_for_url(lambda url: url != here)


def _exported(page: Page, form: str, folder: Path) -> list[list[str]]:
    """The file's headings and rows, as texts; a time to the minute."""
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=form, exact=True).click()
    assert download.value.suggested_filename.endswith(f".{form.lower()}")
    file = folder / f"list.{form}"
    download.value.save_as(file)
    page.keyboard.press("Escape")
    if form == "CSV":
        return [[_text(cell) for cell in row] for row in csv.reader(io.StringIO(file.read_text("utf-8-sig")))]
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    match cell:
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case float() | int():
            return f"{cell:g}"
        case _:
            return _AS_NUMBER.sub(lambda got: f"{float(got[0]):g}", _AS_MINUTE.sub(r"\1", str(cell))).removeprefix("'")


def _rare_status() -> Status:
    """The status that fewest shipments have: which ones there are, the day decides."""
    counted = Shipment.objects.values_list("status").annotate(n=Count("pk")).order_by("n", "status")
    return Status(counted[0][0])


def test_list__is_narrowed_and_exported_exactly_as_shown(desk: Browsing, tmp_path: Path) -> None:
    status = _rare_status()
    with translation.override("en"):
        name = str(STATUS_LABELS[status])
    with desk.page(LIST, "supervisor") as page:
        page.locator("summary", has_text="Status").first.click()
        page.get_by_label(name, exact=True).check()
        page.locator("details[open] button", has_text="Apply").click()
        page.locator(".zk-chips", has_text=name).wait_for()
        wanted = set(Shipment.objects.filter(status=status).values_list("waybill", flat=True))
        assert 0 < len(wanted) < 500
        assert re.search(rf"\b{len(wanted)} rows?\b", page.locator(".zk-tools-end").inner_text())
        headings, *rows = _exported(page, "CSV", tmp_path)
        exported = [row[headings.index("Waybill")] for row in rows]
        assert len(exported) == len(wanted)
        assert set(exported) == wanted
        assert _exported(page, "XLSX", tmp_path) == [headings, *rows]
        assert set(_waybills(page)) <= wanted

        page.locator(".zk-chips a", has_text=name).click()
        page.wait_for_url(lambda url: "status" not in url)


def test_list__a_view_is_saved_and_found_again_as_a_tab(desk: Browsing) -> None:
    with desk.page(f"{LIST}?late=1&line=air", "supervisor") as page:
        shown = _waybills(page)
        page.get_by_label("Save this view").click()
        page.get_by_label("Name of the view").fill("空运晚到")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="空运晚到").wait_for()
        page.goto(LIST)
        page.get_by_role("link", name="空运晚到").click()
        page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("line") == ["air"])
        page.locator(".zk-tabs a[aria-current=page]", has_text="空运晚到").wait_for()
        assert _waybills(page) == shown
        page.get_by_label("Save this view").click()
        page.get_by_role("button", name="Delete this view").click()
        expect(page.get_by_role("link", name="空运晚到")).to_have_count(0)


def test_list__keys_walk_the_rows_and_enter_opens_one(desk: Browsing) -> None:
    with desk.page(LIST, "agent") as page:
        waybills = _waybills(page)
        for key in ("j", "j", "j", "k"):
            page.keyboard.press(key)
        assert waybills[1][-4:] in page.locator(".zk-item-current").inner_text()
        page.keyboard.press("Enter")
        page.wait_for_url("**/goods/shipments/*/")
        assert page.locator("h1").inner_text() == waybills[1]


def test_list__older_and_newer_leave_no_row_out_and_show_none_twice(desk: Browsing) -> None:
    rows = Shipment.objects.order_by("-ordered_at", "-pk")
    with desk.page(LIST, "agent") as page:
        first = _waybills(page)
        seen = list(first)
        for _page in range(2):
            _go(page, "next")
            page.locator("a[rel=prev]").wait_for()
            seen += _waybills(page)
        assert seen == list(rows.values_list("waybill", flat=True)[: len(seen)])
        for _page in range(2):
            _go(page, "prev")
            page.wait_for_load_state("networkidle")
        assert _waybills(page) == first
