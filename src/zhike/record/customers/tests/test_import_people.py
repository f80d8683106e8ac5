"""Lists of contacts."""

from typing import Any

import pytest

from zhike.platform.audit.models import AuditEntry
from zhike.platform.bulk.actions import import_records
from zhike.platform.bulk.types import StepResult
from zhike.platform.outbox import Mode
from zhike.record.customers.models import ChainSeat, Contact, ContactPoint
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer, phone
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach

pytestmark = pytest.mark.django_db


def _load(rows: list[dict[str, Any]], actor: Any = SETUP) -> StepResult:  # noqa: ANN401 - an actor
    return import_records(
        actor=actor,
        target="customers.people",
        records=rows,
        mode=Mode.BACKFILL,
        source="erp",
        zone="Asia/Shanghai",
        options={"system": "erp"},
        now=NOW,
    )


@pytest.mark.req("CUST-16")
def test_import__every_row_is_accounted_for() -> None:
    row, other = customer(references=(("erp", "K1"),)), customer()
    contact(row, phone("13812345678"), name="陈静")
    result = _load(
        [
            {"reference": "K1", "name": "陈靜", "phone": "13812345678"},
            {"reference": "K1", "name": "周航", "phone": "139 8765 4321", "role": "user", "position": "仓库主管"},
            {"reference": "K1", "name": "周航", "phone": "139 8765 4321", "role": "user", "position": "仓库主管"},
            {"reference": "K1", "name": "周航", "position": "经理"},
            {"customer_number": other.number, "name": "何青"},
            {"reference": "K9", "name": "无名"},
            {"reference": "K1", "name": ""},
            {"reference": "K1", "name": "赵磊", "role": "king"},
        ]
    )
    counts = result.counts
    assert (result.read, counts.created, counts.updated, counts.duplicate, result.rejected) == (8, 2, 0, 2, 4)
    assert {(r.line, r.field, r.code) for r in result.rejections} == {
        (4, "name", "repeated_person"),
        (6, "customer_number", "unknown_customer"),
        (7, "name", "required"),
        (8, "role", "unknown_code"),
    }
    person = Contact.objects.get(name="周航")
    assert ContactPoint.objects.get(contact=person).e164 == "+8613987654321"
    assert ChainSeat.objects.get(contact=person).role == "user"
    assert AuditEntry.objects.filter(type="customers.contacts_imported").count() == 1


def test_import__the_same_list_twice_changes_nothing_and_new_cells_update() -> None:
    row = customer()
    rows = [{"customer_number": row.number, "name": "周航", "phone": "6234 5678", "position": "主管"}]
    assert _load(rows).counts.created == 1
    again = _load(rows).counts
    assert (again.created, again.updated, again.duplicate) == (0, 0, 1)
    assert _load([{**rows[0], "position": "经理", "phone": None}]).counts.updated == 1
    person = Contact.objects.get()
    assert (person.position, person.version) == ("经理", 2)
    assert ContactPoint.objects.get().doubt == "no_area_code"


def test_import__customers_out_of_reach_are_refused() -> None:
    row = customer(organization.staff(organization.unit(name="南区")))
    boss = organization.actor(organization.unit(name="北区"), roles=("supervisor",), reach=RoleReach.SUBTREE)
    result = _load([{"customer_number": row.number, "name": "周航"}], actor=boss)
    assert (result.counts.created, result.rejected) == (0, 1)
    assert Contact.objects.count() == 0
