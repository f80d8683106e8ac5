"""The main job: a marketplace export with its traps through the documented mapping, and the figures read off."""

import csv
import random
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from django.test import Client

from zhike.demo.build import make_staff, make_units
from zhike.demo.world import SIZES, build_world
from zhike.insight.lake import actions as lake
from zhike.insight.metrics.queries import MONTH, compute, rows_behind
from zhike.insight.metrics.types import Question
from zhike.platform import outbox
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.bulk import actions, queries
from zhike.platform.bulk.mapping import ImportMapping, parse_toml
from zhike.platform.environment import environment
from zhike.record.customers.tests.factories import SETUP
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ACTOR = system_actor("test.import")
ORDERS = "olist_orders_dataset.csv"
FILES = {
    "orders": ORDERS,
    "items": "olist_order_items_dataset.csv",
    "buyers": "olist_customers_dataset.csv",
    "sellers": "olist_sellers_dataset.csv",
    "reviews": "olist_order_reviews_dataset.csv",
}
STATES = ("SP", "RJ", "MG", "BA")


@dataclass
class Export:
    """An invented export, and what is true of it."""

    folder: Path
    late: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)
    late_months: dict[str, int] = field(default_factory=dict)
    shippers: dict[str, str] = field(default_factory=dict)
    # Satisfied and all answers by how the goods came, and the sum of all levels.
    satisfied: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    levels: int = 0
    comments: int = 0


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def make_export(folder: Path, *, orders: int = 400) -> Export:
    """Orders with several sellers, without items, undelivered, with every status; all names invented."""
    dice = random.Random(5)
    found = Export(folder)
    files: dict[str, list[dict[str, str]]] = {"orders": [], "items": [], "buyers": [], "sellers": [], "reviews": []}
    for number in range(12):
        files["sellers"].append({"seller_id": f"s{number:02d}", "seller_city": "vila nova", "seller_state": "SP"})
    for number in range(orders):
        state = dice.choice(STATES)
        order, buyer = f"ord{number:04d}", f"b{number:04d}"
        bought = datetime(2017, 1, 1, 9, 30, tzinfo=UTC) + timedelta(hours=dice.randrange(24 * 500))
        promised = (bought + timedelta(days=20)).replace(hour=0, minute=0, second=0)
        status = dice.choice(["delivered"] * 9 + ["shipped", "canceled", "unavailable"])
        delivered, came = "", "undelivered"
        if status == "delivered":
            # Some come on the promised day itself, in the evening: that is not late.
            arrived = promised + timedelta(days=dice.choice([-6, -3, -1, 0, 0, 1, 4]), hours=21)
            delivered = arrived.strftime("%Y-%m-%d %H:%M:%S")
            is_late = arrived.date() > promised.date()
            came = "late" if is_late else "on_time"
            found.delivered[state] = found.delivered.get(state, 0) + 1
            found.late[state] = found.late.get(state, 0) + is_late
            month = arrived.strftime("%Y-%m")
            found.late_months[month] = found.late_months.get(month, 0) + is_late
        files["orders"].append(
            {
                "order_id": order,
                "customer_id": buyer,
                "order_status": status,
                "order_purchase_timestamp": bought.strftime("%Y-%m-%d %H:%M:%S"),
                "order_approved_at": bought.strftime("%Y-%m-%d %H:%M:%S"),
                "order_delivered_carrier_date": (bought + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
                if status in {"delivered", "shipped"}
                else "",
                "order_delivered_customer_date": delivered,
                "order_estimated_delivery_date": promised.strftime("%Y-%m-%d %H:%M:%S"),
            }
        )
        files["buyers"].append(
            {
                "customer_id": buyer,
                "customer_unique_id": f"u{number:04d}",
                "customer_zip_code_prefix": "01000",
                "customer_city": "cidade alta",
                "customer_state": state,
            }
        )
        files["reviews"] += _reviews(found, number, came, bought + timedelta(days=30))
        if number % 17 == 0:
            continue
        sellers = dice.sample(range(12), 3)
        items = [str(position) for position in (11, 2, 10)[: dice.choice([1, 3])]]
        found.shippers[order] = f"s{sellers[items.index(min(items, key=int))]:02d}"
        for position, seller in zip(items, sellers, strict=False):
            files["items"].append(
                {"order_id": order, "order_item_id": position, "seller_id": f"s{seller:02d}", "price": "10.00"}
            )
    for source, rows in files.items():
        _write(folder / FILES[source], rows)
    return found


def _reviews(export: Export, number: int, came: str, created: datetime) -> list[dict[str, str]]:
    """What is said of one order: mostly one review, sometimes two, sometimes one that stands on its neighbour too."""
    dice = random.Random(number)
    found = []
    for position in range(2 if number % 29 == 0 else 1):
        score = dice.choice([1, 1, 2, 4] if came != "on_time" else [3, 4, 5, 5, 5])
        # The same review id stands on two orders: neither alone is the answer's name.
        review = f"r{number - number % 2 if number % 50 < 2 else number:04d}-{position}"
        said = dice.choice(["", "", "bom, mas “atrasou”\nduas vezes", 'chegou ,"bem"'])
        found.append(
            {
                "review_id": review,
                "order_id": f"ord{number:04d}",
                "review_score": str(score),
                "review_comment_title": "ok" if said and number % 3 else "",
                "review_comment_message": said,
                "review_creation_date": created.strftime("%Y-%m-%d 00:00:00"),
                "review_answer_timestamp": (created + timedelta(hours=26)).strftime("%Y-%m-%d %H:%M:%S"),
            }
        )
        export.satisfied[came] = export.satisfied.get(came, 0) + (score >= 4)
        export.answers[came] = export.answers.get(came, 0) + 1
        export.levels += score
        export.comments += bool(said)
    return found


def _mapping() -> ImportMapping:
    return parse_toml((environment().root / "docs/guide/examples/marketplace.toml").read_text("utf-8"))


def _import(folder: Path) -> queries.RunView:
    mapping = _mapping()
    uploads = [
        actions.Upload(source.name, source.file, (folder / source.file).read_bytes())
        for source in mapping.sources.values()
    ]
    run_id = actions.open_run(actor=ACTOR, mapping=mapping, uploads=uploads, source=mapping.name, now=NOW)
    actions.execute_run(actor=ACTOR, run_id=run_id, now=NOW)
    outbox.drain_all(now=NOW)
    lake.refresh_all(actor=ACTOR, now=NOW)
    return queries.get_run(actor=ACTOR, run_id=run_id)


def _late(*split: str) -> dict[str, tuple[int | None, int]]:
    answer = compute(actor=ACTOR, question=Question("late", split=split))
    figures = answer.figures if split else (answer.total,)
    return {"/".join(f.at[name] for name in split): (f.hits, f.n) for f in figures}


@pytest.fixture
def company(fresh_db: str) -> None:
    world = build_world(SIZES["small"], np.random.default_rng(3))
    make_staff(world, make_units(world, NOW), NOW)


@pytest.mark.concurrency
@pytest.mark.req("SHIP-07")
@pytest.mark.req("CUST-16")
def test_export__gives_its_figures_and_opens_their_rows(company: None, tmp_path: Path) -> None:
    export = make_export(tmp_path)

    run = _import(tmp_path)

    assert [(s.read, s.created, s.updated, s.duplicate, s.rejected) for s in run.steps] == [
        (12, 12, 0, 0, 0),
        (400, 400, 0, 0, 0),
        (414, 414, 0, 0, 0),
    ]
    late, delivered = sum(export.late.values()), sum(export.delivered.values())
    assert _late() == {"": (late, delivered)}
    assert _late("region") == {f"BR-{s}": (export.late[s], export.delivered[s]) for s in export.delivered}
    assert {month: hits for month, (hits, _n) in _late(MONTH).items()} == export.late_months
    answer = compute(actor=ACTOR, question=Question("late"))
    assert answer.total.value == pytest.approx(100 * late / delivered, abs=1e-9)
    rows = rows_behind(
        actor=ACTOR, question=Question("late", filters={"region": ("BR-RJ",)}), only_hits=True, limit=200
    ).rows
    assert len(rows) == export.late["RJ"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(s.waybill), r.ref FROM shipments_shipment s LEFT JOIN customers_customerref r"
            " ON r.customer_id = s.customer_id AND r.system = 'marketplace'"
        )
        shippers = {waybill: ref for waybill, ref in cursor.fetchall() if ref}
        cursor.execute("SELECT count(*) FROM messaging_message")
        assert cursor.fetchone() == (0,)
    assert shippers == export.shippers


@pytest.mark.concurrency
@pytest.mark.req("METR-01")
def test_export__reviews_are_answers_linked_to_their_shipments(company: None, tmp_path: Path, client: Client) -> None:
    export = make_export(tmp_path)
    n, satisfied = sum(export.answers.values()), sum(export.satisfied.values())

    run = _import(tmp_path)
    again = _import(tmp_path)

    assert [(s.read, s.created, s.duplicate, s.rejected) for s in (run.steps[2], again.steps[2])] == [
        (n, n, 0, 0),
        (n, 0, n, 0),
    ]
    whole, mean = (compute(actor=ACTOR, question=Question(name)).total for name in ("csat5", "csat5_mean"))
    assert (whole.hits, whole.n, whole.missing) == (satisfied, n, 0)
    assert mean.value == pytest.approx(export.levels / n, abs=1e-9)
    split = compute(actor=ACTOR, question=Question("csat5", split=("delivery",))).figures
    assert {f.at["delivery"]: (f.hits, f.n) for f in split} == {
        came: (export.satisfied[came], export.answers[came]) for came in export.answers
    }
    assert all(f.low is not None and f.high is not None and f.low < (f.value or 0) < f.high for f in split)
    late = rows_behind(actor=ACTOR, question=Question("csat5", filters={"delivery": ("late",)}), limit=200).rows
    assert len(late) == export.answers["late"]
    assert all(row.url.startswith("/") for row in late)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM surveys_comment), (SELECT count(*) FROM messaging_message),"
            " (SELECT count(*) FROM cases_case), count(*), count(DISTINCT shipment_id) FROM surveys_recipient"
        )
        assert cursor.fetchone() == (export.comments, 0, 0, n, 400)
    _reads_the_same(client, export)


