"""The form of a new case shows what is open already, for the customer and for the parcel typed."""

from typing import Any

import pytest
from django.urls import reverse

from zhike.record.agreements.tests.test_pages import signed_in
from zhike.record.customers.tests.factories import customer
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases.tests.factories import case

pytestmark = pytest.mark.django_db


def test_new__follows_the_waybill_that_is_typed() -> None:
    file, other = customer(), customer()
    goods: Any = shipment(customer=file)
    own, of_parcel, far = case(file, category="fee"), case(other, shipment_id=goods.pk), case(other, category="fee")
    client = signed_in("supervisor")
    page = client.get(reverse("cases:new"), {"customer": file.number}).content.decode()
    place = reverse("cases:open_of")
    assert f'hx-get="{place}?customer={file.number}"' in page
    assert 'hx-trigger="change"' in page
    assert own.number in page
    assert of_parcel.number not in page
    typed = client.get(place, {"customer": file.number, "waybill": f" {goods.waybill.lower()} "}).content.decode()
    assert typed.index(of_parcel.number) < typed.index(own.number)
    assert far.number not in typed
    # A form that was refused shows the same again.
    again = client.post(f"{reverse('cases:new')}?customer={file.number}", {"waybill": goods.waybill})
    assert (again.status_code, of_parcel.number in again.content.decode()) == (422, True)
    none = client.get(place, {"customer": customer().number, "waybill": "NOTHING1"}).content.decode()
    assert "NOTHING1" in none
    assert "<li>" not in none
