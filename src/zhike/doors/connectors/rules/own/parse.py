"""A JSON list of events, or CSV with a heading row, in the names of our own fields."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from zhike.doors.connectors.rules.reading import MOST_EVENTS, instant, json_of, text
from zhike.doors.connectors.types import Parsed, Push, Told, Unreadable
from zhike.platform import clock
from zhike.record.shipments.types.codes import Classifier, IncidentReason, Status, Vocabulary
from zhike.record.shipments.types.inputs import EventDraft


def parse(push: Push) -> Parsed:
    """Rows that lack waybill or time, or name a status that we do not have, are counted as unreadable."""
    told: list[Told] = []
    bad: list[str] = []
    for line, row in enumerate(_rows(push), start=1):
        found = _told(row, push.zone)
        if found is None:
            bad.append(str(line))
        else:
            told.append(found)
    return Parsed(told=tuple(told), unreadable=tuple(bad))


def _rows(push: Push) -> list[Mapping[str, Any]]:
    rows: Any
    if push.headers.get("content-type", "").startswith("text/csv"):
        try:
            rows = list(csv.DictReader(io.StringIO(push.body.decode("utf-8-sig"))))
        except (UnicodeDecodeError, csv.Error) as error:
            raise Unreadable from error
    else:
        data = json_of(push.body)
        rows = data.get("events") if isinstance(data, Mapping) else data
    if not isinstance(rows, list) or len(rows) > MOST_EVENTS:
        raise Unreadable
    return [row if isinstance(row, Mapping) else {} for row in rows]


def _told(row: Mapping[str, Any], zone: str) -> Told | None:
    waybill = text(row.get("waybill"), 60)
    at = instant(row.get("occurred_at") or row.get("time"), zone)
    try:
        status = Status(row["status"]) if row.get("status") else None
        reason = IncidentReason(row["incident_reason"]) if row.get("incident_reason") else None
        classifier = Classifier(row["classifier"]) if row.get("classifier") else None
    except ValueError:
        return None
    own_zone = text(row.get("zone"), 64)
    code = text(row.get("code"), 60)
    if not waybill or at is None or not (status or code) or (own_zone and not clock.is_zone(own_zone)):
        return None
    event = EventDraft(
        waybill=waybill,
        occurred_at=at,
        carrier=text(row.get("carrier"), 40) or None,
        status=status,
        code=code or None,
        text=text(row.get("text"), 500) or None,
        place=text(row.get("place"), 160) or None,
        zone=own_zone or zone,
        outlet=text(row.get("outlet"), 40) or None,
        handler_name=text(row.get("handler_name"), 120) or None,
        handler_phone=text(row.get("handler_phone"), 24) or None,
        incident_reason=reason,
        classifier=classifier,
        eta=instant(row.get("eta"), zone),
        external_id=text(row.get("external_id"), 80) or None,
    )
    return Told(waybills=(waybill,), vocabulary=Vocabulary.ZHIKE.value, event=event)
