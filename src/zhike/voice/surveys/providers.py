"""What surveys answer to the rooms below."""

from zhike.record.organization.types import ScopeColumn, keep_as_history, register_unit_move

for _table in ("surveys_campaign", "surveys_recipient", "surveys_comment", "surveys_followup"):
    register_unit_move(ScopeColumn(_table))
keep_as_history(
    "surveys.Version.made_by",
    "surveys.Recipient.staff",
    "surveys.Comment.staff",
    "surveys.FollowUp.done_by",
)
