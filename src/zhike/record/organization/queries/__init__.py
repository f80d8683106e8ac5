"""Reading the organization."""

from zhike.record.organization.queries.actors import actor_for_staff, actor_for_user
from zhike.record.organization.queries.authority import check_authority
from zhike.record.organization.queries.controls import (
    all_rights,
    authority_check,
    authority_rows,
    duty_conflicts,
    roles,
)
from zhike.record.organization.queries.leaving import held_by, held_by_inactive, unanswered_keys
from zhike.record.organization.queries.staff import (
    assignee,
    couriers_of,
    couriers_without_phone,
    roles_of,
    skills,
    skills_of,
    staff_labels,
    staff_member,
    staff_rows,
)
from zhike.record.organization.queries.units import (
    disruptions,
    outlet_card,
    outlet_cards,
    point_register,
    subtree,
    unit_by_id,
    unit_labels,
    unit_of_no,
    unit_path,
    unit_rows,
    unit_tree,
    units_of_nos,
)

__all__ = [
    "actor_for_staff",
    "actor_for_user",
    "all_rights",
    "assignee",
    "authority_check",
    "authority_rows",
    "check_authority",
    "couriers_of",
    "couriers_without_phone",
    "disruptions",
    "duty_conflicts",
    "held_by",
    "held_by_inactive",
    "outlet_card",
    "outlet_cards",
    "point_register",
    "roles",
    "roles_of",
    "skills",
    "skills_of",
    "staff_labels",
    "staff_member",
    "staff_rows",
    "subtree",
    "unanswered_keys",
    "unit_by_id",
    "unit_labels",
    "unit_of_no",
    "unit_path",
    "unit_rows",
    "unit_tree",
    "units_of_nos",
]
