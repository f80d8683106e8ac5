"""The lake under change: nothing lost, nothing double, a rebuild agrees."""

import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.harness.clusters import until
from zhike.insight.lake import actions, build, queries
from zhike.platform import facts
from zhike.platform.actors import Actor, ActorKind, Reach, system_actor
from zhike.platform.db.config import uri
from zhike.platform.errors import Forbidden
from zhike.platform.facts import Column, ColumnType, Fact
from zhike.platform.ops.types import cards

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ACTOR = system_actor("test")
TABLE_SQL = """
CREATE TABLE toy_fact (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, happened date NOT NULL, weight numeric(12,4), late boolean,
  scope_unit_id bigint, changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id());
CREATE INDEX toy_fact_xid ON toy_fact (changed_xid);
CREATE TRIGGER toy_fact_touch BEFORE UPDATE ON toy_fact FOR EACH ROW EXECUTE FUNCTION zhike_touch_xid();
CREATE TRIGGER toy_fact_gone AFTER DELETE ON toy_fact REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION zhike_leave_tombstone();
"""


@pytest.fixture
def toy(fresh_db: str) -> Iterator[Fact]:
    with psycopg.connect(uri("owner", database=str(connection.settings_dict["NAME"])), autocommit=True) as owner:
        owner.execute(TABLE_SQL)
    fact = facts.publish(
        Fact(
            name="toys",
            table="toy_fact",
            month="date_trunc('month', happened)::date",
            columns=(
                Column("happened", ColumnType.DATE),
                Column("weight", ColumnType.DECIMAL),
                Column("late", ColumnType.BOOLEAN, dimension=True),
                Column("scope_unit_id", ColumnType.INTEGER),
            ),
        )
    )
    yield fact
    facts._facts.pop("toys")


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _insert(rows: int, *, month: int = 1, unit: int = 5) -> None:
    _sql(
        "INSERT INTO toy_fact (happened, weight, late, scope_unit_id)"  # noqa: S608 - numbers of the test
        f" SELECT make_date(2026, {month}, 1 + i % 27), i / 4.0, i % 3 = 0, {unit} FROM generate_series(1, {rows}) i"
    )


def _refresh() -> int:
    return actions.refresh(actor=ACTOR, fact="toys", now=NOW).generation


def _in_lake() -> list[dict[str, Any]]:
    rows = queries.table(actor=ACTOR, state=queries.current("toys"))
    found = rows.select("id", "happened", "weight", "late", "scope_unit_id").to_pyarrow().to_pylist()
    return sorted(found, key=itemgetter("id"))


def _in_database() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, happened, weight, late, scope_unit_id FROM toy_fact ORDER BY id")
        return [
            dict(zip(("id", "happened", "weight", "late", "scope_unit_id"), row, strict=True))
            for row in cursor.fetchall()
        ]


@pytest.mark.concurrency
def test_refresh__follows_inserts_updates_and_deletes(toy: Fact) -> None:
    _insert(3000)
    assert _refresh() == 1
    assert _in_lake() == _in_database()

    _insert(500, month=2)
    _sql("UPDATE toy_fact SET weight = weight + 1 WHERE id % 10 = 0")
    _sql("DELETE FROM toy_fact WHERE id % 7 = 0")
    assert _refresh() == 2
    assert _in_lake() == _in_database()

    _sql("UPDATE toy_fact SET late = true, weight = 0.5 WHERE id BETWEEN 5 AND 25")
    _insert(10)
    _refresh()
    assert _in_lake() == _in_database()
    assert _in_lake()[0]["weight"] == Decimal("0.2500")


@pytest.mark.concurrency
def test_refresh__without_changes_shows_the_same_rows(toy: Fact) -> None:
    """Transactions elsewhere in the cluster hold the watermark back: rows are then read again, which is harmless."""
    _insert(10)
    _refresh()

    for _again in range(3):
        _refresh()
        assert _in_lake() == _in_database()


@pytest.mark.concurrency
def test_refresh__folds_large_deltas_and_many_deletes(toy: Fact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "FOLD_ROWS", 10)
    monkeypatch.setattr(build, "GONE_ROWS", 5)
    _insert(400)
    _insert(100, month=2)
    _refresh()
    _sql("UPDATE toy_fact SET late = NOT late WHERE id <= 300")
    _sql("DELETE FROM toy_fact WHERE id % 9 = 0 OR happened >= '2026-02-01'")

    _refresh()

    state = queries.current("toys")
    assert (state.gone, [m.delta for m in state.months.values()]) == ("", [""])
    assert _in_lake() == _in_database()


