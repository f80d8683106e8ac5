"""Units, people, roles and authority."""

from zhike.record.organization.models.authority import AuthorityLimit, AuthorityUse
from zhike.record.organization.models.staff import Role, Skill, Staff, StaffRole, StaffSkill
from zhike.record.organization.models.units import Unit, UnitDisruption, UnitNumber

__all__ = [
    "AuthorityLimit",
    "AuthorityUse",
    "Role",
    "Skill",
    "Staff",
    "StaffRole",
    "StaffSkill",
    "Unit",
    "UnitDisruption",
    "UnitNumber",
]
