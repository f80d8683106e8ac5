"""What dissatisfaction costs: who stays after a complaint, by how it was handled, and what handling it better saves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zhike.methods.intervals import Interval, wilson

# Fewer people than this say nothing of their own; the other table's rate stands in, under its own source.
LEAST: Final = 10


class Outcome(StrEnum):
    """Of dissatisfied customers: those who said nothing, and those who complained by what became of it."""

    SILENT = "silent"
    UNRESOLVED = "unresolved"
    RESOLVED = "resolved"
    QUICK = "quick"


COMPLAINED: Final = (Outcome.UNRESOLVED, Outcome.RESOLVED, Outcome.QUICK)


@dataclass(frozen=True, slots=True)
class Rate:
    """The part of customers who stay, in [0, 1]. source: whose figure it is; own ones have n people and 95 % limits."""

    value: float
    source: str
    n: int | None = None
    limits: Interval | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1 or not self.source:
            raise ValueError("a rate of staying lies between 0 and 1 and names its source")


Table = Mapping[Outcome, Rate]

_TARP: Final = "TARP (Technical Assistance Research Programs) 1979/1986"
# Loss of over 100 US dollars, and of under 5: two series, not the ends of one range of uncertainty.
MAJOR: Final[Table] = {
    outcome: Rate(value, f"{_TARP}, major loss")
    for outcome, value in zip(Outcome, (0.09, 0.19, 0.54, 0.82), strict=True)
}
MINOR: Final[Table] = {
    outcome: Rate(value, f"{_TARP}, minor loss")
    for outcome, value in zip(Outcome, (0.37, 0.46, 0.70, 0.95), strict=True)
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Customers lost, by outcome; natural: those who would have left without any problem, already taken off `lost`.

    value: what the lost ones are worth; talk: what their word of mouth costs beside it; both in the currency given.
    """

    lost: float
    by_outcome: Mapping[Outcome, float]
    natural: float
    value: float
    talk: float

    @property
    def at_risk(self) -> float:
        return self.value + self.talk


@dataclass(frozen=True, slots=True)
class Talk:
    """Word of mouth: how many people each dissatisfied customer tells, and which part of them is lost by it."""

    tells: float
    conversion: float


@dataclass(frozen=True, slots=True)
class Gain:
    """kept: customers more than before; saved: what they are worth; roi: (saved − cost)/cost."""

    kept: float
    saved: float
    roi: float


@dataclass(frozen=True, slots=True)
class Range:
    """Customers by the two tables and halfway between; of: how many they are out of."""

    low: float
    middle: float
    high: float
    of: float


def own(stayed: Mapping[Outcome, int], asked: Mapping[Outcome, int], *, otherwise: Table, source: str = "own") -> Table:
    """Rates of staying measured on own customers, with Wilson limits.

    stayed, asked: customers by outcome, after the same span of time. Of an outcome with fewer than 10 customers
    `otherwise` gives the rate, and its source says so. Raises ValueError for counts that cannot be.
    Source: methods §4.1.
    """
    found = {}
    for outcome in Outcome:
        n, kept = asked.get(outcome, 0), stayed.get(outcome, 0)
        if not 0 <= kept <= n:
            raise ValueError(f"of {n} customers ({outcome}) {kept} cannot have stayed")
        if n < LEAST:
            found[outcome] = otherwise[outcome]
        else:
            found[outcome] = Rate(kept / n, source, n, wilson(kept, n))
    return found


def edited(table: Table, values: Mapping[Outcome, float], *, source: str) -> Table:
    """The table with some rates replaced by somebody's own judgement, whose source is named.

    Raises ValueError for rates outside [0, 1] or without source.
    """
    return {**table, **{outcome: Rate(value, source) for outcome, value in values.items()}}


def loss(
    dissatisfied: float, complaining: float, shares: Mapping[Outcome, float], table: Table, *,
    value: float = 0, base: float | None = None, talk: Talk | None = None,
) -> Loss:  # fmt: skip
    """Customers lost: N·[(1 − c)(1 − r_silent) + c·Σ q(1 − r)], less those who leave anyhow.

    dissatisfied: N customers with a problem; complaining: c, the part who say so, in [0, 1]; shares: q of those who
    complained by outcome, adding to 1; value: of one customer, in a currency; base: the rate of staying without any
    problem, where it is known: N·(1 − base) is taken off; talk: word of mouth, left out unless given.
    Raises ValueError for parts that cannot be. Source: TARP 1979, 1986; Goodman 2009; methods §4.1, golden value 25.
    """
    _refuse(dissatisfied >= 0 and value >= 0, "customers and value are not negative")
    _refuse(0 <= complaining <= 1, "the part who complain lies between 0 and 1")
    _refuse(set(shares) <= set(COMPLAINED) and min(shares.values(), default=0) >= 0, "shares are of complaints")
    _refuse(abs(sum(shares.values()) - 1) <= 1e-9, "the shares of the complaints add up to 1")  # noqa: PLR2004 - floats
    _refuse(base is None or 0 <= base <= 1, "the base rate lies between 0 and 1")
    people = {Outcome.SILENT: dissatisfied * (1 - complaining)} | {
        outcome: dissatisfied * complaining * shares.get(outcome, 0.0) for outcome in COMPLAINED
    }
    lost = {outcome: many * (1 - table[outcome].value) for outcome, many in people.items()}
    natural = dissatisfied * (1 - base) if base is not None else 0.0
    total = sum(lost.values()) - natural
    told = dissatisfied * talk.tells * talk.conversion * value if talk else 0.0
    return Loss(lost=total, by_outcome=lost, natural=natural, value=total * value, talk=told)


def gain(before: Loss, after: Loss, *, cost: float) -> Gain:
    """What handling complaints better saves, against what it costs, in the currency of both losses.

    Raises ValueError for a cost that is not positive. Source: methods §4.1, golden value 25.
    """
    _refuse(cost > 0, "a return is asked of a cost above 0")
    saved = before.at_risk - after.at_risk
    return Gain(kept=before.lost - after.lost, saved=saved, roi=(saved - cost) / cost)


def staying(people: Mapping[Outcome, float], *, low: Table = MAJOR, high: Table = MINOR) -> Range:
    """How many of own dissatisfied customers are expected to stay, by outcome as counted.

    people: customers by outcome, ≥ 0. Raises ValueError for negative ones. Source: methods §4.1; METR-11.
    """
    _refuse(min(people.values(), default=0) >= 0, "customers are not negative")
    ends = [sum(many * table[outcome].value for outcome, many in people.items()) for table in (low, high)]
    return Range(low=ends[0], middle=sum(ends) / 2, high=ends[1], of=sum(people.values()))


def if_solved(
    people: Mapping[Outcome, float], *, before: Outcome = Outcome.UNRESOLVED, after: Outcome = Outcome.QUICK,
    low: Table = MAJOR, high: Table = MINOR,
) -> Range:  # fmt: skip
    """How many more would stay if those with one outcome had had the other; by default not handled → solved quickly.

    low and high are what each table gives: the smaller loss may have less to win. Raises ValueError as `staying`.
    """
    many = people.get(before, 0)
    _refuse(many >= 0, "customers are not negative")
    ends = [many * (table[after].value - table[before].value) for table in (low, high)]
    return Range(low=ends[0], middle=sum(ends) / 2, high=ends[1], of=many)


def _refuse(holds: bool, words: str) -> None:  # noqa: FBT001 - the condition that must hold
    if not holds:
        raise ValueError(words)
