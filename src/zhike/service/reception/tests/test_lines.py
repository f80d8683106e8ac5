"""The pages of extensions and telephone systems."""

import re

import pytest
from django.urls import reverse

from zhike.platform.errors import Invalid
from zhike.record.organization.tests import factories as organization
from zhike.service.reception import actions
from zhike.service.reception.models import Extension, PhoneSystem
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW, SETUP, signed_in

pytestmark = pytest.mark.django_db


def test_extension__is_given_to_another_and_taken_back_from_its_line() -> None:
    one, two = make.agent("801")[0], make.agent()[0]
    signed_in(two)
    client = signed_in(make.agent(roles=("supervisor",))[0])
    address = f"{reverse('reception:extension_new')}?number=801"
    assert address in client.get(reverse("reception:extensions")).content.decode()
    page = client.get(address).content.decode()
    assert re.search(rf'value="{one.pk}"\s+selected', page)
    assert client.post(address, {"number": "801", "person": two.pk}).status_code == 302
    assert Extension.objects.get(valid_until__isnull=True).staff_id == two.pk
    assert client.post(address, {"number": "801", "person": "0"}).status_code == 302
    assert Extension.objects.filter(valid_until__isnull=True).count() == 0
    # A new one is somebody's.
    assert client.post(reverse("reception:extension_new"), {"number": "802", "person": "0"}).status_code == 422


def test_systems__say_where_they_send_and_where_unknown_calls_wait() -> None:
    client = signed_in(make.agent(roles=("admin",))[0])
    empty = client.get(reverse("reception:systems")).content.decode()
    assert "还没有接入电话系统" in empty
    row = make.system()
    page = client.get(reverse("reception:systems")).content.decode()
    for said in ("/connect/telephony/acme/", row.name, row.unit.name):
        assert said in page, said


def test_system__without_a_code_is_refused_in_words() -> None:
    unit = organization.company()
    with pytest.raises(Invalid) as refused:
        actions.save_phone_system(
            actor=SETUP, code=" ", name="总机", unit_id=unit.pk, profile=make.OWN, active=True, now=NOW
        )
    assert [one.code for one in refused.value.fields["code"]] == ["required"]
    assert PhoneSystem.objects.count() == 0
