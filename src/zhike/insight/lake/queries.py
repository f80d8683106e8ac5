"""Reading a generation: one Ibis table with changed and deleted rows already applied, within the actor's reach."""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import reduce
from operator import or_
from pathlib import Path
from typing import IO, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection
from ibis.backends.duckdb import Backend

from zhike.insight.lake.build import folder_of
from zhike.insight.lake.export import ID, schema_of
from zhike.insight.lake.models import LakeFact, LakeGeneration
from zhike.insight.lake.policies import REFRESH_LAKE
from zhike.insight.lake.types import Generation, Lag, generation_of
from zhike.platform import facts
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize

MEMORY = "1GB"
THREADS = 2
MOST_VIEWS = 60
MOST_BEHIND = 10_000
ROW_GROUP = 122_880  # as many as the engine hands over at once
_local = threading.local()
# What one look has read: the current generation of each fact, and past ones by fact and number.
_look: ContextVar[dict[tuple[str, int | None], Generation] | None] = ContextVar("zhike_lake_look", default=None)


# zhike: allow query-actor -- a connection, no rows
def engine() -> Backend:
    """This thread's own in-memory DuckDB: connections are not shared between threads."""
    if not hasattr(_local, "engine"):
        _local.engine = ibis.duckdb.connect(memory_limit=MEMORY, threads=THREADS)
        _local.engine.raw_sql("SET TimeZone = 'UTC'")
        _local.views = {}
        _local.standing = {}
    found: Backend = _local.engine
    return found


def _begin_anew() -> None:
    engine().disconnect()
    del _local.engine


def _view(files: tuple[str, ...]) -> ir.Table:
    """Files as one table; each distinct list costs the engine a view."""
    backend = engine()
    if files not in _local.views:
        _local.views[files] = backend.read_parquet(list(files), hive_partitioning=False)
    found: ir.Table = _local.views[files]
    return found


def _empty(spec: facts.Fact) -> ir.Table:
    """No rows, in this thread's engine: an in-memory table of ibis would run on one engine shared by all threads."""
    backend, key = engine(), ("empty", spec.name)
    if key not in _local.views:
        backend.con.register(f"empty_{spec.name}", schema_of(spec).empty_table())
        _local.views[key] = backend.table(f"empty_{spec.name}")
    found: ir.Table = _local.views[key]
    return found


@contextmanager
# zhike: allow query-actor -- it reads no rows; what is asked within says who asks
def one_look() -> Iterator[None]:
    """Every question asked within sees the same generations, those current at the first; all read in one query."""
    token = _look.set({})
    try:
        yield
    finally:
        _look.reset(token)


def current(fact: str) -> Generation:
    """The fact's current generation; number 0 and no months before the first refresh."""
    seen = _look.get()
    if seen is None:
        return _heads([fact])[fact]
    if (fact, None) not in seen:
        seen.update({(name, None): head for name, head in _heads({fact, *facts.published()}).items()})
    return seen[fact, None]


def _heads(names: Collection[str]) -> dict[str, Generation]:
    found = {head.fact: head for head in LakeFact.objects.filter(fact__in=names)}
    return {
        name: generation_of(name, head.generation, head.manifest, head.refreshed_at)
        if (head := found.get(name))
        else Generation(name, 0, {})
        for name in names
    }


def generation(fact: str, number: int) -> Generation | None:
    """A past generation while it is kept, else None."""
    seen = _look.get()
    if seen is not None:
        if (now := current(fact)).number == number:
            return now
        if (fact, number) in seen:
            return seen[fact, number]
    row = LakeGeneration.objects.filter(fact=fact, number=number).first()
    found = generation_of(fact, number, row.manifest, row.made_at) if row else None
    if seen is not None and found is not None:
        seen[fact, number] = found
    return found


def table(*, actor: Actor, state: Generation) -> ir.Table:
    """The rows of a generation that the actor may count."""
    _begin()
    return _within(state, actor)


def with_owned(
    *, actor: Actor, state: Generation, key: str, owned: Sequence[Generation], by: str
) -> tuple[ir.Table, ...]:
    """The rows of a generation that the actor may count, and of each of `owned` those whose `by` is one of their `key`.

    For what belongs to whoever owns it: an order counts for those who reach the customer, whichever unit took it.
    """
    _begin()
    owners = _within(state, actor)
    mine = owners.select(**{by: owners[key]}).distinct()
    return owners, *(_rows(facts.published()[one.fact], one).semi_join(mine, by) for one in owned)


def tables(*, actor: Actor, states: Sequence[Generation]) -> list[ir.Table]:
    """The rows of several generations that the actor may count, to be put into one expression."""
    _begin()
    return [_within(state, actor) for state in states]


# zhike: allow query-actor -- a connection, no rows
def _begin() -> None:
    """Begun anew only here: an expression must not lose its views while it is being put together."""
    if len(getattr(_local, "views", ())) >= MOST_VIEWS:
        _begin_anew()


