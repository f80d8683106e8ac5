"""Typed events to the rooms above, written in the transaction of the change they tell of."""

from typing import TYPE_CHECKING

from zhike.platform.lazy import lazily
from zhike.platform.outbox.types import Delivered, Event, Mode, subscribe

if TYPE_CHECKING:
    from zhike.platform.outbox.actions import drain, drain_all, emit, emit_many, redact

__all__ = ["Delivered", "Event", "Mode", "drain", "drain_all", "emit", "emit_many", "redact", "subscribe"]
__getattr__ = lazily(__name__, dict.fromkeys(("drain", "drain_all", "emit", "emit_many", "redact"), "actions"))
