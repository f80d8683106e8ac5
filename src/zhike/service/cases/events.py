"""What the log says about cases, and what the rooms above are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import audit, outbox
from zhike.platform.calendars.types import ClockNews
from zhike.record.contacting.types import OUTCOME_LABELS
from zhike.record.customers.types import CHANNEL_LABELS
from zhike.service.cases.types import (
    ENDING_LABELS,
    HANDLING_LABELS,
    KIND_LABELS,
    ORIGIN_LABELS,
    PARTY_LABELS,
    REMEDY_LABELS,
    REMEDY_STATE_LABELS,
    SEVERITY_LABELS,
    STATE_LABELS,
    TASK_LABELS,
)

audit.tell(
    "cases",
    state=(STATE_LABELS, TASK_LABELS, REMEDY_STATE_LABELS),
    kind=(KIND_LABELS, REMEDY_LABELS),
    channel=CHANNEL_LABELS,
    severity=SEVERITY_LABELS,
    origin=ORIGIN_LABELS,
    ending=ENDING_LABELS,
    handling=HANDLING_LABELS,
    party=PARTY_LABELS,
    outcome=OUTCOME_LABELS,
    news={
        ClockNews.NEAR: pgettext_lazy("news of a clock", "a deadline is near"),
        ClockNews.PASSED: pgettext_lazy("news of a clock", "a deadline has passed"),
        ClockNews.RECOMPUTED: pgettext_lazy("news of a clock", "deadlines were worked out anew"),
    },
    category=audit.Of("case_category"),
    cause=audit.Of("case_cause"),
    cases=audit.Of("case"),
    to=audit.Of("staff"),
)
_TEXTS = frozenset({"subject", "text", "body"})


class CaseOpened(audit.Event):
    type = "cases.opened"
    label = _("Case opened")
    personal = _TEXTS


class CasesOpened(audit.Event):
    type = "cases.opened_many"
    label = _("Cases opened by the system")


class CasesLoaded(audit.Event):
    type = "cases.loaded"
    label = _("Cases taken over")


class CaseAcknowledged(audit.Event):
    type = "cases.acknowledged"
    label = _("Receipt of a mail acknowledged")


class ReplyTakenBack(audit.Event):
    type = "cases.reply_taken_back"
    label = _("Reply taken back before it left")


class MailEndsNoted(audit.Event):
    type = "cases.mail_ends"
    label = _("Fate of mails to customers noted")


class AnswersSettled(audit.Event):
    type = "cases.answers_settled"
    label = _("Fate of answers that waited noted")


class ContactAttached(audit.Event):
    type = "cases.contact_attached"
    label = _("Contact added to a case")
    personal = _TEXTS


class ContactDetached(audit.Event):
    type = "cases.contact_detached"
    label = _("Contact taken out of a case")


class CaseMoved(audit.Event):
    type = "cases.moved"
    label = _("State of a case changed")


class CaseAnswered(audit.Event):
    type = "cases.answered"
    label = _("Customer answered")
    personal = _TEXTS


class OwnerChanged(audit.Event):
    type = "cases.owner_changed"
    label = _("Case given to another owner")


class CaseEdited(audit.Event):
    type = "cases.edited"
    label = _("Case changed")
    personal = _TEXTS


class CaseClosed(audit.Event):
    type = "cases.closed"
    label = _("Case closed")
    personal = frozenset({"resolution"})


class CasesClosedBySilence(audit.Event):
    type = "cases.closed_by_silence"
    label = _("Answered cases closed without objection")


class CaseReopened(audit.Event):
    type = "cases.reopened"
    label = _("Case reopened")


class CaseCoded(audit.Event):
    type = "cases.coded"
    label = _("Cause and responsible unit coded")


class TaskAsked(audit.Event):
    type = "cases.task_asked"
    label = _("Department asked")
    personal = frozenset({"text"})


class TaskChanged(audit.Event):
    type = "cases.task_changed"
    label = _("Task of a department changed")
    personal = frozenset({"reply"})


class AgreementsFollowed(audit.Event):
    type = "cases.agreements_followed"
    label = _("Open clocks of cases followed agreements of their customers")


class TargetsFollowed(audit.Event):
    type = "cases.targets_followed"
    label = _("Open clocks of cases followed a change of targets")


class TasksEscalated(audit.Event):
    type = "cases.tasks_escalated"
    label = _("Overdue tasks told to the heads of units")


class Escalated(audit.Event):
    type = "cases.escalated"
    label = _("Case escalated")
    personal = frozenset({"reason_text"})


class EscalationAnswered(audit.Event):
    type = "cases.escalation_answered"
    label = _("Escalation answered")
    personal = frozenset({"answer"})


class RemedyAsked(audit.Event):
    type = "cases.remedy_asked"
    label = _("Remedy granted or asked for")


class RemedyDecided(audit.Event):
    type = "cases.remedy_decided"
    label = _("Remedy decided")


class CaseLooked(audit.Event):
    type = "cases.looked"
    label = _("Case looked at")


class FollowingChanged(audit.Event):
    type = "cases.following_changed"
    label = _("Case followed or no longer followed")


class DeadlinesNoted(audit.Event):
    type = "cases.deadlines_noted"
    label = _("Deadlines of cases near, passed or measured anew")


class WebMatterTaken(audit.Event):
    type = "cases.web_taken"
    label = _("Matter taken in on the web")
    personal = frozenset({"name", "phone", "email"})


class WebWordTaken(audit.Event):
    type = "cases.web_word"
    label = _("Customer answered by a link")


class DelayTold(audit.Event):
    type = "cases.delay_told"
    label = _("Customer informed before asking")
    personal = _TEXTS


class CategorySaved(audit.Event):
    type = "cases.category_saved"
    label = _("Category changed")


class CauseSaved(audit.Event):
    type = "cases.cause_saved"
    label = _("Cause changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesOpenedEvent(outbox.Event):
    """New cases; at most 1,000 ids an event."""

    type: ClassVar[str] = "cases.opened"
    case_ids: Sequence[int]
    customer_ids: Sequence[int]
    proactive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMovedEvent(outbox.Event):
    """A case has a new state; `ending` and `handling` only once it is closed."""

    type: ClassVar[str] = "cases.moved"
    case_id: int
    customer_id: int
    old: str
    new: str
    kind: str
    ending: str = ""
    handling: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRaisedEvent(outbox.Event):
    """A lesser matter has become a complaint."""

    type: ClassVar[str] = "cases.raised"
    case_id: int
    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOwnerChangedEvent(outbox.Event):
    type: ClassVar[str] = "cases.owner_changed"
    case_id: int
    customer_id: int
    old_owner_id: int
    new_owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAskedEvent(outbox.Event):
    type: ClassVar[str] = "cases.task_asked"
    task_id: int
    case_id: int
    unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEndedEvent(outbox.Event):
    type: ClassVar[str] = "cases.task_ended"
    task_id: int
    case_id: int
    unit_id: int
    state: str
