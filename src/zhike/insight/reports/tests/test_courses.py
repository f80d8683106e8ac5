"""Figures over time beside each other: the same numbers on the page, in the sheet and for programs."""

import csv
import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.insight.lake import actions as lake
from zhike.insight.metrics.tests.surveys import answered, campaign, form
from zhike.insight.metrics.types import Answer, Figure, Question, base_of, metric_of
from zhike.insight.reports import queries
from zhike.insight.reports.pages import courses
from zhike.insight.reports.tests.test_survey_report import told
from zhike.insight.reports.types import LATENCIES, Course
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import Channel
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization
from zhike.service.cases.actions import load_cases
from zhike.service.cases.tests.factories import CODED
from zhike.service.cases.types import CaseKind, CaseState, Ending
from zhike.service.cases.types.past import PastCase, PastOwner, PastSaid, PastStep

READER = system_actor("tests")
HOUR = timedelta(hours=1)


def signed_in(client: Client, *roles: str) -> None:
    member = organization.staff(roles=roles)
    opened = people.open_staff_account(
        actor=SETUP, staff_id=member.pk, username=f"user{member.pk}", password="correct horse battery", now=NOW
    )
    client.force_login(User.objects.get(pk=opened.user_id))


def course(metric: str, mean: float, months: Sequence[str] = ()) -> Course:
    def figure(month: str = "") -> Figure:
        at = {"month": month} if month else {}
        return Figure(at=at, names=at, n=40, missing=0, base=base_of(40), value=mean, mean=mean)

    answer = Answer(
        metric=metric_of(metric),
        question=Question(metric),
        total=figure(),
        figures=(),
        generation=1,
        as_of=datetime(2026, 11, 23, tzinfo=UTC),
    )
    return Course(answer=answer, months=[figure(month) for month in months])


@pytest.mark.parametrize(
    ("hours", "word", "text"), [(0, "天", "0.00"), (60, "天", "2.50"), (5, "小时", "5.0"), (1.5, "分钟", "90.0")]
)
def test_unit__is_the_one_that_reads_best(hours: float, word: str, text: str) -> None:
    unit = courses.unit_of(course("case_fixed_time", hours))
    assert (unit.word, unit.text(hours)) == (word, text)


def test_months__are_the_same_for_all_and_have_no_hole() -> None:
    found = [course("case_fixed_time", 1, ["2025-11", "2026-02"]), course("on_time", 1, ["2026-03"])]
    assert courses.months_of(found) == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert courses.months_of([course("on_time", 1)]) == []


@pytest.mark.req("METR-26")
def test_latency__page_sheet_and_programs_say_the_same(client: Client, fresh_db: str) -> None:
    default_calendar()
    agent = organization.staff(roles=("agent",))
    who = customer(agent).pk
    # Closed an hour after the answer: eight after 71 hours, four after 191.
    cases = [told(who, agent.pk, hours=hours, solved=True) for hours in (70,) * 8 + (190,) * 4]
    load_cases(actor=SETUP, cases=cases, now=NOW)
    lake.refresh_all(actor=READER, now=NOW)

    by_id = {one.metric.id: one for one in queries.latencies(actor=READER)}
    assert tuple(by_id) == LATENCIES
    fixed = by_id["case_fixed_time"]
    assert (fixed.total.n, fixed.total.mean) == (12, 111.0)

    signed_in(client, "quality")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("reports:latency"), {"period": ""})
    assert page.status_code == 200
    assert len(asked) <= 12
    text = page.content.decode()
    # (8 × 71 + 4 × 191) ÷ 12 ÷ 24.
    assert "4.63" in text
    assert "无数据" in text
    listed = client.get(reverse("reports:latency"), {"period": "", "export": "csv"})
    rows = list(csv.reader(io.StringIO(listed.getvalue().decode("utf-8-sig"))))
    (whole,) = [row for row in rows if row[1] == "case_fixed_time" and row[3] == "整个时段"]
    assert float(whole[5]) == 111.0
    assert whole[10:12] == ["12", "0"]
    (one,) = [one for one in client.get("/api/v1/reports/latency").json() if one["metric"] == "case_fixed_time"]
    assert (one["total"]["value"], one["total"]["n"], [month["n"] for month in one["months"]]) == (111.0, 12, [8, 4])
    assert client.get("/api/v1/reports/latency", {"since": "x"}).status_code == 422


