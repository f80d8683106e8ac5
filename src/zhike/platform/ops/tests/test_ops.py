import io
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from zhike.platform import clock, operation, outbox
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor, ActorKind, system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, NotFound
from zhike.platform.jobs.tasks import rescue_stalled
from zhike.platform.ops import actions, metrics, providers, queries
from zhike.platform.ops.logs import JsonFormatter
from zhike.platform.outbox.models import OutboxEvent, OutboxFailure

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
NOBODY = Actor(kind=ActorKind.STAFF, id="7")


def parked_event() -> OutboxEvent:
    event = OutboxEvent.objects.create(
        type="tests.parked", mode="live", occurred_at=NOW, received_at=NOW, operation_id=UUID(int=1), done_at=NOW
    )
    OutboxFailure.objects.create(
        event=event, subscriber="tests.broken", attempts=5, last_error="E", last_at=NOW, next_at=NOW, parked_at=NOW
    )
    return event


def job(status: str, *, heartbeat: datetime | None = None, waits_once: str | None = None) -> int:
    with connection.cursor() as cursor:
        worker = None
        if heartbeat is not None:
            cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [heartbeat])
            worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id, attempts,"
            " queueing_lock) VALUES ('default', 'tests.job', '{}', %s, %s, 1, %s) RETURNING id",
            [status, worker, waits_once],
        )
        return int(cursor.fetchone()[0])


def status_of(job_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job_id])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_parked__is_listed_and_opened_again_with_an_audit_entry() -> None:
    event = parked_event()
    actor = system_actor("tests")
    assert [(p.event_id, p.subscriber, p.attempts) for p in queries.list_parked(actor=actor)] == [
        (event.pk, "tests.broken", 5)
    ]
    assert actions.retry_parked_events(actor=actor, event_ids=[event.pk], now=NOW) == 1
    event.refresh_from_db()
    assert event.done_at is None
    assert queries.list_parked(actor=actor) == []
    assert AuditEntry.objects.filter(type="ops.parked_retried").count() == 1


@pytest.mark.django_db
def test_repair__without_the_right_changes_nothing() -> None:
    event, failed = parked_event(), job("failed")
    with pytest.raises(Forbidden):
        actions.retry_parked_events(actor=NOBODY, event_ids=[event.pk], now=NOW)
    with pytest.raises(Forbidden):
        actions.retry_job(actor=NOBODY, job_id=failed, now=NOW)
    for read in (queries.list_parked, queries.list_failed_jobs):
        with pytest.raises(Forbidden):
            read(actor=NOBODY)
    with pytest.raises(Forbidden):
        queries.list_cards(actor=NOBODY, now=NOW)
    event.refresh_from_db()
    assert event.done_at == NOW
    assert status_of(failed) == "failed"


@pytest.mark.django_db
def test_failed_job__is_listed_and_runs_again() -> None:
    failed = job("failed")
    actor = system_actor("tests")
    assert [(f.job_id, f.name, f.attempts) for f in queries.list_failed_jobs(actor=actor)] == [(failed, "tests.job", 1)]
    actions.retry_job(actor=actor, job_id=failed, now=NOW)
    assert status_of(failed) == "todo"
    with pytest.raises(NotFound):
        actions.retry_job(actor=actor, job_id=failed, now=NOW)
    assert AuditEntry.objects.filter(type="ops.job_retried", subject_id=str(failed)).count() == 1


@pytest.mark.django_db
def test_stalled_job__of_a_dead_worker_is_put_back_and_that_of_a_living_one_is_not() -> None:
    now = clock.now()
    dead, living = job("doing", heartbeat=now - timedelta(minutes=5)), job("doing", heartbeat=now)
    assert queries.job_state() == {"due": 0, "running": 2, "stalled": 1, "failed": 0}
    rescue_stalled()
    assert (status_of(dead), status_of(living)) == ("todo", "doing")


@pytest.mark.django_db
def test_stalled_job__whose_next_run_waits_already_ends_and_holds_up_no_other() -> None:
    long_ago = clock.now() - timedelta(minutes=5)
    dead, other = job("doing", heartbeat=long_ago, waits_once="tests.job"), job("doing", heartbeat=long_ago)
    waiting = job("todo", waits_once="tests.job")
    rescue_stalled()
    assert (status_of(dead), status_of(waiting), status_of(other)) == ("aborted", "todo", "todo")
    rescue_stalled()
    assert queries.job_state()["stalled"] == 0


@pytest.mark.django_db
def test_cards__trouble_is_marked() -> None:
    parked_event()
    OutboxEvent.objects.create(
        type="tests.waiting",
        mode="live",
        occurred_at=NOW,
        received_at=NOW - timedelta(minutes=2),
        operation_id=UUID(int=2),
    )
    job("failed")
    found = {
        reading.metric: (reading.value, reading.trouble)
        for card, readings in queries.list_cards(actor=system_actor("tests"), now=NOW)
        if card.key in {"10-outbox", "20-jobs"}
        for reading in readings
    }
    assert found == {
        "zhike_outbox_open": (1, False),
        "zhike_outbox_age_seconds": (timedelta(minutes=2), True),
        "zhike_outbox_parked": (1, True),
        "zhike_jobs_due": (0, False),
        "zhike_jobs_running": (0, False),
        "zhike_jobs_stalled": (0, False),
        "zhike_jobs_failed": (1, True),
    }


