"""What surveys owe the rooms below: merges, erasures, leavers, the customer's page and timeline."""

from datetime import timedelta

import pytest
from django.utils import translation

from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers import actions as customers
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer
from zhike.record.customers.types import ErasedPeople, Facet
from zhike.record.interactions import queries as interactions
from zhike.record.organization.tests import factories as organization
from zhike.voice.surveys import actions
from zhike.voice.surveys.models import Answer, Campaign, Comment, FollowUp, Questionnaire, Recipient
from zhike.voice.surveys.providers import (
    AnswersOfOthers,
    AnswerTexts,
    HeldCampaigns,
    HeldFollowUps,
    HeldForms,
)
from zhike.voice.surveys.queries import comment_rows
from zhike.voice.surveys.tests import voices
from zhike.voice.surveys.types import Disposition, FollowResult, FollowUpEnd

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def company() -> None:
    default_calendar()
    organization.actor(roles=("agent",))


@pytest.fixture
def of() -> Customer:
    return customer(name="华夏电子")


def followed(of: Customer, **given: object) -> FollowUp:
    said = voices.recipient(of, answers={"overall": 1, "words": "张三说太慢"}, **given)  # type: ignore[arg-type]
    actions.open_follow_ups(actor=SETUP, recipient_ids=[said.pk], heard_at=NOW, now=NOW)
    return FollowUp.objects.get(recipient=said)


def test_merge__answers_move_with_their_customer_and_come_back(of: Customer) -> None:
    other = customer(name="华夏电子二")
    row = voices.recipient(of, answers={"overall": 5})
    customers.merge_customers(actor=SETUP, from_id=of.pk, into_id=other.pk, reason="重复", now=NOW)
    row.refresh_from_db()
    assert row.customer_id == other.pk
    customers.undo_merge(actor=SETUP, from_id=of.pk, now=NOW)
    row.refresh_from_db()
    assert row.customer_id == of.pk


def test_erasure__empties_words_and_notes_and_leaves_scores_and_case(of: Customer) -> None:
    who = contact(of)
    row = followed(of, contact=who)
    end = FollowUpEnd(result=FollowResult.SOLVED, cause="courier", note="张三满意")
    actions.end_follow_up(actor=SETUP, follow_up_id=row.pk, end=end, now=NOW)
    people = ErasedPeople(contact_ids=[who.pk])
    texts = AnswerTexts()
    assert texts.count(people=people) == 1
    (trace,) = texts.traces(people=people)
    assert list(trace.ids or ()) == [row.pk]

    assert texts.erase(people=people, now=NOW) == 1

    row.refresh_from_db()
    assert (row.note, row.redacted_at, row.result) == ("", NOW, "solved")
    assert row.case_id is not None
    assert set(Answer.objects.values_list("text", flat=True)) == {""}
    assert list(Answer.objects.exclude(value=None).values_list("value", flat=True)) == [1]
    assert texts.count(people=people) == 0
    assert comment_rows(actor=SETUP).count() == 0
    done = AuditEntry.objects.get(type="surveys.follow_up_done")
    assert "note" not in done.changes["after"]


def test_erasure__others_who_name_somebody_lose_that_answer_and_keep_the_rest(of: Customer) -> None:
    row = followed(of, contact=contact(of))
    FollowUp.objects.filter(pk=row.pk).update(note="转告张三")
    others = AnswersOfOthers()
    people = ErasedPeople(contact_ids=[contact(of).pk], names=["张三"])
    (found,) = others.about(people=people, limit=10)
    assert found.id == row.recipient_id
    blanked = {key: text.replace("张三", "█") for key, text in found.fields.items()}
    assert others.write(texts={found.id: blanked}, now=NOW) == 1
    row.refresh_from_db()
    assert row.note == "转告█"
    assert set(Answer.objects.values_list("text", flat=True)) == {""}
    assert others.texts(ids=[found.id]) == {found.id: {"note": "转告█"}}


@pytest.mark.req("CUST-09", partial="planned visits")
def test_leaver__follow_ups_surveys_and_forms_are_held_and_pass(of: Customer) -> None:
    row = followed(of)
    leaver, heir = row.owner_id or 0, organization.staff(roles=("agent",))
    Campaign.objects.update(owner_id=leaver)
    Questionnaire.objects.update(owner_id=leaver)
    for holding in (HeldFollowUps(), HeldCampaigns(), HeldForms()):
        counts = holding.counts(staff_ids=[leaver, heir.pk])
        assert dict(counts) == {leaver: 1}
        (item,) = holding.items(staff_id=leaver, limit=5)
        passed = holding.reassign(actor=SETUP, from_staff_id=leaver, to_staff_id=heir.pk, item_ids=[item.id], now=NOW)
        assert passed == 1
        assert not holding.items(staff_id=leaver, limit=5)


@pytest.mark.req("CUST-04", partial="answers, refusals and follow-ups on the customer's page")
def test_timeline__says_answers_and_refusals_and_forgets_with_them(of: Customer) -> None:
    by = voices.campaign()
    who = contact(of)
    said = voices.recipient(of, by=by, contact=who, answers={"overall": 2, "words": "太慢"})
    voices.recipient(of, by=by, contact=contact(of), outcome=Disposition.REFUSED)
    voices.recipient(of, by=by, contact=contact(of), outcome=Disposition.SENT)

    def lines() -> list[tuple[str, str, bool]]:
        with translation.override("en"):
            found = interactions.timeline(actor=SETUP, customer_id=of.pk, facet=Facet.ALL, limit=20).entries
        return [(one.subject, one.body, one.redacted) for one in found if one.source == "surveys"]

    assert sorted(lines()) == [("Refused 签收后回访", "", False), ("Score 2 / 5 签收后回访", "太慢", False)]
    actions.forget_people(actor=SETUP, contact_ids=[who.pk], now=NOW)
    assert ("Score 2 / 5 签收后回访", "", True) in lines()
    assert Recipient.objects.get(pk=said.pk).score == 2
    assert Comment.objects.count() == 1
