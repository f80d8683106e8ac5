"""Whom a case can be given to: who handles cases and is here, each with the unit; who is away is named."""

import pytest

from zhike.record.organization import actions
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.service.cases import actions as cases
from zhike.service.cases import queries
from zhike.service.cases.pages._shared import asked_choices, owner_choices
from zhike.service.cases.tests.factories import NOW, SETUP, case, said

pytestmark = pytest.mark.django_db


def _person(name: str, role: str, duty: str = "on_duty") -> Staff:
    row = organization.staff(roles=(role,), name=name)
    opened = organization_account(row)
    Staff.objects.filter(pk=row.pk).update(duty=duty, user_id=opened)
    return row


def organization_account(row: Staff) -> int:
    made = actions.open_staff_account(
        actor=organization.SETUP,
        staff_id=row.pk,
        username=f"person{row.pk}",
        password="correct horse battery",
        now=organization.NOW,
    )
    return made.user_id


def test_owners__handle_cases_and_are_here() -> None:
    here, away = _person("李敏", "agent"), _person("王芳", "agent", "leave")
    chief = _person("周总", "executive")
    resting = _person("李敏", "agent", "break")
    people, said = owner_choices(SETUP, NOW)
    assert people[0] == (str(here.pk), f"李敏 · {here.unit.name}")
    assert [pk for pk, _label in people] == [str(here.pk), str(resting.pk)]
    assert people[1][1] != people[0][1]
    assert away.name in said
    assert chief.name not in said
    assert [pk for pk, _label in asked_choices(SETUP, NOW)] == [str(chief.pk)]


def test_owners__of_other_units_are_offered_those_at_work_first() -> None:
    away_unit, own_unit = organization.unit(name="客服一部"), organization.unit(name="客服二部")
    asking = organization.staff(own_unit, roles=("agent",), reach=RoleReach.SUBTREE, name="王芳")
    near = organization.staff(own_unit, roles=("agent",), name="安宁")
    far = organization.staff(away_unit, roles=("agent",), name="周远")
    for one, duty in ((near, "off_duty"), (far, "on_duty")):
        Staff.objects.filter(pk=one.pk).update(duty=duty, user_id=organization_account(one))
    actor = organization.actor_of(asking)
    assert not actor.reach.covers(away_unit.tree_no)
    people, _said = owner_choices(actor, NOW)
    assert [pk for pk, _label in people] == [str(far.pk), str(near.pk)]


def test_assigned__the_timeline_says_who_had_it_and_why() -> None:
    first, second = _person("王芳", "agent"), _person("李敏", "agent")
    made = case(owner_id=first.pk)
    cases.assign_cases(actor=SETUP, case_ids=[made.pk], owner_id=second.pk, reason="100%% 换班 %s", now=NOW)
    told = queries.conversation(actor=SETUP, case=made)[-1].subject
    assert ("王芳" in told, "李敏" in told, "100%% 换班 %s" in told) == (True, True, True)


def test_taken_out__the_timeline_says_by_whom_and_why() -> None:
    made = case()
    said_again = cases.attach_contact(actor=SETUP, case_id=made.pk, said=said("别的事"), now=NOW)
    assert said_again.interaction_id is not None
    cases.detach_contact(
        actor=SETUP, case_id=made.pk, interaction_id=said_again.interaction_id, reason="另一票的事", now=NOW
    )
    told = queries.conversation(actor=SETUP, case=made)[-1]
    assert "另一票的事" in told.subject
    assert made.number in told.subject
