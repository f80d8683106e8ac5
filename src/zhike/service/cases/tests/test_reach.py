"""Which cases somebody sees: of their units, their own, and those in which their unit has a task; counted the same."""

import pytest

from zhike.record.organization.models import Unit
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach, UnitKind
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import NOW, SETUP, case
from zhike.service.cases.types import TaskEntry

pytestmark = pytest.mark.django_db


def _in(unit: Unit, made: Case) -> Case:
    Case.objects.filter(pk=made.pk).update(scope_unit_id=unit.tree_no)
    return made


def _task(made: Case, unit: Unit) -> None:
    actions.ask_unit(actor=SETUP, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="查找货物"), now=NOW)


def test_reach__is_by_unit_by_owner_and_by_task_and_each_case_counts_once() -> None:
    here, there = organization.unit(kind=UnitKind.REGION), organization.unit(kind=UnitKind.REGION)
    member = organization.staff(here, roles=("supervisor",), reach=RoleReach.SUBTREE)
    of_unit, of_unit_with_task, own, asked, foreign = (case() for _ in range(5))
    for made in (of_unit, of_unit_with_task):
        _in(here, made)
    for made in (own, asked, foreign):
        _in(there, made)
    Case.objects.filter(pk=own.pk).update(owner_id=member.pk)
    for made in (of_unit_with_task, asked, own):
        _task(made, here)
    _task(asked, here)
    actor = organization.actor_of(member)
    seen = {of_unit.pk, of_unit_with_task.pk, own.pk, asked.pk}
    assert set(queries.case_rows(actor=actor).values_list("pk", flat=True)) == seen
    parts = [pk for part in queries.case_parts(actor=actor) for pk in part.values_list("pk", flat=True)]
    assert sorted(parts) == sorted(seen)
    assert sorted(pk for part in queries.case_parts(actor=SETUP) for pk in part.values_list("pk", flat=True)) == sorted(
        {*seen, foreign.pk}
    )


def test_reach__looks_for_tasks_case_by_case() -> None:
    """By the index of tasks: whoever reads all tasks within reach for one page waits the longer the company is."""
    member = organization.staff(organization.unit(), roles=("supervisor",), reach=RoleReach.SUBTREE)
    rows = queries.case_rows(actor=organization.actor_of(member)).order_by("-opened_at", "-pk")
    plan = rows.explain()
    assert "SubPlan" in plan
    assert "hashed SubPlan" not in plan
