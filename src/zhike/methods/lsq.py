"""LSQ, logistics service quality: nine constructs as the customer of a logistics company sees them, by segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods.drivers import Drivers, drivers
from zhike.methods.intervals import Interval, mean_interval
from zhike.methods.servqual import cronbach

Floats = NDArray[np.float64]
LOWEST, HIGHEST = 1.0, 5.0
# Methods §1.10: fewer people are not shown, up to here they are shown as a small base.
SHOWN, NORMAL = 10, 30


class Stage(StrEnum):
    """Placing an order leads to what arrives, this to how long it takes and how errors are put right."""

    PLACEMENT = "placement"
    RECEIPT = "receipt"
    TIME_AND_RECOVERY = "time_and_recovery"


class Base(StrEnum):
    NORMAL = "normal"
    SMALL = "small"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Construct:
    """items: statements, in our own words, that people agree with from 1 (not at all) to 5 (fully).

    For a carrier "order" reads as shipment or booking.
    """

    id: str
    stage: Stage
    items: tuple[str, ...]


CONSTRUCTS: Final = (
    Construct(
        "personnel_contact",
        Stage.PLACEMENT,
        (
            "My contact person understands my situation.",
            "My contact person knows enough to help me.",
            "My contact person solves my problems.",
        ),
    ),
    Construct(
        "release_quantities",
        Stage.PLACEMENT,
        (
            "I may order the volume I need.",
            "I have no trouble with upper limits on an order.",
            "I have no trouble with lower limits on an order.",
        ),
    ),
    Construct(
        "information_quality",
        Stage.PLACEMENT,
        (
            "The information I need is available.",
            "The information I am given is adequate.",
            "The information I am given is right.",
        ),
    ),
    Construct(
        "ordering_procedures",
        Stage.PLACEMENT,
        (
            "The way orders are placed works.",
            "Placing an order is easy.",
            "Placing an order takes little time.",
        ),
    ),
    Construct(
        "order_accuracy",
        Stage.RECEIPT,
        (
            "I seldom receive something I did not order.",
            "I seldom receive the wrong quantity.",
            "I seldom receive a substitute I did not ask for.",
        ),
    ),
    Construct(
        "order_condition",
        Stage.RECEIPT,
        (
            "What I receive is undamaged.",
            "It is undamaged wherever it was sent from.",
            "It is undamaged whatever way it travelled.",
        ),
    ),
    Construct(
        "order_quality",
        Stage.RECEIPT,
        (
            "What I receive meets my technical needs.",
            "What I receive is what was specified.",
            "What I receive is rarely faulty in itself.",
        ),
    ),
    Construct(
        "discrepancy_handling",
        Stage.TIME_AND_RECOVERY,
        (
            "It is easy to report that something is wrong.",
            "The answer to such a report satisfies me.",
            "What was wrong is put right to my satisfaction.",
        ),
    ),
    Construct(
        "timeliness",
        Stage.TIME_AND_RECOVERY,
        (
            "The time from order to arrival is short.",
            "Orders arrive on the day that was promised.",
            "What could not be sent at once follows soon.",
        ),
    ),
)
# What a carrier asks beside them.
CARRIER: Final = (
    Construct(
        "pickup",
        Stage.PLACEMENT,
        (
            "Goods are picked up when it was agreed.",
            "It is easy to have goods picked up.",
            "Whoever picks up handles the goods well.",
        ),
    ),
    Construct(
        "proof_of_delivery",
        Stage.RECEIPT,
        (
            "I get the signed receipt back in time.",
            "The signed receipt is complete and legible.",
            "I can see the proof of delivery when I need it.",
        ),
    ),
    Construct(
        "claims",
        Stage.TIME_AND_RECOVERY,
        (
            "Filing a claim is easy.",
            "Claims are decided fairly.",
            "Claims are paid soon.",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One construct in one segment. mean and 95 % t limits on 1–5, score100 on 0–100; alpha: reliability.

    n: people with a score, missing: people without one. Of a suppressed cell (n < 10) only the counts are known, the
    rest is not a number; alpha also where it is not defined.
    """

    segment: str
    construct: str
    n: int
    missing: int
    base: Base
    mean: float
    limits: Interval
    score100: float
    alpha: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a segment has no weights."""

    reason: str


def scores(answers: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    """Each person's score by construct, (n,) on 1–5: the mean of the items answered, if more than half of them are.

    answers: by construct's id, (n, k) from 1 to 5, not-a-number = missing; the same people in each.
    Raises ValueError for shapes that do not fit or answers off the scale.
    Source: Mentzer, Flint & Kent 1999, J. Business Logistics 20(1):9; methods §2.2.
    """
    found: dict[str, Floats] = {}
    for construct, values in answers.items():
        items = np.asarray(values, dtype=float)
        if items.ndim != 2 or items.shape[1] == 0:  # noqa: PLR2004 - rows and columns
            raise ValueError(f"{construct} needs answers (n, k)")
        if ((items < LOWEST) | (items > HIGHEST)).any():
            raise ValueError(f"{construct} has answers beyond 1 to 5")
        known = ~np.isnan(items)
        count = known.sum(axis=1)
        total = np.where(known, items, 0.0).sum(axis=1)
        found[construct] = np.divide(total, count, out=np.full(len(items), np.nan), where=2 * count > items.shape[1])
    if len({len(one) for one in found.values()}) > 1:
        raise ValueError("the constructs were not answered by the same people")
    return found


def by_segment(answers: Mapping[str, ArrayLike], segments: Sequence[str]) -> tuple[Cell, ...]:
    """Mean, interval, score and reliability of each construct in each segment, segments in alphabetical order.

    answers: as in `scores`; segments: (n,), one word a person. Raises ValueError as `scores` and for another number of
    segments. Source: Mentzer, Flint & Hult 2001, J. Marketing 65(4):82: segments differ; methods §1.10, §2.2.
    """
    people = scores(answers)
    group = _groups(people, segments)
    return tuple(
        _cell(segment, construct, values[group == segment], np.asarray(answers[construct])[group == segment])
        for segment in sorted(set(segments))
        for construct, values in people.items()
    )


def weights_by_segment(
    answers: Mapping[str, ArrayLike], satisfaction: ArrayLike, segments: Sequence[str], *,
    rng: np.random.Generator, resamples: int = 1000,
) -> dict[str, Drivers | Unknown]:  # fmt: skip
    """What drives satisfaction in each segment: `drivers` of the constructs' scores, or why there is no answer.

    satisfaction: (n,), any unit, not-a-number = missing; the rest as in `by_segment`. A segment's constructs are never
    weighted by another's: the weights differ. Whether the base carries a result says
    `regression.moments.is_enough`. Raises ValueError as `by_segment` and for another number of judgements.
    Source: Mentzer, Flint & Hult 2001; methods §2.2, §2.7.
    """
    people = scores(answers)
    group = _groups(people, segments)
    overall = np.asarray(satisfaction, dtype=float)
    if overall.shape != group.shape:
        raise ValueError("satisfaction needs one judgement a person")
    x, names = np.column_stack(list(people.values())), tuple(people)
    found: dict[str, Drivers | Unknown] = {}
    for segment in sorted(set(segments)):
        rows = group == segment
        try:
            found[segment] = drivers(x[rows], overall[rows], rng=rng, resamples=resamples, names=names)
        except ValueError as refusal:
            found[segment] = Unknown(str(refusal))
    return found


def _groups(people: Mapping[str, Floats], segments: Sequence[str]) -> NDArray[np.str_]:
    if not people or any(len(one) != len(segments) for one in people.values()):
        raise ValueError("each person has one segment, and there is at least one construct")
    return np.asarray(segments, dtype=np.str_)


def _cell(segment: str, construct: str, values: Floats, items: NDArray[np.float64]) -> Cell:
    known = values[~np.isnan(values)]
    n = len(known)
    if n < SHOWN:
        unknown = Interval(np.array(np.nan), np.array(np.nan))
        nothing = float("nan")
        return Cell(segment, construct, n, len(values) - n, Base.SUPPRESSED, nothing, unknown, nothing, nothing)
    mean = float(known.mean())
    try:
        alpha = cronbach(items)
    except ValueError:
        alpha = float("nan")
    return Cell(
        segment=segment,
        construct=construct,
        n=n,
        missing=len(values) - n,
        base=Base.NORMAL if n >= NORMAL else Base.SMALL,
        mean=mean,
        limits=mean_interval(mean, known.std(ddof=1), n),
        score100=100 * (mean - LOWEST) / (HIGHEST - LOWEST),
        alpha=alpha,
    )
