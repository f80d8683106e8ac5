"""Invitations and reminders within the contact budget; what is asked after services."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from zhike.platform import outbox
from zhike.platform.messaging.models import Message
from zhike.platform.outbox import Mode
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import set_number
from zhike.record.contacting.tests.factories import survey as asked_before
from zhike.record.customers.models import Customer
from zhike.record.shipments.events import ShipmentsDelivered
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests import factories as goods
from zhike.voice.surveys import actions
from zhike.voice.surveys.models import Campaign, Recipient
from zhike.voice.surveys.rules.links import seal
from zhike.voice.surveys.tests.asking import DAY, NOW, SETUP, holder, invited, person, served, started
from zhike.voice.surveys.types import Trigger

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]


def fates() -> list[tuple[str, str]]:
    return list(Recipient.objects.order_by("pk").values_list("disposition", "reason"))


def delivered(of: Customer, *, at: Any = NOW - HOUR, **changes: Any) -> int:  # noqa: ANN401 - an instant
    made = goods.shipment(customer=of, ordered_at=NOW - 2 * DAY)
    Shipment.objects.filter(pk=made.pk).update(status="delivered", delivered_at=at, **changes)
    return made.pk


def after(*ids: int, trigger: Trigger = Trigger.DELIVERY) -> int:
    return actions.ask_after(actor=SETUP, trigger=trigger, ids=ids, now=NOW)


def test_invitation__carries_a_link_of_its_own_in_the_persons_language() -> None:
    to = invited()
    message = Message.objects.get()
    assert f"https://desk.example.com/t/s/{seal(to.ref)}/" in message.body
    assert "约1分钟" in message.body
    assert (to.disposition, to.invited_at, to.language) == ("sent", NOW, "zh-hans")
    record = ContactRecord.objects.get(pk=to.contact_log_id or 0)
    assert (record.purpose, record.survey, record.channel) == ("service_survey", "relationship", "email")
    assert actions.invite_batch(actor=SETUP, now=NOW) == 0


@pytest.mark.req("SURV-05")
def test_invitation__is_withheld_by_rule_waits_at_night_and_tomorrow_where_the_day_is_full() -> None:
    of = served()
    tired, first, second = person(), person(of), person(of)
    asked_before(tired, now=NOW - 10 * DAY)
    started()
    actions.invite_batch(actor=SETUP, now=NOW)
    assert fates() == [("sent", ""), ("planned", "cap.customer_day"), ("withheld", "survey.quarantine")]
    assert {first.pk, second.pk} == set(Recipient.objects.filter(customer=of).values_list("contact_id", flat=True))
    assert actions.invite_batch(actor=SETUP, now=NOW + HOUR) == 0
    assert actions.ask_again(actor=SETUP, now=NOW + DAY) == 1
    # 22:00 in Shanghai.
    night = NOW + DAY + 12 * HOUR
    actions.invite_batch(actor=SETUP, now=night)
    assert fates()[1] == ("waiting", "")


def test_messages__that_bounce_make_somebody_unreached_and_what_was_taken_back_is_withheld() -> None:
    to = invited()
    assert actions.settle_messages(actor=SETUP, left={to.pk: NOW + HOUR}, failed=[], now=NOW) == 1
    assert actions.settle_messages(actor=SETUP, left={}, failed=[to.pk], now=NOW) == 1
    assert actions.settle_messages(actor=SETUP, left={}, failed=[to.pk], now=NOW) == 0
    assert fates() == [("unreachable", "message_failed")]
    other = invited()
    ref = ContactRecord.objects.get(pk=other.contact_log_id or 0).ref
    actions.settle_waiting(actor=SETUP, denied=[], failed=[], taken_back=[ref], now=NOW)
    assert Recipient.objects.get(pk=other.pk).disposition == "withheld"


@pytest.mark.req("SURV-17")
def test_reminder__goes_once_three_days_later_and_never_after_an_answer() -> None:
    to, done = invited(), invited()
    actions.refuse(actor=holder(done), now=NOW)
    assert actions.remind_batch(actor=SETUP, now=NOW + 2 * DAY) == 0
    assert actions.remind_batch(actor=SETUP, now=NOW + 3 * DAY) == 1
    assert actions.remind_batch(actor=SETUP, now=NOW + 4 * DAY) == 0
    to.refresh_from_db()
    record = ContactRecord.objects.get(pk=to.reminder_log_id or 0)
    assert (record.survey, record.invitation_id, record.outcome) == ("reminder", to.contact_log_id, "allow")
    assert to.disposition == "sent"


@pytest.mark.req("SURV-11")
def test_delivery__is_asked_about_once_with_what_is_known_of_it() -> None:
    of = served(region_code="310000")
    one = person(of)
    started(trigger=Trigger.DELIVERY, closes_on=None)
    key = delivered(of, region="310000", business_line="express", service_mode="national")
    assert (after(key), after(key)) == (1, 0)
    row = Recipient.objects.get()
    assert (row.contact_id, row.shipment_id, row.business_line, row.region) == (one.pk, key, "express", "310000")
    campaign = Campaign.objects.get()
    assert (campaign.kind, campaign.recipients) == ("transaction", 1)
    actions.invite_batch(actor=SETUP, now=NOW)
    row.refresh_from_db()
    assert row.disposition == "sent"
    assert Shipment.objects.get(pk=key).waybill in Message.objects.get().body


def test_delivery__history_and_what_is_old_are_never_asked_about() -> None:
    of = served()
    person(of)
    started(trigger=Trigger.DELIVERY, closes_on=None)
    assert after(delivered(of, mode=Mode.BACKFILL.value), delivered(of, at=NOW - 25 * HOUR)) == 0
    assert after(delivered(of)) == 1


def test_delivery__of_a_frequent_shipper_only_the_share_is_asked_about() -> None:
    often, seldom = served(), served()
    for one in (often, seldom):
        person(one)
    set_number("surveys.frequent_share", Decimal("0.3"))
    started(trigger=Trigger.DELIVERY, closes_on=None)
    ids = [delivered(often) for _one in range(10)]
    assert after(*ids, delivered(seldom)) == 4
    assert Recipient.objects.filter(customer=often).count() == 3
    assert after(*[delivered(often) for _one in range(3)]) == 0


def test_event__of_a_delivery_reaches_the_campaign_live_only() -> None:
    of = served()
    person(of)
    started(trigger=Trigger.DELIVERY, closes_on=None)
    key = delivered(of)
    outbox.emit(ShipmentsDelivered(shipment_ids=[key]), now=NOW, mode=Mode.BACKFILL)
    outbox.drain_all(now=NOW)
    assert Recipient.objects.count() == 0
    outbox.emit(ShipmentsDelivered(shipment_ids=[key]), now=NOW)
    outbox.drain_all(now=NOW)
    assert Recipient.objects.get().shipment_id == key
