import numpy as np
import pytest
from numpy.typing import NDArray

from zhike.methods.drivers import Drivers
from zhike.methods.intervals import mean_interval
from zhike.methods.lsq import CARRIER, CONSTRUCTS, Base, Stage, Unknown, by_segment, scores, weights_by_segment
from zhike.methods.servqual import cronbach

Floats = NDArray[np.float64]
SMALL = {"timeliness": np.array([(5.0, 4.0, 3.0), (1.0, np.nan, 3.0), (np.nan, np.nan, 4.0)])}


def answered(n: int, seed: int = 1) -> dict[str, Floats]:
    """Each construct by a disposition of its own and one of the person."""
    dice = np.random.default_rng(seed)
    person = dice.normal(size=(n, 1))
    return {
        one.id: np.clip(np.round(3.4 + 0.5 * person + 0.7 * dice.normal(size=(n, 1)) + dice.normal(size=(n, 3))), 1, 5)
        for one in CONSTRUCTS
    }


def test_constructs__are_the_nine_with_three_statements_each() -> None:
    assert [one.id for one in CONSTRUCTS] == [
        "personnel_contact",
        "release_quantities",
        "information_quality",
        "ordering_procedures",
        "order_accuracy",
        "order_condition",
        "order_quality",
        "discrepancy_handling",
        "timeliness",
    ]
    assert [one.stage for one in CONSTRUCTS] == [Stage.PLACEMENT] * 4 + [Stage.RECEIPT] * 3 + [
        Stage.TIME_AND_RECOVERY
    ] * 2
    every = (*CONSTRUCTS, *CARRIER)
    assert {len(one.items) for one in every} == {3}
    assert len({item for one in every for item in one.items}) == 36


def test_scores__are_means_of_what_was_answered_if_it_is_more_than_half() -> None:
    found = scores(SMALL)["timeliness"]

    assert found[:2].tolist() == [4, 2]
    assert np.isnan(found[2])


def test_scores__of_half_of_the_answers_are_none() -> None:
    found = scores({"claims": np.array([(5.0, 3.0, np.nan, np.nan), (5.0, 3.0, 4.0, np.nan)])})["claims"]

    assert np.isnan(found[0])
    assert found[1] == 4


def test_by_segment__gives_mean_interval_and_reliability() -> None:
    answers = answered(60)
    segments = ["retail"] * 40 + ["industry"] * 20

    found = {(cell.segment, cell.construct): cell for cell in by_segment(answers, segments)}

    assert len(found) == 18
    cell, items = found["retail", "timeliness"], answers["timeliness"][:40]
    people = items.mean(axis=1)
    assert (cell.n, cell.missing, cell.base) == (40, 0, Base.NORMAL)
    assert cell.mean == pytest.approx(people.mean())
    assert cell.score100 == pytest.approx(25 * (people.mean() - 1))
    assert cell.limits == mean_interval(people.mean(), people.std(ddof=1), 40)
    assert cell.alpha == pytest.approx(cronbach(items))
    assert found["industry", "timeliness"].base is Base.SMALL


def test_by_segment__keeps_a_base_under_ten_to_itself() -> None:
    answers = answered(19)
    answers["timeliness"][9] = np.nan

    found = {(cell.segment, cell.construct): cell for cell in by_segment(answers, ["a"] * 9 + ["b"] * 10)}

    assert found["a", "order_quality"].base is Base.SUPPRESSED
    assert np.isnan([found["a", "order_quality"].mean, found["a", "order_quality"].score100]).all()
    assert (found["b", "timeliness"].n, found["b", "timeliness"].missing) == (9, 1)
    assert found["b", "timeliness"].base is Base.SUPPRESSED
    assert found["b", "order_quality"].base is Base.SMALL


def test_weights_by_segment__differ_by_segment() -> None:
    answers = answered(600)
    people = scores(answers)
    dice = np.random.default_rng(2)
    retail = np.arange(600) < 300
    overall = np.where(retail, people["timeliness"], people["order_condition"]) + 0.5 * dice.normal(size=600)
    segments = ["retail" if one else "industry" for one in retail] + ["new"] * 5
    for construct, items in answers.items():
        answers[construct] = np.vstack([items, items[:5]])

    found = weights_by_segment(
        answers, np.append(overall, [3.0] * 5), segments, rng=np.random.default_rng(3), resamples=50
    )

    first = {}
    for segment in ("retail", "industry"):
        weights = found[segment]
        assert isinstance(weights, Drivers)
        assert weights.lmg is not None
        assert weights.regression.moments.is_enough
        first[segment] = CONSTRUCTS[int(weights.lmg.weight.argmax())].id
    assert first == {"retail": "timeliness", "industry": "order_condition"}
    assert found["new"] == Unknown("5 complete rows are too few for 9 predictors; 0 rows lack an answer")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"timeliness": np.full((2, 3), 6.0)}, "beyond 1 to 5"),
        ({"timeliness": np.full(2, 3.0)}, r"answers \(n, k\)"),
        ({"timeliness": np.full((2, 3), 3.0), "claims": np.full((3, 3), 3.0)}, "same people"),
    ],
)
def test_scores__refuse_what_does_not_fit(answers: dict[str, Floats], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        scores(answers)


def test_segments__must_name_everybody() -> None:
    with pytest.raises(ValueError, match="one segment"):
        by_segment(SMALL, ["a", "b"])
    with pytest.raises(ValueError, match="one judgement"):
        weights_by_segment(SMALL, [1.0], ["a", "b", "c"], rng=np.random.default_rng(1))
