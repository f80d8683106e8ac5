"""The id that ties together everything one request, job or command does: log lines, audit entries, events."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID, uuid4

_current: ContextVar[UUID | None] = ContextVar("zhike_operation", default=None)


def current() -> UUID:
    """The running operation's id; a new one is begun when none runs."""
    found = _current.get()
    if found is None:
        found = uuid4()
        _current.set(found)
    return found


@contextmanager
def operation(operation_id: UUID | None = None) -> Iterator[UUID]:
    """Run a block as one operation of its own."""
    chosen = operation_id or uuid4()
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
