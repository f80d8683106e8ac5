"""Somebody refuses, and the page says what may still be sent; every page of contacting is free of barriers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.harness.browsers import PASSWORD, barriers, browsing
from zhike.platform import clock
from zhike.record.contacting import actions as contacting
from zhike.record.contacting.models import Consent, ContactRecord
from zhike.record.contacting.rules.links import seal
from zhike.record.contacting.tests.factories import DAY, SYSTEM, agree, person, send
from zhike.record.contacting.types import ConsentStatus, ContactChannel, MadeContact, Purpose, Recipient
from zhike.record.customers.models import Contact
from zhike.record.customers.tests.factories import customer
from zhike.record.organization import actions
from zhike.record.organization.tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def who(fresh_db: str) -> Contact:
    """陈静, called twice this week, has agreed to offers by SMS and refused surveys by it."""
    now = clock.now()
    found = person(customer(name="华夏电子（上海）有限公司"))
    for n in (1, 2):
        made = MadeContact(
            to=Recipient(contact_id=found.pk),
            purpose=Purpose.RELATIONSHIP,
            channel=ContactChannel.CALL,
            at=now - n * DAY,
        )
        contacting.record_contact(actor=SYSTEM, contact=made, now=now)
    agree(found, now=now - 3 * DAY)
    agree(found, purpose=Purpose.SERVICE_SURVEY, status=ConsentStatus.WITHDRAWN, now=now - 2 * DAY)
    send(found, now=now, text="节日问候")
    return found


@pytest.fixture
def page(who: Contact) -> Iterator[Page]:
    """An administrator at the desk, in English."""
    member = make.staff(roles=("admin",))
    actions.open_staff_account(actor=make.SETUP, staff_id=member.pk, username="admin", password=PASSWORD, now=make.NOW)
    with browsing() as desk, desk.page("/contacting/notices/", "admin", look_inside=True) as opened:
        yield opened


def _look(page: Page, address: str, folder: Path, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png")
    assert barriers(page) == [], address


@pytest.mark.req("CUST-22")
def test_contacting__one_click_refuses_and_the_answer_follows(page: Page, who: Contact, tmp_path: Path) -> None:
    record = ContactRecord.objects.latest("pk")
    for address, name in (
        ("/contacting/notices/", "notices"),
        ("/contacting/", "log"),
        (f"/contacting/{record.pk}/", "record"),
        ("/contacting/templates/", "templates"),
        ("/contacting/templates/notice.out_for_delivery.sms/", "template"),
        (f"/contacting/people/{who.pk}/wishes/", "wishes"),
        (f"/contacting/people/{who.pk}/", "person"),
    ):
        _look(page, address, tmp_path, name)
    assert "contacted often enough this week" in page.inner_text("main")
    page.get_by_role("button", name="Wants none of it").last.click()
    page.get_by_text("refused everywhere").wait_for()
    page.get_by_text("the person has refused").first.wait_for()
    assert set(Consent.objects.filter(purpose="marketing", status="withdrawn").values_list("channel", flat=True)) == {
        one.value for one in ContactChannel
    }
    page.set_viewport_size(PHONE)
    _look(page, f"/t/w/{seal(record.ref)}/", tmp_path, "portal")
