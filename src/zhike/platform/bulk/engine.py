"""One import from file to commit: read, join, check, stage, load, account for every row. Nothing per row in Python."""

import io
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from pyarrow import csv as arrow_csv

from zhike.platform.actors import Actor
from zhike.platform.bulk.columns import check, source_text
from zhike.platform.bulk.mapping import FieldRule, ImportMapping, Lookup, Step
from zhike.platform.bulk.reading import Batch, TableFile, batches, headings, whole
from zhike.platform.bulk.types import (
    LINE,
    SQL_TYPES,
    BadMapping,
    JoinResult,
    Rejection,
    Staged,
    StepResult,
    Target,
    target_of,
)

# Reasons beyond this many are counted, not listed: nobody reads 50,000 lines, and the file can be sent again.
MAX_LISTED = 50_000
MAX_JOIN_LISTED = 100
Progress = Callable[[int], None]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every step of a run shares."""

    actor: Actor
    mapping: ImportMapping
    now: datetime
    source_label: str
    run_id: int | None = None
    progress: Progress = lambda _rows: None


def run_files(context: RunContext, files: Mapping[str, TableFile], *, dry: bool = False) -> list[StepResult]:
    """Run every step of the mapping over the files (by source name) in one transaction."""
    for step in context.mapping.steps:
        _check_columns(step, files)
    with transaction.atomic():
        results = []
        for position, step in enumerate(context.mapping.steps):
            joins = [_join_of(lookup, files[lookup.source]) for lookup in step.lookups]
            result = _run_step(context, step, _prepared(files[step.source], joins), position, joins)
            results.append(replace(result, joins=tuple(join.result() for join in joins)))
        if dry:
            transaction.set_rollback(True)
    return results


def run_batch(context: RunContext, batch: Batch) -> StepResult:
    """Run the mapping's only step over rows already in memory, in the caller's transaction or one of its own."""
    with transaction.atomic():
        return _run_step(context, context.mapping.steps[0], iter([batch]), 0)


def _check_columns(step: Step, files: Mapping[str, TableFile]) -> None:
    """Every column the mapping names must stand in its file, before anything is read."""
    available = {"": set(headings(files[step.source]))}
    for lookup in step.lookups:
        available[lookup.name] = set(headings(files[lookup.source]))
    used = [rule.column for rule in step.fields.values() if rule.column]
    used += [column for lookup in step.lookups for _theirs, column in lookup.on]
    for column in used:
        place, name = _split(column, available)
        if name not in available[place]:
            raise BadMapping(
                _("%(file)s has no column %(column)s; it has: %(known)s"),
                file=files[_source_of(step, place)].name,
                column=name,
                known=", ".join(sorted(available[place])),
            )


def _split(column: str, places: Mapping[str, object]) -> tuple[str, str]:
    place, dot, name = column.partition(".")
    return (place, name) if dot and place in places else ("", column)


def _source_of(step: Step, place: str) -> str:
    return step.source if not place else next(k.source for k in step.lookups if k.name == place)


@dataclass(slots=True)
class _Join:
    """A lookup's rows by key, and what is found wrong with it while the step's rows are joined to it."""

    lookup: Lookup
    table: pa.Table
    read: int
    broken: list[Rejection]
    unmatched: list[int] = field(default_factory=list)

    def result(self) -> JoinResult:
        return JoinResult(
            name=self.lookup.name,
            source=self.lookup.source,
            read=self.read,
            rejected=len(self.broken),
            unmatched=len(self.unmatched),
            first_line=min(self.unmatched, default=None),
            rejections=tuple(self.broken[:MAX_JOIN_LISTED]),
        )


def _join_of(lookup: Lookup, file: TableFile) -> _Join:
    batch = whole(file)
    return _Join(lookup, _first_rows(lookup, batch.table), batch.rows, batch.broken)


def _prepared(file: TableFile, joins: Sequence[_Join]) -> Iterator[Batch]:
    """Batches of the step's source with the lookups' columns joined on as `lookup.column`."""
    for batch in batches(file):
        table = batch.table
        for join in joins:
            ours = [ours for _theirs, ours in join.lookup.on]
            theirs = [f"{join.lookup.name}.{theirs}" for theirs, _ours in join.lookup.on]
            # Both sides keep their keys, so that a lookup's key column can be mapped too.
            table = table.join(join.table, keys=ours, right_keys=theirs, join_type="left outer", coalesce_keys=False)
            join.unmatched += _without(table, ours, theirs[0])
        yield Batch(table.sort_by(LINE) if joins else table, batch.broken)


def _without(table: pa.Table, ours: Sequence[str], theirs: str) -> list[int]:
    """The lines that name a key of which the lookup has no row."""
    missing = pc.is_null(table[theirs])
    for key in ours:
        missing = pc.and_(missing, pc.fill_null(pc.not_equal(table[key], ""), fill_value=False))
    lines: list[int] = table.filter(missing)[LINE].to_pylist()
    return lines


def _first_rows(lookup: Lookup, table: pa.Table) -> pa.Table:
    """One row a key: the first by `order_by` (as a number where all are numbers), else the first in the file."""
    keys = [theirs for theirs, _ours in lookup.on]
    order = table[lookup.order_by] if lookup.order_by else table[LINE]
    if pa.types.is_string(order.type) and pc.all(pc.match_substring_regex(order, r"^\d{1,15}$")).as_py():
        order = pc.cast(order, pa.int64())
    ordered = table.append_column("_order", order).sort_by([("_order", "ascending"), (LINE, "ascending")])
    ordered = ordered.append_column("_row", pa.array(range(ordered.num_rows), type=pa.int64()))
    first = ordered.group_by(keys).aggregate([("_row", "min")])["_row_min"]
    kept = ordered.take(first).drop_columns(["_order", "_row", LINE])
    return kept.rename_columns([f"{lookup.name}.{name}" for name in kept.column_names])


def _run_step(
    context: RunContext, step: Step, source: Iterator[Batch], position: int, joins: Sequence[_Join] = ()
) -> StepResult:
    target = target_of(step.target)
    staged = _stage_tables(context, step, target, position)
    read, rejections, bad_lines = _stage_all(context, step, target, staged, source)
    _note_unjoined(staged, joins)
    counts = target.load(actor=context.actor, staged=staged, now=context.now)
    listed, later = _loader_rejects(staged, step, MAX_LISTED - len(rejections))
    rejections += listed
    _drop(staged)
    result = StepResult(
        target=step.target,
        source=step.source,
        read=read,
        counts=counts,
        rejected=len(bad_lines) + later,
        rejections=tuple(sorted(rejections, key=lambda r: (r.line, r.field))),
    )
    if not result.adds_up:
        message = f"{target.key}: {read} rows read, accounted for {counts} and {result.rejected} rejected"
        raise AssertionError(message)
    return result


def _stage_tables(context: RunContext, step: Step, target: Target, position: int) -> Staged:
    table, rejects, unjoined = (f"bulk_{what}_{position}" for what in ("stage", "refused", "unjoined"))
    columns = ", ".join(f"{f.name} {SQL_TYPES[f.kind]}" for f in target.fields)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} (line bigint, {columns}) ON COMMIT DROP")
        cursor.execute(f"CREATE TEMP TABLE {unjoined} (line bigint) ON COMMIT DROP")
        cursor.execute(
            f"CREATE TEMP TABLE {rejects} (line bigint, field text, value text, code text, params jsonb) ON COMMIT DROP"
        )
    return Staged(
        table=table,
        rejects=rejects,
        run_id=context.run_id,
        mode=context.mapping.mode,
        source=context.source_label,
        zone=context.mapping.zone,
        received_at=context.now,
        options=step.options,
        unjoined=unjoined,
    )


def _stage_all(
    context: RunContext, step: Step, target: Target, staged: Staged, source: Iterator[Batch]
) -> tuple[int, list[Rejection], set[int]]:
    """Check and stage every batch; returns the rows read, the listed rejections and the lines refused."""
    read = 0
    rejections: list[Rejection] = []
    bad_lines: set[int] = set()
    # Columns that the mapping leaves empty need not travel.
    filled = [LINE, *(spec.name for spec in target.fields if spec.name in step.fields)]
    statement = f"COPY {staged.table} ({', '.join(filled)}) FROM STDIN (FORMAT csv)"
    checked = _ahead(_checked(context, step, target, batch, filled) for batch in source)
    with connection.cursor() as cursor, closing(checked), cursor.copy(statement) as copy:
        for rows, good, found in checked:
            copy.write(good)
            read += rows
            rejections += found[: max(0, MAX_LISTED - len(rejections))]
            bad_lines.update(r.line for r in found)
            context.progress(read)
    with connection.cursor() as cursor:
        # The planner knows nothing of a temporary table until told.
        cursor.execute(f"ANALYZE {staged.table}")
    return read, rejections, bad_lines


def _note_unjoined(staged: Staged, joins: Sequence[_Join]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {staged.unjoined} (line) FROM STDIN") as copy:
        for line in sorted({line for join in joins for line in join.unmatched}):
            copy.write_row((line,))


def _ahead(source: Iterator[_T]) -> Generator[_T, None, None]:
    """The same things, each made while the one before is in use: the database takes rows in while we check others."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        coming = beside.submit(next, source, None)
        while (thing := coming.result()) is not None:
            coming = beside.submit(next, source, None)
            yield thing


