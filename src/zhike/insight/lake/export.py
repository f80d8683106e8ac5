"""From PostgreSQL to Parquet: Arrow all the way, one snapshot, files that never change once written."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi

from zhike.platform.facts import SQL_TYPES, ColumnType, Fact

MONTH = "_month"
ID = "id"
DECIMAL = pa.decimal128(18, 4)
ARROW_TYPES = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.FLOAT: pa.float64(),
    ColumnType.DECIMAL: DECIMAL,
    ColumnType.TEXT: pa.string(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.INSTANT: pa.timestamp("us", "UTC"),
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of the database that one refresh reads."""

    xmin: str
    cluster: str


def schema_of(fact: Fact) -> pa.Schema:
    """The columns of a fact's files: id first, then as published."""
    return pa.schema(
        [pa.field(ID, pa.int64()), *(pa.field(c.name, ARROW_TYPES[c.type]) for c in fact.columns if c.name != ID)]
    )


class Reader:
    """An ADBC connection held in one REPEATABLE READ snapshot."""

    def __init__(self, uri: str) -> None:
        self._connection = dbapi.connect(uri, autocommit=False)
        with self._connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text,"
                " (SELECT system_identifier FROM pg_control_system())::text || '/' ||"
                " (SELECT oid FROM pg_database WHERE datname = current_database())::text"
            )
            xmin, cluster = cursor.fetchone() or ("", "")
        self.snapshot = Snapshot(str(xmin), str(cluster))

    def rows(self, fact: Fact, *, since: str = "") -> Iterator[pa.RecordBatch]:
        """Batches of the fact's rows with their month, those changed at or after `since` (all when empty)."""
        condition = f" WHERE {fact.changed(since)}" if since else ""
        source = f"{fact.table} {fact.joins}"
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT {_select_list(fact)} FROM {source}{condition}")  # noqa: S608 - our own names
            with cursor.fetch_record_batch() as reader:
                yield from reader

    def deleted(self, fact: Fact, *, since: str) -> pa.Array:
        """Ids of rows deleted at or after `since`."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT row_id FROM outbox_tombstone"  # noqa: S608 - our own names
                f" WHERE table_name = '{fact.table}' AND changed_xid >= '{int(since)}'::xid8"
            )
            return cursor.fetch_arrow_table()["row_id"].combine_chunks()

    def close(self) -> None:
        self._connection.rollback()
        self._connection.close()


def _select_list(fact: Fact) -> str:
    parts = [f"{fact.table}.{ID}::bigint AS {ID}"]
    for column in fact.columns:
        if column.name == ID:
            continue
        source = column.sql or column.name
        # numeric reaches Arrow as opaque text: ask for text and read it as a decimal ourselves.
        kind = "text" if column.type is ColumnType.DECIMAL else SQL_TYPES[column.type]
        cast = f"({source})::numeric(18,4)::text" if column.type is ColumnType.DECIMAL else f"({source})::{kind}"
        parts.append(f"{cast} AS {column.name}")
    parts.append(f"to_char({fact.month}, 'YYYY-MM') AS {MONTH}")
    return ", ".join(parts)


class MonthWriters:
    """Parquet files, one a month, under names never used before."""

    def __init__(self, folder: Path, fact: Fact, kind: str) -> None:
        self._folder = folder
        self._schema = schema_of(fact)
        self._kind = kind
        self._writers: dict[str, tuple[pq.ParquetWriter, Path]] = {}
        self.rows: dict[str, int] = {}
        self.max_ids: dict[str, int] = {}

    def append(self, month: str, part: pa.Table) -> None:
        """Write rows of one month, in the fact's schema."""
        if part.num_rows == 0:
            return
        if month not in self._writers:
            path = self._folder / month / f"{self._kind}-{uuid4().hex}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[month] = (pq.ParquetWriter(path, self._schema, compression="zstd"), path)
        self._writers[month][0].write_table(part)
        self.rows[month] = self.rows.get(month, 0) + part.num_rows
        self.max_ids[month] = max(self.max_ids.get(month, 0), pc.max(part[ID]).as_py())

    def close(self) -> dict[str, str]:
        """Finish every file, fsynced; returns each month's file relative to the fact's folder."""
        made = {}
        for month, (writer, path) in self._writers.items():
            writer.close()
            _sync(path)
            made[month] = f"{month}/{path.name}"
        return made


def by_month(fact: Fact, batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Table]]:
    """A batch's rows split by month, in the fact's schema."""
    months = batch.column(batch.schema.get_field_index(MONTH))
    table = pa.Table.from_batches([batch]).drop_columns([MONTH]).cast(schema_of(fact))
    found = pc.unique(months).to_pylist()
    for month in found:
        yield month, table if len(found) == 1 else table.filter(pc.equal(months, month))


def write_ids(folder: Path, ids: pa.Array) -> str:
    """A file of deleted ids; returns its name relative to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"gone-{uuid4().hex}.parquet"
    pq.write_table(pa.table({ID: ids}), path)
    _sync(path)
    return path.name


def read_files(folder: Path, names: Sequence[str], columns: list[str] | None = None) -> pa.Table:
    """Several files as one Arrow table."""
    return pa.concat_tables([pq.read_table(folder / name, columns=columns, partitioning=None) for name in names])


def _sync(path: Path) -> None:
    for target in (path, path.parent):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
