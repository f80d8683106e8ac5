"""Correlations against values worked out by hand."""

import math

import numpy as np
import pytest

from zhike.methods.association import correlation, rank_correlation


def test_correlation__of_a_textbook_pair() -> None:
    # Deviations −2 −1 0 1 2 and −2 −1 1 0 2: 9 ÷ √(10 · 10).
    found = correlation([1, 2, 3, 4, 5], [1, 2, 4, 3, 5])
    assert found.r == pytest.approx(0.9)
    # atanh 0.9 = 1.472219; half 1.959964 ÷ √2 = 1.385904.
    assert (round(found.low, 4), round(found.high, 4), found.n) == (0.0861, 0.9934, 5)


def test_correlation__fisher_interval_of_fifty_pairs() -> None:
    # r = 0.5, n = 50: atanh 0.5 = 0.549306, half 1.959964 ÷ √47 = 0.285890; tanh of 0.263416 and 0.835196.
    x = np.array([1.0, -1.0] * 25)
    noise = np.array([1.0, 1.0, -1.0, -1.0] * 12 + [0.0, 0.0])
    y = 0.5 * x + math.sqrt(0.75) * noise * math.sqrt(50 / 48)
    found = correlation(x, y)
    assert found.r == pytest.approx(0.5)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2575, 0.6833)


def test_rank_correlation__follows_any_rising_curve_and_shares_ties() -> None:
    assert rank_correlation([1, 2, 3, 4], [1, 10, 100, 1000])[:3] == (1.0, 1.0, 1.0)
    # Ranks 1 2.5 2.5 4 and 1 2 3 4: 4.5 ÷ √(4.5 · 5).
    assert rank_correlation([1, 2, 2, 3], [1, 2, 3, 4]).r == pytest.approx(4.5 / math.sqrt(22.5))
    # r = −0.5 of 12: variance 1.125 ÷ 9, half 1.959964 · √0.125 = 0.692952; atanh −0.5 = −0.549306.
    x = list(range(1, 13))
    y = [9, 12, 4, 11, 7, 10, 5, 8, 2, 1, 6, 3]
    found = rank_correlation(x, y)
    d2 = sum((a - b) ** 2 for a, b in zip(x, y, strict=True))
    assert found.r == pytest.approx(1 - 6 * d2 / (12 * 143))
    half = 1.959964 * math.sqrt((1 + found.r**2 / 2) / 9)
    assert found.low == pytest.approx(math.tanh(math.atanh(found.r) - half), abs=1e-6)


def test_correlation__leaves_incomplete_pairs_out_and_says_nothing_of_what_does_not_vary() -> None:
    assert correlation([1, 2, math.nan, 4, 5, 3], [1, 2, 3, math.nan, 5, 3]).n == 4
    assert math.isnan(correlation([2, 2, 2], [1, 2, 3]).r)
    assert math.isnan(correlation([], []).r)
    three = correlation([1, 2, 3], [1, 3, 2])
    assert three.r == pytest.approx(0.5)
    assert math.isnan(three.low)
    with pytest.raises(ValueError, match="one length"):
        correlation([1, 2], [1])
