"""The audit log: `audit.record(actor, Event(...), now=now)` inside an action, `audit.history(...)` to read."""

from typing import TYPE_CHECKING

from zhike.platform.audit.types import ActionDenied, Entry, Event
from zhike.platform.lazy import lazily

if TYPE_CHECKING:
    from zhike.platform.audit.actions import record, record_many
    from zhike.platform.audit.queries import history

__all__ = ["ActionDenied", "Entry", "Event", "history", "record", "record_many"]
__getattr__ = lazily(__name__, {"record": "actions", "record_many": "actions", "history": "queries"})
