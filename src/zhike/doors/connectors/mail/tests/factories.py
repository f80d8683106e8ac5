"""Small makers of mailboxes and kept mails, through the real actions."""

from datetime import datetime
from typing import Any

from zhike.doors.connectors.mail import actions
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.types import BoxEntry, Fetched
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.messaging.settings import Security

SETUP = system_actor("tests.mail")


def mailbox(**changes: Any) -> Mailbox:
    given: dict[str, Any] = {
        "name": "客服信箱",
        "address": "service@zhike.example",
        "host": "127.0.0.1",
        "port": 143,
        "security": Security.NONE,
        "user": "service",
        "password": "geheim",
    }
    entry = BoxEntry(**{**given, **changes})
    return Mailbox.objects.get(pk=actions.save_mailbox(actor=SETUP, entry=entry, now=clock.now()))


def letter(
    text: str = "货物未到", *, sender: str = "chen@huaxia.example", subject: str = "查件", number: int = 1
) -> bytes:
    return (
        f"From: {sender}\r\nTo: service@zhike.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@huaxia.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def filed(raw: bytes, *, box: Mailbox | None = None, uid: int = 1, now: datetime | None = None) -> IncomingMail:
    """Kept and filed."""
    at = now or clock.now()
    fetched = Fetched(7, uid, raw, len(raw))
    kept = actions.keep_mail(actor=SETUP, mailbox_id=(box or mailbox()).pk, fetched=fetched, now=at)
    assert kept is not None
    actions.file_mail(actor=SETUP, mail_id=kept, now=at)
    return IncomingMail.objects.get(pk=kept)
