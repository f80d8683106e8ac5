"""What imports keep of people, emptied: refused cells, and the files that were sent in. Accounts and counts stay."""

import codecs
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Final

from django.db.models import Q, QuerySet

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk import events
from zhike.platform.bulk.actions import FILE_GONE
from zhike.platform.bulk.models import ImportFile, ImportReject, ImportRun, ImportStep
from zhike.platform.bulk.policies import FORGET, TABLE_FILE
from zhike.platform.bulk.reading import guess_encoding
from zhike.platform.bulk.states import RunState
from zhike.platform.files import storage
from zhike.platform.files.actions import erase_contents
from zhike.platform.files.queries import kept_contents

CHUNK: Final = 1 << 20
OVERLAP: Final = 200
_SHEET_PARTS: Final = ("xl/sharedStrings.xml", "xl/worksheets/")
_WAITING: Final = (RunState.UPLOADED.value, RunState.CHECKED.value)


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom to look for: a pattern that database and files are narrowed by, and what tells for certain."""

    pattern: str
    names_them: Callable[[str], bool]
    # Whether a content names them, by a name of its own: asked again within one erasure it is not read again.
    once: Callable[[str, Callable[[], bool]], bool] = lambda _content, ask: ask()


def rows_naming(sought: Sought) -> list[int]:
    """Ids of every refused cell of those rows of which one cell names them."""
    if not sought.pattern:
        return []
    cells = ImportReject.objects.filter(value__iregex=sought.pattern).values_list("step_id", "line", "value")
    rows = {(step, line) for step, line, value in cells.iterator() if sought.names_them(value)}
    wanted = Q(pk__in=[])
    for step, line in rows:
        wanted |= Q(step_id=step, line=line)
    return list(ImportReject.objects.filter(wanted).exclude(value="").values_list("pk", flat=True))


def files_naming(sought: Sought) -> list[int]:
    """Ids of the kept files that name them; every file is read, a part at a time."""
    if not sought.pattern:
        return []
    pattern = re.compile(sought.pattern, re.IGNORECASE)
    kept = kept_contents(TABLE_FILE)

    def named(sha256: str) -> bool:
        return sought.once(f"import:{sha256}", partial(_names, sha256, pattern, sought))

    return sorted(pk for sha256, ids in kept.items() if named(sha256) for pk in ids)


@action
def forget_people(*, actor: Actor, sought: Sought, now: datetime) -> int:
    """Empty refused rows that name these people and destroy the files that do; returns how many rows changed."""
    authorize(actor, FORGET)
    for step in ImportStep.objects.exclude(joins=[]):
        _empty_joins(step, sought.names_them)
    return _forget(actor, rows_naming(sought), files_naming(sought), now)


@action
def forget_runs(*, actor: Actor, before: datetime, limit: int, now: datetime) -> int:
    """Empty what ended imports have kept since before; at most `limit` imports. Returns how many rows changed."""
    authorize(actor, FORGET)
    runs = list(ended_before(before).order_by("pk").values_list("pk", flat=True)[:limit])
    rejects = ImportReject.objects.filter(step__run_id__in=runs).exclude(value="")
    contents = ImportFile.objects.filter(run_id__in=runs).values_list("sha256", flat=True)
    # The same content may have been sent in again for an import that goes on.
    elsewhere = ImportFile.objects.exclude(run_id__in=runs).filter(sha256__in=contents)
    needed = set(elsewhere.values_list("sha256", flat=True))
    kept = kept_contents(TABLE_FILE, among=set(contents) - needed)
    ids = [pk for found in kept.values() for pk in found]
    ImportFile.objects.filter(run_id__in=runs).exclude(name="–").update(name="–")
    for step in ImportStep.objects.filter(run_id__in=runs).exclude(joins=[]):
        _empty_joins(step, lambda _value: True)
    return _forget(actor, list(rejects.values_list("pk", flat=True)), ids, now)


def ended_before(before: datetime) -> QuerySet[ImportRun]:
    """Imports that ended, or that nobody went on with, before this and that still hold a file's name."""
    ended = Q(finished_at__lt=before) | Q(finished_at__isnull=True, state__in=_WAITING, made_at__lt=before)
    holding = ImportFile.objects.exclude(name="–").values("run_id")
    return ImportRun.objects.filter(ended, pk__in=holding)


def _forget(actor: Actor, rejects: Sequence[int], files: Sequence[int], now: datetime) -> int:
    changed = ImportReject.objects.filter(pk__in=rejects).update(value="", params={})
    wanted = set(files)
    contents = [sha256 for sha256, ids in kept_contents(TABLE_FILE).items() if wanted & set(ids)] if files else []
    if files:
        changed += erase_contents(actor=actor, file_ids=files, reason="CUST-22", now=now)
        named = ImportFile.objects.filter(sha256__in=contents)
        stuck = ImportRun.objects.filter(pk__in=named.values("run_id"), state__in=_WAITING)
        stuck.update(state=RunState.FAILED.value, error=str(FILE_GONE), finished_at=now)
        named.update(name="–")
    told = {"rows": len(rejects), "files": len(files)}
    audit.record(actor, events.ImportsForgotten(subject=("import_records", "people"), after=told), now=now)
    return changed


def _empty_joins(step: ImportStep, names_them: Callable[[str], bool]) -> None:
    named = [
        refusal
        for join in step.joins
        for refusal in join.get("rejections", ())
        if refusal.get("value") and names_them(str(refusal["value"]))
    ]
    for refusal in named:
        refusal["value"] = ""
    if named:
        step.save(update_fields=["joins"])


def _names(sha256: str, pattern: re.Pattern[str], sought: Sought) -> bool:
    path = storage.path_of(sha256)
    if not path.exists():
        return False
    for part in _parts(path):
        for found in pattern.finditer(part):
            if sought.names_them(part[max(0, found.start() - OVERLAP) : found.end() + OVERLAP]):
                return True
    return False


def _parts(path: Path) -> Iterator[str]:
    """The words of a file, a part at a time; each part begins with the end of the one before."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                if name.startswith(_SHEET_PARTS):
                    with book.open(name) as source:
                        yield from _decoded(source, "utf-8")
        return
    with path.open("rb") as source:
        yield from _decoded(source, guess_encoding(path))


def _decoded(source: IO[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    before = ""
    while chunk := source.read(CHUNK):
        part = before + decoder.decode(chunk)
        yield part
        before = part[-OVERLAP:]
