"""The report of a survey after contacts: rates by agent, reason and length, and whether longer calls score lower."""

import math
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries as metrics
from zhike.insight.metrics.tests.surveys import answered, campaign, form
from zhike.insight.metrics.types import Question
from zhike.insight.reports import queries
from zhike.insight.reports.rules import timed_lines
from zhike.insight.reports.tests.test_courses import signed_in
from zhike.platform.actors import system_actor
from zhike.record.customers.tests.factories import NOW
from zhike.record.organization.tests import factories as organization
from zhike.voice.surveys.models import CampaignForm

READER = system_actor("tests")


@pytest.mark.req("SURV-11")
def test_contacts__rates_by_agent_reason_and_length_with_the_correlation(client: Client, fresh_db: str) -> None:
    items = form("after", {"overall": "csat5"}, audience="contact")
    of = campaign(trigger="contact", kind="transaction", state="running")
    CampaignForm.objects.create(campaign=of, audience="contact", version=items["overall"].version)
    one, two = organization.staff(), organization.staff()
    # Ten short calls of one agent score 5; ten long ones of the other 2, but two of them 4; two of unknown length.
    for number in range(10):
        given: dict[str, Any] = {"staff": one, "duration": 60, "category": "late", "region": "310000"}
        answered(of, items, {"overall": 5}, **given)
        given = {"staff": two, "duration": 660, "category": "damaged", "region": "440000"}
        answered(of, items, {"overall": 4 if number < 2 else 2}, **given)
    for _number in range(2):
        answered(of, items, {"overall": 4}, staff=one, category="late")

    rest = queries.report_rest(actor=READER, campaign_id=of.pk)
    rates = {by: {line.value: (line.n, line.rate) for line in lines} for by, lines in rest.splits.items()}
    assert rates["call_length"] == {"under_2": (10, 100.0), "over_10": (10, 20.0), "": (2, None)}
    assert rates["staff_id"] == {str(one.pk): (12, 100.0), str(two.pk): (10, 20.0)}
    assert rates["category"] == {"late": (12, 100.0), "damaged": (10, 20.0)}
    assert rates["region"]["310000"] == (10, 100.0)
    assert {line.name for line in rest.splits["staff_id"]} == {one.name, two.name}
    (timed,) = rest.timed
    # Lengths of two kinds, 10 apart: r² = between ÷ all = 20 · 1.3² ÷ (33.8 + 6.4).
    assert (timed.n, timed.unknown) == (20, 2)
    assert timed.line.value == pytest.approx(-math.sqrt(33.8 / 40.2))
    assert timed.line.low is not None
    # atanh r ± 1.959964 ÷ √17.
    half = 1.959964 / math.sqrt(17)
    assert timed.line.low == pytest.approx(math.tanh(math.atanh(-math.sqrt(33.8 / 40.2)) - half), abs=1e-5)

    lake.refresh_all(actor=READER, now=NOW)
    split = metrics.compute(actor=READER, question=Question("csat5", split=("call_length",))).figures
    assert {one.at["call_length"]: one.hits for one in split} == {"": 2, "over_10": 2, "under_2": 10}
    signed_in(client, "quality")
    text = client.get(reverse("reports:survey_rest", args=[of.pk])).content.decode()
    assert "10分钟及以上" in text
    assert "−0.92" in text


def test_contacts__few_calls_say_nothing() -> None:
    assert timed_lines([("contact", 5, None)]) == []
    (few,) = timed_lines([("contact", 5, 60), ("contact", 2, 600), ("contact", 3, None)])
    assert (few.n, few.unknown, few.line.value, few.rank.value) == (2, 1, None, None)
