"""This period against the one before: rates, means, medians and P90, each with the interval of its change."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import ibis
from scipy import stats

from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.figures import (
    MONTH,
    asked_rows,
    check_dimensions,
    compute,
    day_of,
    measured,
    state_of,
)
from zhike.insight.metrics.queries.making import SCALE
from zhike.insight.metrics.types import Base, Change, Estimate, Figure, Kind, Question, Span, Spread, base_of, metric_of
from zhike.methods.intervals import Interval, difference, newcombe, quantile_ranks, welch, wilson_share
from zhike.methods.promoters import compare_nps
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize

MONTHS = 3
QUANTILES = (0.5, 0.9)


# zhike: allow query-actor -- it reads no rows, only months already shown
def spans_of(question: Question, months: Sequence[str]) -> tuple[Span, Span] | None:
    """The period asked for and the equally long one before it; without a period the last three months.

    `months` are those with data, in order. None where the data do not reach back so far.
    """
    if not months or MONTH in question.filters:
        return None
    until = question.until or months[-1]
    since = question.since or moved(until, 1 - MONTHS)
    length = _number(until) - _number(since) + 1
    before = Span(moved(since, -length), moved(since, -1))
    reaches_back = question.since or before.since >= months[0]
    return (Span(since, until), before) if length > 0 and reaches_back else None


# zhike: allow query-actor -- it reads no rows, only the figures given
def compare(kind: Kind, now: Figure, before: Figure, *, of: int = 1, also: Collection[Base] = ()) -> Change | None:
    """The change of a figure in its own unit, or None where either base is too small to say.

    `also`: bases that may be compared besides sound ones, by a reader who marks them.
    `of`: among how many comparisons it stands; the intervals then hold together at 95 % (Bonferroni).
    """
    if not {now.base, before.base} <= {Base.SOUND, *also}:
        return None
    level = 1 - 0.05 / of
    if kind in {Kind.NET, Kind.WEIGHTED}:
        return _compare_others(kind, now, before, level)
    if kind in {Kind.DURATION, Kind.MEAN}:
        if now.mean is None or before.mean is None or now.deviation is None or before.deviation is None:
            return None
        found = welch(now.mean, now.deviation, now.n, before.mean, before.deviation, before.n, level=level)
        return Change(difference=now.mean - before.mean, low=float(found.low), high=float(found.high))
    if now.hits is None or before.hits is None:
        return None
    scale = SCALE[kind]
    found = newcombe(now.hits, now.n, before.hits, before.n, z=float(stats.norm.ppf((1 + level) / 2)))
    gap = now.hits / now.n - before.hits / before.n
    return Change(difference=gap * scale, low=float(found.low) * scale, high=float(found.high) * scale)


def _compare_others(kind: Kind, now: Figure, before: Figure, level: float) -> Change | None:
    """Net figures with both sides adjusted; weighted shares out of their own intervals."""
    if kind is Kind.NET:
        found = compare_nps(_parts(now), _parts(before), level=level)
        gap = 100 * (_net_of(now) - _net_of(before))
        # The adjusted intervals lie round the adjusted difference; they must hold the one that is shown.
        return Change(difference=gap, low=min(float(found.low), gap), high=max(float(found.high), gap))
    if now.value is None or before.value is None or now.effective is None or before.effective is None:
        return None
    z = float(stats.norm.ppf((1 + level) / 2))
    shares = (now.value / 100, before.value / 100)
    limits = [wilson_share(p, n, z=z) for p, n in zip(shares, (now.effective, before.effective), strict=True)]
    gap_limits = difference(shares[0], limits[0], shares[1], limits[1])
    return Change(
        difference=now.value - before.value, low=100 * float(gap_limits.low), high=100 * float(gap_limits.high)
    )


def _parts(figure: Figure) -> tuple[int, int, int]:
    high, low = figure.hits or 0, figure.against or 0
    return high, figure.n - high - low, low


def _net_of(figure: Figure) -> float:
    return ((figure.hits or 0) - (figure.against or 0)) / figure.n


def change_of(
    *, actor: Actor, question: Question, spans: tuple[Span, Span], months: Sequence[Figure] = ()
) -> Change | None:
    """The change of the whole figure between two spans; of a duration, that of its mean.

    `months`: the figure by month where it is known already; spans within them cost no question to the lake.
    """
    kind = metric_of(question.metric).kind

    def figure(span: Span) -> Figure:
        # What weights leave of a base cannot be put together out of months.
        if (
            kind is not Kind.WEIGHTED
            and months
            and months[0].at[MONTH] <= span.since
            and span.until <= months[-1].at[MONTH]
        ):
            return pooled([one for one in months if span.since <= one.at[MONTH] <= span.until])
        return compute(actor=actor, question=_within(question, span)).total

    now, before = (figure(span) for span in spans)
    return compare(kind, now, before)


# zhike: allow query-actor -- it reads no rows, only the figures given
def pooled(parts: Sequence[Figure]) -> Figure:
    """Several disjoint figures as one: counts added; mean and deviation exactly those of all values together."""
    known = [part for part in parts if part.n]
    n = sum(part.n for part in known)
    hits = sum(part.hits for part in known if part.hits is not None)
    against = sum(part.against for part in known if part.against is not None)
    missing = sum(part.missing for part in parts)
    whole = Figure(at={}, names={}, n=n, missing=missing, base=base_of(n), hits=hits, against=against)
    if n < 2 or any(part.mean is None for part in known):  # noqa: PLR2004 - one value has no deviation
        return whole
    mean = sum(part.n * (part.mean or 0.0) for part in known) / n
    squares = sum(
        (part.n - 1) * (part.deviation or 0.0) ** 2 + part.n * ((part.mean or 0.0) - mean) ** 2 for part in known
    )
    return replace(whole, value=mean, mean=mean, deviation=(squares / (n - 1)) ** 0.5)


def changes_by(
    *, actor: Actor, question: Question, spans: tuple[Span, Span], most: int
) -> dict[tuple[str, ...], Change | None]:
    """The change of each group of the question's split, by the values it is split by; empty above `most` groups."""
    now, before = (
        {tuple(figure.at.values()): figure for figure in compute(actor=actor, question=_within(question, span)).figures}
        for span in spans
    )
    both = [key for key in now if key in before]
    if len(both) > most:
        return {}
    kind = metric_of(question.metric).kind
    return {key: compare(kind, now[key], before[key], of=len(both)) for key in both}


