"""From the bytes of a mail to what it says: character sets, parts, who speaks, delivery reports."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.header import Header, decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final, cast
from uuid import UUID

from zhike.doors.connectors.mail.rules.proof import proof_of
from zhike.doors.connectors.mail.rules.texts import fold, of_html
from zhike.doors.connectors.mail.types import Bounce, Kind, Mail, Part, Proof
from zhike.platform import addresses

MOST_PARTS: Final = 20
MOST_DEPTH: Final = 12
LONGEST_SUBJECT: Final = 300
# What writers of mails call their character sets, where that is not what they mean.
_WIDER: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_2",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
    "x-unknown": "utf-8",
    "utf8": "utf-8",
}
_TRIED: Final = ("utf-8", "gb18030", "big5hkscs", "cp1252")
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,398}>")
_VACATION: Final = re.compile(
    r"^\s*(out of (the )?office|automatic reply|auto(matic)?[- ]?(reply|response)|自动回复|自動回覆|自動回復|自动答复)",
    re.IGNORECASE,
)
_TRACE: Final = frozenset(
    {"received", "return-path", "delivered-to", "x-original-to", "envelope-to", "x-uid", "status", "x-status"}
)
_NO_RECEIPT: Final = re.compile(r"\b(all|autoreply|oof|dr)\b", re.IGNORECASE)


class Broken(ValueError):
    """Bytes that are no mail; the message says what is wrong with them."""


def fingerprint(raw: bytes) -> str:
    """What makes two copies of a mail the same, whichever way and into whichever mailbox they came."""
    head, _blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept: list[bytes] = []
    skipping = False
    for line in head.split(b"\n"):
        if line[:1] not in {b" ", b"\t"}:
            skipping = line.partition(b":")[0].strip().lower().decode("ascii", "replace") in _TRACE
        if not skipping:
            kept.append(line.rstrip())
    return hashlib.sha256(b"\n".join([*kept, b"", body.rstrip()])).hexdigest()


def read_mail(raw: bytes, *, own: Collection[str], authserv_id: str = "") -> Mail:
    """`own` are our addresses in small letters, `authserv_id` the name of our receiving server. Raises Broken."""
    message = _parsed(raw)
    sender, name = _sender(message)
    kind = _kind(message, sender, own)
    # A report of a server may have no sender at all; a letter of nobody cannot be answered.
    if not sender and kind not in {Kind.BOUNCE, Kind.AUTOMATIC}:
        raise Broken("no usable sender")
    subject = _header(message, "subject")[:LONGEST_SUBJECT]
    texts, parts, dropped, was_html = _contents(message)
    text, quoted = fold("\n\n".join(texts))
    references = tuple(_MESSAGE_ID.findall(_header(message, "references")))[-20:]
    answered = next(iter(_MESSAGE_ID.findall(_header(message, "in-reply-to"))), "")
    return Mail(
        message_id=next(iter(_MESSAGE_ID.findall(_header(message, "message-id"))), ""),
        in_reply_to=answered,
        references=references,
        sender=sender,
        sender_name=name,
        recipients=_recipients(message),
        subject=subject,
        text=text,
        quoted=quoted,
        sent_at=_date(message),
        kind=kind,
        no_answer=kind is not Kind.PERSON or bool(_NO_RECEIPT.search(_header(message, "x-auto-response-suppress"))),
        own=_own_refs([answered, *reversed(references)]),
        parts=tuple(parts),
        dropped_parts=dropped,
        was_html=was_html,
        proof=_proof(message, sender, authserv_id),
    )


def read_bounces(raw: bytes) -> list[Bounce]:
    """What a delivery report says of each recipient, and which message of ours it is about."""
    message = _parsed(raw)
    refs = _own_refs(_reported_ids(message))
    found = []
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in _blocks(part):
            action = _header(fields, "action").lower()
            if not action:
                continue
            address = _header(fields, "final-recipient") or _header(fields, "original-recipient")
            found.append(
                Bounce(
                    ref=refs[0] if refs else None,
                    recipient=addresses.normal(address.rpartition(";")[2])[:254],
                    action=action.split()[0],
                    status=_header(fields, "status")[:20],
                    text=_header(fields, "diagnostic-code").rpartition(";")[2].strip()[:300],
                )
            )
    return found


def _parsed(raw: bytes) -> Message:
    if b"\x00" in raw[:4096] or not raw.strip():
        raise Broken("empty, or not a mail at all")
    try:
        # compat32 keeps what it cannot understand; the newer policy refuses some real mails altogether.
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
    except (MessageError, ValueError, IndexError, LookupError) as error:
        raise Broken(f"{type(error).__name__}: {error}") from error
    if not message.keys():
        raise Broken("no headers")
    return message


def _header(message: "Message[Any, Any]", name: str) -> str:
    raw = message.get(name)
    if raw is None:
        return ""
    return _one_line(_bytes_of(raw) if isinstance(raw, Header) else _decoded(raw))


def _bytes_of(raw: Header) -> str:
    """A header with bytes beyond ASCII that nobody declared."""
    parts = decode_header(raw)
    return decode(b"".join(one if isinstance(one, bytes) else one.encode("ascii", "replace") for one, _s in parts), "")


def _decoded(text: str) -> str:
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (ValueError, MessageError):
        return text
    return "".join(decode(one, charset or "") if isinstance(one, bytes) else one for one, charset in parts)


def decode(data: bytes, charset: str) -> str:
    """The text, by the declared character set if it can be; else by whichever reads it without a fault."""
    named = charset.strip("\"' ").lower()
    for wanted in dict.fromkeys([_WIDER.get(named, named), *_TRIED]):
        if not wanted:
            continue
        try:
            return _clean(data.decode(wanted))
        except (UnicodeDecodeError, LookupError):
            continue
    return _clean(data.decode("utf-8", "replace"))


def _clean(text: str) -> str:
    return "".join(c for c in text if c in "\n\t\r" or unicodedata.category(c) not in {"Cc", "Cs"})


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sender(message: Message) -> tuple[str, str]:
    for name in ("from", "sender"):
        for shown, address in _addresses(message, name):
            return address, shown
    return "", ""


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    found = []
    for raw in cast("list[str | Header]", message.get_all(name, [])):
        # Split before decoding: a decoded name may hold a comma. Bytes beyond ASCII are no code (RFC 6532).
        said = _bytes_of(raw) if isinstance(raw, Header) else raw
        for shown, address in getaddresses([said]):
            value = addresses.normal(address)
            user, at, domain = value.rpartition("@")
            if user and at and domain and len(value) <= 254 and not any(c.isspace() for c in value):  # noqa: PLR2004
                found.append((_one_line(_decoded(shown))[:200], value))
    return found


def _proof(message: Message, sender: str, authserv_id: str) -> Proof:
    headers = [_one_line(str(one)) for one in message.get_all("authentication-results", [])]
    senders = {address for _name, address in _addresses(message, "from")}
    # Which of several senders a program shows, nobody can say.
    if authserv_id and len(senders) > 1:
        return Proof.FAIL
    return proof_of(headers, authserv_id=authserv_id, sender=sender)


def _recipients(message: Message) -> tuple[str, ...]:
    found = [one for name in ("to", "cc", "delivered-to", "x-original-to") for _n, one in _addresses(message, name)]
    return tuple(dict.fromkeys(found))[:50]


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(message, "date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _kind(message: Message, sender: str, own: Collection[str]) -> Kind:
    """RFC 3834, RFC 3464, and what programs send that keep to neither."""
    if message.get_content_type() == "multipart/report" and "delivery-status" in _report_type(message):
        return Kind.BOUNCE
    if sender in own or _header(message, "x-loop").casefold() in own:
        return Kind.OWN
    null_sender = _header(message, "return-path") == "<>"
    if sender.partition("@")[0] in {"mailer-daemon", "postmaster"} and null_sender:
        return Kind.BOUNCE
    submitted = _header(message, "auto-submitted").lower()
    precedence = _header(message, "precedence").lower()
    marks = ("x-autoreply", "x-autorespond", "x-auto-reply")
    if (submitted and not submitted.startswith("no")) or any(message.get(one) is not None for one in marks):
        return Kind.AUTOMATIC
    if message.get("list-id") is not None or precedence in {"list", "bulk", "junk"}:
        return Kind.LIST
    if null_sender or precedence == "auto_reply" or _VACATION.match(_header(message, "subject")):
        return Kind.AUTOMATIC
    return Kind.PERSON


def _report_type(message: Message) -> str:
    return str(message.get_param("report-type", "")).lower()


def _contents(message: Message) -> tuple[list[str], list[Part], int, bool]:
    texts: list[str] = []
    parts: list[Part] = []
    dropped, was_html = 0, False
    for part in _leaves(message, 0):
        kind = part.get_content_type()
        if part.get_content_disposition() != "attachment" and not part.get_filename() and kind in _TEXTS:
            data = cast("bytes", part.get_payload(decode=True) or b"")
            text = decode(data, str(part.get_content_charset() or ""))
            was_html = was_html or kind == "text/html"
            texts.append(of_html(text) if kind == "text/html" else text)
        elif len(parts) >= MOST_PARTS:
            dropped += 1
        else:
            parts.append(_part(part, len(parts) + 1))
    return [one for one in texts if one.strip()], [one for one in parts if one.content], dropped, was_html


_TEXTS: Final = frozenset({"text/plain", "text/html"})


def _leaves(message: Message, depth: int) -> Iterator[Message]:
    """The parts that are shown or attached; of alternatives the plain text, else what is there."""
    if depth > MOST_DEPTH:
        raise Broken("parts within parts without end")
    if not message.is_multipart() or message.get_content_maintype() == "message":
        yield message
        return
    children = cast("list[Message]", message.get_payload())
    if message.get_content_type() != "multipart/alternative":
        for child in children:
            yield from _leaves(child, depth + 1)
        return
    plain = [one for one in children if one.get_content_type() == "text/plain" and _says_something(one)]
    for child in plain[:1] or children[-1:]:
        yield from _leaves(child, depth + 1)
    # A calendar entry or a picture beside the text is a file of its own.
    for child in children:
        if child not in (plain[:1] or children[-1:]) and child.get_content_type() not in _TEXTS:
            yield from (one for one in _leaves(child, depth + 1) if one.get_content_type() not in _TEXTS)


def _says_something(part: Message) -> bool:
    return bool(cast("bytes", part.get_payload(decode=True) or b"").strip())


def _part(part: Message, number: int) -> Part:
    if part.get_content_maintype() == "message":
        inner = part.get_payload()
        content = inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], Message) else b""
        return Part(name=f"{number}.eml", content=content)
    name = part.get_filename()
    shown = _one_line(_decoded(name)) if name else f"{number}.{part.get_content_subtype()}"
    content = cast("bytes", part.get_payload(decode=True) or b"")
    inline = part.get_content_disposition() == "inline" or part.get("content-id") is not None
    return Part(name=shown, content=content, inline=inline)


def _own_refs(ids: Collection[str]) -> tuple[UUID, ...]:
    """Names of messages of ours among Message-IDs: `<uuid@domain>`."""
    found = []
    for one in ids:
        try:
            found.append(UUID(one.strip("<>").partition("@")[0]))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _reported_ids(message: Message) -> list[str]:
    """Message-IDs of the mail that came back: its head or the whole of it lies in the report."""
    found: list[str] = []
    for part in message.walk():
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            head = cast("bytes", part.get_payload(decode=True) or b"")
            found += _MESSAGE_ID.findall(_header(BytesParser(policy=policy.compat32).parsebytes(head), "message-id"))
        elif part is not message:
            found += _MESSAGE_ID.findall(_header(part, "message-id"))
    return found


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
