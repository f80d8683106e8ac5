"""The life cycle, derived from services that any room above may do."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhike.platform.outbox.models import OutboxEvent
from zhike.platform.outbox.types import Mode
from zhike.record.customers import actions, queries
from zhike.record.customers.models import Customer, StageChange
from zhike.record.customers.tests.factories import NOW, SETUP, customer, enquiry
from zhike.record.customers.types import CustomerKind, Stage
from zhike.record.customers.types import protocols as registry

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OPENED = NOW - 1000 * DAY
Spell = tuple[int, int | None]


class Services:
    """A room above that does services, as a temporary table."""

    name = "tests"

    def spells_sql(self) -> str:
        return "SELECT customer_id, started_at, completed_at FROM tests_services WHERE customer_id = ANY(%(customers)s)"


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_services", {"tests": Services()})
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE tests_services (customer_id bigint, started_at timestamptz, completed_at timestamptz)"
            " ON COMMIT DROP"
        )


def _serve(row: Customer, *spells: Spell) -> None:
    """Spells as days after opening."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tests_services VALUES (%s, %s, %s)",
            [(row.pk, OPENED + start * DAY, None if end is None else OPENED + end * DAY) for start, end in spells],
        )


def _derive(*rows: Customer, now: datetime = NOW) -> int:
    return actions.record_service_events(actor=SETUP, customer_ids=[r.pk for r in rows], now=now)


