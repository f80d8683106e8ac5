"""Figures of promises against hand-counted ones (AGRE-06)."""

from datetime import timedelta

import pytest

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.types import Question
from zhike.platform.actors import system_actor
from zhike.record.agreements import actions
from zhike.record.agreements.tests.factories import HOUR, NOW, SETUP, promise
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization

ACTOR = system_actor("tests")
LATER = NOW + 3 * HOUR


@pytest.mark.req("AGRE-06")
def test_promises_kept__by_person_and_department_with_base_and_interval(fresh_db: str) -> None:
    north, south = organization.unit(name="客服一组"), organization.unit(name="客服二组")
    one = organization.actor_of(organization.staff(north, roles=("agent",), name="李敏"))
    two = organization.actor_of(organization.staff(south, roles=("agent",), name="周航"))
    of = customer()
    for at in range(12):
        made = promise(of, by=one)
        # Nine kept in time, two late, one broken outright.
        if at < 11:
            actions.keep_promise(actor=one, promise_id=made.pk, now=made.due_at + (timedelta() if at < 9 else HOUR))
        else:
            actions.break_promise(actor=one, promise_id=made.pk, note="忘了", now=LATER)
    changed, silent, _ahead = promise(of, by=two), promise(of, by=two), promise(of, by=two, due_at=NOW + 90 * HOUR)
    actions.renegotiate_promise(actor=two, promise_id=changed.pk, due_at=NOW + 80 * HOUR, told=True, now=NOW + HOUR)
    actions.watch_promises(actor=SETUP, now=LATER)
    lake.refresh_all(actor=ACTOR, now=LATER)
    answer = queries.compute(actor=ACTOR, question=Question("promise_kept", split=("promised_by_id",)))
    # The one past its time without an answer is broken; the one renegotiated in time and those ahead do not count.
    assert (answer.total.hits, answer.total.n) == (9, 13)
    assert answer.total.low is not None
    assert answer.total.high is not None
    assert answer.total.low < 100 * 9 / 13 < answer.total.high
    assert {figure.names["promised_by_id"]: (figure.hits, figure.n) for figure in answer.figures} == {
        "李敏": (9, 12),
        "周航": (0, 1),
    }
    by_unit = queries.compute(actor=ACTOR, question=Question("promise_kept", split=("promise_unit_id",)))
    assert {figure.names["promise_unit_id"]: figure.n for figure in by_unit.figures} == {"客服一组": 12, "客服二组": 1}
    again = queries.compute(actor=ACTOR, question=Question("promise_renegotiated")).total
    assert (again.hits, again.n) == (1, 14)
    assert silent.state == "open"