def _reads_the_same(client: Client, export: Export) -> None:
    """The page and the API say what the export holds."""
    n, satisfied = sum(export.answers.values()), sum(export.satisfied.values())
    member = organization.staff(roles=("executive",))
    opened = people.open_staff_account(
        actor=SETUP, staff_id=member.pk, username="leitura", password="correct horse battery", now=NOW
    )
    client.force_login(User.objects.get(pk=opened.user_id))
    page = client.get("/figures/csat5/?split=delivery").content.decode()
    late = 100 * export.satisfied["late"] / export.answers["late"]
    for text in (f"{100 * satisfied / n:.3f}", f"{late:.3f}"):
        assert text in page
    found = client.get("/api/v1/figures/csat5", {"split": "delivery"}).json()
    assert found["total"]["value"] == pytest.approx(100 * satisfied / n)
    assert {one["at"]["delivery"]: (one["hits"], one["n"]) for one in found["figures"]} == {
        came: (export.satisfied[came], export.answers[came]) for came in export.answers
    }


@pytest.mark.concurrency
@pytest.mark.req("SHIP-16")
def test_export__twice_shuffled_or_in_parts_moves_no_figure(company: None, tmp_path: Path) -> None:
    make_export(tmp_path)
    half = tmp_path / "half"
    shutil.copytree(tmp_path, half, ignore=shutil.ignore_patterns("half"))
    lines = (half / ORDERS).read_text("utf-8").splitlines()
    (half / ORDERS).write_text("\n".join([lines[0], *lines[150:300]]) + "\n", "utf-8")
    _import(half)

    first = _import(tmp_path)
    figures = _late(), _late("region"), _late(MONTH)
    shuffled = lines[1:]
    random.Random(1).shuffle(shuffled)
    (tmp_path / ORDERS).write_text("\n".join([lines[0], *shuffled]) + "\n", "utf-8")
    again = _import(tmp_path)

    assert (first.steps[1].created, first.steps[1].duplicate) == (250, 150)
    assert (again.steps[1].created, again.steps[1].updated, again.steps[1].duplicate) == (0, 0, 400)
    assert (_late(), _late("region"), _late(MONTH)) == figures


