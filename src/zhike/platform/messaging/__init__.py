"""The one port through which messages leave: `messaging.queue(...)` inside the caller's transaction."""

from typing import TYPE_CHECKING

from zhike.platform.lazy import lazily
from zhike.platform.messaging.types import (
    BOUNCED,
    Attached,
    Channel,
    Draft,
    MailParts,
    MessageSettled,
    State,
    Template,
    Words,
    words_of,
)

if TYPE_CHECKING:
    from zhike.platform.messaging.actions import (
        forget_people,
        note_bounce,
        queue,
        queue_many,
        reword_waiting,
        take_back,
    )
    from zhike.platform.messaging.queries import messages_about, messages_by_id, waiting_to_leave

__all__ = [
    "BOUNCED",
    "Attached",
    "Channel",
    "Draft",
    "MailParts",
    "MessageSettled",
    "State",
    "Template",
    "Words",
    "forget_people",
    "messages_about",
    "messages_by_id",
    "note_bounce",
    "queue",
    "queue_many",
    "reword_waiting",
    "take_back",
    "waiting_to_leave",
    "words_of",
]
__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(
            ("queue", "queue_many", "reword_waiting", "take_back", "forget_people", "note_bounce"), "actions"
        ),
        **dict.fromkeys(("messages_about", "messages_by_id", "waiting_to_leave"), "queries"),
    },
)
