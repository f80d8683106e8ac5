"""The closed loop: what was said becomes work the same day, once, and history becomes none."""

from datetime import timedelta

import pytest

from zhike.platform import outbox
from zhike.platform.actors import Actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.outbox import Mode
from zhike.platform.outbox.models import OutboxEvent, OutboxReceipt
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach, UnitKind
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases import actions as cases
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import CODED
from zhike.service.cases.tests.factories import case as make_case
from zhike.service.cases.types import CaseKind, Party
from zhike.voice.surveys import actions
from zhike.voice.surveys.events import OutcomesEvent
from zhike.voice.surveys.models import Comment, FollowUp, Recipient
from zhike.voice.surveys.rules.following import FollowUpEnded
from zhike.voice.surveys.tests import voices
from zhike.voice.surveys.types import Disposition, FollowResult, FollowUpEnd

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOLVED = FollowUpEnd(result=FollowResult.SOLVED, cause="courier", score_after=4, note="已道歉，客户满意")


@pytest.fixture(autouse=True)
def agent() -> Actor:
    default_calendar()
    return organization.actor(roles=("agent",))


@pytest.fixture
def of() -> Customer:
    return customer()


def opened(*rows: Recipient, mode: Mode = Mode.LIVE) -> list[FollowUp]:
    ids = [row.pk for row in rows]
    actions.open_follow_ups(actor=SETUP, recipient_ids=ids, heard_at=NOW, mode=mode, now=NOW)
    return list(FollowUp.objects.filter(recipient_id__in=ids).order_by("pk"))


@pytest.mark.req("SURV-31", "CASE-25")
def test_open__a_low_score_is_a_case_the_same_day_owned_and_due_in_two_working_days(of: Customer) -> None:
    goods = shipment(customer=of)
    who = contact(of)
    said = voices.recipient(of, contact=who, shipment=goods, answers={"overall": 2, "words": "来得太晚"})

    (made,) = opened(said)

    assert (made.reason, made.score, made.scale, made.result) == ("low_score", 2, "csat5", "")
    assert made.case is not None
    assert (made.case.origin, made.case.category.code, made.case.opened_at) == ("survey", "survey", NOW)
    assert (made.case.customer_id, made.case.contact_id, made.case.shipment_id) == (of.pk, who.pk, goods.pk)
    assert made.owner_id == made.case.owner_id
    assert made.case.next_due_at is not None
    # Monday 16:00 in Shanghai; two working days later the desk closes at 18:00.
    assert made.due_at == NOW.replace(day=25, hour=10)
    # What the person wrote stays with the answer, where an erasure finds it.
    assert "太晚" not in made.case.subject + made.case.text


@pytest.mark.req("CASE-25")
def test_open__who_is_satisfied_is_left_alone(of: Customer) -> None:
    assert opened(voices.recipient(of, answers={"overall": 5, "words": "很好"})) == []
    assert Case.objects.count() == 0


@pytest.mark.req("SURV-20", partial="sent on the same day; the room that warns comes later")
def test_open__refused_unscored_and_complaint_are_followed_and_told_upwards(of: Customer) -> None:
    by = voices.campaign()
    rows = [
        voices.recipient(of, by=by, contact=contact(of), outcome=outcome)
        for outcome in (Disposition.REFUSED, Disposition.UNSCORED, Disposition.COMPLAINT)
    ]
    made = opened(*rows)
    assert [row.reason for row in made] == ["refusal", "unscored", "complaint"]
    assert [row.case and row.case.kind for row in made] == ["enquiry", "enquiry", "complaint"]
    event = OutboxEvent.objects.get(type="surveys.follow_ups_opened")
    assert event.payload["follow_up_ids"] == [row.pk for row in made]
    assert event.mode == "live"


@pytest.mark.req("CASE-25")
def test_open__an_open_case_about_the_goods_takes_it_and_a_complaint_raises_it(of: Customer) -> None:
    goods = shipment(customer=of)
    known = make_case(of, shipment_id=goods.pk, kind=CaseKind.ENQUIRY, category="where")
    low = voices.recipient(of, shipment=goods, answers={"overall": 1})
    strong = voices.recipient(of, shipment=goods, outcome=Disposition.COMPLAINT)

    assert {row.case_id for row in opened(low)} == {known.pk}
    known.refresh_from_db()
    assert known.kind == "enquiry"
    assert {row.case_id for row in opened(strong)} == {known.pk}
    known.refresh_from_db()
    assert known.kind == "complaint"
    assert Interaction.objects.filter(message__contains="heard in this case").count() == 2


def test_open__the_case_that_was_asked_about_takes_it_while_it_is_open_else_a_new_one(of: Customer) -> None:
    running, closed = make_case(of), make_case(of)
    cases.close_case(actor=SETUP, case_id=closed.pk, solved=True, resolution="好", coding=CODED, now=NOW)
    first = voices.recipient(of, case=running, answers={"overall": 1})
    second = voices.recipient(of, case=closed, answers={"overall": 1})
    one, other = opened(first, second)
    assert one.case_id == running.pk
    assert other.case_id not in {None, running.pk, closed.pk}


