"""Keeping the index: in batches, in the order of changes, without a statement a record."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from zhike.platform import jobs
from zhike.platform.search.models import Document as Row
from zhike.platform.search.tokens import VERSION, body_literal, keys_of, parts_of, rank_literal
from zhike.platform.search.types import Document, SearchSource, source_of, sources

logger = logging.getLogger(__name__)
BATCH = 1_000
REFRESH = "search.refresh"
REBUILD = "search.rebuild"
_LOCK_SPACE = 0x66696E64  # "find"
_COLUMNS = (
    "kind, object_id, scope_unit_id, own_staff_id, audience, title, number, line, keys, parts, body, rank, sort,"
    " tokeniser_version, updated_at"
)
_STAGE = f"""
CREATE TEMP TABLE IF NOT EXISTS search_stage ON COMMIT DELETE ROWS AS
SELECT {_COLUMNS} FROM search_document WITH NO DATA
"""  # noqa: S608 - constants
# Untouched rows are not written again.
_UPSERT = f"""
INSERT INTO search_document AS d ({_COLUMNS})
SELECT {_COLUMNS} FROM search_stage
ON CONFLICT (kind, object_id) DO UPDATE SET
  scope_unit_id = excluded.scope_unit_id, own_staff_id = excluded.own_staff_id, audience = excluded.audience,
  title = excluded.title, number = excluded.number, line = excluded.line, keys = excluded.keys, parts = excluded.parts,
  body = excluded.body, rank = excluded.rank, sort = excluded.sort, tokeniser_version = excluded.tokeniser_version,
  updated_at = excluded.updated_at
WHERE (d.scope_unit_id, d.own_staff_id, d.audience, d.title, d.number, d.line, d.keys, d.parts, d.body, d.rank, d.sort,
       d.tokeniser_version)
   IS DISTINCT FROM
      (excluded.scope_unit_id, excluded.own_staff_id, excluded.audience, excluded.title, excluded.number, excluded.line,
       excluded.keys, excluded.parts, excluded.body, excluded.rank, excluded.sort, excluded.tokeniser_version)
"""  # noqa: S608 - constants


def refresh_later(kind: str, ids: Iterable[int]) -> int:
    """Queue these records to be read again, within the caller's transaction; returns how many."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        jobs.enqueue(REFRESH, kind=kind, ids=wanted[start : start + BATCH])
    return len(wanted)


def refresh(kind: str, ids: Sequence[int], *, now: datetime) -> int:
    """Read these records from their source and write their documents; returns how many are now in the index.

    Refreshes of one kind wait for each other before they read, so that none writes what another has overtaken.
    """
    source = source_of(kind)
    if source is None or not ids:
        return 0
    with transaction.atomic():
        _lock(kind)
        documents = list(source.documents(list(ids)))
        write(kind, documents, now=now)
        gone = set(ids) - {document.object_id for document in documents}
        Row.objects.filter(kind=kind, object_id__in=gone).delete()
    return len(documents)


def rebuild(kind: str, *, now: datetime, after: int = 0, batches: int | None = None) -> int | None:
    """Write the index of a kind anew, batch by batch; returns where to go on, None when it is done."""
    source = source_of(kind)
    if source is None:
        Row.objects.filter(kind=kind).delete()
        return None
    done = 0
    while batches is None or done < batches:
        found = _rebuild_batch(source, after, now)
        if found is None:
            return None
        after, done = found, done + 1
    return after


def outdated() -> list[str]:
    """Kinds with documents of another version of the tokeniser, or of a source that is gone."""
    rows = Row.objects.exclude(tokeniser_version=VERSION).values_list("kind", flat=True).distinct().order_by("kind")
    known = {source.kind for source in sources()}
    stray = [kind for kind in _kinds() if kind not in known]
    return sorted({*rows, *stray})


def write(kind: str, documents: Sequence[Document], *, now: datetime) -> None:
    """Put documents into the index with three statements."""
    if not documents:
        return
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("DELETE FROM search_stage")
        with cursor.copy(f"COPY search_stage ({_COLUMNS}) FROM STDIN") as copy:
            for document in documents:
                copy.write_row(_row(kind, document, now))
        cursor.execute(_UPSERT)


def _row(kind: str, document: Document, now: datetime) -> tuple[object, ...]:
    texts = [document.number, document.line, *document.keys, *document.texts]
    return (
        kind,
        document.object_id,
        document.scope_unit_id,
        document.own_staff_id,
        sorted(document.audience),
        document.title[:300],
        document.number[:80],
        document.line[:300],
        keys_of(document),
        parts_of(document),
        body_literal(kind, [document.title, *texts]),
        rank_literal(document.title, texts),
        document.sort,
        VERSION,
        now,
    )


def _rebuild_batch(source: SearchSource, after: int, now: datetime) -> int | None:
    with transaction.atomic():
        _lock(source.kind)
        ids = list(source.ids(after=after, limit=BATCH))
        documents = list(source.documents(ids)) if ids else []
        write(source.kind, documents, now=now)
        between = Row.objects.filter(kind=source.kind, object_id__gt=after)
        if len(ids) == BATCH:
            between = between.filter(object_id__lte=ids[-1])
        between.exclude(object_id__in=[document.object_id for document in documents]).delete()
    return ids[-1] if len(ids) == BATCH else None


def _lock(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, kind])


def _kinds() -> list[str]:
    """The kinds in the index, each found by one step in the index by kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE k AS (SELECT min(kind) AS kind FROM search_document UNION ALL"
            " SELECT (SELECT min(kind) FROM search_document WHERE kind > k.kind) FROM k WHERE k.kind IS NOT NULL)"
            " SELECT kind FROM k WHERE kind IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]
