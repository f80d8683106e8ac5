"""`param.lastResult`: the whole trail each time, the newest first; times are Beijing wall time."""

from collections.abc import Mapping
from typing import Any

from zhike.doors.connectors.rules.reading import MOST_EVENTS, instant, json_of, part, text
from zhike.doors.connectors.types import Parsed, Push, Told, Unreadable
from zhike.record.shipments.types.codes import Vocabulary
from zhike.record.shipments.types.inputs import EventDraft

ZONE = "Asia/Shanghai"
# What a trail's line says in words where it has no code of its own; the codes are those of `state`.
WORDS = {
    "在途": "0",
    "揽收": "1",
    "疑难": "2",
    "签收": "3",
    "退签": "4",
    "派件": "5",
    "退回": "6",
    "转投": "7",
    "拒签": "14",
}
# A line without any code: kept and listed like an unknown one.
NO_CODE = "-"


def parse(push: Push) -> Parsed:
    last = part(json_of(push.form.get("param", "")), "lastResult")
    waybill = text(part(last, "nu"), 60)
    lines = part(last, "data")
    if not waybill or not isinstance(lines, list) or len(lines) > MOST_EVENTS:
        raise Unreadable
    state = text(part(last, "state"), 60)
    told: list[Told] = []
    bad: list[str] = []
    for position, line in enumerate(lines):
        found = _told(line, waybill, state if position == 0 else "")
        if found is None:
            bad.append(str(position + 1))
        else:
            told.append(found)
    return Parsed(told=tuple(told), unreadable=tuple(bad))


def _told(line: Any, waybill: str, state: str) -> Told | None:  # noqa: ANN401 - any JSON
    if not isinstance(line, Mapping):
        return None
    at = instant(line.get("time") or line.get("ftime"), ZONE)
    if at is None:
        return None
    code = text(line.get("statusCode"), 60) or state or WORDS.get(text(line.get("status"), 20), NO_CODE)
    event = EventDraft(
        waybill=waybill,
        occurred_at=at,
        code=code,
        text=text(line.get("context"), 500) or None,
        place=text(line.get("areaName"), 160) or None,
        zone=ZONE,
    )
    return Told(waybills=(waybill,), vocabulary=Vocabulary.KUAIDI100.value, event=event)
