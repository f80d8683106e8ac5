"""Requests with an Idempotency-Key: done once, also when the process dies while it answers."""

import threading
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from zhike.doors.api import actions
from zhike.doors.api.models import SentRequest
from zhike.doors.api.types import KeySummary
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.db.config import uri
from zhike.record.organization.models import Unit
from zhike.record.organization.tests import factories as organization

RIGHTS = ["organization.edit_units", "organization.view_units"]
DIES = """
CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_terminate_backend(pg_backend_pid());
  PERFORM pg_sleep(5);
  RETURN NEW;
END $$;
CREATE TRIGGER dies BEFORE INSERT OR UPDATE ON api_sentrequest
  FOR EACH ROW WHEN (NEW.answer IS NOT NULL) EXECUTE FUNCTION dies();
"""


def a_key(rights: list[str] | None = None) -> KeySummary:
    return actions.make_key(actor=system_actor("tests"), name="Feed", rights=rights or RIGHTS, now=clock.now())


def client_of(key: KeySummary) -> Client:
    headers = {"Authorization": f"Bearer {key.shown_once}", "Idempotency-Key": "k1"}
    return Client(headers=headers, raise_request_exception=False)


def send(client: Client, *, code: str = "N1") -> Any:  # noqa: ANN401
    body = {
        "code": code,
        "name": "浦东",
        "kind": "outlet",
        "zone": "Asia/Shanghai",
        "parent_id": organization.company().pk,
    }
    return client.post("/api/v1/units", body, content_type="application/json")


@pytest.mark.django_db
def test_once__the_same_request_again_gets_the_first_answer() -> None:
    client = client_of(a_key())

    first, again, other = send(client), send(client), send(client, code="N2")

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["fields"][0]["code"]) == (422, "reused")
    assert list(Unit.objects.filter(kind="outlet").values_list("code", flat=True)) == ["N1"]


@pytest.mark.django_db
def test_once__a_revoked_key_gets_no_kept_answer() -> None:
    key = a_key()
    assert send(client_of(key)).status_code == 201
    actions.revoke_key(actor=system_actor("tests"), key_id=key.id, now=clock.now())

    again = send(client_of(key))

    assert (again.status_code, again.json()["code"]) == (401, "not_signed_in")
    assert "Idempotent-Replayed" not in again.headers


@pytest.mark.django_db
def test_once__a_denial_is_recorded_and_not_kept() -> None:
    answers = [send(client_of(a_key(["organization.view_units"]))).status_code for _turn in range(2)]

    assert answers == [403, 403]
    assert AuditEntry.objects.filter(type="audit.denied").count() == 2
    assert not SentRequest.objects.exists()


@pytest.mark.concurrency
def test_once__a_process_that_dies_while_it_answers_leaves_nothing_and_the_retry_does_it_once(fresh_db: str) -> None:
    key = a_key()
    organization.company()
    with psycopg.connect(uri("owner", database=fresh_db), autocommit=True) as owner:
        owner.execute(DIES)

    died = send(client_of(key))

    connection.close()
    assert died.status_code == 500
    assert not Unit.objects.filter(code="N1").exists()
    with psycopg.connect(uri("owner", database=fresh_db), autocommit=True) as owner:
        owner.execute("DROP TRIGGER dies ON api_sentrequest")
    answers = [send(client_of(key)) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert Unit.objects.filter(code="N1").count() == 1


@pytest.mark.concurrency
def test_once__of_many_at_the_same_time_one_is_done(fresh_db: str) -> None:
    key = a_key()
    organization.company()
    found: list[tuple[int, str]] = []
    together = threading.Barrier(6)
    clients = [client_of(key) for _number in range(6)]
    # A server loads its middleware once, before the first request; six threads at once would register metrics twice.
    for client in clients:
        client.handler.load_middleware()

    def ask(client: Client) -> None:
        together.wait()
        try:
            answer = send(client)
            found.append((answer.status_code, answer.headers.get("Idempotent-Replayed", "")))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # One does it; the others are told to wait or, coming later, get its answer.
    assert found.count((201, "")) == 1
    assert set(found) <= {(201, ""), (201, "true"), (409, "")}
    assert len(found) == 6
    assert Unit.objects.filter(code="N1").count() == 1
