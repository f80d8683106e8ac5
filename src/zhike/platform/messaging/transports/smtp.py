"""Handing mail to a mail server, knowing at every moment whether it may have it."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from zhike.platform.messaging.settings import LOOPBACK, Security, Smtp
from zhike.platform.messaging.transports.mail import Malformed, address_of, as_mail
from zhike.platform.messaging.types import Accepted, Deferred, Envelope, Outcome, Refused, Unknown

LONGEST_TEXT = 400
_DONE, _GO_AHEAD, _REFUSED, _PERMANENT = 250, 354, 400, 500


class SmtpTransport:
    """One connection a message: what went before cannot leave it in a strange state."""

    def __init__(self, settings: Smtp) -> None:
        self._settings = settings

    def send(self, envelope: Envelope) -> Outcome:
        try:
            mail = as_mail(envelope, sender=self._settings.sender)
        except Malformed as error:
            return Refused("malformed", str(error))
        try:
            server = self._open()
        except smtplib.SMTPResponseException as error:
            # The server will not have us; that is no fault of this message.
            return Deferred(str(error.smtp_code), _text(error.smtp_error))
        except (smtplib.SMTPException, OSError) as error:
            return Deferred("connect", _text(error))
        try:
            return self._hand_over(server, mail, envelope)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        wanted = self._settings
        context = ssl.create_default_context()
        if wanted.host in LOOPBACK:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if wanted.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(wanted.host, wanted.port, timeout=wanted.seconds, context=context)
        else:
            server = smtplib.SMTP(wanted.host, wanted.port, timeout=wanted.seconds)
        try:
            server.ehlo_or_helo_if_needed()
            if wanted.security is Security.STARTTLS:
                server.starttls(context=context)
                server.ehlo()
            if wanted.user:
                server.login(wanted.user, wanted.password)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage, envelope: Envelope) -> Outcome:
        try:
            refused = self._announce(server, envelope)
        except (smtplib.SMTPException, OSError) as error:
            return Deferred("connection", _text(error))
        if refused is not None:
            return refused
        # From here on the server may have the whole mail although we never hear of it.
        try:
            server.send(_content(mail, utf8=not _ascii(self._settings.sender, envelope.to)))
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            return Unknown("no_answer", _text(error))
        if code == _DONE:
            return Accepted(_text(answer))
        return _refusal(code, answer)

    def _announce(self, server: smtplib.SMTP, envelope: Envelope) -> Outcome | None:
        """Everything up to the go-ahead for the content: nothing is taken yet."""
        sender, recipient = address_of(self._settings.sender).addr_spec, address_of(envelope.to).addr_spec
        options: list[str] = []
        if not _ascii(sender, recipient):
            if not server.has_extn("smtputf8"):
                return Refused("smtputf8", "the mail server does not take addresses in other scripts")
            options = ["SMTPUTF8"]
        for code, answer in (
            server.mail(sender, options),
            server.rcpt(recipient),
        ):
            if code >= _REFUSED:
                return _refusal(code, answer)
        code, answer = server.docmd("DATA")
        return None if code == _GO_AHEAD else _refusal(code, answer)


def _ascii(*addresses: str) -> bool:
    return all(address_of(address).addr_spec.isascii() for address in addresses)


def _content(mail: EmailMessage, *, utf8: bool) -> bytes:
    lines = mail.as_bytes(policy=SMTPUTF8 if utf8 else SMTP).replace(b"\r\n.", b"\r\n..")
    return (lines if lines.endswith(b"\r\n") else lines + b"\r\n") + b".\r\n"


def _refusal(code: int, answer: bytes) -> Outcome:
    kind = Refused if code >= _PERMANENT else Deferred
    return kind(str(code), _text(answer))


def _text(answer: object) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else f"{answer}"
    if isinstance(answer, Exception):
        text = f"{type(answer).__name__}: {answer}"
    return text[:LONGEST_TEXT]
