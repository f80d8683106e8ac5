"""The hand-over: once, or openly uncertain."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from zhike.platform.environment import environment
from zhike.platform.messaging import Channel, delivery
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.tests.factories import (
    NOW,
    WORDS,
    MailHandler,
    free_port,
    mail_server,
    make_message,
    set_parameter,
    sms_server,
)
from zhike.platform.messaging.transports.file import FileTransport
from zhike.platform.messaging.types import Accepted, Deferred, Envelope, Outcome, Refused, Unknown
from zhike.platform.outbox.models import OutboxEvent

MINUTE = timedelta(minutes=1)


def by_mail_server(port: int) -> None:
    set_parameter("messaging.email_via", "smtp")
    set_parameter("messaging.smtp_host", "127.0.0.1")
    set_parameter("messaging.smtp_port", port)
    set_parameter("messaging.smtp_seconds", 1)


@pytest.mark.django_db
def test_hand_over__writes_a_file_by_default(var: Path) -> None:
    mail, sms = make_message(), make_message(Channel.SMS, to="13812345678")

    assert isinstance(delivery.hand_over(mail, now=NOW), Accepted)
    assert isinstance(delivery.hand_over(sms, now=NOW), Accepted)

    assert "=?utf-8?" in (var / "outbox" / f"{mail}.eml").read_text()
    assert (var / "outbox" / f"{sms}.txt").read_text().endswith(f"{WORDS.body}\n")
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert OutboxEvent.objects.filter(type="messaging.settled", payload__state="sent").count() == 2


@pytest.mark.django_db
def test_hand_over__a_second_time_does_nothing() -> None:
    message_id, handler = make_message(), MailHandler()
    with mail_server(handler) as port:
        by_mail_server(port)
        delivery.hand_over(message_id, now=NOW)
        assert delivery.hand_over(message_id, now=NOW) is None

    assert len(handler.received) == 1


@pytest.mark.django_db
def test_hand_over__a_definite_refusal_is_the_end() -> None:
    message_id = make_message()
    with mail_server(MailHandler(rcpt="550 no such user")) as port:
        by_mail_server(port)
        delivery.hand_over(message_id, now=NOW)

    row = Message.objects.get()
    assert (row.state, row.error_code, row.error, row.next_at) == ("failed", "550", "no such user", None)


@pytest.mark.django_db
def test_hand_over__a_temporary_refusal_is_repeated_with_pauses() -> None:
    message_id = make_message()
    set_parameter("messaging.most_attempts", 3)
    by_mail_server(free_port())

    delivery.hand_over(message_id, now=NOW)
    assert delivery.hand_over(message_id, now=NOW + MINUTE) is None
    assert delivery.sweep(now=NOW + 2 * MINUTE) == (1, 0)
    delivery.hand_over(message_id, now=NOW + 2 * MINUTE)
    delivery.hand_over(message_id, now=NOW + 6 * MINUTE)

    row = Message.objects.get()
    assert (row.state, row.attempts, row.error_code) == ("failed", 3, "connect")
    assert [line["outcome"] for line in row.log] == ["deferred"] * 3


@pytest.mark.django_db
def test_hand_over__no_answer_is_uncertain_and_never_sent_again_by_itself() -> None:
    message_id, handler = make_message(), MailHandler(wait=True)
    with mail_server(handler) as port:
        by_mail_server(port)
        delivery.hand_over(message_id, now=NOW)
        for hours in range(1, 200, 7):
            delivery.sweep(now=NOW + timedelta(hours=hours))
            assert delivery.hand_over(message_id, now=NOW + timedelta(hours=hours)) is None

    row = Message.objects.get()
    assert (row.state, row.attempts, len(handler.received)) == ("uncertain", 1, 1)
    assert OutboxEvent.objects.filter(payload__state="uncertain").count() == 1


@pytest.mark.django_db
def test_hand_over__sms_to_a_provider() -> None:
    message_id = make_message(Channel.SMS, to="13812345678")
    with sms_server(200, '{"id": "a-17"}') as server:
        set_parameter("messaging.sms_via", "sms_http")
        set_parameter("messaging.sms_url", f"http://127.0.0.1:{server.server_port}/")
        delivery.hand_over(message_id, now=NOW)

    row = Message.objects.get()
    assert (row.state, row.provider_id, len(server.seen)) == ("sent", "a-17", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("via", "code"),
    [("off", "channel_off"), ("sms_http", "not_configured")],
)
def test_hand_over__without_a_way_out_messages_are_held(via: str, code: str) -> None:
    message_id = make_message(Channel.SMS, to="13812345678")
    set_parameter("messaging.sms_via", via)

    assert delivery.hand_over(message_id, now=NOW) is None

    row = Message.objects.get()
    assert (row.state, row.error_code, row.attempts) == ("held", code, 0)


@pytest.mark.django_db
def test_hand_over__a_full_disk_is_tried_again(monkeypatch: pytest.MonkeyPatch, var: Path) -> None:
    message_id = make_message()
    (var / "outbox").write_text("in the way")

    outcome = delivery.hand_over(message_id, now=NOW)

    assert isinstance(outcome, Deferred)
    assert Message.objects.get().state == "queued"


@pytest.mark.django_db
def test_hand_over__a_transport_that_breaks_its_promise_leaves_uncertainty(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: FileTransport, envelope: Envelope) -> Outcome:
        raise ZeroDivisionError

    monkeypatch.setattr(FileTransport, "send", breaks)
    message_id = make_message()

    delivery.hand_over(message_id, now=NOW)

    assert Message.objects.get().state == "uncertain"


@pytest.mark.django_db
def test_hand_over__unknown_message_is_ignored() -> None:
    assert delivery.hand_over(uuid4(), now=NOW) is None
    assert delivery.claim(uuid4(), now=NOW) is None


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", [Accepted("9"), Refused("550", "no"), Deferred("451", "later"), Unknown("x", "?")])
def test_settle__answers_to_an_earlier_attempt_change_nothing(outcome: Outcome) -> None:
    message_id = make_message()
    envelope = delivery.claim(message_id, now=NOW)
    assert envelope is not None
    Message.objects.update(attempts=2)

    delivery.settle(envelope, outcome, now=NOW)

    assert Message.objects.get().state == "handed_over"


@pytest.mark.django_db
def test_settle__a_late_answer_ends_the_uncertainty() -> None:
    message_id = make_message()
    envelope = delivery.claim(message_id, now=NOW)
    assert envelope is not None
    assert delivery.sweep(now=NOW + timedelta(minutes=16)) == (0, 1)

    delivery.settle(envelope, Accepted("9"), now=NOW + timedelta(minutes=17))

    assert Message.objects.get().state == "sent"


@pytest.mark.django_db
def test_claim__a_job_that_runs_twice_leaves_uncertainty() -> None:
    message_id = make_message()
    delivery.claim(message_id, now=NOW)

    assert delivery.claim(message_id, now=NOW) is None
    assert Message.objects.get().state == "uncertain"


@pytest.mark.concurrency
def test_hand_over__killed_between_hand_over_and_answer(fresh_db: str, tmp_path: Path) -> None:
    message_id, handler = make_message(), MailHandler(wait=True)
    with mail_server(handler) as port:
        by_mail_server(port)
        set_parameter("messaging.smtp_seconds", 60)
        program = (
            "import django; django.setup(); from datetime import datetime; from uuid import UUID;"
            "from zhike.platform.messaging import delivery;"
            f"delivery.hand_over(UUID('{message_id}'), now=datetime.fromisoformat('{NOW.isoformat()}'))"
        )
        child = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-c", program],
            cwd=environment().root,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "zhike.config.settings", "PYTHONPATH": "src"},
        )
        assert handler.got_one.wait(30)
        # The server has the whole mail and has not answered; the state was durable before the first byte.
        assert Message.objects.get().state == "handed_over"
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        handler.release.set()

        assert delivery.sweep(now=NOW + MINUTE) == (0, 0)
        assert delivery.sweep(now=NOW + 16 * MINUTE) == (0, 1)
        delivery.sweep(now=NOW + timedelta(days=3))
        assert delivery.hand_over(message_id, now=NOW + timedelta(days=3)) is None

    assert (Message.objects.get().state, len(handler.received)) == ("uncertain", 1)


@pytest.mark.concurrency
def test_hand_over__two_workers_hand_over_once(fresh_db: str) -> None:
    message_id, handler = make_message(), MailHandler()
    with mail_server(handler) as port:
        by_mail_server(port)
        set_parameter("messaging.smtp_seconds", 30)
        barrier = threading.Barrier(4)

        def work() -> None:
            barrier.wait()
            try:
                delivery.hand_over(message_id, now=NOW)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(handler.received) == 1
    assert Message.objects.get().state in {"sent", "uncertain"}
