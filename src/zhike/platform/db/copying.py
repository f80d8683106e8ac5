"""Many rows at once: COPY takes them in a third of the time of INSERT with one parameter a value."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

Row = TypeVar("Row", bound=models.Model)
_COPYING = "copying_rows"


def insert_many(rows: Sequence[Row]) -> Sequence[Row]:
    """Insert the rows, in their order, within the caller's transaction; each then has its id. As `bulk_create` does.

    What the database fills in by itself (`db_default`) is left to it.
    """
    if not rows:
        return rows
    table, key = rows[0]._meta.db_table, rows[0]._meta.pk
    for row, pk in zip(rows, _ids(table, str(key.column), len(rows)), strict=True):
        row.pk = pk
    _copy(table, rows)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


def insert_new(rows: Sequence[Row]) -> int:
    """Insert those rows that no unique constraint knows, in their order; returns how many. The rows get no ids."""
    if not rows:
        return 0
    table = sql.Identifier(rows[0]._meta.db_table)
    names = _columns(_written(rows[0], with_key=False))
    staging = sql.Identifier(_COPYING)
    with connection.cursor() as cursor:
        # Without the columns' own rules: what the database fills in is filled in on the way to the table.
        make = "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
        cursor.execute(sql.SQL(make).format(staging, names, table))
        _copy(_COPYING, rows, with_key=False)
        take = "INSERT INTO {0} ({1}) SELECT {1} FROM {2} ON CONFLICT DO NOTHING"
        cursor.execute(sql.SQL(take).format(table, names, staging))
        new = int(cursor.rowcount)
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
    return new


def _ids(table: str, column: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _written(row: models.Model, *, with_key: bool) -> "list[models.Field[Any, Any]]":
    fields = cast("Sequence[models.Field[Any, Any]]", row._meta.concrete_fields)
    return [
        field
        for field in fields
        if (with_key or not field.primary_key)
        and not field.generated
        and not isinstance(getattr(row, field.attname), DatabaseDefault)
    ]


def _columns(fields: "Sequence[models.Field[Any, Any]]") -> sql.Composed:
    return sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields])


def _copy(table: str, rows: Sequence[models.Model], *, with_key: bool = True) -> None:
    fields = _written(rows[0], with_key=with_key)
    columns = _columns(fields)
    getters = [(field.attname, field.get_db_prep_save) for field in fields]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    # Errors of COPY do not pass through Django's cursor; they are to be Django's all the same.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([prepare(getattr(row, name), connection) for name, prepare in getters])
