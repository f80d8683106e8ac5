"""Golden values 9 to 11 of methods §11 (last digit ± 1), and scores of hardly any answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.promoters import compare_nps, nps, nps_adjusted, nps_wald

Z90 = 1.6448536269514722
COUNTS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)).filter(any)


def test_nps_wald__gives_the_published_values() -> None:
    found = nps_wald(60, 25, 15)

    assert (float(found.value), float(found.low), float(found.high)) == pytest.approx(
        (45.0, 30.498, 59.502), abs=0.0011
    )
    assert round(float(found.error), 4) == 7.3993
    assert round(float(found.variance), 4) == 0.5475


@pytest.mark.parametrize(
    ("counts", "quantile", "expected"),
    [
        ((60, 25, 15), None, (43.689, 29.343, 58.036)),
        ((19, 10, 7), None, (30.769, 6.248, 55.291)),
        ((19, 10, 7), Z90, (30.769, 10.190, 51.348)),
    ],
)
def test_nps_adjusted__gives_the_published_values(
    counts: tuple[int, int, int], quantile: float | None, expected: tuple[float, ...]
) -> None:
    found = nps_adjusted(*counts) if quantile is None else nps_adjusted(*counts, z=quantile)

    assert (float(found.value), float(found.low), float(found.high)) == pytest.approx(expected, abs=0.0011)


def test_compare_nps__gives_the_published_values() -> None:
    found = compare_nps((60, 25, 15), (45, 30, 25))

    assert round(float(found.difference), 3) == 24.272
    assert round(float(found.error), 3) == 10.831
    assert round(float(found.z), 4) == 2.2409
    assert round(float(found.p), 5) == 0.02503
    assert (float(found.low), float(found.high)) == pytest.approx((3.043, 45.500), abs=0.0011)


@pytest.mark.parametrize(
    ("counts", "score"),
    [((4, 3, 3), 10.0), ((7, 0, 0), 100.0), ((0, 0, 7), -100.0), ((0, 2, 0), 0.0), ((19, 10, 7), 33.333)],
)
def test_nps__runs_from_minus_to_plus_hundred(counts: tuple[int, int, int], score: float) -> None:
    assert round(float(nps(*counts)), 3) == score


def test_nps__without_answers_is_no_data_and_not_nought() -> None:
    assert np.isnan(nps(0, 0, 0))
    assert np.isnan(nps_wald(0, 0, 0)).all()
    assert np.isnan(nps_adjusted([0], [0], [0])).all()
    assert np.isnan(compare_nps((0, 0, 0), (3, 1, 1)).p)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_nps_adjusted__of_fewer_than_five_answers_is_wide_and_holds_the_score(n: int) -> None:
    """The plain interval of four promoters is a point; the adjusted one says how little four answers are."""
    plain, found = nps_wald(n, 0, 0), nps_adjusted(n, 0, 0)

    assert plain.low == plain.high == 100
    assert found.high == 100
    assert found.low < 25


@given(COUNTS)
def test_nps_adjusted__holds_the_score_and_stays_on_its_scale(counts: tuple[int, int, int]) -> None:
    found = nps_adjusted(*counts)

    assert -100 <= found.low <= nps(*counts) <= found.high <= 100
    assert found.low <= found.value <= found.high


@given(COUNTS)
def test_nps_adjusted__is_mirrored_where_promoters_and_detractors_change_places(counts: tuple[int, int, int]) -> None:
    found, mirrored = nps_adjusted(*counts), nps_adjusted(*reversed(counts))

    assert float(found.low) == pytest.approx(-float(mirrored.high), abs=1e-9)


@given(COUNTS, COUNTS)
def test_compare_nps__says_the_opposite_the_other_way_round(
    first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    found, back = compare_nps(first, second), compare_nps(second, first)

    assert float(found.difference) == pytest.approx(-float(back.difference), abs=1e-9)
    assert float(found.p) == pytest.approx(float(back.p), abs=1e-12)
    assert 0 <= found.p <= 1


def test_nps__refuses_negative_counts() -> None:
    with pytest.raises(ValueError, match=">= 0"):
        nps(3, -1, 2)


def test_nps__works_on_whole_columns() -> None:
    found = nps_adjusted(np.array([60, 19]), np.array([25, 10]), np.array([15, 7]))

    assert found.low.round(3).tolist() == [29.343, 6.248]