@pytest.mark.concurrency
def test_refresh__loses_nothing_under_concurrent_writers(toy: Fact) -> None:
    """Long and short transactions commit around refreshes; an `updated_at` watermark would lose the long ones."""
    stop = threading.Event()
    target = uri("app", database=str(connection.settings_dict["NAME"]))

    def write(seed: int) -> None:
        chance = random.Random(seed)
        with psycopg.connect(target) as own:
            while not stop.is_set():
                own.execute(
                    "INSERT INTO toy_fact (happened, weight, scope_unit_id) VALUES ('2026-01-05', %s, 1)",
                    [chance.randint(1, 9)],
                )
                own.execute(
                    "UPDATE toy_fact SET weight = weight + 1 WHERE id = (SELECT id FROM toy_fact"
                    " ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED)"
                )
                if chance.random() < 0.1:
                    own.execute(
                        "DELETE FROM toy_fact WHERE id = (SELECT id FROM toy_fact"
                        " ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED)"
                    )
                stop.wait(chance.random() / 50)
                own.commit() if chance.random() < 0.5 else own.rollback()

    _insert(50)
    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for writer in writers:
        writer.start()
    for _round in range(15):
        _refresh()
    stop.set()
    for writer in writers:
        writer.join()
    _refresh()

    assert _in_lake() == _in_database()
    seen = _in_lake()
    actions.refresh(actor=ACTOR, fact="toys", now=NOW, from_scratch=True)
    assert _in_lake() == seen


@pytest.mark.concurrency
def test_refresh__rebuilds_when_the_cluster_is_another(toy: Fact) -> None:
    _insert(20)
    _refresh()
    _sql("UPDATE lake_lakefact SET cluster = 'elsewhere'")

    assert actions.refresh(actor=ACTOR, fact="toys", now=NOW).rebuilt
    assert _in_lake() == _in_database()


@pytest.mark.concurrency
def test_table__shows_only_what_is_within_reach(toy: Fact) -> None:
    _insert(6, unit=5)
    _insert(4, unit=9)
    _refresh()
    state = queries.current("toys")

    def seen(reach: Reach) -> int:
        actor = Actor(kind=ActorKind.STAFF, id="1", reach=reach)
        return int(queries.table(actor=actor, state=state).count().to_pyarrow().as_py())

    assert seen(Reach(everything=True)) == 10
    assert seen(Reach(intervals=((4, 6),))) == 6
    assert seen(Reach(intervals=((4, 6), (9, 12)))) == 10
    assert seen(Reach()) == 0


@pytest.mark.django_db
def test_refresh__is_refused_without_the_right() -> None:
    with pytest.raises(Forbidden):
        actions.refresh(actor=Actor(kind=ActorKind.STAFF, id="1"), fact="toys", now=NOW)


def test_lags__tell_the_age_and_the_rows_behind_until_the_next_refresh(toy: Fact) -> None:
    def seen() -> tuple[timedelta | None, int]:
        later = NOW + timedelta(minutes=2)
        return next((lag.age, lag.rows_behind) for lag in queries.lags(actor=ACTOR, now=later) if lag.fact == "toys")

    _insert(3)
    assert seen() == (None, 3)

    def caught_up() -> bool:
        """Once the transactions that ran beside the insert, also of other databases, have ended."""
        actions.refresh(actor=ACTOR, fact="toys", now=NOW)
        return seen() == (timedelta(minutes=2), 0)

    until(caught_up, seconds=120)
    _insert(2)
    assert seen() == (timedelta(minutes=2), 2)


def test_lags__are_a_card_of_the_operations_page(toy: Fact) -> None:
    card = next(card for card in cards() if card.key == "40-lake")
    actions.refresh(actor=ACTOR, fact="toys", now=NOW)

    def trouble(minutes: int) -> dict[str, bool]:
        readings = card.read(NOW + timedelta(minutes=minutes))
        return {one.metric: one.trouble for one in readings if "_toys_" in one.metric}

    assert trouble(5) == {"zhike_lake_toys_age_seconds": False, "zhike_lake_toys_rows_behind": False}
    assert trouble(6)["zhike_lake_toys_age_seconds"]
