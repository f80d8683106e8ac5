"""The vocabulary of a case (工单): kinds, states, waits, endings, causes."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from zhike.platform.calendars.types import PauseReason
from zhike.record.customers.types import Channel, Label


class CaseKind(StrEnum):
    """What a contact wants (CASE-01)."""

    ENQUIRY = "enquiry"
    REQUEST = "request"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    COMPLAINT = "complaint"
    EMERGENCY = "emergency"


KIND_LABELS: Mapping[str, Label] = {
    CaseKind.ENQUIRY: pgettext_lazy("kind of case", "Enquiry"),
    CaseKind.REQUEST: pgettext_lazy("kind of case", "Request"),
    CaseKind.SUGGESTION: pgettext_lazy("kind of case", "Suggestion"),
    CaseKind.PRAISE: pgettext_lazy("kind of case", "Praise"),
    CaseKind.COMPLAINT: pgettext_lazy("kind of case", "Complaint"),
    CaseKind.EMERGENCY: pgettext_lazy("kind of case", "Emergency"),
}


class CaseState(StrEnum):
    """Where a case stands. ANSWERED waits for the customer's word; CLOSED can be reopened under the same number."""

    NEW = "new"
    IN_WORK = "in_work"
    WAITING_INTERNAL = "waiting_internal"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_AUTHORITY = "waiting_authority"
    FORCE_MAJEURE = "force_majeure"
    ANSWERED = "answered"
    CLOSED = "closed"


STATE_LABELS: Mapping[str, Label] = {
    CaseState.NEW: pgettext_lazy("state of a case", "New"),
    CaseState.IN_WORK: pgettext_lazy("state of a case", "In work"),
    CaseState.WAITING_INTERNAL: pgettext_lazy("state of a case", "Waiting for a department"),
    CaseState.WAITING_CUSTOMER: pgettext_lazy("state of a case", "Waiting for the customer"),
    CaseState.WAITING_AUTHORITY: pgettext_lazy("state of a case", "Waiting for an authority"),
    CaseState.FORCE_MAJEURE: pgettext_lazy("state of a case", "Force majeure"),
    CaseState.ANSWERED: pgettext_lazy("state of a case", "Answered"),
    CaseState.CLOSED: pgettext_lazy("state of a case", "Closed"),
}
OPEN_STATES = tuple(state for state in CaseState if state is not CaseState.CLOSED)
# Work is still ours to do; an answered case waits for the customer's word only.
WORKING_STATES = tuple(state for state in OPEN_STATES if state is not CaseState.ANSWERED)
# The only states in which clocks pause (methods §5.1); waiting for a department is our own time.
PAUSES: Mapping[CaseState, PauseReason] = {
    CaseState.WAITING_CUSTOMER: PauseReason.CUSTOMER,
    CaseState.WAITING_AUTHORITY: PauseReason.AUTHORITY,
    CaseState.FORCE_MAJEURE: PauseReason.FORCE_MAJEURE,
}
WAITS = (CaseState.WAITING_INTERNAL, *PAUSES)


# What the customer reads as the next step where nobody has written one (CASE-26).
NEXT_STEPS: Mapping[CaseState, Label] = {
    CaseState.NEW: _("We look at your matter and answer."),
    CaseState.IN_WORK: _("We are working on it and will tell you."),
    CaseState.WAITING_INTERNAL: _("We are asking the department concerned."),
    CaseState.WAITING_CUSTOMER: _("We are waiting for your answer."),
    CaseState.WAITING_AUTHORITY: _("We are waiting for an authority."),
    CaseState.FORCE_MAJEURE: _("We go on as soon as the circumstances allow."),
    CaseState.ANSWERED: _("Tell us if you do not agree; otherwise the matter is settled."),
    CaseState.CLOSED: _("The matter is settled. You can reopen it here."),
}


QUEUES: Mapping[str, Label] = {
    "mine": pgettext_lazy("queue", "Mine"),
    "waiting": pgettext_lazy("queue", "Waiting"),
    "unit": pgettext_lazy("queue", "Unit"),
    "watch": pgettext_lazy("queue", "Watched"),
}


