"""Pages of contacting, as signed-in people see them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.platform.messaging.models import Message
from zhike.record.contacting import actions
from zhike.record.contacting.actions.erasure import count_people, empty_people
from zhike.record.contacting.models import Consent, ContactRecord, NoticeSetting, TemplateVersion, Wish
from zhike.record.contacting.queries.log import timeline
from zhike.record.contacting.tests.factories import DAY, HOUR, SYSTEM, agree, person, rows, send
from zhike.record.contacting.types import (
    ConsentStatus,
    ContactChannel,
    MadeContact,
    Outcome,
    Purpose,
    Recipient,
    WishEntry,
)
from zhike.record.customers import actions as customer_actions
from zhike.record.customers.models import Contact
from zhike.record.customers.queries import erasure_preview
from zhike.record.customers.tests.factories import customer
from zhike.record.customers.types import ErasedPeople, ErasureBasis, Facet, number_mark
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
SIGNED_IN = 4  # session, user, staff, roles


@pytest.fixture
def browser(client: Client) -> Client:
    member = organization.staff(roles=("supervisor", "admin"))
    opened = organization_actions.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=organization.NOW,
    )
    User.objects.filter(pk=opened.user_id).update(language="en")
    client.force_login(User.objects.get(pk=opened.user_id))
    client.cookies["zhike_language"] = "en"
    return client


@pytest.fixture
def who() -> Contact:
    return person()


def _page(browser: Client, name: str, *args: object, query: str = "") -> str:
    response = browser.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def _post(browser: Client, name: str, *args: object, **values: Any) -> Any:  # noqa: ANN401 - the test client's answer
    return browser.post(reverse(name, args=args), values)


def test_person__shows_what_may_be_sent_with_the_rule(browser: Client, who: Contact) -> None:
    now = clock.now()
    send(who, now=now, purpose=Purpose.TRANSACTIONAL, urgent=True)
    for n in (1, 2):
        actions.record_contact(
            actor=SYSTEM,
            contact=MadeContact(
                to=Recipient(contact_id=who.pk),
                purpose=Purpose.RELATIONSHIP,
                channel=ContactChannel.CALL,
                at=now - n * DAY,
            ),
            now=now,
        )
    with CaptureQueriesContext(connection) as seen:
        page = _page(browser, "contacting:person", who.pk)
    assert len(seen) - SIGNED_IN <= 12
    assert reverse("contacting:now", args=[who.pk]) in page
    with CaptureQueriesContext(connection) as seen:
        page = _page(browser, "contacting:now", who.pk)
    assert len(seen) - SIGNED_IN <= 12
    assert "contacted often enough this week" in page
    assert "the person has not agreed" in page
    assert "cap.week" not in page


def test_person__refuses_with_one_click_and_agrees_with_evidence(browser: Client, who: Contact) -> None:
    assert _post(browser, "contacting:refuse", who.pk, "marketing").status_code == 302
    assert set(Consent.objects.values_list("purpose", "status")) == {("marketing", "withdrawn")}
    assert Consent.objects.count() == len(ContactChannel)
    assert _post(browser, "contacting:refuse", who.pk, "transactional").status_code == 404
    missing = _post(browser, "contacting:agree", who.pk, purpose="marketing", channels=["sms"], source="form")
    assert missing.status_code == 422
    done = _post(
        browser,
        "contacting:agree",
        who.pk,
        purpose="marketing",
        channels=["sms", "email"],
        source="form",
        text_version="2026-1",
        evidence="签字表单",
    )
    assert done.status_code == 302
    assert Consent.objects.filter(status="granted").count() == 2
    assert "签字表单" in _page(browser, "contacting:person", who.pk)


def test_wishes__of_contact_and_customer_are_set(browser: Client, who: Contact) -> None:
    assert "Out for delivery" in _page(browser, "contacting:wishes", who.pk)
    _post(browser, "contacting:wishes", who.pk, language="en", delivered="none", exception="email,sms")
    assert Wish.objects.get(contact=who).events == {"delivered": [], "exception": ["email", "sms"]}
    number = who.customer.number
    _post(browser, "contacting:customer_wishes", number, language="", delivered="sms")
    assert Wish.objects.get(customer=who.customer_id).events == {"delivered": ["sms"]}
    assert "not at all" in _page(browser, "contacting:person", who.pk)


def test_write__says_what_became_of_it_and_can_be_taken_back(browser: Client, who: Contact) -> None:
    assert "Send to 陈静" in _page(browser, "contacting:write", who.pk)
    wrong = _post(browser, "contacting:write", who.pk, purpose="marketing", channel="sms", body="没有退订")
    assert (wrong.status_code, ContactRecord.objects.count()) == (422, 0)
    done = _post(browser, "contacting:write", who.pk, purpose="transactional", channel="sms", body="已为您改约")
    (row,) = rows()
    assert done.headers["Location"] == reverse("contacting:record", args=[row.pk])
    assert row.outcome in {"allow", "hold"}  # by the time of day
    page = _page(browser, "contacting:record", row.pk)
    assert "138****5678" in page
    assert "+8613812345678" not in page
    assert _post(browser, "contacting:take_back", row.pk).status_code == 302
    assert rows()[0].delivery == "taken_back"
    assert Message.objects.exclude(state="failed").count() == 0


def test_log__names_the_rule_and_filters(browser: Client, who: Contact) -> None:
    agree(who, purpose=Purpose.RELATIONSHIP, status=ConsentStatus.WITHDRAWN)
    held = send(who)
    assert held.decision.outcome is Outcome.DENY
    with CaptureQueriesContext(connection) as seen:
        page = _page(browser, "contacting:log", query="?outcome=deny&rule=consent.withdrawn")
    assert len(seen) - SIGNED_IN <= 12
    # The filter names the rule on every page of the log, the row only where it is.
    words = "the person has refused"
    assert page.count(words) > _page(browser, "contacting:log", query="?outcome=allow").count(words) > 0
    assert "Nothing left the house" in _page(browser, "contacting:record", held.log_id)


def test_notices__are_switched_and_switched_back(browser: Client) -> None:
    assert "Delivery attempt failed" in _page(browser, "contacting:notices")
    for on in (True, False):
        _post(browser, "contacting:switch", "delivered", "consignee", "sms")
        assert NoticeSetting.objects.get().on is on
    assert _post(browser, "contacting:switch", "delivered", "nobody", "sms").status_code == 404


def test_templates__are_written_previewed_and_published(browser: Client) -> None:
    code = "notice.delivered.sms"
    assert code in _page(browser, "contacting:templates")
    number = customer(name="华夏电子").number
    page = _page(browser, "contacting:template", code, query=f"?reference={number}")
    assert "part of 70" in page
    assert "No waybill or customer" in _page(browser, "contacting:preview", code, query="?reference=nothing")
    body = {f"body_{lang}": f"{{customer}}: {{waybill}} {lang}" for lang in ("zh-hans", "zh-hant", "en")}
    assert _post(browser, "contacting:template", code, **body).status_code == 302
    assert "华夏电子: " in _page(browser, "contacting:preview", code, query=f"?reference={number}")
    assert _post(browser, "contacting:publish", code).status_code == 302
    assert TemplateVersion.objects.get().state == "published"
    new = {"code": "care.greeting", "purpose": "marketing", "channel": "email", "body_en": "Hello {optout_link}"}
    assert _post(browser, "contacting:template_new", **new).status_code == 302
    unfinished = _post(browser, "contacting:publish", "care.greeting")
    assert (unfinished.status_code, "Write the text in this language." in unfinished.content.decode()) == (422, True)


def test_customer_page__has_the_tab_and_the_timeline(browser: Client, who: Contact) -> None:
    send(who)
    number = who.customer.number
    tab = _page(browser, "desk:customer", number, query="?tab=contacting")
    assert reverse("contacting:person", args=[who.pk]) in tab
    entries = timeline(actor=SYSTEM, customer_id=who.customer_id, facet=Facet.OUTSIDE, after=None, limit=9)
    assert [(e.source, e.channel, e.audience) for e in entries] == [("contacting", "sms", "customer")]


def test_merge_and_erasure__take_the_rows_along_and_empty_them(who: Contact) -> None:
    agree(who, evidence="签字表单")
    send(who, now=clock.now() - DAY)
    kept = customer()
    actions.set_wish(actor=SYSTEM, customer_id=who.customer_id, entry=_wish({"delivered": ("sms",)}), now=clock.now())
    gone = who.customer_id
    customer_actions.merge_customers(actor=SYSTEM, from_id=gone, into_id=kept.pk, reason="", now=clock.now())
    assert {row.customer_id for row in rows()} == {Wish.objects.get().customer_id} == {kept.pk}
    customer_actions.undo_merge(actor=SYSTEM, from_id=gone, now=clock.now())
    assert {row.customer_id for row in rows()} == {Wish.objects.get().customer_id} == {gone}
    actions.set_wish(actor=SYSTEM, contact_id=who.pk, entry=_wish({"delivered": ()}), now=clock.now())
    other = Recipient(phone="+8613700000001")
    send(other, now=clock.now() - DAY, once="n:1")
    customer_actions.erase_people(
        actor=SYSTEM, contact_ids=[who.pk], basis=ErasureBasis.CONSENT, reason="本人要求", now=clock.now()
    )
    row, kept_row = rows()
    assert (row.to, row.body, row.redacted_at is not None) == ("", "", True)
    assert (kept_row.person, kept_row.to) == ("p:+8613700000001", "+8613700000001")
    assert Consent.objects.get().evidence == ""
    assert Wish.objects.filter(contact=who).count() == 0
    assert set(Message.objects.values_list("to", flat=True)) <= {"", "+8613700000001"}


def test_erasure__of_somebody_known_by_number_takes_the_number_out_of_the_rows() -> None:
    who = Recipient(phone="+8613700000001")
    send(who, now=clock.now() - DAY, once="n:1")
    agree(who, now=clock.now() - DAY)
    people = ErasedPeople(salt="s", marks=[number_mark("s", "+8613700000001")], endings=["00000001"])
    assert count_people(people) == 2
    assert empty_people(people, clock.now()) == 2
    (row,) = rows()
    assert (row.person, row.to, row.once) == (f"x:{row.pk}", "", "")
    consent = Consent.objects.get()
    assert (consent.person, consent.evidence) == (f"x:{consent.pk}", "")
    assert count_people(people) == 0


def test_erasure__finds_somebody_in_what_waits_for_others(who: Contact) -> None:
    """Held for the morning, or queued already: a mail to another that gives this person's number, or names them."""
    other = Recipient(phone="+8613700000001")
    now = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    send(other, text="请回电13812345678，谢谢", now=now)
    send(other, text="陈静明天来，13812345678", now=now - 10 * HOUR)
    send(who, text="您的号码13812345678", now=now)
    held, queued, own = rows()
    assert queued.message_id is not None
    assert (held.outcome, Message.objects.get(pk=queued.message_id).state, own.outcome) == ("hold", "queued", "hold")
    found = erasure_preview(actor=SYSTEM, contact_ids=[who.pk], phone_numbers=[], now=now)
    assert [(one.kind, one.id, one.certain) for one in found.mentions] == [
        ("contacting.waiting", queued.pk, True),
        ("contacting.waiting", held.pk, True),
    ]
    customer_actions.erase_people(
        actor=SYSTEM, contact_ids=[who.pk], basis=ErasureBasis.CONSENT, reason="本人要求", now=now
    )
    held.refresh_from_db()
    assert (held.body, held.outcome) == ("请回电█，谢谢", "hold")
    assert Message.objects.get(pk=queued.message_id).body == "█明天来，█"


def _wish(events: dict[str, tuple[str, ...]]) -> WishEntry:
    return WishEntry(events=events)
