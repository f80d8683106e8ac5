"""The four states of customers and their moves from one wave to another (METR-08)."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.lake import queries as lake
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.figures import check_dimensions, day_of, filtered, measured, state_of
from zhike.insight.metrics.queries.waves import WAVE
from zhike.insight.metrics.types import Question, metric_of
from zhike.methods.scales import Scale
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid

DISSATISFIED, NEUTRAL, BASICALLY, FULLY = "dissatisfied", "neutral", "basically_satisfied", "fully_satisfied"
STATES = (DISSATISFIED, NEUTRAL, BASICALLY, FULLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMoves:
    """Customers by state in two waves; `moves` from state to state of those who answered in both."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    moves: Mapping[tuple[str, str], int]

    @property
    def both(self) -> int:
        return sum(self.moves.values())


def state_moves(*, actor: Actor, question: Question, before: str, after: str) -> StateMoves:
    """How customers moved between two waves of a mean on one scale, such as `csat5_mean`.

    A customer's state is that of the mean of all their answers in the wave, rounded to a level, halves to the worse.
    Raises Invalid for a figure that is no mean on a scale, UnknownDimension for one without waves.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    if metric.levels is None or metric.value is None or not metric.levels.higher_is_better:
        raise Invalid.of("metric", "no_states", _("Only a mean satisfaction on one scale has these states."))
    check_dimensions(metric, Question(metric.id, split=(WAVE, "customer_id"), filters=question.filters))
    state = state_of(metric, question)
    rows = measured(
        metric, filtered(metric, question, lake.table(actor=actor, state=state)), state, day_of(actor, state)
    )
    rows = rows.filter(rows["_known"] & rows["customer_id"].notnull())
    one, other = (_states(rows, metric.levels, wave) for wave in (before, after))
    later = other.rename(customer="customer_id", then="state")
    found = one.outer_join(later, one["customer_id"] == later["customer"])
    pairs = found.group_by("state", "then").aggregate(n=ibis._.count()).to_pyarrow().to_pylist()
    return StateMoves(
        before={name: sum(p["n"] for p in pairs if p["state"] == name) for name in STATES},
        after={name: sum(p["n"] for p in pairs if p["then"] == name) for name in STATES},
        moves={(p["state"], p["then"]): p["n"] for p in pairs if p["state"] and p["then"]},
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
