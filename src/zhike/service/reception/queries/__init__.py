"""Everything that is read at the reception."""

from zhike.service.reception.queries.calls import (
    call_rows,
    callers,
    certain_caller,
    count_waiting_calls,
    get_call,
    in_hand,
    on_the_line,
    pop_of,
    waiting_calls,
)
from zhike.service.reception.queries.lines import (
    extension_rows,
    own_extensions,
    phone_system,
    phone_systems,
    profile_of,
)
from zhike.service.reception.queries.waiting import (
    Counted,
    count_waiting,
    get_waiting,
    open_waiting,
    waiting_rows,
)

__all__ = [
    "Counted",
    "call_rows",
    "callers",
    "certain_caller",
    "count_waiting",
    "count_waiting_calls",
    "extension_rows",
    "get_call",
    "get_waiting",
    "in_hand",
    "on_the_line",
    "open_waiting",
    "own_extensions",
    "phone_system",
    "phone_systems",
    "pop_of",
    "profile_of",
    "waiting_calls",
    "waiting_rows",
]
