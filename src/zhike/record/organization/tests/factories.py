"""Small makers of units, people and authority, through the real actions."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from zhike.platform.actors import Actor, system_actor
from zhike.record.organization import actions, queries
from zhike.record.organization.models import Staff, Unit
from zhike.record.organization.types import (
    LimitTerms,
    Period,
    RoleReach,
    Side,
    StaffEntry,
    UnitEntry,
    UnitKind,
    register_gated_action,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SETUP = system_actor("tests.setup")
ZONE = "Asia/Shanghai"
PAY = register_gated_action("tests.pay", "Pay").code
_numbers = count(1)


def entry(**changes: Any) -> UnitEntry:
    values: dict[str, Any] = {
        "code": f"U{next(_numbers):05d}",
        "name": "浦东网点",
        "kind": UnitKind.OUTLET,
        "side": Side.FRONT,
        "zone": ZONE,
    }
    return UnitEntry(**{**values, **changes})


def company() -> Unit:
    """The root; made once a database."""
    found = Unit.objects.filter(parent__isnull=True).first()
    if found is not None:
        return found
    made = actions.create_unit(
        actor=SETUP, parent_id=None, entry=entry(code="HQ", name="知行速运", kind=UnitKind.COMPANY), now=NOW
    )
    return Unit.objects.get(pk=made.id)


def unit(parent: Unit | None = None, **changes: Any) -> Unit:
    made = actions.create_unit(actor=SETUP, parent_id=(parent or company()).pk, entry=entry(**changes), now=NOW)
    return Unit.objects.get(pk=made.id)


def staff(
    at: Unit | None = None, *, roles: tuple[str, ...] = (), reach: RoleReach | None = None, **changes: Any
) -> Staff:
    number = f"E{next(_numbers):05d}"
    values: dict[str, Any] = {"number": number, "name": "王敏", "unit_id": (at or company()).pk}
    made = actions.create_staff(actor=SETUP, entry=StaffEntry(**{**values, **changes}), now=NOW)
    if roles:
        actions.ensure_default_roles(actor=SETUP, now=NOW)
    for role in roles:
        actions.assign_role(actor=SETUP, staff_id=made.id, role=role, reach=reach, now=NOW)
    return Staff.objects.get(pk=made.id)


def actor(at: Unit | None = None, *, roles: tuple[str, ...] = ("agent",), reach: RoleReach | None = None) -> Actor:
    """Somebody at work with these roles."""
    return actor_of(staff(at, roles=roles, reach=reach))


def actor_of(member: Staff, *, now: datetime = NOW) -> Actor:
    found = queries.actor_for_staff(member.pk, now=now)
    assert found is not None
    return found


def terms(role: str = "claims", **changes: Any) -> LimitTerms:
    values: dict[str, Any] = {
        "role": role,
        "action": PAY,
        "max_amount": Decimal(500),
        "currency": "CNY",
        "period": Period.DAY,
        "max_total": Decimal(1000),
        "valid_from": NOW,
        "source": "授权表 2026-3",
    }
    return LimitTerms(**{**values, **changes})


def limit(role: str = "claims", **changes: Any) -> int:
    """An approved row of the authority table, by two different people."""
    proposer, approver = actor(roles=("admin",)), actor(roles=("executive",))
    made = actions.propose_authority_limit(actor=proposer, terms=terms(role, **changes), now=NOW)
    actions.decide_authority_limit(actor=approver, limit_id=made, approve=True, now=NOW)
    return made
