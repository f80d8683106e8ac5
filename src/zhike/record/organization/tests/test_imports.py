"""Units and people from files: every row accounted for, bad rows named, good rows kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from zhike.platform.actors import Actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.bulk.actions import import_records
from zhike.platform.bulk.types import StepResult
from zhike.platform.errors import Forbidden
from zhike.platform.outbox.models import OutboxEvent
from zhike.platform.outbox.types import Mode
from zhike.record.organization.models import Staff, Unit
from zhike.record.organization.rules import nests
from zhike.record.organization.tests import factories as make
from zhike.record.organization.tests.factories import NOW, SETUP, ZONE
from zhike.record.organization.types import UnitKind

pytestmark = pytest.mark.django_db


def load(target: str, *records: dict[str, Any], actor: Actor = SETUP) -> StepResult:
    texts = [{name: None if value is None else str(value) for name, value in row.items()} for row in records]
    return import_records(
        actor=actor, target=target, records=texts, mode=Mode.BACKFILL, source="test", zone=ZONE, now=NOW
    )


def units(*records: dict[str, Any]) -> StepResult:
    return load("organization.units", *records)


def row(code: str, parent: str | None = "HQ", **values: Any) -> dict[str, Any]:
    return {"code": code, "name": f"网点{code}", "kind": "outlet", "parent_code": parent, **values}


def refusals(result: StepResult) -> list[tuple[str, str]]:
    return [(r.field, r.code) for r in result.rejections]


def test_import_units__whole_company_in_any_order_of_rows() -> None:
    result = units(
        row("P1", "O1", kind="agency_point"),
        row("O1", "E", phones="021-6234 5678, 13812345678", services="pickup、delivery", lat="31.2", lon="121.5"),
        row("E", kind="region"),
        row("HQ", None, kind="company"),
    )
    assert (result.read, result.counts.created, result.rejected) == (4, 4, 0)
    outlet = Unit.objects.get(code="O1")
    assert outlet.phones == ["+862162345678", "+8613812345678"]
    assert (outlet.services, outlet.depth, outlet.zone) == (["pickup", "delivery"], 2, ZONE)
    assert nests([u.interval for u in Unit.objects.all()])
    point = Unit.objects.get(code="P1")
    assert outlet.tree_no < point.tree_no <= outlet.tree_end
    assert AuditEntry.objects.filter(type="organization.imported").count() == 1
    assert OutboxEvent.objects.get(type="organization.units_changed").mode == "backfill"


def test_import_units__twice_changes_nothing_and_an_empty_cell_says_nothing() -> None:
    make.company()
    first = row("O1", city="上海", phones="021-62345678")
    units(first)
    again = units(first)
    changed = units(row("o1", city="杭州"))
    assert (again.counts.duplicate, again.counts.updated) == (1, 0)
    assert (changed.counts.updated, changed.counts.created) == (1, 0)
    outlet = Unit.objects.get(code="O1")
    assert (outlet.city, outlet.phones) == ("杭州", ["+862162345678"])


def test_import_units__each_bad_row_is_named_and_the_good_ones_kept() -> None:
    make.unit(code="OLD")
    make.unit(code="E", kind=UnitKind.REGION)
    result = units(
        row("O1"),
        row("o1"),
        row("浦东"),
        row("O2", "NOWHERE"),
        row("O3", zone="Asia/Atlantis"),
        row("O4", phones="12"),
        row("O5", services="teleport"),
        row("O6", lat="31.2"),
        row("OLD", "E"),
        row("A", "B", kind="region"),
        row("B", "A", kind="region"),
        row("HQ2", None, kind="company"),
        row("O7", "O8", kind="agency_point"),
        row("O8", "O7", kind="agency_point"),
    )
    assert refusals(result) == [
        ("code", "repeated"),
        ("code", "code_form"),
        ("parent_code", "parent_unknown"),
        ("zone", "zone_unknown"),
        ("phones", "phones_unknown"),
        ("services", "services_unknown"),
        ("lat", "position"),
        ("parent_code", "moves"),
        ("parent_code", "parent_unknown"),
        ("parent_code", "parent_unknown"),
        ("kind", "second_company"),
        ("parent_code", "parent_unknown"),
        ("parent_code", "parent_unknown"),
    ]
    assert (result.read, result.counts.created, result.rejected) == (14, 1, 13)


def test_import_staff__adds_changes_and_refuses() -> None:
    outlet = make.unit(code="O1")
    make.staff(outlet, number="E1", name="赵磊")
    result = load(
        "organization.staff",
        {"number": "e1", "name": "赵磊", "unit_code": "o1", "phones": "13812345678", "is_courier": "yes"},
        {"number": "E2", "name": "周航", "unit_code": "O1", "employed_from": "2025-03-01"},
        {"number": "E3", "name": "无处", "unit_code": "O9"},
        {"number": "E2", "name": "重复", "unit_code": "O1"},
        {"number": "E4", "name": "邮箱", "unit_code": "O1", "email": "nowhere"},
    )
    assert (result.counts.created, result.counts.updated, result.rejected) == (1, 1, 3)
    assert refusals(result) == [("unit_code", "unit_unknown"), ("number", "repeated"), ("email", "email_form")]
    courier = Staff.objects.get(number="E1")
    assert (courier.phones, courier.is_courier, courier.unit_id) == (["+8613812345678"], True, outlet.pk)


def test_import_units__a_code_that_repeats_costs_one_pass() -> None:
    """Each repetition is named with the line that was kept; there is no search a row."""
    plans: list[str] = []

    def explaining(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401, FBT001 - Django's signature
        if params == ["code", "repeated"]:
            execute(f"EXPLAIN {sql}", params, many, context)
            plans.extend(line for (line,) in context["cursor"].fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explaining):
        result = units(row("HQ", None, kind="company"), *(row(f"O{at % 3}", "HQ") for at in range(300)))
    assert (result.counts.created, result.rejected) == (4, 297)
    assert refusals(result) == [("code", "repeated")] * 297
    assert {(r.line % 3, r.params["first"]) for r in result.rejections} == {(2, 2), (0, 3), (1, 4)}
    assert plans
    assert not [line for line in plans if "SubPlan" in line or "Nested Loop" in line]


def test_import_staff__only_within_reach_and_with_the_right() -> None:
    make.unit(code="O2")
    agent = make.actor(make.unit(code="O1"), roles=("agent",))
    with pytest.raises(Forbidden):
        load("organization.staff", {"number": "E9", "name": "周航", "unit_code": "O1"}, actor=agent)
    assert not Staff.objects.filter(number="E9").exists()
