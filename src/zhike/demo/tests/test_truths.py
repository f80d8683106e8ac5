"""The demonstration company: reproducible from one number; what is planted is found, and only that."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.harness import databases
from zhike.demo import goods
from zhike.demo.build import SEED
from zhike.demo.truths import planted
from zhike.demo.world import SIZES, build_world
from zhike.insight.metrics.queries import MONTH, Signal, beyond_noise, compute, dimension_values, wave_steps
from zhike.insight.metrics.types import Answer, Question
from zhike.insight.reports import queries as reports
from zhike.insight.reports.types import Predictors
from zhike.methods.multiplicity import holm
from zhike.platform.actors import system_actor
from zhike.record.customers import queries as customers
from zhike.record.organization import queries as organization
from zhike.record.shipments import queries as shipments
from zhike.voice.surveys.queries import Span

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SIZE = "medium"
READER = system_actor("demo.reader")


def _drawn(seed: int, now: datetime = NOW) -> goods.Goods:
    chance = np.random.default_rng(seed)
    world = build_world(SIZES["small"], chance)
    return goods.build_goods(world, SIZES["small"], now, planted(now.date(), SIZES["small"].outlets), chance)


def test_goods__are_the_same_for_the_same_number_and_others_for_another() -> None:
    first, again, other = _drawn(1), _drawn(1), _drawn(2)

    assert first.shipments.equals(again.shipments)
    assert first.events.equals(again.events)
    assert not first.shipments.equals(other.shipments)


def test_goods__have_a_season() -> None:
    days = [NOW.date() - timedelta(days=back) for back in range(365)]
    ordinary = np.median([goods.volume_of(day) for day in days])

    assert goods.volume_of(date(2026, 11, 11)) > 2 * ordinary
    assert goods.volume_of(date(2026, 2, 17)) < 0.3 * ordinary


def test_goods__nothing_happens_after_the_end_of_history() -> None:
    drawn, end = _drawn(1), NOW.strftime("%Y-%m-%dT%H:%M:%SZ")

    assert pa.compute.max(drawn.events["at"]).as_py() <= end
    for column in ("ordered_at", "confirmed_at", "prepared_at"):
        assert pa.compute.max(drawn.shipments[column]).as_py() <= end, column


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 16, 30, tzinfo=UTC),  # a Monday, 00:30 in Shanghai
        datetime(2026, 11, 28, 15, 30, tzinfo=UTC),  # a Saturday, 23:30
        datetime(2026, 11, 30, 16, tzinfo=UTC),  # the first of a month
        datetime(2026, 12, 31, 15, tzinfo=UTC),
        datetime(2027, 1, 1, 4, tzinfo=UTC),
        datetime(2027, 2, 9, 16, tzinfo=UTC),  # in the Spring Festival, when little is sent
        datetime(2027, 2, 28, 9, tzinfo=UTC),
        datetime(2028, 2, 29, 1, tzinfo=UTC),
    ],
    ids=str,
)
def test_goods__some_are_under_way_and_some_of_these_held_at_any_instant(now: datetime) -> None:
    newest = {row["waybill"]: row["code"] for row in _drawn(SEED, now).events.to_pylist()}
    counts = Counter(newest.values())
    assert counts["HELD"] > 0
    assert counts["PICKUP"] + counts["DEPART"] + counts["ARRIVE"] > counts["HELD"]


def test_goods__are_picked_up_by_an_outlet_of_the_senders_city_where_it_has_one() -> None:
    draw = _drawn(1).draw
    cities = np.array([outlet.city for outlet in draw.world.outlets])
    sent_from = np.array([shipper.city for shipper in draw.world.shippers])[draw.shipper]
    served = np.isin(sent_from, cities)

    assert served.any()
    assert (cities[draw.origin[served]] == sent_from[served]).all()


@pytest.fixture(scope="module")
def companies(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[str, str]]:
    """Databases of the planted company and of the control company, built at the same time by two processes."""
    template = databases.empty_template()
    databases.ensure_template(template)
    with (
        django_db_blocker.unblock(),
        databases.copied(template.name) as company,
        databases.copied(template.name) as control,
        ThreadPoolExecutor(2) as builders,
    ):
        for built in [builders.submit(_build, company), builders.submit(_build, control, control=True)]:
            built.result()
        yield company, control


def _build(database: str, *, control: bool = False) -> None:
    code = (
        "from datetime import datetime; from zhike.demo.build import build_company;"
        f" build_company(size={SIZE!r}, now=datetime.fromisoformat({NOW.isoformat()!r}), control={control})"
    )
    databases.manage(["shell", "--no-imports", "-c", code], database=database)


@contextmanager
def _looking_at(database: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    with blocker.unblock(), databases.connected_to(database):
        yield


def _signals() -> list[Signal]:
    return beyond_noise(actor=READER, until=NOW.date(), most=100)


def _slower_lines(answer: Answer, since: str) -> set[str]:
    """Lines whose pick-up takes clearly longer since a month: no interval of before reaches one of after."""
    found = set()
    for line in {f.at["business_line"] for f in answer.figures}:
        months = [f for f in answer.figures if f.at["business_line"] == line and f.low is not None]
        before = [f.high for f in months if f.at[MONTH] < since and f.high is not None]
        after = [f.low for f in months if f.at[MONTH] > since and f.low is not None]
        if before and after and min(after) > max(before):
            found.add(line)
    return found


def _leading() -> set[tuple[str, str]]:
    """Form and question that drives the whole alone: no other question's share reaches into its interval."""
    found = set()
    for form in reports.driver_forms(actor=READER):
        said = reports.drivers(actor=READER, form=form, by=Predictors.ITEMS, span=Span(None, None, READER.zone))
        if len(said.lines) > 1 and said.is_enough and said.lines[0].low > said.lines[1].share:
            found.add((form.code, said.lines[0].key))
    return found


