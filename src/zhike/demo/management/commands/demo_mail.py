"""`manage.py demo_mail`: lead the company's mail to the mail server of the demonstration."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from zhike.demo.build import ACTOR
from zhike.demo.mailpair import ADDRESS, PASSWORD
from zhike.doors.connectors.mail import actions, queries
from zhike.doors.connectors.mail.types import BoxEntry
from zhike.platform import clock, parameters
from zhike.platform.messaging.settings import Security

WHY = "演示用邮件服务器"


class Command(BaseCommand):
    help = "Set mailbox and outgoing mail to the servers of the demonstration on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("smtp_port", type=int)
        parser.add_argument("imap_port", type=int)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        now = clock.now()
        wanted: dict[str, object] = {
            "messaging.email_via": "smtp",
            "messaging.smtp_host": "127.0.0.1",
            "messaging.smtp_port": options["smtp_port"],
            "messaging.sender": ADDRESS,
            "messaging.reply_to": "service+{token}@zhike.example",
        }
        for key, value in wanted.items():
            known = parameters.declared(key)
            # A second start on the same ports finds everything set.
            if known is None or parameters.value(known, at=now) == value:
                continue
            parameters.set_parameter(actor=ACTOR, key=key, value=value, reason=WHY, source=WHY, now=now)
        boxes = [row.pk for row in queries.mailboxes(actor=ACTOR) if row.address == ADDRESS]
        entry = BoxEntry(
            name="客服信箱",
            address=ADDRESS,
            host="127.0.0.1",
            port=options["imap_port"],
            security=Security.NONE,
            user="service",
            password=PASSWORD,
        )
        actions.save_mailbox(actor=ACTOR, entry=entry, mailbox_id=boxes[0] if boxes else None, now=now)
