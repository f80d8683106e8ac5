import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.scales import SCALES, Kind, Scale, ScalesDiffer, scale_of, score100, the_one_scale


@pytest.mark.parametrize(
    ("id", "levels", "satisfied", "dissatisfied", "best"),
    [
        ("csat3", (1, 3), {2, 3}, {1}, 3),
        ("csat4", (1, 4), {3, 4}, {1, 2}, 4),
        ("csat5", (1, 5), {4, 5}, {1, 2}, 5),
        ("csat7", (1, 7), {6, 7}, {1, 2}, 7),
        ("csat10", (1, 10), {9, 10}, {1, 2}, 10),
        ("csat10_top3", (1, 10), {8, 9, 10}, {1, 2, 3}, 10),
        ("ivr0_9", (0, 9), {8, 9}, {0, 1}, 9),
        ("nps11", (0, 10), {9, 10}, {0, 1, 2, 3, 4, 5, 6}, 10),
        ("nps5", (1, 5), {4, 5}, {1, 2}, 5),
        ("ces1", (1, 5), {1, 2}, {4, 5}, 1),
        ("ces2", (1, 7), {5, 6, 7}, {1, 2, 3}, 7),
        ("yesno", (0, 1), {1}, {0}, 1),
    ],
)
def test_scales__are_cut_as_the_methods_say(
    id: str, levels: tuple[int, int], satisfied: set[int], dissatisfied: set[int], best: int
) -> None:
    scale = scale_of(id)

    assert (scale.min, scale.max) == levels
    assert scale.satisfied == satisfied
    assert scale.dissatisfied == dissatisfied
    assert scale.best == best


def test_scales__are_all_named_in_the_test_above_and_by_their_id() -> None:
    assert len(SCALES) == 12
    assert all(id == scale.id for id, scale in SCALES.items())


def test_scale__has_a_word_for_either_end() -> None:
    assert all({scale.min, scale.max} <= set(scale.labels) for scale in SCALES.values())


@pytest.mark.parametrize(
    ("id", "values", "scores"),
    [
        ("csat5", [1, 3, 5], [0, 50, 100]),
        ("nps11", [0, 7, 10], [0, 70, 100]),
        ("ces1", [1, 2, 5], [100, 75, 0]),
        ("ces2", [1, 4, 7], [0, 50, 100]),
        ("ivr0_9", [0, 9], [0, 100]),
    ],
)
def test_score100__is_a_hundred_at_the_good_end(id: str, values: list[float], scores: list[float]) -> None:
    assert score100(values, scale_of(id)).tolist() == pytest.approx(scores)


def test_score100__keeps_the_shape_and_what_is_missing() -> None:
    found = score100(np.array([[1, np.nan], [5, 3]]), scale_of("csat5"))

    assert found.shape == (2, 2)
    assert np.isnan(found[0, 1])


@given(st.sampled_from(sorted(SCALES)), st.integers(0, 10))
def test_score100__stays_between_0_and_100(id: str, step: int) -> None:
    scale = scale_of(id)

    assert 0 <= score100(min(scale.min + step, scale.max), scale) <= 100


@pytest.mark.parametrize(("id", "value"), [("csat5", 0), ("csat5", 6), ("ivr0_9", 10), ("nps11", -1)])
def test_score100__refuses_what_is_not_on_the_scale(id: str, value: float) -> None:
    with pytest.raises(ValueError, match="outside scale"):
        score100(value, scale_of(id))


def test_the_one_scale__does_not_take_the_short_form_for_the_long_one() -> None:
    assert the_one_scale([scale_of("csat4"), scale_of("csat4")]).id == "csat4"
    with pytest.raises(ScalesDiffer, match="nps11, nps5"):
        the_one_scale([scale_of("nps5"), scale_of("nps11")])
    with pytest.raises(ScalesDiffer, match="csat10, csat10_top3"):
        the_one_scale([scale_of("csat10"), scale_of("csat10_top3")])
    with pytest.raises(ValueError, match="no scale"):
        the_one_scale([])


def test_scale__cannot_count_a_level_for_both_ends_nor_one_that_is_not_there() -> None:
    def scale(satisfied: set[int], dissatisfied: set[int], highest: int = 3) -> Scale:
        return Scale(
            id="mine",
            kind=Kind.SATISFACTION,
            min=1,
            max=highest,
            satisfied=frozenset(satisfied),
            dissatisfied=frozenset(dissatisfied),
            labels={},
        )

    with pytest.raises(ValueError, match="no level both"):
        scale({2, 3}, {1, 2})
    with pytest.raises(ValueError, match="must be levels"):
        scale({3, 4}, {1})
    with pytest.raises(ValueError, match="needs two levels"):
        scale({3}, set())
    with pytest.raises(ValueError, match="needs two levels"):
        scale({1}, {1}, highest=1)


def test_scale__cannot_be_changed_afterwards() -> None:
    scale = scale_of("csat5")

    with pytest.raises(TypeError):
        scale.labels[3] = "fine"  # type: ignore[index] # what the test is about
    with pytest.raises(AttributeError):
        scale.max = 6  # type: ignore[misc] # as above
