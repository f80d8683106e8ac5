"""An agent finds an article from the reply box by keyboard, puts it into what is written already, and sends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.harness.browsers import PASSWORD, barriers, browsing
from zhike.platform import clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.tests.factories import customer
from zhike.record.interactions.models import Interaction
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as make
from zhike.service.cases.models import Case
from zhike.service.cases.tests import factories as cases
from zhike.service.knowledge.models import Use
from zhike.service.knowledge.tests import factories as knowledge

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
ANSWER = "超过承诺时间24小时以上，退还该票运费。"


@pytest.fixture
def case(fresh_db: str) -> Case:
    """A case of an agent's who signs in, an article that answers it, one that does not, and a better wording."""
    now = clock.now()
    default_calendar()
    member = make.staff(roles=("agent",))
    people.open_staff_account(actor=make.SETUP, staff_id=member.pk, username="agent", password=PASSWORD, now=now)
    knowledge.article(now=now, category="late", titles={"zh-hans": "延误怎么赔"}, answers={"zh-hans": ANSWER})
    knowledge.article(now=now, titles={"zh-hans": "发票怎么开"}, answers={"zh-hans": "登记邮箱"}, bodies={})
    knowledge.phrase()
    return cases.case(customer(name="华夏电子"), actor=make.actor_of(member, now=now), now=now)


@pytest.fixture
def page(case: Case) -> Iterator[Page]:
    with browsing() as desk, desk.page(f"/serve/cases/{case.pk}/", "agent", look_inside=True) as opened:
        yield opened


@pytest.mark.req("KNOW-01", "KNOW-02")
def test_reply__an_article_is_found_put_in_and_sent_by_keyboard(page: Page, case: Case, tmp_path: Path) -> None:
    # The customer wrote by mail and has left no address: what is said by telephone is written down.
    page.select_option("#reply-channel", "call")
    page.keyboard.press("r")
    page.keyboard.type("您好，我不知道。")
    page.locator("[data-zk-better]").wait_for()
    page.keyboard.press("Alt+a")
    page.locator("[data-zk-put=article]").first.wait_for()
    page.wait_for_function("document.activeElement.matches('[data-zk-find]')")
    page.keyboard.type("延误")
    page.wait_for_function("document.querySelectorAll('[data-zk-put=article]').length === 1")
    # Each letter may ask once: the list that is stepped into is the last that comes.
    page.wait_for_function("!document.querySelector('.htmx-request')")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=tmp_path / "reply.png")
    assert barriers(page) == []
    page.keyboard.press("ArrowDown")
    with page.expect_response(lambda answer: answer.url.endswith("/put/")) as put:
        page.keyboard.press("Enter")
    assert put.value.status == 204
    assert page.input_value("#reply-body") == f"您好，我不知道。\n{ANSWER}"
    page.locator("[data-zk-better]").click()
    assert page.input_value("#reply-body") == f"您好，我我马上为您查。\n{ANSWER}"
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+Enter")
    page.locator(".zk-timeline", has_text=ANSWER).first.wait_for()
    assert Interaction.objects.filter(direction="out", body__contains=ANSWER).count() == 1
    assert [(one.article_id is not None, one.phrase_id is not None) for one in Use.objects.order_by("pk")] == [
        (True, False),
        (False, True),
    ]
