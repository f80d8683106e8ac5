"""The first person of an empty company, who then makes everybody else."""

from datetime import datetime
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhike.platform.accounts.types import OpenedAccount
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.calendars.actions import ensure_default_calendar
from zhike.platform.errors import Conflict, Invalid
from zhike.record.organization.actions import _tree
from zhike.record.organization.actions.roles import assign_role, ensure_default_roles
from zhike.record.organization.actions.staff import create_staff, open_staff_account
from zhike.record.organization.actions.units import create_unit
from zhike.record.organization.models import StaffRole, Unit
from zhike.record.organization.models.staff import StaffRoleSet
from zhike.record.organization.types import Side, StaffEntry, UnitEntry, UnitKind

ADMIN = "admin"
COMPANY_CODE = "HQ"


class AdministratorExists(Conflict):
    code = "administrator_exists"
    message = _("This company has an administrator already.")
    next_step = _("Whoever is administrator adds people and gives roles under Settings, People.")


@action
def make_first_administrator(
    *,
    actor: Actor,
    company: str,
    name: str,
    username: str,
    zone: str = "Asia/Shanghai",
    language: str = "zh-hans",
    now: datetime,
) -> OpenedAccount:
    """Open the company, its calendar where there is none, and a person with sign-in and the role of administrator.

    The password is given back once and must be changed at the first sign-in. Raises AdministratorExists when somebody
    with this role can sign in; Invalid for an empty name, an unknown zone or a user name that cannot be.
    """
    _tree.lock_tree()
    if _administrators(now).exists():
        raise AdministratorExists
    if zone not in available_timezones():
        raise Invalid.of("zone", "unknown", _("There is no time zone %(zone)s."), zone=zone)
    with transaction.atomic():
        ensure_default_calendar(actor=actor, zone=zone, now=now)
        unit_id = _root(actor, company, zone, now)
        ensure_default_roles(actor=actor, now=now)
        entry = StaffEntry(number=username.strip().upper(), name=name, unit_id=unit_id)
        made = create_staff(actor=actor, entry=entry, now=now)
        assign_role(actor=actor, staff_id=made.id, role=ADMIN, now=now)
        return open_staff_account(actor=actor, staff_id=made.id, username=username, language=language, now=now)


def _administrators(now: datetime) -> StaffRoleSet:
    return StaffRole.objects.at(now).filter(role__code=ADMIN, staff__active=True, staff__user__is_active=True)


def _root(actor: Actor, company: str, zone: str, now: datetime) -> int:
    found = Unit.objects.filter(parent__isnull=True).values_list("pk", flat=True).first()
    if found is not None:
        return found
    entry = UnitEntry(code=COMPANY_CODE, name=company, kind=UnitKind.COMPANY, side=Side.BACK, zone=zone)
    return create_unit(actor=actor, parent_id=None, entry=entry, now=now).id
