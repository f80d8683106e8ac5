"""Rows behind figures as Parquet files: they add up to the figure, within reach, and say what they are."""

import json
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.types import Question, UnknownFact, metrics
from zhike.platform import facts
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor, Reach, system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests import factories as goods
from zhike.record.shipments.tests.factories import NOW

ACTOR = system_actor("tests")
RIGHTS = ("figures.view", "lake.fetch")
NORTH, NOBODY = (goods.staff(*RIGHTS, reach=Reach(intervals=((no, no),))) for no in (11, 99))
DAY = timedelta(days=1)


@pytest.fixture
def sent(fresh_db: str) -> None:
    """Five parcels of the north, two of them late; three of the south, one late and one still under way."""
    for scope, days in ((11, (0, 0, 0, 1, 2)), (12, (0, 3, None))):
        for late in days:
            goods.shipment(
                scope_unit_id=scope,
                promised_delivery_at=NOW - 9 * DAY,
                delivered_at=None if late is None else NOW + (late - 9) * DAY,
                picked_up_at=NOW - 10 * DAY,
                stated_status="in_transit" if late is None else "delivered",
            )
    lake.refresh_all(actor=ACTOR, now=NOW)


def fetched(fact: str, actor: Actor = ACTOR) -> pa.Table:
    out = BytesIO()
    made = queries.write_fact(actor=actor, fact=fact, out=out)
    table = pq.read_table(BytesIO(out.getvalue()))
    assert made.rows == table.num_rows
    return table


def behind(question: Question, actor: Actor = ACTOR, *, only_hits: bool | None = None) -> pa.Table:
    out = BytesIO()
    queries.write_behind(actor=actor, question=question, out=out, only_hits=only_hits)
    return pq.read_table(BytesIO(out.getvalue()))


@pytest.mark.parametrize(("actor", "parcels", "late"), [(ACTOR, 8, 3), (NORTH, 5, 2), (NOBODY, 0, 0)])
def test_fact__holds_the_rows_within_reach_and_says_what_it_is(
    sent: None, actor: Actor, parcels: int, late: int
) -> None:
    table = fetched("shipments", actor)
    assert table.num_rows == parcels
    assert (pc.sum(table["is_late"]).as_py() or 0) == late
    assert table.column_names == ["id", *(column.name for column in facts.published()["shipments"].columns)]
    told = table.schema.metadata
    assert (told[b"zhike.fact"], told[b"zhike.generation"]) == (b"shipments", b"1")
    assert told[b"zhike.as_of"] == NOW.isoformat().encode()


def test_fact__changed_and_deleted_rows_are_as_they_stand(sent: None) -> None:
    first = Shipment.objects.order_by("pk").first()
    assert first is not None
    Shipment.objects.filter(pk=first.pk).update(is_damaged=True)
    goods.shipment(scope_unit_id=11)
    lake.refresh_all(actor=ACTOR, now=NOW + timedelta(minutes=1))
    table = fetched("shipments")
    assert table.num_rows == 9
    assert len(set(table["id"].to_pylist())) == 9
    assert table.filter(table["is_damaged"])["id"].to_pylist() == [first.pk]


@pytest.mark.parametrize("actor", [ACTOR, NORTH])
def test_behind__rows_add_up_to_the_figure(sent: None, actor: Actor) -> None:
    late = queries.compute(actor=actor, question=Question("late")).total
    table = behind(Question("late"), actor)
    assert (table.num_rows, pc.sum(table["figure_counts"]).as_py()) == (late.n, late.hits)
    assert behind(Question("late"), actor, only_hits=True).num_rows == late.hits
    took = queries.compute(actor=actor, question=Question("transport_time")).total
    hours = behind(Question("transport_time"), actor)["figure_value"]
    assert len(hours) == took.n
    assert pc.mean(hours).as_py() == pytest.approx(took.mean, rel=1e-12)


