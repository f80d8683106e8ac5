"""Looks at fixed sizes, with what each may spend, against values worked out by hand."""

import math

import numpy as np
import pytest

from zhike.methods.sequential import Look, first_above, first_within, look_sizes, spent_at


def test_looks__double_from_the_first_on_whatever_came_in() -> None:
    assert look_sizes(30, 29) == []
    assert look_sizes(30, 250) == [30, 60, 120, 240]
    with pytest.raises(ValueError, match="first look"):
        look_sizes(0, 10)


def test_spending__sums_to_alpha_however_many_looks() -> None:
    assert spent_at(1) == 0.025
    assert spent_at(2) == pytest.approx(0.05 / 6)
    # 1 − 1/1001 of alpha after a thousand looks.
    assert sum(spent_at(look) for look in range(1, 1001)) == pytest.approx(0.05 * (1 - 1 / 1001))
    with pytest.raises(ValueError, match="counted from 1"):
        spent_at(0)


def test_above__the_bound_is_stricter_at_later_looks() -> None:
    # 17 of 30 at 0.025: the exact lower limit is 0.3743; above 0.35, not above 0.40.
    found = first_above([Look(30, 17)], 0.35)
    assert found is not None
    assert (found.look, round(found.low, 4)) == (1, 0.3743)
    assert first_above([Look(30, 17)], 0.4) is None
    # The second look may spend 0.05 ÷ 6: so probable are 34 or more of 60 at its lower limit.
    later = first_above([Look(30, 17), Look(60, 34)], 0.4)
    assert later is not None
    assert (later.look, later.n) == (2, 60)
    tail = sum(math.comb(60, hits) * later.low**hits * (1 - later.low) ** (60 - hits) for hits in range(34, 61))
    assert tail == pytest.approx(0.05 / 6)
    # What was settled stays settled.
    assert first_above([Look(30, 17), Look(60, 20)], 0.35) == found


def test_within__the_margin_wanted_is_reached() -> None:
    # Half of 120 at the third look, alpha ÷ 12, z = 2.865 …: half width about 0.126.
    looks = [Look(30, 15), Look(60, 30), Look(120, 60)]
    assert first_within(looks, 0.1) is None
    found = first_within(looks, 0.13)
    assert found is not None
    assert found.look == 3


def test_above__misleads_no_more_often_than_alpha() -> None:
    chance = np.random.default_rng(7)
    sizes = look_sizes(30, 2000)
    wrong = 0
    for _round in range(2_000):
        sums = np.cumsum(chance.random(2000) < 0.3)
        wrong += first_above([Look(n, int(sums[n - 1])) for n in sizes], 0.3) is not None
    assert wrong / 2_000 < 0.05
