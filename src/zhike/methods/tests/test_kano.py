"""Golden value 21 of methods §11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.kano import CATEGORIES, Answer, classify, kano, summary

GOLDEN = {"A": 23, "O": 30, "M": 18, "I": 27, "R": 1, "Q": 1}


def test_summary__gives_the_golden_values() -> None:
    found = summary(GOLDEN)

    assert (round(found.better, 4), round(found.worse, 4)) == (0.5408, -0.4898)
    assert (found.category, found.runner_up, found.gap) == ("O", "I", 3)
    assert (round(found.bound, 3), found.is_distinct) == (10.534, False)


def test_summary__tells_a_clear_lead() -> None:
    found = summary({"M": 60, "O": 20, "A": 10, "I": 10})

    assert (found.category, found.is_distinct) == ("M", True)


@pytest.mark.parametrize(
    ("functional", "row"),
    [
        (Answer.LIKE, "QAAAO"),
        (Answer.MUST_BE, "RIIIM"),
        (Answer.NEUTRAL, "RIIIM"),
        (Answer.LIVE_WITH, "RIIIM"),
        (Answer.DISLIKE, "RRRRQ"),
    ],
)
def test_classify__follows_the_evaluation_table(functional: Answer, row: str) -> None:
    assert "".join(classify([functional] * 5, list(Answer))) == row


@pytest.mark.parametrize(("tied", "category"), [("IAOM", "M"), ("IAO", "O"), ("IA", "A"), ("RI", "I"), ("QR", "R")])
def test_summary__breaks_ties_by_what_neglect_costs(tied: str, category: str) -> None:
    assert summary(dict.fromkeys(tied, 7)).category == category


def test_kano__counts_pairs_and_what_is_missing() -> None:
    found = kano([1, 1, 2, 3, np.nan, 1], [5, 3, 5, 3, 5, np.nan])

    assert found.counts == {"M": 1, "O": 1, "A": 1, "I": 1, "R": 0, "Q": 0}
    assert (found.n, found.missing) == (4, 2)
    assert (found.better, found.worse) == (0.5, -0.5)


def test_summary__of_reverse_and_questionable_answers_has_no_better_or_worse() -> None:
    found = summary({"R": 3, "Q": 1})

    assert np.isnan([found.better, found.worse]).all()
    assert np.isnan(found.better_limits.low)
    assert np.isnan(found.worse_limits.high)
    assert found.category == "R"


@given(st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 1000)).filter(lambda counts: sum(counts.values())))
def test_summary__keeps_its_figures_within_their_limits(counts: dict[str, int]) -> None:
    found = summary(counts)

    assert found.counts[found.category] == max(found.counts.values())
    if not np.isnan(found.better):
        assert 0 <= found.better_limits.low <= found.better <= found.better_limits.high <= 1
        assert -1 <= found.worse_limits.low <= found.worse <= found.worse_limits.high <= 0


@pytest.mark.parametrize("counts", [{"A": 0}, {"A": -1, "O": 3}, {"X": 3}, {}])
def test_summary__refuses_counts_that_cannot_be(counts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="kano counts people"):
        summary(counts)


@pytest.mark.parametrize(("functional", "dysfunctional"), [([6], [1]), ([1], [0]), ([1.5], [1]), ([1, 2], [1])])
def test_classify__refuses_what_is_no_answer(functional: list[float], dysfunctional: list[float]) -> None:
    with pytest.raises(ValueError, match="kano"):
        classify(functional, dysfunctional)
