"""Latencies against hand-counted ones: event to record, answer to visible and to action, problem to fixed."""

from datetime import timedelta

import pytest

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.tests.surveys import THEN, ZONE, answered, campaign, form
from zhike.insight.metrics.types import Figure, Question
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.outbox import Mode
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import Channel
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments import actions as goods_actions
from zhike.record.shipments.tests import factories as goods
from zhike.record.shipments.types.codes import Status
from zhike.service.cases import actions
from zhike.service.cases.tests.factories import CODED
from zhike.service.cases.types import CaseKind, CaseState, Ending
from zhike.service.cases.types.past import PastCase, PastOwner, PastSaid, PastStep
from zhike.voice.surveys.models import FollowUp, Recipient

ACTOR = system_actor("tests")
HOUR = timedelta(hours=1)


def figure(metric: str) -> Figure:
    return queries.compute(actor=ACTOR, question=Question(metric)).total


def refresh() -> None:
    lake.refresh_all(actor=ACTOR, now=NOW)


@pytest.mark.req("METR-26")
def test_event__is_recorded_so_many_hours_later_and_history_says_nothing(fresh_db: str) -> None:
    for late in (False,) * 9 + (True,):
        one = goods.shipment()
        ages = (22,) if late else (3, 1)
        told = [goods.event(one, Status.IN_TRANSIT, goods.NOW - age * HOUR, external_id=f"e{age}") for age in ages]
        goods_actions.add_events(actor=goods.SYSTEM, events=told, source="feed", now=goods.NOW)
        assert goods.fresh(one).recorded_after == (22 if late else 2) * 3600
    old = goods.shipment()
    past = [goods.event(old, Status.IN_TRANSIT, goods.NOW - 50 * HOUR)]
    goods_actions.add_events(actor=goods.SYSTEM, events=past, source="feed", mode=Mode.BACKFILL, now=goods.NOW)
    assert goods.fresh(old).recorded_after is None
    refresh()
    found = figure("event_recorded_time")
    # Nine on the average of one and three hours, one after 22: (9 × 2 + 22) ÷ 10.
    assert (found.n, found.missing, found.mean, found.median) == (10, 1, 4.0, 2.0)


@pytest.mark.req("METR-26", "SURV-33")
def test_answer__is_visible_at_once_by_link_and_when_the_file_comes(fresh_db: str) -> None:
    items, of = form("f", {"overall": "csat5"}), campaign()
    for hours in (0,) * 10 + (36, 36):
        made = answered(of, items, {"overall": 4})
        Recipient.objects.filter(pk=made.pk).update(received_at=THEN + hours * HOUR)
    history = answered(of, items, {"overall": 4}, mode="backfill", way="import")
    Recipient.objects.filter(pk=history.pk).update(received_at=NOW)
    refresh()
    found = figure("survey_visible_time")
    assert (found.n, found.missing, found.mean, found.median) == (12, 0, 6.0, 0.0)
    by = queries.compute(actor=ACTOR, question=Question("survey_visible_time", split=("answer_way",))).figures
    assert [one.n for one in by] == [12]


@pytest.mark.req("METR-26", "SURV-33")
def test_answer__is_acted_on_and_done_with(fresh_db: str) -> None:
    items, of, unit = form("f", {"overall": "csat5"}), campaign(), organization.company().tree_no
    for acted, done in ((4, 5),) * 6 + ((28, 30),) * 4 + ((None, None),) * 2:
        FollowUp.objects.create(
            recipient=answered(of, items, {"overall": 1}),
            reason="low_score",
            scope_unit_id=unit,
            opened_at=THEN,
            due_at=THEN + 48 * HOUR,
            zone=ZONE,
            acted_at=THEN + acted * HOUR if acted else None,
            result="solved" if done else "",
            done_at=THEN + done * HOUR if done else None,
        )
    refresh()
    acted_on, ended = figure("survey_action_time"), figure("survey_done_time")
    # By hand: (6 × 4 + 4 × 28) ÷ 10 and (6 × 5 + 4 × 30) ÷ 10.
    assert (acted_on.n, acted_on.missing, acted_on.mean, acted_on.median) == (10, 2, 13.6, 4.0)
    assert (ended.n, ended.missing, ended.mean, ended.p90) == (10, 2, 15.0, 30.0)


def _closed(of: int, agent: int, hours: float, *, solved: bool = True) -> PastCase:
    return PastCase(
        customer_id=of,
        kind=CaseKind.COMPLAINT,
        category="late",
        channel=Channel.MAIL,
        subject="还没有送到",
        opened_at=THEN,
        owners=(PastOwner(agent, THEN),),
        steps=(
            PastStep(THEN, CaseState.NEW),
            PastStep(THEN + HOUR, CaseState.ANSWERED),
            PastStep(THEN + hours * HOUR, CaseState.CLOSED),
        ),
        said=(PastSaid(at=THEN, channel=Channel.MAIL, incoming=True, body="货物"),),
        coding=CODED,
        ending=Ending.CONFIRMED if solved else Ending.WITHOUT_ANSWER,
        solved=solved,
    )


@pytest.mark.req("METR-26")
def test_problem__is_fixed_when_it_is_closed_as_solved(fresh_db: str) -> None:
    default_calendar()
    agent, of = organization.staff().pk, customer().pk
    fixed = [_closed(of, agent, hours) for hours in (2,) * 8 + (52,) * 4]
    actions.load_cases(actor=SETUP, cases=[*fixed, _closed(of, agent, 5, solved=False)], now=NOW)
    refresh()
    found = figure("case_fixed_time")
    # (8 × 2 + 4 × 52) ÷ 12; one was closed without a solution.
    assert (found.n, found.missing, found.median, found.p90) == (12, 1, 2.0, 52.0)
    assert found.mean == pytest.approx(224 / 12)
