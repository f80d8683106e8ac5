"""Golden value 7 of methods §11 (returns) and the rates of AAPOR by hand."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.nonresponse import Disposition, Outcomes, eligibility, outcome_rates

FIELD = Outcomes(
    complete=50,
    partial=10,
    refused=15,
    complained=5,
    not_contacted=20,
    other=4,
    unknown_address=6,
    unknown_other=10,
    ineligible=26,
)


@pytest.mark.parametrize(("answered", "asked", "rate"), [(24, 31, 77.42), (19, 25, 76.00), (43, 56, 76.79)])
def test_outcome_rates__of_the_office_building(answered: int, asked: int, rate: float) -> None:
    found = outcome_rates(Outcomes(complete=answered, not_contacted=asked - answered))

    assert round(float(100 * found.rr1), 2) == rate


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rr1", 50 / 120),
        ("rr2", 60 / 120),
        ("rr3", 50 / (104 + 0.8 * 16)),
        ("rr4", 60 / (104 + 0.8 * 16)),
        ("rr5", 50 / 104),
        ("rr6", 60 / 104),
        ("coop1", 50 / 84),
        ("coop2", 60 / 84),
        ("coop3", 50 / 80),
        ("coop4", 60 / 80),
        ("ref1", 20 / 120),
        ("ref2", 20 / (104 + 0.8 * 16)),
        ("ref3", 20 / 104),
        ("con1", 84 / 120),
        ("con2", 84 / (104 + 0.8 * 16)),
        ("con3", 84 / 104),
        ("complained", 5 / 120),
        ("eligible", 0.8),
        ("asked", 120),
    ],
)
def test_outcome_rates__are_those_of_the_standard_definitions(name: str, expected: float) -> None:
    """104 known to be eligible, 26 known not to be: 80 per cent of the 16 unknown ones are taken to be."""
    assert float(getattr(outcome_rates(FIELD), name)) == pytest.approx(expected)


def test_outcome_rates__take_another_eligibility() -> None:
    assert float(outcome_rates(FIELD, eligible=0.5).rr3) == pytest.approx(50 / 112)
    with pytest.raises(ValueError, match="between 0 and 1"):
        outcome_rates(FIELD, eligible=1.2)


def test_outcome_rates__of_nobody_are_no_data() -> None:
    found = outcome_rates(Outcomes())

    assert np.isnan([float(found.rr1), float(found.coop1), float(found.complained)]).all()
    assert float(found.asked) == 0
    assert np.isnan(eligibility(Outcomes(unknown_other=3)))


def test_outcomes__are_counted_from_rows_by_group() -> None:
    rows = [Disposition.COMPLETE, Disposition.COMPLAINED, Disposition.COMPLETE, Disposition.REFUSED]

    found = outcome_rates(Outcomes.of(rows, group=[0, 0, 2, 2], groups=3))

    assert found.rr1.tolist() == pytest.approx([0.5, np.nan, 0.5], nan_ok=True)
    assert found.ref1.tolist() == pytest.approx([0.5, np.nan, 0.5], nan_ok=True)
    assert found.complained.tolist() == pytest.approx([0.5, np.nan, 0.0], nan_ok=True)
    assert float(outcome_rates(Outcomes.of(rows)).rr1) == 0.5


@pytest.mark.parametrize(
    ("rows", "group"), [([9], [0]), ([-1], [0]), ([0], [1]), ([0], [-1]), ([0, 1], [0]), ([[0]], [[0]])]
)
def test_outcomes__refuse_rows_that_cannot_be(rows: list[int], group: list[int]) -> None:
    with pytest.raises(ValueError, match=r"each row|one-dimensional"):
        Outcomes.of(rows, group=group, groups=1)


def test_outcomes__refuse_negative_counts() -> None:
    with pytest.raises(ValueError, match=">= 0"):
        Outcomes(complete=3, refused=-1)


@given(st.lists(st.integers(0, 1000), min_size=9, max_size=9).filter(lambda counts: sum(counts[:6]) > 0))
def test_outcome_rates__rise_from_the_least_to_the_most(counts: list[int]) -> None:
    outcomes = Outcomes(**{one.name.lower(): counts[one] for one in Disposition})

    found = outcome_rates(outcomes)

    assert 0 <= found.rr1 <= found.rr3 <= found.rr5 <= found.rr6 <= 1
    assert found.rr1 <= found.rr2 <= found.rr4 <= found.rr6
    assert 0 <= found.con1 <= found.con2 <= found.con3 <= 1
    assert found.complained <= found.ref1 <= found.ref2 <= found.ref3 <= 1
    assert float(found.rr2 + found.ref1) <= 1 + 1e-12


@given(st.lists(st.sampled_from(list(Disposition)), min_size=1, max_size=60), st.randoms())
def test_outcomes__do_not_care_for_the_order_of_rows(rows: list[Disposition], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)

    assert Outcomes.of(rows).counts().tolist() == Outcomes.of(shuffled).counts().tolist()
