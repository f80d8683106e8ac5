"""PR-15 as a person walks it: promised in a case, reminded, kept, broken, renegotiated, and the rate that follows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.harness.browsers import PASSWORD, barriers, browsing
from zhike.insight.lake import actions as lake
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.record.agreements import actions as agreements
from zhike.record.agreements.models import Promise
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.organization import actions
from zhike.record.organization.tests import factories as make
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import case

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SYSTEM = system_actor("tests")
WALL = "%Y-%m-%dT%H:%M"


@pytest.fixture
def matter(fresh_db: str) -> Case:
    """A case of the agent who has signed in."""
    agent = make.staff(roles=("agent",))
    actions.open_staff_account(actor=make.SETUP, staff_id=agent.pk, username="agent", password=PASSWORD, now=make.NOW)
    of = customer(agent, name="华夏电子（上海）有限公司")
    contact(of, name="陈静")
    return case(of, owner_id=agent.pk, now=clock.now())


@pytest.fixture
def page(matter: Case) -> Iterator[Page]:
    with browsing() as desk, desk.page(f"/serve/cases/{matter.pk}/", "agent", look_inside=True) as opened:
        yield opened


def _promise(page: Page, text: str, *, hours: float) -> Promise:
    """Give a promise with the key p."""
    page.keyboard.press("p")
    page.get_by_label("What was promised").fill(text)
    until = clock.local(clock.now() + timedelta(hours=hours), "Asia/Shanghai")
    page.get_by_label("Until when").fill(until.strftime(WALL))
    page.get_by_role("button", name="Register the promise").click()
    page.get_by_text("The promise is registered").wait_for()
    return Promise.objects.latest("pk")


@pytest.mark.req("AGRE-06")
def test_promise__from_the_case_to_the_kept_rate(page: Page, matter: Case, tmp_path: Path) -> None:
    one, two, three = (_promise(page, text, hours=0.8) for text in ("16点前回电", "今天送到", "发对账单"))
    assert (one.about_kind, one.about_id) == ("case", str(matter.pk))
    page.goto(f"/serve/cases/{matter.pk}/")
    assert page.get_by_text("16点前回电").count() > 0
    # The reminder: within the hour before its time it stands on the bell and on Today.
    assert agreements.watch_promises(actor=SYSTEM, now=clock.now()) == (3, 0)
    page.goto("/bell/")
    page.get_by_text("16点前回电").first.wait_for()
    page.goto("/")
    page.get_by_text("今天送到").first.wait_for()
    page.goto(f"/serve/promises/{one.pk}/")
    assert barriers(page) == []
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("Written down: it was done.").wait_for()
    page.goto(f"/serve/promises/{two.pk}/break/")
    page.get_by_label("Why was it not done?").fill("网点当天爆仓")
    page.get_by_role("button", name="It was not done").click()
    page.get_by_text("Written down: it was not done.").wait_for()
    page.goto(f"/serve/promises/{three.pk}/again/")
    later = clock.local(clock.now() + timedelta(hours=30), "Asia/Shanghai")
    page.get_by_role("textbox", name="New time").fill(later.strftime(WALL))
    page.get_by_role("button", name="Register the new time").click()
    page.get_by_text("Tell the customer first").first.wait_for()
    page.get_by_label("The customer knows the new time and agrees").check()
    page.get_by_role("button", name="Register the new time").click()
    page.get_by_text("The new time is registered").wait_for()
    states = dict(Promise.objects.values_list("pk", "state"))
    assert [states.pop(pk) for pk in (one.pk, two.pk, three.pk)] == ["kept", "broken", "renegotiated"]
    assert list(states.values()) == ["open"]
    page.goto("/serve/promises/")
    assert barriers(page) == []
    page.screenshot(path=tmp_path / "promises.png")
    lake.refresh_all(actor=SYSTEM, now=clock.now())
    page.goto("/figures/promise_kept/?split=promised_by_id")
    page.get_by_text("Promises kept").first.wait_for()
    assert "n 2" in page.inner_text("main")
