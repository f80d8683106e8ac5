"""Telling browsers what changed: collected over a transaction, sent once, after it has committed."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

CHANNEL = "zhike_live"
ALL = "*"
"""Topic that every browser gets: fetch again whatever you show."""
# PostgreSQL takes less than 8,000 bytes.
_LONGEST_PAYLOAD = 7_900
_MOST_IDS = 200

Key = tuple[str, int | None]


class _Batch:
    """What one transaction has to tell."""

    def __init__(self) -> None:
        self.changes: dict[Key, dict[int | str, None]] = {}

    def add(self, topic: str, unit_no: int | None, ids: Iterable[int | str]) -> None:
        self.changes.setdefault((topic, unit_no), {}).update(dict.fromkeys(ids))

    def send(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, self.payload()])

    def payload(self) -> str:
        """JSON [[topic, unit, [id, …] or null], …]; null where there are too many ids to list."""
        lists: list[list[Any]] = [
            [topic, unit_no, list(ids) if len(ids) <= _MOST_IDS else None]
            for (topic, unit_no), ids in self.changes.items()
        ]
        without_ids = [[topic, unit_no, None] for topic, unit_no in self.changes]
        for candidate in (lists, without_ids):
            text = json.dumps(candidate, separators=(",", ":"))
            if len(text) <= _LONGEST_PAYLOAD:
                return text
        return json.dumps([[ALL, None, None]])


def notify(topic: str, ids: Iterable[int | str], *, unit_no: int | None = None) -> None:
    """Tell browsers that rows `ids` of `topic` changed, once the transaction has committed.

    Topics: `user:<id>`, `unit:<n>`, or the name of a table. With `unit_no` only those hear it whose reach covers that
    unit. A transaction sends at most one NOTIFY. What a savepoint took back may still be named: browsers then fetch
    what they already have.
    """
    batch = _waiting_batch()
    if batch is None:
        batch = _Batch()
        batch.add(topic, unit_no, ids)
        transaction.on_commit(batch.send)
    else:
        batch.add(topic, unit_no, ids)


def _waiting_batch() -> _Batch | None:
    """The batch of this transaction, unless the savepoint that would have sent it was rolled back."""
    for hook in reversed(connection.run_on_commit):
        owner = getattr(hook[1], "__self__", None)
        if isinstance(owner, _Batch):
            return owner
    return None