class Severity(StrEnum):
    """How much depends on it; the left bar of a row."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


SEVERITY_LABELS: Mapping[str, Label] = {
    Severity.NORMAL: pgettext_lazy("severity", "Normal"),
    Severity.HIGH: pgettext_lazy("severity", "High"),
    Severity.URGENT: pgettext_lazy("severity", "Urgent"),
}
SEVERITY_RANK: Mapping[str, int] = {severity.value: rank for rank, severity in enumerate(Severity)}


class Origin(StrEnum):
    """What brought the case about; `watch` and `survey` are the system's own doing, before the customer calls."""

    DESK = "desk"
    PHONE = "phone"
    MAIL = "mail"
    PORTAL = "portal"
    API = "api"
    WATCH = "watch"
    SURVEY = "survey"


ORIGIN_LABELS: Mapping[str, Label] = {
    Origin.DESK: pgettext_lazy("origin of a case", "Desk"),
    Origin.PHONE: pgettext_lazy("origin of a case", "Telephone"),
    Origin.MAIL: pgettext_lazy("origin of a case", "Mail"),
    Origin.PORTAL: pgettext_lazy("origin of a case", "Portal"),
    Origin.API: pgettext_lazy("origin of a case", "Another system"),
    Origin.WATCH: pgettext_lazy("origin of a case", "Watch list"),
    Origin.SURVEY: pgettext_lazy("origin of a case", "Survey"),
}
PROACTIVE = frozenset({Origin.WATCH, Origin.SURVEY})


class Ending(StrEnum):
    """How a case came to be closed (CASE-16)."""

    NONE = ""
    CONFIRMED = "confirmed"
    NO_OBJECTION = "no_objection"
    WITHOUT_ANSWER = "without_answer"
    DUPLICATE = "duplicate"


ENDING_LABELS: Mapping[str, Label] = {
    Ending.CONFIRMED: pgettext_lazy("ending of a case", "Confirmed by the customer"),
    Ending.NO_OBJECTION: pgettext_lazy("ending of a case", "No objection in time"),
    Ending.WITHOUT_ANSWER: pgettext_lazy("ending of a case", "No answer was needed"),
    Ending.DUPLICATE: pgettext_lazy("ending of a case", "Duplicate of another case"),
}


class Handling(StrEnum):
    """How a complaint was handled (CASE-09; feeds METR-11)."""

    QUICK = "quick"
    SOLVED = "solved"
    NOT = "not"


HANDLING_LABELS: Mapping[str, Label] = {
    Handling.QUICK: pgettext_lazy("handling", "Solved quickly"),
    Handling.SOLVED: pgettext_lazy("handling", "Solved"),
    Handling.NOT: pgettext_lazy("handling", "Not handled"),
}


class Party(StrEnum):
    """Who is responsible for what went wrong (CASE-22)."""

    DEPARTMENT = "department"
    OUTLET = "outlet"
    CONTRACTOR = "contractor"
    PARTNER = "partner"
    CUSTOMER = "customer"
    FORCE_MAJEURE = "force_majeure"
    NOBODY = "nobody"


PARTY_LABELS: Mapping[str, Label] = {
    Party.DEPARTMENT: pgettext_lazy("responsible", "Own department"),
    Party.OUTLET: pgettext_lazy("responsible", "Outlet"),
    Party.CONTRACTOR: pgettext_lazy("responsible", "Contractor"),
    Party.PARTNER: pgettext_lazy("responsible", "Carrier or partner"),
    Party.CUSTOMER: pgettext_lazy("responsible", "The customer"),
    Party.FORCE_MAJEURE: pgettext_lazy("responsible", "Force majeure"),
    Party.NOBODY: pgettext_lazy("responsible", "Nobody, nothing went wrong"),
}
# These name one of our units.
WITH_UNIT = frozenset({Party.DEPARTMENT, Party.OUTLET, Party.CONTRACTOR})


