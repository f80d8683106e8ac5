"""What spans record and service: a customer's cases, promises and agreements found, handed over, added up, logged."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from zhike.doors.desk.tests.test_customer import signed_in
from zhike.platform import operation
from zhike.platform.audit.models import AuditEntry
from zhike.platform.search.queries import search
from zhike.record.agreements import actions as agreements
from zhike.record.agreements.tests import factories as made
from zhike.record.customers import actions as customer_actions
from zhike.record.customers import queries as customers
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import Via
from zhike.record.organization import actions as organization
from zhike.record.organization import queries as organization_queries
from zhike.record.organization.tests import factories as units
from zhike.record.organization.types import StillHolding, UnitKind
from zhike.service.cases import actions as cases
from zhike.service.cases.tests.factories import CODED, case, said
from zhike.service.cases.types import TaskEntry

pytestmark = pytest.mark.django_db


@pytest.mark.req("CUST-04", partial="claims, surveys, opportunities")
def test_customer_page__cases_promises_and_agreements_are_one_click_away() -> None:
    client, member = signed_in("agent", "account_manager")
    row = customer(member)
    open_case, promise, agreement = case(row), made.promise(row), made.agreement(row, made.first_response())
    address = reverse("desk:customer", args=[row.number])
    first = client.get(address).content.decode()
    assert reverse("desk:case", args=[open_case.pk]) in first
    assert reverse("agreements:now", args=[row.pk]) in first
    assert (
        reverse("agreements:promise", args=[promise.pk])
        in client.get(reverse("agreements:now", args=[row.pk])).content.decode()
    )
    assert reverse("desk:case", args=[open_case.pk]) in client.get(f"{address}?tab=cases").content.decode()
    tab = client.get(f"{address}?tab=agreements").content.decode()
    assert reverse("agreements:agreement", args=[agreement.number]) in tab
    assert reverse("agreements:promise", args=[promise.pk]) in tab


@pytest.mark.req("CUST-05", partial="claims")
def test_lookup__numbers_of_cases_and_agreements_find_the_customer_within_four_queries(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    row = customer()
    keys = {case(row).number: Via.CASE, made.agreement(row).number: Via.AGREEMENT}
    agent = units.actor(roles=("agent",))
    elsewhere = units.actor(units.unit(name="北区"), roles=("outlet",))
    for key, via in keys.items():
        with operation.operation(), django_assert_max_num_queries(4):  # type: ignore[operator]
            seen = customers.look_up(actor=agent, key=key.lower(), now=NOW)
        assert [(m.number, m.via, m.certain) for m in seen.matches] == [(row.number, via, True)]
        assert seen.summary is not None
        assert customers.look_up(actor=elsewhere, key=key, now=NOW).matches == ()


@pytest.mark.req("CUST-19", partial="claims")
def test_search__an_exact_number_of_a_case_is_first_and_opens_it() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    wanted = case(row)
    case(row, text=f"与 {wanted.number} 相同")
    first = search(actor=SETUP, text=wanted.number).first
    assert first is not None
    assert (first.kind, first.object_id) == ("case", wanted.pk)
    opened = client.get(reverse("desk:search"), {"q": wanted.number})
    assert (opened.status_code, opened["Location"]) == (302, reverse("desk:case", args=[wanted.pk]))


@pytest.mark.req("CUST-09", partial="planned visits")
def test_leaving__cases_tasks_promises_and_agreements_pass_to_a_colleague_before_the_door_closes() -> None:
    office = units.unit(name="客服部", kind=UnitKind.DEPARTMENT)
    leaver, heir = (units.staff(office, name=name, roles=("agent", "department")) for name in ("离任", "接任"))
    row = customer(leaver)
    mine = case(row)
    asked = cases.ask_unit(
        actor=SETUP, case_id=mine.pk, entry=TaskEntry(unit_id=office.pk, title="查找货物", text=""), now=NOW
    )
    cases.take_task(actor=units.actor_of(leaver), task_id=asked, now=NOW)
    made.promise(row, by=units.actor_of(leaver))
    agreement = made.agreement(row)
    agreements.assign_agreement(actor=SETUP, number=agreement.number, staff_id=leaver.pk, now=NOW)
    with pytest.raises(StillHolding) as refused:
        organization.deactivate_staff(actor=SETUP, staff_id=leaver.pk, reason="离职", now=NOW)
    held = {h.kind: h.count for h in refused.value.held}
    assert held == {"customers": 1, "cases": 1, "case_tasks": 1, "promises": 1, "agreements": 1}
    for kind in held:
        organization.hand_over(actor=SETUP, from_staff_id=leaver.pk, to_staff_id=heir.pk, kind=kind, now=NOW)
    organization.deactivate_staff(actor=SETUP, staff_id=leaver.pk, reason="离职", now=NOW)
    assert organization_queries.held_by_inactive(actor=SETUP) == {}


@pytest.mark.req("CUST-20")
def test_group__cases_agreements_and_promises_of_the_group_are_the_sums_of_its_members() -> None:
    head, below = customer(name="华夏集团"), customer(name="华夏华东")
    customer_actions.link_group(actor=SETUP, customer_id=below.pk, parent_id=head.pk, now=NOW)
    for row, number in ((head, 1), (below, 2)):
        for _ in range(number):
            case(row)
            made.agreement(row)
            made.promise(row)
    view = customers.group(actor=SETUP, customer_id=below.pk)
    for code in ("cases", "agreements", "promises"):
        assert [m.values[code] for m in view.members] == [1, 2]
        assert view.totals[code] == 3


def _logged(kind: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(subject_kind=kind).order_by("pk"))


@pytest.mark.req("CTRL-02", partial="claims")
def test_log__changes_of_cases_promises_and_standards_have_who_when_old_new_and_reason(of: Customer) -> None:
    agent = units.actor(roles=("agent", "quality"))
    row = case(of)
    before = len(_logged("case"))
    cases.tell_customer(actor=SETUP, case_id=row.pk, said=said(), is_answer=True, coding=CODED, now=NOW)
    assert len(_logged("case")) > before
    promise = made.promise(of, by=agent)
    agreements.break_promise(actor=agent, promise_id=promise.pk, note="车辆故障", now=NOW + timedelta(hours=3))
    broken = _logged("promise")[-1]
    assert (broken.actor_id, broken.at, broken.changes["after"]["state"]) == (
        agent.id,
        NOW + timedelta(hours=3),
        "broken",
    )
    code = made.standard()
    agreements.write_standard(
        actor=SETUP,
        entry=replace(made.standard_entry(), number=Decimal(60), valid_from=made.TODAY),
        code=code,
        now=NOW,
    )
    assert len(_logged("standard")) == 2


@pytest.fixture
def of() -> Customer:
    return customer()
