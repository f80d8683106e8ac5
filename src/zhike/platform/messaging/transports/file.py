"""Messages as files in the state folder: for demonstration, for tests and for machines without a way out."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from zhike.platform.messaging.transports.mail import Malformed, as_mail
from zhike.platform.messaging.types import Accepted, Channel, Deferred, Envelope, Outcome, Refused


class FileTransport:
    """One file a message, named by its id: a second attempt writes the same file again."""

    def __init__(self, *, sender: str) -> None:
        self._sender = sender

    def send(self, envelope: Envelope) -> Outcome:
        try:
            name, content = self._content(envelope)
        except Malformed as error:
            return Refused("malformed", str(error))
        try:
            folder().mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(folder() / name, content)
        except OSError as error:
            return Deferred("disk", f"{type(error).__name__}: {error}")
        return Accepted(name)

    def _content(self, envelope: Envelope) -> tuple[str, bytes]:
        if envelope.channel is Channel.EMAIL:
            return f"{envelope.id}.eml", as_mail(envelope, sender=self._sender).as_bytes()
        text = f"To: {envelope.to}\nDate: {envelope.created_at.isoformat()}\n\n{envelope.body}\n"
        return f"{envelope.id}.txt", text.encode()


def folder() -> Path:
    return Path(settings.VAR_DIR) / "outbox"


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
