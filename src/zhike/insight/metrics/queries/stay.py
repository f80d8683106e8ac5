"""Who stays (METR-10): customers of one period who order in the next, by class, industry and region.

Set-based over the orders of the lake; a customer belongs to whoever reaches the file, whichever unit took the order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_lazy as _

from zhike.insight.lake import queries as lake
from zhike.insight.lake.types import Generation
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.changes import compare
from zhike.insight.metrics.queries.figures import day_of
from zhike.insight.metrics.rules import periods
from zhike.insight.metrics.types import Base, Change, Figure, GenerationGone, Kind, PeriodKind, base_of
from zhike.methods.intervals import mean_interval, wilson
from zhike.platform import facts
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.record.customers.types import CustomerKind

CUSTOMERS, ORDERS, CLASSES = "customers", "orders", "value_classes"
READ = (CUSTOMERS, ORDERS, CLASSES)
SPLITS = ("value_class", "industry", "region")
UNITS = {PeriodKind.MONTH: "M", PeriodKind.QUARTER: "Q", PeriodKind.YEAR: "Y"}
NONE = ibis.literal(0, "int64")


class Part(StrEnum):
    """Which customers of a line: those of the period before, who of them stayed or left, those of the period."""

    BASE = "base"
    STAYED = "stayed"
    LEFT = "left"
    ACTIVE = "active"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class StayQuestion:
    """Which periods, split by what. `generations` and `at` name a state shown before, by fact."""

    period: PeriodKind = PeriodKind.QUARTER
    split: str = ""
    count: int = 0
    generations: Mapping[str, int] = field(default_factory=dict)
    at: datetime | None = None

    def start_named(self, name: str) -> date | None:
        """The first day of the period of this length so called (2026-10, 2026-Q4, 2026); None for what names none."""
        return periods.start_named(self.period, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayLine:
    """One period, from `start` up to but not on `until`, or one value of the split in it; no rates before it has ended.

    `retention`: n customers of the period before, hits those who stayed; `repeat`: n customers of the period, hits
    those with two orders or more; `services`: mean of different services over the same n.
    `change` is that of the retention against the period before, in points.
    """

    period: str
    start: date
    until: date
    is_ended: bool
    value: str = ""
    name: str = ""
    is_total: bool = False
    retention: Figure
    repeat: Figure
    services: Figure
    change: Change | None = None

    @property
    def stayed(self) -> int:
        return self.retention.hits or 0

    @property
    def left(self) -> int | None:
        """None while they may still come back in time."""
        return self.retention.n - self.stayed if self.is_ended else None

    @property
    def churn(self) -> Figure:
        """The complement of retention, with the complement of its interval."""
        stay = self.retention
        if stay.value is None or stay.low is None or stay.high is None:
            return replace(stay, hits=self.left)
        return replace(stay, hits=self.left, value=100 - stay.value, low=100 - stay.high, high=100 - stay.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayAnswer:
    """Totals by period, oldest first, and the lines of the split, by period and then by name.

    `first_day` is that of the first order within reach: the period it lies in is not known whole.
    """

    question: StayQuestion
    totals: Sequence[StayLine]
    lines: Sequence[StayLine]
    generations: Mapping[str, int]
    as_of: datetime | None
    first_day: date | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What one customer did: orders in the period before and in the period, services, class as it began."""

    before: int
    orders: int
    services: int
    value_class: str


class Traces:
    """The customers of a line, by id, with what each did; kept as columns, since they may be many."""

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows
        self.ids: list[int] = rows["customer_id"].to_pylist()

    def of(self, customer_ids: Iterable[int]) -> dict[int, Trace]:
        """What these did."""
        wanted = pa.array(list(customer_ids), pa.int64())
        found = self._rows.filter(pc.is_in(self._rows["customer_id"], value_set=wanted)).to_pylist()
        return {
            row["customer_id"]: Trace(row["before"], row["orders"], row["services"], row["value_class"])
            for row in found
        }


