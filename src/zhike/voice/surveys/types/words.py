"""Words of surveys that are stored as codes, each with its label."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

Label = str | Promise


class Audience(StrEnum):
    """For whom a form is written: its results are kept apart per form, and combined."""

    SENIOR = "senior"
    GENERAL = "general"
    CONTACT = "contact"
    RELATIONSHIP = "relationship"


AUDIENCE_LABELS: Final[Mapping[str, Label]] = {
    Audience.SENIOR: pgettext_lazy("form of a survey", "Senior people"),
    Audience.GENERAL: pgettext_lazy("form of a survey", "General staff"),
    Audience.CONTACT: pgettext_lazy("form of a survey", "After a contact or delivery"),
    Audience.RELATIONSHIP: pgettext_lazy("form of a survey", "Relationship"),
}


class VersionState(StrEnum):
    """A draft can be changed; what was published never is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


VERSION_STATE_LABELS: Final[Mapping[str, Label]] = {
    VersionState.DRAFT: pgettext_lazy("version of a form", "Draft"),
    VersionState.PUBLISHED: pgettext_lazy("version of a form", "Published"),
    VersionState.RETIRED: pgettext_lazy("version of a form", "Retired"),
}


class ItemKind(StrEnum):
    SCALE = "scale"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    TEXT = "text"


ITEM_KIND_LABELS: Final[Mapping[str, Label]] = {
    ItemKind.SCALE: pgettext_lazy("kind of question", "Scale"),
    ItemKind.SINGLE: pgettext_lazy("kind of question", "One of several"),
    ItemKind.MULTIPLE: pgettext_lazy("kind of question", "Several of several"),
    ItemKind.NUMBER: pgettext_lazy("kind of question", "Number"),
    ItemKind.TEXT: pgettext_lazy("kind of question", "Text"),
}


class Measure(StrEnum):
    """What an item measures for the company as a whole; each at most once in a form."""

    NONE = ""
    OVERALL = "overall"
    RECOMMEND = "recommend"
    EFFORT = "effort"
    CHANGED = "changed"


MEASURE_LABELS: Final[Mapping[str, Label]] = {
    Measure.NONE: pgettext_lazy("what a question measures", "One matter"),
    Measure.OVERALL: pgettext_lazy("what a question measures", "Overall satisfaction (CSAT)"),
    Measure.RECOMMEND: pgettext_lazy("what a question measures", "Recommendation (NPS)"),
    Measure.EFFORT: pgettext_lazy("what a question measures", "Effort (CES)"),
    Measure.CHANGED: pgettext_lazy("what a question measures", "Opinion after the follow-up"),
}


class Stage(StrEnum):
    """Where in the service a part of a form belongs."""

    NONE = ""
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    OTHER = "other"


STAGE_LABELS: Final[Mapping[str, Label]] = {
    Stage.NONE: "",
    Stage.BEFORE: pgettext_lazy("stage of the service", "Before the order"),
    Stage.DURING: pgettext_lazy("stage of the service", "In transit"),
    Stage.AFTER: pgettext_lazy("stage of the service", "After delivery"),
    Stage.OTHER: pgettext_lazy("stage of the service", "Other"),
}


class Journey(StrEnum):
    """Where the customer stands on the way; at least one measure belongs to each (METR-07)."""

    NONE = ""
    PERCEIVE = "perceive"
    TRY = "try"
    BUY = "buy"
    USE = "use"
    EVALUATE = "evaluate"


JOURNEY_LABELS: Final[Mapping[str, Label]] = {
    Journey.NONE: pgettext_lazy("stage of the customer's journey", "as the stage of the service says"),
    Journey.PERCEIVE: pgettext_lazy("stage of the customer's journey", "Perceive"),
    Journey.TRY: pgettext_lazy("stage of the customer's journey", "Try"),
    Journey.BUY: pgettext_lazy("stage of the customer's journey", "Buy"),
    Journey.USE: pgettext_lazy("stage of the customer's journey", "Use"),
    Journey.EVALUATE: pgettext_lazy("stage of the customer's journey", "Evaluate"),
}
JOURNEY: Final = tuple(one for one in Journey if one is not Journey.NONE)
# Where a part says nothing of its own: before the order one buys, in transit one uses, afterwards one judges.
JOURNEY_OF_STAGE: Final[Mapping[Stage, Journey]] = {
    Stage.BEFORE: Journey.BUY,
    Stage.DURING: Journey.USE,
    Stage.AFTER: Journey.EVALUATE,
}
# What is asked of the company as a whole is a judgement, in whatever part it stands.
JUDGING: Final = frozenset({Measure.OVERALL, Measure.RECOMMEND, Measure.EFFORT})


