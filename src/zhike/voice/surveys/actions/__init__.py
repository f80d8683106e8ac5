"""Everything that is done with surveys."""

from zhike.voice.surveys.actions.comments import NobodysComment, case_of_comment, note_comments
from zhike.voice.surveys.actions.follow_ends import end_follow_up, follow_cases, note_try, pass_follow_ups
from zhike.voice.surveys.actions.following import open_follow_ups
from zhike.voice.surveys.actions.forgetting import forget_people
from zhike.voice.surveys.actions.handover import pass_campaigns, pass_forms

__all__ = [
    "NobodysComment",
    "case_of_comment",
    "end_follow_up",
    "follow_cases",
    "forget_people",
    "note_comments",
    "note_try",
    "open_follow_ups",
    "pass_campaigns",
    "pass_follow_ups",
    "pass_forms",
]