def test_open__two_answers_about_one_parcel_are_one_case(of: Customer) -> None:
    goods = shipment(customer=of)
    rows = [voices.recipient(of, shipment=goods, answers={"overall": 1}) for _ in range(2)]
    made = opened(*rows)
    assert len(made) == 2
    assert len({row.case_id for row in made}) == 1


def test_open__whoever_no_file_knows_is_somebodys_without_a_case(agent: Actor) -> None:
    (made,) = opened(voices.recipient(None, answers={"overall": 1}))
    assert (made.case_id, made.owner_id) == (None, agent.staff_id)


@pytest.mark.req("SURV-31")
def test_open__history_is_written_down_and_becomes_no_work(of: Customer) -> None:
    then = NOW - 40 * DAY
    by = voices.campaign()
    past = voices.recipient(of, by=by, answers={"overall": 1}, at=then, mode="backfill")
    late = voices.recipient(of, by=by, contact=contact(of), answers={"overall": 1}, at=NOW - 25 * HOUR)
    told = voices.recipient(of, by=by, contact=contact(of), answers={"overall": 1})

    first, second = opened(past, late)
    (third,) = opened(told, mode=Mode.BACKFILL)

    assert Case.objects.count() == 0
    assert {row.owner_id for row in (first, second, third)} == {None}
    assert first.opened_at == then
    assert then + DAY < first.due_at < then + 5 * DAY
    assert {event.mode for event in OutboxEvent.objects.filter(type="surveys.follow_ups_opened")} == {
        "live",
        "backfill",
    }


@pytest.mark.req("SURV-31", "CASE-25")
def test_open__an_event_that_comes_again_gives_one_case(of: Customer) -> None:
    said = voices.recipient(of, answers={"overall": 1})
    outbox.emit(OutcomesEvent(recipient_ids=[said.pk]), now=NOW)
    outbox.drain_all(now=NOW)
    # Killed before its receipt was kept: the drainer hands it out once more.
    OutboxReceipt.objects.filter(subscriber="surveys.follow").delete()
    OutboxEvent.objects.filter(type="surveys.outcomes").update(done_at=None)
    outbox.drain_all(now=NOW + HOUR)
    outbox.emit(OutcomesEvent(recipient_ids=[said.pk]), now=NOW + HOUR)
    outbox.drain_all(now=NOW + HOUR)

    assert FollowUp.objects.count() == 1
    assert Case.objects.count() == 1


def test_open__a_graver_reason_takes_the_place_of_a_lesser_one(of: Customer) -> None:
    said = voices.recipient(of, outcome=Disposition.REFUSED)
    (first,) = opened(said)
    Recipient.objects.filter(pk=said.pk).update(disposition="complaint", submitted_at=NOW)
    (again,) = opened(said)
    assert (first.reason, again.reason, again.pk, again.case_id) == ("refusal", "complaint", first.pk, first.case_id)


def test_open__comments_with_strong_words_are_marked(of: Customer) -> None:
    by = voices.campaign()
    opened(
        voices.recipient(of, by=by, answers={"words": "我要投诉"}),
        voices.recipient(of, by=by, contact=contact(of), answers={"words": "还可以"}),
    )
    assert list(Comment.objects.order_by("pk").values_list("strong", flat=True)) == [True, False]


def test_open__costs_the_same_however_many(of: Customer, django_assert_max_num_queries: object) -> None:
    by = voices.campaign()
    rows = [voices.recipient(of, by=by, contact=contact(of), answers={"overall": 1}) for _ in range(12)]
    with django_assert_max_num_queries(75):  # type: ignore[operator]
        assert len(opened(*rows)) == 12


@pytest.mark.req("SURV-31")
def test_end__says_whether_they_were_reached_and_think_otherwise(of: Customer, agent: Actor) -> None:
    (made,) = opened(voices.recipient(of, answers={"overall": 1}))
    assert actions.note_try(actor=agent, follow_up_id=made.pk, now=NOW + HOUR) == 1
    assert FollowUp.objects.get(pk=made.pk).acted_at == NOW + HOUR
    actions.end_follow_up(actor=agent, follow_up_id=made.pk, end=SOLVED, now=NOW + DAY)
    made.refresh_from_db()
    assert (made.result, made.cause, made.score_after, made.tries) == ("solved", "courier", 4, 1)
    assert (made.done_by_id, made.done_at) == (agent.staff_id, NOW + DAY)
    messages = Interaction.objects.filter(about_id=str(made.case_id)).values_list("message", flat=True)
    assert {one.split(" ", 1)[0] for one in messages} >= {"Not", "Followed"}
    with pytest.raises(FollowUpEnded):
        actions.end_follow_up(actor=agent, follow_up_id=made.pk, end=SOLVED, now=NOW + DAY)
    with pytest.raises(FollowUpEnded):
        actions.note_try(actor=agent, follow_up_id=made.pk, now=NOW + DAY)


