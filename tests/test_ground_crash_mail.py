"""`kill -9` at each step of handing a mail over: nothing leaves twice by itself, and what nobody knows is listed."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.harness.clusters import until
from tests.harness.sites import Site, free_port_pair, running_site
from zhike.platform import clock, jobs, parameters
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.jobs.tasks import rescue_stalled
from zhike.platform.messaging import actions
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.types import Channel, MessageSettled, Words
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(600)]
SYSTEM = system_actor("tests.crash")
TO = "chen@huaxia.example"


@dataclass(slots=True)
class Server:
    """A mail server that stops at one step until it may go on, and keeps what it has been given."""

    stop_at: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    taken: list[bytes] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 - the library's
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        await self._wait("greeted")
        return responses

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope.original_content or b"")
        await self._wait("accepted")
        return "250 kept"

    async def _wait(self, step: str) -> None:
        if step == self.stop_at:
            self.held.set()
            await asyncio.to_thread(self.go_on.wait)


@contextmanager
def serving() -> Iterator[Server]:
    """The server, and the settings that lead to it."""
    server, port = Server(), free_port_pair()
    now = clock.now() - timedelta(minutes=1)
    values: dict[str, object] = {
        "messaging.email_via": "smtp",
        "messaging.smtp_host": "127.0.0.1",
        "messaging.smtp_port": port,
        "messaging.sender": "service@zhike.example",
    }
    for key, value in values.items():
        parameters.set_parameter(actor=SYSTEM, key=key, value=value, reason="test", source="test", now=now)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server
    finally:
        server.go_on.set()
        controller.stop()


def queued() -> UUID:
    return actions.queue(
        actor=SYSTEM,
        channel=Channel.EMAIL,
        to=TO,
        words=Words("货物明日18:00前送达。", "货物未到"),
        purpose="tests.crash",
        now=clock.now(),
    )


def waits_for(table: str) -> bool:
    """Whether some process waits for our lock with a statement about this table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND strpos(query, %s) > 0",
            [table],
        )
        return cursor.fetchone() is not None


def alone() -> bool:
    """Whether no other process is inside a transaction any more, living or dead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state <> 'idle' AND backend_type = 'client backend'"
        )
        return cursor.fetchone() is None


def handing_over() -> list[str]:
    """How the jobs that hand it over stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'messaging.hand_over' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def run_and_kill(site: Site, server: Server, step: str) -> UUID:
    """Hand one mail over as far as this step, and stop the worker there."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as lock:
        message_id = queued()
        server.stop_at = {"greeted": "greeted", "accepted": "accepted", "done": "accepted"}.get(step, "")
        if step == "claiming":
            lock.execute("SELECT 1 FROM messaging_message WHERE id = %s FOR UPDATE", [message_id])
        if step == "settling":
            # Whoever has the server's answer stops here: the state is changed, and its event is not written yet.
            lock.execute("LOCK TABLE outbox_outboxevent IN SHARE MODE")
        site.start("worker")
        if server.stop_at:
            until(server.held.is_set, seconds=60)
        if step == "done":
            lock.execute("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'messaging.hand_over' FOR UPDATE")
            server.go_on.set()
            until(lambda: state(message_id) == "sent" and waits_for("procrastinate"), seconds=60)
        if step == "claiming":
            until(lambda: waits_for("messaging_message"), seconds=60)
        if step == "settling":
            until(lambda: waits_for("outbox_outboxevent") and bool(server.taken), seconds=60)
        site.kill("worker")
    server.stop_at = ""
    server.go_on.set()
    until(alone, seconds=30)
    return message_id


def state(message_id: UUID) -> str:
    return Message.objects.values_list("state", flat=True).get(pk=message_id)


def supervisor() -> Client:
    member = organization.staff(roles=("supervisor",))
    opened = organization_actions.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username="supervisor",
        password="correct horse battery",
        now=organization.NOW,
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


# What stands after the kill, what at the end, and how many mails the server has by then.
STEPS = {
    "claiming": ("queued", "sent", 1),
    "greeted": ("handed_over", "uncertain", 0),
    "accepted": ("handed_over", "uncertain", 1),
    "settling": ("handed_over", "uncertain", 1),
    "done": ("sent", "sent", 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_hand_over__killed_at_a_step_leaves_once_or_is_listed_as_uncertain(own_var: Path, step: str) -> None:
    killed, ended, mails = STEPS[step]
    with serving() as server, running_site() as site:
        message_id = run_and_kill(site, server, step)
        assert state(message_id) == killed
        with connection.cursor() as cursor:
            # Half a minute without a heartbeat is what tells that the worker is dead.
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        rescue_stalled()
        site.start("worker")
        until(lambda: state(message_id) == ended and set(handing_over()) == {"succeeded"}, seconds=60)
        # Running once more changes nothing.
        jobs.enqueue(actions.HAND_OVER, message_id=str(message_id))
        until(lambda: len(handing_over()) > 1 and set(handing_over()) == {"succeeded"}, seconds=60)
    row = Message.objects.get()
    told = OutboxEvent.objects.filter(type=MessageSettled.type).values_list("payload__state", flat=True)
    assert (row.pk, row.state, row.attempts, len(server.taken)) == (message_id, ended, 1, mails)
    assert list(told) == [ended]
    assert AuditEntry.objects.filter(type="messaging.queued").count() == 1
    client = supervisor()
    listed = client.get(reverse("messaging:list"), {"state": "uncertain"}).content.decode()
    assert ("c***" in listed or str(message_id) in listed) == (ended == "uncertain")
    if ended == "uncertain":
        page = client.get(reverse("messaging:page", args=[message_id])).content.decode()
        assert [deed for deed in ("send_again", "mark_sent", "give_up") if f'value="{deed}"' in page] == [
            "send_again",
            "mark_sent",
            "give_up",
        ]
