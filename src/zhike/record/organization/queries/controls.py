"""Control: who may do what, whose duties clash, and whether anything was approved beyond authority."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from zhike.platform.actors import Actor
from zhike.platform.authz import Right, authorize, rights
from zhike.platform.i18n.labels import pick
from zhike.record.organization.models import AuthorityLimit, AuthorityUse, Role, Staff, StaffRole
from zhike.record.organization.policies import VIEW_CONTROLS, VIEW_STAFF
from zhike.record.organization.rules import conflicts_among
from zhike.record.organization.types import ConflictFound, LimitState, RoleReach, declared_conflicts


@dataclass(frozen=True, slots=True)
class RoleRow:
    code: str
    label: str
    labels: Mapping[str, str]
    reach: RoleReach
    rights: frozenset[str]
    active: bool
    holders: int


@dataclass(frozen=True, slots=True)
class AuthorityCheck:
    """CTRL-05: approvals beyond authority ÷ all approvals; the first must be 0."""

    approvals: int
    beyond: int


def roles(*, actor: Actor, now: datetime) -> list[RoleRow]:
    """Every role with its rights and how many people hold it now."""
    authorize(actor, VIEW_CONTROLS)
    holders: dict[int, set[int]] = {}
    for role_id, staff_id in StaffRole.objects.at(now).filter(staff__active=True).values_list("role_id", "staff_id"):
        holders.setdefault(role_id, set()).add(staff_id)
    return [
        RoleRow(
            code=role.code,
            label=pick(role.labels) or role.code,
            labels=role.labels,
            reach=RoleReach(role.reach),
            rights=frozenset(role.rights),
            active=role.active,
            holders=len(holders.get(role.pk, ())),
        )
        for role in Role.objects.order_by("pk")
    ]


def all_rights(*, actor: Actor) -> list[Right]:
    authorize(actor, VIEW_CONTROLS)
    return list(rights().values())


def duty_conflicts(*, actor: Actor, now: datetime) -> list[ConflictFound]:
    """CTRL-01: people who hold two duties that must be apart, and roles that join two; must be empty."""
    authorize(actor, VIEW_CONTROLS)
    declared = declared_conflicts()
    found = [
        ConflictFound(conflict, None, pick(role.labels) or role.code)
        for role in Role.objects.filter(active=True).order_by("pk")
        for conflict in conflicts_among({role.code}, role.rights, declared)
    ]
    names = dict(Staff.objects.active().values_list("pk", "name"))
    held: dict[int, tuple[set[str], set[str]]] = {}
    rows = StaffRole.objects.at(now).filter(staff__active=True, role__active=True).order_by("staff_id")
    for staff_id, code, role_rights in rows.values_list("staff_id", "role__code", "role__rights"):
        own_roles, own_rights = held.setdefault(staff_id, (set(), set()))
        own_roles.add(code)
        own_rights.update(role_rights)
    found += [
        ConflictFound(conflict, staff_id, names[staff_id])
        for staff_id, (own_roles, own_rights) in held.items()
        for conflict in conflicts_among(own_roles, own_rights, declared)
    ]
    return found


def authority_rows(*, actor: Actor) -> QuerySet[AuthorityLimit]:
    """The authority table with proposals and past rows, for a list that filters and pages by itself."""
    authorize(actor, VIEW_CONTROLS)
    return AuthorityLimit.objects.select_related("role")


def authority_check(*, actor: Actor) -> AuthorityCheck:
    """Hold every approval against the approved row it names, as that row stands now."""
    authorize(actor, VIEW_CONTROLS)
    covering = AuthorityLimit.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=OuterRef("at")) | Q(valid_until=OuterRef("at")),
        Q(max_amount__isnull=True) | Q(max_amount__gte=OuterRef("amount")),
        Q(max_count__isnull=True) | Q(max_count__gt=OuterRef("used_count")),
        Q(max_total__isnull=True) | Q(max_total__gte=OuterRef("used_total") + OuterRef("amount")),
        Q(currency="") | Q(currency=OuterRef("currency")),
        Q(reason="") | Q(reason=OuterRef("reason")),
        pk=OuterRef("limit_id"),
        action=OuterRef("action"),
        state=LimitState.APPROVED.value,
        valid_from__lte=OuterRef("at"),
        decided_at__lte=OuterRef("at"),
    ).exclude(decided_by=F("proposed_by"))
    uses = AuthorityUse.objects.all()
    return AuthorityCheck(approvals=uses.count(), beyond=uses.filter(~Exists(covering)).count())


def roles_with(*, actor: Actor, right: str) -> list[str]:
    """The names of the roles in use that hold a right, for pages that say who may do what the reader may not."""
    authorize(actor, VIEW_STAFF)
    rows = Role.objects.filter(active=True, rights__contains=[right]).order_by("pk").values_list("code", "labels")
    return [pick(labels) or code for code, labels in rows]
