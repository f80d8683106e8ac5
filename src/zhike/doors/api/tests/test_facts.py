"""Facts for programs: whole files within the reach of a key, the columns told, every fetch in the log."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.test import Client

from zhike.doors.api import actions as keys
from zhike.insight.lake import actions as lake
from zhike.platform import clock, facts
from zhike.platform.actors import system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests import factories as goods
from zhike.record.shipments.tests.factories import NOW

SYSTEM = system_actor("tests")
DAY = timedelta(days=1)
RIGHTS = ("figures.view", "lake.fetch")


def _program(rights: tuple[str, ...] = RIGHTS, unit_id: int | None = None) -> Client:
    made = keys.make_key(actor=SYSTEM, name="BI", rights=rights, unit_id=unit_id, now=clock.now())
    return Client(headers={"authorization": f"Bearer {made.shown_once}", "accept-language": "en"})


def _table(program: Client, path: str, query: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - an Arrow table
    answer: Any = program.get(f"/api/v1{path}", query or {})
    assert answer.streaming, answer.content
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    assert answer["Cache-Control"] == "no-store"
    return pq.read_table(BytesIO(b"".join(answer)))


def test_facts__a_key_gets_the_rows_of_its_units_and_the_log_says_so(fresh_db: str) -> None:
    north, south = organization.unit(name="北"), organization.unit(name="南")
    for unit, late in ((north, 1), (north, 0), (south, 1)):
        goods.shipment(
            scope_unit_id=unit.tree_no,
            promised_delivery_at=NOW,
            delivered_at=NOW + late * DAY,
            stated_status="delivered",
        )
    lake.refresh_all(actor=SYSTEM, now=NOW + 3 * DAY)
    whole, part = _program(), _program(unit_id=north.pk)

    assert _table(whole, "/facts/shipments/rows.parquet").num_rows == 3
    assert set(_table(part, "/facts/shipments/rows.parquet")["scope_unit_id"].to_pylist()) == {north.tree_no}
    for program, n, hits in ((whole, 3, 2), (part, 2, 1)):
        total = program.get("/api/v1/figures/late").json()["total"]
        table = _table(program, "/figures/late/rows.parquet")
        assert (total["n"], total["hits"]) == (n, hits) == (table.num_rows, pc.sum(table["figure_counts"]).as_py())
        assert _table(program, "/figures/late/rows.parquet", {"hits": "true"}).num_rows == hits
    noted = [(one.subject_id, one.changes["after"]["rows"]) for one in AuditEntry.objects.filter(type="lake.fetched")]
    assert sorted(noted) == [("shipments", rows) for rows in (1, 2, 2, 2, 3, 3)]


@pytest.mark.django_db
def test_facts__are_told_column_by_column() -> None:
    told = {fact["name"]: fact for fact in _program().get("/api/v1/facts").json()}
    assert list(told) == list(facts.published())
    (late,) = [one for one in told["shipments"]["columns"] if one["name"] == "is_late"]
    assert (late["type"], late["is_dimension"]) == ("boolean", False)
    assert "late" in late["figures"]


@pytest.mark.django_db
def test_facts__without_the_right_or_the_fact_there_is_no_file() -> None:
    program = _program(("figures.view",))
    for path in ("/facts/shipments/rows.parquet", "/figures/late/rows.parquet"):
        assert program.get(f"/api/v1{path}").status_code == 403
    unknown = _program().get("/api/v1/facts/ships/rows.parquet")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_fact")
    assert not AuditEntry.objects.filter(type="lake.fetched").exists()
