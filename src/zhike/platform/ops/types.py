"""What rooms tell about their own health: cards on the operations page, gauges of /metrics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise

Label = str | Promise
Value = int | float | datetime | timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One figure about the machinery. `metric` names its gauge (seconds for times); `trouble` asks for somebody."""

    label: Label
    value: Value
    metric: str = ""
    trouble: bool = False
    note: Label = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class OpsCard:
    """A group of readings; `read` takes the present instant and costs a few cheap queries."""

    key: str
    label: Label
    read: Callable[[datetime], Sequence[Reading]]


_cards: dict[str, OpsCard] = {}


def register_card(card: OpsCard) -> OpsCard:
    """Called by a room's `providers.py` at import; the same key replaces the earlier card."""
    _cards[card.key] = card
    return card


def cards() -> list[OpsCard]:
    """Every registered card in order of its key."""
    return [_cards[key] for key in sorted(_cards)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A background job that used up its retries."""

    job_id: int
    name: str
    queue: str
    attempts: int
    failed_at: datetime | None
