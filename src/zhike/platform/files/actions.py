"""Taking files in, and taking them out again."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import BinaryIO

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.files import events, storage
from zhike.platform.files.detect import BrokenImage, media_type
from zhike.platform.files.models import StoredFile
from zhike.platform.files.policies import MANAGE_FILES
from zhike.platform.files.queries import ref_of, unused_among
from zhike.platform.files.types import MEGABYTE, NAMES, FileRef, Purpose

LONGEST_NAME = 200
_LOCK_SPACE = 0x66696C65  # "file"
_SEPARATORS = re.compile(r"[/\\]+")
_KEPT = _("Nothing of this file was kept; what you entered besides is still there.")


@action
def store(
    *, actor: Actor, content: bytes | BinaryIO | Iterable[bytes], filename: str, purpose: Purpose, now: datetime
) -> FileRef:
    """Keep a file. Durable on the disk before the transaction commits; a rollback leaves only garbage behind.

    Raises Invalid on the field `file`: empty, too large, or not of a kind that this purpose allows.
    """
    authorize(actor, purpose.right)
    name = clean_name(filename)
    draft = _received(content, name, purpose, now)
    try:
        kind = _checked_kind(draft, name, purpose)
        # Whoever collects garbage waits until this row is there, or looks before this content is.
        lock_content(draft.sha256)
        storage.settle(draft)
    finally:
        draft.discard()
    row = StoredFile.objects.create(
        sha256=draft.sha256,
        size=draft.size,
        media_type=kind,
        name=name,
        purpose=purpose.code,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        at=now,
    )
    kept = {"sha256": row.sha256, "size": row.size, "media_type": kind, "purpose": purpose.code, "name": name}
    audit.record(actor, events.FileStored(subject=("file", row.pk), after=kept), now=now)
    return ref_of(row)


@action
def forget_names(*, actor: Actor, file_ids: Sequence[int], now: datetime) -> int:
    """Empty the names of files that may name a person; returns how many. For the `PersonalData` of rooms."""
    authorize(actor, MANAGE_FILES)
    changed = StoredFile.objects.filter(pk__in=list(file_ids)).exclude(name="").update(name="")
    audit.record(actor, events.NamesForgotten(subject=("files", "names"), after={"files": changed}), now=now)
    return changed


@action
def erase_contents(*, actor: Actor, file_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Destroy contents and names; the rows stay for the records that point to them. Returns how many rows changed.

    A content leaves the disk after the commit, when no other row has the same.
    """
    authorize(actor, MANAGE_FILES)
    rows = list(
        StoredFile.objects.filter(pk__in=list(file_ids), erased_at__isnull=True).order_by("pk").select_for_update()
    )
    StoredFile.objects.filter(pk__in=[row.pk for row in rows]).update(erased_at=now, name="")
    audit.record(
        actor,
        events.FilesErased(subject=("files", "contents"), after={"files": [row.pk for row in rows]}, reason=reason),
        now=now,
    )
    _remove_after_commit({row.sha256 for row in rows})
    return len(rows)


@action
def remove_unused(*, actor: Actor, file_ids: Sequence[int], now: datetime) -> int:
    """Delete rows that no record holds, and their contents; raises NotFound when one of them is held."""
    rows = list(StoredFile.objects.filter(pk__in=list(file_ids)).order_by("pk").select_for_update())
    authorize(actor, MANAGE_FILES)
    if len(rows) != len(set(file_ids)) or len(unused_among(rows)) != len(rows):
        raise NotFound
    StoredFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    audit.record(
        actor,
        events.UnusedFilesRemoved(subject=("files", "unused"), after={"files": [row.pk for row in rows]}),
        now=now,
    )
    _remove_after_commit({row.sha256 for row in rows})
    return len(rows)


def lock_content(sha256: str) -> None:
    """Hold this content until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, int(sha256[:8], 16) - (1 << 31)])


def remove_if_unknown(sha256: str) -> bool:
    """Take a content off the disk unless a row has it; whether it was taken."""
    with transaction.atomic():
        lock_content(sha256)
        if StoredFile.objects.filter(sha256=sha256, erased_at__isnull=True).exists():
            return False
        storage.remove(sha256)
    return True


def clean_name(filename: str) -> str:
    """The last part of the path, without control characters and with its ending, at most 200 characters."""
    last = _SEPARATORS.split(unicodedata.normalize("NFC", filename).strip())[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    if len(shown) <= LONGEST_NAME:
        return shown or "file"
    stem, dot, ending = shown.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending) <= 10 else ""  # noqa: PLR2004  # no ending is longer
    return shown[: LONGEST_NAME - len(kept)] + kept


def _remove_after_commit(contents: set[str]) -> None:
    for sha256 in sorted(contents):
        transaction.on_commit(partial(remove_if_unknown, sha256))


def _received(content: bytes | BinaryIO | Iterable[bytes], name: str, purpose: Purpose, now: datetime) -> storage.Draft:
    largest = parameters.value(purpose.largest, at=now)
    try:
        draft = storage.receive(content, largest=largest * MEGABYTE)
    except storage.TooLarge:
        raise _refused(
            "too_large", _("“%(name)s” is larger than %(largest)s MB."), name=name, largest=largest
        ) from None
    if draft.size == 0:
        draft.discard()
        raise _refused("empty", _("“%(name)s” is empty."), name=name)
    return draft


def _checked_kind(draft: storage.Draft, name: str, purpose: Purpose) -> str:
    try:
        kind = media_type(draft.path, name=name)
    except BrokenImage:
        raise _refused("broken", _("“%(name)s” is not an image that can be opened."), name=name) from None
    if kind not in purpose.types:
        allowed = ", ".join(sorted(NAMES[allowed] for allowed in purpose.types))
        raise _refused(
            "type", _("“%(name)s” is not of a kind that is taken here (%(allowed)s)."), name=name, allowed=allowed
        )
    return kind


def _refused(code: str, message: str | Promise, **params: str | int) -> Invalid:
    return Invalid(
        {"file": [FieldError(code, message, params)]}, kept=_KEPT, next_step=_("Choose another file and send it again.")
    )
