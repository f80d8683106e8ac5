"""A mail server on this machine: real SMTP in, real IMAP (Dovecot) out, for the demonstration and for tests.

Every address is taken; the mailbox is the part before the `@`, without what follows a `+`. Nothing leaves the machine.
"""

import asyncio
import grp
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PASSWORD: Final = "zhike-demo-mail"  # noqa: S105 - known to everybody, for a server of this machine alone
ADDRESS: Final = "service@zhike.example"
PACKAGE: Final = "dovecot-imapd"
LINE: Final = f"apt-get update && apt-get install -y --no-install-recommends {PACKAGE}"
PATIENCE: Final = 20.0
_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/opt/dovecot/sbin")


class NoMailServer(RuntimeError):
    """Dovecot is missing or did not start; the message says what to do."""


@dataclass(slots=True)
class MailPair:
    """The pair as it runs. `refuse` maps an address to the answer that it gets instead of being taken."""

    folder: Path
    smtp_port: int
    imap_port: int
    refuse: dict[str, str] = field(default_factory=dict)

    def deliver(self, mailbox: str, raw: bytes) -> None:
        """Put a mail into a mailbox, as the SMTP side does."""
        new = self.folder / "boxes" / mailbox / "new"
        for part in ("cur", "new", "tmp"):
            (new.parent / part).mkdir(parents=True, exist_ok=True)
        name = f"{time.monotonic_ns():020d}.{os.getpid()}.zhike"
        draft = new.parent / "tmp" / name
        draft.write_bytes(raw)
        draft.rename(new / name)
        _give_to_mail(self.folder / "boxes")

    def mails(self, mailbox: str) -> list[bytes]:
        """Every mail of a mailbox, the oldest first."""
        found = [path for part in ("new", "cur") for path in (self.folder / "boxes" / mailbox / part).glob("*.zhike*")]
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.name)]


class _Into:
    """The SMTP side: into the mailboxes of the IMAP side."""

    def __init__(self, pair: MailPair) -> None:
        self._pair = pair

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self._pair.refuse:
            return self._pair.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        raw = b"Return-Path: <" + (envelope.mail_from or "").encode() + b">\r\n" + content
        for address in envelope.rcpt_tos:
            mailbox = address.rpartition("@")[0].partition("+")[0].lower()
            if mailbox.replace("-", "").replace(".", "").isalnum():
                await asyncio.to_thread(self._pair.deliver, mailbox, raw)
        return "250 kept"


def dovecot() -> str | None:
    """The program, where it usually lies."""
    return shutil.which("dovecot") or shutil.which("dovecot", path=os.pathsep.join(_PLACES))


@contextmanager
def running(*, smtp_port: int = 0, imap_port: int = 0) -> Iterator[MailPair]:
    """Both servers on the loopback address, in a folder of their own; raises NoMailServer."""
    program = dovecot()
    if program is None:
        message = f"The mail server {PACKAGE} is missing. As root:\n  {LINE}"
        raise NoMailServer(message)
    folder = Path(tempfile.mkdtemp(prefix="zhike-mail-"))
    # Dovecot's own users must come through.
    folder.chmod(0o755)
    pair = MailPair(folder, smtp_port or _free_port(), imap_port or _free_port())
    (folder / "boxes").mkdir()
    _give_to_mail(folder / "boxes")
    (folder / "dovecot.conf").write_text(_configuration(folder, pair.imap_port), "utf-8")
    with (folder / "start").open("wb") as said:
        imap = subprocess.Popen(  # noqa: S603 - the program found above
            [program, "-F", "-c", str(folder / "dovecot.conf")], stdout=said, stderr=said, start_new_session=True
        )
    controller = Controller(_Into(pair), hostname="127.0.0.1", port=pair.smtp_port)
    try:
        _wait(imap, pair)
        controller.start()
        yield pair
    finally:
        with suppress(AssertionError):
            controller.stop()
        imap.terminate()
        try:
            imap.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(imap.pid, signal.SIGKILL)
            imap.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(imap: "subprocess.Popen[bytes]", pair: MailPair) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if imap.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", pair.imap_port), timeout=1) as probe:
            if probe.recv(4) == b"* OK":
                return
        time.sleep(0.05)
    told = (pair.folder / "start").read_text("utf-8", "replace")
    log = pair.folder / "log"
    message = f"Dovecot did not start: {told} {log.read_text('utf-8', 'replace') if log.exists() else ''}"
    raise NoMailServer(message)


def _mail_user() -> tuple[str, str]:
    """Who owns the mailboxes: whoever runs this; as root one of Dovecot's own, for it serves no mail of root."""
    if os.geteuid() == 0:
        name = "mail"
        return name, grp.getgrgid(pwd.getpwnam(name).pw_gid).gr_name
    own = pwd.getpwuid(os.geteuid())
    return own.pw_name, grp.getgrgid(own.pw_gid).gr_name


def _give_to_mail(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    user, group = _mail_user()
    for path in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):
            shutil.chown(path, user, group)


def _configuration(folder: Path, port: int) -> str:
    user, group = _mail_user()
    own = "" if os.geteuid() == 0 else f"default_internal_user={user}\ndefault_login_user={user}\n"
    own += "" if os.geteuid() == 0 else f"default_internal_group={group}\n"
    return f"""
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/boxes/%n
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
{own}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/boxes/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write(smtp_port: int, sender: str, subject: str, text: str, *, answers: str = "") -> None:
    """A customer's mail to the demonstration's mailbox; `answers` is the id of the mail of ours that it answers."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ADDRESS, subject
    mail["Message-ID"] = make_msgid(domain="customer.example")
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", smtp_port, timeout=10) as server:
        server.send_message(mail)


def read(imap_port: int, mailbox: str) -> Iterator[EmailMessage]:
    """What has come into a customer's mailbox, the oldest first."""
    with imaplib.IMAP4("127.0.0.1", imap_port, timeout=10) as server:
        server.login(mailbox, PASSWORD)
        server.select("INBOX", readonly=True)
        _status, found = server.search(None, "ALL")
        for number in found[0].split():
            _status, data = server.fetch(number, "(BODY.PEEK[])")
            if isinstance(data[0], tuple):
                yield message_from_bytes(data[0][1], policy=policy.default)


def main(arguments: list[str]) -> int:
    """Run until stopped (SMTP_PORT IMAP_PORT), `write SMTP_PORT FROM SUBJECT TEXT`, or `read IMAP_PORT MAILBOX`."""
    if arguments[0] == "write":
        write(int(arguments[1]), *arguments[2:5])
        return 0
    if arguments[0] == "read":
        for mail in read(int(arguments[1]), arguments[2]):
            body = mail.get_body(("plain",))
            sys.stdout.write(f"{mail['Subject']}\n{body.get_content() if body else ''}\n")
        return 0
    smtp, imap = (int(one) for one in arguments)
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    try:
        with running(smtp_port=smtp, imap_port=imap):
            while not stopping:
                time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    except NoMailServer as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
