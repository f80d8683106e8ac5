"""Golden value 45 of methods §11, and that nothing withheld can be worked out."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zhike.methods.smallbase import Mark, Withheld, marks, shrunk, withheld

BASES = st.one_of(st.integers(0, 15), st.integers(0, 80))
TABLES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(st.lists(BASES, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])
)


def test_marks__say_what_a_base_allows() -> None:
    expected = [Mark.NONE, Mark.WITHHELD, Mark.WITHHELD, Mark.SMALL, Mark.SMALL, Mark.SOUND]

    assert marks([0, 1, 9, 10, 29, 30]).tolist() == expected
    with pytest.raises(ValueError, match=">= 0"):
        marks(-1)


def test_shrunk__draws_a_small_cell_towards_its_parent() -> None:
    assert round(float(shrunk(14, 24, 0.86)), 5) == 0.70909
    assert shrunk([0, 2000], [0, 2000], 0.5).round(3).tolist() == [0.5, 0.995]


@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0, 1))
def test_shrunk__lies_between_the_cell_and_its_parent(counts: tuple[int, int], parent: float) -> None:
    x, n = counts

    found = float(shrunk(x, n, parent))

    assert min(x / n, parent) - 1e-12 <= found <= max(x / n, parent) + 1e-12


@pytest.mark.parametrize(("n", "k"), [(-1, 20.0), (5, 0.0)])
def test_shrunk__refuses_what_pulls_nowhere(n: int, k: float) -> None:
    with pytest.raises(ValueError, match="n >= 0 and k > 0"):
        shrunk(1, n, 0.5, k=k)


@pytest.mark.parametrize(
    ("n", "cells", "total"),
    [
        ([50, 40], [0, 0], False),
        # One small cell alone would be the total less the others.
        ([50, 8, 12, 40], [0, 1, 1, 0], False),
        # Two together are still fewer than ten.
        ([50, 3, 5, 40], [0, 1, 1, 1], False),
        ([6, 7, 90], [1, 1, 0], False),
        ([8, 50], [1, 1], False),
        # Empty cells hide nothing: the total is the small cell itself.
        ([8, 0, 0], [1, 0, 0], True),
        ([4, 5], [1, 1], True),
        ([0, 0], [0, 0], False),
    ],
)
def test_withheld__hides_a_second_cell_of_a_row(n: list[int], cells: list[int], total: bool) -> None:  # noqa: FBT001 - a table
    found = withheld(n)

    assert found.cells.astype(int).tolist() == cells
    assert found.total is total


def test_withheld__hides_a_rectangle_in_a_table() -> None:
    found = withheld([[50, 8, 60], [40, 30, 70], [45, 35, 65]])

    assert found.cells.astype(int).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert not found.rows.any()
    assert not found.columns.any()
    assert not found.total


def test_withheld__leaves_a_table_of_sound_bases_alone() -> None:
    assert not withheld([[10, 20], [30, 40]]).cells.any()


@pytest.mark.parametrize("n", [[3, -1], [[[4]]], 5])
def test_withheld__refuses_what_is_no_table(n: list[int]) -> None:
    with pytest.raises(ValueError, match="one or two axes"):
        withheld(n)


def solvable(away: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which hidden figures of a table with totals follow from the shown ones, by elimination over all its equations."""
    rows, columns = away.shape
    places = [tuple(place) for place in np.argwhere(away)]
    by_row = [[0 if r != row else (-1 if c == columns - 1 else 1) for r, c in places] for row in range(rows)]
    by_column = [[0 if c != column else (-1 if r == rows - 1 else 1) for r, c in places] for column in range(columns)]
    system = np.array(by_row + by_column, dtype=float)
    rank = np.linalg.matrix_rank(system)
    found = np.zeros_like(away)
    for position, place in enumerate(places):
        alone = np.zeros(len(places))
        alone[position] = 1
        found[place] = np.linalg.matrix_rank(np.vstack([system, alone])) == rank
    return found


def with_totals(found: Withheld) -> NDArray[np.bool_]:
    body = np.column_stack([found.cells, found.rows])
    return np.vstack([body, [*found.columns, found.total]])


@given(TABLES)
def test_withheld__figures_of_a_table_cannot_be_worked_out(n: list[list[int]]) -> None:
    bases = np.array(n)
    found = withheld(bases)
    away = with_totals(found)

    full = np.column_stack([np.vstack([bases, bases.sum(axis=0)]), np.append(bases.sum(axis=1), bases.sum())])
    small = (full > 0) & (full < 10)
    assert away[small].all()
    assert not away[full == 0].any()
    if away.any():
        assert not solvable(away).any()
    # What is hidden in a line whose total is shown never amounts to a small group.
    for line, gone in [*zip(full, away, strict=True), *zip(full.T, away.T, strict=True)]:
        if not gone[-1] and gone.any():
            assert line[:-1][gone[:-1]].sum() >= 10


@given(st.lists(BASES, min_size=1, max_size=12), st.randoms())
def test_withheld__hides_as_much_in_any_order(n: list[int], random: Random) -> None:
    shuffled = list(n)
    random.shuffle(shuffled)

    found, other = withheld(n), withheld(shuffled)

    assert np.sort(np.array(n)[found.cells]).tolist() == np.sort(np.array(shuffled)[other.cells]).tolist()
    assert found.total == other.total
