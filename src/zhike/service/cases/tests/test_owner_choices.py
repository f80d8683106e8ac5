"""Whom a case can be given to: who handles cases and is here, each with the unit; who is away is named."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from zhike.platform.errors import Conflict, Forbidden
from zhike.record.agreements.tests.test_pages import signed_in
from zhike.record.organization import actions
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.service.cases import actions as cases
from zhike.service.cases import queries
from zhike.service.cases.pages._shared import asked_choices, owner_choices
from zhike.service.cases.tests.factories import NOW, SETUP, case, said

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


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


def test_assigned__is_taken_back_to_whoever_had_it_and_counts_as_no_transfer() -> None:
    first, second, third = (_person(name, "agent") for name in ("王芳", "李敏", "周远"))
    mine, again, closed_hands = (case(owner_id=first.pk) for _each in range(3))
    asking = organization.actor_of(organization.staff(roles=("supervisor",)))
    ids = [mine.pk, again.pk, closed_hands.pk]
    cases.assign_cases(actor=asking, case_ids=ids, owner_id=second.pk, reason="换班", now=NOW)
    cases.assign_cases(actor=asking, case_ids=[again.pk], owner_id=third.pk, reason="懂空运", now=NOW + MINUTE)
    with pytest.raises(Forbidden):
        cases.take_back_cases(
            actor=organization.actor(roles=("outlet",)), to_staff_id=second.pk, at=NOW, now=NOW + MINUTE
        )
    # Nothing was given at another moment, and what has gone on since stays there.
    assert cases.take_back_cases(actor=asking, to_staff_id=second.pk, at=NOW + MINUTE, now=NOW + MINUTE) == 0
    assert cases.take_back_cases(actor=asking, to_staff_id=second.pk, at=NOW, now=NOW + 2 * MINUTE) == 2
    for row, owner, transfers in ((mine, first, 0), (again, third, 2), (closed_hands, first, 0)):
        row.refresh_from_db()
        assert (row.owner_id, row.transfers) == (owner.pk, transfers)
    told = queries.conversation(actor=SETUP, case=mine)[-1].subject
    assert ("王芳" in told, "李敏" in told, "撤回" in told) == (True, True, True)


def test_assigned__is_not_taken_back_to_somebody_who_went_on_leave_since() -> None:
    first, second = _person("王芳", "agent"), _person("李敏", "agent")
    made = case(owner_id=first.pk)
    cases.assign_cases(actor=SETUP, case_ids=[made.pk], owner_id=second.pk, reason="换班", now=NOW)
    Staff.objects.filter(pk=first.pk).update(duty="leave")
    with pytest.raises(Conflict):
        cases.take_back_cases(actor=SETUP, to_staff_id=second.pk, at=NOW, now=NOW + MINUTE)
    made.refresh_from_db()
    assert made.owner_id == second.pk


def test_assigned__the_message_offers_to_take_it_back() -> None:
    first, second = _person("王芳", "agent"), _person("李敏", "agent")
    made, client = case(owner_id=first.pk), signed_in("supervisor")
    client.post(reverse("cases:assign", args=[made.pk]), {"person": str(second.pk), "reason": "换班"})
    page = client.get(reverse("desk:case", args=[made.pk])).content.decode()
    found = re.search(r'data-undo="([^"]+)"', page)
    assert found is not None
    undo = html.unescape(found[1])
    assert undo.startswith(reverse("cases:assign_undo", args=[second.pk]))
    assert client.get(undo).status_code == 405
    assert client.post(undo, {"next": reverse("desk:case", args=[made.pk])}).status_code == 302
    made.refresh_from_db()
    assert made.owner_id == first.pk
    assert client.post(undo.replace("at=", "at=x")).status_code == 404


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
