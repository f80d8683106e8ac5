"""Figures over time beside each other: the same numbers on the page, in the sheet and for programs."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.insight.lake import actions as lake
from zhike.insight.metrics.types import Answer, Figure, Question, base_of, metric_of
from zhike.insight.reports import queries
from zhike.insight.reports.pages import courses
from zhike.insight.reports.tests.test_survey_report import told
from zhike.insight.reports.types import LATENCIES, Course
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization
from zhike.service.cases.actions import load_cases

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
