"""Today: at most twelve queries for every role, and nobody is sent after what is not theirs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.doors.desk.pages.today import CALLERS
from zhike.doors.desk.tests.test_customer import signed_in
from zhike.platform import clock
from zhike.record.agreements.models import Promise
from zhike.record.agreements.tests import factories as promises
from zhike.record.customers.tests.factories import customer, enquiry
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import DEFAULT_ROLES, UnitKind
from zhike.record.shipments.tests import factories as goods
from zhike.service.cases import actions
from zhike.service.cases.tests.factories import SETUP, case
from zhike.service.cases.types import TaskEntry

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MOST_QUERIES = 12
ROLES = sorted(DEFAULT_ROLES)


@pytest.fixture
def company() -> Staff:
    """Somebody else's morning: cases that run out, a task, an escalation, an enquiry to follow, a late parcel."""
    now = clock.now()
    other = organization.staff(name="李敏", roles=("agent",))
    made = [case(owner_id=other.pk, now=now - n * DAY) for n in range(1, 5)]
    outlet = organization.unit(name="浦东网点", kind=UnitKind.OUTLET, phones=("+862162345678",))
    asker = organization.actor_of(other, now=now)
    actions.ask_unit(actor=asker, case_id=made[0].pk, entry=TaskEntry(unit_id=outlet.pk, title="请核实到件"), now=now)
    of = customer(other, name="华夏电子")
    enquiry(of, next_contact_on=(now - DAY).date())
    for _ in range(3):
        goods.shipment(customer=of, holder_unit_id=outlet.pk, promised_delivery_at=now - 2 * DAY)
    return other


def _own(member: Staff) -> None:
    """Work of one's own of every kind that may be given to the person."""
    now = clock.now()
    made = case(owner_id=member.pk, now=now - DAY)
    actions.ask_unit(actor=SETUP, case_id=made.pk, entry=TaskEntry(unit_id=member.unit_id, title="请回复"), now=now)
    asker = organization.staff(roles=("agent",))
    theirs = case(owner_id=asker.pk, now=now)
    actions.escalate_case(
        actor=organization.actor_of(asker, now=now),
        case_id=theirs.pk,
        to_staff_id=member.pk,
        reason="超出权限",
        now=now,
    )
    enquiry(customer(member), next_contact_on=now.date())


@pytest.mark.parametrize("role", ROLES)
def test_today__costs_at_most_twelve_queries(role: str, company: Staff) -> None:
    client, member = signed_in(role)
    _own(member)
    for name in ("desk:today", "desk:piles", "desk:promise_piles"):
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name)).status_code == 200
        assert len(asked) <= MOST_QUERIES, [query["sql"][:120] for query in asked.captured_queries]


def _offered(client: Client) -> list[str]:
    page = client.get(reverse("desk:today"))
    due = page.context["due"]
    return [item.step for item in ([page.context["next"], *due] if page.context["next"] else due)]


@pytest.mark.parametrize("role", ROLES)
def test_today__offers_enquiries_to_those_who_call_customers_alone(role: str) -> None:
    client, _member = signed_in(role)
    enquiry(customer(name="华夏电子"), next_contact_on=(clock.now() - DAY).date())
    assert ("Contact 华夏电子" in _offered(client)) is (role in CALLERS)


def test_today__shows_a_promise_one_was_reminded_of_though_its_time_is_after_midnight() -> None:
    client, member = signed_in("agent")
    now = clock.now()
    actor = organization.actor_of(member, now=now)
    quiet, soon = (
        promises.promise(customer(name=name), by=actor, now=now, due_at=now + 3 * DAY) for name in ("华夏电子", "东湖")
    )
    Promise.objects.filter(pk=soon.pk).update(reminded_at=now)
    page = client.get(reverse("desk:today"))
    shown = {item.title for item in (page.context["next"], *page.context["due"]) if item}
    assert soon.number in shown
    assert quiet.number not in shown


def test_today__callers_are_agents_supervisors_and_account_managers() -> None:
    assert frozenset({"agent", "supervisor", "account_manager"}) == CALLERS


@pytest.mark.parametrize("role", ROLES)
def test_today__offers_the_breaches_of_others_to_supervisors_alone(role: str) -> None:
    client, _member = signed_in(role)
    other = organization.staff(name="李敏", roles=("agent",))
    case(owner_id=other.pk, now=clock.now() - DAY)
    assert ("Help 李敏" in _offered(client)) is (role == "supervisor")
