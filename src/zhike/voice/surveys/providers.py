"""What surveys answer to the rooms below."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.bulk.types import Target, register
from zhike.record.organization.types import ScopeColumn, keep_as_history, register_unit_move
from zhike.voice.surveys.actions import load_answers
from zhike.voice.surveys.policies import LOAD
from zhike.voice.surveys.types.imports import ANSWER_FIELDS, ANSWER_REASONS

for _table in ("surveys_campaign", "surveys_recipient", "surveys_comment", "surveys_followup"):
    register_unit_move(ScopeColumn(_table))
keep_as_history(
    "surveys.Version.made_by",
    "surveys.Recipient.staff",
    "surveys.Comment.staff",
    "surveys.FollowUp.done_by",
)
register(
    Target(
        key="surveys.answers",
        label=_("Answers to surveys"),
        fields=ANSWER_FIELDS,
        right=LOAD,
        load=load_answers,
        reasons=ANSWER_REASONS,
    )
)
