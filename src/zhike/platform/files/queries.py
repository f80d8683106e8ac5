"""Reading about files: only through the records that hold them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.platform.files import storage
from zhike.platform.files.models import StoredFile
from zhike.platform.files.policies import MANAGE_FILES, is_uploader
from zhike.platform.files.types import FileRef, Purpose, Survey, accesses

# Younger content may belong to an upload that has not been committed yet.
SETTLING = timedelta(days=1)
UNUSED_AFTER = timedelta(days=7)
SURVEY_ROWS = 500


def get_file(*, actor: Actor, file_id: int) -> FileRef:
    """The file, for who may see a record that holds it; the uploader may also see what nothing holds yet."""
    row = StoredFile.objects.filter(pk=file_id).first()
    if row is None or not _may_see(actor, row):
        raise NotFound
    return ref_of(row)


def list_files(*, actor: Actor, file_ids: Sequence[int]) -> list[FileRef]:
    """Those of the files that the actor may see, in the order asked for."""
    wanted = list(file_ids)
    allowed: set[int] = set()
    for access in accesses():
        allowed.update(access.visible(actor=actor, file_ids=wanted))
    rows = {row.pk: row for row in StoredFile.objects.filter(pk__in=allowed.intersection(wanted))}
    return [ref_of(rows[pk]) for pk in wanted if pk in rows]


def survey(*, actor: Actor, now: datetime) -> Survey:
    """What does not fit together; reads every row and every content, so it is for the operations page and jobs."""
    authorize(actor, MANAGE_FILES)
    on_disk = {content.sha256: content for content in storage.contents()}
    known: set[str] = set()
    missing: list[FileRef] = []
    unused: list[FileRef] = []
    batch: list[StoredFile] = []
    for row in StoredFile.objects.order_by("pk").iterator(chunk_size=2000):
        if row.erased_at is None:
            known.add(row.sha256)
            content = on_disk.get(row.sha256)
            if content is None or content.size != row.size:
                missing.append(ref_of(row))
        if row.at < now - UNUSED_AFTER:
            batch.append(row)
        if len(batch) == SURVEY_ROWS:
            unused += _unused(batch)
            batch = []
    unused += _unused(batch)
    settled = (now - SETTLING).timestamp()
    strays = sorted((c.sha256, c.size) for c in on_disk.values() if c.sha256 not in known and c.written < settled)
    return Survey(missing=tuple(missing), unused=tuple(unused), strays=tuple(strays))


def kept_contents(purpose: Purpose, *, among: Iterable[str] | None = None) -> dict[str, list[int]]:
    """Ids of the files of a purpose that still have their content, by content; part of what a room forgets."""
    rows = StoredFile.objects.filter(purpose=purpose.code, erased_at__isnull=True).order_by("pk")
    if among is not None:
        rows = rows.filter(sha256__in=list(among))
    found: dict[str, list[int]] = {}
    for pk, sha256 in rows.values_list("pk", "sha256"):
        found.setdefault(sha256, []).append(pk)
    return found


def unused_among(rows: Sequence[StoredFile]) -> set[int]:
    """Ids of those that no room holds."""
    ids = [row.pk for row in rows]
    held: set[int] = set()
    for access in accesses() if ids else []:
        held.update(access.referenced(file_ids=ids))
    return set(ids) - held


def ref_of(row: StoredFile) -> FileRef:
    return FileRef(
        id=row.pk,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        name=row.name,
        purpose=row.purpose,
        at=row.at,
        erased=row.erased_at is not None,
    )


def _unused(rows: Sequence[StoredFile]) -> list[FileRef]:
    found = unused_among(rows)
    return [ref_of(row) for row in rows if row.pk in found]


def _may_see(actor: Actor, row: StoredFile) -> bool:
    if any(row.pk in access.visible(actor=actor, file_ids=[row.pk]) for access in accesses()):
        return True
    return is_uploader(actor, row) and row.pk in unused_among([row])
