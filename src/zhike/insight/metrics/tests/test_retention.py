"""Who stays, held against three quarters counted by hand and against any orders counted one by one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.insight.lake.types import Generation
from zhike.insight.metrics import queries
from zhike.insight.metrics.queries import Part, StayLine, StayQuestion, Trace
from zhike.insight.metrics.queries import stay as own
from zhike.insight.metrics.rules import periods
from zhike.insight.metrics.tests.staying import (
    ACTOR,
    ELSEWHERE,
    Q1,
    Q2,
    Q3,
    Q4,
    Shop,
    classed,
    on,
    refresh,
    three_quarters,
)
from zhike.insight.metrics.types import Base, GenerationGone, PeriodKind
from zhike.platform.actors import Reach
from zhike.platform.errors import Forbidden, Invalid
from zhike.record.customers import actions as customers
from zhike.record.customers.models import StandingChange
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import CLASS
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests import factories as goods


@pytest.fixture
def shop(fresh_db: str) -> Shop:
    return three_quarters()


def quarters(**more: Any) -> dict[date, StayLine]:
    return {one.start: one for one in queries.retention(actor=ACTOR, question=StayQuestion(**more)).totals}


def by(split: str, start: date) -> dict[str, tuple[int, int, int | None, int, int]]:
    """Base, stayed, left, active, ordered again."""
    found = queries.retention(actor=ACTOR, question=StayQuestion(split=split)).lines
    return {
        one.value: (one.retention.n, one.stayed, one.left, one.repeat.n, one.repeat.hits or 0)
        for one in found
        if one.start == start
    }


@pytest.mark.req("METR-10")
def test_retention__three_quarters_counted_by_hand(shop: Shop) -> None:
    found = quarters()
    assert list(found) == [periods.moved(PeriodKind.QUARTER, Q4, -step) for step in range(8, -1, -1)]
    first, second, third, running = (found[start] for start in (Q1, Q2, Q3, Q4))

    # Nobody had ordered before the first quarter: no data, which is not 0 %.
    assert (first.retention.n, first.retention.value, first.retention.base) == (0, None, Base.NONE)
    assert (first.repeat.n, first.repeat.hits, first.repeat.value) == (12, 0, 0.0)
    # 9 of the 12 came again: 75 %, Wilson 46.8 to 91.1; 3 left.
    stay = second.retention
    assert (stay.n, stay.hits, stay.value, stay.base) == (12, 9, 75.0, Base.SMALL)
    assert (round(stay.low or 0, 2), round(stay.high or 0, 2)) == (46.77, 91.11)
    assert (second.left, second.churn.value) == (3, 25.0)
    assert (round(second.churn.low or 0, 2), round(second.churn.high or 0, 2)) == (8.89, 53.23)
    # 3 of 10 with two orders or more; 3 + 1 + 2 + 7 services over 10 customers.
    assert (second.repeat.n, second.repeat.hits, second.repeat.value) == (10, 3, 30.0)
    assert second.services.n == 10
    assert second.services.value == pytest.approx(1.3)
    # Customer 11 ordered again in the third quarter, but was none of the second: 6 of 10.
    assert (third.retention.n, third.stayed, third.left, third.retention.value) == (10, 6, 4, 60.0)
    # Seven of the third quarter are fewer than ten: withheld, whatever the quarter that runs.
    assert (third.repeat.n, third.repeat.value, third.repeat.base) == (7, None, Base.WITHHELD)
    assert third.services.value is None
    # Bases below 30 are compared with nothing.
    assert third.change is None
    assert running.is_ended is False
    assert (running.retention.n, running.stayed, running.left, running.retention.value) == (7, 2, None, None)
    assert (running.churn.value, running.churn.hits, running.change) == (None, None, None)


@pytest.mark.req("METR-10")
def test_retention__by_the_class_that_stood_when_the_period_began(shop: Shop) -> None:
    # Base, stayed, left, active, ordered again; nobody had a class when the first quarter began.
    assert by("value_class", Q1) == {"": (0, 0, 0, 12, 0)}
    assert by("value_class", Q2) == {"A": (5, 5, 0, 5, 3), "B": (4, 4, 0, 4, 0), "": (3, 0, 3, 1, 0)}
    # Customer 5 was made A in May: it counts there from July on.
    assert by("value_class", Q3) == {"A": (6, 5, 1, 5, 0), "B": (3, 0, 3, 0, 0), "": (1, 1, 0, 2, 0)}
    # A class made anew does not rewrite the quarters before.
    classed(shop.customers[:5], "C", on(11, 1))
    refresh()
    assert by("value_class", Q2)["A"] == (5, 5, 0, 5, 3)
    assert by("industry", Q2) == {"": (12, 9, 3, 10, 3)}


def test_classes__stay_on_record_when_they_end(shop: Shop) -> None:
    customers.withdraw_standing(
        actor=SETUP, kind=CLASS.code, customer_ids=[shop.customers[0].pk], source="tests", now=NOW
    )
    kept = StandingChange.objects.filter(customer=shop.customers[0]).order_by("pk").values_list("text", "as_of")
    assert list(kept) == [("A", on(3, 10)), ("", NOW)]
    refresh()
    assert by("value_class", Q2)["A"][0] == 5


def test_retention__months_and_years_are_periods_too(shop: Shop) -> None:
    months = quarters(period=PeriodKind.MONTH)
    assert len(months) == 13
    # April: customer 0 alone; of it in May: it stayed.
    assert (months[date(2026, 5, 1)].retention.n, months[date(2026, 5, 1)].stayed) == (1, 1)
    assert (months[date(2026, 3, 1)].retention.n, months[date(2026, 3, 1)].stayed) == (12, 0)
    assert months[date(2026, 3, 1)].retention.value == 0.0
    assert months[date(2026, 11, 1)].is_ended is False
    years = quarters(period=PeriodKind.YEAR, count=2)
    assert [(one.period, one.is_ended, one.repeat.n) for one in years.values()] == [
        ("2025", True, 0),
        ("2026", False, 13),
    ]


def test_customers__behind_each_count_with_what_they_did(shop: Shop) -> None:
    ids = [one.pk for one in shop.customers]

    def behind(part: Part, start: date = Q3, **more: Any) -> list[int]:
        return queries.stay_customers(actor=ACTOR, question=StayQuestion(**more), start=start, part=part).ids

    assert behind(Part.BASE) == [*ids[:9], ids[12]]
    assert behind(Part.STAYED) == [*ids[:5], ids[12]]
    assert behind(Part.LEFT) == ids[5:9]
    assert behind(Part.ACTIVE) == [*ids[:5], *ids[11:]]
    assert behind(Part.REPEAT, Q2) == ids[:3]
    # The quarter runs: whoever has not ordered may still do so.
    assert behind(Part.STAYED, Q4) == ids[:2]
    assert behind(Part.LEFT, Q4) == []
    found = queries.stay_customers(
        actor=ACTOR, question=StayQuestion(split="value_class"), start=Q3, part=Part.LEFT, value="A"
    )
    assert found.ids == [ids[5]]
    traces = queries.stay_customers(actor=ACTOR, question=StayQuestion(), start=Q2, part=Part.ACTIVE).of([ids[0]])
    assert traces == {ids[0]: Trace(before=1, orders=3, services=3, value_class="A")}


def test_retention__counts_the_files_within_reach_whichever_unit_took_the_orders(shop: Shop) -> None:
    home = shop.customers[0].scope_unit_id
    near, far, nobody = (goods.staff(reach=Reach(intervals=((no, no),))) for no in (home, ELSEWHERE, home + 1))
    n = [
        next(o.retention.n for o in queries.retention(actor=who, question=StayQuestion()).totals if o.start == Q2)
        for who in (near, far, nobody)
    ]
    assert n == [12, 0, 0]
    with pytest.raises(Forbidden):
        queries.retention(actor=goods.staff("shipments.view"), question=StayQuestion())
    with pytest.raises(Invalid):
        queries.retention(actor=ACTOR, question=StayQuestion(split="name"))


def test_retention__names_the_state_it_was_counted_from(shop: Shop) -> None:
    answer = queries.retention(actor=ACTOR, question=StayQuestion())
    goods.order(customer=customer(organization.staff()), ordered_at=on(2, 1))
    refresh()
    again = StayQuestion(generations=answer.generations, at=answer.as_of)
    assert queries.retention(actor=ACTOR, question=again).totals == answer.totals
    assert quarters()[Q2].retention.n == 13
    with pytest.raises(GenerationGone):
        quarters(generations={"orders": 999})


def test_retention__before_the_first_refresh_there_is_nothing(fresh_db: str) -> None:
    assert queries.retention(actor=ACTOR, question=StayQuestion()).totals == ()


DAYS = some.dates(date(2025, 11, 1), date(2026, 11, 23))
SALES = some.lists(some.tuples(some.integers(1, 25), DAYS, some.sampled_from(["express", "road", "air"])), max_size=120)
STOOD = some.lists(some.tuples(some.integers(1, 25), DAYS, some.sampled_from(["A", "B", ""])), max_size=30)
TODAY = date(2026, 11, 23)


def _tables(sales: Sequence[tuple[int, date, str]], stood: Sequence[tuple[int, date, str]]) -> tuple[Any, Any, Any]:
    files = {
        "id": "int64",
        "customer_kind": "string",
        "is_merged": "bool",
        "industry": "string",
        "region_code": "string",
    }
    orders = {"customer_id": "int64", "ordered_date": "date", "business_line": "string"}
    classes = {"id": "int64", "customer_id": "int64", "stood_date": "date", "value_class": "string"}
    return (
        ibis.memtable([(one, "consumer", False, "", "") for one in range(1, 26)], schema=files),
        ibis.memtable([(who, day, line) for who, day, line in sales], schema=orders),
        ibis.memtable([(no, who, day, text) for no, (who, day, text) in enumerate(stood)], schema=classes),
    )


@settings(max_examples=25, deadline=None)
@given(sales=SALES, stood=STOOD, kind=some.sampled_from(PeriodKind))
@pytest.mark.req("METR-10")
def test_retention__is_what_counting_one_by_one_gives(
    sales: list[tuple[int, date, str]], stood: list[tuple[int, date, str]], kind: PeriodKind
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zhike.insight.metrics.queries.stay.lake.with_owned", lambda **_any: _tables(sales, stood))
        starts = periods.last_starts(kind, TODAY, 4)
        states = {name: Generation(name, 1, {}) for name in own.READ}
        rows = own._stays(ACTOR, states, kind, starts, TODAY)
        made = own._maker(kind, TODAY)
        lines = {(o.start, o.value): o for o in (made(r) for r in own._counted(rows, "value_class"))}
        totals = {o.start: o for o in (made(r) for r in own._counted(rows, ""))}
    used: dict[date, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for who, day, line in sales:
        used[periods.start_of(kind, day)][who].append(line)
    for start in starts:
        now, before = used[start], used[periods.moved(kind, start, -1)]
        classes = {who: _class_at(stood, who, start) for who in {*now, *before}}
        for value in set(classes.values()):
            part = lines[start, value]
            of = {who for who, text in classes.items() if text == value}
            assert part.retention.n == len(of & set(before))
            assert part.stayed == len(of & set(before) & set(now))
            assert part.repeat.n == len(of & set(now))
            assert part.repeat.hits == sum(len(now[who]) > 1 for who in of & set(now))
        if not classes:
            assert start not in totals
            continue
        total = totals[start]
        assert total.retention.n == sum(one.retention.n for (at, _v), one in lines.items() if at == start)
        if total.retention.value is not None and total.churn.value is not None:
            assert total.retention.value + total.churn.value == pytest.approx(100)
            assert total.stayed + (total.left or 0) == total.retention.n
        if total.services.value is not None:
            assert total.services.value == pytest.approx(sum(len(set(v)) for v in now.values() if v) / len(now))


def _class_at(stood: Sequence[tuple[int, date, str]], who: int, start: date) -> str:
    known = [(day, no, text) for no, (one, day, text) in enumerate(stood) if one == who and day <= start]
    return max(known)[2] if known else ""


@given(kind=some.sampled_from(PeriodKind), day=DAYS, steps=some.integers(-50, 50))
def test_periods__are_named_and_found_again(kind: PeriodKind, day: date, steps: int) -> None:
    start = periods.start_of(kind, day)
    assert start <= day < periods.moved(kind, start, 1)
    assert periods.moved(kind, periods.moved(kind, start, steps), -steps) == start
    assert periods.start_named(kind, periods.name_of(kind, start)) == start
    end = periods.moved(kind, start, 1)
    assert not periods.has_ended(kind, start, end - timedelta(days=1))
    assert periods.has_ended(kind, start, end)


@pytest.mark.parametrize("name", ["", "2026-13", "2026-00", "2026-1", "2026-Q5", "26-01", "x", "2026-Q", "２０２６-01"])
def test_periods__a_name_of_none_is_none(name: str) -> None:
    assert periods.start_named(PeriodKind.MONTH, name) is None
