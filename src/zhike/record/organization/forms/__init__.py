"""Forms of the organization."""

from zhike.record.organization.forms.control import AuthorityForm, RoleForm
from zhike.record.organization.forms.people import (
    AccountForm,
    CourierForm,
    GiveRoleForm,
    HandOverForm,
    ProfileForm,
    ReasonForm,
    StaffForm,
)
from zhike.record.organization.forms.units import CloseForm, DisruptionForm, MoveForm, UnitForm

__all__ = [
    "AccountForm",
    "AuthorityForm",
    "CloseForm",
    "CourierForm",
    "DisruptionForm",
    "GiveRoleForm",
    "HandOverForm",
    "MoveForm",
    "ProfileForm",
    "ReasonForm",
    "RoleForm",
    "StaffForm",
    "UnitForm",
]
