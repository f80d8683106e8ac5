"""Decisions about shipments: what state a feed leads to, what is late, which legs it shows. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import md5
from typing import Final
from uuid import UUID

from zhike.platform import clock
from zhike.record.shipments.types.codes import TERMINAL, Classifier, IncidentReason, LateRule, Status
from zhike.record.shipments.types.views import Stop

# One letter a state, in the order in which states of the same instant count. The same letters are folded in SQL.
LETTERS: Final = {status: chr(ord("A") + position) for position, status in enumerate(Status)}
STATUS_OF: Final = {letter: status for status, letter in LETTERS.items()}
# What reopens a terminal state: only something said explicitly later.
REOPENS: Final = {
    Status.DELIVERED: frozenset({Status.EXCEPTION, Status.RETURNING, Status.RETURNED}),
    Status.RETURNED: frozenset({Status.EXCEPTION}),
    Status.CANCELLED: frozenset({Status.EXCEPTION}),
}
DAMAGE: Final = frozenset({IncidentReason.CARRIER_DAMAGED})
LOSS: Final = frozenset({IncidentReason.CARRIER_LOST})
SHORTAGE: Final = frozenset({IncidentReason.CARRIER_SHORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the state of a shipment depends on in one tracking event; an empty status leaves the state as it is."""

    at: datetime
    status: Status | None
    digest: UUID | None = None
    classifier: Classifier = Classifier.ACT


@dataclass(frozen=True, slots=True)
class State:
    """Where a shipment stands after its events."""

    status: Status
    picked_up_at: datetime | None
    out_for_delivery_at: datetime | None
    delivered_at: datetime | None
    last_event_at: datetime | None


def state_of(scans: Iterable[Scan], *, stated: Status = Status.INFO_RECEIVED) -> State:
    """The state after these events, whatever order they came in and however often.

    Events count by their own time; at the same instant the further state counts last. A terminal state stays unless
    something later says explicitly that it no longer holds. `stated` is what the order itself said before any event.
    """
    happened = {(s.at, s.status, s.digest or UUID(int=0)) for s in scans if s.classifier is Classifier.ACT}
    ordered = sorted(happened, key=lambda s: (s[0], LETTERS[s[1]] if s[1] else "", s[2]))
    status, delivered_at = stated, None
    for at, seen, _digest in ordered:
        if seen is None:
            continue
        if status is seen is Status.DELIVERED and delivered_at is None:
            delivered_at = at
        if status in TERMINAL and seen not in REOPENS[status]:
            continue
        status = seen
        delivered_at = at if seen is Status.DELIVERED else None
    return State(
        status=status,
        picked_up_at=_first(ordered, Status.PICKED_UP),
        out_for_delivery_at=_first(ordered, Status.OUT_FOR_DELIVERY),
        delivered_at=delivered_at,
        last_event_at=ordered[-1][0] if ordered else None,
    )


def _first(ordered: Sequence[tuple[datetime, Status | None, UUID]], wanted: Status) -> datetime | None:
    return next((at for at, status, _digest in ordered if status is wanted), None)


def event_digest(*, vocabulary: str, classifier: str, code: str, place: str) -> UUID:
    """What, besides shipment and time, makes two reports the same event."""
    told = f"{vocabulary}\x1f{classifier}\x1f{code}\x1f{place}"
    return UUID(hex=md5(told.encode(), usedforsecurity=False).hexdigest())


def is_late(*, delivered_at: datetime | None, promised_at: datetime | None, zone: str, rule: LateRule) -> bool | None:
    """Whether a promise was missed; None while not delivered or where nothing was promised."""
    if delivered_at is None or promised_at is None:
        return None
    if rule is LateRule.CALENDAR_DAY:
        return clock.local_date(delivered_at, zone) > clock.local_date(promised_at, zone)
    return delivered_at > promised_at


def overdue_at(*, promised_at: datetime | None, zone: str, rule: LateRule) -> datetime | None:
    """The instant from which an undelivered shipment has missed its promise."""
    if promised_at is None or rule is LateRule.INSTANT:
        return promised_at
    return clock.day_bounds(clock.local_date(promised_at, zone), zone)[1]


def days_late(*, on: datetime, promised_at: datetime, zone: str) -> int:
    """Whole calendar days after the promised day, never negative."""
    return max(0, (clock.local_date(on, zone) - clock.local_date(promised_at, zone)).days)


Step = tuple[datetime, Status | None, str, int | None]


def stops_of(steps: Sequence[Step], *, closed: bool, slow_after: timedelta, now: datetime) -> list[Stop]:
    """The way as stays: consecutive events of one place are one stay, which ends when the next place is reached.

    `steps` are (time, status, place, unit) in order. Leaving for delivery begins a stay of its own. Of the stays that
    lasted longer than `slow_after` the longest is the slow one; the end of a closed shipment is no stay.
    """
    stays: list[Stop] = []
    for at, status, place, unit_id in steps:
        last = stays[-1] if stays else None
        if last is not None and _stays(last, status, place, unit_id):
            # Where the goods were taken over stays the place of the pick-up, though they left from there as well.
            taken = last.status is Status.PICKED_UP
            stays[-1] = replace(last, status=last.status if taken else status or last.status)
            continue
        if last is not None:
            stays[-1] = replace(last, ended_at=at)
        name = place or (last.name if last else "")
        stays.append(Stop(name=name, unit_id=unit_id, status=status, started_at=at, ended_at=None))
    if closed and stays:
        stays[-1] = replace(stays[-1], ended_at=stays[-1].started_at)
    longest = max(range(len(stays)), key=lambda i: stays[i].stay(now), default=None)
    if longest is not None and stays[longest].stay(now) > slow_after:
        stays[longest] = replace(stays[longest], slow=True)
    return stays


def _stays(last: Stop, status: Status | None, place: str, unit_id: int | None) -> bool:
    if Status.OUT_FOR_DELIVERY in {status, last.status} and status is not last.status and status is not None:
        return False
    return (place, unit_id) in {(last.name, last.unit_id), ("", None), (last.name, None)}


def masked_name(name: str) -> str:
    """A person's name for people outside: the first character, or of Western names the first letter."""
    return f"{name[0]}**" if name else ""


def event_month(ordered_at: datetime, zone: str) -> date:
    """The month a shipment belongs to for ever: that of its order, in its own zone."""
    return clock.local_date(ordered_at, zone).replace(day=1)


def normal_waybill(text: str) -> str:
    """A waybill as it is stored: full-width characters narrowed, without spaces, in capitals."""
    return "".join(text.translate(_NARROW).split()).upper()


# The engine narrows and trims cells; spaces inside and small letters are left to mend. Cheap on millions of rows.
NORMAL_WAYBILL_SQL: Final = "upper(translate({}, ' ', ''))"

_NARROW = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}
