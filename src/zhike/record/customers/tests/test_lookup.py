"""From any key to the file."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from zhike.platform import operation
from zhike.record.customers import actions, queries
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer, phone
from zhike.record.customers.types import PointEntry, PointKind, Via
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db


def _first(key: str) -> tuple[int, Via, bool]:
    match = queries.find_by_any_key(actor=SETUP, key=key, now=NOW)[0]
    return match.customer_id, match.via, match.certain


@pytest.mark.req("CUST-05", partial="claims")
def test_lookup__finds_the_file_by_number_reference_phone_address_and_name() -> None:
    row = customer(name="华夏电子（上海）有限公司", references=(("erp", "K-77120"),))
    contact(row, phone("138 1234 5678"), PointEntry(kind=PointKind.EMAIL, raw="chen@huaxia.example"), name="陈静")
    customer(name="东方纺织")
    assert _first(row.number.lower()) == (row.pk, Via.NUMBER, True)
    assert _first("K-77120") == (row.pk, Via.REFERENCE, True)
    assert _first("+86 138-1234-5678") == (row.pk, Via.PHONE, True)
    assert _first("13812345678") == (row.pk, Via.PHONE, True)
    assert _first("5678") == (row.pk, Via.ENDING, False)
    assert _first("Chen@Huaxia.example") == (row.pk, Via.ADDRESS, True)
    assert _first("華夏電子 (上海)") == (row.pk, Via.NAME, False)
    assert _first("陳靜") == (row.pk, Via.NAME, False)


@pytest.mark.req("CUST-05", partial="claims")
def test_lookup__every_agent_sees_the_same_summary_within_four_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    row = customer()
    contact(row, phone("13812345678"))
    first, second = organization.actor(roles=("agent",)), organization.actor(roles=("agent",))
    # A request of its own: the question whether parameters have changed is among the four.
    with operation.operation(), django_assert_num_queries(4):
        seen = queries.look_up(actor=first, key="13812345678", now=NOW)
    assert seen == queries.look_up(actor=second, key="13812345678", now=NOW)
    assert seen.summary is not None
    assert seen.summary.number == row.number


def test_lookup__a_number_of_two_files_is_certain_for_neither() -> None:
    first, second = customer(), customer()
    contact(first, phone("13812345678"))
    contact(second, phone("13812345678"))
    found = queries.find_by_any_key(actor=SETUP, key="13812345678", now=NOW)
    assert {(m.customer_id, m.certain) for m in found} == {(first.pk, False), (second.pk, False)}


def test_lookup__a_shared_number_is_never_certain() -> None:
    contact(customer(), phone("13812345678", shared=True))
    assert [m.certain for m in queries.find_by_any_key(actor=SETUP, key="13812345678", now=NOW)] == [False]


def test_lookup__exact_numbers_stand_before_equal_endings() -> None:
    exact, ending = customer(), customer()
    contact(ending, phone("+85212345678"))
    contact(exact, phone("13812345678"))
    found = queries.find_by_any_key(actor=SETUP, key="13812345678", now=NOW)
    assert [(m.customer_id, m.certain) for m in found] == [(exact.pk, True), (ending.pk, False)]


def test_lookup__number_in_doubt_is_found_by_its_ending() -> None:
    row = customer()
    contact(row, phone("6234 5678"))
    assert _first("021-62345678") == (row.pk, Via.PHONE, False)


def test_lookup__the_number_of_a_merged_file_finds_the_present_one() -> None:
    gone, kept = customer(name="华夏"), customer(name="华夏电子")
    actions.merge_customers(actor=SETUP, from_id=gone.pk, into_id=kept.pk, reason="", now=NOW)
    match = queries.find_by_any_key(actor=SETUP, key=gone.number, now=NOW)[0]
    assert (match.customer_id, match.number) == (kept.pk, kept.number)
    assert queries.id_of(actor=SETUP, number=gone.number) == kept.pk
    assert queries.summary(actor=SETUP, customer_id=gone.pk).merged_from == gone.number


def test_lookup__nothing_outside_reach_is_found() -> None:
    row = customer(organization.staff(organization.unit(name="南区")), name="华夏电子")
    contact(row, phone("13812345678"))
    outlet = organization.actor(organization.unit(name="北区"), roles=("outlet",))
    for key in (row.number, "13812345678", "5678", "华夏"):
        assert queries.find_by_any_key(actor=outlet, key=key, now=NOW) == []


@pytest.mark.parametrize("key", ["", "  ", "%", "_", "'; --", "0", "+", "\x00", "@", "华" * 500, "123"])
def test_lookup__strange_keys_find_nothing(key: str) -> None:
    customer()
    assert queries.find_by_any_key(actor=SETUP, key=key, now=NOW) == []


def test_likely_same__hints_at_registration_phone_and_name() -> None:
    row = customer(name="华夏电子（上海）有限公司", registration_no="91310000MA1FL0XX1A")
    contact(row, phone("13812345678"))

    def why(**given: Any) -> list[str]:
        values = {"name": "", **given}
        return [like.why for like in queries.likely_same(actor=SETUP, now=NOW, **values)]

    assert why(name="華夏電子") == ["name"]
    assert why(registration_no="91310000ma1fl0xx1a") == ["registration"]
    assert why(phone="+86 138 1234 5678") == ["phone"]
    assert why(name="东方") == []
    assert queries.likely_same(actor=SETUP, name="华夏电子", now=NOW, exclude_id=row.pk) == []
