"""Whom a case can be given to: who handles cases and is here, each with the unit; who is away is named."""

import pytest

from zhike.record.organization import actions
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.service.cases.pages._shared import asked_choices, owner_choices
from zhike.service.cases.tests.factories import NOW, SETUP

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
