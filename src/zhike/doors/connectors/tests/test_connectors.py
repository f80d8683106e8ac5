"""Pushes of every format, invented after their published shapes: signature, events, repetition, what cannot be read."""

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from zhike.doors.connectors.pages import secret_name
from zhike.doors.connectors.rules import FORMATS
from zhike.doors.connectors.types import Push, Unreadable
from zhike.record.shipments.models import EstimateChange, Shipment, TrackingEvent, UnknownCode, WaitingEvent
from zhike.record.shipments.tests import factories as make

SECRET = "invented secret"
KEY = base64.b64encode(b"invented key").decode()
DATABASE = pytest.mark.django_db


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in FORMATS:
        value = KEY if code == "dcsa" else SECRET
        monkeypatch.setitem(settings.ENV.secrets, secret_name(code, "acme"), value)


def hmac_of(body: bytes, key: bytes = SECRET.encode()) -> str:
    return f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"


def send(code: str, body: bytes, **headers: str) -> Any:  # noqa: ANN401 - a test client's answer
    kind = headers.pop("kind", "application/json")
    return Client().post(f"/connect/{code}/acme/", body, content_type=kind, headers=headers)


def states(number: str) -> list[tuple[str, str, str]]:
    rows = TrackingEvent.objects.filter(shipment__waybill=number).order_by("occurred_at", "pk")
    return list(rows.values_list("status", "raw_code", "place"))


def taken(answer: Any) -> dict[str, Any]:  # noqa: ANN401
    assert answer.status_code == 200, answer.content.decode()
    return dict(json.loads(answer.content)["events"])


@DATABASE
@pytest.mark.req("SHIP-16")
def test_own_json__is_taken_once_and_names_bad_lines(opened: None) -> None:
    make.shipment(waybill="OWN1")
    body = json.dumps(
        {
            "events": [
                {"waybill": "OWN1", "time": "2026-11-22 09:00:00", "status": "picked_up", "place": "杭州"},
                {"waybill": "OWN1", "time": "2026-11-31 09:00:00", "status": "picked_up"},
                {"waybill": "OWN1", "time": "2026-11-22 10:00:00", "status": "flown"},
            ]
        }
    ).encode()
    first = taken(send("own", body, x_zhike_signature=hmac_of(body)))
    assert (first["created"], first["unreadable"]) == (1, ["2", "3"])
    again = taken(send("own", body, x_zhike_signature=hmac_of(body)))
    assert (again["created"], again["duplicate"]) == (0, 1)
    event = TrackingEvent.objects.get()
    assert (str(event.occurred_at), event.source) == ("2026-11-22 01:00:00+00:00", "acme")


@DATABASE
def test_own_csv__is_taken(opened: None) -> None:
    make.shipment(waybill="OWN2")
    body = b"waybill,time,status\nOWN2,2026-11-22T09:00:00+08:00,delivered\n"
    assert taken(send("own", body, kind="text/csv", x_zhike_signature=hmac_of(body)))["created"] == 1
    assert states("OWN2") == [("delivered", "delivered", "")]


def kuaidi(lines: list[dict[str, str]], state: str) -> bytes:
    result = {"message": "ok", "nu": "KD1", "com": "yuantong", "state": state, "data": lines}
    param = json.dumps({"status": "polling", "lastResult": result}, ensure_ascii=False)
    sign = hashlib.md5((param + SECRET).encode()).hexdigest().upper()  # noqa: S324 - as the sender does
    return json.dumps({"param": param, "sign": sign}).encode()


@DATABASE
def test_kuaidi100__reads_the_trail_and_its_state(opened: None) -> None:
    make.shipment(waybill="KD1")
    lines = [
        {"time": "2026-11-22 18:00:00", "context": "已签收", "areaName": "上海"},
        {"time": "2026-11-22 08:00:00", "context": "派件中", "status": "派件"},
        {"time": "2026-11-21 20:00:00", "context": "到达", "statusCode": "0"},
        {"time": "2026-11-21 09:00:00", "context": "智能分拣"},
    ]
    form = json.loads(kuaidi(lines, "3"))
    answer = Client().post("/connect/kuaidi100/acme/", form)
    assert json.loads(answer.content)["returnCode"] == "200"
    assert states("KD1") == [
        ("", "-", ""),
        ("in_transit", "0", ""),
        ("out_for_delivery", "5", ""),
        ("delivered", "3", "上海"),
    ]
    assert UnknownCode.objects.get().code == "-"
    refused = Client().post("/connect/kuaidi100/acme/", {**form, "sign": "0" * 32})
    assert (refused.status_code, json.loads(refused.content)["result"]) == (403, False)


