import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.doors.desk.tests.test_customer import signed_in
from zhike.platform import clock
from zhike.record.agreements.tests.factories import agreement
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.actions import tracking
from zhike.record.shipments.tests import factories as goods
from zhike.record.shipments.types.codes import Status as State
from zhike.service.cases import actions as cases
from zhike.service.cases.models import CaseGoods
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case

pytestmark = pytest.mark.django_db
# Who is signed in, their drafts, and whether parameters changed: every page asks that.
SHELL = re.compile(r'FROM "(django_session|accounts_user|organization_staff|ui_draft|parameters_parametermark)"')


def test_shipment_page__writes_money_as_every_page_does() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    order = goods.order(
        customer=row, scope_unit_id=row.scope_unit_id, declared_value=Decimal("1054.92"), declared_currency="CNY"
    )
    parcel = goods.shipment(order=order, scope_unit_id=row.scope_unit_id)
    page = client.get(reverse("desk:shipment", args=[parcel.pk])).content.decode()

    assert "¥1,054.92" in page
    assert "CNY" not in page


def test_shipment_page__shows_its_cases_and_opens_a_new_one_by_one_key() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    outlet = organization.unit(name="浦东网点")
    parcel = goods.shipment(
        customer=row,
        scope_unit_id=row.scope_unit_id,
        holder_unit=outlet,
        overdue_at=clock.now() - timedelta(hours=3),
        last_event_at=clock.now() - timedelta(days=2),
        status="out_for_delivery",
    )
    past = case(row, shipment_id=parcel.pk, subject="外箱破损")
    cases.close_case(actor=SETUP, case_id=past.pk, coding=CODED, solved=True, resolution="已补发", now=NOW)
    now = case(row, shipment_id=parcel.pk, subject="还没有送到")
    among = case(row, subject="整车晚点")
    CaseGoods.objects.create(case=among, shipment=parcel, at=NOW)
    other = case(row, subject="另一票货")
    address = reverse("desk:shipment", args=[parcel.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as spent:
        page = client.get(address).content.decode()

    for one in (past, now, among):
        assert reverse("desk:case", args=[one.pk]) in page
        assert one.number in page
        assert one.subject in page
    assert page.index(now.number) < page.index(past.number)
    assert other.number not in page
    assert "Closed" in page
    own = [one["sql"] for one in spent.captured_queries if not SHELL.search(one["sql"])]
    assert len(own) <= 12, own
    link = f"{reverse('cases:new')}?customer={row.number}&amp;waybill={parcel.waybill}"
    assert link in page
    assert 'data-key="c"' in page
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert f'value="{parcel.waybill}"' in form


def test_shipment_page__of_nobody_known_asks_whose_the_case_is() -> None:
    client, member = signed_in("agent")
    parcel = goods.shipment(customer=None, scope_unit_id=member.unit_id)
    page = client.get(reverse("desk:shipment", args=[parcel.pk])).content.decode()
    link = f"{reverse('cases:new')}?whose={parcel.waybill}"
    assert link in page
    assert f'value="{parcel.waybill}"' in client.get(link).content.decode()


def test_customer_page__new_case_is_one_of_its_steps() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    page = client.get(reverse("desk:customer", args=[row.number])).content.decode()
    link = page.index(f"{reverse('cases:new')}?customer={row.number}")
    assert 'data-key="c"' in page[link : link + 200]


def test_shipment_page__says_the_agreement_once() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    held = agreement(row)
    parcel = goods.shipment(customer=row, scope_unit_id=row.scope_unit_id, ordered_at=NOW, promised_delivery_at=NOW)
    address = reverse("desk:shipment", args=[parcel.pk])
    page = client.get(address).content.decode()
    assert held.number in page
    assert page.count(">Agreement<") == 1
    type(parcel.order).objects.filter(pk=parcel.order_id).update(agreement_reference=held.number)
    assert client.get(address).content.decode().count(f">{held.number}") == 1
    type(parcel.order).objects.filter(pk=parcel.order_id).update(agreement_reference="HT-2026-7")
    other = client.get(address).content.decode()
    assert "Agreement named in the order" in other
    assert "HT-2026-7" in other


def test_shipment_page__out_without_a_telephone_offers_to_name_the_courier_first() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    parcel = goods.shipment(
        customer=row,
        scope_unit_id=row.scope_unit_id,
        status="out_for_delivery",
        out_for_delivery_at=clock.now() - timedelta(hours=30),
        overdue_at=clock.now() - timedelta(hours=3),
        last_activity_at=clock.now() - timedelta(hours=30),
    )
    page = client.get(reverse("desk:shipment", args=[parcel.pk])).content.decode()
    first = page[page.index("btn-primary") :][:300]
    assert reverse("shipments:leg", args=[parcel.pk]) in first
    assert "Name the courier" in first
    assert client.get(reverse("shipments:leg", args=[parcel.pk])).status_code == 200
    asides = re.findall(r"Put “[^”]+” aside", page)
    assert len(asides) == len(set(asides)) > 1


@pytest.mark.parametrize(
    ("region", "city", "shown"),
    [
        ("DE-HH", "Hamburg", "Germany Hamburg"),
        ("JP-13", "Tokyo", "Japan Tokyo"),
        ("CN-SH", "Pudong", "Shanghai Pudong"),
    ],
)
def test_shipment_page__names_regions_for_people(region: str, city: str, shown: str) -> None:
    client, member = signed_in("agent")
    row = customer(member)
    parcel = goods.shipment(
        customer=row,
        scope_unit_id=row.scope_unit_id,
        region=region,
        consignee={"city": city, "region": region},
    )
    page = client.get(reverse("desk:shipment", args=[parcel.pk])).content.decode()
    assert shown in page
    assert region not in page


def test_shipment_page__keeps_the_raw_code_of_an_event_in_its_details() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    parcel = goods.shipment(customer=row, scope_unit_id=row.scope_unit_id)
    draft = goods.event(parcel, State.IN_TRANSIT, NOW, code="ARRIVE")
    tracking.add_events(actor=goods.SYSTEM, events=[draft], source="tests", zone=goods.ZONE, now=NOW)
    page = client.get(reverse("desk:shipment", args=[parcel.pk])).content.decode()
    found = re.findall(r"<details.*?</details>", page, re.DOTALL)
    assert sum("ARRIVE" in details for details in found) == 1
    assert page.count("ARRIVE") == 1
