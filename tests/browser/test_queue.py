"""The queue by mouse: a row opens its case beside the list, and stays the chosen one whatever comes in meanwhile."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.harness.browsers import Browsing
from zhike.platform import clock
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.models import Staff
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import case

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def _cases(count: int) -> list[Case]:
    owner = Staff.objects.filter(user__username="agent").get()
    of = customer(owner, name="云栖队列测试有限公司")
    return [case(of, owner_id=owner.pk, subject=f"队列第{one}件", now=clock.now()) for one in range(count)]


def _row(page: Page, of: Case) -> Locator:
    return page.locator(f'.zk-queue-row[data-zk-choice="{of.pk}"]')


def _chosen(page: Page, of: Case) -> None:
    expect(page.locator("#case-body")).to_contain_text(of.number)
    expect(page.locator("#case-body h2").first).to_have_text(of.subject)
    expect(page.locator(".zk-queue-row[aria-current]")).to_have_count(1)
    expect(_row(page, of)).to_have_attribute("aria-current", "true")


def test_queue__rows_clicked_one_after_the_other_open_beside_it(desk: Browsing) -> None:
    _first, second, third = _cases(3)
    with desk.page("/serve/queue/", "agent") as page:
        _row(page, second).locator("a").click()
        _chosen(page, second)
        _row(page, third).locator("a").click()
        _chosen(page, third)
        expect(page).to_have_url(re.compile(rf"[?&]case={third.pk}$"))
        page.reload()
        _chosen(page, third)
        page.go_back()
        _chosen(page, second)


def test_queue__keeps_the_case_chosen_since_when_the_list_comes_anew(desk: Browsing) -> None:
    _first, second = _cases(2)
    with desk.page("/serve/queue/", "agent") as page:
        _row(page, second).locator("a").click()
        _chosen(page, second)
        new = _cases(1)[0]
        with page.expect_response(re.compile(rf"/serve/queue/\?.*case={second.pk}")):
            page.evaluate("htmx.trigger('.zk-queue-rows', 'zk:live')")
        expect(_row(page, new)).to_be_visible()
        _chosen(page, second)
        # The rows that came anew open as the others did.
        _row(page, new).locator("a").click()
        _chosen(page, new)
