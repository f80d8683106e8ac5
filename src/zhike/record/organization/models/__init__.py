"""Units, people, roles and authority."""

from zhike.record.organization.models.authority import AuthorityLimit, AuthorityUse
from zhike.record.organization.models.staff import Role, Skill, Staff, StaffRole, StaffSet, StaffSkill
from zhike.record.organization.models.units import Unit, UnitDisruption, UnitNumber, UnitSet

__all__ = [
    "AuthorityLimit",
    "AuthorityUse",
    "Role",
    "Skill",
    "Staff",
    "StaffRole",
    "StaffSet",
    "StaffSkill",
    "Unit",
    "UnitDisruption",
    "UnitNumber",
    "UnitSet",
]