@pytest.mark.parametrize(
    ("end", "field"),
    [
        (FollowUpEnd(result=FollowResult.OPEN), "result"),
        (FollowUpEnd(result=FollowResult.SOLVED), "cause"),
        (FollowUpEnd(result=FollowResult.SOLVED, cause="nonsense"), "cause"),
        (FollowUpEnd(result=FollowResult.SOLVED, cause="courier", score_after=6), "score_after"),
        (FollowUpEnd(result=FollowResult.UNREACHED, score_after=3), "score_after"),
        (FollowUpEnd(result=FollowResult.UNREACHED, note="x" * 4001), "note"),
        (
            FollowUpEnd(result=FollowResult.SOLVED, cause="courier", close=True, party=Party.OUTLET),
            "unit_id",
        ),
    ],
)
def test_end__refuses_what_does_not_fit(of: Customer, agent: Actor, end: FollowUpEnd, field: str) -> None:
    (made,) = opened(voices.recipient(of, answers={"overall": 1}))
    with pytest.raises(Invalid) as refused:
        actions.end_follow_up(actor=agent, follow_up_id=made.pk, end=end, now=NOW)
    assert set(refused.value.fields) == {field}


@pytest.mark.req("CASE-25")
def test_end__closes_its_case_with_it_and_without_the_words_of_the_talk(of: Customer, agent: Actor) -> None:
    (made,) = opened(voices.recipient(of, answers={"overall": 1}))
    end = FollowUpEnd(
        result=FollowResult.UNCHANGED, cause="courier", note="张先生仍不满意", close=True, party=Party.PARTNER
    )
    actions.end_follow_up(actor=agent, follow_up_id=made.pk, end=end, now=NOW + HOUR)
    case = Case.objects.get(pk=made.case_id or 0)
    assert (case.state, case.solved, case.cause and case.cause.code) == ("closed", False, "courier")
    assert "张先生" not in case.resolution


def test_end__a_case_closed_meanwhile_stays_as_it_is(of: Customer, agent: Actor) -> None:
    (made,) = opened(voices.recipient(of, answers={"overall": 1}))
    cases.close_case(actor=SETUP, case_id=made.case_id or 0, solved=True, resolution="已处理", coding=CODED, now=NOW)
    made.refresh_from_db()
    assert made.result == ""
    end = FollowUpEnd(result=FollowResult.SOLVED, cause="courier", close=True, party=Party.PARTNER)
    actions.end_follow_up(actor=agent, follow_up_id=made.pk, end=end, now=NOW + HOUR)
    assert Case.objects.get(pk=made.case_id or 0).resolution == "已处理"


def test_end__only_by_those_who_follow_up_within_their_reach(of: Customer) -> None:
    (made,) = opened(voices.recipient(of, answers={"overall": 1}))
    elsewhere = organization.unit(name="广州网点", kind=UnitKind.OUTLET)
    with pytest.raises(NotFound):
        actions.end_follow_up(
            actor=organization.actor(elsewhere, roles=("supervisor",), reach=RoleReach.SUBTREE),
            follow_up_id=made.pk,
            end=SOLVED,
            now=NOW,
        )
    with pytest.raises(Forbidden):
        actions.end_follow_up(actor=organization.actor(roles=("executive",)), follow_up_id=made.pk, end=SOLVED, now=NOW)


def test_owner__follows_the_case_and_goes_on_in_the_one_it_repeats(of: Customer) -> None:
    (made,) = opened(voices.recipient(of, answers={"overall": 1}))
    other = organization.staff(roles=("agent",))
    case_id = made.case_id or 0
    cases.assign_cases(actor=SETUP, case_ids=[case_id], owner_id=other.pk, reason="换人", now=NOW)
    outbox.drain_all(now=NOW)
    made.refresh_from_db()
    assert (made.owner_id, made.case_id) == (other.pk, case_id)

    original = make_case(of)
    cases.close_duplicate(actor=SETUP, case_id=case_id, of_case_id=original.pk, now=NOW)
    outbox.drain_all(now=NOW)
    made.refresh_from_db()
    assert (made.case_id, made.owner_id) == (original.pk, original.owner_id)


def test_pass__a_leavers_follow_ups_go_to_a_colleague(of: Customer) -> None:
    (made,) = opened(voices.recipient(of, answers={"overall": 1}))
    other = organization.staff(roles=("agent",))
    assert (
        actions.pass_follow_ups(
            actor=SETUP, from_staff_id=made.owner_id or 0, to_staff_id=other.pk, follow_up_ids=None, now=NOW
        )
        == 1
    )
    made.refresh_from_db()
    assert made.owner_id == other.pk
