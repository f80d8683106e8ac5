"""The audit log: `audit.record(actor, Event(...), now=now)` inside an action, `audit.history(...)` to read."""

from typing import TYPE_CHECKING

from zhike.platform.audit.types import ActionDenied, Entry, Event, Trace
from zhike.platform.audit.words import Keys, Names, Of, Room, Sentence, Span, register_naming, tell, tell_plainly
from zhike.platform.lazy import lazily

if TYPE_CHECKING:
    from zhike.platform.audit.actions import count_traces, record, record_many, redact
    from zhike.platform.audit.queries import history

__all__ = [
    "ActionDenied",
    "Entry",
    "Event",
    "Keys",
    "Names",
    "Of",
    "Room",
    "Sentence",
    "Span",
    "Trace",
    "count_traces",
    "history",
    "record",
    "record_many",
    "redact",
    "register_naming",
    "tell",
    "tell_plainly",
]
__getattr__ = lazily(
    __name__,
    {
        "record": "actions",
        "record_many": "actions",
        "redact": "actions",
        "count_traces": "actions",
        "history": "queries",
    },
)