def retention(*, actor: Actor, question: StayQuestion) -> StayAnswer:
    """Retention, churn, repeat orders and services by period, within reach; consumers only (CUST-03).

    Raises Invalid for a split that there is not, GenerationGone.
    """
    authorize(actor, VIEW_FIGURES)
    _check(question)
    states = states_of(READ, question.generations, question.at)
    today = day_of(actor, states[ORDERS])
    made = StayAnswer(
        question=question,
        totals=(),
        lines=(),
        generations={name: state.number for name, state in states.items()},
        as_of=states[ORDERS].as_of,
    )
    if today is None:
        return made
    kind = question.period
    starts = periods.last_starts(kind, today, min(question.count or periods.SHOWN[kind], periods.MOST))
    # One period more than shown: the first one is held against the one before it.
    rows = _stays(actor, states, kind, [periods.moved(kind, starts[0], -1), *starts], today)
    figured = _maker(kind, today)
    totals = {one.start: one for one in (figured(record) for record in _counted(rows, ""))}
    every = [totals.get(start) or figured({"period": start}) for start in starts]
    before = [totals.get(periods.moved(kind, start, -1)) for start in starts]
    totals_shown = [replace(_changed(one, then), is_total=True) for one, then in zip(every, before, strict=True)]
    lines: list[StayLine] = []
    if question.split:
        lines = _lines([figured(record) for record in _counted(rows, question.split)], kind, starts[0], question.split)
    return replace(made, totals=totals_shown, lines=lines, first_day=_first_day(actor, states))


def stay_customers(
    *, actor: Actor, question: StayQuestion, start: date, part: Part, value: str | None = None
) -> Traces:
    """The customers behind a line: of the period that begins at `start` and, unless None, of one value of the split.

    In a running period nobody has left yet. Raises as `retention`.
    """
    authorize(actor, VIEW_FIGURES)
    _check(question)
    states = states_of(READ, question.generations, question.at)
    today = day_of(actor, states[ORDERS]) or start
    rows = _stays(actor, states, question.period, [start], today)
    if value is not None and question.split:
        rows = rows.filter(rows[question.split] == value)
    match part:
        case Part.BASE:
            rows = rows.filter(rows["before"] > 0)
        case Part.STAYED:
            rows = rows.filter((rows["before"] > 0) & (rows["orders"] > 0))
        case Part.LEFT:
            ended = ibis.literal(periods.has_ended(question.period, start, today))
            rows = rows.filter((rows["before"] > 0) & (rows["orders"] == 0) & ended)
        case Part.ACTIVE:
            rows = rows.filter(rows["orders"] > 0)
        case Part.REPEAT:
            rows = rows.filter(rows["orders"] > 1)
    return Traces(
        rows.select("customer_id", "before", "orders", "services", "value_class").order_by("customer_id").to_pyarrow()
    )


# zhike: allow query-actor -- it reads which states there are, no rows
def states_of(names: Sequence[str], generations: Mapping[str, int], at: datetime | None) -> dict[str, Generation]:
    """The generations named, else the present ones, seen at the moment named. Raises GenerationGone."""
    found = {}
    for name in names:
        number = generations.get(name)
        state = lake.current(name) if number is None else lake.generation(name, number)
        if state is None:
            raise GenerationGone
        found[name] = replace(state, as_of=at) if at is not None else state
    return found


def _first_day(actor: Actor, states: Mapping[str, Generation]) -> date | None:
    _files, orders = lake.with_owned(
        actor=actor, state=states[CUSTOMERS], key="id", owned=[states[ORDERS]], by="customer_id"
    )
    found: date | None = orders["ordered_date"].min().to_pyarrow().as_py()
    return found


def _check(question: StayQuestion) -> None:
    if question.split and question.split not in SPLITS:
        raise Invalid.of("split", "unknown", _("It can be split by %(known)s."), known=", ".join(SPLITS))


def _stays(
    actor: Actor, states: Mapping[str, Generation], kind: PeriodKind, starts: Sequence[date], today: date
) -> ir.Table:
    """One row a customer and period, of those who ordered in it or in the one before.

    Columns: customer_id, period (its first day), before and orders (how many), services, and the dimensions.
    """
    files, orders, classes = lake.with_owned(
        actor=actor,
        state=states[CUSTOMERS],
        key="id",
        owned=[states[ORDERS], states[CLASSES]],
        by="customer_id",
    )
    files = files.filter((files["customer_kind"] == CustomerKind.CONSUMER.value) & ~files["is_merged"])
    files = files.select(customer_id="id", industry=files["industry"], region=files["region_code"])
    since, until = periods.moved(kind, starts[0], -1), periods.moved(kind, starts[-1], 1)
    day = orders["ordered_date"]
    orders = orders.filter((day >= ibis.date(since)) & (day < ibis.date(until)) & (day <= ibis.date(today)))
    orders = orders.mutate(period=orders["ordered_date"].truncate(UNITS[kind]).cast("date"))
    used = orders.group_by("customer_id", "period").aggregate(
        orders=ibis._.count(), services=orders["business_line"].nunique()
    )
    then = used.select(
        then_id="customer_id",
        then_period=(used["period"] + ibis.interval(months=periods.MONTHS[kind])).cast("date"),
        then_orders="orders",
    )
    both = used.outer_join(then, [used["customer_id"] == then["then_id"], used["period"] == then["then_period"]])
    both = both.select(
        customer_id=ibis.coalesce(both["customer_id"], both["then_id"]),
        period=ibis.coalesce(both["period"], both["then_period"]),
        before=ibis.coalesce(both["then_orders"], NONE),
        orders=ibis.coalesce(both["orders"], NONE),
        services=ibis.coalesce(both["services"], NONE),
    )
    both = both.filter((both["period"] >= ibis.date(starts[0])) & (both["period"] <= ibis.date(starts[-1])))
    return _classed(both.inner_join(files, "customer_id"), classes)


