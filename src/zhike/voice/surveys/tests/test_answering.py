"""Answers by link and keyed in: saved part by part, sent off once, kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.contacting.models import ContactRecord
from zhike.record.organization.tests import factories as organization
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.events import OutcomesEvent
from zhike.voice.surveys.models import Answer, Comment, Recipient
from zhike.voice.surveys.rules.links import seal, unseal
from zhike.voice.surveys.tests.asking import DAY, NOW, SETUP, holder, invited, person, started
from zhike.voice.surveys.types import Disposition
from zhike.voice.surveys.types.campaigns import AlreadyEnded, SurveyClosed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]


def save(to: Recipient, section: str, **raw: Any) -> bool:
    return actions.save_section(actor=holder(to), section_key=section, raw=raw, now=NOW + MINUTE)


def answered(to: Recipient) -> Recipient:
    save(to, "goods", overall="4")
    save(to, "more", recommend="9", words="很好")
    actions.submit(actor=holder(to), now=NOW + 2 * MINUTE)
    to.refresh_from_db()
    return to


def refused_by_database(name: str, change: str) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert error.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def test_answer__is_saved_by_parts_and_sent_off_once() -> None:
    to = invited()
    actions.open_link(actor=holder(to), now=NOW)
    actions.open_link(actor=holder(to), now=NOW + MINUTE)
    save(to, "goods", overall="4")
    to.refresh_from_db()
    assert (to.disposition, to.section, to.opened_at, to.submitted_at) == ("partial", 1, NOW, None)
    save(to, "more", recommend="na", words="很好")
    first = actions.submit(actor=holder(to), now=NOW + 2 * MINUTE)
    again = actions.submit(actor=holder(to), now=NOW + 3 * MINUTE)
    to.refresh_from_db()
    assert ((first.repeated, again.repeated), to.disposition, to.way) == ((False, True), "answered", "link")
    assert (to.score, to.scale, to.seconds, to.submitted_at) == (4, "csat5", 120, NOW + 2 * MINUTE)
    assert set(Answer.objects.values_list("item__key", "value", "text", "skipped")) == {
        ("overall", 4, "", False),
        ("recommend", None, "", True),
        ("words", None, "很好", False),
    }
    assert [(one.answer.text, one.strong, one.deed) for one in Comment.objects.select_related("answer")] == [
        ("很好", False, "")
    ]
    told = OutboxEvent.objects.filter(type="surveys.outcomes")
    assert [event.payload for event in told] == [{"recipient_ids": [to.pk]}]
    assert ContactRecord.objects.get(pk=to.contact_log_id or 0).answered_at is not None


def test_answer__follows_the_routing_and_forgets_what_is_no_longer_asked() -> None:
    to = invited()
    assert save(to, "goods", overall="1")
    with pytest.raises(Invalid) as wrong:
        save(to, "goods", overall="1")
    assert set(wrong.value.fields) == {"why"}
    assert not save(to, "goods", overall="1", why="2")
    assert not save(to, "goods", overall="5", why="2")
    assert list(Answer.objects.values_list("item__key", "value")) == [("overall", 5)]


def test_answer__names_every_question_and_keeps_what_was_said_before() -> None:
    to = invited()
    save(to, "goods", overall="3")
    with pytest.raises(Invalid) as wrong:
        save(to, "more", recommend="11", words="x" * 4001)
    assert {key: found[0].code for key, found in wrong.value.fields.items()} == {
        "recommend": "out_of_scale",
        "words": "too_long",
    }
    with pytest.raises(Invalid) as missing:
        actions.submit(actor=holder(to), now=NOW)
    assert set(missing.value.fields) == {"recommend"}
    assert list(Answer.objects.values_list("item__key", "value")) == [("overall", 3)]
    assert queries.link_view(actor=holder(to), now=NOW).typed == {"overall": "3"}


def test_link__opens_one_recipient_as_long_as_it_is_open() -> None:
    to = invited()
    assert unseal(seal(to.ref)) == to.ref
    other = "B" if seal(to.ref)[5] == "A" else "A"
    for token in (seal(to.ref)[:5] + other + seal(to.ref)[6:], "x", ""):
        assert unseal(token) is None
    for stranger in (replace(holder(to), purpose="case"), holder(Recipient(ref=uuid4()))):
        with pytest.raises(NotFound):
            queries.link_view(actor=stranger, now=NOW)
    late = NOW + 31 * DAY
    assert not queries.link_view(actor=holder(to), now=late).open
    with pytest.raises(SurveyClosed):
        actions.save_section(actor=holder(to), section_key="goods", raw={"overall": "4"}, now=late)
    assert actions.silence_late(actor=SETUP, now=late) == 1
    assert Answer.objects.count() == 0


@pytest.mark.req("SURV-20", partial="the room that warns comes later")
def test_refusal_and_words_without_score__are_outcomes_of_their_own_and_told_once() -> None:
    to = invited()
    save(to, "goods", overall="1")
    assert actions.refuse(actor=holder(to), now=NOW).disposition is Disposition.REFUSED
    assert actions.refuse(actor=holder(to), now=NOW).repeated
    with pytest.raises(AlreadyEnded):
        save(to, "goods", overall="5")
    for strong, fate in ((False, "unscored"), (True, "complaint")):
        other = invited(closes_on=NOW.date() + 20 * DAY)
        save(other, "goods", overall="2", why="1")
        with pytest.raises(Invalid):
            actions.leave_unscored(actor=holder(other), text=" ", strong=False, now=NOW)
        actions.leave_unscored(actor=holder(other), text="没有人回电话", strong=strong, now=NOW)
        actions.leave_unscored(actor=holder(other), text="再说一次", strong=strong, now=NOW)
        other.refresh_from_db()
        assert (other.disposition, other.score, other.submitted_at) == (fate, None, NOW)
        said = Answer.objects.filter(recipient=other).values_list("item__key", "text")
        assert list(said) == [("words", "没有人回电话")]
        assert Comment.objects.get(recipient=other).strong is strong
    assert OutboxEvent.objects.filter(type="surveys.outcomes").count() == 3


def test_kept__what_was_sent_off_is_never_changed() -> None:
    to = answered(invited())
    one = Answer.objects.get(item__key="overall")
    for change in ("UPDATE surveys_answer SET value = 5", "DELETE FROM surveys_answer"):
        refused_by_database("answer_kept", f"{change} WHERE id = {one.pk}")
    for change in (
        "UPDATE surveys_recipient SET score = 5",
        "UPDATE surveys_recipient SET disposition = 'refused'",
        "UPDATE surveys_recipient SET value_class = 'A'",
        "UPDATE surveys_recipient SET submitted_at = NULL, disposition = 'partial'",
        "UPDATE surveys_recipient SET audience = 'senior'",
        "DELETE FROM surveys_recipient",
    ):
        refused_by_database("recipient_kept", f"{change} WHERE id = {to.pk}")
    one.refresh_from_db()
    to.refresh_from_db()
    assert (one.value, to.score, to.disposition) == (4, 4, "answered")


def test_key_in__answers_on_paper_count_like_others() -> None:
    to = Recipient.objects.get(campaign__number=_on_paper())
    clerk = organization.actor(roles=("quality",))
    with pytest.raises(Invalid) as wrong:
        actions.key_in_answers(actor=clerk, recipient_id=to.pk, raw={"overall": "9", "recommend": "x"}, now=NOW)
    assert set(wrong.value.fields) == {"overall", "recommend"}
    with pytest.raises(Invalid):
        actions.key_in_answers(actor=clerk, recipient_id=to.pk, raw={"overall": ""}, now=NOW)
    raw = {"overall": "2", "why": "1", "recommend": "3", "words": "下雨天晚到"}
    actions.key_in_answers(actor=clerk, recipient_id=to.pk, raw=raw, now=NOW)
    to.refresh_from_db()
    assert (to.disposition, to.way, to.score, to.submitted_at) == ("answered", "desk", 2, NOW)
    with pytest.raises(AlreadyEnded):
        actions.key_in_answers(actor=clerk, recipient_id=to.pk, raw=raw, now=NOW)
    assert Answer.objects.filter(recipient=to).count() == 4


def test_key_in__what_was_left_out_on_paper_stays_out_and_the_rest_is_followed_up_though_asked_long_ago() -> None:
    to = Recipient.objects.get(campaign__number=_on_paper())
    to.pk, to.ref, to.mode, to.contact = None, uuid4(), "backfill", person()
    to.save(force_insert=True)
    clerk = organization.actor(roles=("quality",))
    actions.key_in_answers(actor=clerk, recipient_id=to.pk, raw={"overall": "1"}, now=NOW)
    to.refresh_from_db()
    assert (to.disposition, to.score) == ("answered", 1)
    assert list(Answer.objects.filter(recipient=to).values_list("item__key", "value")) == [("overall", 1)]
    told = OutboxEvent.objects.filter(type=OutcomesEvent.type).get()
    assert (told.mode, told.payload) == ("live", {"recipient_ids": [to.pk]})


@pytest.mark.req("SURV-05")
def test_key_in__outcomes_say_why_somebody_was_not_reached() -> None:
    to = Recipient.objects.get(campaign__number=_on_paper())
    unreachable = Disposition.UNREACHABLE
    agent = organization.actor(roles=("agent",))
    with pytest.raises(Forbidden):
        actions.key_in_outcome(actor=agent, recipient_id=to.pk, outcome=unreachable, reason="空号", now=NOW)
    with pytest.raises(Invalid):
        actions.key_in_outcome(actor=SETUP, recipient_id=to.pk, outcome=unreachable, now=NOW)
    with pytest.raises(Invalid):
        actions.key_in_outcome(actor=SETUP, recipient_id=to.pk, outcome=Disposition.ANSWERED, now=NOW)
    actions.key_in_outcome(actor=SETUP, recipient_id=to.pk, outcome=unreachable, reason="空号", now=NOW)
    to.refresh_from_db()
    assert (to.disposition, to.reason, to.way) == ("unreachable", "空号", "desk")
    assert OutboxEvent.objects.filter(type="surveys.outcomes").count() == 0


def _on_paper() -> str:
    person()
    return started(channels=())
