"""One person on two devices at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import Settings

from zhike.platform.outbox.models import OutboxEvent
from zhike.voice.surveys import actions
from zhike.voice.surveys.models import Comment
from zhike.voice.surveys.tests.asking import NOW, holder, invited

pytestmark = pytest.mark.concurrency


def test_submit__at_once_counts_once(fresh_db: str, settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]
    actor = holder(invited())
    actions.save_section(actor=actor, section_key="goods", raw={"overall": "4"}, now=NOW)
    actions.save_section(actor=actor, section_key="more", raw={"recommend": "9", "words": "好"}, now=NOW)

    def send(_place: int) -> bool:
        try:
            return actions.submit(actor=actor, now=NOW).repeated
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [False, True, True, True]
    assert OutboxEvent.objects.filter(type="surveys.outcomes").count() == Comment.objects.count() == 1
