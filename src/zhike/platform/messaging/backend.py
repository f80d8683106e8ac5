"""Django's mail (password resets, sign-in notices) through the same port; `EMAIL_BACKEND` names this class."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.errors import Invalid
from zhike.platform.messaging.actions import queue
from zhike.platform.messaging.types import Channel, Words

PURPOSE = "accounts.notice"
ACTOR = "messaging.django_mail"


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue one message a recipient, so that nobody sees the others; returns how many mails were queued."""
        queued = 0
        for mail in email_messages:
            words = Words(str(mail.body), " ".join(str(mail.subject).split()))
            try:
                for address in mail.recipients():
                    self._queue(address, words)
            except Invalid:
                if not self.fail_silently:
                    raise
                continue
            queued += 1
        return queued

    def _queue(self, address: str, words: Words) -> None:
        queue(
            actor=system_actor(ACTOR),
            channel=Channel.EMAIL,
            to=address,
            words=words,
            purpose=PURPOSE,
            language=get_language() or "",
            now=clock.now(),
        )
