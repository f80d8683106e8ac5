"""People: lists, couriers, and who is who."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.ids import ids_of
from zhike.platform.errors import Conflict, NotFound
from zhike.platform.i18n.labels import pick
from zhike.record.organization.models import Role, Skill, Staff, StaffRole, StaffSet, StaffSkill
from zhike.record.organization.policies import VIEW_STAFF, staff_scope
from zhike.record.organization.types import Courier, Duty, RoleReach, StaffSummary


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role as the person's page shows it, running, coming or past."""

    id: int
    code: str
    label: str
    reach: RoleReach
    unit_name: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class SkillLevel:
    code: str
    label: str
    level: int


def staff_rows(*, actor: Actor) -> StaffSet:
    """People within reach with their units, for lists that filter, sort and page by themselves."""
    return Staff.objects.filter(staff_scope(actor)).select_related("unit")


def staff_member(*, actor: Actor, staff_id: int) -> Staff:
    """One person with unit and sign-in; raises NotFound."""
    found = staff_rows(actor=actor).select_related("user").filter(pk=staff_id).first()
    if found is None:
        raise NotFound
    return found


def roles_of(*, actor: Actor, staff_id: int) -> list[HeldRole]:
    """Every role that a person has, had or will have, the newest first."""
    rows = StaffRole.objects.filter(staff_scope(actor, "staff__"), staff_id=staff_id)
    return [
        HeldRole(
            id=row.pk,
            code=row.role.code,
            label=pick(row.role.labels),
            reach=RoleReach(row.reach),
            unit_name=row.unit.name if row.unit else "",
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in rows.select_related("role", "unit").order_by("-valid_from", "-pk")
    ]


def skills_of(*, actor: Actor, staff_id: int) -> list[SkillLevel]:
    rows = StaffSkill.objects.filter(staff_scope(actor, "staff__"), staff_id=staff_id).select_related("skill")
    return [SkillLevel(r.skill.code, pick(r.skill.labels) or r.skill.code, r.level) for r in rows.order_by("pk")]


def skills(*, actor: Actor) -> Mapping[str, str]:
    """All skills with their labels, for staff of the company."""
    if actor.staff_id is None and not actor.reach.everything:
        return {}
    return {skill.code: pick(skill.labels) or skill.code for skill in Skill.objects.order_by("code")}


def couriers_of(*, actor: Actor, unit_id: int) -> list[Courier]:
    """Active couriers of one unit, by name."""
    rows = staff_rows(actor=actor).couriers().filter(unit_id=unit_id).order_by("name_pinyin", "pk")
    return [Courier(s.pk, s.number, s.name, s.phone, Duty(s.duty)) for s in rows]


def couriers_without_phone(*, actor: Actor) -> StaffSet:
    """Couriers whom no customer can be connected to: the outlet's due list."""
    return staff_rows(actor=actor).couriers().filter(phones=[]).order_by("name_pinyin", "pk")


def staff_labels(*, actor: Actor, staff_ids: Iterable[int]) -> dict[int, str]:
    """Names of colleagues for the record of what they did; names of all, whoever may see the record."""
    if actor.staff_id is None and not actor.reach.everything:
        return {}
    return dict(Staff.objects.filter(pk__in=set(staff_ids)).values_list("pk", "name"))


def colleagues(*, actor: Actor, staff_ids: Collection[int]) -> list[StaffSummary]:
    """Active colleagues to hand work to, of whatever unit, by name: what is handed over may leave one's reach."""
    if actor.staff_id is None and not actor.reach.everything:
        return []
    rows = Staff.objects.active().filter(pk__in=staff_ids).select_related("unit").order_by("name_pinyin", "pk")
    return [staff_summary(row) for row in rows]


def assignee(*, actor: Actor, staff_id: int) -> StaffSummary:
    """Somebody to give work to, locked against leaving until the end of the transaction; raises Conflict for leavers.

    Rooms call it before they write a new owner, so that nothing is ever held by somebody who has left (CUST-09).
    """
    if actor.staff_id is None and not actor.reach.everything:
        raise NotFound
    found = (
        Staff.objects.select_related("unit").select_for_update(of=("self",), no_key=True).filter(pk=staff_id).first()
    )
    if found is None:
        raise NotFound
    if not found.active:
        raise Conflict(_("%(name)s has left."), next_step=_("Choose an active colleague."), name=found.name)
    return staff_summary(found)


def on_leave(*, actor: Actor, staff_ids: Collection[int]) -> set[int]:
    """Those of these colleagues who are on leave. One query."""
    if actor.staff_id is None and not actor.reach.everything:
        return set()
    rows = Staff.objects.filter(pk__in=staff_ids, duty=Duty.LEAVE.value)
    return set(rows.values_list("pk", flat=True))


def on_duty_with(*, actor: Actor, roles: Collection[str], now: datetime) -> dict[int, int]:
    """Active colleagues on duty who hold one of these roles now, with the tree number of their unit. One query."""
    if actor.staff_id is None and not actor.reach.everything:
        return {}
    held = StaffRole.objects.at(now).filter(role__code__in=roles, role__active=True)
    rows = Staff.objects.active().filter(duty=Duty.ON_DUTY.value, pk__in=held.values("staff_id"))
    return dict(rows.values_list("pk", "unit__tree_no"))


def people_with(*, actor: Actor, right: str, now: datetime) -> set[int]:
    """Active colleagues who hold this right now, by whatever role, on duty or not. One query."""
    if actor.staff_id is None and not actor.reach.everything:
        return set()
    held = StaffRole.objects.at(now).filter(role__rights__contains=[right], role__active=True)
    return set(Staff.objects.active().filter(pk__in=held.values("staff_id")).values_list("pk", flat=True))


def holders_of(*, actor: Actor, roles: Collection[str], now: datetime) -> list[int]:
    """Active colleagues who hold one of these roles now, on duty or not. One query."""
    if actor.staff_id is None and not actor.reach.everything:
        return []
    held = StaffRole.objects.at(now).filter(role__code__in=roles, role__active=True)
    return list(
        Staff.objects.active().filter(pk__in=held.values("staff_id")).order_by("pk").values_list("pk", flat=True)
    )


def staff_summary(staff: Staff) -> StaffSummary:
    """`staff` with its unit loaded."""
    return StaffSummary(
        id=staff.pk,
        number=staff.number,
        name=staff.name,
        form_of_address=staff.form_of_address,
        unit_id=staff.unit_id,
        unit_name=staff.unit.name,
        unit_no=staff.unit.tree_no,
        zone=staff.unit.zone,
        rank=staff.rank,
        phone=staff.phone,
        email=staff.email,
        duty=Duty(staff.duty),
        is_courier=staff.is_courier,
        active=staff.active,
        user_id=staff.user_id,
    )


def staff_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and page of colleagues, by id as text."""
    found = staff_labels(actor=actor, staff_ids=ids_of(keys))
    return {str(pk): (name, reverse("organization:person", args=[pk])) for pk, name in found.items()}


def roles_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Labels of roles, by code."""
    authorize(actor, VIEW_STAFF)
    rows = Role.objects.filter(code__in=list(keys)).values_list("code", "labels")
    return {code: (pick(labels) or code, reverse("organization:role_edit", args=[code])) for code, labels in rows}
