"""One event, or a list of them, as JSON or as a form; what the fields are called is a matter of the profile."""

from collections.abc import Mapping
from typing import Any

from zhike.doors.connectors.rules.reading import MOST_EVENTS, json_of
from zhike.doors.connectors.types import Push, Unreadable


def parse(push: Push) -> list[Mapping[str, Any]]:
    """Raises Unreadable for what is neither."""
    if push.form:
        return [dict(push.form)]
    found = json_of(push.body)
    events = found if isinstance(found, list) else [found]
    if not events or len(events) > MOST_EVENTS or not all(isinstance(one, Mapping) for one in events):
        raise Unreadable
    return events
