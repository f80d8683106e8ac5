"""Comments: one click makes a case, another says that it was read; what is done counts."""

from datetime import timedelta

import pytest

from zhike.platform.actors import Actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Forbidden, NotFound
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach, UnitKind
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases.models import Case
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Comment, Recipient
from zhike.voice.surveys.tests import voices

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def agent() -> Actor:
    default_calendar()
    return organization.actor(roles=("agent",))


@pytest.fixture
def of() -> Customer:
    return customer()


def comment_of(row: Recipient) -> Comment:
    return Comment.objects.get(recipient=row)


@pytest.mark.req("SURV-08")
def test_case__of_a_comment_has_its_person_customer_item_and_parcel(of: Customer, agent: Actor) -> None:
    goods, who = shipment(customer=of), contact(of)
    row = comment_of(voices.recipient(of, contact=who, shipment=goods, answers={"overall": 4, "words": "箱子破了"}))

    case_id = actions.case_of_comment(actor=agent, comment_id=row.pk, now=NOW)
    again = actions.case_of_comment(actor=agent, comment_id=row.pk, now=NOW)

    made = Case.objects.get()
    row.refresh_from_db()
    assert (made.pk, case_id, again) == (case_id, case_id, case_id)
    assert (made.customer_id, made.contact_id, made.shipment_id) == (of.pk, who.pk, goods.pk)
    assert "words?" in made.subject
    assert "箱子破了" not in made.subject + made.text
    assert (row.deed, row.case_id, row.staff_id, row.done_at) == ("case", case_id, agent.staff_id, NOW)
    (why,) = queries.why_case(actor=agent, case_id=case_id)
    assert (why.follow_up, list(why.words)) == (None, ["箱子破了"])


def test_case__of_somebody_followed_up_joins_that_case(of: Customer, agent: Actor) -> None:
    said = voices.recipient(of, answers={"overall": 1, "words": "太慢了"})
    actions.open_follow_ups(actor=SETUP, recipient_ids=[said.pk], heard_at=NOW, now=NOW)
    known = Case.objects.get().pk
    assert actions.case_of_comment(actor=agent, comment_id=comment_of(said).pk, now=NOW) == known
    (why,) = queries.why_case(actor=agent, case_id=known)
    assert why.follow_up is not None
    assert list(why.words) == ["太慢了"]


def test_case__strong_words_are_a_complaint(of: Customer, agent: Actor) -> None:
    row = comment_of(voices.recipient(of, answers={"words": "投诉"}))
    Comment.objects.filter(pk=row.pk).update(strong=True)
    case_id = actions.case_of_comment(actor=agent, comment_id=row.pk, now=NOW)
    made = Case.objects.get(pk=case_id)
    assert (made.kind, made.severity) == ("complaint", "high")


def test_case__needs_a_customer(agent: Actor) -> None:
    row = comment_of(voices.recipient(None, answers={"words": "很好"}))
    with pytest.raises(actions.NobodysComment):
        actions.case_of_comment(actor=SETUP, comment_id=row.pk, now=NOW)


@pytest.mark.req("SURV-08")
def test_noted__leaves_the_list_and_counts_as_action(of: Customer, agent: Actor) -> None:
    by = voices.campaign()
    rows = [
        comment_of(voices.recipient(of, by=by, contact=contact(of), answers={"words": f"意见{n}"})) for n in range(4)
    ]
    assert actions.note_comments(actor=agent, comment_ids=[rows[0].pk, rows[1].pk], now=NOW) == 2
    assert actions.note_comments(actor=agent, comment_ids=[rows[0].pk], now=NOW) == 0
    actions.case_of_comment(actor=agent, comment_id=rows[2].pk, now=NOW)

    left = queries.comment_rows(actor=agent).filter(deed="")
    assert [row.pk for row in left] == [rows[3].pk]
    heard = queries.heard_of(actor=agent, since=NOW - DAY, until=NOW + DAY)
    assert (heard.comments, heard.done, heard.made_cases) == (4, 3, 1)


def test_comments__lie_within_reach_and_are_done_by_those_who_follow(of: Customer) -> None:
    row = comment_of(voices.recipient(of, answers={"words": "慢"}))
    elsewhere = organization.unit(name="广州网点", kind=UnitKind.OUTLET)
    with pytest.raises(NotFound):
        actions.case_of_comment(
            actor=organization.actor(elsewhere, roles=("supervisor",), reach=RoleReach.SUBTREE),
            comment_id=row.pk,
            now=NOW,
        )
    with pytest.raises(Forbidden):
        actions.note_comments(actor=organization.actor(roles=("executive",)), comment_ids=[row.pk], now=NOW)


@pytest.mark.req("SURV-31")
def test_loop__in_time_reached_and_changed_with_their_bases(of: Customer, agent: Actor) -> None:
    by = voices.campaign()

    def one(**given: object) -> None:
        voices.follow_up(voices.recipient(of, by=by, contact=contact(of), answers={"overall": 1}), **given)

    done = {"due_at": NOW, "done_at": NOW}
    one(**done, result="solved", cause="courier")
    one(**done, result="explained", cause="courier")
    one(due_at=NOW - DAY, done_at=NOW, result="unchanged", cause="courier")
    one(**done, result="unreached")
    one(due_at=NOW - DAY)
    one(due_at=NOW + 5 * DAY)
    found = queries.loop_of(actor=agent, since=NOW - DAY, until=NOW + DAY, now=NOW + 2 * DAY)
    assert (found.opened, found.due, found.in_time, found.ended, found.reached, found.changed) == (6, 5, 3, 4, 3, 2)
    assert queries.loop_of(actor=agent, since=NOW + DAY, until=NOW + 2 * DAY, now=NOW + 2 * DAY).opened == 0