def _checked(
    context: RunContext, step: Step, target: Target, batch: Batch, filled: Sequence[str]
) -> tuple[int, memoryview, list[Rejection]]:
    """How many rows the batch has, its good rows as CSV of the filled columns, and why the others were refused."""
    found = list(batch.broken)
    table = batch.table.combine_chunks()
    if table.num_rows == 0:
        return batch.rows, memoryview(b""), found
    columns: dict[str, pa.Array] = {LINE: _array(table[LINE])}
    bad_positions: set[int] = set()
    for spec in target.fields:
        rule = step.fields.get(spec.name)
        if rule is None and not spec.required:
            continue
        text = _cell_texts(table, rule)
        checked = check(
            text, spec, rule or FieldRule(), zone=context.mapping.zone, date_order=context.mapping.date_order
        )
        columns[spec.name] = checked.column
        if checked.bad:
            bad_positions.update(checked.bad)
            found += _named(checked.bad, text, columns[LINE], spec.name, rule)
    good = pa.table({name: columns[name] for name in filled})
    if bad_positions:
        good = good.take(np.delete(np.arange(good.num_rows), sorted(bad_positions)))
    return batch.rows, _as_csv(good), found


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _cell_texts(table: pa.Table, rule: FieldRule | None) -> pa.Array:
    if rule is None or (not rule.column and rule.constant is None):
        return pa.nulls(table.num_rows, pa.string())
    if rule.column:
        text = source_text(_array(table[rule.column]), rule)
        return text if rule.constant is None else pc.fill_null(text, rule.constant)
    return pa.array([rule.constant], type=pa.string()).take(pa.array([0] * table.num_rows))


