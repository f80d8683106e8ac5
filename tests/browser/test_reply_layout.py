"""The reply box and what stands beside it: whatever is chosen, nothing lies over the talk or over the helps."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.harness.browsers import DESK, PHONE, Browsing
from zhike.platform import clock
from zhike.platform.ui.models import Draft
from zhike.record.customers.tests.factories import customer
from zhike.record.customers.types import Channel
from zhike.record.organization.models import Staff
from zhike.service.cases import actions
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import SETUP, case
from zhike.service.cases.types import Said

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# Top and bottom of each, in the order of the page, wherever it is scrolled to.
PLACES = """() => [".zk-talk", ".zk-reply-help", ".zk-composer"].map((name) => {
    const box = document.querySelector(name).getBoundingClientRect();
    return [Math.round(box.top), Math.round(box.bottom)];
})"""
MIDDLE = "(one) => one.scrollIntoView({block: 'center'})"
HIT = """(one) => {
    const box = one.getBoundingClientRect();
    const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return one.contains(found);
}"""


@pytest.fixture(autouse=True)
def _nothing_left(desk: Browsing) -> Iterator[None]:
    yield
    Draft.objects.all().delete()


@pytest.fixture
def long_talk(desk: Browsing) -> Case:
    owner = Staff.objects.filter(user__username="agent").get()
    made = case(customer(owner, name="云栖版面测试有限公司"), owner_id=owner.pk, now=clock.now())
    for number in range(12):
        said = Said(channel=Channel.MAIL, body=f"第{number}次来信：货物仍未送到，请尽快告知现在何处。")
        actions.attach_contact(actor=SETUP, case_id=made.pk, said=said, now=clock.now())
    return made


@pytest.mark.parametrize("size", [DESK, (1280, 720), PHONE])
def test_reply__lies_over_nothing_when_mail_and_answer_are_chosen(
    desk: Browsing, long_talk: Case, size: tuple[int, int]
) -> None:
    with desk.page(f"/serve/cases/{long_talk.pk}/", "agent", size=size) as page:
        page.locator("#reply-channel").select_option("mail")
        page.get_by_label("This answers the matter").check()
        expect(page.locator("#reply-cause")).to_be_visible()
        # What is asked for stands above what sends it.
        fields = [page.locator(name).bounding_box() for name in ("#reply-files", "#reply-coding")]
        send = page.locator(".zk-composer [type=submit]").bounding_box()
        assert send
        assert all(one and one["y"] + one["height"] <= send["y"] for one in fields)
        for button in page.locator(".zk-reply-help button").all():
            button.evaluate(MIDDLE)
            assert button.evaluate(HIT)
        for down in (0, 150, 300, 5000):
            page.evaluate("window.scrollTo(0, %d)" % down)  # noqa: UP031
            for (_top, bottom), (top, _bottom) in pairwise(page.evaluate(PLACES)):
                assert bottom <= top, down
        page.locator(".zk-reply-help button").nth(1).click()
        expect(page.locator("#reply-help [data-zk-find]")).to_be_focused()
        for (_top, bottom), (top, _bottom) in pairwise(page.evaluate(PLACES)):
            assert bottom <= top
        # Until the search of the helps has had its focus the page may scroll by itself.
        page.wait_for_function(
            f"() => {{ const one = document.getElementById('reply-body'); ({MIDDLE})(one); return ({HIT})(one) }}"
        )


def test_reply__box_is_seen_without_scrolling_at_the_desk(desk: Browsing, long_talk: Case) -> None:
    with desk.page(f"/serve/cases/{long_talk.pk}/", "agent", size=DESK) as page:
        page.locator("#reply-channel").select_option("mail")
        box = page.locator("#reply-body").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= DESK[1]
