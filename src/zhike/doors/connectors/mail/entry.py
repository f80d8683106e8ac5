"""The way to the mail server: IMAP, one connection at a time, nothing deleted."""

import base64
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from zhike.doors.connectors.mail.types import BoxAccess, BoxUnreachable, Fetched
from zhike.platform.messaging.settings import LOOPBACK, Security

_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_SHOWN: Final = 200
MOST_COUNTED: Final = 10_000


class Folder:
    """An opened folder: what is new in it, and the mark that a mail has been kept."""

    def __init__(self, server: imaplib.IMAP4, validity: int) -> None:
        self._server = server
        self.validity = validity

    def uids_after(self, last: int, *, most: int) -> list[int]:
        """Ids beyond this one, the oldest first."""
        found = self._ask("SEARCH", "UID", f"{last + 1}:*")
        uids = sorted(int(one) for part in found if isinstance(part, bytes) for one in part.split())
        # `n:*` always names the last mail, also where that is older.
        return [one for one in uids if one > last][:most]

    def fetch(self, uid: int, *, largest: int) -> Fetched | None:
        """The mail, or only its head where it is larger; None where it has gone. Nothing is marked as read."""
        head = self._ask("FETCH", str(uid), "(UID RFC822.SIZE)")
        size = next((int(m[1]) for one in head if isinstance(one, bytes) and (m := _SIZE.search(one))), None)
        if size is None:
            return None
        whole = size <= largest
        answer = self._ask("FETCH", str(uid), "(UID BODY.PEEK[])" if whole else "(UID BODY.PEEK[HEADER])")
        for one in answer:
            if isinstance(one, tuple):
                return Fetched(self.validity, uid, one[1], size, whole)
        return None

    def mark_kept(self, uid: int) -> None:
        """Acknowledge after the commit: whoever looks into the mailbox sees it as read."""
        self._ask("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _ask(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            status, data = self._server.uid(command, *arguments)
        except (imaplib.IMAP4.error, OSError) as error:
            raise BoxUnreachable(_told(error)) from error
        if status != "OK":
            raise BoxUnreachable(f"{command}: {data!r}"[:_SHOWN])
        return [one for one in data if one is not None]


def tried(reach: Callable[[], BoxAccess]) -> tuple[str, int]:
    """Sign in and count what lies there; what went wrong, and how many. Nothing is fetched and nothing marked."""
    try:
        with opened(reach()) as folder:
            return "", len(folder.uids_after(0, most=MOST_COUNTED))
    except BoxUnreachable as gone:
        return str(gone), 0


@contextmanager
def opened(access: BoxAccess) -> Iterator[Folder]:
    """The folder, signed in; raises BoxUnreachable with what the server said."""
    if access.user and access.security is Security.NONE and access.host not in LOOPBACK:
        raise BoxUnreachable("a password never travels unprotected: choose STARTTLS or TLS")
    try:
        server = _connect(access)
    except (imaplib.IMAP4.error, OSError) as error:
        raise BoxUnreachable(_told(error)) from error
    try:
        try:
            server.login(access.user, access.password)
            status, data = server.select(_quoted(access.folder))
        except (imaplib.IMAP4.error, OSError, UnicodeEncodeError) as error:
            raise BoxUnreachable(_told(error)) from error
        if status != "OK":
            raise BoxUnreachable(f"{access.folder}: {data!r}"[:_SHOWN])
        validity = server.response("UIDVALIDITY")[1]
        first = validity[0] if validity else None
        yield Folder(server, int(first) if isinstance(first, bytes) else 0)
    finally:
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):
            server.shutdown()


def _connect(access: BoxAccess) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if access.host in LOOPBACK:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if access.security is Security.TLS:
        return imaplib.IMAP4_SSL(access.host, access.port, ssl_context=context, timeout=access.seconds)
    server = imaplib.IMAP4(access.host, access.port, timeout=access.seconds)
    if access.security is Security.STARTTLS:
        server.starttls(context)
    return server


def _quoted(folder: str) -> str:
    """Folder names in the server's own spelling (modified UTF-7)."""
    pieces: list[str] = []
    run = ""
    for sign in [*folder, ""]:
        if sign and not " " <= sign <= "~":
            run += sign
            continue
        if run:
            coded = run.encode("utf-16-be")
            pieces.append("&" + _base64(coded) + "-")
            run = ""
        pieces.append("&-" if sign == "&" else sign)
    return '"' + "".join(pieces).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=").replace("/", ",")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_SHOWN]
