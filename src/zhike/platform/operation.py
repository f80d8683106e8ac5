"""The id that ties together everything one request, job or command does: log lines, audit entries, events."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID, uuid4

_current: ContextVar[UUID | None] = ContextVar("zhike_operation", default=None)


def running() -> UUID | None:
    """The running operation's id, or None where none runs; begins nothing."""
    return _current.get()


def current() -> UUID:
    """The running operation's id; a new one is begun when none runs, and stays: a command is one operation."""
    found = _current.get()
    return begin() if found is None else found


def begin(operation_id: UUID | None = None) -> UUID:
    """Begin an operation that `end` ends; for what begins and ends in different places, as a request does."""
    chosen = operation_id or uuid4()
    _current.set(chosen)
    return chosen


def end() -> None:
    """From here on no operation runs."""
    _current.set(None)


@contextmanager
def operation(operation_id: UUID | None = None) -> Iterator[UUID]:
    """Run a block as one operation of its own."""
    chosen = operation_id or uuid4()
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
