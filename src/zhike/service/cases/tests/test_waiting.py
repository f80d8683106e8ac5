"""An answer that waits for the end of the night is no answer yet: what the case says until it has left."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from zhike.platform.calendars.models import Clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.messaging import actions as messaging
from zhike.platform.messaging import delivery
from zhike.platform.messaging.models import Message
from zhike.platform.outbox import drain_all
from zhike.platform.outbox.models import OutboxEvent, OutboxReceipt
from zhike.record.contacting import actions as contacting
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import SYSTEM
from zhike.record.contacting.tests.factories import mail as mail_point
from zhike.record.customers.actions import erase_people, remove_point
from zhike.record.customers.models import ContactPoint
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.customers.types import Channel, ErasureBasis
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case, CaseContact, WaitingAnswer
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, said
from zhike.service.cases.tests.factories import case as make_case
from zhike.service.cases.tests.test_web import seen, take
from zhike.service.cases.tests.test_web import sent as sent_link
from zhike.service.cases.types import MailReply, MailSent
from zhike.service.cases.types.web import AnswerBy

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NIGHT = NOW + 6 * HOUR  # 22:00 in Shanghai
MORNING = NOW + 17 * HOUR  # 09:00
LEFT = MORNING + timedelta(minutes=3)


@pytest.fixture(autouse=True)
def _own_state(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def matter() -> Case:
    """A complaint of the afternoon whose person reads mail."""
    who = customer()
    person = contact(who, mail_point("chen@huaxia.example"), name="陈静")
    return make_case(who, contact_id=person.pk)


def answer(case: Case, *, solves: bool = True, now: datetime = NIGHT, body: str = "明天上午送到。") -> MailSent:
    coding = CODED if solves else None
    reply = MailReply(body=body)
    return actions.send_reply(actor=SETUP, case_id=case.pk, reply=reply, is_answer=solves, coding=coding, now=now)


def entry_of(sent: MailSent) -> int:
    assert sent.entry_id is not None
    return sent.entry_id


def let_go(now: datetime = MORNING) -> None:
    contacting.release_held(actor=SYSTEM, now=now)
    drain_all(now=now)


def hand_over(now: datetime = LEFT) -> None:
    for pk in Message.objects.filter(state="queued").values_list("pk", flat=True):
        delivery.hand_over(UUID(str(pk)), now=now)
    drain_all(now=now + timedelta(seconds=30))


def clocks(case: Case) -> dict[str, tuple[str, datetime | None]]:
    rows = Clock.objects.filter(subject_kind="case", subject_id=case.pk)
    return {
        kind.removeprefix("cases."): (state, at) for kind, state, at in rows.values_list("kind", "state", "stopped_at")
    }


@pytest.mark.req("CASE-08", "CASE-09")
def test_held__the_case_stands_as_it_did_and_its_clocks_run() -> None:
    made = matter()
    sent = answer(made)
    assert sent.decision.until == MORNING
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.first_response_at, made.we_spoke_at) == ("in_work", None, None, None)
    assert (made.answer_leaves_at, made.resolution) == (MORNING, "")
    assert {state for state, _at in clocks(made).values()} == {"running"}
    assert queries.file_of(queries.get_case(actor=SETUP, case_id=made.pk)).answer_leaves_at == MORNING


@pytest.mark.req("CASE-08", "CASE-09")
def test_left__the_clocks_stop_at_the_instant_of_handing_over() -> None:
    made = matter()
    sent = answer(made)
    let_go()
    made.refresh_from_db()
    assert made.state == "in_work"
    hand_over()
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.first_response_at) == ("answered", LEFT, LEFT)
    assert (made.resolution, made.answer_leaves_at, made.we_spoke_at) == ("明天上午送到。", None, LEFT)
    assert {at for _state, at in clocks(made).values()} == {LEFT}
    assert CaseContact.objects.get(interaction_id=entry_of(sent)).at == LEFT


def test_left__told_twice_it_happens_once() -> None:
    made = matter()
    answer(made)
    let_go()
    hand_over()
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=said("没有送到"), now=LEFT + HOUR)
    OutboxReceipt.objects.filter(subscriber="cases.mail_ends").delete()
    OutboxEvent.objects.filter(type="messaging.settled").update(done_at=None)
    drain_all(now=LEFT + 2 * HOUR)
    made.refresh_from_db()
    assert (made.state, made.answered_at) == ("in_work", LEFT)


def test_taken_back__nothing_has_been_said() -> None:
    made = matter()
    sent = answer(made)
    actions.take_back_reply(actor=SETUP, case_id=made.pk, entry_id=entry_of(sent), now=NIGHT + HOUR)
    let_go()
    hand_over()
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.first_response_at, made.answer_leaves_at) == (
        "in_work",
        None,
        None,
        None,
    )
    assert WaitingAnswer.objects.get().state == "taken_back"
    assert Message.objects.count() == 0
    assert Interaction.objects.get(pk=entry_of(sent)).struck_at is not None


def test_taken_back__from_the_contact_log_strikes_it_in_the_case() -> None:
    made = matter()
    sent = answer(made)
    contacting.take_back(actor=SETUP, record_id=ContactRecord.objects.get().pk, now=NIGHT + HOUR)
    drain_all(now=NIGHT + HOUR)
    made.refresh_from_db()
    assert (made.state, made.answer_leaves_at) == ("in_work", None)
    assert Interaction.objects.get(pk=entry_of(sent)).struck_at == NIGHT + HOUR


def test_failed__the_matter_is_still_ours_and_the_timeline_says_so() -> None:
    made = matter()
    answer(made)
    let_go()
    (row,) = Message.objects.all()
    messaging.give_up(actor=SYSTEM, message_id=row.pk, reason="地址不存在", now=LEFT)
    drain_all(now=LEFT)
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.first_response_at, made.answer_leaves_at) == (
        "in_work",
        None,
        None,
        None,
    )
    assert WaitingAnswer.objects.get().state == "failed"
    assert Interaction.objects.filter(message__contains="did not reach").exists()
    assert {state for state, _at in clocks(made).values()} <= {"running"}


def test_withheld_in_the_morning__the_owner_reads_it() -> None:
    made = matter()
    answer(made)
    # Their address turns out to be wrong and is taken out before the morning.
    (point,) = ContactPoint.objects.filter(contact_id=made.contact_id or 0)
    remove_point(actor=SETUP, point_id=point.pk, now=NIGHT + HOUR)
    let_go()
    made.refresh_from_db()
    assert (made.state, made.answer_leaves_at, WaitingAnswer.objects.get().state) == ("in_work", None, "withheld")
    assert Interaction.objects.filter(message__contains="was withheld").exists()


def test_customer_wrote_meanwhile__the_matter_stays_open_but_they_have_heard_from_us() -> None:
    made = matter()
    answer(made)
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=said("还有一件也没到"), now=NIGHT + 2 * HOUR)
    let_go()
    hand_over()
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.first_response_at) == ("in_work", None, LEFT)


def test_closed_meanwhile__stays_closed() -> None:
    made = matter()
    answer(made)
    actions.close_case(
        actor=SETUP, case_id=made.pk, solved=True, resolution="电话里说清了", coding=CODED, now=NIGHT + 2 * HOUR
    )
    let_go()
    hand_over()
    made.refresh_from_db()
    assert (made.state, made.closed_at, made.answer_leaves_at) == ("closed", NIGHT + 2 * HOUR, None)


def test_second_answer__the_first_to_leave_is_shown_and_the_last_counts() -> None:
    made = matter()
    answer(made)
    answer(made, now=NIGHT + HOUR)
    let_go()
    assert WaitingAnswer.objects.filter(state="waiting").count() == 2
    hand_over()
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.answer_leaves_at) == ("answered", LEFT, None)


def test_by_day__leaves_at_once_as_ever() -> None:
    made = matter()
    answer(made, now=NOW + HOUR)
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.answer_leaves_at) == ("answered", NOW + HOUR, None)
    assert WaitingAnswer.objects.count() == 0


@pytest.mark.req("CASE-08", "CASE-09")
def test_by_day__taken_back_within_the_seconds_the_clocks_run_again() -> None:
    made = matter()
    day = NOW + HOUR
    sent = answer(made, now=day)
    assert {state for state, _at in clocks(made).values()} == {"met"}
    actions.take_back_reply(actor=SETUP, case_id=made.pk, entry_id=entry_of(sent), now=day + timedelta(seconds=8))
    made.refresh_from_db()
    assert (made.state, made.answered_at, made.resolution) == ("in_work", None, "")
    assert (made.first_response_at, made.we_spoke_at) == (None, None)
    assert {state for state, _at in clocks(made).values()} == {"running"}


@pytest.mark.req("SHIP-08")
def test_inform__a_notice_of_the_night_stops_the_clock_in_the_morning() -> None:
    made = matter()
    actions.inform_customer(actor=SETUP, case_id=made.pk, text="货物晚到一天。", now=NIGHT)
    made.refresh_from_db()
    assert (made.first_response_at, made.answer_leaves_at) == (None, MORNING)
    let_go()
    hand_over()
    made.refresh_from_db()
    assert (made.state, made.first_response_at, clocks(made)["first_response"][1]) == ("in_work", LEFT, LEFT)
    assert CaseContact.objects.get(incoming=False).channel == Channel.MAIL.value


def test_erased__what_waits_never_leaves_and_is_forgotten() -> None:
    made = matter()
    answer(made)
    actions.forget_people(actor=SETUP, contact_ids=[made.contact_id or 0], now=NIGHT + HOUR)
    row = WaitingAnswer.objects.get()
    made.refresh_from_db()
    assert (row.state, row.resolution, made.answer_leaves_at) == ("withheld", "", None)


def test_erased__an_answer_to_another_that_waits_gives_up_the_number_in_it() -> None:
    made = matter()
    answer(made, body="请打13987654321找周师傅。")
    erase_people(
        actor=SETUP,
        contact_ids=[],
        phone_numbers=["13987654321"],
        basis=ErasureBasis.CONSENT,
        reason="本人要求",
        now=NIGHT + HOUR,
    )
    row = WaitingAnswer.objects.get()
    assert (row.state, row.resolution) == ("waiting", "请打█找周师傅。")
    assert ContactRecord.objects.get(ref=row.ref).body.count("13987654321") == 0
    let_go()
    hand_over()
    made.refresh_from_db()
    assert made.resolution == "请打█找周师傅。"


@pytest.mark.req("CASE-26")
def test_by_link__the_customer_reads_the_answer_once_it_has_left() -> None:
    default_calendar()
    organization.actor(roles=("agent",))
    taken = take(answer_by=AnswerBy.EMAIL, email="lin@example.com", waybill=shipment(customer=customer()).waybill)
    link = sent_link(taken)
    answer(Case.objects.get())
    assert [one.by_us for one in seen(link).lines] == [False]
    let_go()
    hand_over()
    assert [(one.by_us, one.body) for one in seen(link).lines if one.by_us] == [(True, "明天上午送到。")]
