"""What one browser may hear, signed by the pages for the live process, which knows no rights of its own."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from zhike.platform.environment import environment
from zhike.platform.live.notifications import ALL

_SALT = "zhike.live"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Topics and units of one signed-in session."""

    session: str
    topics: frozenset[str]
    everything: bool
    intervals: tuple[tuple[int, int], ...]

    def covers(self, unit_no: int) -> bool:
        return self.everything or any(first <= unit_no <= last for first, last in self.intervals)

    def hears(self, topic: str, unit_no: int | None) -> bool:
        """Whether a change of `topic` in unit `unit_no` (None: of no unit) may be told to this browser."""
        if topic == ALL:
            return True
        if unit_no is not None and not self.covers(unit_no):
            return False
        if topic.startswith("unit:"):
            return self.covers(int(topic.removeprefix("unit:")))
        return topic in self.topics


def fingerprint(session_key: str) -> str:
    """Ties a ticket to a session without holding its key."""
    return hashlib.sha256(f"{_SALT}:{session_key}".encode()).hexdigest()[:32]


def ticket(
    session_key: str, *, topics: Iterable[str], everything: bool = False, intervals: Iterable[tuple[int, int]] = ()
) -> str:
    """A signed ticket: `topics` are `user:<id>` and tables that the actor may see, `intervals` the actor's reach."""
    content = {
        "session": fingerprint(session_key),
        "topics": sorted(topics),
        "everything": everything,
        "intervals": [list(interval) for interval in intervals],
    }
    return signing.dumps(content, salt=_SALT, compress=True)


def read(text: str) -> Ticket | None:
    """The ticket, or None when it is forged, spoilt or older than a session may be."""
    try:
        content = signing.loads(text, salt=_SALT, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return None
    return Ticket(
        session=content["session"],
        topics=frozenset(content["topics"]),
        everything=content["everything"],
        intervals=tuple((first, last) for first, last in content["intervals"]),
    )


def address(request: HttpRequest, signed: str) -> str:
    """Where the page's script connects: ZHIKE_LIVE_URL behind a proxy, else the next port of the page's own host."""
    env = environment()
    host = request.get_host()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    base = env.live_url or f"{request.scheme}://{name}:{env.live_port}/live"
    return f"{base}?{urlencode({'ticket': signed})}"
