"""Sending within the policy: what leaves, what waits, what is withheld, and what stands in the log."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.messaging.models import Message
from zhike.platform.outbox import Mode
from zhike.record.contacting import actions, queries
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import (
    DAY,
    HOUR,
    NOW,
    OFFER,
    SYSTEM,
    agree,
    ask,
    person,
    rows,
    send,
    set_number,
    survey,
)
from zhike.record.contacting.types import (
    ConsentStatus,
    ContactChannel,
    MadeContact,
    Outcome,
    Purpose,
    Recipient,
    Rule,
    SurveyKind,
)
from zhike.record.customers.actions import set_standing, withdraw_standing
from zhike.record.customers.tests.factories import SETUP, contact, customer, phone
from zhike.record.customers.types import StandingEntry
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
NIGHT = NOW + 12 * HOUR  # 22:00 in Shanghai
MORNING = NOW + 23 * HOUR  # 09:00
EMAIL, SMS, CALL = ContactChannel.EMAIL, ContactChannel.SMS, ContactChannel.CALL


def test_send__allowed_leaves_and_stands_in_the_log() -> None:
    who = person()
    done = send(who)
    (row,) = rows()
    assert (done.decision.outcome, done.log_id, done.message_id) == (Outcome.ALLOW, row.pk, row.ref)
    assert (row.person, row.contact_id, row.customer_id, row.of_account, row.counts) == (
        f"c:{who.pk}",
        who.pk,
        who.customer_id,
        True,
        True,
    )
    assert (row.to, row.body, row.delivery, row.purpose) == ("+8613812345678", "", "waiting", "relationship")
    message = Message.objects.get(pk=row.ref)
    assert (message.to, message.body, message.purpose, message.next_at) == (
        "+8613812345678",
        "王经理向您问好",
        "contacting.relationship",
        NOW,
    )


def test_send__withheld_is_logged_with_its_rule() -> None:
    who = person()
    set_number("contacting.public_address", "https://zhike.example")
    done = send(who, purpose=Purpose.MARKETING, text=OFFER)
    (row,) = rows()
    assert (done.decision.outcome, done.message_id) == (Outcome.DENY, None)
    assert (row.outcome, row.rule, row.counts, row.body) == ("deny", "consent.missing", False, "")
    assert Message.objects.count() == 0


def test_consent__the_latest_entry_holds_by_purpose_and_channel() -> None:
    who = person()
    set_number("contacting.public_address", "https://zhike.example")
    agree(who)
    assert send(who, purpose=Purpose.MARKETING, text=OFFER).decision.outcome is Outcome.ALLOW
    assert send(who, purpose=Purpose.MARKETING, text=OFFER, channel=EMAIL).decision.rule is Rule.CONSENT_MISSING
    actions.refuse(actor=SYSTEM, contact_id=who.pk, purpose=Purpose.MARKETING, channel=SMS, now=NOW + HOUR)
    late = send(who, purpose=Purpose.MARKETING, text="别的" + OFFER, now=NOW + 8 * DAY)
    assert late.decision.rule is Rule.CONSENT_WITHDRAWN
    agree(who, now=NOW + 2 * HOUR)
    again = send(who, purpose=Purpose.MARKETING, text="别的" + OFFER, now=NOW + 9 * DAY)
    assert again.decision.outcome is Outcome.ALLOW


def test_consent__a_refusal_of_an_address_holds_for_whoever_is_reached_there() -> None:
    who = person()
    refused: dict[str, Any] = {"purpose": Purpose.RELATIONSHIP, "status": ConsentStatus.WITHDRAWN}
    other = contact(customer(), phone("13812345678"), name="李雷")
    agree(who, **refused)
    assert send(who).decision.rule is Rule.CONSENT_WITHDRAWN
    assert send(other).decision.outcome is Outcome.ALLOW
    # Said about the number, which two people share.
    agree(Recipient(phone="138 1234 5678"), **refused)
    assert send(other, now=NOW + 2 * DAY).decision.rule is Rule.CONSENT_WITHDRAWN


@pytest.mark.req("OUTR-04")
def test_promotions__two_in_thirty_days_over_all_people_of_a_customer_and_the_blocked_are_counted() -> None:
    set_number("contacting.public_address", "https://zhike.example")
    file = customer()
    people = [contact(file, phone(f"1381234567{n}"), name=f"人{n}") for n in range(4)]
    for who in people:
        agree(who)
    sent = [
        send(who, purpose=Purpose.MARKETING, text=f"{n}{OFFER}", now=NOW + n * 2 * DAY).decision
        for n, who in enumerate(people)
    ]
    assert [one.outcome for one in sent] == [Outcome.ALLOW, Outcome.ALLOW, Outcome.DENY, Outcome.DENY]
    assert {one.rule for one in sent[2:]} == {Rule.CAP_PROMOTIONAL}
    actions.refuse(actor=SYSTEM, contact_id=people[0].pk, purpose=Purpose.MARKETING, now=NOW + 8 * DAY)
    found = queries.blocked(actor=SYSTEM, begin=NOW, end=NOW + 30 * DAY)
    assert (found.asked, found.withheld, dict(found.by_rule)) == (4, 2, {Rule.CAP_PROMOTIONAL: 2})
    assert queries.opt_outs(actor=SYSTEM, begin=NOW, end=NOW + 30 * DAY) == (2, 1)
    after = send(people[3], purpose=Purpose.MARKETING, text="新" + OFFER, now=NOW + 31 * DAY)
    assert after.decision.outcome is Outcome.ALLOW


def test_caps__calls_made_by_people_count_and_goods_do_not() -> None:
    who = person()
    for n in range(2):
        made = MadeContact(
            to=Recipient(contact_id=who.pk), purpose=Purpose.RELATIONSHIP, channel=CALL, at=NOW - n * DAY, once=f"i:{n}"
        )
        assert actions.record_contact(actor=SYSTEM, contact=made, now=NOW) == 1
        assert actions.record_contact(actor=SYSTEM, contact=made, now=NOW) == 0
    assert send(who, now=NOW + DAY).decision.rule is Rule.CAP_WEEK
    for _n in range(3):
        assert send(who, purpose=Purpose.TRANSACTIONAL, text="已签收").decision.outcome is Outcome.ALLOW
    assert send(who, now=NOW + 7 * DAY).decision.outcome is Outcome.ALLOW


def test_caps__one_contact_a_day_over_all_people_of_a_customer() -> None:
    file = customer()
    first, second = person(file), person(file, number="13812345679", address="li@example.com")
    assert send(first).decision.outcome is Outcome.ALLOW
    assert send(second, now=NOW + 2 * HOUR).decision.rule is Rule.CAP_CUSTOMER_DAY
    assert send(second, now=NOW + DAY).decision.outcome is Outcome.ALLOW


def asked_of(seen: CaptureQueriesContext) -> int:
    """Queries, the one that asks whether parameters have changed aside."""
    return sum("parameters_parametermark" not in one["sql"] for one in seen.captured_queries)


def test_many__each_is_decided_after_those_before_it_in_a_fixed_number_of_queries() -> None:
    file = customer()
    few = [person(file, number=f"1381234{n:04d}", address=f"a{n}@example.com") for n in range(2)]
    many = [contact(customer(), phone(f"1391234{n:04d}"), name="李雷") for n in range(30)]
    done = actions.send_many(actor=SYSTEM, asks=[ask(few[0], text=f"问好{n}") for n in range(3)], now=NOW)
    assert [one.decision.rule for one in done] == [Rule.FREE, Rule.CAP_CUSTOMER_DAY, Rule.CAP_CUSTOMER_DAY]
    with CaptureQueriesContext(connection) as short:
        actions.send_many(actor=SYSTEM, asks=[ask(many[0])], now=NOW)
    with CaptureQueriesContext(connection) as long:
        done = actions.send_many(actor=SYSTEM, asks=[ask(one) for one in many[1:]], now=NOW)
    assert {one.decision.outcome for one in done} == {Outcome.ALLOW}
    assert asked_of(long) <= asked_of(short) <= 20
    with pytest.raises(Invalid):
        actions.send_many(actor=SYSTEM, asks=[ask(few[0])] * 1001, now=NOW)


def test_night__waits_and_is_decided_again_in_the_morning() -> None:
    who = person()
    held = send(who, now=NIGHT)
    (row,) = rows()
    assert (held.decision.rule, held.decision.until) == (Rule.QUIET_NIGHT, MORNING)
    assert (row.body, row.hold_until, row.counts) == ("王经理向您问好", MORNING, False)
    assert Message.objects.count() == 0
    assert actions.release_held(actor=SYSTEM, now=MORNING - timedelta(seconds=1)) == 0
    assert actions.release_held(actor=SYSTEM, now=MORNING) == 1
    assert actions.release_held(actor=SYSTEM, now=MORNING) == 0
    (row,) = rows()
    assert (row.outcome, row.rule, row.body, row.counts, row.at) == ("allow", "", "", True, MORNING)
    assert Message.objects.get(pk=row.ref).body == "王经理向您问好"


def test_night__what_is_refused_meanwhile_does_not_go_and_caps_hold_among_those_that_waited() -> None:
    who, other = person(), person(number="13912345678", address="li@example.com")
    send(other, now=NIGHT)
    held = [send(who, text=f"问好{n}", now=NIGHT).decision.outcome for n in range(3)]
    assert held == [Outcome.HOLD] * 3
    actions.refuse(actor=SYSTEM, contact_id=other.pk, purpose=Purpose.RELATIONSHIP, now=NIGHT + HOUR)
    assert actions.release_held(actor=SYSTEM, now=MORNING) == 4
    assert [(row.outcome, row.rule) for row in rows()] == [
        ("deny", "consent.withdrawn"),
        ("allow", ""),
        ("deny", "cap.customer_day"),
        ("deny", "cap.customer_day"),
    ]
    assert Message.objects.count() == 1


def test_old_and_backfill__never_speak() -> None:
    who = person()
    old = send(who, purpose=Purpose.TRANSACTIONAL, occurred_at=NOW - 25 * HOUR)
    history = send(who, purpose=Purpose.TRANSACTIONAL, occurred_at=NOW, mode=Mode.BACKFILL)
    assert (old.decision.rule, history.decision.rule) == (Rule.ACT_WITHIN, Rule.BACKFILL)
    # What waited through a day and a night is too old by then.
    send(who, purpose=Purpose.TRANSACTIONAL, occurred_at=NIGHT - 20 * HOUR, now=NIGHT)
    actions.release_held(actor=SYSTEM, now=MORNING)
    assert [row.rule for row in rows()] == ["act_within", "backfill", "act_within"]
    assert Message.objects.count() == 0


def test_same_text__does_not_go_twice_even_with_another_link() -> None:
    set_number("contacting.public_address", "https://zhike.example")
    who = person()
    text = "请看 {optout_link}"
    assert send(who, text=text).decision.outcome is Outcome.ALLOW
    assert send(who, text="请看   {optout_link} ", now=NOW + 8 * DAY).decision.rule is Rule.SAME_TEXT
    assert send(who, text=text, now=NOW + 90 * DAY).decision.outcome is Outcome.ALLOW


def test_surveys__quarantine_reminder_complaint_and_silence() -> None:
    who = person()
    invited = survey(who)
    assert invited.decision.outcome is Outcome.ALLOW
    assert survey(who, now=NOW + 29 * DAY).decision.rule is Rule.SURVEY_QUARANTINE
    early = survey(who, now=NOW + DAY, kind=SurveyKind.REMINDER, invitation_id=invited.log_id)
    assert (early.decision.rule, early.decision.until) == (Rule.SURVEY_REMINDER, NOW + 3 * DAY)
    actions.release_held(actor=SYSTEM, now=NOW + 3 * DAY)
    assert rows()[-1].outcome == "allow"
    second = survey(who, now=NOW + 9 * DAY, kind=SurveyKind.REMINDER, invitation_id=invited.log_id)
    assert second.decision.rule is Rule.SURVEY_REMINDER
    entry = StandingEntry(customer_id=who.customer_id, kind="open_complaint", text="C-1042", as_of=NOW)
    set_standing(actor=SETUP, entries=[entry], source="tests", now=NOW)
    assert survey(who, now=NOW + 40 * DAY).decision.rule is Rule.SURVEY_COMPLAINT
    withdraw_standing(actor=SETUP, customer_ids=[who.customer_id], kind="open_complaint", source="tests", now=NOW)
    assert survey(who, now=NOW + 40 * DAY).decision.outcome is Outcome.ALLOW
    third = survey(who, now=NOW + 80 * DAY)
    assert survey(who, now=NOW + 120 * DAY).decision.rule is Rule.SURVEY_IGNORED
    assert actions.survey_answered(actor=SYSTEM, record_ids=[third.log_id or 0], now=NOW + 121 * DAY) == 1
    assert survey(who, now=NOW + 122 * DAY).decision.outcome is Outcome.ALLOW


def test_address__without_a_file_has_a_budget_of_its_own_and_becomes_the_contact_once_known() -> None:
    to = Recipient(phone="+8613700000001", zone="America/New_York")
    day = NOW + 13 * HOUR  # 10:00 in New York
    assert send(to, now=day).person == "p:+8613700000001"
    who = contact(customer(), phone("13700000001"), name="李雷", now=NOW)
    assert send(to, now=day + 7 * HOUR, text="其他").person == f"c:{who.pk}"
    assert [row.outcome for row in rows()] == ["allow", "allow"]
    # What went to the number before there was a file counts as well.
    assert send(who, now=NOW + 4 * DAY, text="第三").decision.rule is Rule.CAP_WEEK


def test_once__a_second_ask_with_the_same_key_is_dropped() -> None:
    who = person()
    first = send(who, once="n:1", purpose=Purpose.TRANSACTIONAL)
    again = send(who, once="n:1", purpose=Purpose.TRANSACTIONAL)
    both = actions.send_many(actor=SYSTEM, asks=[ask(who, once="n:2", text="二")] * 2, now=NOW)
    assert (first.log_id is None, again.log_id, [one.log_id is None for one in both]) == (False, None, [False, True])
    assert Message.objects.count() == 2


def test_undo__a_person_may_take_back_for_ten_seconds() -> None:
    agent = organization.actor(roles=("agent",))
    who = person()
    done = actions.send(actor=agent, ask=ask(who), now=NOW)
    assert done.log_id is not None
    assert Message.objects.get(pk=str(done.message_id)).next_at == NOW + timedelta(seconds=10)
    with pytest.raises(Forbidden):
        actions.take_back(actor=organization.actor(roles=("agent",)), record_id=done.log_id, now=NOW)
    actions.take_back(actor=agent, record_id=done.log_id, now=NOW)
    (row,) = rows()
    assert (row.delivery, row.counts, Message.objects.get(pk=row.ref).state) == ("taken_back", False, "failed")
    second = actions.send(actor=agent, ask=ask(who), now=NOW)
    assert second.decision.outcome is Outcome.ALLOW
    Message.objects.filter(pk=str(second.message_id)).update(state="sent", settled_at=NOW)
    assert second.log_id is not None
    with pytest.raises(Conflict):
        actions.take_back(actor=agent, record_id=second.log_id, now=NOW)


def test_undo__also_of_what_waits_for_the_morning() -> None:
    agent = organization.actor(roles=("agent",))
    held = actions.send(actor=agent, ask=ask(person()), now=NIGHT)
    assert held.log_id is not None
    actions.take_back(actor=agent, record_id=held.log_id, now=NIGHT)
    assert actions.release_held(actor=SYSTEM, now=MORNING) == 0
    (row,) = rows()
    assert (row.outcome, row.delivery, row.body) == ("deny", "taken_back", "")


def test_settled__updates_the_log() -> None:
    who = person()
    done = send(who)
    assert isinstance(done.message_id, UUID)
    actions.settle(actor=SYSTEM, states={done.message_id: ("uncertain", NOW)}, now=NOW)
    assert rows()[0].delivery == "uncertain"
    actions.settle(actor=SYSTEM, states={done.message_id: ("sent", NOW + HOUR)}, now=NOW + HOUR)
    assert (rows()[0].delivery, rows()[0].settled_at) == ("sent", NOW + HOUR)


def test_send__what_cannot_be_sent_is_named_or_marked_as_failed() -> None:
    who = person()
    for wrong in (
        {"channel": CALL},
        {"text": " "},
        {"survey": SurveyKind.REMINDER, "purpose": Purpose.SERVICE_SURVEY},
        {"purpose": Purpose.MARKETING, "text": "没有退订"},
        {"purpose": Purpose.MARKETING, "text": OFFER},  # nobody has said under which address we are reached
    ):
        with pytest.raises(Invalid):
            send(who, **wrong)
    with pytest.raises(Invalid):
        send(Recipient())
    assert rows() == []
    odd = send(Recipient(email="a,b@example.com"), channel=EMAIL)
    assert (odd.decision.outcome, odd.message_id, rows()[0].delivery, rows()[0].counts) == (
        Outcome.ALLOW,
        None,
        "failed",
        False,
    )


def test_send__without_the_right_or_outside_reach_nothing_happens() -> None:
    far = person(customer(organization.staff(organization.unit(name="南区"))))
    outlet = organization.actor(organization.unit(name="北区"), roles=("outlet",))
    with pytest.raises(NotFound):
        actions.send(actor=outlet, ask=ask(far), now=NOW)
    with pytest.raises(Forbidden):
        actions.send(actor=organization.actor(roles=("auditor",)), ask=ask(far), now=NOW)
    for push in (
        lambda: actions.release_held(actor=outlet, now=NOW),
        lambda: actions.settle(actor=outlet, states={}, now=NOW),
        lambda: actions.notify(actor=outlet, notices=[], mode=Mode.LIVE, now=NOW),
        lambda: actions.survey_answered(actor=outlet, record_ids=[1], now=NOW),
    ):
        with pytest.raises(Forbidden):
            push()
    assert ContactRecord.objects.count() == 0
