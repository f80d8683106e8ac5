"""Everything that is done at the reception."""

from zhike.service.reception.actions.callers import (
    attach_call,
    confirm_caller,
    open_case_of_call,
    settle_calls,
    take_call,
    take_call_out,
    wrap_up,
)
from zhike.service.reception.actions.calls import hand_over, lose_calls, take_event
from zhike.service.reception.actions.erasure import forget_ended, forget_people
from zhike.service.reception.actions.lines import assign_extension, end_extension, pass_extensions, save_phone_system
from zhike.service.reception.actions.waiting import (
    add_enquiry,
    answer_enquiry,
    drop_enquiry,
    give_back,
    pass_enquiries,
    take_enquiry,
)

__all__ = [
    "add_enquiry",
    "answer_enquiry",
    "assign_extension",
    "attach_call",
    "confirm_caller",
    "drop_enquiry",
    "end_extension",
    "forget_ended",
    "forget_people",
    "give_back",
    "hand_over",
    "lose_calls",
    "open_case_of_call",
    "pass_enquiries",
    "pass_extensions",
    "save_phone_system",
    "settle_calls",
    "take_call",
    "take_call_out",
    "take_enquiry",
    "take_event",
    "wrap_up",
]