def test_files__need_the_right_and_a_fact_that_is_there(sent: None) -> None:
    reader = goods.staff("figures.view")
    with pytest.raises(Forbidden):
        queries.write_fact(actor=reader, fact="shipments", out=BytesIO())
    with pytest.raises(Forbidden):
        queries.write_behind(actor=reader, question=Question("late"), out=BytesIO())
    with pytest.raises(Forbidden):
        lake.record_fetch(actor=reader, fact="shipments", generation=1, rows=1, now=NOW)
    with pytest.raises(UnknownFact):
        queries.write_fact(actor=ACTOR, fact="ships", out=BytesIO())


def test_published_facts__name_every_column_and_the_figures_that_read_it() -> None:
    told = {fact.name: fact for fact in queries.published_facts(actor=ACTOR)}
    assert list(told) == list(facts.published())
    columns = {column.name: column for column in told["shipments"].columns}
    assert {"late", "on_time"} <= set(columns["is_late"].figures)
    assert not {"damaged", "intact"} & set(columns["is_late"].figures)
    assert (columns["region"].is_dimension, columns["region"].figures) == (True, ())
    # A column that is neither named nor read by any figure would stand there without a meaning.
    nameless = {
        f"{fact.name}.{column.name}"
        for fact in told.values()
        for column in fact.columns
        if not column.label and not column.figures and column.name != fact.scope
    }
    assert nameless == set()
    assert {one.fact for one in metrics().values()} <= set(told)


def test_export_facts__a_folder_is_written_anew_whole(sent: None, tmp_path: Path) -> None:
    folder, said = tmp_path / "bi", StringIO()
    call_command("export_facts", str(folder), stdout=said)
    assert {path.name for path in folder.iterdir()} == {
        "columns.json",
        *(f"{name}.parquet" for name in facts.published()),
    }
    assert "shipments: 8 rows, generation 1" in said.getvalue().splitlines()
    assert [one["name"] for one in json.loads((folder / "columns.json").read_text("utf-8"))] == list(facts.published())

    goods.shipment()
    lake.refresh_all(actor=ACTOR, now=NOW + timedelta(minutes=1))
    call_command("export_facts", str(folder), "shipments", stdout=said)
    assert pq.read_table(folder / "shipments.parquet").num_rows == 9
    noted = [
        one.changes["after"]["rows"] for one in AuditEntry.objects.filter(type="lake.fetched", subject_id="shipments")
    ]
    assert sorted(noted) == [8, 9]
    with pytest.raises(CommandError, match="ships"):
        call_command("export_facts", str(folder), "ships")


def _looking(*roles: str) -> Client:
    member = organization.staff(roles=roles)
    made = people.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username="reader",
        language="en",
        password="correct horse battery",
        now=NOW,
    )
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(User.objects.get(pk=made.user_id))
    return browser


def test_pages__offer_files_to_those_who_may_fetch_them(sent: None) -> None:
    browser, rows = _looking("quality"), reverse("metrics:rows", args=["late"])
    page = browser.get(rows, {"hits": "1"}).content.decode()
    assert f'href="{rows}?hits=1&amp;export=parquet"' in page
    answer = browser.get(rows, {"hits": "1", "export": "parquet"})
    assert answer["Content-Disposition"] == 'attachment; filename="late-1.parquet"'
    assert pq.read_table(BytesIO(b"".join(answer))).num_rows == 3
    dictionary = browser.get(reverse("metrics:dictionary")).content.decode()
    assert 'href="/api/v1/facts/shipments/rows.parquet"' in dictionary


def test_pages__others_are_offered_none(sent: None) -> None:
    browser, rows = _looking("agent"), reverse("metrics:rows", args=["late"])
    page = browser.get(rows).content.decode()
    assert "export=csv" in page
    assert "export=parquet" not in page
    assert browser.get(rows, {"export": "parquet"}).status_code == 403
    assert "rows.parquet" not in browser.get(reverse("metrics:dictionary")).content.decode()
