"""Against a real HTTP server on this machine."""

import json
from typing import Any
from uuid import UUID

import pytest

from zhike.platform.messaging.settings import NotConfigured, SmsHttp, _check_host
from zhike.platform.messaging.tests.factories import NOW, free_port, sms_server
from zhike.platform.messaging.transports.sms_http import SmsHttpTransport, at_path, fill
from zhike.platform.messaging.types import Accepted, Channel, Deferred, Envelope, Outcome, Refused, Unknown

ID = UUID("6f1c8a0e-0000-4000-8000-000000000017")
TEXT = '您的快件"7304"已到，{to} {secret} \\ 完'
ENVELOPE = Envelope(id=ID, attempt=1, channel=Channel.SMS, to="+8613812345678", subject="", body=TEXT, created_at=NOW)


def transport(url: str, **more: Any) -> SmsHttpTransport:
    given: dict[str, Any] = {
        "url": url,
        "headers": {"Authorization": "Bearer {secret}"},
        "body": {"mobile": "{to}", "params": [{"content": "【知客】{text}"}], "ref": "{id}", "type": 1},
        "secret": "s3cret",
        "id_path": "data.id",
        "ok": "",
        "seconds": 3,
    }
    return SmsHttpTransport(SmsHttp(**{**given, **more}))


def send(server: Any, **more: Any) -> Outcome:  # noqa: ANN401
    return transport(f"http://127.0.0.1:{server.server_port}/send", **more).send(ENVELOPE)


def test_send__fills_the_form_and_keeps_the_number() -> None:
    with sms_server() as server:
        assert send(server) == Accepted("17")

    [(headers, body)] = server.seen
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Idempotency-Key"] == str(ID)
    assert json.loads(body) == {
        "mobile": "+8613812345678",
        "params": [{"content": f"【知客】{TEXT}"}],
        "ref": str(ID),
        "type": 1,
    }


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (400, "bad number", Refused),
        (401, "bad key", Deferred),
        (429, "slowly", Deferred),
        (503, "later", Deferred),
        (500, "oops", Unknown),
        (504, "gateway", Unknown),
        (302, "", Refused),
    ],
)
def test_send__by_status(status: int, answer: str, kind: type) -> None:
    with sms_server(status, answer) as server:
        outcome = send(server)

    assert type(outcome) is kind
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ('{"code": 0, "data": {"id": "a7"}}', Accepted("a7")),
        ('{"code": 0}', Accepted("")),
        ('{"code": 4003, "msg": "模板未审核"}', Refused("4003", '{"code": 4003, "msg": "模板未审核"}')),
        ("<html>", Unknown("unreadable", "<html>")),
    ],
)
def test_send__providers_that_refuse_with_status_200(answer: str, outcome: Outcome) -> None:
    with sms_server(200, answer) as server:
        assert send(server, ok="code=0") == outcome


def test_send__nobody_there_is_safe_to_repeat() -> None:
    outcome = transport(f"http://127.0.0.1:{free_port()}/send").send(ENVELOPE)

    assert isinstance(outcome, Deferred)
    assert outcome.code == "connect"


def test_send__a_connection_that_breaks_after_the_request_is_unknown() -> None:
    with sms_server(silent=True) as server:
        outcome = send(server)

    assert isinstance(outcome, Unknown)
    assert (outcome.code, len(server.seen)) == ("no_answer", 1)


def test_check_host__only_this_machine_or_a_named_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for refused in ("", "http://", "https://sms.example.com/send", "http://169.254.169.254/", "http://[bad"):
        with pytest.raises(NotConfigured):
            _check_host(refused)
    monkeypatch.setenv("ZHIKE_SMS_HOSTS", "sms.example.com")

    _check_host("https://sms.example.com/send")
    _check_host("http://localhost:8080/send")
    with pytest.raises(NotConfigured):
        _check_host("http://sms.example.com/send")


def test_fill__what_is_filled_in_is_not_looked_at_again() -> None:
    words = {"to": "{secret}", "secret": "s", "text": "{to}"}

    assert fill(["{to} {text} {unknown} {", "{to}", 7, None], words) == [
        "{secret} {to} {unknown} {",
        "{secret}",
        7,
        None,
    ]


def test_at_path__finds_or_finds_nothing() -> None:
    content = {"data": [{"id": 5}]}

    assert at_path(content, "data.0.id") == 5
    assert [at_path(content, path) for path in ("", "data.1.id", "data.x", "other")] == [None] * 4
