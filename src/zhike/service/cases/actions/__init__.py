"""Everything that is done with cases."""

from zhike.service.cases.actions.agreed import follow_agreements
from zhike.service.cases.actions.answering import (
    EditClash,
    edit_case,
    note_on_case,
    resume_case,
    set_waiting,
    tell_customer,
    view_case,
)
from zhike.service.cases.actions.catalog import save_category, save_cause
from zhike.service.cases.actions.closing import (
    close_case,
    close_duplicate,
    close_silent,
    code_case,
    confirm_case,
    reopen_case,
)
from zhike.service.cases.actions.daily import be_present, forget_presence, look_at_cases
from zhike.service.cases.actions.deadlines import note_clocks
from zhike.service.cases.actions.detaching import detach_contact
from zhike.service.cases.actions.forgetting import forget_authors, forget_cases, forget_people
from zhike.service.cases.actions.handover import pass_cases, pass_tasks
from zhike.service.cases.actions.inform import NobodyToInform, NotSent, inform_customer
from zhike.service.cases.actions.loading import load_cases
from zhike.service.cases.actions.mailing import acknowledge, note_mail_ends, send_reply, take_back_reply
from zhike.service.cases.actions.opening import attach_contact, open_case
from zhike.service.cases.actions.owners import assign_cases, follow_case, take_back_cases
from zhike.service.cases.actions.proactive import open_for_shipments
from zhike.service.cases.actions.standing import push_standing
from zhike.service.cases.actions.surveyed import open_for_voices
from zhike.service.cases.actions.targets import follow_target
from zhike.service.cases.actions.tasks import (
    TaskEnded,
    ask_unit,
    cancel_task,
    decline_task,
    escalate_overdue_tasks,
    reply_task,
    take_task,
)
from zhike.service.cases.actions.upwards import (
    answer_escalation,
    decide_remedy,
    escalate_case,
    give_remedy,
    told_reply_time,
)
from zhike.service.cases.actions.waiting import settle_answers
from zhike.service.cases.actions.web import keep_photo, settle_by_link, take_web_matter, write_by_link
from zhike.service.cases.actions.wording import load_uses, put_article, put_phrase

__all__ = [
    "EditClash",
    "NobodyToInform",
    "NotSent",
    "TaskEnded",
    "acknowledge",
    "answer_escalation",
    "ask_unit",
    "assign_cases",
    "attach_contact",
    "be_present",
    "cancel_task",
    "close_case",
    "close_duplicate",
    "close_silent",
    "code_case",
    "confirm_case",
    "decide_remedy",
    "decline_task",
    "detach_contact",
    "edit_case",
    "escalate_case",
    "escalate_overdue_tasks",
    "follow_agreements",
    "follow_case",
    "follow_target",
    "forget_authors",
    "forget_cases",
    "forget_people",
    "forget_presence",
    "give_remedy",
    "inform_customer",
    "keep_photo",
    "load_cases",
    "load_uses",
    "look_at_cases",
    "note_clocks",
    "note_mail_ends",
    "note_on_case",
    "open_case",
    "open_for_shipments",
    "open_for_voices",
    "pass_cases",
    "pass_tasks",
    "push_standing",
    "put_article",
    "put_phrase",
    "reopen_case",
    "reply_task",
    "resume_case",
    "save_category",
    "save_cause",
    "send_reply",
    "set_waiting",
    "settle_answers",
    "settle_by_link",
    "take_back_cases",
    "take_back_reply",
    "take_task",
    "take_web_matter",
    "tell_customer",
    "told_reply_time",
    "view_case",
    "write_by_link",
]
