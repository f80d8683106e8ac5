"""A mail of somebody else from which a person was taken out, written anew: it still waits for whoever files it."""

from email import policy
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser
from email.utils import formataddr
from typing import Final

from zhike.doors.connectors.mail.rules.reading import Broken, read_mail

# What filing needs to know; other headers may name anybody.
_KEPT: Final = (
    *("Return-Path", "Delivered-To", "X-Original-To", "Authentication-Results", "Date", "Message-ID"),
    *("In-Reply-To", "References", "Auto-Submitted", "Precedence", "List-Id", "X-Auto-Response-Suppress"),
)


def rewritten(raw: bytes, *, subject: str, sender_name: str, text: str) -> bytes:
    """The mail with these words in place of its own; files that came with it stay. Raises Broken."""
    mail = read_mail(raw, own=())
    old = BytesParser(policy=policy.compat32).parsebytes(raw, headersonly=True)
    new = MIMEMultipart()
    for name in _KEPT:
        for value in old.get_all(name, []):
            new[name] = value
    try:
        new["From"] = formataddr((sender_name, mail.sender))
    except UnicodeError:
        new["From"] = Header(mail.sender, "utf-8").encode()
    new["Subject"] = Header(" ".join(subject.split()), "utf-8").encode()
    new.attach(MIMEText(text, "plain", "utf-8"))
    for part in mail.parts:
        held = MIMEApplication(part.content)
        held.add_header("Content-Disposition", "attachment", filename=("utf-8", "", part.name))
        new.attach(held)
    try:
        return new.as_bytes()
    except (UnicodeError, ValueError) as error:
        raise Broken(str(error)) from error
