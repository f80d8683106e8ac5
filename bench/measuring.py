"""Timing two sizes of one company against each other, their turns alternating so that both meet the same machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from django.db import connection


@dataclass(slots=True)
class Clock:
    """Queries and the time spent in the database while it runs."""

    queries: int = 0
    seconds: float = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401, FBT001 - Django's signature
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += perf_counter() - began
            self.queries += 1


@dataclass(slots=True)
class Taken:
    """What one piece of work took, run after run. The fastest stands for it: others disturb only upwards."""

    seconds: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def fastest(self) -> float:
        return min(self.seconds)

    @property
    def fastest_database(self) -> float:
        return min(self.database)


@contextmanager
def taking(taken: Taken) -> Iterator[None]:
    clock, began = Clock(), perf_counter()
    with connection.execute_wrapper(clock):
        yield
    taken.seconds.append(perf_counter() - began)
    taken.database.append(clock.seconds)
    taken.queries = max(taken.queries, clock.queries)


def verdict(*, met: bool) -> str:
    return "met" if met else "NOT met"