class Dimension(StrEnum):
    """RATER (Parasuraman, Zeithaml and Berry 1988)."""

    NONE = ""
    RELIABILITY = "reliability"
    ASSURANCE = "assurance"
    TANGIBLES = "tangibles"
    EMPATHY = "empathy"
    RESPONSIVENESS = "responsiveness"


DIMENSION_LABELS: Final[Mapping[str, Label]] = {
    Dimension.NONE: "",
    Dimension.RELIABILITY: pgettext_lazy("dimension of service quality", "Reliability"),
    Dimension.ASSURANCE: pgettext_lazy("dimension of service quality", "Assurance"),
    Dimension.TANGIBLES: pgettext_lazy("dimension of service quality", "Tangibles"),
    Dimension.EMPATHY: pgettext_lazy("dimension of service quality", "Empathy"),
    Dimension.RESPONSIVENESS: pgettext_lazy("dimension of service quality", "Responsiveness"),
}


class Trigger(StrEnum):
    """What makes a campaign ask somebody: a wave on a day, or a service that has just ended."""

    WAVE = "wave"
    DELIVERY = "delivery"
    CASE = "case"
    CONTACT = "contact"


TRIGGER_LABELS: Final[Mapping[str, Label]] = {
    Trigger.WAVE: pgettext_lazy("what makes a survey ask", "A wave, on a day"),
    Trigger.DELIVERY: pgettext_lazy("what makes a survey ask", "After each delivery"),
    Trigger.CASE: pgettext_lazy("what makes a survey ask", "After each closed case"),
    Trigger.CONTACT: pgettext_lazy("what makes a survey ask", "After each contact"),
}


