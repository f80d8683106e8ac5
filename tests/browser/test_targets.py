"""PR-15 for a whole desk: a target is proposed, previewed, approved by another, and the case shows its new deadline."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.harness.browsers import PASSWORD, PHONE, Browsing, barriers, browsing
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.calendars.models import Clock
from zhike.platform.outbox import drain_all
from zhike.record.agreements.queries import TargetChange
from zhike.record.customers.tests.factories import customer
from zhike.record.organization import actions
from zhike.record.organization.tests import factories as make
from zhike.service.cases import actions as cases
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import case

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SYSTEM = system_actor("tests")


@pytest.fixture
def desk(fresh_db: str) -> Iterator[Browsing]:
    for role in ("quality", "supervisor"):
        one = make.staff(roles=(role,), name={"quality": "林岚", "supervisor": "周航"}[role])
        actions.open_staff_account(actor=make.SETUP, staff_id=one.pk, username=role, password=PASSWORD, now=make.NOW)
    with browsing() as opened:
        yield opened


@pytest.fixture
def matter(desk: Browsing) -> Case:
    return case(customer(name="华夏电子（上海）有限公司"), now=clock.now())


@pytest.mark.req("CASE-08", "CTRL-01")
def test_target__proposed_previewed_approved_by_another_and_on_the_case(
    desk: Browsing, matter: Case, tmp_path: Path
) -> None:
    before = Clock.objects.get(subject_kind="case", subject_id=matter.pk, kind="cases.solution")
    with desk.page("/settings/targets/?state=now", "quality", look_inside=True) as page:
        assert barriers(page) == []
        page.get_by_role("link", name="Propose a target").click()
        page.get_by_label("Clock", exact=False).first.select_option("solution")
        page.locator("[name=category]").select_option("late")
        page.locator("[name=hours]").fill("30")
        page.locator("[name=counted]").select_option("every")
        page.locator("[name=reason]").fill("客户尽快要答复")
        page.locator("[name=source]").fill("质量委员会 2026-12")
        page.get_by_role("button", name="Propose and preview").click()
        page.get_by_text("cannot be measured").first.wait_for()
        page.locator("[name=reason]").fill("客户要求当天答复")
        page.get_by_role("button", name="Propose and preview").click()
        page.get_by_text("What would happen to open clocks").wait_for()
        page.get_by_role("link", name=matter.number).wait_for()
        assert page.get_by_role("button", name="Approve").count() == 0
        assert barriers(page) == []
        page.screenshot(path=tmp_path / "preview.png")
    row = TargetChange.objects.get()
    with desk.page("/bell/", "supervisor", look_inside=True) as page:
        page.get_by_text("Approve the change of the target “Solution”").first.click()
        page.get_by_text("What would happen to open clocks").wait_for()
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("Approved. Open clocks follow").wait_for()
        while cases.follow_target(actor=SYSTEM, now=clock.now()) is not None:
            pass
        drain_all(now=clock.now())
        page.goto(f"/settings/targets/changes/{row.pk}/")
        page.get_by_text("1 open clock has followed").wait_for()
        after = Clock.objects.get(pk=before.pk)
        assert after.due_at == matter.opened_at + timedelta(hours=30)
        page.goto(f"/serve/clocks/case/{matter.pk}/{after.pk}/")
        page.get_by_text("客户要求当天答复 (质量委员会 2026-12)").wait_for()
        page.goto(f"/serve/cases/{matter.pk}/")
        due = clock.local(after.due_at, "Asia/Shanghai")
        assert f"{due:%H:%M}" in page.inner_text("main")
    with desk.page("/settings/targets/which/?category=late", "supervisor", size=PHONE, look_inside=True) as page:
        page.get_by_text("30 hours of the clock").wait_for()
        assert barriers(page) == []
