"""Reading calendars, holidays, clocks and ledgers."""

from zhike.platform.calendars.queries.calendars import (
    CalendarDetail,
    CalendarRow,
    HolidayRow,
    HolidaySetRow,
    OverrideRow,
    YearRow,
    calendars_named,
    default_calendar_id,
    get_calendar,
    get_holiday_set,
    list_calendars,
    list_holiday_sets,
)
from zhike.platform.calendars.queries.clocks import (
    chips,
    last_turns,
    ledger,
    new_deadlines,
    next_due,
    open_clocks,
    open_due,
    preview_recompute,
)
from zhike.platform.calendars.queries.specs import Rules, rules_of, spec_of_version

__all__ = [
    "CalendarDetail",
    "CalendarRow",
    "HolidayRow",
    "HolidaySetRow",
    "OverrideRow",
    "Rules",
    "YearRow",
    "calendars_named",
    "chips",
    "default_calendar_id",
    "get_calendar",
    "get_holiday_set",
    "last_turns",
    "ledger",
    "list_calendars",
    "list_holiday_sets",
    "new_deadlines",
    "next_due",
    "open_clocks",
    "open_due",
    "preview_recompute",
    "rules_of",
    "spec_of_version",
]
