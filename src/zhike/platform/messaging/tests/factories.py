"""Messages, parameters and a mail server that can be told to misbehave."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from zhike.platform import parameters
from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.messaging import Channel, Words, queue

NOW = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
WORDS = Words("您的快件7304今天18:00前送达。", "派送通知")


def make_actor(actor_id: str = "7", *, rights: Sequence[str] = ("messaging.send",)) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=actor_id, rights=frozenset(rights), reach=Reach(everything=True))


DECIDER = make_actor("1", rights=["messaging.decide", "messaging.send"])


def make_message(channel: Channel = Channel.EMAIL, *, to: str = "chen@example.com", **more: Any) -> UUID:
    given: dict[str, Any] = {
        "actor": make_actor(),
        "channel": channel,
        "to": to,
        "words": WORDS,
        "purpose": "messaging.trial",
        "now": NOW,
    }
    return queue(**{**given, **more})


def set_parameter(key: str, value: object) -> None:
    parameters.set_parameter(
        actor=make_actor(rights=["parameters.change"]), key=key, value=value, reason="test", source="test", now=NOW
    )


class MailHandler:
    """Answers RCPT and the end of DATA as it is told; `wait` holds the last answer back until it is set."""

    def __init__(self, *, rcpt: str = "250 OK", data: str = "250 accepted as 17", wait: bool = False) -> None:
        self.rcpt, self.data = rcpt, data
        self.release = threading.Event()
        self.received: list[bytes] = []
        self.got_one = threading.Event()
        if not wait:
            self.release.set()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        self.received.append(content)
        self.got_one.set()
        if not self.release.is_set():
            await server.loop.run_in_executor(None, self.release.wait, 20)
        return self.data

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.received]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(handler: MailHandler, **more: Any) -> Iterator[int]:
    """A real mail server on this machine; gives its port."""
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    try:
        yield controller.port
    finally:
        handler.release.set()
        controller.stop()


@contextmanager
def sms_server(status: int = 200, answer: str = '{"data": {"id": 17}}', *, silent: bool = False) -> Iterator[Any]:
    """A real HTTP server that keeps what it was sent; a silent one reads the request and hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            length = int(self.headers["Content-Length"])
            server.seen.append((dict(self.headers), self.rfile.read(length).decode()))  # type: ignore[attr-defined]
            if silent:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
