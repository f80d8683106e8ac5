"""First answers and enquiries without one, against hand-counted ones (CASE-27)."""

from datetime import timedelta

import pytest

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.types import Question
from zhike.platform.actors import system_actor
from zhike.record.customers.types import Channel
from zhike.service.reception import actions
from zhike.service.reception.tests import factories as make
from zhike.service.reception.types import Told

ACTOR = system_actor("tests")
MINUTE = timedelta(minutes=1)
THEN = make.NOW - timedelta(days=3)


@pytest.mark.req("CASE-27")
def test_first_answers__median_p90_missing_and_unanswered_by_hand(fresh_db: str) -> None:
    agent = make.agent("801")[1]
    # Twenty answered after 3, 6 … 60 minutes; three left, two still wait; a missed call that was answered after all.
    for n in range(1, 21):
        row = make.waiting(now=THEN)
        actions.answer_enquiry(actor=agent, waiting_id=row.pk, answer="您好", now=THEN + 3 * n * MINUTE)
    for _ in range(3):
        row = make.waiting(now=THEN, channel=Channel.COUNTER)
        actions.drop_enquiry(actor=agent, waiting_id=row.pk, reason="走了", now=THEN + MINUTE)
    make.waiting(now=THEN)
    make.waiting(now=THEN, channel=Channel.WEB)
    call = make.call(at=THEN)
    make.tell(Told.ENDED, ref=call.ref, at=THEN + 2 * MINUTE)
    make.tell(Told.ANSWERED, ref=call.ref, at=THEN + MINUTE, now=THEN + 3 * MINUTE)
    lake.refresh_all(actor=ACTOR, now=make.NOW)
    time = queries.compute(actor=ACTOR, question=Question("waiting_first_answer_time")).total
    assert (time.n, time.missing) == (20, 5)
    # The median of 3, 6 … 60 minutes lies between the tenth and eleventh.
    assert time.median == pytest.approx(31.5 / 60)
    # Nine tenths of the way from the first to the last: between 54 and 57 minutes.
    assert time.p90 == pytest.approx(54.3 / 60)
    unanswered = queries.compute(actor=ACTOR, question=Question("waiting_unanswered")).total
    assert (unanswered.hits, unanswered.n) == (5, 25)
    at_the_counter = Question("waiting_unanswered", filters={"waiting_channel": ("counter",)})
    found = queries.compute(actor=ACTOR, question=at_the_counter).total
    assert (found.hits, found.n) == (3, 3)
