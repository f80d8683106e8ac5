"""Events of 2.x (flat) and 3.0 (metadata and payload); only ACT moves the status, PLN and EST say when."""

from collections.abc import Iterator, Mapping
from typing import Any

from zhike.doors.connectors.rules.reading import MOST_EVENTS, instant, items, json_of, part, text, zone_of
from zhike.doors.connectors.types import Parsed, Push, Told, Unreadable
from zhike.record.shipments.types.codes import Classifier, Vocabulary
from zhike.record.shipments.types.inputs import EventDraft

# Expected or planned, these say when the goods can be had.
ARRIVING = frozenset({"TRANSPORT.ARRI", "EQUIPMENT.DISC", "EQUIPMENT.GTOT", "EQUIPMENT.DROP"})
_TYPE_CODES = {
    "SHIPMENT": "shipmentEventTypeCode",
    "TRANSPORT": "transportEventTypeCode",
    "EQUIPMENT": "equipmentEventTypeCode",
}


def parse(push: Push) -> Parsed:
    data = json_of(push.body)
    found = data.get("events", [data]) if isinstance(data, Mapping) else data
    if not isinstance(found, list) or len(found) > MOST_EVENTS:
        raise Unreadable
    told: list[Told] = []
    bad: list[str] = []
    retracted: list[str] = []
    for position, event in enumerate(found, start=1):
        meta = part(event, "metadata") or event
        if taken_back := text(part(meta, "retractedEventID"), 80):
            retracted.append(taken_back)
            continue
        one = _told(meta, part(event, "payload") or event, push.zone)
        if one is None:
            bad.append(str(position))
        else:
            told.append(one)
    return Parsed(told=tuple(told), retracted=tuple(retracted), unreadable=tuple(bad))


def _told(meta: Any, payload: Any, zone: str) -> Told | None:  # noqa: ANN401 - any JSON
    kind = text(part(meta, "eventType") or part(payload, "eventType"), 20)
    code = text(part(payload, _TYPE_CODES.get(kind, "")), 20)
    written = part(payload, "eventDateTime")
    at = instant(written, zone)
    waybills = tuple(dict.fromkeys(_waybills(payload)))
    try:
        classifier = Classifier(text(part(payload, "eventClassifierCode"), 3))
    except ValueError:
        return None
    if not code or at is None or not waybills:
        return None
    full = f"{kind}.{code}"
    event = EventDraft(
        waybill=waybills[0],
        occurred_at=at,
        code=full,
        text=text(part(payload, "reason"), 500) or None,
        place=_place(payload) or None,
        zone=zone_of(written, zone),
        classifier=classifier,
        eta=at if classifier is not Classifier.ACT and full in ARRIVING else None,
        external_id=text(part(meta, "eventID"), 80) or None,
    )
    return Told(waybills=waybills, vocabulary=Vocabulary.DCSA.value, event=event)


def _waybills(payload: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Transport document, container, booking: whichever the shipment is known by."""
    listed = [
        (text(part(one, kind), 10), text(part(one, value), 60))
        for name, kind, value in (
            ("relatedDocumentReferences", "type", "value"),
            ("documentReferences", "documentReferenceType", "documentReferenceValue"),
            ("references", "type", "value"),
            ("references", "referenceType", "referenceValue"),
        )
        for one in items(part(payload, name))
        if isinstance(one, Mapping)
    ]
    if text(part(payload, "documentTypeCode"), 10) in {"TRD", "BKG"}:
        listed.insert(0, (text(part(payload, "documentTypeCode"), 10), text(part(payload, "documentReference"), 60)))
    listed.append(("TRD", text(part(payload, "transportDocumentReference"), 60)))
    listed.append(("EQ", text(part(payload, "equipmentReference"), 60)))
    listed.append(("BKG", text(part(payload, "carrierBookingReference"), 60)))
    for wanted in ("TRD", "EQ", "BKG"):
        yield from (value for kind, value in listed if kind == wanted and value)


def _place(payload: Any) -> str:  # noqa: ANN401 - any JSON
    for path in (("transportCall", "location"), ("eventLocation",), ("location",)):
        name = text(part(payload, *path, "locationName"), 160) or text(part(payload, *path, "UNLocationCode"), 160)
        if name:
            return name
    return ""