@pytest.mark.django_db
def test_metrics__every_reading_is_a_gauge() -> None:
    parked_event()
    text = metrics.exposition().decode()
    assert "\nzhike_outbox_parked 1.0\n" in text
    assert "\nzhike_jobs_due 0.0\n" in text


@pytest.mark.parametrize(
    ("address", "headers", "token", "allowed"),
    [
        ("127.0.0.1", {}, "", True),
        ("::1", {}, "", True),
        ("203.0.113.9", {}, "", False),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, "", False),
        ("", {}, "", False),
        ("203.0.113.9", {"Authorization": "Bearer t0ken"}, "t0ken", True),
        ("203.0.113.9", {"Authorization": "Bearer other"}, "t0ken", False),
        ("127.0.0.1", {}, "t0ken", False),
    ],
)
def test_metrics__are_for_this_machine_or_whoever_has_the_token(
    monkeypatch: pytest.MonkeyPatch, address: str, headers: dict[str, str], token: str, *, allowed: bool
) -> None:
    monkeypatch.setenv("ZHIKE_METRICS_TOKEN", token)
    request = RequestFactory().get("/metrics", REMOTE_ADDR=address, headers=headers)
    assert metrics.may_scrape(request) is allowed


@pytest.mark.django_db
def test_health__answers_strangers_and_names_the_operation(client: Client) -> None:
    wanted = "0e984725-c51c-4bf4-9960-e1c80e27aba0"
    answer = client.get("/healthz", headers={"X-Operation-Id": wanted})
    assert (answer.status_code, answer.json(), answer["X-Operation-Id"]) == (200, {"status": "ok"}, wanted)
    assert client.get("/healthz", headers={"X-Operation-Id": "a\tb"})["X-Operation-Id"] != "a\tb"


@pytest.mark.django_db
def test_ready__names_missing_migrations(client: Client) -> None:
    assert client.get("/readyz").json() == {"database": "ok", "migrations": []}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'outbox'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "outbox.0001_first" in answer.json()["migrations"]


@pytest.mark.django_db
def test_operations_page__sends_strangers_to_the_sign_in_and_others_away(client: Client) -> None:
    assert client.get("/settings/operations/").status_code in {302, 401, 403}
    client.force_login(User.objects.create_user("chen", "invented-password"))
    assert client.get("/settings/operations/").status_code in {302, 401, 403}
    assert client.get("/settings/operations/jobs/1/").status_code == 405


def test_log__line_is_json_with_the_operation_and_chinese_as_it_is() -> None:
    record = logging.LogRecord("tests", logging.INFO, __file__, 1, "网点 %s", ("浦东",), None)
    with operation.operation() as running:
        line = JsonFormatter(json_ensure_ascii=False).format(record)
    content = json.loads(line)
    assert content["message"] == "网点 浦东"
    assert "浦东" in line
    assert (content["level"], content["logger"], content["process"]) == ("INFO", "tests", "shell")
    assert content["operation"] == str(running)


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What Django tells of refused requests, as the processes write it."""
    stream, logger = io.StringIO(), logging.getLogger("django.request")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.django_db
def test_log__each_refused_request_is_told_under_its_own_operation(client: Client, told: io.StringIO) -> None:
    wanted = [str(UUID(int=number)) for number in (1, 2, 3)]
    for operation_id in wanted:
        client.get("/no-such-address/", headers={"X-Operation-Id": operation_id})
    begun = [client.get("/no-such-address/")["X-Operation-Id"] for _time in range(2)]
    assert [json.loads(line)["operation"] for line in told.getvalue().splitlines()] == [*wanted, *begun]
    assert len({*begun}) == 2
    assert operation.running() is None

    logging.getLogger("django.request").warning("between requests")
    assert "operation" not in json.loads(told.getvalue().splitlines()[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried(outbox.Event):
    type: ClassVar[str] = "tests.carried"

    number: int


@pytest.mark.django_db
def test_outbox__carries_an_event_under_the_operation_it_comes_from() -> None:
    seen: list[tuple[list[int], UUID | None]] = []

    @outbox.subscribe(Carried, name="tests.watch")
    def watch(events: Sequence[outbox.Delivered[Any]], *, now: datetime) -> None:
        seen.append(([one.event.number for one in events], operation.running()))

    with operation.operation() as first:
        outbox.emit_many([Carried(number=1), Carried(number=2)], now=NOW)
    outbox.drain_all(now=NOW)
    with operation.operation() as second:
        outbox.emit(Carried(number=3), now=NOW)
    outbox.drain_all(now=NOW)
    assert seen == [([1, 2], first), ([3], second)]


def test_backup__missing_or_old_is_trouble() -> None:
    assert providers.backup_reading(None, NOW).trouble is True
    assert providers.backup_reading(NOW - timedelta(hours=27), NOW).trouble is True
    assert providers.backup_reading(NOW - timedelta(hours=25), NOW).trouble is False
