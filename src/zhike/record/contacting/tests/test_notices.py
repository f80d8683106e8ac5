"""Notices: whom they reach, in which words, once a happening, whatever the feed or a dying worker does (SHIP-03)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.platform.messaging.models import Message
from zhike.platform.outbox import Mode
from zhike.record.contacting import actions, queries
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import HOUR, NOW, SYSTEM, ZONE, mail, person, rows, set_number
from zhike.record.contacting.types import (
    ContactChannel,
    EventKind,
    Notice,
    Party,
    Recipient,
    Told,
    WishEntry,
)
from zhike.record.customers.actions import add_point
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer, phone

pytestmark = pytest.mark.django_db
EMAIL, SMS = ContactChannel.EMAIL, ContactChannel.SMS
NIGHT = NOW + 12 * HOUR


def notice(of: Customer | None, event: EventKind = EventKind.OUT_FOR_DELIVERY, **changes: Any) -> Notice:
    values: dict[str, Any] = {
        "event": event,
        "subject": ("shipment", "17"),
        "occurred_at": NOW,
        "values": {
            "waybill": "73041182",
            "courier": "赵磊",
            "courier_phone": "+8613987654321",
            "estimate": datetime.fromisoformat("2026-11-24T18:00:00+08:00"),
        },
        "zone": ZONE,
        "customer_id": of.pk if of else None,
        "consignee": Recipient(phone="+8613700000001", name="周航", zone=ZONE, language="zh-hans"),
        **changes,
    }
    return Notice(**values)


def tell(*notices: Notice, now: datetime = NOW, mode: Mode = Mode.LIVE) -> Told:
    return actions.notify(actor=SYSTEM, notices=notices, mode=mode, now=now)


def letters() -> Sequence[tuple[str, str]]:
    return sorted(Message.objects.values_list("to", "body"))


def test_notice__tells_customer_by_mail_and_consignee_by_text() -> None:
    file = customer()
    person(file)
    assert tell(notice(file)) == Told(allowed=2)
    texts = dict(letters())
    assert texts["+8613700000001"] == "您的快件73041182正在派送，快递员赵磊，电话+8613987654321。"
    assert texts["chen@example.com"] == "陈静，您好：\n\n您的快件73041182正在派送，快递员赵磊，电话+8613987654321。"
    (row,) = [r for r in rows() if r.party == "customer"]
    assert (row.event, row.party, row.template, row.template_version, row.purpose) == (
        "out_for_delivery",
        "customer",
        "notice.out_for_delivery.email",
        0,
        "transactional",
    )


def test_notice__parts_without_a_value_are_left_out_and_instants_are_written_out() -> None:
    picked = notice(None, EventKind.EXCEPTION, values={"waybill": "7304", "estimate": NOW + 34 * HOUR})
    english = Recipient(phone="+8613700000001", language="en", zone=ZONE)
    tell(picked, notice(None, EventKind.EXCEPTION, consignee=english, values=picked.values, subject=("shipment", "18")))
    assert [body for _to, body in letters()] == [
        "Your shipment 7304 is delayed. New expected delivery: 24 Nov 20:00. We are on it.",
        "您的快件7304运输延误，新的预计送达时间11月24日20:00。我们会继续跟进。",
    ]


def test_notice__the_same_happening_is_told_once() -> None:
    file = customer()
    person(file)
    assert tell(notice(file), notice(file)) == Told(allowed=2, repeated=2)
    assert tell(notice(file), now=NOW + HOUR) == Told(repeated=2)
    assert tell(notice(file, occasion="2026-11-24"), now=NOW + HOUR) == Told(allowed=2)
    assert Message.objects.count() == 4


def test_table__switches_events_by_party_and_channel() -> None:
    file = customer()
    person(file)
    actions.switch_notice(actor=SYSTEM, event=EventKind.DELIVERED, party=Party.CONSIGNEE, channel=SMS, on=True, now=NOW)
    actions.switch_notice(
        actor=SYSTEM, event=EventKind.DELIVERED, party=Party.CUSTOMER, channel=EMAIL, on=False, now=NOW
    )
    assert tell(notice(file, EventKind.DELIVERED)) == Told(allowed=1)
    assert rows()[0].party == "consignee"
    table = {(c.event, c.party, c.channel): (c.on, c.is_default) for c in queries.notice_table(actor=SYSTEM)}
    assert table[EventKind.DELIVERED, Party.CUSTOMER, EMAIL] == (False, False)
    assert table[EventKind.RETURNED, Party.CUSTOMER, EMAIL] == (True, True)
    assert len(table) == 7 * 2 * 2


def test_wish__of_the_contact_counts_before_that_of_the_customer() -> None:
    file = customer()
    first, second = person(file), person(file, number="13812345679", address="li@example.com")
    wish = WishEntry(events={"out_for_delivery": ("sms",)}, language="zh-hant")
    actions.set_wish(actor=SYSTEM, customer_id=file.pk, entry=wish, now=NOW)
    tell(notice(file, consignee=None))
    assert [(r.to, r.language) for r in rows()] == [("+8613812345678", "zh-hant")]
    actions.set_wish(actor=SYSTEM, contact_id=first.pk, entry=WishEntry(events={"out_for_delivery": ()}), now=NOW)
    assert tell(notice(file, consignee=None, occasion="2")) == Told()
    more = WishEntry(events={"out_for_delivery": ("email", "sms")}, language="en")
    actions.set_wish(actor=SYSTEM, contact_id=second.pk, entry=more, now=NOW)
    tell(notice(file, consignee=None, occasion="3"))
    assert [(r.to, r.language) for r in rows()[1:]] == [("li@example.com", "en"), ("+8613812345679", "en")]
    assert queries.wish_of_contact(actor=SYSTEM, contact_id=second.pk) == more
    assert queries.wish_of_customer(actor=SYSTEM, customer_id=file.pk) == wish


def test_wish__of_a_consignee_with_a_file_is_that_of_the_person() -> None:
    known = contact(customer(), phone("13700000001"), mail("zhou@example.com"), name="周航")
    actions.set_wish(
        actor=SYSTEM, contact_id=known.pk, entry=WishEntry(events={"delivered": ("sms",)}, language="en"), now=NOW
    )
    tell(notice(None, EventKind.DELIVERED))
    (row,) = rows()
    assert (row.person, row.to, row.language, row.party) == (f"c:{known.pk}", "+8613700000001", "en", "consignee")


def test_customer__without_people_is_told_at_its_common_mailbox() -> None:
    file = customer()
    add_point(actor=SYSTEM, customer_id=file.pk, entry=mail("Office@Example.com"), now=NOW)
    tell(notice(file, consignee=None))
    (row,) = rows()
    assert (row.person, row.to, row.of_account, row.customer_id) == (
        "m:office@example.com",
        "office@example.com",
        True,
        file.pk,
    )


def test_history__is_never_told() -> None:
    file = customer()
    person(file)
    assert tell(notice(file), mode=Mode.BACKFILL) == Told(withheld=2)
    old = notice(file, occurred_at=NOW - timedelta(hours=25), occasion="2")
    assert tell(old) == Told(withheld=2)
    assert {row.rule for row in rows()} == {"backfill", "act_within"}
    assert Message.objects.count() == 0


def test_night__only_the_newest_news_of_the_same_goods_goes_in_the_morning() -> None:
    file = customer()
    person(file)
    tell(notice(file, occurred_at=NIGHT), now=NIGHT)
    tell(notice(file, EventKind.ATTEMPT_FAILED, occurred_at=NIGHT + HOUR), now=NIGHT + HOUR)
    assert [(r.event, r.outcome, r.rule) for r in rows()] == [
        ("out_for_delivery", "deny", "superseded"),
        ("out_for_delivery", "deny", "superseded"),
        ("attempt_failed", "hold", "quiet.night"),
        ("attempt_failed", "hold", "quiet.night"),
    ]
    actions.release_held(actor=SYSTEM, now=NOW + 23 * HOUR)
    assert Message.objects.count() == 2


def test_link__falls_away_until_somebody_says_where_we_are() -> None:
    file = customer()
    person(file)
    tell(notice(file, consignee=None))
    assert "选择接收哪些通知" not in letters()[0][1]
    set_number("contacting.public_address", "https://zhike.example/")
    tell(notice(file, consignee=None, occasion="2"))
    body = Message.objects.exclude(body=letters()[0][1]).get().body
    assert "选择接收哪些通知：https://zhike.example/t/w/" in body


def test_notify__takes_lists_in_a_fixed_number_of_queries() -> None:
    files = [customer() for _n in range(8)]
    for n, file in enumerate(files):
        person(file, number=f"1381234{n:04d}", address=f"a{n}@example.com")
    batch = [
        notice(file, subject=("shipment", str(n)), consignee=Recipient(phone=f"+861370000{n:04d}", zone=ZONE))
        for n, file in enumerate(files)
    ]
    with CaptureQueriesContext(connection) as short:
        tell(batch[0])
    with CaptureQueriesContext(connection) as long:
        assert tell(*batch[1:]) == Told(allowed=14)
    counts = [
        sum("parameters_parametermark" not in one["sql"] for one in seen.captured_queries) for seen in (short, long)
    ]
    assert counts[1] <= counts[0] <= 35
    assert ContactRecord.objects.count() == 16
