"""Figures already counted: the same question about the same files by the same reach costs the lake nothing."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from threading import Lock
from typing import NamedTuple

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from zhike.insight.lake import queries as lake
from zhike.insight.lake.types import Generation
from zhike.insight.metrics.types import AS_OF, Figure, Metric, Question
from zhike.platform.actors import Reach

MOST_FIGURES = 50_000  # some 30 MB a process
MOST_LISTS = 2_000


class Key(NamedTuple):
    """All that figures depend on. Names are not kept: they have languages, and the record may change them."""

    metric: tuple[str, int]
    split: tuple[str, ...]
    filters: frozenset[tuple[str, frozenset[str]]]
    period: tuple[str, str]
    reach: Reach
    files: frozenset[str]
    today: date | None
    as_of: datetime | None


Counted = tuple[tuple[Figure, ...], tuple[Figure, ...]]


class _Store:
    """What was counted, the longest unused first; as many figures as there is room for."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.answers: OrderedDict[Key, Counted] = OrderedDict()
        self.size = 0

    def find(self, key: Key) -> Counted | None:
        with self.lock:
            if key in self.answers:
                self.answers.move_to_end(key)
            return self.answers.get(key)

    def keep(self, key: Key, counted: Counted) -> None:
        with self.lock:
            if key in self.answers:
                return
            self.answers[key] = counted
            self.size += sum(map(len, counted))
            while self.size > MOST_FIGURES:
                _key, gone = self.answers.popitem(last=False)
                self.size -= sum(map(len, gone))


_store = _Store()


def key_of(
    metric: Metric,
    question: Question,
    reach: Reach,
    state: Generation,
    *,
    today: date | None,
    rows: Callable[[], ir.Table],
    beside: frozenset[str] = frozenset(),
) -> Key:
    """The key of a question; `rows` gives the fact's table where it has to be looked at.

    `beside`: files of another fact that the question reads too.
    """
    return Key(
        (metric.id, metric.version),
        question.split,
        frozenset((name, frozenset(values)) for name, values in question.filters.items()),
        (question.since, question.until),
        reach,
        lake.files_of(state) | beside,
        today,
        state.as_of if _asks_the_moment(metric, rows) else None,
    )


def kept(key: Key, count: Callable[[], Counted]) -> Counted:
    """What was counted under this key, else what `count` gives."""
    found = _store.find(key)
    if found is None:
        found = count()
        _store.keep(key, found)
    return found


class ListKey(NamedTuple):
    """All that a dimension's values depend on; `time` only where the dimension is the month."""

    fact: str
    dimension: str
    time: str
    reach: Reach
    files: frozenset[str]


_lists: OrderedDict[ListKey, tuple[str, ...]] = OrderedDict()
_lists_lock = Lock()


def kept_values(key: ListKey, read: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The values of a dimension read before, else what `read` gives: a page of many filters asks for each of them."""
    with _lists_lock:
        found = _lists.get(key)
        if found is not None:
            _lists.move_to_end(key)
            return found
    found = read()
    with _lists_lock:
        _lists[key] = found
        while len(_lists) > MOST_LISTS:
            _lists.popitem(last=False)
    return found


_moment: dict[str, bool] = {}


def _asks_the_moment(metric: Metric, rows: Callable[[], ir.Table]) -> bool:
    """Whether the definition asks for the moment of the data: its figures then change with every refresh."""
    if metric.id not in _moment:
        table = rows().mutate(**{AS_OF: ibis.null("timestamp('UTC')")})
        given = (metric.eligible, metric.known, metric.hit, metric.value, metric.against, metric.weight)
        parts = [part(table) for part in given if part is not None]
        _moment[metric.id] = any(field.name == AS_OF for part in parts for field in part.op().find(ops.Field))
    return _moment[metric.id]
