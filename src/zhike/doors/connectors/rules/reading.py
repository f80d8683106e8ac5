"""Reading values of foreign bodies: what does not fit is told apart, never guessed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from zhike.doors.connectors.types import Unreadable
from zhike.platform import clock

MOST_EVENTS = 10_000


def json_of(body: bytes | str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body)
    except (ValueError, UnicodeDecodeError) as error:
        raise Unreadable from error


def text(value: object, most: int) -> str:
    """Text of at most so many characters, without the one that no database takes."""
    return str(value).replace("\x00", "").strip()[:most] if isinstance(value, str | int) else ""


def part(value: object, *names: str) -> Any:  # noqa: ANN401 - any JSON
    """What stands at this path of nested objects; None where it ends early."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def items(value: object) -> list[Any]:
    """The items of a list; nothing for anything else."""
    return value if isinstance(value, list) else []


def instant(value: object, zone: str) -> datetime | None:
    """An instant from ISO text or `2026-11-23 08:00:00`; without offset it is wall time of `zone`."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.astimezone(UTC) if found.tzinfo else clock.instant_of(found, zone)
    except (ValueError, OverflowError):
        return None


def zone_of(value: object, otherwise: str) -> str:
    """A zone that shows the offset written in an ISO time, where that is a whole number of hours."""
    if not isinstance(value, str):
        return otherwise
    try:
        offset = datetime.fromisoformat(value.strip()).utcoffset()
    except ValueError:
        return otherwise
    if offset is None:
        return otherwise
    hours, rest = divmod(int(offset.total_seconds()), 3600)
    # The signs of Etc zones are the other way round.
    return "UTC" if rest or hours == 0 else f"Etc/GMT{-hours:+d}"
