"""Files and their owners."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.customers import actions, queries
from zhike.record.customers.models import Customer, OwnerHistory, StageChange
from zhike.record.customers.queries.customers import entry_of
from zhike.record.customers.tests.factories import NOW, SETUP, customer, entry
from zhike.record.customers.types import CustomerKind, EditClash
from zhike.record.organization import actions as staff_actions
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach, UnitKind

pytestmark = pytest.mark.django_db


@pytest.mark.req("CUST-01")
def test_customer__gets_one_permanent_number_and_exactly_one_owner() -> None:
    owner = organization.staff()
    first = customer(owner)
    second = customer(owner)
    assert first.number.startswith("CU-")
    assert int(second.number[3:]) == int(first.number[3:]) + 1
    assert (first.owner_id, first.scope_unit_id) == (owner.pk, owner.unit.tree_no)
    assert OwnerHistory.objects.filter(customer=first, valid_until__isnull=True).count() == 1
    figures = queries.owner_coverage(actor=SETUP)
    assert (figures.with_active_owner, figures.active) == (2, 2)


@pytest.mark.req("CUST-01")
def test_customer__without_an_owner_is_refused_and_nothing_is_saved() -> None:
    organization.company()
    with pytest.raises(Invalid) as refused:
        actions.create_customer(actor=SETUP, entry=entry(), owner_id=None, now=NOW)
    assert [e.code for e in refused.value.fields["owner"]] == ["required"]
    assert Customer.objects.count() == 0


@pytest.mark.req("CUST-01")
def test_owner__change_keeps_the_earlier_owners_with_their_dates() -> None:
    first, second = organization.staff(name="王敏"), organization.staff(name="李敏")
    row = customer(first)
    later = NOW + timedelta(days=30)
    changed = actions.change_owner(
        actor=SETUP, customer_ids=[row.pk], to_staff_id=second.pk, reason="接手华东", now=later
    )
    assert changed == 1
    spells = queries.owners(actor=SETUP, customer_id=row.pk)
    assert [(s.staff_name, s.valid_from, s.valid_until, s.reason) for s in spells] == [
        ("李敏", later, None, "接手华东"),
        ("王敏", NOW, later, ""),
    ]
    row.refresh_from_db()
    assert (row.owner_id, row.owner_since, row.version) == (second.pk, later, 2)
    logged = AuditEntry.objects.get(type="customers.owner_changed")
    assert logged.changes == {"before": {"owner": first.pk}, "after": {"owner": second.pk}}
    assert OutboxEvent.objects.get(type="customers.owner_changed").payload == {
        "customer_ids": [row.pk],
        "to_staff_id": second.pk,
    }


def test_owner__who_has_left_is_refused() -> None:
    row = customer()
    gone = organization.staff(name="赵磊")
    staff_actions.deactivate_staff(actor=SETUP, staff_id=gone.pk, reason="离职", now=NOW)
    with pytest.raises(Exception, match="赵磊"):
        actions.change_owner(actor=SETUP, customer_ids=[row.pk], to_staff_id=gone.pk, reason="", now=NOW)
    row.refresh_from_db()
    assert row.owner_id != gone.pk


def test_owner__many_files_change_hands_with_a_fixed_number_of_statements(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    first, second = organization.staff(), organization.staff()
    rows = [customer(first) for _ in range(30)]
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        changed = actions.change_owner(
            actor=SETUP, customer_ids=[r.pk for r in rows], to_staff_id=second.pk, reason="", now=NOW
        )
    assert changed == 30
    assert OwnerHistory.objects.filter(staff=second, valid_until__isnull=True).count() == 30


def test_owner__an_id_out_of_reach_refuses_the_lot() -> None:
    north, south = organization.unit(name="北区"), organization.unit(name="南区")
    mine, theirs = customer(organization.staff(north)), customer(organization.staff(south))
    boss = organization.actor(north, roles=("supervisor",), reach=RoleReach.SUBTREE)
    with pytest.raises(NotFound):
        actions.change_owner(
            actor=boss, customer_ids=[mine.pk, theirs.pk], to_staff_id=boss.staff_id, reason="", now=NOW
        )
    mine.refresh_from_db()
    assert mine.owner_id != boss.staff_id


def test_owner__agents_may_not_change_it_and_the_attempt_is_logged() -> None:
    row = customer()
    agent = organization.actor(roles=("agent",))
    with pytest.raises(Forbidden):
        actions.change_owner(actor=agent, customer_ids=[row.pk], to_staff_id=agent.staff_id, reason="", now=NOW)
    assert AuditEntry.objects.filter(type="audit.denied", actor_id=agent.id).count() == 1
    assert OwnerHistory.objects.filter(customer=row).count() == 1


@pytest.mark.req("CTRL-02", partial="claims")
def test_update__logs_each_changed_field_with_both_values() -> None:
    row = customer(name="华夏电子", city="上海")
    after = replace(entry_of(row), city="苏州", name="华夏电子（苏州）")
    actions.update_customer(actor=SETUP, customer_id=row.pk, entry=after, version=1, now=NOW)
    logged = AuditEntry.objects.get(type="customers.changed")
    assert logged.changes == {"before": {"city": "上海"}, "after": {"city": "苏州"}}
    assert logged.personal == {"before": {"name": "华夏电子"}, "after": {"name": "华夏电子（苏州）"}}
    row.refresh_from_db()
    assert (row.name_fold, row.version) == ("华夏电子苏州", 2)


@pytest.mark.req("CUST-06")
def test_update__an_edit_of_one_department_is_seen_by_another_at_once() -> None:
    row = customer(organization.staff(organization.unit(name="销售部")))
    air, sea = (
        organization.actor(organization.unit(name=name, kind=UnitKind.DEPARTMENT), roles=("department",))
        for name in ("空运部", "海运部")
    )
    changed = replace(entry_of(row), address="浦东新区张江路1号")
    actions.update_customer(actor=air, customer_id=row.pk, entry=changed, version=1, now=NOW)
    assert queries.customer_file(actor=sea, customer_id=row.pk).entry.address == "浦东新区张江路1号"


def test_update__a_later_version_shows_both_values_and_changes_nothing() -> None:
    row = customer(city="上海")
    base = entry_of(row)
    actions.update_customer(actor=SETUP, customer_id=row.pk, entry=replace(base, city="苏州"), version=1, now=NOW)
    with pytest.raises(EditClash) as clash:
        actions.update_customer(actor=SETUP, customer_id=row.pk, entry=replace(base, city="无锡"), version=1, now=NOW)
    assert clash.value.clashes == {"city": ("无锡", "苏州")}
    assert clash.value.version == 2
    row.refresh_from_db()
    assert row.city == "苏州"


def test_customer__wrong_entries_are_all_named() -> None:
    owner = organization.staff()
    wrong = entry(name="  ", language="fr", zone="Asia/Nowhere", city="市" * 81)
    with pytest.raises(Invalid) as refused:
        actions.create_customer(actor=SETUP, entry=wrong, owner_id=owner.pk, now=NOW)
    assert {name: [e.code for e in errors] for name, errors in refused.value.fields.items()} == {
        "name": ["required"],
        "city": ["too_long"],
        "language": ["unknown"],
        "zone": ["unknown"],
    }


def test_customer__starts_before_service_in_the_owners_zone() -> None:
    row = customer(opened_at=NOW - timedelta(days=400))
    assert (row.stage, row.zone, row.kind) == ("before", organization.ZONE, CustomerKind.CONSUMER.value)
    (start,) = StageChange.objects.filter(customer=row)
    assert (start.from_stage, start.to_stage, start.at) == ("", "before", NOW - timedelta(days=400))


def test_deactivate__needs_a_reason_and_keeps_number_and_owner() -> None:
    row = customer()
    with pytest.raises(Invalid):
        actions.deactivate_customer(actor=SETUP, customer_id=row.pk, reason=" ", now=NOW)
    actions.deactivate_customer(actor=SETUP, customer_id=row.pk, reason="已注销", now=NOW)
    assert queries.owner_coverage(actor=SETUP).active == 0
    assert queries.summary(actor=SETUP, customer_id=row.pk).number == row.number
    actions.reactivate_customer(actor=SETUP, customer_id=row.pk, now=NOW)
    assert queries.owner_coverage(actor=SETUP).active == 1


def test_scope__an_outlet_sees_its_own_customers_only() -> None:
    north, south = organization.unit(name="北区"), organization.unit(name="南区")
    mine, theirs = customer(organization.staff(north)), customer(organization.staff(south))
    outlet = organization.actor(north, roles=("outlet",))
    assert list(queries.customer_rows(actor=outlet)) == [mine]
    with pytest.raises(NotFound):
        queries.summary(actor=outlet, customer_id=theirs.pk)


def test_follow_staff__files_are_found_under_the_new_unit() -> None:
    owner = organization.staff(organization.unit())
    row = customer(owner)
    there = organization.unit(name="虹桥网点")
    connection.cursor().execute("UPDATE organization_staff SET unit_id = %s WHERE id = %s", [there.pk, owner.pk])
    assert actions.follow_staff(actor=SETUP, staff_ids=[owner.pk], now=NOW) == 1
    row.refresh_from_db()
    assert row.scope_unit_id == there.tree_no
    assert actions.follow_staff(actor=SETUP, staff_ids=[owner.pk], now=NOW) == 0
