"""Golden values 7 to 10 and 12 of methods §11, and the worked surveys of the requirements."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.promoters import nps_adjusted
from zhike.methods.satisfaction import (
    Tally,
    effort,
    pooled,
    pooled_score,
    recommendation,
    satisfaction,
    tally,
    tally_of_counts,
    value_weighted_rate,
)
from zhike.methods.scales import SCALES, ScalesDiffer, scale_of

CSAT4, CSAT5, NPS11, NPS5 = scale_of("csat4"), scale_of("csat5"), scale_of("nps11"), scale_of("nps5")
LEVELS_OF_5 = st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, np.nan]), min_size=1, max_size=80)


@pytest.mark.parametrize(
    ("satisfied", "n", "rate", "low", "high"),
    [
        (14, 24, 58.33, 38.8, 75.5),
        (17, 24, 70.83, 50.8, 85.1),
        (20, 24, 83.33, 64.1, 93.3),
        (16, 19, 84.21, 62.4, 94.5),
        (5, 19, 26.32, 11.8, 48.8),
        (18, 19, 94.74, 75.4, 99.1),
        (14, 19, 73.68, 51.2, 88.2),
    ],
)
def test_satisfaction__gives_the_rates_of_the_office_building(
    satisfied: int, n: int, rate: float, low: float, high: float
) -> None:
    found = satisfaction(tally_of_counts([n - satisfied, 0, satisfied, 0], CSAT4))

    assert round(float(100 * found.rate), 2) == rate
    assert round(float(100 * found.dissatisfied), 2) == round(100 - rate, 2)
    assert (round(float(100 * found.interval.low), 1), round(float(100 * found.interval.high), 1)) == (low, high)


def test_satisfaction__of_seven_items_is_the_mean_of_their_rates() -> None:
    satisfied = np.array([16, 15, 16, 18, 17, 15, 14])

    found = satisfaction(tally_of_counts(np.stack([19 - satisfied, 0 * satisfied, satisfied, 0 * satisfied], 1), CSAT4))

    assert round(float(100 * found.rate.mean()), 2) == 83.46


def test_satisfaction__counts_average_as_dissatisfied_on_four_levels_only() -> None:
    four = satisfaction(tally_of_counts([0, 14, 5, 0], CSAT4))
    five = satisfaction(tally_of_counts([0, 0, 14, 5, 0], CSAT5))

    assert round(float(100 * four.dissatisfied), 2) == 73.68
    assert float(five.dissatisfied) == 0


def test_satisfaction__shows_everything_beside_the_rate() -> None:
    answers = tally([5, 5, 4, 3, 2, 1, np.nan, 4, np.nan, 5], CSAT5)

    found = satisfaction(answers)

    assert float(found.rate) == 5 / 8
    assert float(found.dissatisfied) == 2 / 8
    assert float(found.net) == 3 / 8
    assert float(found.top) == 3 / 8
    assert float(found.mean) == 29 / 8
    assert float(found.score) == pytest.approx(100 * (29 / 8 - 1) / 4)
    assert float(found.deviation) == pytest.approx(float(np.std([5, 5, 4, 3, 2, 1, 4, 5], ddof=1)))
    assert (float(found.n_valid), float(found.n_missing)) == (8, 2)


def test_satisfaction__without_answers_is_no_data_and_not_nought() -> None:
    found = satisfaction(tally([np.nan, np.nan], CSAT5))

    assert all(np.isnan(one) for one in (found.rate, found.mean, found.score, found.net, *found.interval))
    assert (float(found.n_valid), float(found.n_missing)) == (0, 2)


def test_tally__counts_many_groups_at_once() -> None:
    found = satisfaction(tally([5, 4, np.nan, 1, 2], CSAT5, group=[0, 0, 0, 2, 2], groups=4))

    assert found.rate.tolist() == pytest.approx([1.0, np.nan, 0.0, np.nan], nan_ok=True)
    assert found.n_valid.tolist() == [2, 0, 2, 0]
    assert found.n_missing.tolist() == [1, 0, 0, 0]


@given(LEVELS_OF_5, st.randoms())
def test_tally__does_not_care_for_the_order_of_rows(values: list[float], random: Random) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)

    one, other = tally(values, CSAT5), tally(shuffled, CSAT5)

    assert one.counts.tolist() == other.counts.tolist()
    assert float(one.missing) == float(other.missing)


@given(LEVELS_OF_5)
def test_tally__of_rows_and_of_counts_give_the_same_figures(values: list[float]) -> None:
    x = np.array(values)
    counts = [int((x == level).sum()) for level in range(1, 6)]

    raw, counted = (
        satisfaction(answers)
        for answers in (tally(x, CSAT5), tally_of_counts(counts, CSAT5, missing=int(np.isnan(x).sum())))
    )

    assert float(raw.rate) == pytest.approx(float(counted.rate), nan_ok=True)
    assert float(raw.mean) == pytest.approx(float(counted.mean), nan_ok=True)
    assert float(raw.n_missing) == float(counted.n_missing)
    if raw.n_valid > 0:
        assert 0 <= raw.interval.low <= raw.rate <= raw.interval.high <= 1


@given(st.sampled_from(sorted(SCALES)), st.data())
def test_every_scale__has_its_one_figure(id: str, data: st.DataObject) -> None:
    scale = scale_of(id)
    counts = data.draw(st.lists(st.integers(0, 500), min_size=len(scale.levels), max_size=len(scale.levels)))
    answers = tally_of_counts(counts, scale)

    made = 0
    for figure in (satisfaction, recommendation, effort):
        try:
            figure(answers)
            made += 1
        except ScalesDiffer:
            pass

    assert made == 1


@pytest.mark.parametrize("bad", [0, 6, 3.5])
def test_tally__refuses_what_is_no_level(bad: float) -> None:
    with pytest.raises(ValueError, match="no level"):
        tally([5, bad], CSAT5)


@pytest.mark.parametrize("weights", [[0, 0], [1, -1], [1, np.nan], [1]])
def test_tally__refuses_weights_that_weigh_nothing(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="one weight"):
        tally([5, 4], CSAT5, weights=weights)


@pytest.mark.parametrize("group", [[0, 2], [0, -1], [0]])
def test_tally__refuses_groups_that_are_not_there(group: list[int]) -> None:
    with pytest.raises(ValueError, match="one group"):
        tally([5, 4], CSAT5, group=group, groups=2)


def test_tally__takes_one_row_of_answers_at_a_time() -> None:
    with pytest.raises(ValueError, match="one-dimensional"):
        tally([[5, 4], [3, 2]], CSAT5)


def test_tally_of_counts__refuses_other_levels_and_negative_counts() -> None:
    with pytest.raises(ValueError, match="has 5 levels"):
        tally_of_counts([1, 2, 3, 4], CSAT5)
    with pytest.raises(ValueError, match=">= 0"):
        tally_of_counts([1, 2, 3, 4, -5], CSAT5)
    with pytest.raises(ValueError, match=">= 0"):
        tally_of_counts([1, 2, 3, 4, 5], CSAT5, missing=-1)


def test_tally__weighs_answers_and_rests_on_the_effective_base() -> None:
    """Weights 1, 1, 2, 4 are worth 2.909 answers."""
    found = satisfaction(tally([5, 1, 1, 5], CSAT5, weights=[1, 1, 2, 4]))

    assert float(found.rate) == 5 / 8
    assert round(float(found.n_effective), 5) == 2.90909
    assert float(found.n_valid) == 4
    unweighted = satisfaction(tally_of_counts([3, 0, 0, 0, 5], CSAT5))
    assert found.interval.low < unweighted.interval.low


@given(LEVELS_OF_5, st.floats(0.01, 100))
def test_tally__equal_weights_change_nothing(values: list[float], weight: float) -> None:
    plain, weighted = (
        satisfaction(one) for one in (tally(values, CSAT5), tally(values, CSAT5, weights=np.full(len(values), weight)))
    )

    for name in ("rate", "mean", "deviation", "n_effective"):
        assert float(getattr(weighted, name)) == pytest.approx(float(getattr(plain, name)), nan_ok=True, abs=1e-9)


@pytest.mark.parametrize(
    ("scores", "nps"),
    [([10, 9, 9, 8, 7, 7, 6, 5, 10, 3], 10.0), ([9] * 6, 100.0), ([6] * 6, -100.0), ([8, 7], 0.0)],
)
def test_recommendation__of_the_long_form(scores: list[float], nps: float) -> None:
    assert float(recommendation(tally(scores, NPS11)).nps) == pytest.approx(nps)


def test_recommendation__of_the_short_form_takes_four_for_a_promoter() -> None:
    assert float(recommendation(tally_of_counts([5, 10, 20, 40, 25], NPS5)).nps) == pytest.approx(50)
    assert float(recommendation(tally([5, 4, 4, 3, 2], NPS5)).nps) == pytest.approx(40)


def test_recommendation__has_the_adjusted_interval() -> None:
    counts = np.zeros(11)
    counts[[10, 8, 3]] = 60, 25, 15

    found = recommendation(tally_of_counts(counts, NPS11))

    assert [round(float(one), 3) for one in found.interval] == [29.343, 58.036]
    assert (float(found.promoters), float(found.passives), float(found.detractors)) == pytest.approx((0.6, 0.25, 0.15))


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_recommendation__of_fewer_than_five_answers_is_wide_but_finite(n: int) -> None:
    found = recommendation(tally([10] * n, NPS11))

    assert float(found.nps) == 100
    assert found.interval.high - found.interval.low > 75
    assert -100 <= found.interval.low <= found.nps <= found.interval.high <= 100


def test_recommendation__without_answers_is_no_data() -> None:
    found = recommendation(tally([np.nan], NPS11))

    assert np.isnan([float(found.nps), *map(float, found.interval)]).all()


@given(st.lists(st.integers(0, 400), min_size=11, max_size=11).filter(any))
def test_recommendation__agrees_with_the_three_counts(counts: list[int]) -> None:
    expected = nps_adjusted(sum(counts[9:]), sum(counts[7:9]), sum(counts[:7]))

    found = recommendation(tally_of_counts(counts, NPS11))

    assert float(found.interval.low) == pytest.approx(float(expected.low), abs=1e-6)
    assert float(found.interval.high) == pytest.approx(float(expected.high), abs=1e-6)


def test_effort__of_the_first_form_is_better_when_low() -> None:
    found = effort(tally([1, 2, 2, 3, 5, 4, 1, 2], scale_of("ces1")))

    assert float(found.mean) == 2.5
    assert float(found.hard) == 0.25
    assert float(found.easy) == 5 / 8
    assert float(found.score) == 62.5


def test_effort__of_the_second_form_is_better_when_high() -> None:
    found = effort(tally([7, 6, 5, 4, 1, np.nan], scale_of("ces2")))

    assert float(found.mean) == 4.6
    assert float(found.easy) == 0.6
    assert float(found.hard) == 0.2
    assert float(found.n_missing) == 1
    assert found.interval.low < 0.6 < found.interval.high


@pytest.mark.parametrize(
    ("figure", "id"),
    [(satisfaction, "nps5"), (satisfaction, "ces1"), (recommendation, "csat5"), (effort, "csat7")],
)
def test_figures__are_not_made_of_another_kind_of_scale(figure: Callable[[Tally], object], id: str) -> None:
    with pytest.raises(ScalesDiffer, match=id):
        figure(tally([3, 4], scale_of(id)))


def test_pooled__adds_answers_of_one_scale_and_refuses_two() -> None:
    one, other = tally([5, 4, np.nan], CSAT5), tally([1], CSAT5)

    found = pooled([one, other])

    assert found.counts.tolist() == [1, 0, 0, 1, 1]
    assert (float(found.n), float(found.missing), float(found.effective)) == (3, 1, 3)
    with pytest.raises(ScalesDiffer, match="csat4, csat5"):
        pooled([one, tally([3], CSAT4)])
    with pytest.raises(ScalesDiffer, match="nps11, nps5"):
        pooled([tally([3], NPS5), tally([3], NPS11)])


def test_pooled__keeps_the_effective_base_of_weighted_answers() -> None:
    whole = tally([5, 1, 1, 5], CSAT5, weights=[1, 1, 2, 4])

    found = pooled([tally([5, 1], CSAT5, weights=[1, 1]), tally([1, 5, np.nan], CSAT5, weights=[2, 4, 1])])

    assert float(found.effective) == pytest.approx(float(whole.effective))


def test_pooled_score__crosses_scales_only_when_told_and_says_so() -> None:
    parts = [tally([5, 5, 3, np.nan], CSAT5), tally([4, 1], CSAT4)]

    with pytest.raises(ScalesDiffer):
        pooled_score(parts)
    found = pooled_score(parts, across_scales=True)

    assert found.score == pytest.approx((100 + 100 + 50 + 100 + 0) / 5)
    assert found.scales == ("csat4", "csat5")
    assert (found.n_valid, found.n_missing) == (5, 1)
    assert np.isnan(pooled_score([tally([np.nan], CSAT5)]).score)
    with pytest.raises(ValueError, match="nothing to pool"):
        pooled_score([], across_scales=True)


def test_value_weighted_rate__shows_the_one_large_customer_who_is_not_satisfied() -> None:
    found = value_weighted_rate([1, 4, 4, 4, 4], [80, 5, 5, 5, 5], CSAT4)

    assert float(found.plain) == 0.8
    assert float(found.rate) == pytest.approx(0.2)
    assert float(found.n_effective) == pytest.approx(100**2 / (80**2 + 4 * 25))
    assert 0 <= found.interval.low <= 0.2 <= found.interval.high <= 1


def test_value_weighted_rate__leaves_out_and_counts_whose_value_is_unknown() -> None:
    found = value_weighted_rate([4, 1, 4, np.nan, np.nan], [10, 30, np.nan, 5, np.nan], CSAT4)

    assert float(found.rate) == 0.25
    assert float(found.plain) == 0.5
    assert (float(found.n_valid), float(found.n_missing), float(found.n_unvalued)) == (2, 2, 1)


def test_value_weighted_rate__by_group() -> None:
    found = value_weighted_rate([4, 1, 4, 1], [1, 3, 0, 0], CSAT4, group=[0, 0, 1, 1], groups=2)

    assert found.rate.tolist() == pytest.approx([0.25, np.nan], nan_ok=True)
    assert found.plain.tolist() == [0.5, 0.5]
    assert found.n_unvalued.tolist() == [0, 0]


def test_value_weighted_rate__refuses_what_weighs_nothing() -> None:
    with pytest.raises(ValueError, match="not all are 0"):
        value_weighted_rate([4, 1], [0, 0], CSAT4)
    with pytest.raises(ValueError, match="one weight"):
        value_weighted_rate([4, 1], [5, -1], CSAT4)
    with pytest.raises(ValueError, match="one value"):
        value_weighted_rate([4, 1], [5], CSAT4)
