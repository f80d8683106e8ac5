"""A call rings where it rings; whose it is may be another unit's matter, and is then said nowhere."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from zhike.platform.actors import Actor
from zhike.record.customers.models import Contact, Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.interactions.models import Interaction
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests import factories as goods
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import case
from zhike.service.reception import actions
from zhike.service.reception.models import Call, Waiting
from zhike.service.reception.queries import people
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW, NUMBER, SETUP, signed_in
from zhike.service.reception.types import Told, Who

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def of() -> Customer:
    """A customer of the head office, with one person at the number that calls."""
    made = customer(name="华夏电子")
    contact(made, phone(NUMBER), name="陈静")
    return made


@pytest.fixture
def north() -> tuple[Staff, Actor]:
    """Somebody at an outlet, beyond whose reach that customer is."""
    return make.agent("801", at=organization.unit(name="北区"), roles=("outlet",))


def put_through(of: Customer, *, attached: bool = True) -> tuple[Call, Case]:
    """A call that the head office confirmed and put into a case, then put through to the outlet."""
    office = make.agent("900")[1]
    matter = case(of, subject="压坏的显示屏")
    row = make.call("900")
    actions.confirm_caller(
        actor=office,
        call_id=row.pk,
        who=Who.KNOWN,
        customer_id=of.pk,
        contact_id=Contact.objects.get(customer=of).pk,
        now=NOW,
    )
    if attached:
        actions.attach_call(actor=office, call_id=row.pk, case_id=matter.pk, now=NOW)
    row = make.tell(Told.TRANSFERRED, ref=row.ref, extension="801", at=NOW + 5 * SECOND)
    return row, matter


def told(client: Client, *addresses: str) -> str:
    answers = [client.get(address) for address in addresses]
    assert {one.status_code for one in answers} == {200}
    return "\n".join((one.getvalue()).decode() for one in answers)


def test_call__put_through_to_another_unit_shows_neither_whose_it_is_nor_its_case(
    of: Customer, north: tuple[Staff, Actor]
) -> None:
    row, matter = put_through(of)
    client = signed_in(north[0])
    at = f"/api/v1/calls/{row.pk}"
    pages = (reverse("reception:calls"), reverse("reception:call", args=[row.pk]), reverse("reception:pop"), at)
    said = told(client, *pages, "/api/v1/calls", f"{reverse('reception:calls')}?export=csv")
    for secret in ("华夏电子", "陈静", of.number, matter.number, "压坏的显示屏"):
        assert secret not in said, secret
    assert "138****5678" in said
    found = json.loads(client.get(at).content)
    assert (found["customer_id"], found["contact_id"], found["case_id"]) == (None, None, None)
    # The office still reads it all.
    office = told(signed_in(make.agent()[0]), pages[0], pages[1])
    assert "华夏电子" in office
    assert matter.number in office


def test_call__put_through_is_written_down_without_the_file(of: Customer, north: tuple[Staff, Actor]) -> None:
    row, _matter = put_through(of, attached=False)
    make.tell(Told.ENDED, ref=row.ref, at=NOW + 9 * SECOND, extension="801")
    actions.wrap_up(actor=north[1], call_id=row.pk, note="已告知网点地址", now=NOW + 20 * SECOND)
    row.refresh_from_db()
    assert (row.note, row.settled_at, row.interaction_id) == ("已告知网点地址", NOW + 20 * SECOND, None)
    assert Interaction.objects.filter(body="已告知网点地址").count() == 0


def test_enquiry__of_a_missed_call_names_nobody_beyond_reach(of: Customer, north: tuple[Staff, Actor]) -> None:
    row = make.call("801")
    make.tell(Told.MISSED, ref=row.ref, at=NOW + 30 * SECOND, extension="801")
    found = Waiting.objects.get()
    assert found.customer_id == of.pk
    # As an earlier version kept it.
    Waiting.objects.update(name="陈静")
    client = signed_in(north[0])
    at = f"/api/v1/waiting-enquiries/{found.pk}"
    said = told(
        client,
        reverse("reception:waiting"),
        reverse("reception:enquiry", args=[found.pk]),
        at,
        "/api/v1/waiting-enquiries",
    )
    for secret in ("华夏电子", "陈静", of.number):
        assert secret not in said, secret
    assert json.loads(client.get(at).content)["customer_id"] is None
    actions.take_enquiry(actor=north[1], waiting_id=found.pk, now=NOW + 40 * SECOND)
    assert people.some_waiting(north[0].pk, 5) == [(found.pk, "", "")]


def test_confirm__a_consignee_whose_sender_is_beyond_reach(of: Customer, north: tuple[Staff, Actor]) -> None:
    parcel: Any = goods.shipment(customer=of, scope_unit_id=north[0].unit.tree_no)
    row = make.call("801")
    actions.confirm_caller(
        actor=north[1], call_id=row.pk, who=Who.CONSIGNEE, customer_id=of.pk, shipment_id=parcel.pk, now=NOW
    )
    row.refresh_from_db()
    assert (row.who, row.customer_id, row.shipment_id) == ("consignee", None, parcel.pk)
    assert actions.settle_calls(actor=SETUP, now=NOW) == 0
