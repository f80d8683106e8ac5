"""Live events through the real process: who hears what, and when a stream ends."""

import json
import queue
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.harness import databases
from tests.harness.sites import Site, running_site
from zhike.platform import live
from zhike.platform.accounts.models import User

pytestmark = pytest.mark.concurrency
SILENCE = 1.0


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """One live process for the whole file: these tests only make users and sessions."""
    with (
        django_db_blocker.unblock(),
        databases.cloned(databases.empty_template()),
        running_site("live") as running,
    ):
        yield running


class Stream:
    """One browser: reads events in the background."""

    def __init__(self, site: Site, client: Client, ticket: str) -> None:
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client = httpx.Client(timeout=httpx.Timeout(10, read=60), trust_env=False)
        self.request = self.client.build_request(
            "GET", site.live_url, params={"ticket": ticket}, headers={"cookie": _cookie(client), "origin": site.url}
        )
        self.response = self.client.send(self.request, stream=True)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        name = ""
        try:
            for line in self.response.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.put((name, json.loads(line.removeprefix("data: "))))
        except httpx.HTTPError:
            pass
        self.events.put(("end", None))

    def next(self, seconds: float = 10) -> tuple[str, Any]:
        return self.events.get(timeout=seconds)

    def silent(self) -> bool:
        try:
            self.events.get(timeout=SILENCE)
        except queue.Empty:
            return True
        return False

    def close(self) -> None:
        self.response.close()
        self.client.close()


def _cookie(client: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"{name}-{uuid4().hex[:8]}", "invented-password"))
    return client


def ticket_of(client: Client, **rights: Any) -> str:
    return live.ticket(client.cookies[settings.SESSION_COOKIE_NAME].value, **{"topics": [], **rights})


@pytest.fixture
def streams() -> Iterator[list[Stream]]:
    opened: list[Stream] = []
    yield opened
    for stream in opened:
        stream.close()


def test_live__each_browser_hears_only_what_it_may(site: Site, streams: list[Stream]) -> None:
    chen, li = signed_in("chen"), signed_in("li")
    streams += [
        Stream(site, chen, ticket_of(chen, topics=["user:1", "shipments_shipment"], intervals=[(5, 9)])),
        Stream(site, li, ticket_of(li, topics=["user:2", "shipments_shipment"], intervals=[(20, 29)])),
    ]
    assert [stream.next() for stream in streams] == [("ready", {}), ("ready", {})]
    first, second = streams
    live.notify("user:1", [7])
    assert first.next() == ("change", {"topic": "user:1", "ids": [7]})
    live.notify("shipments_shipment", [11, 12], unit_no=21)
    assert second.next() == ("change", {"topic": "shipments_shipment", "unit": 21, "ids": [11, 12]})
    live.notify("unit:6", [])
    assert first.next() == ("change", {"topic": "unit:6", "ids": []})
    live.notify("claims_claim", [1], unit_no=6)
    assert first.silent()
    assert second.silent()


def test_live__one_transaction_sends_one_notification_after_commit(site: Site, streams: list[Stream]) -> None:
    client = signed_in("chen")
    streams.append(Stream(site, client, ticket_of(client, topics=["user:1", "files_file"], everything=True)))
    assert streams[0].next() == ("ready", {})
    with transaction.atomic():
        for number in range(50):
            live.notify("user:1", [number])
        live.notify("files_file", range(500))
        assert streams[0].silent()
    assert streams[0].next() == ("change", {"topic": "user:1", "ids": list(range(50))})
    assert streams[0].next() == ("change", {"topic": "files_file", "ids": None})
    with transaction.atomic():
        live.notify("user:1", [99])
        transaction.set_rollback(True)
    assert streams[0].silent()


def test_live__forty_browsers_share_one_listener(site: Site, streams: list[Stream]) -> None:
    client = signed_in("chen")
    streams += [Stream(site, client, ticket_of(client, topics=["user:1"])) for _ in range(40)]
    assert {stream.next()[0] for stream in streams} == {"ready"}
    live.notify("user:1", [1])
    assert {str(stream.next()) for stream in streams} == {str(("change", {"topic": "user:1", "ids": [1]}))}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zhike live'"
            " AND datname = current_database()"
        )
        assert cursor.fetchone() == (1,)


def test_live__strangers_and_borrowed_tickets_are_turned_away(site: Site) -> None:
    chen, li = signed_in("chen"), signed_in("li")
    ticket = ticket_of(chen, topics=["user:1"])
    for cookie, given in (
        ("", ticket),
        (_cookie(li), ticket),
        (_cookie(chen), ""),
        (_cookie(chen), ticket[:-1] + ("a" if ticket[-1] != "a" else "b")),
    ):
        answer = httpx.get(site.live_url, params={"ticket": given}, headers={"cookie": cookie}, trust_env=False)
        assert answer.status_code == 403


def test_live__only_pages_of_this_host_may_read(site: Site) -> None:
    near = httpx.get(site.live_url, headers={"origin": site.url}, trust_env=False)
    far = httpx.get(site.live_url, headers={"origin": "https://elsewhere.example"}, trust_env=False)
    assert near.headers["access-control-allow-origin"] == site.url
    assert near.headers["access-control-allow-credentials"] == "true"
    assert "access-control-allow-origin" not in far.headers


def test_live__signed_out_session_is_cut(site: Site, streams: list[Stream]) -> None:
    chen, li = signed_in("chen"), signed_in("li")
    streams += [Stream(site, who, ticket_of(who, topics=["user:1"])) for who in (chen, li)]
    assert [stream.next()[0] for stream in streams] == ["ready", "ready"]
    chen.logout()
    li_user = User.objects.get(pk=li.session["_auth_user_id"])
    li_user.set_password("another-password")
    li_user.save()
    for stream in streams:
        assert stream.next(45) == ("signed-out", {})
        assert stream.next() == ("end", None)


def test_live__lost_database_connection_is_made_again_and_said(site: Site, streams: list[Stream]) -> None:
    client = signed_in("chen")
    streams.append(Stream(site, client, ticket_of(client, topics=["user:1"])))
    assert streams[0].next() == ("ready", {})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zhike live'"
            " AND datname = current_database()"
        )
    assert streams[0].next(20) == ("change", {"topic": "*", "ids": None})
    live.notify("user:1", [3])
    assert streams[0].next() == ("change", {"topic": "user:1", "ids": [3]})
