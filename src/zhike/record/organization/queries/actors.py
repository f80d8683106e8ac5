"""What a signed-in person may do, and to which rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from zhike.platform.accounts.types import SignIn
from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.record.organization.models import Staff, StaffRole, Unit
from zhike.record.organization.rules import merged
from zhike.record.organization.types import RoleReach


# zhike: allow query-actor -- it makes the actor
def actor_for_user(user: SignIn, *, now: datetime) -> Actor | None:
    """The actor behind a sign-in: one query. None where no active member of staff belongs to it."""
    staff = _with_roles(now).filter(user_id=user.pk, active=True).first()
    return _actor(staff, language=user.language) if staff else None


# zhike: allow query-actor -- it makes the actor
def actor_for_staff(staff_id: int, *, now: datetime) -> Actor | None:
    """The actor that this person is now; for work done in somebody's name, e.g. a queued import."""
    staff = _with_roles(now).select_related("user").filter(pk=staff_id, active=True).first()
    if staff is None:
        return None
    return _actor(staff, language=staff.user.language if staff.user else "zh-hans")


def _with_roles(now: datetime) -> QuerySet[Staff]:
    """Staff with their unit and, as `held`, the roles that they have now: every page asks it, in one question."""
    held = StaffRole.objects.at(now).filter(staff=OuterRef("pk"), role__active=True)
    row = JSONObject(
        code="role__code",
        rights="role__rights",
        reach="reach",
        unit="unit_id",
        parent="unit__parent_id",
        low="unit__tree_no",
        high="unit__tree_end",
    )
    return Staff.objects.select_related("unit").annotate(held=ArraySubquery(held.values_list(row)))


def _actor(staff: Staff, *, language: str) -> Actor:
    held: list[dict[str, Any]] = staff.held  # type: ignore[attr-defined]  # annotated above
    return Actor(
        kind=ActorKind.STAFF,
        id=str(staff.pk),
        rights=frozenset(right for h in held for right in h["rights"]),
        roles=frozenset(h["code"] for h in held),
        reach=_reach(staff, held),
        user_id=staff.user_id,
        staff_id=staff.pk,
        unit_id=staff.unit_id,
        unit_no=staff.unit.tree_no,
        label=staff.name,
        zone=staff.unit.zone,
        language=language,
    )


def _reach(staff: Staff, held: list[dict[str, Any]]) -> Reach:
    if any(h["reach"] == RoleReach.COMPANY.value for h in held):
        return Reach(everything=True)
    return reach_of_units(
        [
            Unit(parent_id=h["parent"], tree_no=h["low"], tree_end=h["high"]) if h["unit"] else staff.unit
            for h in held
            if h["reach"] == RoleReach.SUBTREE.value
        ]
    )


# zhike: allow query-actor -- it makes an actor's reach
def reach_of_units(roots: Sequence[Unit]) -> Reach:
    """All that hangs below these units. The company's own unit is the whole company, rows of no unit included."""
    if any(root.parent_id is None for root in roots):
        return Reach(everything=True)
    return Reach(intervals=merged((root.tree_no, root.tree_end) for root in roots))
