"""A colleague leaves: what they hold passes on first, then the door closes; the past keeps their name."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, outbox
from zhike.platform.accounts import actions as accounts
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.record.organization import events
from zhike.record.organization.actions.staff import locked_staff
from zhike.record.organization.models import Staff, StaffRole
from zhike.record.organization.policies import DEACTIVATE_STAFF, HAND_OVER
from zhike.record.organization.queries.leaving import held_by
from zhike.record.organization.types import Duty, StillHolding, holdings


@action
def hand_over(
    *,
    actor: Actor,
    from_staff_id: int,
    to_staff_id: int,
    kind: str,
    item_ids: Sequence[int] | None = None,
    reason: str = "",
    now: datetime,
) -> int:
    """Pass things of one kind (all of them where `item_ids` is None) to an active colleague; returns how many."""
    # In key order, so that two hand-overs between the same people do not wait for each other for ever.
    people = {pk: locked_staff(actor, pk) for pk in sorted({from_staff_id, to_staff_id})}
    source, target = people[from_staff_id], people[to_staff_id]
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id), unit_no=source.unit.tree_no)
    provider = next((p for p in holdings() if p.kind == kind), None)
    if provider is None:
        raise NotFound
    if from_staff_id == to_staff_id or not target.active:
        raise Invalid.of("to_staff_id", "unfit", _("Choose an active colleague."))
    passed = provider.reassign(
        actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, item_ids=item_ids, now=now
    )
    audit.record(
        actor,
        events.HandedOver(
            subject=("staff", from_staff_id),
            after={"kind": kind, "to": to_staff_id, "count": passed, "items": list(item_ids or [])},
            reason=reason,
        ),
        now=now,
    )
    return passed


@action
def deactivate_staff(*, actor: Actor, staff_id: int, reason: str, now: datetime) -> None:
    """Close the door behind a leaver: roles end, the sign-in closes, every session ends.

    Raises StillHolding, with every kind listed, while the person holds anything at all.
    """
    staff = locked_staff(actor, staff_id, against_new_work=True)
    authorize(actor, DEACTIVATE_STAFF, subject=("staff", staff_id), unit_no=staff.unit.tree_no)
    if not staff.active:
        return
    if actor.staff_id == staff_id:
        raise Invalid.of("staff_id", "oneself", _("Somebody else must close your own account."))
    held = held_by(actor=actor, staff_id=staff_id)
    if held:
        raise StillHolding(held)
    staff.active, staff.duty = False, Duty.OFF_DUTY.value
    staff.employed_until = staff.employed_until or clock.local_date(now, staff.unit.zone)
    staff.save(update_fields=["active", "duty", "employed_until"])
    roles = _end_roles(staff, now)
    if staff.user_id is not None:
        accounts.close_account(actor=actor, user_id=staff.user_id, reason=reason, now=now)
    audit.record(
        actor,
        events.StaffDeactivated(
            subject=("staff", staff_id),
            before={"active": True, "roles": roles},
            after={"employed_until": staff.employed_until},
            reason=reason,
        ),
        now=now,
    )
    outbox.emit(events.StaffLeft(staff_id=staff_id), now=now)


@action
def reactivate_staff(*, actor: Actor, staff_id: int, reason: str, now: datetime) -> None:
    """Somebody comes back; roles are given anew, an existing sign-in opens again."""
    staff = locked_staff(actor, staff_id)
    authorize(actor, DEACTIVATE_STAFF, subject=("staff", staff_id), unit_no=staff.unit.tree_no)
    if staff.active:
        return
    before = staff.employed_until
    staff.active, staff.employed_until = True, None
    staff.save(update_fields=["active", "employed_until"])
    if staff.user_id is not None:
        accounts.reopen_account(actor=actor, user_id=staff.user_id, reason=reason, now=now)
    audit.record(
        actor,
        events.StaffReactivated(
            subject=("staff", staff_id), before={"employed_until": before}, after={"active": True}, reason=reason
        ),
        now=now,
    )
    outbox.emit(events.StaffChangedEvent(staff_ids=[staff_id]), now=now)


def _end_roles(staff: Staff, now: datetime) -> list[str]:
    """End every role that runs; one that was to begin later never does."""
    rows = StaffRole.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), staff=staff)
    codes = list(rows.order_by("pk").values_list("role__code", flat=True))
    rows.filter(valid_from__gt=now).delete()
    rows.update(valid_until=now)
    return codes
