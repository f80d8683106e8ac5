"""Events of telephone systems: signature and window, profiles, repetition, what cannot be read."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from zhike.doors.connectors.pages import secret_name
from zhike.platform import clock
from zhike.service.reception.models import Call, CallEvent
from zhike.service.reception.tests import factories as make
from zhike.service.reception.types import Profile

SECRET = "invented secret"
pytestmark = pytest.mark.django_db
# As one common family of systems tells it: nested, words of its own, milliseconds.
FOREIGN = Profile(
    fields={
        "call_id": "data.call.uuid",
        "event": "type",
        "direction": "data.call.way",
        "caller": "data.call.from.number|data.call.from",
        "called": "data.call.to",
        "extension": "data.legs.0.ext",
        "occurred_at": "ts",
    },
    events={"Ring": "ringing", "Pickup": "answered", "Hangup": "ended"},
    directions={"inbound": "in", "outbound": "out"},
)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.ENV.secrets, secret_name("telephony", "acme"), SECRET)
    make.system()


def send(body: bytes, *, at: datetime | None = None, secret: str = SECRET, kind: str = "application/json") -> Any:  # noqa: ANN401
    stamp = str(int((at or clock.now()).timestamp()))
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"X-Zhike-Timestamp": stamp, "X-Zhike-Signature": f"sha256={signed}"}
    return Client().post("/connect/telephony/acme/", body, content_type=kind, headers=headers)


def ring(**given: Any) -> dict[str, Any]:
    return {"call_id": "a-1", "event": "ringing", "caller": make.NUMBER, "extension": "801", **given}


def test_own_fields__are_taken_once(opened: None) -> None:
    member, _actor = make.agent("801")
    body = json.dumps(ring()).encode()
    assert json.loads(send(body).content) == {"ok": True, "taken": 1, "duplicate": 0, "ignored": 0, "refused": []}
    assert json.loads(send(body).content)["duplicate"] == 1
    row = Call.objects.get()
    assert (row.system, row.number, row.staff_id, row.state) == ("acme", make.E164, member.pk, "ringing")


def test_signature__forged_old_or_absent_is_refused_and_changes_nothing(opened: None) -> None:
    body = json.dumps(ring()).encode()
    assert send(body, secret="another").status_code == 403
    for away in (timedelta(minutes=6), timedelta(minutes=-6)):
        assert send(body, at=clock.now() + away).status_code == 403
    bare = Client().post("/connect/telephony/acme/", body, content_type="application/json")
    assert (bare.status_code, json.loads(bare.content)["code"]) == (403, "bad_signature")
    assert Client().post("/connect/telephony/nobody/", body, content_type="application/json").status_code == 404
    assert Call.objects.count() == 0


def test_profile__reads_a_foreign_payload_without_code(opened: None) -> None:
    make.system(profile=FOREIGN)
    make.agent("802")
    stamp = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    call = {"uuid": "u-7", "way": "inbound", "from": {"number": "021-62345678"}, "to": "4008001234"}
    told = {"type": "Ring", "ts": int(stamp.timestamp() * 1000), "data": {"call": call, "legs": [{"ext": 802}]}}
    later = {**told, "type": "Pickup", "ts": int(stamp.timestamp() * 1000) + 4000}
    parked = {**told, "type": "Recording"}
    bad = {"type": "Ring", "ts": "yesterday", "data": {}}
    answer = json.loads(send(json.dumps([told, later, parked, bad]).encode()).content)
    assert (answer["taken"], answer["ignored"], len(answer["refused"])) == (2, 1, 1)
    assert answer["refused"][0].startswith("4: ")
    row = Call.objects.get()
    assert (row.ref, row.number, row.called, row.extension) == ("u-7", "+862162345678", "4008001234", "802")
    assert (row.started_at, row.answered_at, row.state) == (stamp, stamp + timedelta(seconds=4), "answered")


def test_form__is_taken_as_well(opened: None) -> None:
    body = b"call_id=f-1&event=ringing&caller=anonymous&extension=801"
    assert json.loads(send(body, kind="application/x-www-form-urlencoded").content)["taken"] == 1
    assert Call.objects.get().number == ""


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"[7]", b'"x"'])
def test_unreadable__is_named_and_changes_nothing(opened: None, body: bytes) -> None:
    answer = send(body)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "unreadable_push")
    assert CallEvent.objects.count() == 0