def _way(row: Customer) -> list[tuple[int, str]]:
    found = StageChange.objects.filter(customer=row).order_by("at", "pk")
    return [((change.at - OPENED) // DAY, change.to_stage) for change in found]


@pytest.mark.req("CUST-14")
def test_stages__follow_first_order_completion_silence_and_return() -> None:
    row = customer(opened_at=OPENED)
    _serve(row, (10, 14), (12, 20), (150, 152), (500, 503), (995, None))
    assert _derive(row) == 1
    assert _way(row) == [
        (0, "before"),
        (10, "during"),
        (20, "after"),
        (102, "dormant"),
        (150, "during"),
        (152, "after"),
        (240, "dormant"),
        (330, "lost"),
        (500, "won_back"),
        (503, "after"),
        (590, "dormant"),
        (680, "lost"),
        (995, "won_back"),
    ]
    row.refresh_from_db()
    assert (row.stage, row.stage_since) == ("won_back", OPENED + 995 * DAY)
    assert (row.first_order_at, row.last_order_at) == (OPENED + 10 * DAY, OPENED + 995 * DAY)
    assert OutboxEvent.objects.get(type="customers.stages_moved").payload == {"customer_ids": [row.pk]}
    assert _derive(row) == 0


@pytest.mark.req("CUST-14")
def test_figures__counts_average_days_and_transitions() -> None:
    first, second = customer(opened_at=OPENED), customer(opened_at=OPENED)
    prospect = customer(opened_at=OPENED, kind=CustomerKind.PROSPECT)
    _serve(first, (10, 20), (40, 44))
    _serve(second, (20, 26), (990, None))
    _derive(first, second, prospect, now=OPENED + 50 * DAY)
    figures = queries.stage_figures(actor=SETUP)
    assert figures.counts == {"after": 2}
    assert figures.base == 2
    assert figures.average_days == {
        "before": (Decimal(15), 2),
        "during": (Decimal(20) / Decimal(3), 3),
        "after": (Decimal(20), 1),
    }
    assert figures.transitions == {("before", "during"): 2, ("during", "after"): 3, ("after", "during"): 1}
    widened = queries.stage_figures(actor=SETUP, kinds=tuple(CustomerKind))
    assert widened.counts == {"after": 2, "before": 1}


def test_stages__a_prospect_turns_into_a_customer_with_its_first_order() -> None:
    row = customer(opened_at=OPENED, kind=CustomerKind.PROSPECT)
    asked = enquiry(row, at=OPENED)
    _serve(row, (10, None))
    _derive(row)
    row.refresh_from_db()
    asked.refresh_from_db()
    assert (row.kind, row.converted_at, asked.state) == ("consumer", OPENED + 10 * DAY, "won")


def test_stages__orders_older_than_the_file_begin_with_service() -> None:
    row = customer(opened_at=NOW)
    _serve(row, (10, 14))
    _derive(row)
    assert _way(row)[0] == (10, "during")


@pytest.mark.parametrize("mode", [Mode.BACKFILL, Mode.LIVE])
def test_stages__a_file_younger_than_its_orders_is_known_since_the_first_of_them(mode: Mode) -> None:
    imported, prospect = customer(opened_at=NOW), customer(opened_at=OPENED)
    _serve(imported, (10, 14), (200, 210))
    _serve(prospect, (20, 30))
    actions.record_service_events(actor=SETUP, customer_ids=[imported.pk, prospect.pk], mode=mode, now=NOW)
    imported.refresh_from_db()
    prospect.refresh_from_db()
    assert (imported.known_since, imported.opened_at) == (OPENED + 10 * DAY, NOW)
    assert prospect.known_since == OPENED
    assert queries.customer_file(actor=SETUP, customer_id=imported.pk).opened_at == OPENED + 10 * DAY

    # No stay is negative or counted twice: what the stays count is what the matrix counts, row by row.
    assert (_way(imported)[0], _way(prospect)[0]) == ((10, "during"), (0, "before"))
    figures = queries.stage_figures(actor=SETUP)
    left: dict[str, int] = {}
    for (stage, _entered), moves in figures.transitions.items():
        left[stage] = left.get(stage, 0) + moves
    assert left == {stage: stays for stage, (_days, stays) in figures.average_days.items()}
    assert figures.average_days["before"] == (Decimal(20), 1)
    assert figures.average_days["during"] == (Decimal(7), 2)
    assert figures.average_days["won_back"] == (Decimal(10), 1)
    assert figures.counts == {"lost": 2}


def test_stages__the_days_of_all_stages_add_up_to_the_time_one_is_known() -> None:
    row = customer(opened_at=NOW)
    _serve(row, (10, 14), (400, 420))
    _derive(row)
    row.refresh_from_db()
    moves = StageChange.objects.filter(customer=row).exclude(from_stage="").values_list("at", "from_since")
    stays = sum((at - since for at, since in moves if since is not None), timedelta())
    assert stays + (NOW - row.stage_since) == NOW - row.known_since


def test_stages__lost_by_hand_holds_until_the_next_order() -> None:
    row = customer(opened_at=OPENED)
    _serve(row, (10, 14))
    _derive(row, now=OPENED + 30 * DAY)
    actions.set_stage(actor=SETUP, customer_id=row.pk, stage=Stage.LOST, reason="改用别家", now=OPENED + 30 * DAY)
    assert _derive(row, now=OPENED + 400 * DAY) == 0
    assert _way(row) == [(0, "before"), (10, "during"), (14, "after"), (30, "lost")]
    _serve(row, (450, None))
    _derive(row)
    assert _way(row)[-1] == (450, "won_back")


def test_stages__age_by_themselves() -> None:
    row = customer(opened_at=OPENED)
    _serve(row, (10, 14))
    _derive(row, now=OPENED + 20 * DAY)
    assert actions.age_stages(actor=SETUP, now=OPENED + 99 * DAY) == 0
    assert actions.age_stages(actor=SETUP, now=OPENED + 100 * DAY) == 1
    assert actions.age_stages(actor=SETUP, now=OPENED + 190 * DAY) == 1
    row.refresh_from_db()
    assert row.stage == "lost"


def _expected(spells: Sequence[Spell], now: int) -> list[tuple[int, str]]:
    """The same rules, read day by day."""
    found = [(0, "before")]
    served = False
    for day in range(now + 1):
        starts = [s for s, _end in spells if s <= day]
        open_now = [s for s, end in spells if s <= day and (end is None or end > day)]
        if open_now:
            last = found[-1][1]
            stage = (
                ("won_back" if last == "lost" and served else "during") if last not in {"during", "won_back"} else last
            )
            served = True
        elif starts:
            silent = day - max(starts)
            stage = "lost" if silent >= 180 else "dormant" if silent >= 90 else "after"
        else:
            stage = "before"
        if stage != found[-1][1]:
            found.append((day, stage))
    return found


spell = st.tuples(st.integers(1, 900), st.one_of(st.none(), st.integers(1, 60)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(spell, max_size=8), seed=st.integers(0, 9))
def test_stages__equal_the_rules_read_day_by_day_in_any_order(spans: list[tuple[int, int | None]], seed: int) -> None:
    spells = [(start, None if length is None else start + length) for start, length in spans]
    row = customer(opened_at=OPENED)
    shuffled = random.Random(seed).sample(spells, len(spells))
    half = len(shuffled) // 2
    _serve(row, *shuffled[:half])
    _derive(row)
    _serve(row, *shuffled[half:])
    _derive(row)
    assert _way(row) == _expected(spells, 1000)
