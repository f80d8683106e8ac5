"""Pages by position, never by OFFSET: rows beyond (sort value, id) of the last one shown."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, Expression, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

SALT = "zhike.tables"
Rows = QuerySet[Any]


class _Beyond(Func):
    """`(a, id) > (x, y)`: the row comparison that PostgreSQL answers from an index on (a, id)."""

    output_field = BooleanField()

    def __init__(self, left: tuple[Expression | F, ...], right: tuple[Value, ...], *, ascending: bool) -> None:
        super().__init__(*left, *right)
        self.half = len(left)
        self.sign = ">" if ascending else "<"

    def as_sql(  # type: ignore[override]  # parameters are of any type here
        self, compiler: SQLCompiler, *_rest: Any, **_extra: Any
    ) -> tuple[str, list[Any]]:
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        texts = [text for text, _params in parts]
        left, right = ", ".join(texts[: self.half]), ", ".join(texts[self.half :])
        return f"({left}) {self.sign} ({right})", [value for _text, params in parts for value in params]


@dataclass(frozen=True, slots=True)
class Sort:
    """By one field of the model's own, then by id in the same direction."""

    field: str
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Sort":
        return cls(text.lstrip("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field

    def ordered(self, rows: Rows, *, backwards: bool = False) -> Rows:
        ascending = self.descending if backwards else not self.descending
        names = ["pk"] if self.field in {"pk", "id"} else [self.field, "pk"]
        # PostgreSQL's own order of NULLs, so that one plain index serves both directions.
        return rows.order_by(*(F(name).asc() if ascending else F(name).desc() for name in names))


@dataclass(frozen=True, slots=True)
class Cursor:
    value: Any
    pk: Any

    def text(self, sort: Sort) -> str:
        return signing.dumps([str(sort), _out(self.value), _out(self.pk)], salt=SALT)


def _out(value: Any) -> Any:  # noqa: ANN401  # whatever a sortable field holds
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, int | float | str | bool) else str(value)


def sort_field(model: type[Model], name: str) -> "Field[Any, Any] | None":
    try:
        found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def cursor_of(row: Model, sort: Sort) -> Cursor:
    return Cursor(row.pk if sort.field == "pk" else getattr(row, sort.field), row.pk)


def read_cursor(text: str, sort: Sort, model: type[Model]) -> Cursor | None:
    """None for a cursor that is not ours or belongs to another order: the list then starts at its beginning."""
    try:
        found = signing.loads(text, salt=SALT)
        of_sort, value, pk = found
        field, key = sort_field(model, sort.field), model._meta.pk
        if of_sort != str(sort) or field is None:
            return None
        return Cursor(None if value is None else field.to_python(value), key.to_python(pk))
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        return None


def beyond(rows: Rows, sort: Sort, cursor: Cursor, *, backwards: bool = False) -> Rows:
    """Rows after the cursor in reading order (before it when `backwards`)."""
    model = rows.model
    field, key = sort_field(model, sort.field), model._meta.pk
    ascending = sort.descending if backwards else not sort.descending
    pk_value = Value(cursor.pk, output_field=key)
    if field is None or field is key:
        return rows.filter(_Beyond((F("pk"),), (pk_value,), ascending=ascending))
    same_null = Q(**{f"{sort.field}__isnull": True})
    if cursor.value is None:
        rest = Q(_Beyond((F("pk"),), (pk_value,), ascending=ascending)) & same_null
        # Ascending puts NULLs last: only later NULLs follow. Descending puts them first: all values follow.
        return rows.filter(rest if ascending else rest | ~same_null)
    step = Q(
        _Beyond((F(sort.field), F("pk")), (Value(cursor.value, output_field=field), pk_value), ascending=ascending)
    )
    return rows.filter(step | same_null if ascending and field.null else step)


def from_edge(rows: Rows, sort: Sort, edge: datetime | date | Decimal) -> Rows:
    """Rows at or after a value in reading order: `edge` itself is excluded when descending."""
    return rows.filter(**{f"{sort.field}__lt" if sort.descending else f"{sort.field}__gte": edge})
