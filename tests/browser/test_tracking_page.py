"""The tracking page on a phone without script: waybill, events, and with the second key whom to call."""

import itertools

import pytest
from playwright.sync_api import Page

from tests.harness.browsers import DESK, PHONE, Browsing, barriers
from zhike.doors.portal.tests.factories import parcel
from zhike.platform import clock
from zhike.record.organization.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
MOST_BYTES = 60_000
LEAST_TARGET = 44
LEAST_TEXT = 14
LEAST_GAP = 8
# Label of the second key, its button, a wrong ending, and the courier's line, by language.
WORDS = {
    "zh-hans": ("寄件人或收件人电话的后四位", "显示联系电话", "请用寄件时填写的寄件人或收件人电话再试", "快递员赵磊"),
    "zh-hant": ("寄件人或收件人電話末四碼", "顯示聯絡電話", "請用寄件時填寫的寄件人或收件人電話再試", "快遞員赵磊"),
    "en": ("Last four digits", "Show whom to call", "Take the number given when it was sent", "Courier 赵磊"),
}
# Everything that can be pressed, as boxes, and the smallest text shown.
TARGETS = """() => [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden])")]
    .filter((one) => !one.matches(".pt-skip"))
    .map((one) => ({name: one.textContent.trim(), ...one.getBoundingClientRect().toJSON()}))"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("body *")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""


@pytest.fixture(scope="module")
def portal(desk: Browsing) -> tuple[Browsing, str]:
    """A site with a parcel that is out for delivery, and its waybill."""
    return desk, parcel(clock.now()).waybill


def _calls(page: Page) -> list[str | None]:
    return [link.get_attribute("href") for link in page.locator("a[href^='tel:']").all()]


def _sizes(page: Page) -> list[int]:
    """Bytes of each answer from now on."""
    sizes: list[int] = []
    page.on("response", lambda got: sizes.append(len(got.body())) if got.status == 200 else None)
    return sizes


@pytest.mark.req("PORT-01", partial="own shipments with login")
@pytest.mark.parametrize("language", list(WORDS))
def test_tracking__a_waybill_shows_the_way_and_the_second_key_whom_to_call(
    portal: tuple[Browsing, str], language: str
) -> None:
    site, waybill = portal
    ending, show, wrong, courier = WORDS[language]
    with site.page("/t/", language=language, size=PHONE, script=False) as page:
        page.fill("[name=waybill]", f"{waybill[:4]} {waybill[4:]}")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/t/?w={waybill[:4]}+{waybill[4:]}")
        assert "浦东网点" in page.locator(".pt-news summary").inner_text()
        assert not page.get_by_text("华东转运中心").is_visible()
        page.locator(".pt-news summary").click()
        assert page.locator(".pt-events li").count() == 3
        assert page.get_by_text("华东转运中心").is_visible()
        assert _calls(page) == []
        assert "赵磊" not in page.content()

        page.get_by_label(ending).fill("0000")
        page.get_by_role("button", name=show).click()
        assert wrong in page.locator(".pt-field .pt-errors").inner_text()
        assert page.get_by_label(ending).input_value() == "0000"
        assert _calls(page) == []
        page.get_by_label(ending).fill("5678")
        page.keyboard.press("Enter")
        page.wait_for_url("**/t/l/**")

        assert _calls(page) == ["tel:+8613987654321", "tel:+862162345678"]
        assert page.locator(".pt-line").first.inner_text().startswith(courier)
        assert "139 8765 4321" in page.locator(".pt-line").first.inner_text()
        assert "UTC" not in page.locator("body").inner_text()
        page.reload()
        assert len(_calls(page)) == 2


def test_tracking__fits_a_phone(portal: tuple[Browsing, str]) -> None:
    site, waybill = portal
    for language in WORDS:
        # Measured by script, which the page itself does not have.
        with site.page("/t/", language=language, size=PHONE) as page:
            page.fill("[name=waybill]", waybill)
            page.fill("[name=ending]", "5678")
            sizes = _sizes(page)
            page.keyboard.press("Enter")
            page.wait_for_url("**/t/l/**", wait_until="networkidle")
            targets = page.evaluate(TARGETS)
            assert [one for one in targets if min(one["width"], one["height"]) < LEAST_TARGET] == []
            pressed = sorted((one["top"], one["bottom"]) for one in targets if one["width"] < 300 and one["left"] > 200)
            gaps = [later[0] - earlier[1] for earlier, later in itertools.pairwise(pressed)]
            assert [gap for gap in gaps if -LEAST_TARGET < gap < LEAST_GAP] == []
            assert page.evaluate(SMALLEST) >= LEAST_TEXT
            assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
            assert page.locator("script").count() == 0
            assert sum(sizes) < MOST_BYTES
            for drawn in ("h1", ".pt-way", ".pt-line >> nth=1", ".pt-news summary", ".pt-sticky .pt-button"):
                box = page.locator(drawn).bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= PHONE[1], drawn


def test_tracking__names_a_foreign_zone_once(portal: tuple[Browsing, str]) -> None:
    site, waybill = portal
    company = Unit.objects.filter(parent__isnull=True)
    company.update(zone="Europe/Berlin")
    try:
        with site.page(f"/t/?w={waybill}", size=PHONE, script=False) as page:
            page.locator(".pt-news summary").click()
            assert page.locator("body").inner_text().count("UTC+8") == 1
    finally:
        company.update(zone="Asia/Shanghai")


def test_tracking__no_barrier(portal: tuple[Browsing, str]) -> None:
    site, waybill = portal
    for path, size, theme in [
        ("/t/", PHONE, "light"),
        ("/t/?w=nothing", PHONE, "dark"),
        (f"/t/?w={waybill}", PHONE, "light"),
        (f"/t/?w={waybill}", PHONE, "dark"),
        (f"/t/?w={waybill}", DESK, "light"),
    ]:
        with site.page(path, size=size, look_inside=True) as page:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # light or dark
            assert barriers(page) == [], (path, theme)
            page.locator("summary").first.click() if page.locator("summary").count() else None
            assert barriers(page) == [], (path, theme, "opened")