def _said(of: int, agent: int, *, times: int, at: datetime) -> PastCase:
    """A case on which the customer spoke so many times, all by mail, answered once."""
    return PastCase(
        customer_id=of,
        kind=CaseKind.ENQUIRY,
        category="late",
        channel=Channel.MAIL,
        subject="还没有送到",
        opened_at=at,
        owners=(PastOwner(agent, at),),
        steps=(
            PastStep(at, CaseState.NEW),
            PastStep(at + 5 * HOUR, CaseState.ANSWERED),
            PastStep(at + 6 * HOUR, CaseState.CLOSED),
        ),
        said=(
            *(PastSaid(at=at + turn * HOUR, channel=Channel.MAIL, incoming=True, body="货物") for turn in range(times)),
            PastSaid(at=at + 5 * HOUR, channel=Channel.MAIL, incoming=False, body="在路上"),
        ),
        coding=CODED,
        ending=Ending.CONFIRMED,
        solved=True,
    )


@pytest.mark.req("METR-05")
def test_effort__mean_distribution_and_correlation_beside_the_counters(client: Client, fresh_db: str) -> None:
    default_calendar()
    agent = organization.staff(roles=("agent",)).pk
    items, of = form("effort", {"effort": "ces1"}), campaign()
    # Twelve customers: who answers 1 spoke once, 2 twice, 3 and 4 thrice; three of each, but the last one says 1.
    scores = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 1]
    turns = [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3]
    cases = []
    for score, times in zip(scores, turns, strict=True):
        who = customer()
        answered(of, items, {"effort": score}, customer=who)
        cases.append(_said(who.pk, agent, times=times, at=NOW - 28 * 24 * HOUR))
    load_cases(actor=SETUP, cases=cases, now=NOW)
    lake.refresh_all(actor=READER, now=NOW)

    report = queries.effort(actor=READER)
    (felt,) = report.scales
    assert (felt.course.metric.id, felt.course.total.mean, felt.course.total.n) == ("ces1", 27 / 12, 12)
    assert [(level.value, level.n, level.share) for level in felt.levels] == [
        (1, 4, pytest.approx(100 / 3)),
        (2, 3, 25.0),
        (3, 3, 25.0),
        (4, 2, pytest.approx(100 / 6)),
        (5, 0, 0.0),
    ]
    repeats, handed, switched = report.counters
    # Of 3 + 6 + 18 contacts all but the first of each of twelve customers repeat.
    assert (repeats.total.hits, repeats.total.n) == (15, 27)
    assert (handed.total.hits, switched.total.hits) == (0, 0)
    by = {(link.other.id, link.by): link for link in report.links}
    found = by["case_repeat_rate", "customer_id"]
    # Scores against shares of repeats 0, ½, ⅔: Σxy − ΣxΣy/n = 2.625, Σ(x−x̄)² = 14.25, Σ(y−ȳ)² = 0.895833.
    assert found.n == 12
    assert found.line.value == pytest.approx(2.625 / math.sqrt(14.25 * 0.8958333))
    assert found.line.low is not None
    assert found.line.low < (found.line.value or 0) < (found.line.high or 0)
    # Nobody was passed on: nothing varies. One month of answers: too few.
    assert by["case_transfer_rate", "customer_id"].line.value is None
    assert by["case_repeat_rate", "month"].line.value is None
    assert by["case_repeat_rate", "month"].n <= 1

    signed_in(client, "quality")
    address = reverse("reports:effort")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address, {"period": ""})
    assert page.status_code == 200
    assert len(asked) <= 12
    text = page.content.decode()
    assert "2.25" in text
    assert "55.6" in text
    assert "数据太少" in text
    told_ = client.get("/api/v1/reports/effort").json()
    assert told_["scales"][0]["levels"][0] == {"level": 1, "n": 4, "share": pytest.approx(100 / 3)}
    assert told_["counters"][0]["total"]["value"] == pytest.approx(100 * 15 / 27)
    assert {link["by"] for link in told_["links"]} == {"month", "customer_id"}
    listed = client.get(address, {"period": "", "export": "csv"}).getvalue().decode("utf-8-sig")
    assert "case_repeat_rate" in listed
    book = ZipFile(io.BytesIO(client.get(address, {"period": "", "export": "xlsx"}).getvalue()))
    assert "xl/worksheets/sheet3.xml" in book.namelist()
