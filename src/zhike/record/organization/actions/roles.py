"""Roles and who holds them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor, person_of_staff
from zhike.platform.authz import authorize, rights
from zhike.platform.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from zhike.record.organization import events
from zhike.record.organization.actions.staff import locked_staff
from zhike.record.organization.models import Role, Staff, StaffRole, Unit
from zhike.record.organization.policies import ASSIGN_ROLES, EDIT_ROLES, refuse_same_person, staff_scope
from zhike.record.organization.rules import conflicts_among
from zhike.record.organization.types import DEFAULT_ROLES, RoleReach, declared_conflicts


@action
def ensure_default_roles(*, actor: Actor, now: datetime) -> list[str]:
    """Make the ten roles that are missing, with the rights that rooms declare for them; returns the codes made.

    A role that exists keeps what people made of it; it only gets rights that no role had ever been asked about,
    because the room that declares them is new.
    """
    authorize(actor, EDIT_ROLES)
    known = {role.code: role for role in Role.objects.select_for_update(no_key=True).order_by("code")}
    asked = {code for role in known.values() for code in role.known_rights}
    declared = rights()
    made: list[str] = []
    for code, (reach, labels) in DEFAULT_ROLES.items():
        granted = [right.code for right in declared.values() if code in right.default_roles]
        role = known.get(code)
        if role is None:
            Role.objects.create(
                code=code, labels=labels, reach=reach.value, rights=granted, known_rights=list(declared)
            )
            made.append(code)
            continue
        role.rights = sorted({*role.rights, *(r for r in granted if r not in asked)})
        role.known_rights = sorted({*role.known_rights, *declared})
        role.save(update_fields=["rights", "known_rights"])
    audit.record(actor, events.RolesSeeded(subject=("role", "*"), after={"made": made}), now=now)
    return made


@action
def give_new_rights(*, actor: Actor, now: datetime) -> bool:
    """After an upgrade: the ready-made roles get the rights of rooms that are new; whether there were any.

    A company without roles has not begun, and one that knows every right is left alone.
    """
    authorize(actor, EDIT_ROLES)
    known = {code for rights_asked in Role.objects.values_list("known_rights", flat=True) for code in rights_asked}
    if not known or set(rights()) <= known:
        return False
    ensure_default_roles(actor=actor, now=now)
    return True


@action
def save_role(
    *,
    actor: Actor,
    code: str,
    labels: Mapping[str, str],
    rights_held: Collection[str],
    reach: RoleReach,
    active: bool = True,
    now: datetime,
) -> None:
    """Add a role or change it. Refused where it alone, or together with others of a holder, joins two duties."""
    declared = rights()
    role = Role.objects.select_for_update(no_key=True).filter(code=code).first() or Role(code=code)
    authorize(actor, EDIT_ROLES, subject=("role", code))
    unknown = sorted(set(rights_held) - set(declared))
    if unknown:
        raise Invalid.of("rights", "unknown", _("There is no such right: %(rights)s"), rights=", ".join(unknown))
    before = {"labels": role.labels, "rights": role.rights, "reach": role.reach, "active": role.active}
    role.labels, role.reach, role.active = dict(labels), reach.value, active
    role.rights, role.known_rights = sorted(rights_held), list(declared)
    _refuse_conflicts({code}, set(role.rights))
    role.save()
    for holder in StaffRole.objects.at(now).filter(role=role).values_list("staff_id", flat=True).distinct():
        _refuse_conflicts(*_held(holder, now))
    after = {"labels": role.labels, "rights": role.rights, "reach": role.reach, "active": role.active}
    changed = [name for name in after if before[name] != after[name]]
    audit.record(
        actor,
        events.RoleChanged(
            subject=("role", code),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        ),
        now=now,
    )


@action
def assign_role(
    *,
    actor: Actor,
    staff_id: int,
    role: str,
    reach: RoleReach | None = None,
    unit_id: int | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    now: datetime,
) -> int:
    """Give a role from now or from `valid_from`; the reach is the role's usual one unless said. Returns its id.

    Nobody gives a role to themselves, and no one person gets two duties that must be apart.
    """
    staff = locked_staff(actor, staff_id)
    authorize(actor, ASSIGN_ROLES, subject=("staff", staff_id), unit_no=staff.unit.tree_no)
    refuse_same_person(actor, person=person_of_staff(staff_id))
    found = Role.objects.filter(code=role, active=True).first()
    if found is None:
        raise Invalid.of("role", "unknown", _("There is no such role: %(role)s"), role=role)
    chosen = reach or RoleReach(found.reach)
    start = valid_from or now
    _check_assignment(staff, chosen, unit_id, start, valid_until)
    roles, held = _held(staff_id, start, until=valid_until)
    _refuse_conflicts({*roles, found.code}, {*held, *found.rights})
    given = StaffRole.objects.create(
        staff=staff,
        role=found,
        reach=chosen.value,
        unit_id=unit_id if chosen is RoleReach.SUBTREE else None,
        valid_from=start,
        valid_until=valid_until,
    )
    audit.record(
        actor,
        events.RoleGiven(
            subject=("staff", staff_id),
            after={
                "role": role,
                "reach": chosen,
                "unit_id": given.unit_id,
                "valid_from": start,
                "valid_until": valid_until,
            },
        ),
        now=now,
    )
    return given.pk


@action
def take_role(*, actor: Actor, staff_role_id: int, reason: str = "", now: datetime) -> None:
    """End a role now; one that had not begun never begins."""
    found = StaffRole.objects.select_related("role", "staff__unit").select_for_update(of=("self",))
    given = found.filter(staff_scope(actor, "staff__"), pk=staff_role_id).first()
    if given is None:
        raise NotFound
    authorize(actor, ASSIGN_ROLES, subject=("staff", given.staff_id), unit_no=given.staff.unit.tree_no)
    refuse_same_person(actor, person=person_of_staff(given.staff_id))
    if given.valid_until is None or given.valid_until > now:
        given.valid_until = max(now, given.valid_from)
        given.save(update_fields=["valid_until"])
    audit.record(
        actor,
        events.RoleTaken(subject=("staff", given.staff_id), before={"role": given.role.code}, reason=reason),
        now=now,
    )


def _check_assignment(
    staff: Staff, reach: RoleReach, unit_id: int | None, start: datetime, until: datetime | None
) -> None:
    if not staff.active:
        raise Conflict(_("This person has left."))
    wrong: dict[str, list[FieldError]] = {}
    if unit_id is not None and reach is not RoleReach.SUBTREE:
        wrong["unit_id"] = [FieldError("reach", _("Only a reach over a unit names one."))]
    elif unit_id is not None and not Unit.objects.active().filter(pk=unit_id).exists():
        wrong["unit_id"] = [FieldError("unknown", _("There is no such open unit."))]
    if until is not None and until <= start:
        wrong["valid_until"] = [FieldError("order", _("The end lies before the start."))]
    if wrong:
        raise Invalid(wrong)


def _held(staff_id: int, start: datetime, *, until: datetime | None = None) -> tuple[set[str], set[str]]:
    """Roles and rights that a person holds at any time from `start` on."""
    rows = StaffRole.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=start), staff_id=staff_id, role__active=True
    )
    if until is not None:
        rows = rows.filter(valid_from__lt=until)
    pairs: Sequence[tuple[str, list[str]]] = list(rows.values_list("role__code", "role__rights"))
    return {code for code, _rights in pairs}, {right for _code, held in pairs for right in held}


def _refuse_conflicts(roles: Collection[str], held: Collection[str]) -> None:
    found = conflicts_among(roles, held, declared_conflicts())
    if found:
        first = found[0]
        raise Forbidden(
            _("%(first)s and %(second)s must be different people. %(why)s"),
            right="separation_of_duties",
            next_step=_("Give the role to somebody else, or take the other one back first."),
            first=first.first,
            second=first.second,
            why=first.why,
        )
