"""What is typed about a case and refused, or left lying: it comes back as it was sent (ui.md §2)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import Browsing
from zhike.platform import clock
from zhike.platform.ui.models import Draft
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.customers.types import Channel
from zhike.record.organization.models import Staff
from zhike.service.cases import actions
from zhike.service.cases.models import Case, CaseContact
from zhike.service.cases.tests.factories import SETUP, case
from zhike.service.cases.types import Said

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def _nothing_left(desk: Browsing) -> Iterator[None]:
    """What is left lying here would stand in the hand of everybody who signs in as the agent afterwards."""
    yield
    Draft.objects.all().delete()


def _case() -> Case:
    owner = Staff.objects.filter(user__username="agent").get()
    return case(customer(owner, name="云栖草稿测试有限公司"), owner_id=owner.pk, now=clock.now())


def _kept(page: Page) -> None:
    """Until the pause after the last key is over and the draft is here and on the server."""
    with page.expect_response("**/ui/drafts/"):
        pass


def test_close__what_was_refused_wins_over_an_older_draft(desk: Browsing) -> None:
    made = _case()
    at = f"/serve/cases/{made.pk}/close/"
    with desk.page(at, "agent") as page:
        page.locator("[name=resolution]").fill("已送达")
        _kept(page)
        page.locator("[name=cause]").select_option("linehaul")
        page.locator("[name=party]").select_option("outlet")
        page.get_by_label("Solved", exact=True).check()
        page.locator("form[data-zk-draft]").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        page.locator(".zk-error").first.wait_for()
        expect(page.locator("[name=cause]")).to_have_value("linehaul")
        expect(page.locator("[name=party]")).to_have_value("outlet")
        page.wait_for_timeout(500)
        page.goto(page.url)
        expect(page.locator(".zk-draft-note")).to_be_visible()
        expect(page.locator("[name=cause]")).to_have_value("linehaul")
        expect(page.locator("[name=resolution]")).to_have_value("已送达")
        expect(page.locator("[name=unit]")).to_have_attribute("required", "")


def test_answer__restored_with_its_tick_shows_what_belongs_to_it(desk: Browsing) -> None:
    made = _case()
    with desk.page(f"/serve/cases/{made.pk}/", "agent") as page:
        page.locator("#reply-body").fill("已送达，请查收")
        page.locator("#reply-channel").select_option("call")
        page.get_by_label("This answers the matter").check()
        page.locator("#reply-cause").select_option("linehaul")
        page.locator("#reply-party").select_option("outlet")
        expect(page.locator("#reply-unit")).to_have_attribute("required", "")
        _kept(page)
        page.reload()
        expect(page.locator("#reply-cause")).to_have_value("linehaul")
        expect(page.locator("#reply-party")).to_have_value("outlet")
        expect(page.locator("#reply-unit")).to_have_attribute("required", "")
        page.locator("#reply-party").select_option("partner")
        expect(page.locator("#reply-unit")).not_to_have_attribute("required", "")
        page.get_by_label("This answers the matter").uncheck()
        expect(page.locator("#reply-cause")).to_have_count(0)
        # What the person ticks anew is as the server shows it: the draft came back once.
        page.get_by_label("This answers the matter").check()
        expect(page.locator("#reply-cause")).to_have_value("")


def test_strip__names_a_draft_in_the_language_chosen_since(desk: Browsing) -> None:
    made = _case()
    with desk.page(f"/serve/cases/{made.pk}/close/", "agent") as page:
        page.locator("[name=resolution]").fill("已送达")
        _kept(page)
    for language, said in (("en", "Close the case"), ("zh-hans", "关闭工单")):
        with desk.page(f"/serve/cases/{made.pk}/", "agent", language=language) as page:
            expect(page.locator("#zk-hand [data-zk-hand^='draft:']")).to_have_text(said)


def test_reply__a_draft_for_one_person_asks_before_it_goes_to_another(desk: Browsing) -> None:
    made = _case()
    first, then = (contact(made.customer, name=name) for name in ("陈首", "何次"))
    said = Said(channel=Channel.MAIL, body="请问到哪了", contact_id=first.pk)
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=said, now=clock.now())
    with desk.page(f"/serve/cases/{made.pk}/", "agent") as page:
        page.locator("#reply-body").fill("陈先生，合同价照旧")
        _kept(page)
    said = Said(channel=Channel.CALL, body="以后由我来问", contact_id=then.pk)
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=said, now=clock.now())
    with desk.page(f"/serve/cases/{made.pk}/", "agent") as page:
        # Another browser: the draft comes from the server.
        asked = page.locator(".zk-draft-doubt")
        expect(asked).to_contain_text("陈首 (Email)")
        expect(asked).to_contain_text("何次 (Call)")
        expect(page.locator("#reply-body")).to_have_value("陈先生，合同价照旧")
        expect(page.locator("#reply-channel")).to_have_value("call")
        page.get_by_role("button", name="Record for 何次").click()
        page.wait_for_timeout(500)
        assert not CaseContact.objects.filter(case=made, incoming=False).exists()
        expect(asked.get_by_role("button", name="Use it for 何次")).to_be_focused()
        with page.expect_response("**/ui/drafts/"):
            asked.get_by_role("button", name="Use it for 何次").click()
        expect(asked).to_have_count(0)
        page.reload()
        expect(page.locator(".zk-draft-note")).to_be_visible()
        expect(asked).to_have_count(0)


def test_reply__a_draft_of_the_same_person_keeps_its_channel_unasked(desk: Browsing) -> None:
    made = _case()
    with desk.page(f"/serve/cases/{made.pk}/", "agent") as page:
        page.locator("#reply-body").fill("明早送到")
        page.locator("#reply-channel").select_option("call")
        _kept(page)
        page.reload()
        expect(page.locator("#reply-channel")).to_have_value("call")
        expect(page.locator(".zk-draft-note")).to_be_visible()
        expect(page.locator(".zk-draft-doubt")).to_have_count(0)


def test_draft__its_time_is_that_of_the_readers_pages(desk: Browsing) -> None:
    made = _case()
    with desk.page(f"/serve/cases/{made.pk}/", "agent") as page:
        page.clock.set_fixed_time("2026-11-29T20:30:00Z")
        page.locator("#reply-body").fill("明早送到")
        _kept(page)
        expect(page.locator(".zk-draft-note")).to_contain_text("04:30")
