"""Golden value 25 of methods §11, and the portfolio of requirement METR-11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.intervals import wilson
from zhike.methods.tarp import MAJOR, MINOR, Outcome, Rate, Table, Talk, edited, gain, if_solved, loss, own, staying

NOW = {Outcome.UNRESOLVED: 0.4, Outcome.RESOLVED: 0.35, Outcome.QUICK: 0.25}
BETTER = {Outcome.UNRESOLVED: 0.2, Outcome.RESOLVED: 0.3, Outcome.QUICK: 0.5}
PORTFOLIO = {Outcome.SILENT: 200, Outcome.UNRESOLVED: 50, Outcome.RESOLVED: 120, Outcome.QUICK: 80}


@pytest.mark.parametrize(
    ("complaining", "shares", "table", "lost"),
    [(0.25, NOW, MAJOR, 815), (0.25, NOW, MINOR, 555.875), (0.40, BETTER, MAJOR, 702), (0.40, BETTER, MINOR, 467.2)],
)
def test_loss__gives_the_golden_values(
    complaining: float, shares: dict[Outcome, float], table: Table, lost: float
) -> None:
    found = loss(1000, complaining, shares, table)

    assert found.lost == pytest.approx(lost)
    assert sum(found.by_outcome.values()) == pytest.approx(lost)


def test_gain__gives_the_golden_values() -> None:
    before, after = loss(1000, 0.25, NOW, MAJOR, value=2000), loss(1000, 0.40, BETTER, MAJOR, value=2000)

    found = gain(before, after, cost=100_000)

    assert (found.kept, found.saved, found.roi) == pytest.approx((113, 226_000, 1.26))


def test_staying__gives_the_range_of_the_portfolio() -> None:
    found = staying(PORTFOLIO)

    assert (found.low, found.middle, found.high, found.of) == pytest.approx((157.9, 207.45, 257.0, 450))


def test_if_solved__gives_who_would_stay_of_those_not_handled() -> None:
    found = if_solved(PORTFOLIO)

    assert (found.low, found.middle, found.high, found.of) == pytest.approx((31.5, 28.0, 24.5, 50))
    moved = {**PORTFOLIO, Outcome.UNRESOLVED: 0, Outcome.QUICK: 130}
    assert staying(moved).middle - staying(PORTFOLIO).middle == pytest.approx(found.middle)


def test_table__names_two_series() -> None:
    assert [MAJOR[one].value for one in Outcome] == [0.09, 0.19, 0.54, 0.82]
    assert [MINOR[one].value for one in Outcome] == [0.37, 0.46, 0.70, 0.95]
    assert all("TARP" in rate.source for table in (MAJOR, MINOR) for rate in table.values())


def test_loss__takes_off_who_would_have_left_anyhow() -> None:
    found = loss(1000, 0.25, NOW, MAJOR, value=10, base=0.9)

    assert (found.natural, found.lost, found.value) == pytest.approx((100, 715, 7150))


def test_loss__counts_word_of_mouth_only_where_it_is_given() -> None:
    silent, told = (loss(1000, 0.25, NOW, MAJOR, value=2000, talk=talk) for talk in (None, Talk(10, 0.01)))

    assert silent.talk == 0
    assert (told.talk, told.at_risk - silent.at_risk) == pytest.approx((200_000, 200_000))


def test_own__rates_replace_the_published_ones_where_there_are_enough() -> None:
    stayed = {Outcome.SILENT: 30, Outcome.UNRESOLVED: 12, Outcome.RESOLVED: 8, Outcome.QUICK: 9}
    asked = {Outcome.SILENT: 60, Outcome.UNRESOLVED: 30, Outcome.RESOLVED: 10, Outcome.QUICK: 9}

    found = own(stayed, asked, otherwise=MINOR, source="retention after 6 months")

    assert [found[one].value for one in Outcome] == [0.5, 0.4, 0.8, 0.95]
    assert (found[Outcome.SILENT].source, found[Outcome.SILENT].n) == ("retention after 6 months", 60)
    assert found[Outcome.SILENT].limits == wilson(30, 60)
    assert found[Outcome.QUICK] == MINOR[Outcome.QUICK]


def test_edited__keeps_the_source_of_each_rate() -> None:
    found = edited(MAJOR, {Outcome.QUICK: 0.9}, source="workshop 2026")

    assert found[Outcome.QUICK] == Rate(0.9, "workshop 2026")
    assert found[Outcome.SILENT] == MAJOR[Outcome.SILENT]


@given(
    st.floats(0, 1),
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
def test_loss__never_exceeds_the_dissatisfied(complaining: float, parts: list[float], rates: list[float]) -> None:
    shares = dict(zip(list(Outcome)[1:], (np.array(parts) / sum(parts)).tolist(), strict=True))
    table = {outcome: Rate(rate, "own") for outcome, rate in zip(Outcome, rates, strict=True)}

    found = loss(1000, complaining, shares, table).lost

    assert 1000 * (1 - max(rates)) - 1e-6 <= found <= 1000 * (1 - min(rates)) + 1e-6


@pytest.mark.parametrize(
    ("complaining", "shares", "words"),
    [
        (1.2, NOW, "part who complain"),
        (0.2, {Outcome.QUICK: 0.5}, "add up to 1"),
        (0.2, {Outcome.SILENT: 1.0}, "shares are of complaints"),
        (0.2, {Outcome.QUICK: 1.5, Outcome.RESOLVED: -0.5}, "shares are of complaints"),
    ],
)
def test_loss__refuses_parts_that_cannot_be(complaining: float, shares: dict[Outcome, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        loss(1000, complaining, shares, MAJOR)


def test_rates__refuse_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="cannot have stayed"):
        own({Outcome.SILENT: 5}, {Outcome.SILENT: 4}, otherwise=MAJOR)
    with pytest.raises(ValueError, match="between 0 and 1"):
        edited(MAJOR, {Outcome.QUICK: 1.1}, source="guess")
    with pytest.raises(ValueError, match="names its source"):
        edited(MAJOR, {Outcome.QUICK: 0.9}, source="")
    with pytest.raises(ValueError, match="cost above 0"):
        gain(loss(1, 0.5, NOW, MAJOR), loss(1, 0.5, NOW, MAJOR), cost=0)
    with pytest.raises(ValueError, match="not negative"):
        staying({Outcome.SILENT: -1})
