"""Units: numbering, moves, closing, what an outlet's card says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.platform import audit
from zhike.platform.actors import public_actor
from zhike.platform.calendars.rules.reading import read_shifts, week_of
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.record.organization import actions, queries
from zhike.record.organization.actions import _tree
from zhike.record.organization.models import Unit, UnitNumber
from zhike.record.organization.rules import HALVES, nests
from zhike.record.organization.tests import factories as make
from zhike.record.organization.tests.factories import NOW, SETUP
from zhike.record.organization.types import PointGap, RoleReach, ScopeColumn, UnitKind

pytestmark = pytest.mark.django_db


def subtree_ids(unit: Unit) -> set[int]:
    below = {unit.pk}
    for child in Unit.objects.filter(parent=unit):
        below |= subtree_ids(child)
    return below


def check_tree() -> None:
    units = list(Unit.objects.all())
    assert nests([u.interval for u in units])
    for unit in units:
        assert set(Unit.objects.below(unit.tree_no, unit.tree_end).values_list("pk", flat=True)) == subtree_ids(unit)
        assert unit.depth == (0 if unit.parent_id is None else Unit.objects.get(pk=unit.parent_id).depth + 1)


def test_create_unit__is_audited_and_numbered_below_its_parent() -> None:
    region = make.unit(kind=UnitKind.REGION, name="华东")
    outlet = make.unit(region, phones=("+862112345678",))
    assert region.tree_no < outlet.tree_no <= outlet.tree_end <= region.tree_end
    entry = audit.history(actor=SETUP, subject=("unit", outlet.pk))[0]
    assert (entry.type, entry.after["phones"]) == ("organization.unit_opened", ["+862112345678"])


def test_create_unit__names_every_wrong_field() -> None:
    make.unit(code="PD")
    with pytest.raises(Invalid) as refused:
        make.unit(code="pd", name=" ", zone="Shanghai", lat=Decimal(91), lon=Decimal(0), services=("teleport",))
    assert set(refused.value.fields) == {"code", "name", "zone", "lat", "services"}


def test_create_unit__a_point_has_nothing_below() -> None:
    point = make.unit(kind=UnitKind.AGENCY_POINT)
    with pytest.raises(Invalid) as refused:
        make.unit(point)
    assert set(refused.value.fields) == {"kind"}


def test_create_unit__needs_the_right_and_leaves_nothing_behind() -> None:
    parent = make.company()
    agent = make.actor(roles=("agent",))
    before = Unit.objects.count()
    with pytest.raises(Forbidden):
        actions.create_unit(actor=agent, parent_id=parent.pk, entry=make.entry(), now=NOW)
    assert Unit.objects.count() == before


def test_update_unit__logs_old_and_new_of_what_changed() -> None:
    outlet = make.unit(name="旧名", city="上海")
    changed = replace(make.entry(code=outlet.code, name="新名"), city="上海")
    actions.update_unit(actor=SETUP, unit_id=outlet.pk, entry=changed, now=NOW)
    entry = audit.history(actor=SETUP, subject=("unit", outlet.pk))[0]
    assert (entry.before, entry.after) == ({"name": "旧名"}, {"name": "新名"})


def test_move_unit__the_subtree_and_every_scoped_row_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    east, west = make.unit(kind=UnitKind.REGION), make.unit(kind=UnitKind.REGION)
    outlet = make.unit(east)
    point = make.unit(outlet, kind=UnitKind.AGENCY_POINT)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE rooms_rows (scope_unit_id bigint)")
        cursor.execute("INSERT INTO rooms_rows VALUES (%s), (%s), (%s)", [outlet.tree_no, point.tree_no, west.tree_no])
    monkeypatch.setattr(_tree, "unit_moves", lambda: [ScopeColumn("rooms_rows")])
    actions.move_unit(actor=SETUP, unit_id=outlet.pk, parent_id=west.pk, now=NOW)
    outlet.refresh_from_db()
    point.refresh_from_db()
    assert west.tree_no < outlet.tree_no < point.tree_no <= west.tree_end
    with connection.cursor() as cursor:
        cursor.execute("SELECT scope_unit_id FROM rooms_rows ORDER BY 1")
        assert [no for (no,) in cursor.fetchall()] == sorted([outlet.tree_no, point.tree_no, west.tree_no])
    check_tree()
    assert audit.history(actor=SETUP, subject=("unit", outlet.pk))[0].after == {"parent_id": west.pk, "rows": 2}


def test_move_unit__not_below_itself() -> None:
    region = make.unit(kind=UnitKind.REGION)
    outlet = make.unit(region)
    with pytest.raises(Invalid):
        actions.move_unit(actor=SETUP, unit_id=region.pk, parent_id=outlet.pk, now=NOW)


def test_move_unit__the_old_numbers_are_kept_from_others() -> None:
    east, west = make.unit(kind=UnitKind.REGION), make.unit(kind=UnitKind.REGION)
    outlet = make.unit(east)
    old = outlet.tree_no
    actions.move_unit(actor=SETUP, unit_id=outlet.pk, parent_id=west.pk, now=NOW)
    assert UnitNumber.objects.filter(unit=outlet, tree_no=old).exists()
    assert make.unit(east).tree_no > old


@settings(max_examples=12, deadline=None)
@given(moves=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=8))
def test_move_unit__any_sequence_of_moves_keeps_every_subtree_an_interval(moves: list[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT one_example")
    units = [make.company()]
    for position in range(9):
        units.append(make.unit(units[position // 3], kind=UnitKind.REGION))
    for what, where in moves:
        try:
            actions.move_unit(actor=SETUP, unit_id=units[what].pk, parent_id=units[where].pk, now=NOW)
        except Invalid:
            continue
        check_tree()
    _tree.number_anew(SETUP, now=NOW)
    check_tree()
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT one_example")


def test_number_anew__goes_to_the_other_half_and_back() -> None:
    outlet = make.unit(make.unit(kind=UnitKind.REGION))
    halves = []
    for _round in range(2):
        _tree.number_anew(SETUP, now=NOW)
        outlet.refresh_from_db()
        halves.append(outlet.tree_no >= HALVES[1].no)
    assert halves == [True, False]
    check_tree()


def test_close_unit__refused_while_somebody_works_there() -> None:
    outlet = make.unit()
    make.staff(outlet)
    with pytest.raises(Conflict) as refused:
        actions.close_unit(actor=SETUP, unit_id=outlet.pk, reason="搬迁", now=NOW)
    assert refused.value.params == {"units": 0, "people": 1}
    empty = make.unit()
    actions.close_unit(actor=SETUP, unit_id=empty.pk, reason="搬迁", now=NOW)
    empty.refresh_from_db()
    assert (empty.active, str(empty.valid_until)) == (False, "2026-11-23")
    actions.reopen_unit(actor=SETUP, unit_id=empty.pk, reason="误关", now=NOW)
    empty.refresh_from_db()
    assert (empty.active, empty.valid_until) == (True, None)


SPLIT = week_of([read_shifts("08:00-12:00, 13:30-20:00")] * 6 + [read_shifts("")])


@pytest.mark.req("SHIP-09")
def test_outlet_card__hours_phone_couriers_and_disruption_in_three_queries(
    django_assert_num_queries: object,
) -> None:
    outlet = make.unit(phones=("+862112345678",), hours=SPLIT, services=("pickup",), address="世纪大道1号")
    make.staff(outlet, name="赵磊", is_courier=True, phones=("+8613800138000",))
    make.staff(outlet, name="离岗", is_courier=True, phones=("+8613800138001",), number="GONE")
    actions.publish_disruption(
        actor=SETUP, unit_id=outlet.pk, text="分拣线故障", starts_at=NOW - timedelta(hours=1), now=NOW
    )
    gone = queries.staff_rows(actor=SETUP).get(number="GONE")
    actions.deactivate_staff(actor=SETUP, staff_id=gone.pk, reason="离职", now=NOW)
    agent = make.actor()
    with django_assert_num_queries(3):  # type: ignore[operator]
        card = queries.outlet_card(actor=agent, unit_id=outlet.pk, now=NOW)
    # 16:00 on a Monday in Shanghai.
    assert (card.hours, card.is_open, card.until) == ((("08:00", "12:00"), ("13:30", "20:00")), True, "20:00")
    assert [(c.name, c.phone) for c in card.couriers] == [("赵磊", "+8613800138000")]
    assert (card.phone, card.disruptions, card.address) == ("+862112345678", ("分拣线故障",), "世纪大道1号")


def test_outlet_card__closed_day_midday_gap_and_unknown_hours() -> None:
    outlet, unknown = make.unit(hours=SPLIT), make.unit()
    sunday = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    noon = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    closed = queries.outlet_card(actor=SETUP, unit_id=outlet.pk, now=sunday)
    gap = queries.outlet_card(actor=SETUP, unit_id=outlet.pk, now=noon)
    nobody_knows = queries.outlet_card(actor=SETUP, unit_id=unknown.pk, now=noon)
    assert (closed.hours, closed.is_open) == ((), False)
    assert (gap.is_open, gap.until) == (False, "")
    assert (nobody_knows.hours, nobody_knows.is_open) == (None, None)


def test_outlet_card__outsiders_see_no_couriers_and_no_departments() -> None:
    outlet, department = make.unit(), make.unit(kind=UnitKind.DEPARTMENT)
    make.staff(outlet, is_courier=True, phones=("+8613800138000",))
    assert queries.outlet_card(actor=public_actor(), unit_id=outlet.pk, now=NOW).couriers == ()
    with pytest.raises(NotFound):
        queries.outlet_card(actor=public_actor(), unit_id=department.pk, now=NOW)


@pytest.mark.req("GEO-01")
def test_point_register__counts_points_and_lists_what_each_lacks() -> None:
    complete = make.unit(phones=("+862162345678",))
    make.staff(complete, is_courier=True, phones=("+8613812345678",))
    make.unit(complete, kind=UnitKind.AGENCY_POINT, phones=("+862262345678",))
    no_courier = make.unit(phones=("+862362345678",))
    without_phone = make.staff(no_courier, is_courier=True)
    nothing = make.unit(kind=UnitKind.COMMUNITY_POINT)
    make.unit(kind=UnitKind.DEPARTMENT)
    register = queries.point_register(actor=make.actor())
    assert (register.base, register.complete, register.share) == (4, 2, Decimal("0.5"))
    assert register.gaps == (
        PointGap(no_courier.pk, no_courier.code, no_courier.name, UnitKind.OUTLET, ("couriers",)),
        PointGap(nothing.pk, nothing.code, nothing.name, UnitKind.COMMUNITY_POINT, ("phone", "couriers")),
    )
    actions.update_courier(actor=SETUP, staff_id=without_phone.pk, phones=["+8613912345678"], now=NOW)
    assert queries.point_register(actor=make.actor()).complete == 3


def test_unit_path__from_the_company_down() -> None:
    region = make.unit(kind=UnitKind.REGION)
    outlet = make.unit(region)
    make.unit(region)
    path = queries.unit_path(actor=make.actor(), unit_id=outlet.pk)
    assert [step.id for step in path] == [make.company().pk, region.pk, outlet.pk]
    assert queries.unit_of_no(actor=SETUP, no=outlet.tree_no) == path[-1]


def test_disruption__only_within_reach_and_ended_at_once() -> None:
    mine, other = make.unit(), make.unit()
    outlet = make.actor(mine, roles=("outlet",), reach=RoleReach.SUBTREE)
    with pytest.raises(Forbidden):
        actions.publish_disruption(actor=outlet, unit_id=other.pk, text="水浸", starts_at=NOW, now=NOW)
    notice = actions.publish_disruption(
        actor=outlet, unit_id=mine.pk, text="水浸", starts_at=NOW - timedelta(hours=2), now=NOW
    )
    assert queries.outlet_card(actor=SETUP, unit_id=mine.pk, now=NOW).disruptions == ("水浸",)
    actions.end_disruption(actor=outlet, disruption_id=notice, now=NOW)
    assert queries.outlet_card(actor=SETUP, unit_id=mine.pk, now=NOW).disruptions == ()
