"""Figures that were counted already: found again for the same rows and reach, and only for these."""

from datetime import timedelta
from typing import Any, NoReturn

import pytest
from django.utils import translation

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.queries import kept
from zhike.insight.metrics.types import Figure, Question, metrics
from zhike.platform.actors import Actor, Reach, system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.shipments.tests import factories as goods
from zhike.record.shipments.tests.factories import NOW
from zhike.service.cases.tests.factories import case

ACTOR = system_actor("tests")
NORTH, SOUTH = (goods.staff(reach=Reach(intervals=((no, no),))) for no in (11, 12))
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_store", kept._Store())


@pytest.fixture
def sent(fresh_db: str) -> None:
    """Three parcels of the north, one of the south."""
    for scope in (11, 11, 11, 12):
        goods.shipment(scope_unit_id=scope, promised_delivery_at=NOW)
    lake.refresh_all(actor=ACTOR, now=NOW)


def ask(metric: str = "shipments", actor: Actor = ACTOR, **more: Any) -> Figure:
    return queries.compute(actor=actor, question=Question(metric, **more)).total


def _closed(*_one: object, **_two: object) -> NoReturn:
    message = "the lake was asked"
    raise AssertionError(message)


def test_kept__the_same_question_costs_the_lake_nothing(sent: None, monkeypatch: pytest.MonkeyPatch) -> None:
    split = Question("shipments", split=("business_line",))
    with translation.override("en"):
        first = queries.compute(actor=ACTOR, question=split)
    monkeypatch.setattr("zhike.insight.metrics.queries.figures.lake.stand", _closed)
    with translation.override("zh-hans"):
        again = queries.compute(actor=ACTOR, question=split)
    assert (again.total, [one.value for one in again.figures]) == (first.total, [one.value for one in first.figures])
    # What is kept has no language.
    assert [one.names for one in first.figures] != [one.names for one in again.figures]
    for other in (
        {"split": ("service_mode",)},
        {"split": split.split, "filters": {"business_line": ("road",)}},
        {"split": split.split, "since": "2026-11"},
        {"split": split.split, "until": "2026-11"},
    ):
        with pytest.raises(AssertionError, match="the lake was asked"):
            ask(**other)


def test_kept__a_new_generation_has_its_own_and_the_old_one_stays_as_it_was(sent: None) -> None:
    before = queries.compute(actor=ACTOR, question=Question("shipments"))
    goods.shipment(scope_unit_id=11, promised_delivery_at=NOW)
    lake.refresh_all(actor=ACTOR, now=NOW + timedelta(minutes=5))
    after = queries.compute(actor=ACTOR, question=Question("shipments"))
    assert after.generation > before.generation
    assert (before.total.n, after.total.n) == (4, 5)
    assert ask(generation=before.generation).n == 4


def test_kept__people_of_different_reach_share_nothing(sent: None) -> None:
    assert [ask(actor=who).n for who in (ACTOR, NORTH, SOUTH, ACTOR, SOUTH, NORTH)] == [4, 3, 1, 4, 1, 3]
    assert ask(actor=goods.staff(reach=Reach())).n == 0


def test_kept__what_asks_the_moment_is_counted_for_each(fresh_db: str) -> None:
    default_calendar()
    case(now=NOW)
    lake.refresh_all(actor=ACTOR, now=NOW)
    figures = [ask("case_first_response_kept", at=NOW + days * DAY) for days in (0, 30, 0)]
    # Due after a few hours: before that it is in no base, afterwards it is broken.
    assert figures[0] != figures[1]
    assert figures[0] == figures[2]


def test_moment__asked_for_by_the_figures_of_what_is_due_alone(sent: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_moment", {})
    for metric in metrics().values():
        ask(metric.id)
    asking = {metric for metric, asks in kept._moment.items() if asks}
    assert {"case_first_response_kept", "case_solution_kept", "case_task_kept"} <= asking
    assert asking.isdisjoint({"shipments", "on_time", "intact", "total_time", "courier_phone"})


def test_store__gives_up_the_longest_unused_beyond_its_room(sent: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_FIGURES", 2)
    for metric in ("shipments", "on_time", "shipments", "intact"):
        ask(metric)
    assert [key.metric[0] for key in kept._store.answers] == ["shipments", "intact"]
    assert kept._store.size == 2
