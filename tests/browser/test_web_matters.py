"""PR-26 on a phone: late goods become a case, the owner informs, the customer follows and never starts over."""

from dataclasses import dataclass
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page

from tests.harness.browsers import PHONE, Browsing, barriers
from zhike.demo.build import ACTOR
from zhike.doors.portal.tests.factories import HOUR, add, parcel
from zhike.insight.lake import actions as lake
from zhike.platform import clock, outbox
from zhike.platform.files.models import StoredFile
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.organization.models import Staff
from zhike.record.shipments import actions as shipments
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests.factories import SYSTEM
from zhike.record.shipments.types.codes import Status
from zhike.service.cases import actions
from zhike.service.cases.models import Case, CasePhoto
from zhike.service.cases.tests.factories import CODED, said

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LEAST_TEXT = 14
# Everything that can be pressed and is lower than a finger; a choice is pressed by its label.
SMALL = """() => [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), textarea")]
    .filter((one) => !one.matches(".pt-skip, .pt-trap *"))
    .map((one) => (one.matches("[type=radio]") ? one.closest("label") : one).getBoundingClientRect())
    .filter((box) => box.height < 44).length"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("body *")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""


@dataclass(frozen=True, slots=True)
class Late:
    row: Shipment
    case: Case


@pytest.fixture(scope="module")
def late(desk: Browsing) -> Late:
    """A parcel whose promise passed yesterday, found by the watch list; its sender can be reached by SMS."""
    now = clock.now()
    owner = Staff.objects.filter(user__username="agent").get()
    of = customer(owner, name="东湖纺织（杭州）有限公司")
    contact(of, phone("13911112222"), name="王敏")
    row = parcel(now, due=-24 * HOUR, customer=of)
    shipments.tell_late(actor=SYSTEM, now=now)
    outbox.drain_all(now=now)
    return Late(row, Case.objects.get(shipment=row))


def _picture(colour: str = "#886644") -> FilePayload:
    out = BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 0.0)
    Image.new("RGB", (640, 480), colour).save(out, "JPEG", exif=exif)
    return FilePayload(name="箱子.jpg", mimeType="image/jpeg", buffer=out.getvalue())


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    assert page.evaluate(SMALLEST) >= LEAST_TEXT
    assert page.evaluate(SMALL) == 0
    assert page.locator("script").count() == 0


@pytest.mark.req("SHIP-08")
@pytest.mark.req("CASE-26")
def test_pr26__late_goods_are_known_told_followed_and_settled_without_starting_over(desk: Browsing, late: Late) -> None:
    assert (late.case.origin, late.case.state) == ("watch", "new")
    with desk.page(f"/serve/cases/{late.case.pk}/inform/", "supervisor", language="zh-hans") as page:
        drafted = page.locator("textarea[name=text]").input_value()
        for part in (late.row.waybill, "021 6234 5678", "赵磊", "139 8765 4321", late.case.number):
            assert part in drafted, part
        page.get_by_role("button", name="发送通知").click()
        page.wait_for_url(f"**/serve/cases/{late.case.pk}/**")
    late.case.refresh_from_db()
    assert late.case.first_response_at is not None

    with desk.page("/t/", language="zh-hans", size=PHONE, script=False) as page:
        page.fill("[name=waybill]", late.row.waybill)
        page.fill("[name=ending]", "5678")
        page.keyboard.press("Enter")
        page.wait_for_url("**/t/l/**")
        page.locator(".pt-sticky .pt-button").click()
        page.wait_for_url("**/t/ask/**")
        assert late.case.number in page.locator("#known").inner_text()
        assert page.locator("[name=waybill]").input_value() == late.row.waybill

        page.get_by_label("我要咨询").check()
        page.get_by_label("送晚了").check()
        page.fill("[name=text]", "今天还能送到吗")
        page.fill("[name=name]", "陈静")
        page.set_input_files("[name=photos]", [_picture()])
        page.get_by_role("button", name="提交").click()
        assert "要用电话或短信回复" in page.locator(".pt-field .pt-errors").inner_text()
        assert page.locator("[name=text]").input_value() == "今天还能送到吗"
        assert page.get_by_text("已保留1张照片").is_visible()
        page.fill("[name=phone]", "13812345678")
        page.get_by_role("button", name="提交").click()
        page.wait_for_url("**/t/c/**")

        assert page.locator("h1").inner_text() == late.case.number
        assert "不必重复说明" in page.locator("[role=status]").inner_text()
        talk = page.locator(".pt-said").inner_text()
        assert "今天还能送到吗" in talk
        assert late.row.waybill in talk
        assert [page.locator(".pt-five dt").nth(at).inner_text() for at in range(4)] == [
            "进度",
            "负责人",
            "最晚答复",
            "下一步",
        ]
        address = page.url

    assert CasePhoto.objects.filter(case=late.case).count() == 1
    assert StoredFile.objects.filter(pk__in=CasePhoto.objects.values("file_id")).count() == 1
    add(late.row, (Status.DELIVERED, clock.now(), "上海", {}), now=clock.now())
    actions.tell_customer(
        actor=ACTOR, case_id=late.case.pk, said=said("货物已送达。"), is_answer=True, coding=CODED, now=clock.now()
    )
    with desk.page(address, language="zh-hans", size=PHONE, script=False) as page:
        assert "货物已送达。" in page.locator(".pt-said").inner_text()
        page.get_by_role("button", name="已解决").click()
        page.wait_for_url("**done=settled")
        assert "已办结" in page.locator(".pt-five").inner_text()
    late.case.refresh_from_db()
    assert (late.case.state, late.case.ending, late.case.contacts) == ("closed", "confirmed", 1)


@pytest.mark.req("CASE-21")
def test_web_matter__reaches_the_queue_with_who_wrote_and_their_photos(desk: Browsing, late: Late) -> None:
    with desk.page("/t/ask/", language="zh-hant", size=PHONE, script=False) as page:
        page.get_by_label("我要投訴").check()
        page.get_by_label("貨物破損").check()
        page.fill("[name=text]", "外箱壓壞了")
        page.fill("[name=name]", "林曉")
        page.fill("[name=phone]", "13700001111")
        page.set_input_files("[name=photos]", [_picture(), _picture("#445566")])
        page.get_by_role("button", name="送出").click()
        page.wait_for_url("**/t/c/**")
        number = page.locator("h1").inner_text()
        assert "已收到您傳來的2張照片" in page.locator("body").inner_text()
    made = Case.objects.get(number=number)
    assert late.case.number != number
    with desk.page(f"/serve/cases/{made.pk}/", "supervisor", language="zh-hans") as page:
        page.get_by_text("网页留言人").wait_for()
        text = page.locator("body").inner_text()
        # Wishes an answer by text message: whoever writes it needs no number to read.
        assert "1111" in text
        assert "137 0000 1111" not in text
        assert page.get_by_role("link", name="照片2").is_visible()

    now = clock.now()
    outbox.drain_all(now=now)
    lake.refresh_all(actor=ACTOR, now=now)
    with desk.page("/figures/", "supervisor", language="zh-hans") as page:
        text = page.locator("body").inner_text()
        for name in ("客户来电前已主动建单", "延误告知用时", "只问进度的来电", "网页工单占比", "网页工单答复用时"):
            assert name in text, name


def test_web_matter__what_the_chosen_way_of_answering_needs_is_marked(desk: Browsing) -> None:
    with desk.page("/t/ask/", language="zh-hans", size=PHONE, script=False) as page:
        telephone, mail = (page.locator(f"label[for=id_{name}] .pt-needed") for name in ("phone", "email"))
        for way, marked in (("sms", (True, False)), ("call", (True, False)), ("email", (False, True))):
            page.locator(f"[name=answer_by][value={way}]").check()
            assert (telephone.is_visible(), mail.is_visible()) == marked, way
        # In words too, for whoever does not see the star.
        said = page.locator("#id_phone").get_attribute("aria-describedby")
        assert "短信" in page.locator(f"#{said}").inner_text()


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_web_matters__fit_a_phone_without_barriers(desk: Browsing, late: Late, language: str) -> None:
    for path in ("/t/ask/", "/t/case/", f"/t/ask/?w={late.row.waybill}", "/t/c/nothing/"):
        for theme in ("light", "dark"):
            with desk.page(path, language=language, size=PHONE, look_inside=True) as page:
                page.emulate_media(color_scheme=theme)
                assert barriers(page) == [], (path, theme)
                _fits(page)