def dcsa(code: str, classifier: str, at: str, event_id: str) -> dict[str, Any]:
    return {
        "metadata": {"eventID": event_id, "eventType": "TRANSPORT"},
        "payload": {
            "eventClassifierCode": classifier,
            "eventDateTime": at,
            "transportEventTypeCode": code,
            "transportCall": {"location": {"locationName": "Port of Nowhere", "UNLocationCode": "XXNOW"}},
            "relatedDocumentReferences": [{"type": "BKG", "value": "BKG9"}, {"type": "TRD", "value": "BL9"}],
            "references": [{"type": "EQ", "value": "ABCU1234560"}],
        },
    }


@DATABASE
def test_dcsa__only_what_happened_moves_and_estimates_say_when(opened: None) -> None:
    make.shipment(waybill="ABCU1234560")
    events = [
        dcsa("DEPA", "ACT", "2026-11-20T07:41:00+08:00", "e-1"),
        dcsa("ARRI", "EST", "2026-12-01T07:41:00+01:00", "e-2"),
        dcsa("ARRI", "PLN", "not a time", "e-3"),
    ]
    body = json.dumps(events).encode()
    result = taken(send("dcsa", body, notification_signature=hmac_of(body, b"invented key")))
    assert (result["created"], result["unreadable"]) == (2, ["3"])
    found = Shipment.objects.get(waybill="ABCU1234560")
    assert (found.status, found.last_place, found.event_count) == ("in_transit", "Port of Nowhere", 1)
    assert str(found.eta) == "2026-12-01 06:41:00+00:00"
    assert EstimateChange.objects.get().source == "carrier"
    back = json.dumps({"metadata": {"eventID": "e-9", "eventType": "TRANSPORT", "retractedEventID": "e-1"}}).encode()
    assert taken(send("dcsa", back, notification_signature=hmac_of(back, b"invented key")))["voided"] == 1
    assert Shipment.objects.get(waybill="ABCU1234560").status == "info_received"


@DATABASE
def test_dcsa__reads_the_flat_shape_of_2x(opened: None) -> None:
    make.shipment(waybill="BL7")
    event = {
        "eventID": "x-1",
        "eventType": "EQUIPMENT",
        "eventDateTime": "2026-11-20T07:41:00Z",
        "eventClassifierCode": "ACT",
        "equipmentEventTypeCode": "PICK",
        "equipmentReference": "ABCU0000001",
        "documentReferences": [{"documentReferenceType": "TRD", "documentReferenceValue": "BL7"}],
        "eventLocation": {"UNLocationCode": "XXNOW"},
    }
    body = json.dumps({"events": [event]}).encode()
    assert taken(send("dcsa", body, notification_signature=hmac_of(body, b"invented key")))["created"] == 1
    assert states("BL7") == [("picked_up", "EQUIPMENT.PICK", "XXNOW")]


IFTSTA = (
    "UNB+UNOC:2+SENDER:ZZZ+RECEIVER:ZZZ+261120:0540+1'UNH+1+IFTSTA:D:99B:UN'BGM+23+9+9'RFF+BM:BL5'"
    "CNI+1'STS+1+21'DTM+334:202611201000:203'LOC+175+XXNOW:139:6:O?'NEIL TOWN'EQD+CN+ABCU5555555+42G0'"
    "STS+1+VD::22'DTM+334:202611190800:203'DTM+132:202611250000:203'UNT+11+1'UNZ+1+1'"
)


