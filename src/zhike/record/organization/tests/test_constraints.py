"""Every named constraint of the organization refuses what breaks it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Model

from zhike.record.organization import models
from zhike.record.organization.models import (
    AuthorityLimit,
    AuthorityUse,
    Role,
    Skill,
    Staff,
    StaffRole,
    StaffSkill,
    Unit,
    UnitDisruption,
    UnitNumber,
)
from zhike.record.organization.tests import factories as make
from zhike.record.organization.tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def change(row: Model, **changes: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**changes)


def again(row: Model, **changes: Any) -> None:
    """Insert a copy of a row with these changes."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname != "changed_xid"}
    del values["id"]
    type(row)._default_manager.create(**{**values, **changes})


def own_unit() -> Unit:
    return make.unit()


def fresh_unit(**changes: Any) -> Callable[[], None]:
    def run() -> None:
        again(make.unit(), **{"code": "NEW-1", "tree_no": 2**60, "tree_end": 2**60, **changes})

    return run


def role() -> Role:
    return Role.objects.create(code="r1", labels={})


def held_role(**changes: Any) -> StaffRole:
    values = {"staff": make.staff(), "role": role(), "reach": "company", "valid_from": NOW}
    return StaffRole.objects.create(**{**values, **changes})


def limit(**changes: Any) -> AuthorityLimit:
    values = {
        "role": role(),
        "action": "x",
        "valid_from": NOW,
        "source": "rule",
        "proposed_by": "1",
        "proposed_at": NOW,
        "decided_by": "2",
        "decided_at": NOW,
        "state": "approved",
    }
    return AuthorityLimit.objects.create(**{**values, **changes})


def used(**changes: Any) -> AuthorityUse:
    values: dict[str, Any] = {
        "staff": make.staff(),
        "limit": limit(),
        "action": "x",
        "amount": 5,
        "subject_kind": "claim",
        "subject_id": "1",
        "at": NOW,
        "used_count": 1,
        "used_total": Decimal(10),
    }
    return AuthorityUse.objects.create(**{**values, **changes})


def notice(**changes: Any) -> UnitDisruption:
    return UnitDisruption.objects.create(**{"unit": make.unit(), "text": "x", "starts_at": NOW, **changes})


def skill(level: int = 1) -> StaffSkill:
    return StaffSkill.objects.create(staff=make.staff(), skill=Skill.objects.create(code="s"), level=level)


def second_number() -> None:
    same = make.unit()
    change(make.unit(), tree_no=same.tree_no)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


VIOLATIONS: dict[str, Callable[[], object]] = {
    "unit_code_once": lambda: again(make.unit(), tree_no=2**60, tree_end=2**60),
    "unit_number_once": second_number,
    "unit_one_company": lambda: again(make.company(), code="HQ2", tree_no=2**62, tree_end=2**62),
    "unit_code_form": lambda: change(make.unit(), code="pd 1"),
    "unit_name_given": lambda: change(make.unit(), name=""),
    "unit_kind_known": lambda: change(make.unit(), kind="castle"),
    "unit_side_known": lambda: change(make.unit(), side="left"),
    "unit_company_is_root": lambda: change(make.unit(), depth=0),
    "unit_not_own_parent": lambda: change(make.unit(), parent_id=F("id")),
    "unit_interval_right": lambda: change(make.unit(), tree_end=0),
    "unit_position_on_earth": lambda: change(make.unit(), lat=Decimal(91), lon=Decimal(0)),
    "unit_validity_right": lambda: change(make.unit(), valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
    "unit_services_known": lambda: change(make.unit(), services=["teleport"]),
    "unit_number_interval_right": lambda: UnitNumber.objects.create(
        unit=make.unit(), tree_no=2, tree_end=1, left_at=NOW
    ),
    "disruption_text_given": lambda: notice(text=""),
    "disruption_span_right": lambda: notice(ends_at=NOW),
    "staff_number_once": lambda: again(make.staff()),
    "staff_number_given": lambda: change(make.staff(), number=""),
    "staff_name_given": lambda: change(make.staff(), name=""),
    "staff_duty_known": lambda: change(make.staff(), duty="asleep"),
    "staff_employment_right": lambda: change(
        make.staff(), employed_from=date(2026, 2, 1), employed_until=date(2026, 1, 1)
    ),
    "staff_inactive_is_off_duty": lambda: change(make.staff(), active=False, duty="on_duty"),
    "skill_code_once": lambda: [Skill.objects.create(code="s") for _copy in range(2)],
    "staff_skill_once": lambda: again(skill()),
    "staff_skill_level_known": lambda: skill(6),
    "role_code_once": lambda: [role() for _copy in range(2)],
    "role_reach_known": lambda: change(role(), reach="moon"),
    "staff_role_open_once": lambda: again(held_role()),
    "staff_role_reach_known": lambda: held_role(reach="moon"),
    "staff_role_unit_for_subtree": lambda: held_role(unit=make.unit()),
    "staff_role_validity_right": lambda: held_role(valid_until=NOW - timedelta(days=1)),
    "limit_action_named": lambda: limit(action=""),
    "limit_source_named": lambda: limit(source=""),
    "limit_state_known": lambda: limit(state="maybe"),
    "limit_period_known": lambda: limit(period="eon", max_count=1),
    "limit_validity_right": lambda: limit(valid_until=NOW - timedelta(days=1)),
    "limit_amounts_not_negative": lambda: limit(max_amount=-1, currency="CNY"),
    "limit_amount_has_currency": lambda: limit(max_amount=1),
    "limit_caps_have_period": lambda: limit(max_count=1),
    "limit_decision_recorded": lambda: limit(decided_by=""),
    "limit_decided_by_another": lambda: limit(decided_by="1"),
    "limit_one_at_a_time": lambda: again(limit(), valid_from=LATER),
    "authority_use_not_negative": lambda: used(amount=-1),
    "authority_amount_within": lambda: used(max_amount=4),
    "authority_count_within": lambda: used(max_count=1),
    "authority_total_within": lambda: used(max_total=14),
}


@pytest.mark.parametrize("name", sorted(VIOLATIONS))
def test_constraint__refuses_its_violation(name: str) -> None:
    make.company()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        VIOLATIONS[name]()
    assert f'"{name}"' in str(refused.value)


def test_constraints__each_is_violated_here() -> None:
    named = {
        constraint.name
        for name in models.__all__
        if issubclass(model := getattr(models, name), Model)
        for constraint in model._meta.constraints
    }
    assert named == set(VIOLATIONS)


def test_staff__one_sign_in_belongs_to_one_person() -> None:
    assert Staff._meta.get_field("user").unique


@pytest.mark.parametrize("write", [lambda rows: rows.update(amount=0), lambda rows: rows.delete()])
def test_authority_uses__are_append_only(write: Callable[[Any], object]) -> None:
    make.company()
    used()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        write(AuthorityUse.objects.all())
    assert AuthorityUse.objects.get().amount == 5
