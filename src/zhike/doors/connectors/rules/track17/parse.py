"""`data.track_info.tracking.providers[].events[]`; a stop of tracking brings no event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhike.doors.connectors.rules.reading import MOST_EVENTS, instant, items, json_of, part, text, zone_of
from zhike.doors.connectors.types import Parsed, Push, Told, Unreadable
from zhike.record.shipments.types.codes import Vocabulary
from zhike.record.shipments.types.inputs import EventDraft

STOPPED = "TRACKING_STOPPED"


def parse(push: Push) -> Parsed:
    data = json_of(push.body)
    waybill = text(part(data, "data", "number"), 60)
    if not waybill:
        raise Unreadable
    if text(part(data, "event"), 40) == STOPPED:
        return Parsed()
    info = part(data, "data", "track_info")
    providers = part(info, "tracking", "providers")
    if not isinstance(providers, list):
        raise Unreadable
    events = [event for one in providers for event in items(part(one, "events"))][:MOST_EVENTS]
    eta = _estimate(info, push.zone)
    told: list[Told] = []
    bad: list[str] = []
    for position, event in enumerate(events):
        one = _told(event, waybill, push.zone, eta if position == 0 else None)
        if one is None:
            bad.append(str(position + 1))
        else:
            told.append(one)
    return Parsed(told=tuple(told), unreadable=tuple(bad))


def _estimate(info: Any, zone: str) -> datetime | None:  # noqa: ANN401 - any JSON
    span = part(info, "time_metrics", "estimated_delivery_date")
    return instant(part(span, "to"), zone) or instant(part(span, "from"), zone)


def _told(event: Any, waybill: str, zone: str, eta: datetime | None) -> Told | None:  # noqa: ANN401 - any JSON
    if not isinstance(event, Mapping):
        return None
    code = text(event.get("sub_status"), 60) or text(event.get("stage"), 60)
    at = instant(event.get("time_iso") or event.get("time_utc"), zone) or _raw(event.get("time_raw"), zone)
    if at is None or not code:
        return None
    draft = EventDraft(
        waybill=waybill,
        occurred_at=at,
        code=code,
        text=text(event.get("description"), 500) or None,
        place=text(event.get("location"), 160) or None,
        zone=zone_of(event.get("time_iso"), zone),
        eta=eta,
    )
    return Told(waybills=(waybill,), vocabulary=Vocabulary.TRACK17.value, event=draft)


def _raw(raw: Any, zone: str) -> datetime | None:  # noqa: ANN401 - any JSON
    """A local time as the carrier wrote it, with its offset where there is one."""
    day, hour = text(part(raw, "date"), 10), text(part(raw, "time"), 8) or "00:00:00"
    offset = text(part(raw, "timezone"), 6)
    return instant(f"{day}T{hour}{offset}", zone) or instant(f"{day}T{hour}", zone)