class WaitingState(StrEnum):
    """What became of an answer that could not leave at once."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHHELD = "withheld"
    TAKEN_BACK = "taken_back"


class TaskState(StrEnum):
    """An internal task (协办): asked, taken in hand, replied to. A refusal goes back with its reason."""

    OPEN = "open"
    TAKEN = "taken"
    REPLIED = "replied"
    DECLINED = "declined"
    CANCELLED = "cancelled"


TASK_LABELS: Mapping[str, Label] = {
    TaskState.OPEN: pgettext_lazy("state of a task", "Open"),
    TaskState.TAKEN: pgettext_lazy("state of a task", "Taken in hand"),
    TaskState.REPLIED: pgettext_lazy("state of a task", "Replied"),
    TaskState.DECLINED: pgettext_lazy("state of a task", "Sent back"),
    TaskState.CANCELLED: pgettext_lazy("state of a task", "Cancelled"),
}
OPEN_TASKS = (TaskState.OPEN, TaskState.TAKEN)


class RemedyKind(StrEnum):
    """What the front line may give (CASE-11)."""

    REFUND = "refund"
    VOUCHER = "voucher"
    REDELIVERY = "redelivery"
    FEE_WAIVER = "fee_waiver"
    COMPENSATION = "compensation"


REMEDY_LABELS: Mapping[str, Label] = {
    RemedyKind.REFUND: pgettext_lazy("remedy", "Refund"),
    RemedyKind.VOUCHER: pgettext_lazy("remedy", "Voucher"),
    RemedyKind.REDELIVERY: pgettext_lazy("remedy", "Redelivery"),
    RemedyKind.FEE_WAIVER: pgettext_lazy("remedy", "Fee waiver"),
    RemedyKind.COMPENSATION: pgettext_lazy("remedy", "Small compensation"),
}


class RemedyState(StrEnum):
    GRANTED = "granted"
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


REMEDY_STATE_LABELS: Mapping[str, Label] = {
    RemedyState.GRANTED: pgettext_lazy("state of a remedy", "Granted within authority"),
    RemedyState.ASKED: pgettext_lazy("state of a remedy", "Waits for approval"),
    RemedyState.APPROVED: pgettext_lazy("state of a remedy", "Approved"),
    RemedyState.REFUSED: pgettext_lazy("state of a remedy", "Refused"),
}


class StatutoryFor(StrEnum):
    """Which complaints have a deadline set by law."""

    EXPRESS = "express"
    ALL = "all"
    NONE = "none"


STATUTORY_LABELS: Mapping[StatutoryFor, Label] = {
    StatutoryFor.EXPRESS: pgettext_lazy("complaints", "Express shipments, and those without a waybill"),
    StatutoryFor.ALL: pgettext_lazy("complaints", "All complaints"),
    StatutoryFor.NONE: pgettext_lazy("complaints", "None"),
}

# Channels in which the customer is answered while they speak: recording such a contact is the first response.
AT_ONCE = frozenset({Channel.CALL, Channel.COUNTER, Channel.VISIT})
# Entries of the system on a customer's timeline: message ids, put into words in the reader's language.
OPENED_NOTE = gettext_noop("Case %(number)s was opened before the customer called.")
CLOSED_NOTE = gettext_noop("Case %(number)s was closed.")
REPLY_FAILED_NOTE = gettext_noop("A mail about case %(number)s did not reach the customer.")
REPLY_WITHHELD_NOTE = gettext_noop("An answer about case %(number)s that waited was withheld and did not leave.")
REPLY_UNCERTAIN_NOTE = gettext_noop("Whether a mail about case %(number)s reached the customer is uncertain.")
OWNER_NOTE = gettext_noop("Case %(number)s went from %(before)s to %(after)s: %(reason)s")
OWNER_BACK_NOTE = gettext_noop("Case %(number)s is back with %(after)s: its assignment to %(before)s was taken back.")
DETACHED_NOTE = gettext_noop("A contact was taken out of case %(number)s by %(staff)s: %(reason)s")
CASE_SUBJECT = "case"
TASK_SUBJECT = "case_task"
CASES = _("Cases")