class CampaignState(StrEnum):
    """The cycle plan → send → close → report → actions → check (SURV-17)."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"
    REPORTED = "reported"
    ACTED = "acted"
    CHECKED = "checked"
    STOPPED = "stopped"


CAMPAIGN_STATE_LABELS: Final[Mapping[str, Label]] = {
    CampaignState.PLANNED: pgettext_lazy("survey", "Planned"),
    CampaignState.RUNNING: pgettext_lazy("survey", "Running"),
    CampaignState.CLOSED: pgettext_lazy("survey", "Closed"),
    CampaignState.REPORTED: pgettext_lazy("survey", "Reported"),
    CampaignState.ACTED: pgettext_lazy("survey", "Actions agreed"),
    CampaignState.CHECKED: pgettext_lazy("survey", "Effect checked"),
    CampaignState.STOPPED: pgettext_lazy("survey", "Stopped"),
}


class Disposition(StrEnum):
    """What became of one recipient, after AAPOR: everybody asked is in exactly one of these."""

    PLANNED = "planned"
    WITHHELD = "withheld"
    WAITING = "waiting"
    SENT = "sent"
    PARTIAL = "partial"
    ANSWERED = "answered"
    REFUSED = "refused"
    UNSCORED = "unscored"
    COMPLAINT = "complaint"
    UNREACHABLE = "unreachable"
    SILENT = "silent"


DISPOSITION_LABELS: Final[Mapping[str, Label]] = {
    Disposition.PLANNED: pgettext_lazy("recipient of a survey", "To be asked"),
    Disposition.WITHHELD: pgettext_lazy("recipient of a survey", "Not asked"),
    Disposition.WAITING: pgettext_lazy("recipient of a survey", "Invitation waits"),
    Disposition.SENT: pgettext_lazy("recipient of a survey", "Invited"),
    Disposition.PARTIAL: pgettext_lazy("recipient of a survey", "Began"),
    Disposition.ANSWERED: pgettext_lazy("recipient of a survey", "Answered"),
    Disposition.REFUSED: pgettext_lazy("recipient of a survey", "Refused"),
    Disposition.UNSCORED: pgettext_lazy("recipient of a survey", "Would not score"),
    Disposition.COMPLAINT: pgettext_lazy("recipient of a survey", "Strong complaint, no score"),
    Disposition.UNREACHABLE: pgettext_lazy("recipient of a survey", "Not reached"),
    Disposition.SILENT: pgettext_lazy("recipient of a survey", "No answer"),
}
# Those after which nothing more is expected; a person may still answer where the link is open (SILENT).
ENDED: Final = frozenset(
    {
        Disposition.ANSWERED,
        Disposition.REFUSED,
        Disposition.UNSCORED,
        Disposition.COMPLAINT,
        Disposition.UNREACHABLE,
        Disposition.WITHHELD,
    }
)
# Those that were really asked: the base of the response rate.
ASKED: Final = frozenset(set(Disposition) - {Disposition.PLANNED, Disposition.WITHHELD, Disposition.WAITING})


class Way(StrEnum):
    """How an answer came."""

    NONE = ""
    LINK = "link"
    DESK = "desk"
    IMPORT = "import"


WAY_LABELS: Final[Mapping[str, Label]] = {
    Way.NONE: "",
    Way.LINK: pgettext_lazy("way of an answer", "Link"),
    Way.DESK: pgettext_lazy("way of an answer", "Keyed in"),
    Way.IMPORT: pgettext_lazy("way of an answer", "Taken over from another system"),
}


class CallLength(StrEnum):
    """How long the call lasted that somebody is asked about; empty where it is not known, or it was no call."""

    NONE = ""
    UNDER_2 = "under_2"
    TO_5 = "2_to_5"
    TO_10 = "5_to_10"
    OVER_10 = "over_10"


CALL_LENGTH_LABELS: Final[Mapping[CallLength, Label]] = {
    CallLength.NONE: pgettext_lazy("length of a call", "not known"),
    CallLength.UNDER_2: pgettext_lazy("length of a call", "under 2 min"),
    CallLength.TO_5: pgettext_lazy("length of a call", "2 to under 5 min"),
    CallLength.TO_10: pgettext_lazy("length of a call", "5 to under 10 min"),
    CallLength.OVER_10: pgettext_lazy("length of a call", "10 min and more"),
}
# Each band ends below so many seconds; the last has no end.
CALL_LENGTH_ENDS: Final[Mapping[CallLength, int]] = {
    CallLength.UNDER_2: 120,
    CallLength.TO_5: 300,
    CallLength.TO_10: 600,
}


class FollowReason(StrEnum):
    """Why somebody is followed up (SURV-31, SURV-20, CASE-25)."""

    LOW_SCORE = "low_score"
    STRONG_COMMENT = "strong_comment"
    REFUSAL = "refusal"
    UNSCORED = "unscored"
    COMPLAINT = "complaint"


FOLLOW_REASON_LABELS: Final[Mapping[str, Label]] = {
    FollowReason.LOW_SCORE: pgettext_lazy("reason of a follow-up", "Low score"),
    FollowReason.STRONG_COMMENT: pgettext_lazy("reason of a follow-up", "Strong words"),
    FollowReason.REFUSAL: pgettext_lazy("reason of a follow-up", "Refused to take part"),
    FollowReason.UNSCORED: pgettext_lazy("reason of a follow-up", "Would not score"),
    FollowReason.COMPLAINT: pgettext_lazy("reason of a follow-up", "Complaint instead of a score"),
}


class FollowResult(StrEnum):
    """How a follow-up ended: whether the person was reached, and thinks otherwise now."""

    OPEN = ""
    SOLVED = "solved"
    EXPLAINED = "explained"
    UNCHANGED = "unchanged"
    UNREACHED = "unreached"


FOLLOW_RESULT_LABELS: Final[Mapping[str, Label]] = {
    FollowResult.OPEN: pgettext_lazy("result of a follow-up", "Open"),
    FollowResult.SOLVED: pgettext_lazy("result of a follow-up", "Reached, satisfied now"),
    FollowResult.EXPLAINED: pgettext_lazy("result of a follow-up", "Reached, understands"),
    FollowResult.UNCHANGED: pgettext_lazy("result of a follow-up", "Reached, opinion unchanged"),
    FollowResult.UNREACHED: pgettext_lazy("result of a follow-up", "Not reached"),
}
REACHED: Final = frozenset({FollowResult.SOLVED, FollowResult.EXPLAINED, FollowResult.UNCHANGED})
CHANGED: Final = frozenset({FollowResult.SOLVED, FollowResult.EXPLAINED})


class CommentDeed(StrEnum):
    """What was done about a comment (SURV-08)."""

    CASE = "case"
    NOTED = "noted"


COMMENT_DEED_LABELS: Final[Mapping[str, Label]] = {
    CommentDeed.CASE: _("Made a case"),
    CommentDeed.NOTED: pgettext_lazy("comment in a survey", "Read, nothing to do"),
}


# Entries of the system on a customer's timeline, put into words in the reader's language.
TRIED_NOTE = gettext_noop("Not reached after their answer to %(survey)s.")
JOINED_NOTE = gettext_noop("Their answer to %(survey)s asks for a follow-up; it is heard in this case.")
ENDED_NOTES: Final[Mapping[str, str]] = {
    FollowResult.SOLVED: gettext_noop("Followed up after %(survey)s: satisfied now."),
    FollowResult.EXPLAINED: gettext_noop("Followed up after %(survey)s: understands now."),
    FollowResult.UNCHANGED: gettext_noop("Followed up after %(survey)s: opinion unchanged."),
    FollowResult.UNREACHED: gettext_noop("Follow-up after %(survey)s ended: not reached."),
}
