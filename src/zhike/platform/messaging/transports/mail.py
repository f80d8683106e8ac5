"""One message as RFC 5322 text."""

from email.errors import HeaderDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from zhike.platform.messaging.types import Envelope


class Malformed(ValueError):  # as in errors.py: named after what happened
    """An address or a header that no mail may carry."""


def address_of(text: str) -> Address:
    name, spec = parseaddr(text)
    user, at, domain = spec.rpartition("@")
    if not (at and user and domain):
        message = "this is not an e-mail address"
        raise Malformed(message)
    try:
        return Address(display_name=name, username=user, domain=domain)
    except (ValueError, HeaderDefect) as error:
        raise Malformed(str(error)) from error


def as_mail(envelope: Envelope, *, sender: str) -> EmailMessage:
    """The mail with a Message-ID that is the same at every attempt. Raises Malformed."""
    origin = address_of(sender)
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = origin
        message["To"] = address_of(envelope.to)
        message["Subject"] = envelope.subject
        message["Date"] = format_datetime(envelope.created_at)
        message["Message-ID"] = f"<{envelope.id}@{origin.domain}>"
        message["Auto-Submitted"] = "auto-generated"
    except ValueError as error:
        raise Malformed(str(error)) from error
    message.set_content(envelope.body, cte="base64" if not envelope.body.isascii() else None)
    return message
