"""What drives the overall answer: predictors that say nothing of their own are named and left out."""

import numpy as np
import pytest

from zhike.insight.reports import rules
from zhike.insight.reports.types import Predictors
from zhike.methods.ipa import Quadrant
from zhike.voice.surveys.types import Matrix, ScoredForm

FORM = ScoredForm(code="short", audience="contact", names={"en": "Short"}, scale="csat5", n=400)


def _matrix(columns: dict[str, np.ndarray], score: np.ndarray, scales: dict[str, str] | None = None) -> Matrix:
    rows = tuple(tuple(float(value) for value in row) for row in np.column_stack([score, *columns.values()]))
    labels = {key: {"en": key} for key in columns}
    return Matrix(keys=tuple(columns), labels=labels, scales=scales or {}, scale="csat5", rows=rows)


def _names(columns: dict[str, np.ndarray]) -> dict[str, str]:
    return {key: key.title() for key in columns}


@pytest.mark.req("METR-18")
def test_drivers__name_what_the_answer_goes_with_first() -> None:
    chance = np.random.default_rng(1)
    late, heavy = chance.integers(0, 2, 400), chance.integers(0, 2, 400)
    score = np.clip(5 - 2 * late + chance.integers(-1, 1, 400), 1, 5)
    columns = {"heavy": heavy, "late": late}

    report = rules.driver_report(FORM, Predictors.GOODS, _matrix(columns, score), _names(columns))

    assert [line.key for line in report.lines] == ["late", "heavy"]
    first = report.lines[0]
    assert first.share > 95
    assert first.low <= first.share <= first.high
    assert sum(line.share for line in report.lines) == pytest.approx(100)
    assert first.slope < 0
    assert (report.n, report.is_enough) == (400, True)
    assert first.quadrant is None


def test_drivers__leave_out_what_repeats_another_or_never_differs() -> None:
    chance = np.random.default_rng(2)
    late, damaged = chance.integers(0, 2, 300), chance.integers(0, 2, 300)
    columns = {"late": late, "damaged": damaged, "both": late + damaged, "lost": np.zeros(300)}
    score = np.clip(5 - late - damaged, 1, 5)

    report = rules.driver_report(FORM, Predictors.GOODS, _matrix(columns, score), _names(columns))

    assert {line.key for line in report.lines} == {"late", "damaged"}
    assert report.constant == ["Both", "Lost"]
    assert report.why == ""


def test_drivers__questions_are_sorted_by_where_effort_pays() -> None:
    chance = np.random.default_rng(3)
    news = chance.integers(1, 6, 900)
    price = np.clip(chance.integers(4, 7, 900), 1, 5)
    columns = {"news": news, "price": price}
    scales = {"news": "csat5", "price": "csat5"}

    report = rules.driver_report(FORM, Predictors.ITEMS, _matrix(columns, news, scales), _names(columns))

    assert {line.key: line.quadrant for line in report.lines} == {
        "news": Quadrant.CONCENTRATE,
        "price": Quadrant.OVERKILL,
    }


def test_drivers__few_answers_are_a_hint_and_none_say_why() -> None:
    chance = np.random.default_rng(4)
    columns = {"late": chance.integers(0, 2, 40)}
    few = rules.driver_report(FORM, Predictors.GOODS, _matrix(columns, 5 - columns["late"]), _names(columns))
    assert (few.n, few.needed, few.is_enough) == (40, 100, False)

    empty = Matrix(keys=("late",), labels={}, scales={}, scale="csat5", rows=())
    assert rules.driver_report(FORM, Predictors.GOODS, empty, {"late": "Late"}).why != ""
