"""Everything that is done with surveys."""

from zhike.voice.surveys.actions.answering import (
    key_in_answers,
    key_in_outcome,
    leave_unscored,
    open_link,
    refuse,
    save_section,
    submit,
)
from zhike.voice.surveys.actions.asking import (
    ask_after,
    note_lengths,
)
from zhike.voice.surveys.actions.campaigns import (
    change_campaign,
    close_due,
    close_early,
    plan_campaign,
    start_campaign,
    step_campaign,
    stop_campaign,
)
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
from zhike.voice.surveys.actions.inviting import (
    ask_again,
    invite_batch,
    remind_batch,
    settle_messages,
    settle_waiting,
    silence_late,
    take_back_ended,
)
from zhike.voice.surveys.actions.loading import (
    load_answers,
)
from zhike.voice.surveys.actions.past import (
    load_campaigns,
)

__all__ = [
    "NobodysComment",
    "ask_after",
    "ask_again",
    "begin_draft",
    "case_of_comment",
    "change_campaign",
    "close_due",
    "close_early",
    "end_follow_up",
    "follow_cases",
    "forget_people",
    "install_builtin",
    "invite_batch",
    "key_in_answers",
    "key_in_outcome",
    "leave_unscored",
    "load_answers",
    "load_campaigns",
    "note_comments",
    "note_lengths",
    "note_try",
    "open_follow_ups",
    "open_link",
    "pass_campaigns",
    "pass_follow_ups",
    "pass_forms",
    "plan_campaign",
    "publish_form",
    "refuse",
    "remind_batch",
    "retire_form",
    "save_form",
    "save_section",
    "settle_messages",
    "settle_waiting",
    "silence_late",
    "start_campaign",
    "step_campaign",
    "stop_campaign",
    "submit",
    "take_back_ended",
]
