"""What spans the rooms of record: a customer with its goods, found by any key, handed over whole, exported."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from zhike.doors.desk.tests.test_customer import signed_in
from zhike.platform import clock
from zhike.platform.calendars.rules.reading import read_shifts, week_of
from zhike.platform.search.queries import search
from zhike.record.customers import actions as customer_actions
from zhike.record.customers import queries as customers
from zhike.record.customers.models import Customer
from zhike.record.customers.pages import figures
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer, enquiry, phone
from zhike.record.customers.types import EnquiryEntry, Via
from zhike.record.interactions.tests.factories import call
from zhike.record.organization import actions as organization
from zhike.record.organization import queries as organization_queries
from zhike.record.organization.tests import factories as units
from zhike.record.organization.types import StillHolding, UnitKind
from zhike.record.shipments.models import Leg, Shipment
from zhike.record.shipments.tests import factories as goods

pytestmark = pytest.mark.django_db
OPEN = week_of([read_shifts("08:00-20:00")] * 7)
LISTS = (
    "customers:list",
    "customers:people",
    "customers:enquiries",
    "shipments:list",
    "shipments:orders",
    "shipments:watch",
    "organization:outlets",
    "organization:people",
)


def _parcel(of: Customer, **given: Any) -> Shipment:
    return goods.shipment(customer=of, scope_unit_id=of.scope_unit_id, **given)


@pytest.mark.req("CUST-04", partial="claims, surveys, opportunities")
def test_customer_page__every_linked_entity_is_one_click_away() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    person = contact(row, phone("13812345678"))
    asked = enquiry(row)
    call(row, contact_id=person.pk, body="询问到货时间")
    late = _parcel(row, promised_delivery_at=clock.now() - goods.hours(72))
    address = reverse("desk:customer", args=[row.number])
    first = client.get(address).content.decode()
    tab = client.get(f"{address}?tab=goods").content.decode()
    enquiries = client.get(f"{address}?tab=enquiries").content.decode()

    assert reverse("customers:contact", args=[person.pk]) in first
    beside = reverse("shipments:goods_now", args=[row.pk])
    assert beside in first
    assert "1 shipment on the way" in client.get(beside).content.decode()
    assert reverse("desk:shipment", args=[late.pk]) in first  # in the timeline, with its state
    assert reverse("desk:shipment", args=[late.pk]) in tab
    assert f"{reverse('shipments:batch')}?order={late.order_id}" in tab
    assert f"{reverse('shipments:list')}?customer={row.number}" in tab
    assert f"{reverse('shipments:orders')}?customer={row.number}" in tab
    assert reverse("customers:enquiry", args=[asked.pk]) in enquiries
    back = client.get(reverse("desk:shipment", args=[late.pk])).content.decode()
    assert address in back


@pytest.mark.req("SHIP-12")
def test_customer_page__orders_of_all_departments_add_up_to_the_total() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    air, sea = units.unit(name="空运部"), units.unit(name="海运部")
    for unit, number in ((air, 2), (sea, 3)):
        for _ in range(number):
            own = goods.order(customer=row, department_id=unit.pk, scope_unit_id=row.scope_unit_id)
            _parcel(row, order=own)
    page = client.get(reverse("desk:customer", args=[row.number]) + "?tab=goods")
    found = page.context["tab"]["goods"].orders
    assert sorted((d.department, d.orders) for d in found.departments) == [("海运部", 3), ("空运部", 2)]
    assert (found.orders, found.shipments, found.adds_up) == (5, 5, True)
    assert "空运部" in page.content.decode()


@pytest.mark.req("CUST-05", partial="claims")
def test_lookup__a_waybill_or_an_order_finds_the_customer_within_four_queries(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    row = customer()
    parcel = _parcel(row)
    first, second = units.actor(roles=("agent",)), units.actor(roles=("agent",))
    # Four of the look-up, and at most one by which a request learns whether parameters have changed.
    with django_assert_max_num_queries(4 + 1):  # type: ignore[operator]
        seen = customers.look_up(actor=first, key=parcel.waybill, now=NOW)
    assert [(m.number, m.via, m.certain) for m in seen.matches] == [(row.number, Via.WAYBILL, True)]
    assert seen.summary is not None
    assert seen == customers.look_up(actor=second, key=parcel.order.number.lower(), now=NOW)
    out_of_reach = units.actor(units.unit(name="北区"), roles=("outlet",))
    assert customers.look_up(actor=out_of_reach, key=parcel.waybill, now=NOW).matches == ()


@pytest.mark.req("CUST-19", partial="claims")
def test_search__an_exact_waybill_is_first_and_opens_its_page() -> None:
    client, member = signed_in("agent")
    row = customer(member, name="7304 贸易")
    parcel, other = _parcel(row), _parcel(row)
    first = search(actor=SETUP, text=parcel.waybill).first
    assert first is not None
    assert (first.kind, first.object_id) == ("shipment", parcel.pk)
    opened = client.get(reverse("desk:search"), {"q": parcel.waybill})
    assert (opened.status_code, opened["Location"]) == (302, reverse("desk:shipment", args=[parcel.pk]))
    assert other.waybill not in client.get(reverse("desk:search"), {"q": parcel.waybill, "stay": "1"}).content.decode()


@pytest.mark.req("CUST-09", partial="planned visits")
def test_leaving__everything_of_record_is_listed_handed_over_and_nothing_is_orphaned() -> None:
    leaver, heir = (
        units.staff(name="离任", roles=("agent",), is_courier=True),
        units.staff(name="接任", is_courier=True),
    )
    row = customer(leaver)
    person = contact(row, our_staff_id=leaver.pk)
    asked = customer_actions.take_enquiry(
        actor=units.actor_of(leaver), entry=EnquiryEntry(subject="上海到成都的零担报价"), customer_id=row.pk, now=NOW
    )
    parcel = _parcel(row, courier_staff_id=leaver.pk, courier_name=leaver.name)
    Leg.objects.create(
        shipment=parcel, sequence=900, kind="delivery", courier_staff_id=leaver.pk, courier_name="离任", assigned_at=NOW
    )
    with pytest.raises(StillHolding) as refused:
        organization.deactivate_staff(actor=SETUP, staff_id=leaver.pk, reason="离职", now=NOW)
    held = {h.kind: h.count for h in refused.value.held}
    assert held == {"customers": 1, "contacts": 1, "enquiries": 1, "shipments": 1}
    for kind in held:
        organization.hand_over(actor=SETUP, from_staff_id=leaver.pk, to_staff_id=heir.pk, kind=kind, now=NOW)
    organization.deactivate_staff(actor=SETUP, staff_id=leaver.pk, reason="离职", now=NOW)

    assert organization_queries.held_by_inactive(actor=SETUP) == {}
    row.refresh_from_db()
    person.refresh_from_db()
    parcel.refresh_from_db()
    assert (row.owner_id, person.our_staff_id, parcel.courier_staff_id) == (heir.pk, heir.pk, heir.pk)
    assert customers.enquiry(actor=SETUP, enquiry_id=asked.id).staff_id == heir.pk
    # What the leaver did stays theirs.
    assert [spell.staff_id for spell in customers.owners(actor=SETUP, customer_id=row.pk)] == [heir.pk, leaver.pk]


@pytest.mark.req("CUST-16")
@pytest.mark.parametrize("name", LISTS)
def test_lists__are_exported_each_with_what_it_shows(name: str) -> None:
    client, member = signed_in("supervisor", "admin", "outlet")
    row = customer(member, name="东方纺织")
    contact(row, phone("13812345678"), name="何青")
    enquiry(row, subject="成都报价")
    _parcel(row, promised_delivery_at=clock.now() - goods.hours(48))
    units.unit(name="浦东网点", kind=UnitKind.OUTLET)
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert "export=csv" in page.content.decode()
    response = client.get(reverse(name), {"export": "csv"})
    assert response.status_code == 200
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert len(lines) > 1


@pytest.mark.req("CUST-02")
def test_base__shows_each_figure_with_base_and_rows_on_the_page_and_for_programs() -> None:
    client, member = signed_in("supervisor")
    row = customer(member)
    won, lost = enquiry(row), enquiry(row)
    enquiry(row)
    customer_actions.win_enquiry(actor=SETUP, enquiry_id=won.pk, now=NOW)
    sent = {"reason": "price", "next_contact_on": "2027-01-04"}
    assert client.post(reverse("customers:enquiry_lost", args=[lost.pk]), sent).status_code == 302
    shares = {f.id: (f.hits, f.base) for f in customers.base_figures(actor=units.actor_of(member))}
    assert shares == {
        "owned": (1, 1),
        "enquiries_filed": (3, 3),
        "enquiries_won": (1, 3),
        "losses_with_reason": (1, 1),
        "known_to_two_units": (0, 0),
        "chain_covered": (0, 0),
    }
    page = client.get(reverse("customers:base"))
    assert page.status_code == 200
    cards = {card.definition.id: card for card in page.context["cards"]}
    assert cards["customers.enquiries_won"].n == 3
    assert cards["customers.enquiries_won"].rows_url == f"{reverse('customers:enquiries')}?state=won"
    assert len(cards) == 6
    for card in page.context["cards"]:
        assert " ÷ " in str(card.definition.formula)
        assert "CUST-" not in str(card.definition.source) != ""
        assert card.period in {figures.NOW, figures.EVER}
    # Wilson's interval of one in three, by the book: 6.15 to 79.23 per cent.
    assert [round(float(limit), 2) for limit in cards["customers.enquiries_won"].interval] == [6.15, 79.23]


def test_signed_in_people__reach_the_pages_of_figures() -> None:
    client: Client = signed_in("supervisor", "admin")[0]
    for name in ("customers:base", "shipments:gaps", "organization:outlets"):
        assert client.get(reverse(name)).status_code == 200


def test_customer_page__with_goods_keeps_to_twelve_queries(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    client, member = signed_in("agent")
    row = customer(member)
    contact(row, phone("13812345678"))
    for _ in range(8):
        _parcel(row)
    address = reverse("desk:customer", args=[row.number])
    client.get(address)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert client.get(address).status_code == 200
    beside = client.get(reverse("shipments:goods_now", args=[row.pk]))
    assert "8 shipments on the way" in beside.content.decode()


@pytest.mark.req("SHIP-09")
def test_shipment_page__one_look_tells_what_the_outlet_knows() -> None:
    client, _member = signed_in("agent")
    outlet = units.unit(name="浦东网点", kind=UnitKind.OUTLET, phones=("+862162345678",), hours=OPEN)
    for name, number in (("赵磊", "+8613800138000"), ("钱进", "+8613800138001")):
        units.staff(outlet, name=name, is_courier=True, phones=(number,))
    organization.publish_disruption(actor=SETUP, unit_id=outlet.pk, text="分拣线故障", starts_at=NOW, now=NOW)
    parcel = _parcel(customer(), holder_unit_id=outlet.pk, destination_unit_id=outlet.pk)
    page = client.get(reverse("desk:shipment", args=[parcel.pk])).content.decode()
    for shown in (
        "浦东网点",
        "021 6234 5678",
        # “08:00–20:00” while it is closed, “open until 20:00” while it is open.
        "20:00",
        "赵磊",
        "钱进",
        "138 0013 8001",
        "backlog 1",
        "分拣线故障",
    ):
        assert shown in page, shown