def _named(
    bad: Mapping[int, tuple[str, dict[str, str | int]]],
    text: pa.Array,
    lines: pa.Array,
    field: str,
    rule: FieldRule | None,
) -> list[Rejection]:
    positions = sorted(bad)
    values = text.take(pa.array(positions, type=pa.int64())).to_pylist()
    starts = lines.take(pa.array(positions, type=pa.int64())).to_pylist()
    column = rule.column if rule else ""
    return [
        Rejection(line, field, column, (value or "")[:500], *bad[position])
        for position, value, line in zip(positions, values, starts, strict=True)
    ]


def _as_csv(good: pa.Table) -> memoryview:
    """An Arrow table in the form that COPY takes; instants in UTC."""
    for position, column in enumerate(good.schema):
        if pa.types.is_timestamp(column.type):
            # Arrow writes zoned timestamps twenty times slower than those without a zone.
            plain = pc.cast(pc.cast(good[column.name], pa.timestamp("us")), pa.string())
            good = good.set_column(position, column.name, pc.binary_join_element_wise(plain, "Z", ""))
    written = io.BytesIO()
    arrow_csv.write_csv(good, written, arrow_csv.WriteOptions(include_header=False))
    return written.getbuffer()


def _loader_rejects(staged: Staged, step: Step, room_left: int) -> tuple[list[Rejection], int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT line) FROM {staged.rejects}")  # noqa: S608 - a name of our own
        (count,) = cursor.fetchone() or (0,)
        cursor.execute(
            f"SELECT line, field, coalesce(left(value, 500), ''), code, params FROM {staged.rejects}"  # noqa: S608
            " ORDER BY line LIMIT %s",
            [max(0, room_left)],
        )
        rows: Sequence[tuple[int, str, str, str, Mapping[str, str | int] | str]] = cursor.fetchall()
    return [_of_loader(row, step) for row in rows], int(count)


def _of_loader(row: tuple[int, str, str, str, Mapping[str, str | int] | str], step: Step) -> Rejection:
    line, field, value, code, params = row
    rule = step.fields.get(field)
    kept = params if isinstance(params, Mapping) else json.loads(params)
    return Rejection(line, field, rule.column if rule else "", value, code, dict(kept))


def _drop(staged: Staged) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {staged.table}, {staged.rejects}, {staged.unjoined}")