def _classed(rows: ir.Table, classes: ir.Table) -> ir.Table:
    """With the class that stood on the first day of the period: what the period brought has not made it."""
    stood = classes.group_by("customer_id", "stood_date").aggregate(
        value_class=classes["value_class"].argmax(classes["id"])
    )
    found = rows.asof_join(stood, on=rows["period"] >= stood["stood_date"], predicates="customer_id")
    empty = ibis.literal("")
    return found.select(
        *("customer_id", "period", "before", "orders", "services"),
        value_class=ibis.coalesce(found["value_class"], empty),
        industry=ibis.coalesce(found["industry"], empty),
        region=ibis.coalesce(found["region"], empty),
    )


def _counted(rows: ir.Table, split: str) -> list[dict[str, Any]]:
    was, is_ = rows["before"] > 0, rows["orders"] > 0
    keys = ["period", split] if split else ["period"]
    found = rows.group_by(keys).aggregate(
        base=was.sum(),
        stayed=(was & is_).sum(),
        active=is_.sum(),
        repeated=(rows["orders"] > 1).sum(),
        mean=rows["services"].mean(where=is_),
        deviation=rows["services"].std(where=is_),
    )
    return [{**record, "value": record.get(split, "")} for record in found.order_by(keys).to_pyarrow().to_pylist()]


def _maker(kind: PeriodKind, today: date) -> Callable[[Mapping[str, Any]], StayLine]:
    """How counts of one period become its line."""

    def made(record: Mapping[str, Any]) -> StayLine:
        start: date = record["period"]
        name, is_ended = periods.name_of(kind, start), periods.has_ended(kind, start, today)
        value = record.get("value", "")
        at = {"period": name, **({"value": value} if value else {})}
        active = int(record.get("active") or 0)
        return StayLine(
            period=name,
            start=start,
            until=periods.moved(kind, start, 1),
            is_ended=is_ended,
            value=value,
            retention=rate_of(at, int(record.get("stayed") or 0), int(record.get("base") or 0), is_ended=is_ended),
            repeat=rate_of(at, int(record.get("repeated") or 0), active, is_ended=is_ended),
            services=_mean(at, record, active, is_ended=is_ended),
        )

    return made


# zhike: allow query-actor, query-scope -- it reads no rows, only counts given
def rate_of(at: Mapping[str, str], hits: int, n: int, *, is_ended: bool) -> Figure:
    """Hits of n in per cent with Wilson's interval; no value while the period runs, withheld below a base of 10."""
    plain = Figure(at=at, names={}, n=n, missing=0, base=base_of(n), hits=hits)
    if not is_ended or plain.base not in {Base.SMALL, Base.SOUND}:
        return plain
    limits = wilson(hits, n)
    return replace(plain, value=100 * hits / n, low=100 * float(limits.low), high=100 * float(limits.high))


def _mean(at: Mapping[str, str], record: Mapping[str, Any], n: int, *, is_ended: bool) -> Figure:
    plain = Figure(at=at, names={}, n=n, missing=0, base=base_of(n))
    if not is_ended or plain.base not in {Base.SMALL, Base.SOUND}:
        return plain
    mean, deviation = float(record["mean"]), float(record["deviation"] or 0.0)
    limits = mean_interval(mean, deviation, n)
    return replace(plain, value=mean, low=float(limits.low), high=float(limits.high), mean=mean, deviation=deviation)


def _changed(now: StayLine, before: StayLine | None) -> StayLine:
    """Against the period before, where both have ended: a running one is compared with nothing."""
    if before is None or not (now.is_ended and before.is_ended):
        return now
    return replace(now, change=compare(Kind.RATE, now.retention, before.retention))


def _lines(found: Sequence[StayLine], kind: PeriodKind, first: date, split: str) -> list[StayLine]:
    """By period and name, what is not known last; each against the same value in the period before."""
    names = facts.names_of(split, sorted({one.value for one in found if one.value}))
    at = {(one.start, one.value): one for one in found}
    named = [
        replace(
            _changed(one, at.get((periods.moved(kind, one.start, -1), one.value))),
            name=names.get(one.value, one.value),
        )
        for one in found
        if one.start >= first
    ]
    return sorted(named, key=lambda one: (one.start, not one.value, one.name))
