"""Everything that surveys write."""

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
)
from zhike.voice.surveys.actions.campaigns import (
    change_campaign,
    close_due,
    plan_campaign,
    start_campaign,
    step_campaign,
    stop_campaign,
)
from zhike.voice.surveys.actions.forms import (
    begin_draft,
    install_builtin,
    publish_form,
    retire_form,
    save_form,
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

__all__ = [
    "ask_after",
    "ask_again",
    "begin_draft",
    "change_campaign",
    "close_due",
    "install_builtin",
    "invite_batch",
    "key_in_answers",
    "key_in_outcome",
    "leave_unscored",
    "open_link",
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
