"""Who gets a case while people are on leave: never somebody who is away, never nobody."""

import pytest

from zhike.record.customers import queries as customers
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions, queries
from zhike.service.cases.actions.owners import OnLeave
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import NOW, SETUP
from zhike.service.cases.tests.factories import case as make_case

pytestmark = [pytest.mark.django_db, pytest.mark.req("CASE-02")]


def _person(name: str, duty: str, role: str = "agent") -> Staff:
    row = organization.staff(roles=(role,), name=name)
    Staff.objects.filter(pk=row.pk).update(duty=duty)
    return row


def _owner_of(file: Customer) -> int:
    (summary,) = customers.summaries(actor=SETUP, customer_ids=[file.pk]).values()
    return queries.owner_for(actor=SETUP, customer=summary, now=NOW)


def test_routing__at_night_their_own_person_unless_on_leave() -> None:
    file = customer()
    resting, away = _person("李敏", "off_duty"), _person("王芳", "leave")
    assert _owner_of(file) == file.owner_id
    Staff.objects.filter(pk=file.owner_id).update(duty="leave")
    assert _owner_of(file) == resting.pk
    assert queries.desk_owner(actor=SETUP, now=NOW) == resting.pk
    Staff.objects.filter(pk=resting.pk).update(duty="leave")
    # With everybody away it still has an owner.
    assert _owner_of(file) == file.owner_id
    assert queries.desk_owner(actor=SETUP, now=NOW) in {resting.pk, away.pk}


def test_routing__whoever_handled_the_last_case_only_while_here() -> None:
    file = customer()
    here, known = _person("李敏", "on_duty"), _person("王芳", "on_duty")
    make_case(file, owner_id=known.pk)
    assert _owner_of(file) == known.pk
    Staff.objects.filter(pk=known.pk).update(duty="leave")
    assert _owner_of(file) == here.pk


def test_assign__somebody_on_leave_is_refused_and_named() -> None:
    made, away = make_case(), _person("王芳", "leave")
    before = made.owner_id
    with pytest.raises(OnLeave, match="王芳"):
        actions.assign_cases(actor=SETUP, case_ids=[made.pk], owner_id=away.pk, reason="请接手", now=NOW)
    with pytest.raises(OnLeave):
        actions.pass_cases(actor=SETUP, from_staff_id=before, to_staff_id=away.pk, case_ids=None, now=NOW)
    with pytest.raises(OnLeave):
        make_case(owner_id=away.pk)
    assert list(Case.objects.values_list("owner_id", flat=True)) == [before]
