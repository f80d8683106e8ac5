"""What the database holds of answers, comments and follow-ups, each violated once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from zhike.record.customers.tests.factories import NOW, customer
from zhike.voice.surveys.models import Answer, Comment, FollowUp, Item, Recipient
from zhike.voice.surveys.tests import voices
from zhike.voice.surveys.types import Disposition

pytestmark = pytest.mark.django_db


def unsent() -> tuple[Recipient, Item]:
    row = voices.recipient(customer(), outcome=Disposition.SENT)
    return row, Item.objects.get(version=row.version, key="words")


def answer_twice() -> None:
    row, item = unsent()
    Answer.objects.create(recipient=row, item=item, text="a", at=NOW)
    Answer.objects.create(recipient=row, item=item, text="b", at=NOW)


def skipped_and_said() -> None:
    row, item = unsent()
    Answer.objects.create(recipient=row, item=item, skipped=True, text="a", at=NOW)


def sent_and_changed() -> None:
    row = voices.recipient(customer(), answers={"overall": 1})
    Answer.objects.filter(recipient=row).update(value=5)


def comment(**given: Any) -> Callable[[], None]:
    def do() -> None:
        row = voices.recipient(customer(), answers={"words": "慢"})
        Comment.objects.filter(recipient=row).update(**given)

    return do


def follow(**given: Any) -> Callable[[], None]:
    def do() -> None:
        row = voices.follow_up(voices.recipient(customer(), answers={"overall": 1}))
        FollowUp.objects.filter(pk=row.pk).update(**given)

    return do


def followed_twice() -> None:
    of = voices.recipient(customer(), answers={"overall": 1})
    voices.follow_up(of)
    voices.follow_up(of, reason="complaint")


@pytest.mark.parametrize(
    ("violate", "constraint"),
    [
        (answer_twice, "answer_once"),
        (skipped_and_said, "answer_skipped_says_nothing"),
        (sent_and_changed, "never changed"),
        (comment(deed="praised", done_at=NOW), "comment_deed_known"),
        (comment(deed="noted"), "comment_done_says_what"),
        (comment(deed="case", done_at=NOW), "comment_done_says_what"),
        (comment(done_at=NOW), "comment_done_says_what"),
        (followed_twice, "followup_once"),
        (follow(reason="boredom"), "followup_reason_known"),
        (follow(result="forgotten", done_at=NOW), "followup_result_known"),
        (follow(result="solved"), "followup_done_says_when"),
        (follow(done_at=NOW), "followup_done_says_when"),
    ],
)
def test_constraints__refuse_what_cannot_be(violate: Callable[[], None], constraint: str) -> None:
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        violate()
