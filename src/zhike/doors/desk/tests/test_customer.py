"""The customer's page and the pages around it, as signed-in people see them."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from zhike.platform import clock
from zhike.record.customers import actions, queries
from zhike.record.customers.models import Contact, Customer, Enquiry
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer, enquiry, phone
from zhike.record.customers.types import ChainRole, StandingEntry
from zhike.record.interactions.models import Interaction
from zhike.record.interactions.tests.factories import call
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests import factories as goods

pytestmark = pytest.mark.django_db


def signed_in(*roles: str) -> tuple[Client, Staff]:
    """A browser of somebody with these roles, reading English."""
    member = organization.staff(roles=roles)
    organization_actions.open_staff_account(
        actor=SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        language="en",
        password="a long password 1",
        now=NOW,
    )
    member.refresh_from_db()
    assert member.user is not None
    member.user.must_change_password = False
    member.user.save(update_fields=["must_change_password"])
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["zhike_language"] = "en"
    client.force_login(member.user)
    return client, member


def _page(client: Client, row: Customer, query: str = "") -> str:
    response = client.get(reverse("desk:customer", args=[row.number]) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.req("CUST-04", partial="claims, surveys, opportunities")
def test_customer_page__shows_file_people_timeline_and_standing_each_one_click_away() -> None:
    client, member = signed_in("agent")
    row = customer(member, name="华夏电子（上海）有限公司")
    person = contact(row, phone("13812345678"), name="陈静", roles=(ChainRole.DECISION_MAKER,))
    call(row, contact_id=person.pk, body="询问到货时间")
    asked = enquiry(row)
    actions.set_standing(
        actor=SETUP,
        entries=[StandingEntry(customer_id=row.pk, kind="class", text="A", as_of=NOW)],
        source="tests",
        now=NOW,
    )
    page = _page(client, row)
    for shown in (
        row.number,
        "华夏电子（上海）有限公司",
        "陈静",
        "138****5678",
        "询问到货时间",
        member.name,
        "1/1 roles",
    ):
        assert shown in page
    assert "13812345678" not in page
    assert re.search(r'zk-class"[^>]*>A<', page)
    assert reverse("customers:contact", args=[person.pk]) in page
    assert f"{reverse('customers:enquiries')}?customer={row.number}" in page
    assert reverse("customers:enquiry", args=[asked.pk]) in _page(client, row, "?tab=enquiries")


def test_customer_page__goods_on_the_way_lead_to_their_list() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    goods.shipment(customer=row, is_open=True)
    goods.shipment(customer=row, is_open=True, status="exception")
    beside = reverse("shipments:goods_now", args=[row.pk])
    assert beside in _page(client, row)
    page = client.get(beside).content.decode()
    assert "2 shipments on the way" in page
    assert f"{reverse('shipments:list')}?customer={row.number}&amp;open=1" in page
    assert "1 with an exception" in page


@pytest.mark.req("CUST-04", partial="claims, surveys, opportunities")
def test_customer_page__first_view_costs_at_most_twelve_queries(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    client, member = signed_in("agent")
    row = customer(member)
    for number in range(6):
        contact(row, phone(f"1381234567{number}"), name=f"联系人{number}", roles=(ChainRole.USER,))
        call(row, body=f"第{number}次")
    _page(client, row)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        _page(client, row)


@pytest.mark.parametrize("tab", ["file", "net", "enquiries", "units"])
def test_customer_page__tabs_have_their_own_address(tab: str) -> None:
    client, member = signed_in("supervisor")
    row = customer(member)
    contact(row, roles=(ChainRole.USER,))
    assert client.get(reverse("desk:customer_tab", args=[row.number, tab])).status_code == 200
    assert client.get(reverse("desk:customer_tab", args=[row.number, "nothing"])).status_code == 404


def test_customer_page__number_of_a_merged_file_leads_to_the_present_one() -> None:
    client, member = signed_in("agent")
    gone, kept = customer(member), customer(member)
    actions.merge_customers(actor=SETUP, from_id=gone.pk, into_id=kept.pk, reason="", now=NOW)
    response = client.get(reverse("desk:customer", args=[gone.number]))
    assert (response.status_code, response["Location"]) == (301, reverse("desk:customer", args=[kept.number]))


def test_customer_page__unknown_or_out_of_reach_is_not_found() -> None:
    client, _member = signed_in("outlet")
    row = customer(organization.staff(organization.unit(name="南区")))
    assert client.get(reverse("desk:customer", args=["CU-999999"])).status_code == 404
    response = client.get(reverse("desk:customer", args=[row.number]))
    assert response.status_code in {200, 404}


def test_log_contact__and_note_are_written_from_the_page() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    person = contact(row)
    sent = {"channel": "call", "direction": "in", "contact_id": str(person.pk), "body": "要求改地址"}
    response = client.post(reverse("desk:log_contact", args=[row.number]), sent)
    assert response.status_code == 302
    assert Interaction.objects.get().body == "要求改地址"
    client.post(reverse("desk:note", args=[row.number]), {"kind": "relocation", "body": "明年搬家"})
    assert Interaction.objects.get(note_kind="relocation").audience == "internal"
    refused = client.post(reverse("desk:log_contact", args=[row.number]), {"channel": "call", "direction": "in"})
    assert refused.status_code == 422
    assert Interaction.objects.count() == 2


def test_correct__keeps_the_struck_original_on_the_page() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    actor = organization.actor_of(member)
    first = call(row, actor=actor, body="周五送达")
    client.post(reverse("desk:correct", args=[first.pk]), {"body": "周四送达"})
    page = _page(client, row)
    assert "<del>周五送达</del>" in page
    assert "周四送达" in page


@pytest.mark.req("CUST-01")
def test_form__without_a_responsible_person_is_refused() -> None:
    client, _member = signed_in("agent")
    sent = {"name": "东方纺织", "kind": "consumer", "language": "zh-hans", "owner": ""}
    response = client.post(reverse("customers:new"), sent)
    assert response.status_code == 422
    assert "Choose the one person who is responsible" in response.content.decode()
    assert Customer.objects.count() == 0


def test_form__opens_a_file_and_leads_to_its_page() -> None:
    client, member = signed_in("agent")
    sent = {
        "name": "东方纺织", "kind": "consumer", "language": "zh-hans", "owner": str(member.pk), "phone": "13812345678",
    }  # fmt: skip
    response = client.post(reverse("customers:new"), sent)
    row = Customer.objects.get()
    assert (response.status_code, response["Location"]) == (302, reverse("desk:customer", args=[row.number]))
    hints = client.get(reverse("customers:hints"), {"name": "東方紡織"}).content.decode()
    assert row.number in hints


def test_form__a_clash_shows_both_values_and_takes_the_choice() -> None:
    client, member = signed_in("agent")
    row = customer(member, city="上海")
    address = reverse("customers:edit", args=[row.number])
    base = {"name": row.name, "kind": row.kind, "language": row.language, "zone": row.zone, "version": "1"}
    assert client.post(address, {**base, "city": "苏州"}).status_code == 302
    clash = client.post(address, {**base, "city": "无锡"})
    assert clash.status_code == 422
    assert "苏州" in clash.content.decode()
    assert client.post(address, {**base, "city": "无锡", "clash_city": "mine"}).status_code == 302
    row.refresh_from_db()
    assert row.city == "无锡"


@pytest.mark.parametrize("name", ["list", "people", "enquiries", "base", "new", "enquiry_new"])
def test_pages__of_the_room_open(name: str) -> None:
    client, member = signed_in("supervisor")
    row = customer(member)
    contact(row, phone("13812345678"))
    enquiry(row)
    assert client.get(reverse(f"customers:{name}")).status_code == 200


@pytest.mark.parametrize(
    "name", ["edit", "owner", "close", "stage", "group", "group_link", "merge", "history", "contact_new", "seat_new"]
)
def test_pages__of_a_file_open(name: str) -> None:
    client, member = signed_in("supervisor")
    row = customer(member)
    assert client.get(reverse(f"customers:{name}", args=[row.number])).status_code == 200


@pytest.mark.req("CUST-16")
def test_list__is_exported_in_the_reader_s_language() -> None:
    client, member = signed_in("supervisor")
    row = customer(member, name="东方纺织")
    response = client.get(reverse("customers:list"), {"export": "csv"})
    assert response.status_code == 200
    with translation.override("zh-hans"):
        text = b"".join(response).decode("utf-8-sig")
    assert text.startswith("Number,")
    assert row.number in text
    assert "东方纺织" in text


def test_list__many_files_get_another_owner() -> None:
    client, member = signed_in("supervisor")
    rows = [customer(member) for _ in range(3)]
    other = organization.staff(name="李敏")
    chosen = {"ids": [str(r.pk) for r in rows[:2]]}
    asked = client.post(reverse("customers:owner_many"), chosen)
    assert asked.status_code in {200, 422}
    done = client.post(reverse("customers:owner_many"), {**chosen, "to_staff_id": str(other.pk), "reason": ""})
    assert done.status_code == 302
    assert Customer.objects.filter(owner=other).count() == 2


@pytest.mark.req("CUST-02")
def test_enquiry__is_taken_lost_and_opened_again_on_its_pages() -> None:
    client, _member = signed_in("agent")
    sent = {"subject": "成都报价", "channel": "call", "name": "东方纺织", "person": "何青", "phone": "13812345678"}
    response = client.post(reverse("customers:enquiry_new"), sent)
    asked = Enquiry.objects.get()
    assert response["Location"] == reverse("customers:enquiry", args=[asked.pk])
    assert Customer.objects.get().kind == "prospect"
    lost = reverse("customers:enquiry_lost", args=[asked.pk])
    assert client.post(lost, {"reason": "price"}).status_code == 422
    assert client.post(lost, {"reason": "price", "next_contact_on": "2027-01-04"}).status_code == 302
    assert queries.enquiry_figures(actor=SETUP).lost_with_reason == 1
    client.post(reverse("customers:enquiry_again", args=[asked.pk]))
    client.post(reverse("customers:enquiry_won", args=[asked.pk]))
    assert Customer.objects.get().kind == "consumer"


def test_reveal__answers_the_number_and_leaves_a_trace() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    person = contact(row, phone("13812345678"))
    (point,) = queries.contact(actor=SETUP, contact_id=person.pk).points
    response = client.post(reverse("customers:reveal", args=[point.id]))
    assert response.content.decode() == "+8613812345678"
    assert client.get(reverse("customers:reveal", args=[point.id])).status_code == 405


def test_contact__is_added_edited_and_leaves_on_its_page() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    sent = {"name": "陈静", "language": "zh-hans", "roles": ["decision_maker"], "phone": "13812345678"}
    client.post(reverse("customers:contact_new", args=[row.number]), sent)
    person = Contact.objects.get()
    page = reverse("customers:contact", args=[person.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {**sent, "form_of_address": "陈总", "version": "1"}).status_code == 302
    client.post(reverse("customers:contact_left", args=[person.pk]))
    person.refresh_from_db()
    assert (person.form_of_address, person.active) == ("陈总", False)


def test_customer_page__goods_on_the_way_open_the_list_of_them() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    goods.shipment(customer=row, waybill="ZK900000000001")
    page = _page(client, row)
    assert f"{reverse('shipments:list')}?customer={row.number}&amp;open=1" in page
    assert "ZK900000000001" in _page(client, row, "?tab=goods")


def test_customer_page__offers_nothing_that_the_reader_may_not_do() -> None:
    client, _member = signed_in("auditor")
    row = customer()
    contact(row, name="陈静", roles=(ChainRole.USER,))
    for tab in ("", "?tab=net", "?tab=enquiries", "?tab=file"):
        page = _page(client, row, tab)
        for step in ("contact_new", "edit", "close"):
            assert reverse(f"customers:{step}", args=[row.number]) not in page
        assert reverse("customers:enquiry_new") not in page
        assert reverse("desk:log_contact", args=[row.number]) not in page


def test_search__a_customers_number_opens_the_file_although_its_people_carry_it() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    contact(row, name="陈静")
    chain = client.get(reverse("desk:search"), {"q": row.number}, follow=True).redirect_chain
    assert chain[-1] == (reverse("desk:customer", args=[row.number]), 302)


def test_owner__a_hand_over_of_many_is_taken_back_and_later_changes_stay() -> None:
    client, member = signed_in("supervisor")
    first, second, third = organization.staff(), organization.staff(), organization.staff()
    rows = [customer(first), customer(second), customer(first)]
    query = {"ids": [str(row.pk) for row in rows], "query": "", "to_staff_id": str(third.pk), "reason": ""}
    done = client.post(reverse("customers:owner_many"), query, follow=True)
    undo = re.search(r'data-undo="([^"]+)"', done.content.decode())
    assert undo is not None
    actions.change_owner(actor=SETUP, customer_ids=[rows[2].pk], to_staff_id=member.pk, reason="", now=clock.now())
    assert client.post(unescape(undo[1]), {"next": reverse("customers:list")}).status_code == 302
    owners = [Customer.objects.get(pk=row.pk).owner_id for row in rows]
    assert owners == [first.pk, second.pk, member.pk]


def test_owner__taking_back_needs_the_right() -> None:
    client, member = signed_in("agent")
    row = customer(member)
    address = reverse("customers:owner_undo", args=[member.pk])
    assert client.post(f"{address}?at={quote(row.owner_since.isoformat())}").status_code == 403
    assert Customer.objects.get(pk=row.pk).owner_id == member.pk


def test_bell__names_what_needs_its_reader_until_it_is_done() -> None:
    client, member = signed_in("agent")
    asked = enquiry(customer(member, name="华夏电子"), subject="空运报价", next_contact_on=NOW.date())
    enquiry(customer(organization.staff()), subject="别人的", next_contact_on=NOW.date())
    page = client.get(reverse("desk:bell")).content.decode()
    assert reverse("customers:enquiry", args=[asked.pk]) in page
    assert "空运报价" in page
    assert "别人的" not in page
    assert ">1<" in client.get(reverse("desk:bell"), {"part": "count"}).content.decode()
    actions.win_enquiry(actor=SETUP, enquiry_id=asked.pk, now=clock.now())
    assert "空运报价" not in client.get(reverse("desk:bell"), {"part": "list"}).content.decode()


def test_palette__offers_steps_of_the_page_by_initials_and_no_page_without_right() -> None:
    client, _member = signed_in("auditor")
    found = client.get(reverse("desk:palette"), {"q": "djlx", "act": ["r:登记联系", "n:写备注"]}).content.decode()
    assert 'data-zk-press="r"' in found
    assert 'data-zk-press="n"' not in found
    found = client.get(reverse("desk:palette"), {"act": ["alt-p:用语"]}).content.decode()
    assert 'data-zk-press="alt-p"' in found
    assert "<kbd>Alt+P</kbd>" in found
    assert reverse("customers:new") not in client.get(reverse("desk:palette"), {"q": "customer"}).content.decode()


@pytest.mark.parametrize("role", ["agent", "supervisor", "account_manager", "outlet", "claims", "executive", "admin"])
def test_today__each_role_has_its_own_next_and_costs_at_most_twelve_queries(
    role: str, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    client, _member = signed_in(role)
    client.get("/")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert client.get("/").status_code == 200
