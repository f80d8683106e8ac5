"""Pure rules of time: `hours` (open intervals, elapsed, due), `deadlines` (statutory), `ledger` (clocks), `reading`."""

from zhike.platform.calendars.rules.deadlines import statutory_deadline
from zhike.platform.calendars.rules.hours import closing_after, due, elapsed, hours_of, is_open, open_intervals

__all__ = ["closing_after", "due", "elapsed", "hours_of", "is_open", "open_intervals", "statutory_deadline"]
