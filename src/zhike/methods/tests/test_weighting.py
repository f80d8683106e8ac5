"""Golden values 14 and 15 of methods §11, and what weights must keep."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zhike.methods.weighting import collapsed, design_effect, post_strata, rake, rake_table, weighted_base

TABLES = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda shape: st.tuples(
        st.lists(
            st.lists(st.integers(1, 50), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        ),
        st.lists(st.integers(1, 40), min_size=shape[0], max_size=shape[0]),
        st.lists(st.integers(1, 40), min_size=shape[1], max_size=shape[1]),
    )
)
WEIGHTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=50).filter(any)


def odds(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return table[:-1, :-1] * table[1:, 1:] / (table[:-1, 1:] * table[1:, :-1])


def test_rake_table__gives_the_table_of_the_margins_with_its_odds_ratio() -> None:
    found = rake_table([[30, 20], [10, 40]], [[60, 40], [50, 50]])

    assert found.weights.ravel().tolist() == pytest.approx([40, 20, 10, 30])
    assert odds(found.weights).tolist() == [[pytest.approx(6.0)]]
    assert found.gap < 1e-8


def test_rake_table__after_one_pass_is_on_its_way() -> None:
    found = rake_table([[30, 20], [10, 40]], [[60, 40], [50, 50]], most=1)

    assert found.weights.round(4).tolist() == [[40.9091, 21.4286], [9.0909, 28.5714]]
    assert found.passes == 1
    assert found.gap == pytest.approx(1 - 37.6623 / 40, abs=1e-5)


@given(TABLES)
def test_rake_table__meets_the_margins_and_keeps_every_odds_ratio(
    drawn: tuple[list[list[int]], list[int], list[int]],
) -> None:
    table, rows, columns = drawn
    wanted = [np.array(rows) / sum(rows), np.array(columns) / sum(columns)]

    found = rake_table(table, wanted)

    assert found.weights.sum(axis=1) == pytest.approx(wanted[0], rel=1e-6)
    assert found.weights.sum(axis=0) == pytest.approx(wanted[1], rel=1e-6)
    assert odds(found.weights) == pytest.approx(odds(np.array(table, dtype=float)), rel=1e-9)
    assert found.gap < 1e-6


def test_rake_table__of_three_axes() -> None:
    found = rake_table(np.arange(1, 9).reshape(2, 2, 2), [[30, 70], [50, 50], [20, 80]])

    assert found.weights.sum(axis=(1, 2)).tolist() == pytest.approx([30, 70])
    assert found.weights.sum(axis=(0, 1)).tolist() == pytest.approx([20, 80])


@pytest.mark.parametrize(
    ("table", "margins", "match"),
    [
        ([[0, 0], [0, 0]], [[60, 40], [50, 50]], "not all are 0"),
        ([[3, -1], [2, 2]], [[60, 40], [50, 50]], "not all are 0"),
        ([[3, 1], [2, 2]], [[60, 50], [50, 50]], "same sum"),
        ([[3, 1], [2, 2]], [[100], [50, 50]], "each axis"),
        ([[3, 1], [2, 2]], [[60, 40]], "each axis"),
        ([[3, 1], [2, 2]], [[0, 0], [0, 0]], "margins"),
        ([[3, 1], [2, 2]], [[140, -40], [50, 50]], "margins"),
        ([[0, 0], [2, 2]], [[60, 40], [50, 50]], "without an answer"),
        ([[3, 1], [2, 2]], [[100, 0], [50, 50]], "nobody is said to be"),
    ],
)
def test_rake_table__refuses_what_cannot_be_met(table: list[list[int]], margins: list[list[int]], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        rake_table(table, margins)


def test_rake_table__says_when_empty_cells_keep_it_from_its_margins() -> None:
    """Only the diagonal is filled: its rows and columns cannot differ."""
    found = rake_table([[5, 0], [0, 5]], [[60, 40], [50, 50]], most=50)

    assert found.gap > 0.1


@given(TABLES)
def test_rake__of_rows_is_the_raked_table_spread_over_them(drawn: tuple[list[list[int]], list[int], list[int]]) -> None:
    table, rows, columns = drawn
    wanted = [np.array(rows) / sum(rows) * 1000, np.array(columns) / sum(columns) * 1000]
    cells = np.repeat(np.arange(np.size(table)), np.ravel(table))
    first, second = np.divmod(cells, len(columns))

    found = rake([first, second], wanted, trim=None)

    sums = np.bincount(cells, weights=found.weights, minlength=np.size(table)).reshape(len(rows), len(columns))
    assert sums == pytest.approx(rake_table(table, wanted).weights, rel=1e-6)
    assert found.weights.sum() == pytest.approx(1000)
    assert found.trimmed == 0


@given(TABLES, st.randoms())
def test_rake__gives_each_row_its_weight_in_any_order(
    drawn: tuple[list[list[int]], list[int], list[int]], random: Random
) -> None:
    table, rows, columns = drawn
    cells = np.repeat(np.arange(np.size(table)), np.ravel(table))
    order = list(range(len(cells)))
    random.shuffle(order)
    wanted = [np.array(rows) / sum(rows), np.array(columns) / sum(columns)]
    first, second = np.divmod(cells, len(columns))

    plain, shuffled = rake([first, second], wanted), rake([first[order], second[order]], wanted)

    assert shuffled.weights == pytest.approx(plain.weights[order], rel=1e-6)


@given(TABLES)
def test_rake__keeps_weights_within_their_limits_and_says_what_it_costs(
    drawn: tuple[list[list[int]], list[int], list[int]],
) -> None:
    table, rows, columns = drawn
    cells = np.repeat(np.arange(np.size(table)), np.ravel(table))
    first, second = np.divmod(cells, len(columns))
    wanted = [np.array(rows) / sum(rows), np.array(columns) / sum(columns)]

    found = rake([first, second], wanted)

    mean = 1 / len(cells)
    assert found.weights.min() >= 0.2 * mean * (1 - 1e-12)
    assert found.weights.max() <= 5 * mean * (1 + 1e-12)
    met = np.bincount(first, weights=found.weights), np.bincount(second, weights=found.weights)
    worst = max(float(np.abs(one / target - 1).max()) for one, target in zip(met, wanted, strict=True))
    assert found.gap == pytest.approx(worst)
    assert found.gap < 1e-6 or found.trimmed > 0


def test_rake__trims_the_one_who_would_stand_for_half_a_country() -> None:
    first = np.array([0] * 19 + [1])

    found, free = rake([first], [[50, 50]]), rake([first], [[50, 50]], trim=None)

    assert float(free.weights[-1]) == pytest.approx(50)
    assert float(found.weights[-1]) == pytest.approx(25)
    assert found.trimmed == 1
    assert found.gap == pytest.approx(0.5)


def test_rake__leaves_out_whoever_weighs_nothing_and_begins_with_the_weights_given() -> None:
    found = rake([[0, 0, 1, 1]], [[30, 70]], start=[1, 2, 1, 0])

    assert found.weights.tolist() == pytest.approx([10, 20, 70, 0])


@pytest.mark.parametrize(
    ("categories", "margins", "start", "match"),
    [
        ([[0, 1]], [[50, 50]], [0, 0], "not all are 0"),
        ([[0, 1]], [[50, 50]], [1, -1], "not all are 0"),
        ([[0, 1]], [[50, 50]], [1, np.nan], "not all are 0"),
        ([[0, 2]], [[50, 50]], None, "from 0 to 1"),
        ([[0, -1]], [[50, 50]], None, "from 0 to 1"),
        ([[]], [[50, 50]], None, "from 0 to 1"),
        ([[0, 1], [0, 1]], [[50, 50]], None, "one margin per set"),
        ([], [], None, "one margin per set"),
        ([[0, 1], [0, 1]], [[50, 50], [50, 40]], None, "same sum"),
        ([[0, 1], [0, 1, 1]], [[50, 50], [50, 50]], None, "of one length"),
        ([[0, 0]], [[50, 50]], None, "without an answer"),
    ],
)
def test_rake__refuses_what_cannot_be_weighed(
    categories: list[list[int]], margins: list[list[int]], start: list[float] | None, match: str
) -> None:
    with pytest.raises(ValueError, match=match):
        rake(categories, margins, start=start)


def test_post_strata__let_each_stratum_count_for_its_people() -> None:
    found = post_strata([0, 0, 1, 2, 2, 2], [100, 40, 60])

    assert found.tolist() == [50, 50, 40, 20, 20, 20]
    assert found.sum() == 200


@pytest.mark.parametrize(
    ("population", "match"),
    [([100, 50, 10], "without an answer"), ([100, 0], "nobody is said to be"), ([0, 0], "all be 0"), ([5], "from 0")],
)
def test_post_strata__refuse_strata_that_do_not_fit(population: list[int], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        post_strata([0, 1, 1], population)


@pytest.mark.parametrize(
    ("answers", "into"),
    [
        ([6, 7, 8], [0, 1, 2]),
        ([2, 2, 6, 9], [0, 0, 0, 1]),
        ([6, 7, 3], [0, 1, 1]),
        ([1, 1], [0, 0]),
        ([5, 0], [0, 0]),
        ([], []),
    ],
)
def test_collapsed__joins_neighbours_until_each_cell_holds_five(answers: list[int], into: list[int]) -> None:
    assert collapsed(answers).tolist() == into


@given(st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_collapsed__leaves_no_small_cell_and_no_gap(answers: list[int]) -> None:
    into = collapsed(answers)
    held = np.bincount(into, weights=answers)

    assert (np.diff(into) >= 0).all()
    assert (np.diff(into) <= 1).all()
    assert sum(answers) < 5 or held.min() >= 5


def test_collapsed__refuses_negative_counts() -> None:
    with pytest.raises(ValueError, match=">= 0"):
        collapsed([3, -1])


def test_weighted_base_and_design_effect__are_kishs() -> None:
    assert round(float(weighted_base([1, 1, 2, 4])), 5) == 2.90909
    assert float(design_effect([1, 1, 2, 4])) == pytest.approx(1.375)
    assert weighted_base([[1, 1], [1, 0]]).tolist() == [2, 1]
    assert weighted_base([[1, 1], [1, 3]], axis=0).tolist() == pytest.approx([2, 1.6])


@given(WEIGHTS, st.randoms())
def test_weighted_base__lies_between_one_and_all_in_any_order(weights: list[float], random: Random) -> None:
    shuffled = list(weights)
    random.shuffle(shuffled)

    found = float(weighted_base(weights))

    assert 1 - 1e-9 <= found <= len(weights) + 1e-9
    assert float(weighted_base(shuffled)) == pytest.approx(found)
    assert float(design_effect(weights)) >= 1 - 1e-9


@pytest.mark.parametrize("weights", [[0, 0], [], [1, -1], [np.nan, 1], [[1, 2], [0, 0]]])
def test_weighted_base__refuses_weights_that_weigh_nothing(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="not all are 0"):
        weighted_base(weights)