@DATABASE
def test_iftsta__reads_codes_of_the_recommendation_and_lists_an_agencys(opened: None) -> None:
    make.shipment(waybill="BL5")
    body = IFTSTA.encode()
    result = taken(send("iftsta", body, kind="application/edifact", x_zhike_signature=hmac_of(body)))
    assert result["created"] == 2
    assert states("BL5") == [("", "VD", ""), ("delivered", "21", "O'NEIL TOWN")]
    assert UnknownCode.objects.get().vocabulary == "edifact-22"
    assert str(EstimateChange.objects.get().eta) == "2026-11-24 16:00:00+00:00"


def track17(**changes: Any) -> bytes:
    events = [
        {
            "time_iso": None,
            "time_raw": {"date": "2026-11-22", "time": "14:23:00", "timezone": None},
            "description": "delivered",
            "location": "NOWHERE",
            "sub_status": "Delivered_Other",
        },
        {
            "time_iso": "2026-11-21T21:05:00+08:00",
            "description": "?",
            "location": "SOMEWHERE",
            "sub_status": "InTransit_Teleported",
        },
        {"time_iso": None, "time_raw": None, "sub_status": "InTransit_PickedUp"},
    ]
    info = {
        "time_metrics": {"estimated_delivery_date": {"from": None, "to": "2026-11-23T00:00:00-07:00"}},
        "tracking": {"providers": [{"provider": {"key": 1}, "events": events}]},
    }
    data = {"number": "T171", "carrier": 1, "track_info": info}
    return json.dumps({"event": "TRACKING_UPDATED", "data": data, **changes}).encode()


def sign17(body: bytes) -> str:
    return hashlib.sha256(body + b"/" + SECRET.encode()).hexdigest()


@DATABASE
def test_track17__keeps_unknown_sub_states_and_reads_local_times(opened: None) -> None:
    make.shipment(waybill="T171")
    body = track17()
    result = taken(send("track17", body, sign=sign17(body)))
    assert (result["created"], result["unreadable"]) == (2, ["3"])
    assert states("T171") == [("", "InTransit_Teleported", "SOMEWHERE"), ("delivered", "Delivered_Other", "NOWHERE")]
    stopped = track17(event="TRACKING_STOPPED")
    assert taken(send("track17", stopped, sign=sign17(stopped)))["created"] == 0
    assert send("track17", body, sign="0").status_code == 403


@DATABASE
def test_pushes__of_unregistered_waybills_wait(opened: None) -> None:
    body = track17()
    assert taken(send("track17", body, sign=sign17(body)))["waiting"] == 2
    assert WaitingEvent.objects.count() == 2


@DATABASE
def test_pushes__without_a_secret_or_a_format_have_no_address(opened: None) -> None:
    assert Client().post("/connect/own/other/", b"[]", content_type="application/json").status_code == 404
    assert Client().post("/connect/fax/acme/", b"[]", content_type="application/json").status_code == 404
    assert Client().get("/connect/own/acme/").status_code == 405
    body = b"not json"
    assert send("own", body, x_zhike_signature=hmac_of(body)).status_code == 422
    assert send("own", body, x_zhike_signature="").status_code == 403


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "number", "events", "event", "metadata", "payload", "references", "lastResult", "nu", "time"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(data=JSON, code=st.sampled_from(sorted(FORMATS)))
def test_formats__read_or_refuse_anything(data: Any, code: str) -> None:  # noqa: ANN401 - any JSON
    written = json.dumps(data)
    push = Push(
        body=written.encode(),
        headers={},
        form={"param": written, "sign": ""},
        zone=make.ZONE,
        now=datetime(2026, 11, 23, tzinfo=UTC),
    )
    with suppress(Unreadable):
        FORMATS[code].parse(push)
    assert FORMATS[code].verify(push, "?") is False


@given(body=st.binary(max_size=200) | st.text(alphabet="STSDTMLOCNIRFEQ+:'?0123456789", max_size=200).map(str.encode))
def test_iftsta__reads_or_refuses_any_bytes(body: bytes) -> None:
    push = Push(body=body, headers={}, form={}, zone=make.ZONE, now=datetime(2026, 11, 23, tzinfo=UTC))
    with suppress(Unreadable):
        FORMATS["iftsta"].parse(push)
    assert FORMATS["iftsta"].verify(push, "?") is False