def spread_of(*, actor: Actor, question: Question) -> Spread | None:
    """Median and P90 of a duration in hours with their 95 % intervals; None below a sound base or for other kinds.

    The limits are order statistics, so the long tail of durations does not matter.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    check_dimensions(metric, question)
    if metric.kind is not Kind.DURATION:
        return None
    state = state_of(metric, question)
    rows = measured(metric, asked_rows(actor, metric, question, state), state, day_of(actor, state))
    rows = rows.filter(rows["_known"])
    n = int(rows.count().to_pyarrow().as_py())
    if n < 2:  # noqa: PLR2004 - one value has no interval
        return None
    ranks = {p: quantile_ranks(n, p) for p in QUANTILES}
    wanted = {f"q{p}": p for p in QUANTILES}
    for p, found in ranks.items():
        if found is not None:
            wanted |= {f"low{p}": (found[0] - 1) / (n - 1), f"high{p}": (found[1] - 1) / (n - 1)}
    record = rows.aggregate(
        **{name: rows["_value"].quantile(ibis.literal(at, "float64")) for name, at in wanted.items()}
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    median, p90 = (Estimate(record[f"q{p}"], record.get(f"low{p}"), record.get(f"high{p}")) for p in QUANTILES)
    return Spread(n=n, median=median, p90=p90)


def spread_changes(
    *, actor: Actor, question: Question, spans: tuple[Span, Span]
) -> tuple[Change | None, Change | None]:
    """The changes of median and P90 between two spans, in hours; None where a base allows none."""
    now, before = (spread_of(actor=actor, question=_within(question, span)) for span in spans)
    if now is None or before is None:
        return None, None
    return _gap(now.median, before.median), _gap(now.p90, before.p90)


def _gap(now: Estimate, before: Estimate) -> Change | None:
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return None
    limits = difference(
        now.value, Interval(now.low, now.high), before.value, Interval(before.low, before.high)  # type: ignore[arg-type]
    )  # fmt: skip
    return Change(difference=now.value - before.value, low=float(limits.low), high=float(limits.high))


def _within(question: Question, span: Span) -> Question:
    return replace(question, since=span.since, until=span.until)


def _number(month: str) -> int:
    year, number = (int(part) for part in month.split("-"))
    return year * 12 + number - 1


# zhike: allow query-actor -- a name of a month
def moved(month: str, by: int) -> str:
    """The month so many after this one (YYYY-MM), before it where negative."""
    number = _number(month) + by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
