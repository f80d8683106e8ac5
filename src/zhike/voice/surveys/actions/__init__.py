"""Everything that is done with surveys."""

from zhike.voice.surveys.actions.comments import (
    NobodysComment,
    case_of_comment,
    note_comments,
)
from zhike.voice.surveys.actions.follow_ends import (
    end_follow_up,
    follow_cases,
    note_try,
    pass_follow_ups,
)
from zhike.voice.surveys.actions.following import (
    open_follow_ups,
)
from zhike.voice.surveys.actions.forgetting import (
    forget_people,
)
from zhike.voice.surveys.actions.forms import (
    begin_draft,
    install_builtin,
    publish_form,
    retire_form,
    save_form,
)
from zhike.voice.surveys.actions.handover import (
    pass_campaigns,
    pass_forms,
)
from zhike.voice.surveys.actions.loading import (
    load_answers,
)
from zhike.voice.surveys.actions.past import (
    load_campaigns,
)

__all__ = [
    "NobodysComment",
    "begin_draft",
    "case_of_comment",
    "end_follow_up",
    "follow_cases",
    "forget_people",
    "install_builtin",
    "load_answers",
    "load_campaigns",
    "note_comments",
    "note_try",
    "open_follow_ups",
    "pass_campaigns",
    "pass_follow_ups",
    "pass_forms",
    "publish_form",
    "retire_form",
    "save_form",
]