@pytest.mark.concurrency
@pytest.mark.req("CUST-16")
def test_export__names_every_bad_row_and_takes_them_back_corrected(company: None, tmp_path: Path) -> None:
    export = make_export(tmp_path)
    lines = (tmp_path / ORDERS).read_text("utf-8").splitlines()
    good = {at: lines[at] for at in (10, 20, 30)}
    lines[10] = lines[10].replace("2017-", "2017-13-", 1)
    lines[20] = lines[20].replace('"delivered"', '"teleported"').replace('"shipped"', '"teleported"')
    lines[20] = lines[20].replace('"canceled"', '"teleported"').replace('"unavailable"', '"teleported"')
    lines[30] = '"ord0029","b0029"'
    lines.append(lines[40].replace('"b0039"', '"b0038"'))
    (tmp_path / ORDERS).write_text("\n".join(lines), "utf-8")

    run = _import(tmp_path)

    step = run.steps[1]
    assert (step.read, step.created, step.rejected) == (401, 397, 4)
    named = {(r.line, r.column or r.field, r.code) for r in step.refusals}
    assert (11, "order_purchase_timestamp", "not_instant") in named
    assert (21, "order_status", "unknown_code") in named
    assert (31, "", "columns") in named
    assert any(line == 402 for line, _column, _code in named)
    name, text = queries.reject_file(actor=ACTOR, run_id=run.id, position=1)
    returned = "".join(text)
    assert name == "olist_orders_dataset-rejected.csv"
    rows = list(csv.reader(returned.removeprefix("\ufeff").splitlines()))
    assert rows[0][-2:] == ["zhike_line", "zhike_reason"]
    corrected = [rows[0], *([*next(csv.reader([good[at]])), str(at + 1), "mended"] for at in good)]
    with (tmp_path / ORDERS).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(corrected)

    again = _import(tmp_path)

    assert (again.steps[1].created, again.steps[1].rejected) == (3, 0)
    assert _late() == {"": (sum(export.late.values()), sum(export.delivered.values()))}
