"""People, their roles and actors, and what happens when they leave."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from zhike.platform import audit, outbox, search
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.outbox.models import OutboxEvent
from zhike.platform.search import index
from zhike.record.organization import actions, queries
from zhike.record.organization.models import Role, Staff, StaffRole, Unit
from zhike.record.organization.tests import factories as make
from zhike.record.organization.tests.factories import NOW, SETUP
from zhike.record.organization.types import Duty, HeldItem, RoleReach, StaffEntry, StillHolding, UnitKind, protocols

pytestmark = pytest.mark.django_db


class Desks:
    """Something that people hold, kept in the test itself."""

    kind = "tests.desks"
    label = "Desks"

    def __init__(self) -> None:
        self.owner: dict[int, int] = {}

    def counts(self, *, staff_ids: Sequence[int]) -> Mapping[int, int]:
        return {staff_id: list(self.owner.values()).count(staff_id) for staff_id in staff_ids}

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        return [HeldItem(desk, f"D-{desk}", "Desk") for desk, owner in self.owner.items() if owner == staff_id][:limit]

    def reassign(
        self,
        *,
        actor: Actor,  # noqa: ARG002 - the protocol's
        from_staff_id: int,
        to_staff_id: int,
        item_ids: Sequence[int] | None,
        now: datetime,  # noqa: ARG002
    ) -> int:
        moved = [
            desk
            for desk, owner in self.owner.items()
            if owner == from_staff_id and (item_ids is None or desk in item_ids)
        ]
        self.owner.update(dict.fromkeys(moved, to_staff_id))
        return len(moved)


@pytest.fixture
def desks(monkeypatch: pytest.MonkeyPatch) -> Desks:
    found = Desks()
    monkeypatch.setitem(protocols._holdings, found.kind, found)
    return found


def test_actor_for_user__one_query_with_rights_reach_and_zone(django_assert_num_queries: object) -> None:
    region = make.unit(kind=UnitKind.REGION)
    outlet = make.unit(region)
    member = make.staff(outlet, roles=("outlet",))
    actions.assign_role(
        actor=SETUP, staff_id=member.pk, role="department", reach=RoleReach.SUBTREE, unit_id=region.pk, now=NOW
    )
    opened = actions.open_staff_account(actor=SETUP, staff_id=member.pk, username="zhaolei", language="en", now=NOW)
    user = User.objects.get(pk=opened.user_id)
    with django_assert_num_queries(1):  # type: ignore[operator]
        actor = queries.actor_for_user(user, now=NOW)
    assert actor is not None
    assert actor.reach == Reach(intervals=((region.tree_no, region.tree_end),))
    assert actor.roles == {"outlet", "department"}
    assert (actor.staff_id, actor.unit_no, actor.zone, actor.language) == (
        member.pk,
        outlet.tree_no,
        "Asia/Shanghai",
        "en",
    )
    assert actor.has("organization.edit_couriers")
    assert not actor.has("organization.edit_units")


def test_actor__roles_begin_and_end_by_date() -> None:
    member = make.staff(roles=("agent",))
    actions.assign_role(
        actor=SETUP,
        staff_id=member.pk,
        role="supervisor",
        valid_from=NOW + timedelta(days=1),
        valid_until=NOW + timedelta(days=2),
        now=NOW,
    )
    days = [queries.actor_for_staff(member.pk, now=NOW + timedelta(days=n)) for n in range(3)]
    assert [sorted(a.roles) for a in days if a] == [["agent"], ["agent", "supervisor"], ["agent"]]


def test_actor__own_reach_sees_no_unit_and_company_reach_all() -> None:
    own = make.actor(roles=("agent",), reach=RoleReach.OWN)
    all_units = make.actor(roles=("agent",))
    assert (own.reach, all_units.reach) == (Reach(), Reach(everything=True))


def test_staff_scope__colleagues_within_reach_and_oneself() -> None:
    mine, other = make.unit(), make.unit()
    colleague, stranger = make.staff(mine), make.staff(other)
    outlet = make.actor(mine, roles=("outlet",))
    visible = set(queries.staff_rows(actor=outlet).values_list("pk", flat=True))
    assert visible == {colleague.pk, outlet.staff_id}
    with pytest.raises(NotFound):
        actions.update_courier(actor=outlet, staff_id=stranger.pk, phones=["+8613812345678"], now=NOW)


def test_create_staff__names_every_wrong_field() -> None:
    make.staff(number="E1")
    entry = StaffEntry(number="e1", name=" ", unit_id=0, email="nowhere", skills={"flying": 3})
    with pytest.raises(Invalid) as refused:
        actions.create_staff(actor=SETUP, entry=entry, now=NOW)
    assert set(refused.value.fields) == {"number", "name", "unit_id", "email", "skills"}


def test_update_staff__log_keeps_names_and_phones_redactable() -> None:
    member = make.staff(name="王敏", phones=("+8613812345678",))
    actions.update_staff(
        actor=SETUP,
        staff_id=member.pk,
        entry=StaffEntry(
            number=member.number, name="王小敏", unit_id=member.unit_id, phones=("+8613912345678",), rank="组长"
        ),
        now=NOW,
    )
    row = AuditEntry.objects.filter(subject_kind="staff", subject_id=str(member.pk)).latest("id")
    assert row.changes == {"before": {"rank": ""}, "after": {"rank": "组长"}}
    assert row.personal == {
        "before": {"name": "王敏", "phones": ["+8613812345678"]},
        "after": {"name": "王小敏", "phones": ["+8613912345678"]},
    }


def test_skills__levels_are_kept_and_replaced() -> None:
    actions.save_skill(actor=SETUP, code="cantonese", labels={"zh-hans": "粤语", "en": "Cantonese"}, now=NOW)
    member = make.staff(skills={"cantonese": 4})
    assert [(s.code, s.level) for s in queries.skills_of(actor=SETUP, staff_id=member.pk)] == [("cantonese", 4)]


def test_set_duty__everybody_for_themselves_only() -> None:
    actor, other = make.actor(roles=("agent",)), make.staff()
    assert actor.staff_id is not None
    assert actions.set_duty(actor=actor, staff_id=actor.staff_id, duty=Duty.ON_DUTY, now=NOW).duty is Duty.ON_DUTY
    with pytest.raises(Forbidden):
        actions.set_duty(actor=actor, staff_id=other.pk, duty=Duty.ON_DUTY, now=NOW)
    other.refresh_from_db()
    assert other.duty == "off_duty"


def test_default_roles__ten_once_and_repeatable() -> None:
    assert len(actions.ensure_default_roles(actor=SETUP, now=NOW)) == 10
    role = Role.objects.get(code="agent")
    actions.save_role(actor=SETUP, code="agent", labels=role.labels, rights_held=[], reach=RoleReach.COMPANY, now=NOW)
    assert actions.ensure_default_roles(actor=SETUP, now=NOW) == []
    role.refresh_from_db()
    assert role.rights == []


def test_default_roles__a_new_right_reaches_existing_roles() -> None:
    actions.ensure_default_roles(actor=SETUP, now=NOW)
    for role in Role.objects.all():
        role.rights = [r for r in role.rights if r != "organization.edit_units"]
        role.known_rights = [r for r in role.known_rights if r != "organization.edit_units"]
        role.save()
    actions.ensure_default_roles(actor=SETUP, now=NOW)
    assert set(Role.objects.filter(rights__contains=["organization.edit_units"]).values_list("code", flat=True)) == {
        "admin"
    }


@pytest.mark.req("CTRL-01")
def test_separation_of_duties__refused_logged_and_reported_as_none() -> None:
    auditor, admin = make.staff(roles=("auditor",)), make.actor(roles=("admin",))
    with pytest.raises(Forbidden):
        actions.assign_role(actor=admin, staff_id=auditor.pk, role="claims", now=NOW)
    assert admin.staff_id is not None
    with pytest.raises(Forbidden):
        actions.assign_role(actor=admin, staff_id=admin.staff_id, role="agent", now=NOW)
    key = Actor(kind=ActorKind.API_KEY, id="1", rights=admin.rights, reach=admin.reach, answering_id=admin.staff_id)
    with pytest.raises(Forbidden):
        actions.assign_role(actor=key, staff_id=admin.staff_id, role="agent", now=NOW)
    denials = AuditEntry.objects.filter(type="audit.denied", actor_id__in=[admin.id, key.id])
    assert [d.changes["after"]["right"] for d in denials] == ["separation_of_duties"] * 3
    assert list(StaffRole.objects.filter(staff=auditor).values_list("role__code", flat=True)) == ["auditor"]
    assert queries.duty_conflicts(actor=admin, now=NOW) == []


def test_duty_conflicts__finds_what_was_written_past_the_actions() -> None:
    member = make.staff(roles=("quality",))
    claims = Role.objects.get(code="claims")
    StaffRole.objects.create(staff=member, role=claims, reach="company", valid_from=NOW)
    found = queries.duty_conflicts(actor=SETUP, now=NOW)
    assert [(f.staff_id, f.conflict.first, f.conflict.second) for f in found] == [(member.pk, "claims", "quality")]


def test_save_role__may_not_join_two_duties() -> None:
    actions.ensure_default_roles(actor=SETUP, now=NOW)
    both = ["organization.propose_authority", "organization.approve_authority"]
    with pytest.raises(Forbidden):
        actions.save_role(
            actor=SETUP, code="boss", labels={"en": "Boss"}, rights_held=both, reach=RoleReach.COMPANY, now=NOW
        )
    assert not Role.objects.filter(code="boss").exists()


def test_take_role__ends_now() -> None:
    member = make.staff(roles=("agent",))
    held = queries.roles_of(actor=SETUP, staff_id=member.pk)[0]
    actions.take_role(actor=SETUP, staff_role_id=held.id, now=NOW + timedelta(hours=1))
    after = queries.actor_for_staff(member.pk, now=NOW + timedelta(hours=1))
    assert after is not None
    assert after.roles == frozenset()


@pytest.mark.req("CUST-09", partial="planned visits")
def test_leaving__refused_while_anything_is_held_then_nothing_is_orphaned(desks: Desks) -> None:
    leaver, heir = make.staff(name="离任"), make.staff(name="接任")
    desks.owner = {1: leaver.pk, 2: leaver.pk, 3: heir.pk}
    outlet = make.unit()
    actions.set_head(actor=SETUP, unit_id=outlet.pk, staff_id=leaver.pk, now=NOW)
    with pytest.raises(StillHolding) as refused:
        actions.deactivate_staff(actor=SETUP, staff_id=leaver.pk, reason="离职", now=NOW)
    held = {h.kind: (h.count, [i.number for i in h.items]) for h in refused.value.held}
    assert held == {"tests.desks": (2, ["D-1", "D-2"]), "organization.heads": (1, [outlet.code])}
    assert Staff.objects.get(pk=leaver.pk).active
    for kind in held:
        actions.hand_over(actor=SETUP, from_staff_id=leaver.pk, to_staff_id=heir.pk, kind=kind, now=NOW)
    actions.deactivate_staff(actor=SETUP, staff_id=leaver.pk, reason="离职", now=NOW)
    assert queries.held_by_inactive(actor=SETUP) == {}
    assert Unit.objects.get(pk=outlet.pk).head_id == heir.pk
    types_logged = [e.type for e in audit.history(actor=SETUP, subject=("staff", leaver.pk))]
    assert types_logged[:3] == [
        "organization.staff_deactivated",
        "organization.handed_over",
        "organization.handed_over",
    ]
    assert OutboxEvent.objects.filter(type="organization.staff_left").count() == 1


def test_leaving__one_item_at_a_time_to_different_people(desks: Desks) -> None:
    leaver, first, second = make.staff(), make.staff(), make.staff()
    desks.owner = {1: leaver.pk, 2: leaver.pk}
    for desk, heir in ((1, first), (2, second)):
        actions.hand_over(
            actor=SETUP, from_staff_id=leaver.pk, to_staff_id=heir.pk, kind=desks.kind, item_ids=[desk], now=NOW
        )
    assert desks.owner == {1: first.pk, 2: second.pk}


def test_leaving__nothing_passes_to_somebody_who_has_left(desks: Desks) -> None:
    leaver, gone = make.staff(), make.staff()
    actions.deactivate_staff(actor=SETUP, staff_id=gone.pk, reason="离职", now=NOW)
    desks.owner = {1: leaver.pk}
    with pytest.raises(Invalid):
        actions.hand_over(actor=SETUP, from_staff_id=leaver.pk, to_staff_id=gone.pk, kind=desks.kind, now=NOW)
    with pytest.raises(Conflict):
        queries.assignee(actor=SETUP, staff_id=gone.pk)
    assert desks.owner == {1: leaver.pk}


def test_leaving__roles_end_sign_in_closes_and_sessions_end(client: Client) -> None:
    member = make.staff(roles=("agent",))
    opened = actions.open_staff_account(actor=SETUP, staff_id=member.pk, username="chenjing", now=NOW)
    user = User.objects.get(pk=opened.user_id)
    client.force_login(user)
    assert client.session.get("_auth_user_id") == str(user.pk)
    actions.deactivate_staff(actor=SETUP, staff_id=member.pk, reason="离职", now=NOW)
    user.refresh_from_db()
    assert (user.is_active, user.session_epoch) == (False, 1)
    assert not client.login(username="chenjing", password=opened.initial_password)
    assert queries.actor_for_user(user, now=NOW) is None
    assert not StaffRole.objects.at(NOW).filter(staff=member).exists()


def test_keys_to_staff__the_organization_answers_for_its_own() -> None:
    assert [key for key in queries.unanswered_keys() if key.startswith("organization.")] == []


def test_open_staff_account__first_password_is_shown_once_and_must_be_changed() -> None:
    member = make.staff()
    opened = actions.open_staff_account(actor=SETUP, staff_id=member.pk, username="ChenJing", now=NOW)
    user = User.objects.get(pk=opened.user_id)
    assert user.username == "chenjing"
    assert user.check_password(opened.initial_password)
    assert user.must_change_password
    with pytest.raises(Conflict):
        actions.open_staff_account(actor=SETUP, staff_id=member.pk, username="another", now=NOW)
    stored = str(list(AuditEntry.objects.values_list("changes", "personal"))) + str(
        list(OutboxEvent.objects.values_list("payload", "personal"))
    )
    assert opened.initial_password not in stored


def test_events__units_and_staff_tell_the_rooms_above() -> None:
    make.staff(make.unit())
    kinds = set(OutboxEvent.objects.values_list("type", flat=True))
    assert kinds >= {"organization.units_changed", "organization.staff_changed"}
    outbox.drain_all(now=NOW)
    assert settings.AUTH_USER_MODEL == "accounts.User"


def test_search__units_in_both_scripts_and_colleagues_within_reach() -> None:
    outlet, other = make.unit(name="客户中心网点", code="KH01"), make.unit()
    near, far = make.staff(outlet, name="周航", phones=("+8613812345678",)), make.staff(other, name="周远航")
    index.refresh("unit", [outlet.pk], now=NOW)
    index.refresh("staff", [near.pk, far.pk], now=NOW)
    found = make.actor(outlet, roles=("outlet",))

    def hits(text: str) -> list[tuple[str, int]]:
        return [(hit.kind, hit.object_id) for hit in search.search(actor=found, text=text).hits]

    assert hits("客戶中心") == [("unit", outlet.pk), ("staff", near.pk)]
    assert hits("kh01") == [("unit", outlet.pk)]
    assert hits("周航") == [("staff", near.pk)]
    assert hits("13812345678") == [("staff", near.pk)]
    assert hits("周远航") == []
