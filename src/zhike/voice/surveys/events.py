"""What the log says about surveys, and what other rooms are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.voice.surveys.types import (
    AUDIENCE_LABELS,
    CAMPAIGN_STATE_LABELS,
    COMMENT_DEED_LABELS,
    DISPOSITION_LABELS,
    FOLLOW_REASON_LABELS,
    FOLLOW_RESULT_LABELS,
    TRIGGER_LABELS,
    VERSION_STATE_LABELS,
    WAY_LABELS,
)
from zhike.voice.surveys.types.stopping import SIGNAL_LABELS

audit.tell(
    "surveys",
    audience=AUDIENCE_LABELS,
    state=(CAMPAIGN_STATE_LABELS, VERSION_STATE_LABELS),
    trigger=TRIGGER_LABELS,
    disposition=DISPOSITION_LABELS,
    reason=FOLLOW_REASON_LABELS,
    result=FOLLOW_RESULT_LABELS,
    deed=COMMENT_DEED_LABELS,
    cause=audit.Of("case_cause"),
    case=audit.Of("case"),
    cases=audit.Of("case"),
    follow_ups=audit.Of("follow_up"),
    way=WAY_LABELS,
    signal=SIGNAL_LABELS,
)
audit.tell_plainly("surveys", "tries score_after in_time surveys forms answered n hits low high limit lengths")


class FormWritten(audit.Event):
    type = "surveys.form_written"
    label = _("Form of a survey written")


class FormPublished(audit.Event):
    type = "surveys.form_published"
    label = _("Form of a survey published")


class FormRetired(audit.Event):
    type = "surveys.form_retired"
    label = _("Form of a survey retired")


class CampaignPlanned(audit.Event):
    type = "surveys.campaign_planned"
    label = _("Survey planned")


class CampaignMoved(audit.Event):
    type = "surveys.campaign_moved"
    label = _("Survey taken to its next step")


class RecipientsChosen(audit.Event):
    type = "surveys.recipients_chosen"
    label = _("Recipients of a survey chosen")


class InvitationsAsked(audit.Event):
    type = "surveys.invitations_asked"
    label = _("Invitations to a survey asked for")


class SectionSaved(audit.Event):
    type = "surveys.section_saved"
    label = _("Part of a survey answered")


class OutcomeNoted(audit.Event):
    type = "surveys.outcome_noted"
    label = _("Outcome of a survey noted")


class AnswersLoaded(audit.Event):
    type = "surveys.answers_loaded"
    label = _("Answers taken over")


class CommentDone(audit.Event):
    type = "surveys.comment_done"
    label = _("Comment of a survey dealt with")


class FollowUpsOpened(audit.Event):
    type = "surveys.follow_ups_opened"
    label = _("Follow-ups opened")


class FollowUpDone(audit.Event):
    type = "surveys.follow_up_done"
    label = _("Follow-up ended")
    personal = frozenset({"note"})


class FollowUpTried(audit.Event):
    type = "surveys.follow_up_tried"
    label = _("Somebody to follow up was not reached")


class FollowUpsPassed(audit.Event):
    type = "surveys.follow_ups_passed"
    label = _("Follow-ups given to another owner")


class AnswersForgotten(audit.Event):
    type = "surveys.answers_forgotten"
    label = _("Texts in answers erased")


class SurveysPassed(audit.Event):
    type = "surveys.passed"
    label = _("Surveys and forms given to another owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesEvent(outbox.Event):
    """These recipients have answered, refused or would not score; at most 1,000 ids an event.

    Follow-ups open from it, also for history; cases and messages only where the event is live.
    """

    type: ClassVar[str] = "surveys.outcomes"
    recipient_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpsOpenedEvent(outbox.Event):
    """Somebody is to be followed up, the same day (SURV-20): for whoever warns of customers that may leave.

    At most 1,000 ids an event; history comes as backfill.
    """

    type: ClassVar[str] = "surveys.follow_ups_opened"
    follow_up_ids: Sequence[int]
    customer_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpEndedEvent(outbox.Event):
    type: ClassVar[str] = "surveys.follow_up_ended"
    follow_up_id: int
    customer_id: int | None
    reason: str
    result: str
