"""All writes of the organization."""

from zhike.record.organization.actions.authority import (
    decide_authority_limit,
    end_authority_limit,
    propose_authority_limit,
    use_authority,
)
from zhike.record.organization.actions.disruptions import end_disruption, publish_disruption
from zhike.record.organization.actions.first import AdministratorExists, make_first_administrator
from zhike.record.organization.actions.imports import import_staff, import_units
from zhike.record.organization.actions.leaving import deactivate_staff, hand_over, reactivate_staff
from zhike.record.organization.actions.roles import (
    assign_role,
    ensure_default_roles,
    give_new_rights,
    save_role,
    take_role,
)
from zhike.record.organization.actions.staff import (
    create_staff,
    open_staff_account,
    renew_staff_password,
    save_skill,
    set_duty,
    update_courier,
    update_staff,
)
from zhike.record.organization.actions.units import (
    close_unit,
    create_unit,
    mend_scope,
    move_unit,
    reopen_unit,
    set_head,
    update_unit,
)

__all__ = [
    "AdministratorExists",
    "assign_role",
    "close_unit",
    "create_staff",
    "create_unit",
    "deactivate_staff",
    "decide_authority_limit",
    "end_authority_limit",
    "end_disruption",
    "ensure_default_roles",
    "give_new_rights",
    "hand_over",
    "import_staff",
    "import_units",
    "make_first_administrator",
    "mend_scope",
    "move_unit",
    "open_staff_account",
    "propose_authority_limit",
    "publish_disruption",
    "reactivate_staff",
    "renew_staff_password",
    "reopen_unit",
    "save_role",
    "save_skill",
    "set_duty",
    "set_head",
    "take_role",
    "update_courier",
    "update_staff",
    "update_unit",
    "use_authority",
]
