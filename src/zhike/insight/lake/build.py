"""One refresh of one fact: new rows become parts, changed rows a delta, deleted ids a list; then tidying."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import connection

from zhike.insight.lake.export import ID, MonthWriters, Reader, by_month, read_files, write_ids
from zhike.insight.lake.types import Generation, Month
from zhike.platform.environment import environment
from zhike.platform.facts import Fact

# A delta larger than this share of its month is folded into it: reading an anti-join costs more than rewriting once.
FOLD_SHARE = 0.2
FOLD_ROWS = 20_000
MOST_PARTS = 12
GONE_ROWS = 5_000


def folder_of(fact: str) -> Path:
    """Where a fact's files live: one folder a database, since test and restored databases share a machine."""
    return environment().var / "lake" / str(connection.settings_dict["NAME"]) / fact


def shape_of(fact: Fact) -> str:
    """Changes whenever the published columns do; a lake of another shape is rebuilt."""
    columns = [(c.name, c.type.value, c.sql) for c in fact.columns]
    joined = (fact.joins,) if fact.joins else ()
    written = repr((fact.table, fact.month, fact.scope, columns, *joined))
    return hashlib.sha256(written.encode()).hexdigest()


def rebuild(folder: Path, fact: Fact, reader: Reader, number: int) -> tuple[Generation, int]:
    """A generation from every row."""
    writers = MonthWriters(folder, fact, "part")
    for batch in reader.rows(fact):
        for month, part in by_month(fact, batch):
            writers.append(month, part)
    made = writers.close()
    months = {
        month: Month(parts=(name,), rows=writers.rows[month], max_id=writers.max_ids[month])
        for month, name in made.items()
    }
    return Generation(fact.name, number, months), sum(writers.rows.values())


def advance(folder: Path, fact: Fact, reader: Reader, before: Generation, since: str) -> tuple[Generation, int, int]:
    """The next generation from what changed since the watermark; returns it, rows exported and rows deleted."""
    parts, deltas = MonthWriters(folder, fact, "part"), MonthWriters(folder, fact, "fresh")
    for batch in reader.rows(fact, since=since):
        for month, rows in by_month(fact, batch):
            known = before.months.get(month, Month())
            is_new = pc.greater(rows[ID], known.max_id)
            parts.append(month, rows.filter(is_new))
            deltas.append(month, rows.filter(pc.invert(is_new)))
    deleted = reader.deleted(fact, since=since)
    exported = sum(parts.rows.values()) + sum(deltas.rows.values())
    if exported == 0 and len(deleted) == 0:
        return before, 0, 0
    months = dict(before.months)
    for month, name in parts.close().items():
        known = months.get(month, Month())
        months[month] = replace(
            known,
            parts=(*known.parts, name),
            rows=known.rows + parts.rows[month],
            max_id=max(known.max_id, parts.max_ids[month]),
        )
    for month, name in deltas.close().items():
        months[month] = _with_delta(folder, fact, month, months[month], name)
    gone, gone_rows = _with_gone(folder, before, deleted)
    after = Generation(fact.name, before.number + 1, months, gone, gone_rows)
    return _tidied(folder, fact, after), exported, len(deleted)


def _with_delta(folder: Path, fact: Fact, month: str, known: Month, fresh: str) -> Month:
    """One delta a month: the older one's rows stay where the fresh one has none of that id."""
    rows = pq.read_table(folder / fresh, partitioning=None)
    if known.delta:
        older = pq.read_table(folder / known.delta, partitioning=None)
        kept = older.filter(pc.invert(pc.is_in(older[ID], value_set=rows[ID])))
        rows = pa.concat_tables([rows, kept])
    writer = MonthWriters(folder, fact, "delta")
    writer.append(month, rows)
    return replace(known, delta=writer.close()[month], delta_rows=rows.num_rows)


def _with_gone(folder: Path, before: Generation, deleted: pa.Array) -> tuple[str, int]:
    if len(deleted) == 0:
        return before.gone, before.gone_rows
    ids = pc.unique(pa.concat_arrays([deleted, _ids(folder, before.gone)]))
    return write_ids(folder, ids), len(ids)


def _ids(folder: Path, name: str) -> pa.Array:
    if not name:
        return pa.array([], type=pa.int64())
    return pq.read_table(folder / name, columns=[ID], partitioning=None)[ID].combine_chunks()


def _tidied(folder: Path, fact: Fact, generation: Generation) -> Generation:
    """Fold what has grown too large to be read beside its month."""
    fold_all = generation.gone_rows > GONE_ROWS
    gone = _ids(folder, generation.gone)
    months = {
        month: _folded(folder, fact, month, files, gone) if fold_all or _wants_folding(files) else files
        for month, files in generation.months.items()
    }
    if fold_all:
        return replace(generation, months={m: f for m, f in months.items() if f.rows}, gone="", gone_rows=0)
    return replace(generation, months=months)


def _wants_folding(files: Month) -> bool:
    return len(files.parts) > MOST_PARTS or files.delta_rows > max(FOLD_ROWS, int(files.rows * FOLD_SHARE))


def _folded(folder: Path, fact: Fact, month: str, files: Month, gone: pa.Array) -> Month:
    """The month rewritten as one part, row group by row group."""
    delta = read_files(folder, [files.delta]) if files.delta else None
    replaced = pa.concat_arrays([gone, delta[ID].combine_chunks()]) if delta is not None else gone
    writer = MonthWriters(folder, fact, "part")
    for part in files.parts:
        for rows in _row_groups(folder / part):
            writer.append(month, rows.filter(pc.invert(pc.is_in(rows[ID], value_set=replaced))))
    if delta is not None:
        writer.append(month, delta.filter(pc.invert(pc.is_in(delta[ID], value_set=gone))))
    made: Mapping[str, str] = writer.close()
    if month not in made:
        return Month(max_id=files.max_id)
    return Month(parts=(made[month],), rows=writer.rows[month], max_id=files.max_id)


def _row_groups(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as source:
        for position in range(source.num_row_groups):
            yield source.read_row_group(position)
