"""Groups, merges, standings, and which units deal with a customer."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

from zhike.platform.errors import Conflict, Forbidden, Invalid
from zhike.record.customers import actions, queries
from zhike.record.customers.models import (
    ChainSeat,
    Contact,
    ContactPoint,
    Customer,
    CustomerRef,
    Enquiry,
    OwnerHistory,
)
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer, enquiry, phone
from zhike.record.customers.types import (
    ChainRole,
    Dealing,
    StandingEntry,
    answered_contact_keys,
    answered_customer_keys,
)
from zhike.record.organization import queries as organization_queries
from zhike.record.organization.tests import factories as organization

CHILDREN = (Contact, ContactPoint, ChainSeat, Enquiry, CustomerRef, OwnerHistory)


@pytest.mark.django_db
@pytest.mark.req("CUST-20")
def test_group__totals_are_the_sums_of_its_members() -> None:
    head, east, pudong = customer(name="华夏集团"), customer(name="华夏华东"), customer(name="华夏浦东")
    actions.link_group(actor=SETUP, customer_id=east.pk, parent_id=head.pk, now=NOW)
    actions.link_group(actor=SETUP, customer_id=pudong.pk, parent_id=east.pk, now=NOW)
    for row, people in ((head, 1), (east, 2), (pudong, 3)):
        for _ in range(people):
            contact(row)
        enquiry(row)
    view = queries.group(actor=SETUP, customer_id=east.pk)
    assert view.head.id == head.pk
    assert [(m.customer.id, m.depth) for m in view.members] == [(head.pk, 0), (east.pk, 1), (pudong.pk, 2)]
    assert view.totals["contacts"] == sum(m.values["contacts"] for m in view.members) == 6
    assert view.totals["enquiries"] == 3


@pytest.mark.django_db
@pytest.mark.req("CUST-20")
def test_group__is_a_tree() -> None:
    head, below = customer(), customer()
    actions.link_group(actor=SETUP, customer_id=below.pk, parent_id=head.pk, now=NOW)
    with pytest.raises(Invalid):
        actions.link_group(actor=SETUP, customer_id=head.pk, parent_id=below.pk, now=NOW)
    actions.link_group(actor=SETUP, customer_id=below.pk, parent_id=None, now=NOW)
    assert len(queries.group(actor=SETUP, customer_id=head.pk).members) == 1


@pytest.mark.django_db
def test_group__members_out_of_reach_are_counted_only() -> None:
    north, south = organization.unit(name="北区"), organization.unit(name="南区")
    head, below = customer(organization.staff(north)), customer(organization.staff(south))
    actions.link_group(actor=SETUP, customer_id=below.pk, parent_id=head.pk, now=NOW)
    view = queries.group(actor=organization.actor(north, roles=("outlet",)), customer_id=head.pk)
    assert ([m.customer.id for m in view.members], view.hidden) == ([head.pk], 1)


def _rows() -> list[int]:
    return [model.objects.count() for model in CHILDREN]


@pytest.mark.django_db
def test_merge__moves_everything_and_can_be_taken_back() -> None:
    gone, kept = customer(references=(("erp", "K1"),)), customer()
    person = contact(gone, phone("13812345678"), roles=(ChainRole.USER,))
    contact(kept, phone("13812345678"), name="周航")
    asked = enquiry(gone)
    below = customer()
    actions.link_group(actor=SETUP, customer_id=below.pk, parent_id=gone.pk, now=NOW)
    before = _rows()
    actions.merge_customers(actor=SETUP, from_id=gone.pk, into_id=kept.pk, reason="同一家", now=NOW)
    assert _rows() == before
    assert set(Contact.objects.values_list("customer_id", flat=True)) == {kept.pk}
    assert set(ContactPoint.objects.values_list("customer_id", flat=True)) == {kept.pk}
    assert Customer.objects.get(pk=below.pk).parent_id == kept.pk
    tombstone = Customer.objects.get(pk=gone.pk)
    assert (tombstone.merged_into_id, tombstone.active) == (kept.pk, False)
    with pytest.raises(Invalid):
        contact(gone)
    later = contact(kept, name="新来的")
    actions.undo_merge(actor=SETUP, from_id=gone.pk, now=NOW)
    assert (Contact.objects.get(pk=person.pk).customer_id, Enquiry.objects.get(pk=asked.pk).customer_id) == (
        gone.pk,
        gone.pk,
    )
    assert Contact.objects.get(pk=later.pk).customer_id == kept.pk
    assert Customer.objects.get(pk=gone.pk).active
    with pytest.raises(Conflict):
        actions.undo_merge(actor=SETUP, from_id=gone.pk, now=NOW)


@pytest.mark.django_db
def test_merge__agents_may_not() -> None:
    gone, kept = customer(), customer()
    with pytest.raises(Forbidden):
        actions.merge_customers(
            actor=organization.actor(roles=("agent",)), from_id=gone.pk, into_id=kept.pk, reason="", now=NOW
        )
    assert Customer.objects.get(pk=gone.pk).merged_into_id is None


@pytest.mark.django_db
def test_standing__newer_replaces_older_never_the_other_way() -> None:
    row = customer()

    def stand(letter: str, days: int) -> int:
        entry = StandingEntry(customer_id=row.pk, kind="class", text=letter, as_of=NOW + timedelta(days=days))
        return actions.set_standing(actor=SETUP, entries=[entry], source="tests", run="r1", now=NOW)

    assert stand("B", 0) == 1
    assert stand("A", 1) == 1
    assert stand("C", 0) == 0
    assert stand("A", 1) == 0
    shown = queries.summary(actor=SETUP, customer_id=row.pk).standing["class"]
    assert (shown.text, shown.source, shown.run) == ("A", "tests", "r1")
    assert actions.withdraw_standing(actor=SETUP, kind="class", customer_ids=[row.pk], source="tests", now=NOW) == 1
    assert queries.standing(actor=SETUP, customer_id=row.pk) == {}


@pytest.mark.django_db
def test_standing__takes_numbers_marks_and_whole_tables() -> None:
    row, other = customer(), customer()
    marks = StandingEntry(customer_id=row.pk, kind="special_marks", data=["重点", "警惕"], as_of=NOW)
    actions.set_standing(actor=SETUP, entries=[marks], source="tests", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE tests_risk ON COMMIT DROP AS SELECT id AS customer_id, 'risk' AS kind, '' AS text,"
            " 62.5::numeric AS number, NULL::jsonb AS data, now() AS as_of FROM customers_customer"
        )
    assert actions.set_standing(actor=SETUP, table="tests_risk", source="tests", now=NOW) == 2
    found = queries.standing(actor=SETUP, customer_id=row.pk)
    assert (found["special_marks"].data, found["risk"].number) == (["重点", "警惕"], Decimal("62.5"))
    assert queries.standing(actor=SETUP, customer_id=other.pk)["risk"].number == Decimal("62.5")


@pytest.mark.django_db
@pytest.mark.req("CUST-06")
def test_dealings__departments_per_customer_and_customers_known_to_two() -> None:
    row, other = customer(), customer()
    air, sea = organization.unit(name="空运部"), organization.unit(name="海运部")
    pairs = [
        Dealing(customer_id=row.pk, unit_id=air.pk, at=NOW),
        Dealing(customer_id=row.pk, unit_id=sea.pk, at=NOW - timedelta(days=9)),
        Dealing(customer_id=row.pk, unit_id=air.pk, at=NOW - timedelta(days=30)),
        Dealing(customer_id=other.pk, unit_id=air.pk, at=NOW),
    ]
    assert actions.record_dealings(actor=SETUP, dealings=pairs, now=NOW) == 3
    assert actions.record_dealings(actor=SETUP, dealings=pairs, now=NOW) == 0
    shown = queries.units_of(actor=SETUP, customer_id=row.pk)
    assert [(d.unit_name, d.first_at, d.last_at) for d in shown] == [
        ("空运部", NOW - timedelta(days=30), NOW),
        ("海运部", NOW - timedelta(days=9), NOW - timedelta(days=9)),
    ]
    figures = queries.department_figures(actor=SETUP)
    assert (figures.customers, figures.known_to_two, figures.by_count) == (2, 1, {1: 1, 2: 1})


def test_keys__every_foreign_key_to_a_customer_a_contact_or_staff_is_answered_for() -> None:
    def keys(target: type) -> set[str]:
        return {
            f"{model._meta.label}.{field.name}"
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if isinstance(field, ForeignKey) and field.related_model is target
        }

    own = ("customers.", "interactions.")
    assert {k for k in keys(Customer) - answered_customer_keys() if k.startswith(own)} == set()
    assert {k for k in keys(Contact) - answered_contact_keys() if k.startswith(own)} == set()
    assert [k for k in organization_queries.unanswered_keys() if k.startswith(own)] == []


@pytest.mark.concurrency
@pytest.mark.req("CUST-01")
def test_owner__two_changes_at_once_leave_one_owner_and_a_gapless_history(fresh_db: str) -> None:
    first, left, right = organization.staff(), organization.staff(), organization.staff()
    rows = [customer(first) for _ in range(5)]
    ids = [row.pk for row in rows]
    start, failures = threading.Barrier(2), []

    def give(to: int, order: list[int]) -> None:
        try:
            start.wait()
            actions.change_owner(
                actor=SETUP, customer_ids=order, to_staff_id=to, reason="", now=NOW + timedelta(hours=1)
            )
        except Exception as error:  # noqa: BLE001 - whatever it was, the test must see it
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=give, args=(left.pk, ids)),
        threading.Thread(target=give, args=(right.pk, ids[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    owners = set(Customer.objects.filter(pk__in=ids).values_list("owner_id", flat=True))
    assert len(owners) == 1
    assert owners <= {left.pk, right.pk}
    for row in rows:
        spells = list(OwnerHistory.objects.filter(customer=row).order_by("pk").values_list("staff_id", "valid_until"))
        assert len(spells) == 3
        assert [until is None for _staff, until in spells] == [False, False, True]
