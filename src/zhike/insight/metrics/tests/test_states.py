"""Who of each state stays, by hand; and the matrix of moves against any answers."""

from collections import Counter
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.insight.metrics import queries
from zhike.insight.metrics.queries import STATES, Part, states
from zhike.insight.metrics.tests.staying import ACTOR, on, ordered, refresh
from zhike.insight.metrics.tests.surveys import THEN, answered, campaign, form
from zhike.insight.metrics.types import Base, PeriodKind, Question, metric_of
from zhike.platform.errors import Invalid
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization

MEAN = Question("csat5_mean")


@pytest.fixture
def asked(fresh_db: str) -> dict[int, list[Customer]]:
    """By level: 12 said 5, 11 said 4, three 3, two 1 in May; of these 9, 4, one and none ordered from July on.

    In October one of the fully satisfied answered once more, and said 2.
    """
    owner = organization.staff()
    items = form("five", {"overall": "csat5"})
    first, second = campaign("2026-1"), campaign("2026-2")
    found: dict[int, list[Customer]] = {}
    for level, people, stay in ((5, 12, 9), (4, 11, 4), (3, 3, 1), (1, 2, 0)):
        found[level] = [customer(owner) for _one in range(people)]
        for number, one in enumerate(found[level]):
            answered(first, items, {"overall": level}, customer=one, at=on(5, 10))
            # Everybody had ordered in the quarter of the wave itself: that is not the one after it.
            ordered(one, on(6, 20))
            if number < stay:
                ordered(one, on(7 + number % 3, 5))
    answered(second, items, {"overall": 2}, customer=found[5][0], at=THEN)
    refresh()
    return found


@pytest.mark.req("METR-08")
def test_state_retention__who_ordered_in_the_period_after_the_wave(asked: dict[int, list[Customer]]) -> None:
    found = queries.state_retention(actor=ACTOR, question=MEAN, wave="2026-1", period=PeriodKind.QUARTER)
    assert (found.period, found.has_begun, found.is_ended) == ("2026-Q3", True, True)
    assert {name: (one.hits, one.n, one.base) for name, one in found.states.items()} == {
        "fully_satisfied": (9, 12, Base.SMALL),
        "basically_satisfied": (4, 11, Base.SMALL),
        "neutral": (1, 3, Base.WITHHELD),
        "dissatisfied": (0, 2, Base.WITHHELD),
    }
    fully = found.states["fully_satisfied"]
    assert (fully.value, round(fully.low or 0, 2), round(fully.high or 0, 2)) == (75.0, 46.77, 91.11)
    assert found.states["neutral"].value is None
    # By months it is June, in which everybody ordered; by years 2027, which has not begun.
    june = queries.state_retention(actor=ACTOR, question=MEAN, wave="2026-1", period=PeriodKind.MONTH)
    assert (june.period, june.states["fully_satisfied"].value) == ("2026-06", 100.0)
    later = queries.state_retention(actor=ACTOR, question=MEAN, wave="2026-1", period=PeriodKind.YEAR)
    assert (later.has_begun, later.is_ended, later.states["fully_satisfied"].value) == (False, False, None)
    # November runs.
    runs = queries.state_retention(actor=ACTOR, question=MEAN, wave="2026-2", period=PeriodKind.MONTH)
    assert (runs.period, runs.has_begun, runs.is_ended) == ("2026-11", True, False)


def test_state_customers__are_those_counted(asked: dict[int, list[Customer]]) -> None:
    ids = [one.pk for one in asked[5]]

    def behind(part: Part, wave: str = "2026-1", period: PeriodKind = PeriodKind.QUARTER) -> list[int]:
        return queries.state_customers(
            actor=ACTOR, question=MEAN, wave=wave, period=period, state="fully_satisfied", part=part
        )

    assert (behind(Part.BASE), behind(Part.STAYED), behind(Part.LEFT)) == (ids, ids[:9], ids[9:])
    # Nobody has left a period that has not ended.
    assert behind(Part.LEFT, period=PeriodKind.YEAR) == []
    assert behind(Part.BASE, wave="no such wave") == []
    moved = queries.move_customers(
        actor=ACTOR, question=MEAN, before="2026-1", after="2026-2", state="fully_satisfied", then="dissatisfied"
    )
    assert moved == ids[:1]
    of_first = queries.move_customers(actor=ACTOR, question=MEAN, before="2026-1", after="2026-2", state="neutral")
    assert of_first == [one.pk for one in asked[3]]


def test_waves__of_a_mean_with_their_days(asked: dict[int, list[Customer]]) -> None:
    found = queries.wave_spans(actor=ACTOR, question=MEAN)
    assert [(one.wave, one.first, one.last, one.customers) for one in found] == [
        ("2026-1", on(5, 10).date(), on(5, 10).date(), 28),
        ("2026-2", THEN.date(), THEN.date(), 1),
    ]
    assert MEAN.metric in {metric.id for metric in queries.state_metrics()}
    none = queries.state_retention(actor=ACTOR, question=MEAN, wave="x", period=PeriodKind.QUARTER)
    assert (none.start, none.states["neutral"].base) == (None, Base.NONE)
    with pytest.raises(Invalid):
        queries.wave_spans(actor=ACTOR, question=Question("csat5"))


SAID = some.lists(
    some.tuples(some.integers(1, 20), some.sampled_from(["1", "2", "3"]), some.integers(1, 5)), max_size=80
)


@settings(max_examples=25, deadline=None)
@given(said=SAID)
@pytest.mark.req("METR-08")
def test_moves__rows_add_up_to_those_who_answered_both(said: list[tuple[int, str, int]]) -> None:
    """Whatever was answered: each row of the matrix is the customers of its state who answered again."""
    schema: Any = {"customer_id": "int64", "wave": "string", "_value": "float64"}
    rows = ibis.memtable([(who, wave, float(level)) for who, wave, level in said], schema=schema)
    pairs = states._pairs(rows, metric_of("csat5_mean"), "1", "2").to_pyarrow().to_pylist()
    in_wave = {wave: {who for who, one, _level in said if one == wave} for wave in ("1", "2")}
    assert {one["customer_id"] for one in pairs} == in_wave["1"] | in_wave["2"]
    assert len(pairs) == len(in_wave["1"] | in_wave["2"])
    matrix = Counter((one["state"], one["then"]) for one in pairs if one["state"] and one["then"])
    again = Counter(one["state"] for one in pairs if one["customer_id"] in in_wave["1"] & in_wave["2"])
    for name in STATES:
        assert sum(matrix[name, then] for then in STATES) == again[name]
    assert sum(matrix.values()) == len(in_wave["1"] & in_wave["2"])
