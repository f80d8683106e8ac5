"""Content on the disk: written beside, checked, made durable, then given its place by its SHA-256."""

import builtins
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import ZhikeError

CHUNK = 1 << 18
_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageFull(ZhikeError):
    code = "storage_full"
    status = 507
    message = _("The file could not be kept: there is no room left on the disk.")
    kept = _("Nothing of this file was kept; what you entered besides is still there.")
    next_step = _("Tell an administrator, then send the file again.")


class TooLarge(Exception):  # as in errors.py: named after what happened
    """The stream went on past the limit."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file received in full, durable, but without a place yet."""

    path: Path
    sha256: str
    size: int

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def root() -> Path:
    return Path(settings.VAR_DIR) / "files"


def path_of(sha256: str) -> Path:
    if not _NAME.fullmatch(sha256):
        message = f"not a SHA-256: {sha256!r}"
        raise ValueError(message)
    return root() / sha256[:2] / sha256[2:4] / sha256


def open(sha256: str) -> BinaryIO:
    """The content, to be read and closed; raises FileNotFoundError where it is missing."""
    return builtins.open(path_of(sha256), "rb")  # noqa: PTH123  # the caller closes it


def chunks_of(content: bytes | BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """Any of the forms in which a content comes; a Django upload has `chunks()`."""
    if isinstance(content, bytes):
        yield content
    elif hasattr(content, "chunks"):
        yield from content.chunks(CHUNK)
    elif hasattr(content, "read"):
        while block := content.read(CHUNK):
            yield block
    else:
        yield from content


def receive(content: bytes | BinaryIO | Iterable[bytes], *, largest: int) -> Draft:
    """Write the stream to a file of its own and make it durable; raises TooLarge as soon as `largest` is passed."""
    folder = root() / "incoming"
    path = folder / secrets.token_hex(12)
    digest, size = hashlib.sha256(), 0
    try:
        _make_folder(folder)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            for block in chunks_of(content):
                size += len(block)
                if size > largest:
                    raise TooLarge
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise StorageFull from error
        raise
    return Draft(path, digest.hexdigest(), size)


def settle(draft: Draft) -> None:
    """Give the draft its place, durable before this returns; a content that is already there is used again."""
    target = path_of(draft.sha256)
    try:
        if target.exists() and target.stat().st_size == draft.size:
            draft.discard()
            return
        _make_folder(target.parent)
        draft.path.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        draft.discard()
        if error.errno in _FULL:
            raise StorageFull from error
        raise


def remove(sha256: str) -> None:
    """Take the content off the disk; fine when it is gone already."""
    path_of(sha256).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Content:
    sha256: str
    size: int
    written: float


def contents() -> Iterator[Content]:
    """Everything on the disk that has its place."""
    for path in root().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        with suppress(FileNotFoundError):
            found = path.stat()
            if _NAME.fullmatch(path.name):
                yield Content(path.name, found.st_size, found.st_mtime)


def drop_abandoned(*, before: datetime) -> int:
    """Drafts of uploads that broke off; returns how many."""
    dropped = 0
    for path in (root() / "incoming").glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                dropped += 1
    return dropped


def _make_folder(folder: Path) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(new.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
