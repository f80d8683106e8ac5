"""The one port through which messages leave: `messaging.queue(...)` inside the caller's transaction."""

from typing import TYPE_CHECKING

from zhike.platform.lazy import lazily
from zhike.platform.messaging.types import Channel, MessageSettled, State, Template, Words, words_of

if TYPE_CHECKING:
    from zhike.platform.messaging.actions import forget_people, queue
    from zhike.platform.messaging.queries import messages_about

__all__ = [
    "Channel",
    "MessageSettled",
    "State",
    "Template",
    "Words",
    "forget_people",
    "messages_about",
    "queue",
    "words_of",
]
__getattr__ = lazily(__name__, {"queue": "actions", "forget_people": "actions", "messages_about": "queries"})
