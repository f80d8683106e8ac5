"""Golden values 8 and 13 of methods §11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.intervals import wilson
from zhike.methods.samples import effective_base, needed_for_nps, needed_for_rate, wilson_of_population


def test_wilson_of_population__knows_that_24_of_31_have_answered() -> None:
    found = wilson_of_population(14, 24, 31)

    assert round(float(effective_base(24, 31)), 3) == 102.857
    assert (round(float(found.low), 4), round(float(found.high), 4)) == (0.4867, 0.6739)


def test_effective_base__is_the_plain_one_up_to_five_per_cent() -> None:
    assert effective_base([5, 6], 100).round(3).tolist() == [5.0, 6.319]


def test_wilson_of_population__has_no_width_at_a_census() -> None:
    found = wilson_of_population([3, 0, 7], 7, 7)

    assert found.low.tolist() == found.high.tolist() == [3 / 7, 0.0, 1.0]


@given(
    st.integers(1, 10_000).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(n, 20_000).filter(lambda people: people > 0))
    )
)
def test_wilson_of_population__lies_within_the_plain_interval_and_holds_the_rate(counts: tuple[int, int, int]) -> None:
    x, n, people = counts
    plain = wilson(x, n)

    found = wilson_of_population(x, n, people)

    assert plain.low - 1e-12 <= found.low <= x / n <= found.high <= plain.high + 1e-12


@pytest.mark.parametrize(("n", "people"), [(8, 7), (-1, 7), (0, 0)])
def test_effective_base__refuses_more_answers_than_people(n: int, people: int) -> None:
    with pytest.raises(ValueError, match="n <= population"):
        effective_base(n, people)


def test_wilson_of_population__refuses_an_empty_sample() -> None:
    with pytest.raises(ValueError, match="n > 0"):
        wilson_of_population(0, 0, 5)


def test_needed_for_rate__gives_the_tabulated_sizes() -> None:
    found = needed_for_rate(0.05, population=[np.inf, 1000])

    assert found.exact.round(3).tolist() == [384.146, 277.733]
    assert found.people.tolist() == [385, 278]


@given(st.floats(0.005, 0.5), st.floats(0, 1), st.integers(1, 10**7))
def test_needed_for_rate__never_asks_more_than_there_are(margin: float, share: float, people: int) -> None:
    assert 0 <= needed_for_rate(margin, share=share, population=people).people <= people


def test_needed_for_nps__gives_the_size_of_five_points() -> None:
    found = needed_for_nps(5, 0.61)

    assert round(float(found.exact), 1) == 937.3
    assert int(found.people) == 938


def test_needed__does_not_ask_one_more_for_a_rounding() -> None:
    assert int(needed_for_rate(0.05, z=2).people) == 400


@pytest.mark.parametrize("margin", [0.0, -0.1])
def test_needed__refuses_a_margin_of_nothing(margin: float) -> None:
    with pytest.raises(ValueError, match="margin > 0"):
        needed_for_rate(margin)
    with pytest.raises(ValueError, match="margin > 0"):
        needed_for_nps(margin, 0.5)
