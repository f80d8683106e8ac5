"""Segments of an interchange: each STS is an event of its consignment (CNI), with the DTM and LOC behind it.

A code without an agency is one of UN/ECE Recommendation 24; others belong to a vocabulary of their agency.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from zhike.doors.connectors.rules.reading import MOST_EVENTS, text
from zhike.doors.connectors.types import Parsed, Push, Told, Unreadable
from zhike.platform import clock
from zhike.record.shipments.types.codes import Vocabulary
from zhike.record.shipments.types.inputs import EventDraft

SHAPES = {"102": "%Y%m%d", "203": "%Y%m%d%H%M", "204": "%Y%m%d%H%M%S"}
STATUS_TIMES = ("334", "137", "7")
ESTIMATES = frozenset({"132", "17"})
WAYBILL_REFERENCES = ("BM", "AAM", "CU", "BN")
Segment = list[list[str]]


@dataclass(slots=True)
class _Group:
    """One consignment: its numbers, and the status that is being read."""

    references: dict[str, str] = field(default_factory=dict)
    container: str = ""
    code: str = ""
    agency: str = ""
    times: dict[str, datetime] = field(default_factory=dict)
    place: str = ""
    eta: datetime | None = None


def parse(push: Push) -> Parsed:
    groups = list(_groups(list(_segments(push.body)), push.zone))
    if not groups or len(groups) > MOST_EVENTS:
        raise Unreadable
    told: list[Told] = []
    bad: list[str] = []
    for position, group in enumerate(groups, start=1):
        one = _told(group, push.zone)
        if one is None:
            bad.append(str(position))
        else:
            told.append(one)
    return Parsed(told=tuple(told), unreadable=tuple(bad))


def _segments(body: bytes) -> Iterator[Segment]:
    """Segments as elements of components; the service string UNA may name other separators."""
    try:
        message = body.decode("utf-8")
    except UnicodeDecodeError:
        message = body.decode("latin-1")
    message = message.strip().lstrip("\ufeff")
    component, element, release, end = ":", "+", "?", "'"
    if message.startswith("UNA") and len(message) > 8:  # noqa: PLR2004 - UNA and its six characters
        component, element, release, end = message[3], message[4], message[6], message[8]
        message = message[9:]
    for raw in _cut(message, end, release):
        if raw.strip():
            yield [_plain(_cut(part, component, release), release) for part in _cut(raw.strip(), element, release)]


def _cut(text_: str, mark: str, release: str) -> list[str]:
    """Parted at `mark`, unless the release character stands before it."""
    parts, current, skip = [], "", False
    for character in text_:
        if skip:
            current, skip = current + character, False
        elif character == release:
            current, skip = current + character, True
        elif character == mark:
            parts.append(current)
            current = ""
        else:
            current += character
    return [*parts, current]


def _plain(parts: Sequence[str], release: str) -> list[str]:
    return ["".join(c for i, c in enumerate(p) if c != release or (i and p[i - 1] == release)) for p in parts]


def _groups(segments: Sequence[Segment], zone: str) -> Iterator[_Group]:
    """One group a status. Numbers before the first consignment hold for all of them."""
    common: dict[str, str] = {}
    group: _Group | None = None
    for segment in segments:
        tag = segment[0][0]
        if tag == "CNI":
            group = None
        if tag == "STS":
            if group is not None and group.code:
                yield group
            kept = dict(group.references) if group is not None else dict(common)
            group = _Group(references=kept, container=group.container if group else "")
            group.code, group.agency = _at(segment, 2, 0), _at(segment, 2, 2)
        elif tag == "RFF":
            (group.references if group is not None else common)[_at(segment, 1, 0)] = _at(segment, 1, 1)
        elif group is not None:
            _read(group, segment, zone)
            if tag in {"UNT", "UNZ"} and group.code:
                yield group
                group = None


def _read(group: _Group, segment: Segment, zone: str) -> None:
    tag = segment[0][0]
    if tag == "DTM":
        at = _instant(_at(segment, 1, 1), _at(segment, 1, 2), zone)
        if at is not None and _at(segment, 1, 0) in ESTIMATES:
            group.eta = at
        elif at is not None:
            group.times.setdefault(_at(segment, 1, 0), at)
    elif tag == "LOC" and not group.place:
        group.place = _at(segment, 2, 3) or _at(segment, 2, 0)
    elif tag == "EQD":
        group.container = _at(segment, 2, 0)


def _at(segment: Segment, element: int, component: int) -> str:
    return segment[element][component] if len(segment) > element and len(segment[element]) > component else ""


def _instant(written: str, shape: str, zone: str) -> datetime | None:
    try:
        return clock.instant_of(datetime.strptime(written, SHAPES[shape]), zone)  # noqa: DTZ007 - wall time of `zone`
    except (KeyError, ValueError, OverflowError):
        return None


def _told(group: _Group, zone: str) -> Told | None:
    at = next((group.times[q] for q in STATUS_TIMES if q in group.times), None)
    named = [group.container, *(group.references.get(q, "") for q in WAYBILL_REFERENCES)]
    waybills = tuple(dict.fromkeys(text(number, 60) for number in named if number))
    if at is None or not waybills:
        return None
    vocabulary = f"edifact-{text(group.agency, 3)}" if group.agency else Vocabulary.UNECE24.value
    event = EventDraft(
        waybill=waybills[0],
        occurred_at=at,
        code=text(group.code, 60),
        place=text(group.place, 160) or None,
        zone=zone,
        eta=group.eta,
    )
    return Told(waybills=waybills, vocabulary=vocabulary, event=event)
