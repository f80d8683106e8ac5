"""All writes of the customer file."""

from zhike.record.customers.actions.contacts import (
    Touch,
    add_seat,
    contact_left,
    contact_returned,
    create_contact,
    fill_seat,
    record_contacts,
    record_contacts_of,
    remove_seat,
    update_contact,
)
from zhike.record.customers.actions.customers import (
    add_reference,
    create_customer,
    deactivate_customer,
    reactivate_customer,
    update_customer,
    verify_customer,
)
from zhike.record.customers.actions.enquiries import (
    TakenEnquiry,
    convert_prospect,
    lose_enquiry,
    reopen_enquiry,
    take_enquiry,
    win_enquiry,
)
from zhike.record.customers.actions.erasure import erase_expired, erase_people, replay_erasures
from zhike.record.customers.actions.erasure_requests import ask_erasure, grant_erasure, refuse_erasure
from zhike.record.customers.actions.groups import link_group, merge_customers, undo_merge
from zhike.record.customers.actions.handover import pass_enquiries, pass_people
from zhike.record.customers.actions.owners import change_owner, follow_staff, take_back_owners
from zhike.record.customers.actions.points import (
    add_point,
    change_point,
    doubt_address,
    remove_point,
    reveal_point,
)
from zhike.record.customers.actions.stages import age_stages, record_service_events, set_stage
from zhike.record.customers.actions.standing import record_dealings, set_standing, withdraw_standing

__all__ = [
    "TakenEnquiry",
    "Touch",
    "add_point",
    "add_reference",
    "add_seat",
    "age_stages",
    "ask_erasure",
    "change_owner",
    "change_point",
    "contact_left",
    "contact_returned",
    "convert_prospect",
    "create_contact",
    "create_customer",
    "deactivate_customer",
    "doubt_address",
    "erase_expired",
    "erase_people",
    "fill_seat",
    "follow_staff",
    "grant_erasure",
    "link_group",
    "lose_enquiry",
    "merge_customers",
    "pass_enquiries",
    "pass_people",
    "reactivate_customer",
    "record_contacts",
    "record_contacts_of",
    "record_dealings",
    "record_service_events",
    "refuse_erasure",
    "remove_point",
    "remove_seat",
    "reopen_enquiry",
    "replay_erasures",
    "reveal_point",
    "set_stage",
    "set_standing",
    "take_back_owners",
    "take_enquiry",
    "undo_merge",
    "update_contact",
    "update_customer",
    "verify_customer",
    "win_enquiry",
    "withdraw_standing",
]
