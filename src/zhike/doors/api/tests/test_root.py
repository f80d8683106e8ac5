"""The way in, the shape of errors, and requests sent twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from zhike.doors.api import actions, queries
from zhike.doors.api.models import ApiKey, SentRequest
from zhike.doors.api.types import KeySummary
from zhike.platform.actors import Actor, ActorKind, Reach, system_actor
from zhike.platform.api import decode_cursor, encode_cursor
from zhike.platform.errors import Forbidden, Invalid

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def _key(**overrides: object) -> KeySummary:
    given: dict[str, object] = {"name": "Feed", "rights": ["customers.view"], "now": NOW, **overrides}
    return actions.make_key(actor=system_actor("test"), **given)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_make_key__shows_the_secret_once_and_keeps_a_hash() -> None:
    made = _key()

    row = ApiKey.objects.get()
    assert made.shown_once.startswith("zk_")
    assert made.shown_once not in {row.secret_hash, row.prefix}
    assert queries.summary_of(row).shown_once == ""
    assert actions.actor_of_key(made.shown_once, now=NOW).rights == frozenset({"customers.view"})  # type: ignore[union-attr]


@pytest.mark.django_db
def test_make_key__gives_no_right_that_its_maker_lacks() -> None:
    maker = Actor(kind=ActorKind.STAFF, id="1", rights=frozenset({"api.manage_keys"}), reach=Reach(everything=True))

    with pytest.raises(Invalid):
        actions.make_key(actor=maker, name="Feed", rights=["customers.view"], now=NOW)
    with pytest.raises(Forbidden):
        actions.make_key(actor=Actor(kind=ActorKind.STAFF, id="1"), name="Feed", rights=[], now=NOW)
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_key__ends_when_revoked_or_expired() -> None:
    made = _key(expires_at=NOW + timedelta(days=1))

    assert actions.actor_of_key(made.shown_once, now=NOW + timedelta(days=2)) is None
    actions.revoke_key(actor=system_actor("test"), key_id=made.id, now=NOW)
    assert actions.actor_of_key(made.shown_once, now=NOW) is None


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["", "Bearer zk_wrong", "Basic abc"])
def test_api__answers_strangers_in_the_one_shape(client: Client, header: str) -> None:
    answer = client.get("/api/v1/imports", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert set(answer.json()) == {"code", "message", "fields", "kept", "next_step", "operation"}


@pytest.mark.django_db
def test_api__keeps_the_first_answer_for_a_request_sent_twice(client: Client) -> None:
    sent = {"headers": {"Idempotency-Key": "k1"}, "content_type": "application/json"}

    first = client.post("/api/v1/nowhere-at-all", data="{}", **sent)  # type: ignore[arg-type]
    assert first.status_code == 404
    assert SentRequest.objects.count() == 0


def test_cursor__round_trips_and_refuses_what_it_did_not_make() -> None:
    assert decode_cursor(encode_cursor(NOW, 5), datetime.fromisoformat, int) == [NOW, 5]
    for bad in ("x", "", encode_cursor(1), encode_cursor("a", "b"), "☃", encode_cursor(1, 2, 3)):
        with pytest.raises(Invalid):
            decode_cursor(bad, datetime.fromisoformat, int)