def _within(state: Generation, actor: Actor) -> ir.Table:
    spec = facts.published()[state.fact]
    rows = _rows(spec, state)
    return rows.filter(_reach(rows, spec, actor)) if not actor.reach.everything else rows


def stand(*, actor: Actor, states: Sequence[Generation]) -> dict[str, ir.Table]:
    """The rows of several generations that the actor may count, each under a name that stays when its files change.

    What is put into SQL over them fits the next generation too, once it stands in the place of this one.
    """
    _begin()
    engine()
    standing: dict[str, tuple[frozenset[str], ir.Table]] = _local.standing
    found = {}
    for state in states:
        spec = facts.published()[state.fact]
        name, files = f"standing_{state.fact}", files_of(state)
        if name not in standing or standing[name][0] != files:
            made = engine().create_view(name, _rows(spec, state), overwrite=True)
            standing[name] = (files, made)
        rows = standing[name][1]
        found[state.fact] = rows if actor.reach.everything else rows.filter(_reach(rows, spec, actor))
    return found


# zhike: allow query-actor -- it reads no rows
def sql_of(rows: ir.Table) -> str:
    """An expression as this engine's SQL."""
    return str(engine().compile(rows))


# zhike: allow query-actor -- what it reads was put together over tables within reach
def read(sql: str) -> list[dict[str, Any]]:
    """The rows of a statement that `sql_of` made."""
    found: list[dict[str, Any]] = engine().con.sql(sql).to_arrow_table().to_pylist()
    return found


# zhike: allow query-actor -- names and types of columns, no rows
def columns_of(fact: facts.Fact) -> pa.Schema:
    """The columns of a fact's files: id first, then as published."""
    return schema_of(fact)


# zhike: allow query-actor -- rows that `table` has already narrowed to somebody's reach
def write_parquet(rows: ir.Table, schema: pa.Schema, out: IO[bytes], told: Mapping[str, str]) -> int:
    """Write rows of this thread's engine as one Parquet file, a row group at a time; gives their number.

    `schema` names the columns and their order; `told` stands in the file's own metadata.
    """
    kept, count = schema.with_metadata(dict(told)), 0
    backend = engine()
    sql = backend.compile(rows.select(schema.names))
    try:
        with pq.ParquetWriter(out, kept, compression="zstd") as writer:
            for batch in backend.con.sql(sql).to_arrow_reader(ROW_GROUP):
                writer.write_table(pa.Table.from_batches([batch]).cast(kept))
                count += batch.num_rows
    except BaseException:
        # A result that nobody reads to its end would stand in the way of the next question.
        _begin_anew()
        raise
    return count


# zhike: allow query-actor -- names of files, no rows
def files_of(state: Generation) -> frozenset[str]:
    """The files that this state reads, with their folder. None is ever rewritten: the same files hold the same rows."""
    folder = folder_of(state.fact)
    return frozenset(str(folder / name) for name in state.files())


def _rows(spec: facts.Fact, state: Generation) -> ir.Table:
    folder = folder_of(spec.name)
    clean = [name for m in state.months.values() if not m.delta for name in m.parts]
    mixed = [name for m in state.months.values() if m.delta for name in m.parts]
    deltas = [m.delta for m in state.months.values() if m.delta]
    found: list[ir.Table] = []
    if clean:
        found.append(_read(folder, clean))
    if deltas:
        changed = _read(folder, deltas)
        found += [_read(folder, mixed).anti_join(changed.select(ID), ID), changed]
    if not found:
        return _empty(spec)
    rows = found[0] if len(found) == 1 else ibis.union(*found)
    if state.gone:
        rows = rows.anti_join(_read(folder, [state.gone]), ID)
    return rows


def _read(folder: Path, names: list[str]) -> ir.Table:
    return _view(tuple(str(folder / name) for name in names))


def _reach(rows: ir.Table, spec: facts.Fact, actor: Actor) -> ir.BooleanValue:
    """Reach as one predicate, here and nowhere else."""
    column = rows[spec.scope]
    within = [column.between(low, high) for low, high in actor.reach.intervals]
    return reduce(or_, within) if within else ibis.literal(value=False)


def lags(*, actor: Actor, now: datetime) -> list[Lag]:
    """How far each published fact's lake is behind: its age, and the rows changed since, counted to 10,000."""
    authorize(actor, REFRESH_LAKE)
    heads = {head.fact: head for head in LakeFact.objects.all()}
    return [
        Lag(
            fact=name,
            label=spec.label or name,
            age=now - head.refreshed_at if (head := heads.get(name)) and head.refreshed_at else None,
            rows_behind=_changed_since(spec, head.watermark if head else ""),
        )
        for name, spec in facts.published().items()
    ]


def _changed_since(spec: facts.Fact, watermark: str) -> int:
    condition = f" WHERE {spec.changed(watermark)}" if watermark else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {spec.table}{condition} LIMIT {MOST_BEHIND}) changed"  # noqa: S608 - our own names
        )
        (found,) = cursor.fetchone() or (0,)
    return int(found)
