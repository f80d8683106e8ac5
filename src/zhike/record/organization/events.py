"""What the log says about the organization, and what rooms above are told."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.record.organization.types.labels import (
    DUTY_LABELS,
    LIMIT_STATE_LABELS,
    PERIOD_LABELS,
    REACH_LABELS,
    SERVICE_LABELS,
    SIDE_LABELS,
)
from zhike.record.organization.types.labels import KIND_LABELS as UNIT_KIND_LABELS

audit.tell(
    "organization",
    side=SIDE_LABELS,
    services=SERVICE_LABELS,
    duty=DUTY_LABELS,
    reach=REACH_LABELS,
    period=PERIOD_LABELS,
    state=LIMIT_STATE_LABELS,
    kind=UNIT_KIND_LABELS,
    role=audit.Of("role"),
    roles=audit.Of("role"),
    role_id=audit.Of("role"),
    to=audit.Of("staff"),
    made=audit.Of("role"),
    what={"units": _("Units"), "staff": _("People")},
)
_PERSON = frozenset({"name", "form_of_address", "phones", "email"})


class UnitOpened(audit.Event):
    type = "organization.unit_opened"
    label = _("Unit opened")


class UnitChanged(audit.Event):
    type = "organization.unit_changed"
    label = _("Unit changed")


class UnitMoved(audit.Event):
    type = "organization.unit_moved"
    label = _("Unit moved")


class UnitClosed(audit.Event):
    type = "organization.unit_closed"
    label = _("Unit closed")


class UnitReopened(audit.Event):
    type = "organization.unit_reopened"
    label = _("Unit opened again")


class UnitsNumbered(audit.Event):
    type = "organization.units_numbered"
    label = _("All units numbered anew")


class ScopeMended(audit.Event):
    type = "organization.scope_mended"
    label = _("Rows given the present number of their unit")


class DisruptionPublished(audit.Event):
    type = "organization.disruption_published"
    label = _("Disruption published")


class DisruptionEnded(audit.Event):
    type = "organization.disruption_ended"
    label = _("Disruption ended")


class StaffAdded(audit.Event):
    type = "organization.staff_added"
    label = _("Staff member added")
    personal = _PERSON


class StaffChanged(audit.Event):
    type = "organization.staff_changed"
    label = _("Staff member changed")
    personal = _PERSON


class SkillChanged(audit.Event):
    type = "organization.skill_changed"
    label = _("Skill changed")


class StaffDeactivated(audit.Event):
    type = "organization.staff_deactivated"
    label = _("Staff member deactivated")


class StaffReactivated(audit.Event):
    type = "organization.staff_reactivated"
    label = _("Staff member active again")


class HandedOver(audit.Event):
    type = "organization.handed_over"
    label = _("Work handed over")


class RolesSeeded(audit.Event):
    type = "organization.roles_seeded"
    label = _("Default roles set up")


class RoleChanged(audit.Event):
    type = "organization.role_changed"
    label = _("Role changed")


class RoleGiven(audit.Event):
    type = "organization.role_given"
    label = _("Role given")


class RoleTaken(audit.Event):
    type = "organization.role_taken"
    label = _("Role taken back")


class AuthorityProposed(audit.Event):
    type = "organization.authority_proposed"
    label = _("Authority limit proposed")


class AuthorityDecided(audit.Event):
    type = "organization.authority_decided"
    label = _("Authority limit decided")


class AuthorityEnded(audit.Event):
    type = "organization.authority_ended"
    label = _("Authority limit ended")


class AuthorityUsed(audit.Event):
    type = "organization.authority_used"
    label = _("Approved within authority")


class OrganizationImported(audit.Event):
    type = "organization.imported"
    label = _("Units or staff imported")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsChanged(outbox.Event):
    """Units were opened, changed, moved or closed; search and caches look at them anew."""

    type: ClassVar[str] = "organization.units_changed"
    unit_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChangedEvent(outbox.Event):
    """People came, changed, or left."""

    type: ClassVar[str] = "organization.staff_changed"
    staff_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLeft(outbox.Event):
    """Somebody was deactivated and holds nothing any more."""

    type: ClassVar[str] = "organization.staff_left"
    staff_id: int
