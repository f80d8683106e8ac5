"""Pure decisions about messages: pauses between attempts, what of an address may be shown, lines of the log."""

from datetime import datetime, timedelta
from typing import Any

from zhike.platform.messaging.types import LONGEST_PAUSE
from zhike.platform.phones import mask, parse


def pause_before(attempt: int, first: timedelta) -> timedelta:
    """How long to wait before attempt number `attempt` (2 is the first repetition): doubling, at most four hours."""
    doublings: int = min(max(attempt - 2, 0), 20)
    return min(first * (1 << doublings), LONGEST_PAUSE)


def entry(attempt: int, at: datetime, outcome: str, code: str, text: str) -> dict[str, Any]:
    """One line of a message's log."""
    return {"attempt": attempt, "at": at.isoformat(), "outcome": outcome, "code": code, "text": text}


def masked(address: str) -> str:
    """`chen.jing@example.com` → `c***@example.com`; numbers as everywhere."""
    user, at, domain = address.partition("@")
    return f"{user[:1]}***@{domain}" if at else mask(address)


def as_stored(address: str) -> str:
    """How an address that somebody types is kept."""
    return address.strip() if "@" in address else parse(address).e164 or address.strip()
