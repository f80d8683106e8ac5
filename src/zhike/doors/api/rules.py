"""How requests are counted."""

from datetime import datetime


def minute_of(now: datetime) -> int:
    """The number of the minute, whose requests are counted together."""
    return int(now.timestamp() // 60)
