"""Pure decisions of the customer's pages: the way of the goods, how many days late, what a link says."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.core import signing

from zhike.doors.portal.types import Link, Purpose, StepState
from zhike.record.shipments.types.codes import Status

SALT: Final = "zhike.portal.link"
SHIPMENT: Final = "shipment"
KEPT_PHOTOS: Final = "zhike.portal.photos"
# How far along each state is: accepted, picked up, under way, out for delivery, there.
POINTS: Final = 5
_REACHED: Final[Mapping[Status, int]] = {
    Status.INFO_RECEIVED: 0,
    Status.PICKED_UP: 1,
    Status.IN_TRANSIT: 2,
    Status.CUSTOMS: 2,
    Status.REDIRECTED: 2,
    Status.STALE: 2,
    Status.EXCEPTION: 2,
    Status.RETURNING: 2,
    Status.OUT_FOR_DELIVERY: 3,
    Status.READY_FOR_PICKUP: 3,
    Status.ATTEMPT_FAILED: 3,
    Status.DELIVERED: 4,
    Status.RETURNED: 4,
}


def step_states(status: Status) -> list[StepState]:
    """Of the five points in order; none for a cancelled shipment."""
    if status is Status.CANCELLED:
        return []
    reached = _REACHED[status]
    last = POINTS - 1
    return [
        StepState.DONE if at < reached or reached == last else StepState.NOW if at == reached else StepState.COMING
        for at in range(POINTS)
    ]


def days_between(first: date, second: date) -> int:
    """How many days the second lies after the first; 0 when it does not."""
    return max(0, (second - first).days)


def seal(subject: str, purpose: Purpose, *, until: datetime) -> str:
    """A link's token; whoever has it may see this one thing until then."""
    return signing.dumps({"s": subject, "p": purpose.value, "u": int(until.timestamp())}, salt=SALT, compress=False)


def unseal(token: str, purpose: Purpose, *, now: datetime) -> Link | None:
    """What the token says; None when it is not ours, for something else, or past its time."""
    try:
        said = signing.loads(token, salt=SALT)
        link = Link(said["s"], Purpose(said["p"]), datetime.fromtimestamp(said["u"], UTC))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    return link if link.purpose.value == purpose.value and link.until > now else None


def waybill_of(link: Link) -> str:
    """The waybill that a tracking link is for."""
    return link.subject.removeprefix(f"{SHIPMENT}:")


def window_of(now: datetime, length: timedelta) -> int:
    """The number of the running window of time, for counting attempts."""
    return int(now.timestamp() // length.total_seconds())
