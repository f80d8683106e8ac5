"""The value and version of a parameter at an instant: from a process cache that other processes' changes renew."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, JSONField, Value, When
from django.db.models.functions import JSONObject

from zhike.platform import operation
from zhike.platform.parameters.models import ParameterMark, ParameterValue
from zhike.platform.parameters.rules import decode, in_effect
from zhike.platform.parameters.types import Parameter, declared

T = TypeVar("T")
# A job may run for hours under one operation id; it looks again this often.
LOOK_AGAIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Dated:
    """One value, decoded once."""

    valid_from: datetime
    version: int
    value: Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every changed parameter as of one mark, ordered by validity, then version."""

    mark: str
    rows: dict[str, tuple[Dated, ...]]


class _Cache:
    """The newest snapshot of this process; threads replace it whole."""

    snapshot: Snapshot | None = None


_AS_JSON = JSONObject(key="key", version="version", valid_from="valid_from", value="value")
_ROWS = ArrayField(JSONField())
_looked: ContextVar[tuple[UUID, float, Snapshot] | None] = ContextVar("zhike_parameters_looked", default=None)
_changing: ContextVar[UUID | None] = ContextVar("zhike_parameters_changing", default=None)


def value(parameter: Parameter[T], *, at: datetime) -> T:
    """The value in effect at `at` (a fact's own time for figures, `now` for decisions)."""
    found = _row(parameter.key, at)
    return parameter.default if found is None else found.value


def version(parameter: Parameter[Any], *, at: datetime) -> int:
    """The number of the value in effect at `at`: 1 is the declared default. Figures print it, e.g. `late rule v2`."""
    found = _row(parameter.key, at)
    return 1 if found is None else found.version


def renew_mark() -> None:
    """Tell every process to look again once this transaction is committed."""
    # A fresh mark each time: one that a rollback took away must never be mistaken for a later one.
    ParameterMark.objects.filter(pk=1).update(mark=uuid4().hex)
    _changing.set(operation.current())


def _row(key: str, at: datetime) -> Dated | None:
    rows = _snapshot().rows.get(key, ())
    position = in_effect([row.valid_from for row in rows], at)
    return None if position is None else rows[position]


def _snapshot() -> Snapshot:
    """At most one query per operation, then one every few seconds; one each time once it has changed a value."""
    running = operation.current()
    looked = None if _changing.get() == running else _looked.get()
    if looked is not None and looked[0] == running and monotonic() - looked[1] < LOOK_AGAIN.total_seconds():
        return looked[2]
    found = _renewed(_Cache.snapshot)
    _Cache.snapshot = found
    _looked.set((running, monotonic(), found))
    return found


def _renewed(held: Snapshot | None) -> Snapshot:
    """`held` while its mark stands; the values come along with another mark only."""
    nothing = Value([], output_field=_ROWS)
    values = ArraySubquery(ParameterValue.objects.order_by("key", "valid_from", "version").values(found=_AS_JSON))
    wanted = values if held is None else Case(When(mark=held.mark, then=nothing), default=values, output_field=_ROWS)
    found = ParameterMark.objects.annotate(changes=wanted).values_list("mark", "changes").first()
    mark, changes = found or ("", [])
    return held if held is not None and held.mark == mark else _snapshot_of(mark, changes)


def _snapshot_of(mark: str, changes: Sequence[Mapping[str, Any]]) -> Snapshot:
    rows: dict[str, list[Dated]] = {}
    for change in changes:
        parameter = declared(change["key"])
        if parameter is None:  # its room has left; the history stays
            continue
        since = datetime.fromisoformat(change["valid_from"])
        rows.setdefault(parameter.key, []).append(Dated(since, change["version"], decode(parameter, change["value"])))
    return Snapshot(mark, {key: tuple(found) for key, found in rows.items()})
