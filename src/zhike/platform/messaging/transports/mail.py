"""One message as RFC 5322 text."""

from email.errors import HeaderDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from zhike.platform import addresses
from zhike.platform.files import storage
from zhike.platform.messaging.types import Attached, Envelope, MailParts


class Malformed(ValueError):  # as in errors.py: named after what happened
    """An address or a header that no mail may carry."""


def address_of(text: str) -> Address:
    name, spec = parseaddr(text)
    user, at, domain = spec.rpartition("@")
    if not (at and user and domain):
        message = "this is not an e-mail address"
        raise Malformed(message)
    try:
        return Address(display_name=name, username=user, domain=addresses.server_domain(domain))
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
        _add_headers(message, envelope.mail)
    except ValueError as error:
        raise Malformed(str(error)) from error
    message.set_content(envelope.body, cte="base64" if not envelope.body.isascii() else None)
    for one in envelope.mail.attachments:
        _attach(message, one)
    return message


def _add_headers(message: EmailMessage, mail: MailParts) -> None:
    if mail.automatic:
        message["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = address_of(mail.reply_to)
    if mail.in_reply_to:
        message["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        message["References"] = " ".join(mail.references)
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _attach(message: EmailMessage, one: Attached) -> None:
    kind, _slash, subkind = one.media_type.partition("/")
    try:
        with storage.open(one.sha256) as content:
            data = content.read()
    except OSError as error:
        told = f"the attached file {one.name} cannot be read"
        raise Malformed(told) from error
    # As bytes, also a text: its own encoding is nobody's to change.
    message.add_attachment(data, maintype=kind or "application", subtype=subkind or "octet-stream", filename=one.name)
