"""The value and version of a parameter at an instant: from a process cache that other processes' changes renew."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID, uuid4

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
    """At most one small query per operation, then one every few seconds; one each time once it has changed a value."""
    running = operation.current()
    looked = None if _changing.get() == running else _looked.get()
    if looked is not None and looked[0] == running and monotonic() - looked[1] < LOOK_AGAIN.total_seconds():
        return looked[2]
    mark = ParameterMark.objects.values_list("mark", flat=True).first() or ""
    found = _Cache.snapshot
    if found is None or found.mark != mark:
        found = _load(mark)
        _Cache.snapshot = found
    _looked.set((running, monotonic(), found))
    return found


def _load(mark: str) -> Snapshot:
    rows: dict[str, list[Dated]] = {}
    for row in ParameterValue.objects.order_by("key", "valid_from", "version"):
        parameter = declared(row.key)
        if parameter is None:  # its room has left; the history stays
            continue
        rows.setdefault(row.key, []).append(Dated(row.valid_from, row.version, decode(parameter, row.value)))
    return Snapshot(mark, {key: tuple(found) for key, found in rows.items()})