def _fallen(metric: str) -> set[tuple[str, str]]:
    """Wave and industry whose mean fell from the wave before, all industries and waves held together at 5 %."""
    steps = [
        (industry, step, step.p)
        for industry, _name in dimension_values(actor=READER, metric_id=metric, dimension="industry")
        for step in wave_steps(actor=READER, question=Question(metric, filters={"industry": (industry,)}))
        if step.p is not None
    ]
    assert len(steps) > 20
    clear = holm([p for _industry, _step, p in steps])
    return {
        (step.wave, industry)
        for (industry, step, _p), stands in zip(steps, clear, strict=True)
        if stands and step.change is not None and step.change.difference < 0
    }


@pytest.mark.concurrency
@pytest.mark.req("SHIP-04", "SHIP-07")
def test_planted_truths__are_found_without_knowing_them(
    companies: tuple[str, str], django_db_blocker: DjangoDbBlocker
) -> None:
    truths = planted(NOW.date(), SIZES[SIZE].outlets)
    with _looking_at(companies[0], django_db_blocker):
        codes = dict(organization.unit_rows(actor=READER).values_list("pk", "code"))
        signals = _signals()

        assert shipments.shipment_rows(actor=READER).count() == SIZES[SIZE].shipments
        assert customers.customer_rows(actor=READER).count() == SIZES[SIZE].customers + SIZES[SIZE].prospects
        by_metric = {m: [s for s in signals if s.metric.id == m] for m in {s.metric.id for s in signals}}
        (damage,) = by_metric["damaged"]
        assert codes[int(damage.at["outlet_id"])] == f"D{truths.contractor.outlet + 1:03d}"
        begun = date.fromisocalendar(int(damage.since[:4]), int(damage.since[6:]), 1)
        assert abs(begun - truths.contractor.since) <= timedelta(weeks=3)
        (silent,) = by_metric["courier_phone"]
        assert codes[int(silent.at["outlet_id"])] == f"D{truths.phones.outlet + 1:03d}"
        assert {s.at["promised_weekday"] for s in by_metric["late"]} == {str(truths.late_region.weekday + 1)}
        assert {s.at["region"] for s in by_metric["late"]} <= {"CN-BJ", "CN-TJ", "CN-HE", "CN-SD", "CN-SX"}
        (leaving,) = by_metric["shipments"]
        assert leaving.rate < 0.5 * leaving.usual
        pickup = compute(actor=READER, question=Question("pickup_time", split=("business_line", MONTH)))
        assert _slower_lines(pickup, truths.pickup.since.strftime("%Y-%m")) == {truths.pickup.line}


@pytest.mark.concurrency
def test_planted_opinions__are_found_without_knowing_them(
    companies: tuple[str, str], django_db_blocker: DjangoDbBlocker
) -> None:
    truths = planted(NOW.date(), SIZES[SIZE].outlets)
    with _looking_at(companies[0], django_db_blocker):
        assert _leading() == {("relationship", truths.driver.code)}
        waves = [step.wave for step in wave_steps(actor=READER, question=Question("csat5_mean"))]
        assert len(waves) == 4
        assert _fallen("csat5_mean") == {(waves[-1], truths.falling.industry)}


@pytest.mark.concurrency
def test_control_company__has_no_main_driver_and_no_falling_industry(
    companies: tuple[str, str], django_db_blocker: DjangoDbBlocker
) -> None:
    with _looking_at(companies[1], django_db_blocker):
        assert _leading() == set()
        assert _fallen("csat5_mean") == set()


@pytest.mark.concurrency
def test_control_company__shows_nothing_beyond_noise(
    companies: tuple[str, str], django_db_blocker: DjangoDbBlocker
) -> None:
    since = planted(NOW.date(), SIZES[SIZE].outlets).pickup.since.strftime("%Y-%m")
    with _looking_at(companies[1], django_db_blocker):
        assert _signals() == []
        pickup = compute(actor=READER, question=Question("pickup_time", split=("business_line", MONTH)))
        assert _slower_lines(pickup, since) == set()
