"""The one search box: what Enter opens."""

import pytest
from django.urls import reverse

from zhike.doors.desk.tests.test_customer import signed_in
from zhike.platform.search import index
from zhike.record.customers.tests.factories import NOW, contact, customer, phone
from zhike.record.shipments.tests import factories as goods
from zhike.service.cases.tests.factories import case

pytestmark = pytest.mark.django_db


def test_search__a_phone_opens_its_person_though_parcels_carry_it_too() -> None:
    client, member = signed_in("agent")
    row = customer(member, name="华夏电子（上海）有限公司")
    person = contact(row, phone("13812345678"), name="陈静")
    parcels = [
        goods.shipment(customer=row, scope_unit_id=row.scope_unit_id, consignee={"phone": "+8613812345678"})
        for _number in range(2)
    ]
    index.refresh("contact", [person.pk], now=NOW)
    index.refresh("shipment", [one.pk for one in parcels], now=NOW)

    listed = client.get(reverse("desk:search"), {"q": "138 1234 5678", "stay": "1"}).content.decode()
    for one in parcels:
        assert one.waybill in listed
    answer = client.get(reverse("desk:search"), {"q": "138 1234 5678"})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("customers:open_person", args=[person.pk])


def test_case_list__finds_by_number_customer_waybill_and_subject() -> None:
    client, member = signed_in("agent")
    row = customer(member, name="华夏电子（上海）有限公司")
    parcel = goods.shipment(customer=row, scope_unit_id=row.scope_unit_id)
    wanted = case(row, subject="外箱破损要求赔付", shipment_id=parcel.pk)
    other = case(customer(member, name="东湖纺织（杭州）有限公司"), subject="发票抬头写错")
    index.refresh("case", [wanted.pk, other.pk], now=NOW)

    for text in (wanted.number, row.number, parcel.waybill, parcel.waybill[-6:], "华夏电子", "要求赔付", "外箱"):
        page = client.get(reverse("cases:list"), {"q": text}).content.decode()
        assert wanted.number in page, text
        assert other.number not in page, text
    nothing = client.get(reverse("cases:list"), {"q": "从未有过"}).content.decode()
    assert wanted.number not in nothing
    assert other.number not in nothing
