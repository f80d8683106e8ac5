"""The loop that carries outbox events to their subscribers as soon as they are committed."""

import logging
import signal
import time
from types import FrameType

import psycopg
from django.db import Error, connection, connections
from prometheus_client import Counter

from zhike.platform import clock
from zhike.platform.outbox.actions import CHANNEL, drain

logger = logging.getLogger(__name__)
DELIVERED = Counter("zhike_outbox_delivered", "Events handed to their subscribers.")
# Retries become due without a notification.
_LONGEST_SLEEP = 1.0
_PAUSE_AFTER_FAILURE = 2.0


class _Stopped:
    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def drain_forever() -> None:
    """Drain, then sleep until the next event or retry; ends after SIGTERM or SIGINT with the batch at hand done."""
    stopped = _Stopped()
    while not stopped.asked:
        try:
            _drain_until(stopped)
        except (Error, psycopg.Error):
            # The database restarts: everything undelivered is still in it.
            logger.warning("outbox drainer lost the database", exc_info=True)
            connections.close_all()
            time.sleep(_PAUSE_AFTER_FAILURE)


def _drain_until(stopped: _Stopped) -> None:
    connection.ensure_connection()
    listener: psycopg.Connection[tuple[object, ...]] = connection.connection
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    while not stopped.asked:
        delivered = drain(now=clock.now())
        DELIVERED.inc(delivered)
        if delivered == 0:
            for _ in listener.notifies(timeout=_LONGEST_SLEEP, stop_after=1):
                pass
