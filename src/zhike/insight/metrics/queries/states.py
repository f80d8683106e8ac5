"""The four states of customers, their moves from one wave to another, and who of them stays (METR-08)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.lake import queries as lake
from zhike.insight.lake.types import Generation
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.figures import (
    OF_CUSTOMER,
    check_dimensions,
    day_of,
    filtered,
    measured,
    state_of,
    table_of,
)
from zhike.insight.metrics.queries.stay import ORDERS, Part, rate_of, states_of
from zhike.insight.metrics.queries.waves import WAVE
from zhike.insight.metrics.rules import periods
from zhike.insight.metrics.types import Figure, Metric, PeriodKind, Question, UnknownDimension, metric_of, metrics
from zhike.methods.scales import Scale
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid

DISSATISFIED, NEUTRAL, BASICALLY, FULLY = "dissatisfied", "neutral", "basically_satisfied", "fully_satisfied"
STATES = (DISSATISFIED, NEUTRAL, BASICALLY, FULLY)
NO_STATES = _("Only a mean satisfaction on one scale has these states.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMoves:
    """Customers by state in two waves; `moves` from state to state of those who answered in both."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    moves: Mapping[tuple[str, str], int]

    @property
    def both(self) -> int:
        return sum(self.moves.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveSpan:
    """A wave with the days of its first and last answer, and how many customers answered."""

    wave: str
    first: date
    last: date
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateStay:
    """Who of a wave's customers ordered in the period that follows it, by state.

    `start` is the first day of that period, None where nobody answered; each figure has n customers of the state and
    hits those who ordered, and no value before the period has ended. `has_begun`: somebody can have ordered.
    """

    wave: str
    start: date | None
    period: str
    has_begun: bool
    is_ended: bool
    states: Mapping[str, Figure]


# zhike: allow query-actor, query-scope -- it reads the definitions, no rows
def state_metrics() -> list[Metric]:
    """The figures whose waves have states: mean satisfactions on one scale."""
    return [metric for metric in metrics().values() if _has_states(metric)]


def state_moves(*, actor: Actor, question: Question, before: str, after: str) -> StateMoves:
    """How customers moved between two waves of a mean on one scale, such as `csat5_mean`.

    A customer's state is that of the mean of all their answers in the wave, rounded to a level, halves to the worse.
    Raises Invalid for a figure that is no mean on a scale, UnknownDimension for one without waves.
    """
    authorize(actor, VIEW_FIGURES)
    metric, rows = _answers(actor, question)
    pairs = _pairs(rows, metric, before, after).group_by("state", "then").aggregate(n=ibis._.count())
    found = pairs.to_pyarrow().to_pylist()
    return StateMoves(
        before={name: sum(p["n"] for p in found if p["state"] == name) for name in STATES},
        after={name: sum(p["n"] for p in found if p["then"] == name) for name in STATES},
        moves={(p["state"], p["then"]): p["n"] for p in found if p["state"] and p["then"]},
    )


def move_customers(
    *, actor: Actor, question: Question, before: str, after: str, state: str = "", then: str = ""
) -> list[int]:
    """The customers behind a cell of the moves: of `state` in the first wave and of `then` in the second.

    An empty state is any, answered or not. Raises as `state_moves`.
    """
    authorize(actor, VIEW_FIGURES)
    metric, rows = _answers(actor, question)
    pairs = _pairs(rows, metric, before, after)
    if state:
        pairs = pairs.filter(pairs["state"] == state)
    if then:
        pairs = pairs.filter(pairs["then"] == then)
    found: list[int] = pairs.order_by("customer_id").to_pyarrow()["customer_id"].to_pylist()
    return found


def wave_spans(*, actor: Actor, question: Question) -> list[WaveSpan]:
    """The waves in which customers answered, in the order in which they began. Raises as `state_moves`."""
    authorize(actor, VIEW_FIGURES)
    metric, rows = _answers(actor, question)
    found = rows.group_by(WAVE).aggregate(
        first=rows[metric.time].min(), last=rows[metric.time].max(), customers=rows["customer_id"].nunique()
    )
    return [
        WaveSpan(wave=one[WAVE], first=one["first"], last=one["last"], customers=one["customers"])
        for one in found.order_by(["first", WAVE]).to_pyarrow().to_pylist()
        if one[WAVE]
    ]


def state_retention(*, actor: Actor, question: Question, wave: str, period: PeriodKind) -> StateStay:
    """Who of the customers of each state in a wave ordered in the period after it, with Wilson's interval.

    The period that follows is the month, quarter or year after the one of the wave's last answer; an order counts
    whichever unit took it. Raises as `state_moves`.
    """
    authorize(actor, VIEW_FIGURES)
    start, today, found = _followed(actor, question, wave, period)
    is_ended = start is not None and today is not None and periods.has_ended(period, start, today)
    counted: list[dict[str, Any]] = []
    if start is not None:
        counted = (
            found.group_by("state").aggregate(n=ibis._.count(), hits=found["ordered"].sum()).to_pyarrow().to_pylist()
        )
    by_state = {one["state"]: (one["hits"], one["n"]) for one in counted}
    return StateStay(
        wave=wave,
        start=start,
        period=periods.name_of(period, start) if start else "",
        has_begun=start is not None and today is not None and start <= today,
        is_ended=is_ended,
        states={name: rate_of({"state": name}, *by_state.get(name, (0, 0)), is_ended=is_ended) for name in STATES},
    )


def state_customers(
    *, actor: Actor, question: Question, wave: str, period: PeriodKind, state: str, part: Part
) -> list[int]:
    """The customers of a state in a wave: all of them, who ordered in the period after it, or who did not.

    Before that period has ended nobody has left. Raises as `state_moves`.
    """
    authorize(actor, VIEW_FIGURES)
    start, today, rows = _followed(actor, question, wave, period)
    rows = rows.filter(rows["state"] == state)
    if part is Part.LEFT:
        ended = start is not None and today is not None and periods.has_ended(period, start, today)
        rows = rows.filter(~rows["ordered"] & ibis.literal(ended))
    elif part is not Part.BASE:
        rows = rows.filter(rows["ordered"])
    found: list[int] = rows.order_by("customer_id").to_pyarrow()["customer_id"].to_pylist()
    return found


def _has_states(metric: Metric) -> bool:
    return metric.levels is not None and metric.value is not None and metric.levels.higher_is_better


def _checked(question: Question) -> Metric:
    metric = metric_of(question.metric)
    if not _has_states(metric):
        raise Invalid.of("metric", "no_states", NO_STATES)
    check_dimensions(metric, Question(metric.id, split=(WAVE, "customer_id"), filters=question.filters))
    return metric


def _answers(actor: Actor, question: Question) -> tuple[Metric, ir.Table]:
    """The answers of known customers that the figure counts."""
    metric = _checked(question)
    state = state_of(metric, question)
    return metric, _known(actor, metric, question, state, table_of(actor, question, state))


def _known(actor: Actor, metric: Metric, question: Question, state: Generation, rows: ir.Table) -> ir.Table:
    rows = measured(metric, filtered(metric, question, rows), state, day_of(actor, state))
    return rows.filter(rows["_known"] & rows["customer_id"].notnull())


def _followed(
    actor: Actor, question: Question, wave: str, period: PeriodKind
) -> tuple[date | None, date | None, ir.Table]:
    """The first day of the period after a wave, the day of the data, and the wave's customers.

    Columns: customer_id, state, ordered (whether in that period).
    """
    metric = _checked(question)
    if strange := [name for name in question.filters if name in OF_CUSTOMER]:
        # Orders are read beside the answers here; what the file says now would be a third.
        raise UnknownDimension(metric=metric.id, dimension=strange[0], known="")
    state, sold = state_of(metric, question), states_of([ORDERS], {}, question.at)[ORDERS]
    scores, orders = lake.with_owned(actor=actor, state=state, key="customer_id", owned=[sold], by="customer_id")
    rows = _known(actor, metric, question, state, scores)
    today = day_of(actor, sold)
    last: date | None = rows.filter(rows[WAVE] == wave)[metric.time].max().to_pyarrow().as_py()
    start = None if last is None else periods.moved(period, periods.start_of(period, last), 1)
    states = _states(rows, _scale(metric), wave)
    if start is None:
        return None, today, states.mutate(ordered=ibis.literal(value=False))
    day = orders["ordered_date"]
    orders = orders.filter((day >= ibis.date(start)) & (day < ibis.date(periods.moved(period, start, 1))))
    if today is not None:
        orders = orders.filter(orders["ordered_date"] <= ibis.date(today))
    buyers = orders.select(buyer="customer_id").distinct()
    found = states.left_join(buyers, states["customer_id"] == buyers["buyer"])
    return start, today, found.select("customer_id", "state", ordered=found["buyer"].notnull())


def _scale(metric: Metric) -> Scale:
    if metric.levels is None:
        raise Invalid.of("metric", "no_states", NO_STATES)
    return metric.levels


def _pairs(rows: ir.Table, metric: Metric, before: str, after: str) -> ir.Table:
    """Each customer of either wave with both states; customer_id, state, then."""
    one, other = (_states(rows, _scale(metric), wave) for wave in (before, after))
    later = other.rename(customer="customer_id", then="state")
    found = one.outer_join(later, one["customer_id"] == later["customer"])
    return found.select(
        customer_id=ibis.coalesce(found["customer_id"], found["customer"]), state=found["state"], then=found["then"]
    )


def _states(rows: ir.Table, scale: Scale, wave: str) -> ir.Table:
    """Each customer's state in one wave."""
    means = rows.filter(rows[WAVE] == wave).group_by("customer_id").aggregate(level=ibis._["_value"].mean())
    level = (means["level"] - 0.5).ceil().cast("int64")
    state = ibis.cases(
        (level == scale.best, FULLY),
        (level.isin(sorted(scale.satisfied)), BASICALLY),
        (level.isin(sorted(scale.dissatisfied)), DISSATISFIED),
        else_=NEUTRAL,
    )
    return means.select("customer_id", state=state)
