"""PR-05: a survey is planned, answered on a phone without script, followed up the same day, closed and reported."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.test_web_matters import LEAST_TEXT, SMALL, SMALLEST
from tests.harness.browsers import PHONE, Browsing, barriers
from zhike.platform import clock, outbox
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.organization.models import Staff
from zhike.service.cases.models import Case
from zhike.voice.surveys.models import Campaign, FollowUp, Recipient
from zhike.voice.surveys.rules.links import seal
from zhike.voice.surveys.types import ItemKind

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# Nobody else of the company is in this industry: the survey asks its own customer alone.
INDUSTRY = "mining"


def _person() -> None:
    owner = Staff.objects.get(user__username="agent")
    row = customer(owner, name="北山矿业集团股份有限公司", industry=INDUSTRY)
    Customer.objects.filter(pk=row.pk).update(stage="during")
    contact(row, phone("13755556666"), name="石岩")


def _planned(page: Page) -> str:
    """Planned and started by hand; returns its number."""
    today = clock.now().date()
    page.fill("[name=name]", "矿业客户调查")
    page.fill("[name=wave]", "2026 T")
    page.fill("[name=planned_on]", today.isoformat())
    page.fill("[name=closes_on]", (today + timedelta(days=20)).isoformat())
    page.locator("select[name=relationship]").select_option(index=1)
    for box in page.locator("input[name=channels]").all():
        box.uncheck()
    page.locator("select[name=industries]").select_option(INDUSTRY)
    page.fill("[name=purpose]", "了解矿业客户的意见")
    page.get_by_role("button", name="Plan it").click()
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.get_by_role("link", name="Start it").click()
    page.get_by_role("button", name="Start it").click()
    page.wait_for_url(f"**/{number}/")
    return number


def _answered(page: Page, of: Recipient) -> None:
    """Every part as it is asked, dissatisfied throughout; nothing moves without a script."""
    for _part in range(12):
        if not page.locator("form.pt-card textarea, form.pt-card input[type=radio]").count():
            return
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        assert page.evaluate(SMALLEST) >= LEAST_TEXT
        assert page.evaluate(SMALL) == 0
        for group in page.locator("fieldset.pt-options").all():
            options = group.locator("input[type=radio]")
            # The worst: the last of words, the first of numbers.
            is_row = group.locator(".pt-points").count() > 0
            (options.first if is_row else options.nth(4 if options.count() > 4 else 0)).check()
        for area in page.locator("form.pt-card textarea").all():
            area.fill("信息不及时，货到哪里没人说。")
        page.locator("form.pt-card button[type=submit]").click()
    message = f"recipient {of.pk} is asked without end"
    raise AssertionError(message)


@pytest.mark.req("SURV-31", "SURV-17")
def test_pr05__a_survey_is_planned_answered_followed_up_closed_and_reported(desk: Browsing) -> None:
    _person()
    with desk.page("/listen/surveys/new/", "quality") as page:
        number = _planned(page)
    campaign = Campaign.objects.get(number=number)
    of = Recipient.objects.get(campaign=campaign)
    assert (campaign.state, campaign.recipients, of.disposition) == ("running", 1, "planned")

    with desk.page(f"/t/s/{seal(of.ref)}/", size=PHONE, language="zh-hans", script=False) as page:
        _answered(page, of)
    of.refresh_from_db()
    assert (of.disposition, of.score, of.way) == ("answered", 1, "link")

    # The loop: one follow-up and one case the same day, which somebody owns.
    outbox.drain_all(now=clock.now())
    row = FollowUp.objects.get(recipient=of)
    assert row.reason == "low_score"
    assert row.case_id is not None
    assert Case.objects.get(pk=row.case_id).opened_at.date() == clock.now().date()
    with desk.page(f"/listen/follow-ups/{row.pk}/", "quality") as page:
        assert "信息不及时" in page.locator("main").inner_text()
        page.locator("select[name=result]").select_option("explained")
        page.locator("select[name=cause]").select_option(index=1)
        page.fill("textarea[name=note]", "说明了原因，客户理解。")
        page.get_by_role("button", name="End the follow-up").click()
        page.wait_for_load_state()
    row.refresh_from_db()
    assert (row.result, row.done_at is not None and row.done_at <= row.due_at) == ("explained", True)

    with desk.page(f"/listen/surveys/{number}/", "quality") as page:
        for step, words in (("closed", {}), ("reported", {"causes": "信息", "method": "问卷"})):
            page.goto(f"/listen/surveys/{number}/step/{step}/")
            for name, text in words.items():
                if page.locator(f"[name={name}]").count():
                    page.fill(f"[name={name}]", text)
            page.locator("main form button.btn-primary").click()
            page.wait_for_url(f"**/{number}/")
        page.get_by_role("link", name="Report", exact=True).click()
        assert "1 of 1 asked have answered" in page.locator("main").inner_text()
        page.get_by_role("heading", name="Comments").first.wait_for()
        for name, ending in (("PDF", ".pdf"), ("Spreadsheet", ".xlsx"), ("CSV", ".csv")):
            with page.expect_download() as got:
                page.get_by_role("link", name=name, exact=True).click()
            assert got.value.suggested_filename.endswith(ending)
    campaign.refresh_from_db()
    assert campaign.state == "reported"


def test_survey__has_no_barrier_on_a_phone(desk: Browsing) -> None:
    form = Recipient.objects.filter(campaign__trigger="delivery", disposition="sent").order_by("-pk").first()
    assert form is not None
    address = f"/t/s/{seal(form.ref)}/"
    with desk.page(address, size=PHONE, language="zh-hans", look_inside=True) as page:
        assert barriers(page) == []
        assert page.locator("fieldset.pt-options").count() >= 1
        assert page.locator(f"textarea, input[type={ItemKind.NUMBER.value}]").count() >= 1


@pytest.mark.parametrize(
    "path", ["/reports/drivers/?form=delivery&period=", "/reports/complaints/", "/listen/surveys/", "/listen/comments/"]
)
def test_pages__of_surveys_have_no_barrier(desk: Browsing, path: str) -> None:
    with desk.page(path, "quality", look_inside=True) as page:
        assert barriers(page) == []
