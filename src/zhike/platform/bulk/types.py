"""Batch import: what rooms offer as targets, how columns are mapped, what comes of it."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.errors import ZhikeError
from zhike.platform.outbox.types import Mode

LINE = "line"
# Columns of a returned reject file; ignored when it is sent again.
REJECT_COLUMNS = ("zhike_line", "zhike_reason")


class FieldKind(StrEnum):
    """How a cell is read. Instants without an offset are taken in the import's zone."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    CODE = "code"


SQL_TYPES: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "text",
    FieldKind.INTEGER: "bigint",
    FieldKind.DECIMAL: "numeric",
    FieldKind.BOOLEAN: "boolean",
    FieldKind.DATE: "date",
    FieldKind.INSTANT: "timestamptz",
    FieldKind.CODE: "text",
}


@dataclass(frozen=True, slots=True)
class TargetField:
    """One field that a file can fill. `choices` lists the codes of a CODE field with their labels."""

    name: str
    label: str | Promise
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    max_length: int = 500
    choices: Mapping[str, str | Promise] = dataclasses.field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 4
    help: str | Promise = ""
    # Headings under which other systems export this; the wizard proposes a mapping from them.
    also_called: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """What a loader did with the rows that it was given."""

    created: int = 0
    updated: int = 0
    duplicate: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.created + other.created, self.updated + other.updated, self.duplicate + other.duplicate)


@dataclass(frozen=True, slots=True)
class Staged:
    """Checked rows in a temporary table of the running transaction.

    Table `table` has `line` (bigint, unique) and one typed, nullable column per field of the target; `rejects` takes
    (line, field, value, code, params). A loader refuses rows with `reject` and loads what is left, set-based.
    """

    table: str
    rejects: str
    run_id: int | None
    mode: Mode
    source: str
    zone: str
    received_at: datetime
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    # A table of the lines (`line`) that a lookup had no row for: what they leave empty is unknown, not taken back.
    unjoined: str = "(SELECT NULL::bigint AS line WHERE false)"

    def reject(
        self,
        condition: str,
        *,
        field_name: str,
        code: str,
        value: str | None = None,
        params: str = "'{}'::jsonb",
        beside: str = "",
    ) -> int:
        """Refuse the staged rows `s` for which the SQL condition holds; returns how many.

        `value` and `params` are SQL expressions over `s` (default: the field's own column, no parameters). `beside` is
        a table to join, with its alias, of which they may speak too: one join, not one search a row. Only code of
        rooms writes these expressions; cells are never part of them.
        """
        shown = value if value is not None else f"s.{field_name}::text"
        using = f"USING {beside}" if beside else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH gone AS (DELETE FROM {self.table} s {using} WHERE {condition}"  # noqa: S608 - see above
                f" RETURNING s.line, {shown} AS value, {params} AS params)"
                f" INSERT INTO {self.rejects} (line, field, value, code, params)"
                " SELECT line, %s, value, %s, params FROM gone",
                [field_name, code],
            )
            return int(cursor.rowcount)


class Loader(Protocol):
    """A room's bulk action: one authorization, set-based INSERT … SELECT, one audit record, one outbox event."""

    def __call__(self, *, actor: Actor, staged: Staged, now: datetime) -> Counts: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Something that files can be imported into. `reasons` explains the loader's own reject codes."""

    key: str
    label: str | Promise
    fields: tuple[TargetField, ...]
    right: Right
    load: Loader
    reasons: Mapping[str, str | Promise] = dataclasses.field(default_factory=dict)
    list_url_name: str = ""

    def field(self, name: str) -> TargetField:
        return next(f for f in self.fields if f.name == name)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one cell (or, with an empty field, one row) was refused."""

    line: int
    field: str
    column: str
    value: str
    code: str
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JoinResult:
    """What a lookup's file gave to a step: `rejected` of its own rows, and `unmatched` rows of the step without one.

    `first_line` is the first of the unmatched, in the step's file; `rejections` name lines of the lookup's file.
    """

    name: str
    source: str
    read: int
    rejected: int
    unmatched: int
    first_line: int | None = None
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step's account: read = created + updated + duplicate + rejected, always."""

    target: str
    source: str
    read: int
    counts: Counts
    rejected: int
    rejections: tuple[Rejection, ...] = ()
    joins: tuple[JoinResult, ...] = ()

    @property
    def adds_up(self) -> bool:
        counted = self.counts.created + self.counts.updated + self.counts.duplicate + self.rejected
        return self.read == counted


class BadFile(ZhikeError):
    """A file that cannot be read as a table at all."""

    code = "import_file"
    status = 422
    message = _("This file could not be read as a table.")
    kept = _("Nothing was imported; the file is kept as uploaded.")
    next_step = _("Save it as CSV (UTF-8) or XLSX with one row of headings and upload it again.")


class BadMapping(ZhikeError):
    """A mapping that does not fit the files or the target."""

    code = "import_mapping"
    status = 422
    message = _("The mapping does not fit the files.")
    kept = _("Nothing was imported; files and mapping are kept.")
    next_step = _("Correct the mapping and start the dry run again.")


REASONS: Mapping[str, str | Promise] = {
    "required": _("is missing, but is required"),
    "columns": _("the row has %(found)s cells where the headings have %(expected)s; the file may be cut off here"),
    "encoding": _("holds characters that cannot be read in %(encoding)s"),
    "damaged": _("holds a NUL character; the file is damaged here"),
    "too_long": _("is longer than %(maximum)s characters"),
    "not_integer": _("is not a whole number"),
    "not_decimal": _("is not a number"),
    "too_precise": _("has more than %(decimals)s digits after the point"),
    "too_small": _("is less than %(minimum)s"),
    "too_large": _("is more than %(maximum)s"),
    "not_boolean": _("is neither yes nor no"),
    "outside_years": _("lies outside the years %(first)s to %(last)s; leave the cell empty where no day is known"),
    "not_date": _("is not a date that exists"),
    "not_instant": _("is not a date and time that exists"),
    "unknown_code": _("is not a known value; known are: %(known)s"),
    "repeated": _("stands in the file more than once; line %(first)s was kept"),
}

_targets: dict[str, Target] = {}


def register(target: Target) -> Target:
    """Offer a target; called at module level of a room's `providers.py`."""
    _targets[target.key] = target
    return target


def targets() -> dict[str, Target]:
    return dict(sorted(_targets.items()))


def target_of(key: str) -> Target:
    """The target by key; raises `BadMapping` naming the known ones."""
    try:
        return _targets[key]
    except KeyError:
        raise BadMapping(
            _("There is no import target %(key)s; known are: %(known)s"), key=key, known=", ".join(sorted(_targets))
        ) from None


def reason_text(target: Target | None, code: str, params: Mapping[str, str | int], *, field_name: str = "") -> str:
    """The sentence for a reject code, in the reader's language; known values are named as people call them."""
    known = {**REASONS, **(target.reasons if target else {})}
    found = known.get(code)
    if found is None:
        return code
    values = dict(params)
    if code == "unknown_code" and target is not None and field_name in {f.name for f in target.fields}:
        values["known"] = pgettext("between listed things", ", ").join(
            map(str, target.field(field_name).choices.values())
        )
    return str(found) % values


def field_label(target: Target | None, name: str) -> str:
    """What people call a field; its own name where the target is gone."""
    return next((str(f.label) for f in target.fields if f.name == name), name) if target else name
