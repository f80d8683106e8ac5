"""Stages of the customer's journey: what measures each, how it is judged, and which is a gap."""

import csv
import io
import math

import pytest
from django.test import Client
from django.urls import reverse

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries as metrics
from zhike.insight.metrics.tests.surveys import answered, campaign, form
from zhike.insight.metrics.types import Base, Question
from zhike.insight.reports import queries
from zhike.insight.reports.tests.test_courses import signed_in
from zhike.platform.actors import system_actor
from zhike.record.customers.tests.factories import NOW
from zhike.voice.surveys.models import Questionnaire
from zhike.voice.surveys.types import Journey

READER = system_actor("tests")


@pytest.mark.req("METR-07")
def test_stages__covered_of_five_with_a_score_each_and_the_gaps_by_name(client: Client, fresh_db: str) -> None:
    buying = form("buying", {"price": "csat5", "order": "csat5", "visited": "yesno"}, stage="before")
    seen = form("seen", {"image": "csat4"}, stage="before", journey="perceive")
    judged = form("judged", {"overall": "csat5", "effort": "ces1"})
    form("gone", {"trial": "csat5"}, journey="try")
    Questionnaire.objects.filter(code="gone").update(active=False)
    of = campaign()
    # Twelve people: price 5, order 3 or 1; as 0 to 100 that is 100, and 50 or 0.
    for number in range(12):
        answered(of, buying, {"price": 5, "order": 3 if number % 2 else 1, "visited": 1})
    for _number in range(3):
        answered(of, seen, {"image": 4})
    # Little effort is the good end: 1 is 100.
    for _number in range(30):
        answered(of, judged, {"overall": 4, "effort": 1})
    lake.refresh_all(actor=READER, now=NOW)

    report = queries.stages(actor=READER)
    assert (report.covered, report.share, report.gaps) == (3, 60.0, [Journey.TRY, Journey.USE])
    by = {line.stage: line for line in report.lines}
    assert [line.stage.value for line in report.lines] == ["perceive", "try", "buy", "use", "evaluate"]
    buy = by[Journey.BUY]
    # (12 × 100 + 6 × 50 + 6 × 0) ÷ 24; yes and no count for nothing.
    assert (buy.questions, buy.scores, buy.people, buy.score, buy.base) == (2, 24, 12, 62.5, Base.SMALL)
    # Each person lies 25 above or below twice the mean: √(12/11 · 12 · 625) ÷ 24, times t of 11 degrees.
    half = 2.200985 * math.sqrt(12 / 11 * 12 * 25**2) / 24
    assert buy.high == pytest.approx(62.5 + half, abs=1e-3)
    assert (by[Journey.PERCEIVE].base, by[Journey.PERCEIVE].score) == (Base.WITHHELD, None)
    assert (by[Journey.TRY].is_covered, by[Journey.TRY].base) == (False, Base.NONE)
    # 4 of 5 is 75, effort 1 of 5 is 100.
    assert (by[Journey.EVALUATE].score, by[Journey.EVALUATE].people) == (87.5, 30)
    total = metrics.compute(actor=READER, question=Question("survey_stage_score", split=("journey_stage",)))
    assert {one.at["journey_stage"]: one.mean for one in total.figures} == {
        "buy": 62.5,
        "evaluate": 87.5,
        "perceive": 100.0,
    }

    signed_in(client, "quality")
    page = client.get(reverse("reports:stages"), {"period": ""})
    text = page.content.decode()
    assert "62.5" in text
    assert "试用、使用" in text
    assert "buying (2)" in text
    told = client.get("/api/v1/reports/stages").json()
    assert (told["covered"], told["gaps"], told["stages"][2]["score"]) == (3, ["try", "use"], 62.5)
    listed = client.get(reverse("reports:stages"), {"period": "", "export": "csv"}).getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(listed)))
    assert len(rows) == 6
    assert rows[3][2:5] == ["2", "buying (2)", "62.5"]
