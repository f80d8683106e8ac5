"""Instants and days: the clock is read at the edges only, and a day belongs to a zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def now() -> datetime:
    """The present instant in UTC. For pages, api, tasks and commands; everything below takes `now`."""
    return datetime.now(UTC)


@cache
def zone_names() -> frozenset[str]:
    """Every IANA time zone that this machine knows."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone, e.g. `Asia/Shanghai`."""
    return name in zone_names()


def local(instant: datetime, zone: str) -> datetime:
    """The instant as the wall clock in this zone shows it. Raises ValueError for an instant without offset."""
    if instant.tzinfo is None:
        message = "an instant needs its offset from UTC"
        raise ValueError(message)
    return instant.astimezone(ZoneInfo(zone))


def local_date(instant: datetime, zone: str) -> date:
    """The calendar day in this zone."""
    return local(instant, zone).date()


def instant_of(wall: datetime, zone: str) -> datetime:
    """The UTC instant at which the wall clock of this zone first shows `wall`, given without offset.

    A time that the clock skips in spring is the moment of the skip; one that it shows twice in autumn is the first.
    So a later wall time never maps to an earlier instant.
    """
    region = ZoneInfo(zone)
    before = wall.replace(tzinfo=region, fold=0).astimezone(UTC)
    if before.astimezone(region).replace(tzinfo=None) == wall:
        return before
    low = wall.replace(tzinfo=region, fold=1).astimezone(UTC)
    return _jump(low, before, region)


def _jump(low: datetime, high: datetime, region: ZoneInfo) -> datetime:
    """The first instant after `low` with another offset; offsets change on whole seconds."""
    offset = low.astimezone(region).utcoffset()
    while high - low > _SECOND:
        middle = low + ((high - low) // 2)
        middle -= timedelta(microseconds=middle.microsecond)
        if middle <= low:
            break
        if middle.astimezone(region).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def day_start(day: date, zone: str) -> datetime:
    """The first instant (UTC) of a calendar day in this zone."""
    return instant_of(datetime.combine(day, time.min), zone)


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of the day and first of the next (UTC); the second is not part of it."""
    return day_start(day, zone), day_start(day + _DAY, zone)


def deadline_parts(due: datetime, zone: str) -> tuple[date, str]:
    """Day and time of a deadline as people say it: midnight is 24:00 of the day that ends then."""
    wall = local(due, zone)
    if wall.time() == time.min:
        return wall.date() - _DAY, "24:00"
    return wall.date(), f"{wall:%H:%M}"
