"""The whole spine as people walk it: late, case, told, delivered, asked, dissatisfied, spoken to, counted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.harness.browsers import PHONE, Browsing
from zhike.demo.build import ACTOR
from zhike.doors.portal.tests.factories import HOUR, parcel
from zhike.insight.lake import actions as lake
from zhike.platform import clock, outbox, parameters
from zhike.platform.messaging.models import Message
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.organization.models import Staff
from zhike.record.shipments import actions as shipments
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests.factories import SYSTEM
from zhike.service.cases.models import Case
from zhike.voice.surveys import actions as surveys
from zhike.voice.surveys.models import Campaign, FollowUp, Recipient
from zhike.voice.surveys.rules.links import seal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Shot = Callable[[Page, str], None]
NAME = "云岭茶业进出口有限公司"
# Nobody else of the company is in this industry: the survey after deliveries is about this customer's alone.
INDUSTRY = "energy"
# A telephone number stands on one line.
PHONE_LINE = 40


@pytest.fixture
def own_address(desk: Browsing) -> Iterator[None]:
    """Links in messages lead to this site; afterwards nobody has said where to again."""
    for value in (desk.site.url, ""):
        parameters.set_parameter(
            actor=ACTOR,
            key="contacting.public_address",
            value=value,
            reason="tests",
            source="tests",
            now=clock.now(),
        )
        if value:
            yield


def _late() -> tuple[Shipment, Case]:
    """A parcel whose promise passed yesterday; the watch list has told of it."""
    now = clock.now()
    owner = Staff.objects.get(user__username="agent")
    row = customer(owner, name=NAME, industry=INDUSTRY)
    Customer.objects.filter(pk=row.pk).update(stage="during")
    contact(row, phone("13766668888"), name="段云")
    goods = parcel(now, due=-24 * HOUR, customer=Customer.objects.get(pk=row.pk))
    shipments.tell_late(actor=SYSTEM, now=now)
    outbox.drain_all(now=now)
    return goods, Case.objects.get(shipment=goods)


def _standing(page: Page) -> str:
    """A survey after every delivery to this industry, planned and started by hand; returns its number."""
    page.fill("[name=name]", "签收后回访")
    page.locator("select[name=trigger]").select_option("delivery")
    page.fill("[name=planned_on]", clock.now().date().isoformat())
    page.locator("select[name=contact]").select_option(label=_of(page, "After a delivery"))
    page.locator("select[name=industries]").select_option(INDUSTRY)
    page.fill("[name=purpose]", "签收后当日了解客户感受")
    page.get_by_role("button", name="Plan it").click()
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.get_by_role("link", name="Start it").click()
    page.get_by_role("button", name="Start it").click()
    page.wait_for_url(f"**/{number}/")
    return number


def _of(page: Page, words: str) -> str:
    """The option of the form that is called so."""
    return next(text for text in page.locator("select[name=contact] option").all_inner_texts() if words in text)


def _answered(page: Page) -> None:
    """The worst score of each row, a reason where one is asked, and words."""
    for _part in range(8):
        if not page.locator("form.pt-card textarea, form.pt-card input[type=radio]").count():
            return
        for group in page.locator("fieldset.pt-options").all():
            options = group.locator("input[type=radio]")
            is_row = group.locator(".pt-points").count() > 0
            (options.first if is_row else options.nth(4 if options.count() > 4 else 0)).check()
        for area in page.locator("form.pt-card textarea").all():
            area.fill("晚了一天，是我打电话才知道的。")
        page.locator("form.pt-card button[type=submit]").click()
    message = "asked without end"
    raise AssertionError(message)


def _told(desk: Browsing, goods: Shipment, case: Case, shot: Shot) -> None:
    """The case is there before the customer calls; its owner tells the customer, who follows on a phone."""
    with desk.page(f"/serve/cases/{case.pk}/", "agent", language="zh-hans") as page:
        shot(page, "case")
        page.goto(f"/serve/cases/{case.pk}/inform/")
        shot(page, "inform")
        page.get_by_role("button", name="发送通知").click()
        page.wait_for_url(f"**/serve/cases/{case.pk}/**")
    case.refresh_from_db()
    assert (case.origin, case.first_response_at is not None) == ("watch", True)
    with desk.page("/t/", language="zh-hans", size=PHONE, script=False) as page:
        page.fill("[name=waybill]", goods.waybill)
        page.fill("[name=ending]", "5678")
        page.keyboard.press("Enter")
        page.wait_for_url("**/t/l/**")
        shot(page, "tracking")


def _asked(desk: Browsing, goods: Shipment, number: str, shot: Shot) -> FollowUp:
    """Delivered and asked the same hour; dissatisfied, which somebody has to follow up."""
    with desk.page(f"/goods/shipments/{goods.pk}/reply/", "supervisor", language="zh-hans") as page:
        page.fill("[name=signer]", "陈静")
        shot(page, "reply")
        page.get_by_role("button", name="登记回复").click()
        page.wait_for_url(f"**/goods/shipments/{goods.pk}/")
        shot(page, "delivered")
    outbox.drain_all(now=clock.now())
    # The company's own survey after deliveries may have chosen them too; the budget lets one of both ask.
    of = Recipient.objects.get(shipment=goods, campaign__number=number)
    surveys.invite_batch(actor=ACTOR, now=clock.now())
    of.refresh_from_db()
    assert of.disposition == "sent"
    assert Message.objects.filter(body__contains=f"/t/s/{seal(of.ref)}/").count() == 1
    with desk.page(f"/t/s/{seal(of.ref)}/", language="zh-hans", size=PHONE, script=False) as page:
        shot(page, "asked")
        _answered(page)
        shot(page, "thanks")
    outbox.drain_all(now=clock.now())
    return FollowUp.objects.get(recipient=of)


def _spoken_to(desk: Browsing, follow: FollowUp, shot: Shot) -> None:
    """By whoever answers for the customer, with cause and result."""
    with desk.page(f"/listen/follow-ups/{follow.pk}/", "agent", language="zh-hans") as page:
        shot(page, "follow-up")
        phone_box = page.locator(".zk-phone").first.bounding_box()
        assert phone_box is not None
        assert phone_box["height"] < PHONE_LINE
        page.locator("select[name=result]").select_option("explained")
        page.locator("select[name=cause]").select_option(index=1)
        page.fill("textarea[name=note]", "致歉并说明原因，约定以后延误当天告知。")
        page.locator("main form button.btn-primary").last.click()
        page.wait_for_load_state()
    follow.refresh_from_db()
    assert follow.result == "explained"


@pytest.mark.usefixtures("own_address")
def test_spine__a_late_parcel_becomes_a_case_a_survey_a_follow_up_and_a_figure(desk: Browsing, tmp_path: Path) -> None:
    def shot(page: Page, name: str) -> None:
        page.screenshot(path=tmp_path / f"spine-{name}.png")

    with desk.page("/listen/surveys/new/", "quality") as page:
        number = _standing(page)
    goods, case = _late()
    _told(desk, goods, case, shot)
    follow = _asked(desk, goods, number, shot)
    assert (follow.reason, follow.owner_id) == ("low_score", case.owner_id)
    _spoken_to(desk, follow, shot)

    # Counted: one answer of one who was asked, nobody satisfied, and the row behind it.
    lake.refresh_all(actor=ACTOR, now=clock.now())
    with desk.page(f"/reports/surveys/{Campaign.objects.get(number=number).pk}/", "quality") as page:
        assert "1 of 1 asked have answered" in page.locator("main").inner_text()
        shot(page, "report")
        page.goto(f"/figures/csat5/?customer_id={goods.customer_id}")
        assert "0 of 1" in page.locator("main").inner_text()
        page.locator(".zk-scroll-low tbody tr").first.get_by_role("link", name="Rows").click()
        page.wait_for_selector("#zk-drawer[open] #figure-rows")
        shot(page, "figure")
