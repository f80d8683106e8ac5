"""All writes of calendars, holidays and clocks."""

from zhike.platform.calendars.actions.calendars import (
    change_calendar,
    clear_override,
    create_calendar,
    ensure_default_calendar,
    remove_hours,
    set_hours,
    set_override,
)
from zhike.platform.calendars.actions.clocks import (
    cancel_clocks,
    hand_over_clocks,
    pause_clocks,
    recompute_clocks,
    reopen_clocks,
    resume_clocks,
    start_clocks,
    stop_clocks,
    tell_clocks,
)
from zhike.platform.calendars.actions.holidays import (
    clear_holiday,
    create_holiday_set,
    load_holidays,
    set_holiday,
)

__all__ = [
    "cancel_clocks",
    "change_calendar",
    "clear_holiday",
    "clear_override",
    "create_calendar",
    "create_holiday_set",
    "ensure_default_calendar",
    "hand_over_clocks",
    "load_holidays",
    "pause_clocks",
    "recompute_clocks",
    "remove_hours",
    "reopen_clocks",
    "resume_clocks",
    "set_holiday",
    "set_hours",
    "set_override",
    "start_clocks",
    "stop_clocks",
    "tell_clocks",
]
