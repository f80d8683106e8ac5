"""One LISTEN connection for everybody: what PostgreSQL says goes to the browsers that may hear it."""

import asyncio
import json
import logging
from dataclasses import dataclass, field
from typing import Any

import psycopg

from zhike.platform.db.config import uri
from zhike.platform.live import sessions
from zhike.platform.live.notifications import ALL, CHANNEL
from zhike.platform.live.tickets import Ticket

logger = logging.getLogger(__name__)
CHECK_EVERY = 20.0
"""Seconds between two looks at the sessions of all connected browsers, and between heartbeats."""
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
_MOST_WAITING = 100
Message = dict[str, Any]
GONE: Message = {"topic": "signed_out"}
EVERYTHING: Message = {"topic": ALL, "ids": None}


@dataclass(eq=False, slots=True)
class Browser:
    """One connected page."""

    session_key: str
    ticket: Ticket
    waiting: "asyncio.Queue[Message]" = field(default_factory=lambda: asyncio.Queue(_MOST_WAITING))

    def tell(self, message: Message) -> None:
        """Queue a message; one that reads too slowly is told to fetch everything instead."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(message if message is GONE else EVERYTHING)


class Hub:
    """The connected browsers and the tasks that serve them; begins with the first browser."""

    def __init__(self) -> None:
        self.browsers: set[Browser] = set()
        self.listening = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Start listening and checking, once, in the running loop."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._check())]

    def deliver(self, payload: str) -> None:
        """Hand the changes of one notification to whoever may hear them."""
        for topic, unit_no, ids in json.loads(payload):
            message = {"topic": topic, "ids": ids} if unit_no is None else {"topic": topic, "unit": unit_no, "ids": ids}
            for browser in self.browsers:
                if browser.ticket.hears(topic, unit_no):
                    browser.tell(message)

    async def admitted(self, session_key: str) -> bool:
        """Whether this session is signed in now."""
        async with await _connect() as conn:
            return session_key in await sessions.signed_in(conn, [session_key])

    async def _listen(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with await _connect() as conn:
                    await conn.execute(f"LISTEN {CHANNEL}")
                    # Whatever happened while nobody listened is not known.
                    for browser in self.browsers:
                        browser.tell(EVERYTHING)
                    self.listening.set()
                    pause = _FIRST_PAUSE
                    async for notification in conn.notifies():
                        self.deliver(notification.payload)
            except (OSError, psycopg.Error):
                logger.warning("live events lost the database", exc_info=True)
            self.listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY)
            keys = {browser.session_key for browser in self.browsers}
            if not keys:
                continue
            try:
                async with await _connect() as conn:
                    valid = await sessions.signed_in(conn, keys)
            except (OSError, psycopg.Error):
                logger.warning("sessions could not be checked", exc_info=True)
                continue
            for browser in list(self.browsers):
                if browser.session_key not in valid:
                    browser.tell(GONE)


async def _connect() -> sessions.Connection:
    return await psycopg.AsyncConnection.connect(
        uri("app"), autocommit=True, application_name="zhike live", connect_timeout=10
    )
