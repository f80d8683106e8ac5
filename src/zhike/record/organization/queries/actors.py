"""What a signed-in person may do, and to which rows."""

from datetime import datetime

from zhike.platform.accounts.types import SignIn
from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.record.organization.models import Staff, StaffRole
from zhike.record.organization.rules import merged
from zhike.record.organization.types import RoleReach


# zhike: allow query-actor -- it makes the actor
def actor_for_user(user: SignIn, *, now: datetime) -> Actor | None:
    """The actor behind a sign-in: two queries. None where no active member of staff belongs to it."""
    staff = Staff.objects.select_related("unit").filter(user_id=user.pk, active=True).first()
    return _actor(staff, now, language=user.language) if staff else None


# zhike: allow query-actor -- it makes the actor
def actor_for_staff(staff_id: int, *, now: datetime) -> Actor | None:
    """The actor that this person is now; for work done in somebody's name, e.g. a queued import."""
    staff = Staff.objects.select_related("unit", "user").filter(pk=staff_id, active=True).first()
    if staff is None:
        return None
    return _actor(staff, now, language=staff.user.language if staff.user else "zh-hans")


def _actor(staff: Staff, now: datetime, *, language: str) -> Actor:
    held = list(StaffRole.objects.at(now).filter(staff=staff, role__active=True).select_related("role", "unit"))
    return Actor(
        kind=ActorKind.STAFF,
        id=str(staff.pk),
        rights=frozenset(right for h in held for right in h.role.rights),
        roles=frozenset(h.role.code for h in held),
        reach=_reach(staff, held),
        user_id=staff.user_id,
        staff_id=staff.pk,
        unit_id=staff.unit_id,
        unit_no=staff.unit.tree_no,
        label=staff.name,
        zone=staff.unit.zone,
        language=language,
    )


def _reach(staff: Staff, held: list[StaffRole]) -> Reach:
    if any(h.reach == RoleReach.COMPANY.value for h in held):
        return Reach(everything=True)
    roots = [h.unit or staff.unit for h in held if h.reach == RoleReach.SUBTREE.value]
    return Reach(intervals=merged((root.tree_no, root.tree_end) for root in roots))
