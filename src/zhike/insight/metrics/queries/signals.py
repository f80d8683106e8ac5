"""What stands out beyond noise: units whose figure differs from the rest by more than chance, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zhike.insight.metrics.queries.figures import compute
from zhike.insight.metrics.types import Direction, Figure, Metric, Question, metric_of
from zhike.methods.multiplicity import benjamini_hochberg
from zhike.methods.signals import change_point, rate_tails, volume_tails
from zhike.platform.actors import Actor

# Which splits are looked through, in the order in which they are told. One scan is one family of comparisons.
SCANS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("damaged", ("outlet_id",)),
    ("late", ("region", "promised_weekday")),
    ("late", ("outlet_id",)),
    ("courier_phone", ("outlet_id",)),
)
ALPHA = 0.01
# Beyond chance is not yet worth telling: the rate must also differ by this factor of the company's.
FACTOR = 1.6
LEAST_BASE = 30
WEEKS_RECENT, WEEKS_EARLIER = 6, 20
LEAST_VOLUME = 60
SHARE_KEPT = 0.6
CLEAR_CHANGE = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that stands out. `rate` against `usual`, in the metric's unit; `since` an ISO week or ''."""

    metric: Metric
    at: dict[str, str]
    names: dict[str, str]
    rate: float
    usual: float
    n: int
    p: float
    since: str = ""
    is_worse: bool = True


def beyond_noise(*, actor: Actor, until: date, most: int = 8) -> list[Signal]:
    """Signals of the last twelve months within the actor's reach, the surest first."""
    since = (until - timedelta(days=365)).strftime("%Y-%m")
    found: list[Signal] = []
    for metric_id, split in SCANS:
        found += _rates(actor, metric_id, split, since, until)
    found += _volumes(actor, until)
    return sorted(found, key=lambda signal: signal.p)[:most]


def _rates(actor: Actor, metric_id: str, split: tuple[str, ...], since: str, until: date) -> list[Signal]:
    metric = metric_of(metric_id)
    answer = compute(actor=actor, question=Question(metric_id, split=split, since=since, until=until.strftime("%Y-%m")))
    figures = [f for f in answer.figures if f.n >= LEAST_BASE and all(f.at.values())]
    if len(figures) < 2 or answer.total.hits is None:  # noqa: PLR2004 - one unit has nobody to differ from
        return []
    hits, bases = np.array([f.hits or 0 for f in figures]), np.array([f.n for f in figures])
    tails = rate_tails(hits, bases, answer.total.hits, answer.total.n)
    usual = answer.total.hits / answer.total.n
    found = []
    for figure, p, kept in zip(figures, tails, benjamini_hochberg(tails, alpha=ALPHA), strict=True):
        rate = (figure.hits or 0) / figure.n
        if kept and _matters(metric, rate, usual):
            found.append(
                Signal(
                    metric=metric,
                    at=dict(figure.at),
                    names=dict(figure.names),
                    rate=100 * rate,
                    usual=100 * usual,
                    n=figure.n,
                    p=float(p),
                    since=_since(actor, metric, figure, since, until),
                )
            )
    return found


def _matters(metric: Metric, rate: float, usual: float) -> bool:
    """Only what is worse is told here, and only when the bad share is clearly larger."""
    if metric.direction is Direction.HIGHER:
        rate, usual = 1 - rate, 1 - usual
    return rate > usual * FACTOR


def _since(actor: Actor, metric: Metric, figure: Figure, since: str, until: date) -> str:
    """The week in which it began, when it did not go on all year."""
    answer = compute(
        actor=actor,
        question=Question(
            metric.id,
            split=("delivered_week",),
            filters={name: (value,) for name, value in figure.at.items()},
            since=since,
            until=until.strftime("%Y-%m"),
        ),
    )
    weeks = sorted((f for f in answer.figures if f.at["delivered_week"]), key=lambda f: f.at["delivered_week"])
    position, gain = change_point([f.hits or 0 for f in weeks], [f.n for f in weeks])
    return weeks[position].at["delivered_week"] if position and gain > CLEAR_CHANGE else ""


def _volumes(actor: Actor, until: date) -> list[Signal]:
    """Customers who send clearly less than they did, against their own past and the company's season."""
    metric = metric_of("shipments")
    monday = until - timedelta(days=until.weekday())
    recent = _weeks(monday, WEEKS_RECENT, 0)
    earlier = _weeks(monday, WEEKS_EARLIER, WEEKS_RECENT)
    late, early = (_by_customer(actor, weeks) for weeks in (recent, earlier))
    total = sum(f.n for f in late.values()), sum(f.n for f in early.values())
    customers = [c for c, f in early.items() if c and f.n >= LEAST_VOLUME]
    if not customers or not total[0]:
        return []
    share = total[0] / sum(total)
    counts = np.array([[late[c].n if c in late else 0, early[c].n] for c in customers])
    tails = volume_tails(counts[:, 0], counts[:, 1], share)
    found = []
    for customer, (now, before), p, kept in zip(
        customers, counts, tails, benjamini_hochberg(tails, alpha=ALPHA), strict=True
    ):
        usual = before * total[0] / total[1]
        if kept and now < usual * SHARE_KEPT:
            found.append(
                Signal(
                    metric=metric,
                    at={"customer_id": customer},
                    names=dict(early[customer].names),
                    rate=float(now),
                    usual=float(usual),
                    n=int(now + before),
                    p=float(p),
                    since=recent[0],
                )
            )
    return found


def _by_customer(actor: Actor, weeks: Sequence[str]) -> dict[str, Figure]:
    question = Question("shipments", split=("customer_id",), filters={"ordered_week": tuple(weeks)})
    return {f.at["customer_id"]: f for f in compute(actor=actor, question=question).figures}


def _weeks(monday: date, count: int, back: int) -> list[str]:
    """ISO weeks, oldest first: `count` whole weeks that end `back` weeks before this Monday."""
    starts = [monday - timedelta(weeks=back + step) for step in range(count, 0, -1)]
    return [f"{start.isocalendar().year}-W{start.isocalendar().week:02d}" for start in starts]
