"""The way in, the shape of errors, and requests sent twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from zhike.doors.api import actions, queries
from zhike.doors.api.entry import PER_MINUTE
from zhike.doors.api.models import ApiKey, RequestCount, SentRequest
from zhike.doors.api.rules import minute_of
from zhike.doors.api.types import KeySummary
from zhike.platform import clock
from zhike.platform.actors import Actor, ActorKind, Reach, system_actor
from zhike.platform.api import cursors_of, decode_cursor, encode_cursor, page_by_id
from zhike.platform.audit.models import AuditEntry
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

    for kept_back in ("organization.approve_authority", "customers.erase", "customers.view_all"):
        with pytest.raises(Invalid):
            actions.make_key(actor=maker, name="Feed", rights=["shipments.view", kept_back], now=NOW)
    with pytest.raises(Forbidden):
        actions.make_key(actor=Actor(kind=ActorKind.STAFF, id="1"), name="Feed", rights=[], now=NOW)
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_make_key__gives_what_is_meant_for_programs_and_says_in_the_log_what_its_maker_lacks() -> None:
    maker = Actor(kind=ActorKind.STAFF, id="1", rights=frozenset({"api.manage_keys"}), reach=Reach(everything=True))
    goods = ["api.manage_keys", "imports.run", "shipments.assign", "shipments.register", "shipments.watch"]

    made = actions.make_key(actor=maker, name="Feed", rights=goods, now=NOW)

    key = actions.actor_of_key(made.shown_once, now=NOW)
    assert key is not None
    assert key.rights == frozenset(goods)
    entry = AuditEntry.objects.get(type="api.key_made")
    assert entry.changes["after"]["not_held_by_maker"] == goods[1:]


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


@pytest.mark.concurrency
def test_count_request__counts_every_request_of_several_at_once(fresh_db: str) -> None:
    def send(_number: int) -> int:
        try:
            return actions.count_request("api_key:1", now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(send, range(200)))
    assert sorted(counted) == list(range(1, 201))
    assert actions.count_request("api_key:2", now=NOW) == 1
    assert actions.count_request("api_key:1", now=NOW + timedelta(minutes=1)) == 1


@pytest.mark.django_db
def test_api__refuses_a_key_beyond_its_requests_a_minute(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    key = {"headers": {"Authorization": f"Bearer {_key().shown_once}"}}
    RequestCount.objects.create(asker=f"api_key:{ApiKey.objects.get().pk}", minute=minute_of(NOW), sent=PER_MINUTE - 1)

    answers = [client.get("/api/v1/customers", **key) for _request in range(2)]  # type: ignore[arg-type]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["code"] == "rate_limited"


@pytest.mark.django_db
def test_forget_requests__drops_minutes_that_are_over() -> None:
    actions.count_request("api_key:1", now=NOW - timedelta(minutes=1))
    actions.count_request("api_key:1", now=NOW)

    actions.forget_requests(now=NOW)

    assert list(RequestCount.objects.values_list("minute", flat=True)) == [minute_of(NOW)]


@pytest.mark.django_db
def test_count_once__is_held_by_the_database() -> None:
    actions.count_request("api_key:1", now=NOW)
    with pytest.raises(IntegrityError, match="api_count_once"):
        RequestCount.objects.create(asker="api_key:1", minute=minute_of(NOW), sent=1)


def page(cursor: str | None, *, newest_first: bool = True) -> tuple[list[int], str | None, str | None]:
    rows = RequestCount.objects.all()
    found = page_by_id(rows, cursor=cursor or "", limit=2, out=lambda row: row.minute, newest_first=newest_first)
    return found["items"], found["previous"], found["next"]


@pytest.mark.django_db
@pytest.mark.parametrize(("newest_first", "pages"), [(True, [[5, 4], [3, 2], [1]]), (False, [[1, 2], [3, 4], [5]])])
def test_page_by_id__leads_on_and_back(*, newest_first: bool, pages: list[list[int]]) -> None:
    RequestCount.objects.bulk_create(RequestCount(asker="x", minute=minute, sent=1) for minute in range(1, 6))
    first, before_first, on = page(None, newest_first=newest_first)
    second, _back, further = page(on, newest_first=newest_first)
    third, back, end = page(further, newest_first=newest_first)
    assert ([first, second, third], before_first, end) == (pages, None, None)

    again, back, on = page(back, newest_first=newest_first)
    assert (again, page(on, newest_first=newest_first)[0]) == (second, third)
    again, back, _on = page(back, newest_first=newest_first)
    assert (again, back) == (first, None)


def test_cursor__round_trips_and_refuses_what_it_did_not_make() -> None:
    assert decode_cursor(encode_cursor(NOW, 5), datetime.fromisoformat, int) == [NOW, 5]
    for bad in ("x", "", encode_cursor(1), encode_cursor("a", "b"), "☃", encode_cursor(1, 2, 3)):
        with pytest.raises(Invalid):
            decode_cursor(bad, datetime.fromisoformat, int)


def test_cursor__holds_only_for_the_filters_it_was_made_with() -> None:
    with cursors_of("late=true"):
        made = encode_cursor(5)
        assert decode_cursor(made, int) == [5]
    with cursors_of("late=false"), pytest.raises(Invalid) as refused:
        decode_cursor(made, int)
    assert [error.code for error in refused.value.fields["cursor"]] == ["bad_cursor"]
