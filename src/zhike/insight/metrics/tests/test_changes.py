"""A period against the one before it: the right periods, the right intervals, and words only beyond chance."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from scipy import stats

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.types import Figure, Question, Span, base_of
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.audit.queries import list_entries
from zhike.platform.authz import Right
from zhike.record.organization import actions as organization
from zhike.record.organization.tests import factories as people
from zhike.record.shipments.tests import factories as make

ACTOR = system_actor("tests")
MONTHS = ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
HALF = 36
YEAR_TURN = (Span("2026-01", "2026-02"), Span("2025-11", "2025-12"))
NOW, BEFORE = Span("2026-08", "2026-10"), Span("2026-05", "2026-07")


def _hours(start: float) -> list[float]:
    return [start + position % 10 for position in range(HALF)]


def _deliver(months: Sequence[str], mode: str, hours: Sequence[float]) -> None:
    for position, gone in enumerate(hours):
        year, month = (int(part) for part in months[position % len(months)].split("-"))
        delivered = datetime(year, month, 10 + position % 15, 4, tzinfo=UTC)
        make.shipment(
            service_mode=mode,
            stated_status="delivered",
            ordered_at=delivered - make.hours(gone),
            delivered_at=delivered,
            promised_delivery_at=delivered,
        )


@pytest.fixture
def slower(fresh_db: str) -> None:
    """National goods take ten hours longer in the second half; regional ones as long as before."""
    _deliver(MONTHS[:3], "national", _hours(40))
    _deliver(MONTHS[3:], "national", _hours(50))
    _deliver(MONTHS[:3], "regional", _hours(20))
    _deliver(MONTHS[3:], "regional", _hours(20))
    lake.refresh_all(actor=ACTOR, now=make.NOW)


@pytest.mark.parametrize(
    ("asked", "months", "expected"),
    [
        (Question("late"), MONTHS, (NOW, BEFORE)),
        (Question("late"), MONTHS[1:], None),
        (Question("late"), [], None),
        (Question("late", since="2026-01", until="2026-02"), MONTHS, YEAR_TURN),
        (Question("late", since="2026-05", until="2026-02"), MONTHS, None),
        (Question("late", filters={"month": ("2026-05",)}), MONTHS, None),
    ],
)  # fmt: skip
def test_spans__are_the_period_and_the_equally_long_one_before(
    asked: Question, months: list[str], expected: tuple[Span, Span] | None
) -> None:
    assert queries.spans_of(asked, months) == expected


def test_base__waits_for_the_promised_day_so_that_no_period_lies_ahead(fresh_db: str) -> None:
    """Lost and delivered early, promised for next month: neither can be in the base, nor name the last period, yet."""
    ahead = datetime(2026, 12, 8, 4, tzinfo=UTC)
    lost = make.shipment(is_lost=True, ordered_at=make.NOW - make.hours(50), promised_delivery_at=ahead)
    early = make.shipment(
        stated_status="delivered",
        ordered_at=make.NOW - make.hours(48),
        delivered_at=make.NOW - make.hours(1),
        promised_delivery_at=ahead,
    )
    due = make.shipment(
        stated_status="delivered",
        ordered_at=make.NOW - make.hours(90),
        delivered_at=make.NOW - make.hours(30),
        promised_delivery_at=make.NOW - make.hours(30),
    )
    lake.refresh_all(actor=ACTOR, now=make.NOW)

    def shown(metric: str, **more: Any) -> tuple[list[str], int, list[int]]:
        answer = queries.compute(actor=ACTOR, question=Question(metric, split=("month",), **more))
        rows = queries.newest_rows(actor=ACTOR, question=Question(metric, **more)).rows
        return [one.at["month"] for one in answer.figures], answer.total.n, [row.id for row in rows]

    for metric in ("intact", "lost"):
        assert shown(metric) == (["2026-11"], 1, [due.pk])
        assert shown(metric, since="2026-10", until="2026-12") == (["2026-11"], 1, [due.pk])
        # When its day has come, each counts.
        assert shown(metric, at=ahead) == (["2026-11", "2026-12"], 3, [early.pk, lost.pk, due.pk])
    # What is counted by the day it happened waits for nothing.
    assert shown("damaged") == (["2026-11"], 2, [early.pk, due.pk])


@pytest.mark.req("SHIP-06", partial="benchmark")
def test_changes__of_mean_median_and_p90_are_exact_and_clear_only_where_they_happened(slower: None) -> None:
    national = Question("total_time", filters={"service_mode": ("national",)})
    regional = Question("total_time", filters={"service_mode": ("regional",)})

    mean = queries.change_of(actor=ACTOR, question=national, spans=(NOW, BEFORE))
    median, p90 = queries.spread_changes(actor=ACTOR, question=national, spans=(NOW, BEFORE))
    still = queries.change_of(actor=ACTOR, question=regional, spans=(NOW, BEFORE))

    expected = stats.ttest_ind(_hours(50), _hours(40), equal_var=False).confidence_interval(0.95)
    assert mean is not None
    assert median is not None
    assert p90 is not None
    assert still is not None
    assert mean.difference == pytest.approx(10.0)
    assert (mean.low, mean.high) == pytest.approx((expected.low, expected.high))
    assert (median.difference, p90.difference) == pytest.approx((10.0, 10.0))
    assert (mean.is_clear, median.is_clear, p90.is_clear) == (True, True, True)
    assert (still.difference, still.is_clear) == (0.0, False)


def test_spread__gives_the_order_statistics_as_limits(slower: None) -> None:
    question = Question("total_time", filters={"service_mode": ("national",)}, since="2026-08", until="2026-10")

    found = queries.spread_of(actor=ACTOR, question=question)

    ordered = sorted(_hours(50))
    assert found is not None
    assert found.n == HALF
    assert found.median.value == pytest.approx(np.quantile(ordered, 0.5))
    low, high = 12, 25  # Bin(36, 1/2) holds 12 <= B <= 24 with at least 95 %
    assert (found.median.low, found.median.high) == pytest.approx((ordered[low - 1], ordered[high - 1]))
    assert found.p90.value == pytest.approx(np.quantile(ordered, 0.9))


def test_changes__by_group_hold_together(slower: None) -> None:
    question = Question("total_time", split=("service_mode",))

    found = queries.changes_by(actor=ACTOR, question=question, spans=(NOW, BEFORE), most=10)

    national, regional = found["national",], found["regional",]
    alone = stats.ttest_ind(_hours(50), _hours(40), equal_var=False).confidence_interval(1 - 0.05 / 2)
    assert national is not None
    assert regional is not None
    assert (national.low, national.high) == pytest.approx((alone.low, alone.high))
    assert (national.is_clear, regional.is_clear) == (True, False)
    assert queries.changes_by(actor=ACTOR, question=question, spans=(NOW, BEFORE), most=1) == {}


def _boss(client: Client, language: str = "en") -> None:
    member = people.staff(roles=("executive",))
    opened = organization.open_staff_account(
        actor=people.SETUP, staff_id=member.pk, username="boss", password="correct horse battery", now=people.NOW
    )
    User.objects.filter(pk=opened.user_id).update(language=language)
    client.force_login(User.objects.get(pk=opened.user_id))
    client.cookies["zhike_language"] = language


def test_pages__say_the_change_in_words_and_count_the_rows_behind(slower: None, client: Client) -> None:
    _boss(client)
    period = "?since=2026-08&until=2026-10"

    page = client.get(f"{reverse('metrics:figure', args=['total_time'])}{period}&split=service_mode").content.decode()
    rows = client.get(f"{reverse('metrics:rows', args=['total_time'])}{period}").content.decode()

    assert "+10.0 h worse" in page
    assert "no clear change" in page
    assert "+5.0 h worse than 2026-05 to 2026-07" in page
    assert "compared with 2026-05 to 2026-07" in page
    assert "50 of 72 rows" in rows
    assert 'Order to delivery <span class="zk-quiet">h</span>' in rows


@pytest.mark.req("METR-29")
def test_rows__come_newest_first_and_leave_as_a_sheet_of_all_of_them(slower: None, client: Client) -> None:
    _boss(client)
    address = reverse("metrics:rows", args=["total_time"])
    question = Question("total_time", since="2026-08", until="2026-10")
    first = queries.newest_rows(actor=ACTOR, question=question)
    second = queries.newest_rows(actor=ACTOR, question=question, after=first.next)
    whole = [*first.rows, *second.rows]

    page = client.get(address, {"since": "2026-08", "until": "2026-10"}).content.decode()
    answer = client.get(address, {"since": "2026-08", "until": "2026-10", "export": "csv"})
    lines = list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines()))
    book = client.get(address, {"since": "2026-08", "until": "2026-10", "export": "xlsx"})

    days = [row.cells[3] for row in whole]
    assert (len(first.rows), len(second.rows), second.next) == (50, 22, None)
    assert days == sorted(days, reverse=True)
    assert len({row.id for row in whole}) == 72
    assert "export=csv" in page
    assert "export=xlsx" in page
    assert lines[0] == ["Waybill", "Customer", "Status", "Promised", "Delivered", "Order to delivery (h)"]
    assert [line[0] for line in lines[1:]] == [row.title for row in whole]
    assert [float(line[-1]) for line in lines[1:]] == [first.values.get(r.id, second.values.get(r.id)) for r in whole]
    assert book.getvalue()[:2] == b"PK"
    noted = list_entries(actor=ACTOR, event_type="ui.list_exported")
    assert [(one.after["form"], one.after["rows"]) for one in noted] == [("xlsx", 72), ("csv", 72)]
    assert noted[1].after["query"] == "since=2026-08&until=2026-10"


def test_rows__are_not_exported_by_whoever_may_not_or_beyond_the_limit(
    slower: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _boss(client)
    address = reverse("metrics:rows", args=["total_time"])
    monkeypatch.setattr("zhike.platform.ui.tables.table.parameters.value", lambda *_one, **_two: 71)
    assert client.get(address, {"since": "2026-08", "export": "csv"}).status_code == 422
    monkeypatch.undo()
    monkeypatch.setattr("zhike.platform.ui.policies.EXPORT", Right("ui.nobody", "nobody", frozenset()))
    monkeypatch.setattr("zhike.insight.metrics.pages.sheets.EXPORT", Right("ui.nobody", "nobody", frozenset()))
    assert "export=csv" not in client.get(address).content.decode()
    assert client.get(address, {"export": "csv"}).status_code == 403
    assert not list_entries(actor=ACTOR, event_type="ui.list_exported")


def test_pooled__is_the_figure_of_all_values_together() -> None:
    values = [[41.0, 45.5, 39.0], [50.0], [], [62.0, 20.5]]
    parts = [
        Figure(
            at={},
            names={},
            n=len(part),
            missing=1,
            base=base_of(len(part)),
            mean=float(np.mean(part)) if part else None,
            deviation=float(np.std(part, ddof=1)) if len(part) > 1 else None,
        )
        for part in values
    ]
    together = [value for part in values for value in part]

    found = queries.pooled(parts)

    assert (found.n, found.missing) == (6, 4)
    assert found.mean == pytest.approx(np.mean(together))
    assert found.deviation == pytest.approx(np.std(together, ddof=1))
