"""Files and people in the one search box."""

import pytest

from zhike.platform import search
from zhike.platform.search.queries import search as find
from zhike.record.customers.queries import documents
from zhike.record.customers.tests.factories import SETUP, contact, customer, phone
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db


def test_documents__hold_names_numbers_references_and_phones() -> None:
    row = customer(name="华夏电子", references=(("erp", "K-77120"),), city="上海")
    person = contact(row, phone("13812345678"), name="陈静")
    (file,) = documents.file_documents([row.pk])
    assert (file.title, file.number) == ("华夏电子", row.number)
    assert {row.number, "K-77120"} <= set(file.keys)
    (known,) = documents.person_documents([person.pk])
    # Else a customer's number would find each of its people as well, and Enter would open nothing.
    assert row.number not in {known.number, *known.keys}
    assert (known.title, known.keys) == ("陈静", ["+8613812345678"])


@pytest.mark.req("CUST-19", partial="claims")
def test_search__an_exact_phone_or_number_is_first() -> None:
    row = customer(name="华夏电子")
    person = contact(row, phone("13812345678"), name="陈静")
    by_number = find(actor=SETUP, text=row.number).first
    assert by_number is not None
    assert (by_number.kind, by_number.object_id) == ("customer", row.pk)
    by_phone = find(actor=SETUP, text="138 1234 5678").first
    assert by_phone is not None
    assert (by_phone.kind, by_phone.object_id) == ("contact", person.pk)


def test_search__nothing_outside_reach_is_found() -> None:
    row = customer(organization.staff(organization.unit(name="南区")))
    contact(row, phone("13812345678"))
    outlet = organization.actor(organization.unit(name="北区"), roles=("outlet",))
    for text in (row.number, "13812345678"):
        assert find(actor=outlet, text=text).hits == []


def test_sources__are_registered() -> None:
    assert search.types.source_of("customer") is not None
    assert search.types.source_of("contact") is not None


def test_search__a_phone_of_several_people_opens_the_file_they_share() -> None:
    row = customer()
    for name in ("陈静", "王磊"):
        contact(row, phone("13812345678"), name=name)
    first = find(actor=SETUP, text="13812345678").first
    assert first is not None
    assert (first.kind, first.object_id) == ("customer", row.pk)


def test_search__a_phone_of_several_files_opens_none() -> None:
    for _number in range(2):
        contact(customer(), phone("13812345678"))
    found = find(actor=SETUP, text="13812345678")
    assert found.first is None
    assert len(found.hits) == 2
