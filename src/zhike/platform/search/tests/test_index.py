"""The index follows its sources."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.platform.search import Document, index, refresh_later, search, tasks
from zhike.platform.search.models import Document as Row
from zhike.platform.search.tests.factories import NOW, Room, make_actor
from zhike.platform.search.tokens import VERSION

pytestmark = pytest.mark.django_db
Rooms = tuple[Room, Room]


def jobs_of(name: str) -> list[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def fill(room: Room, count: int) -> None:
    room.records = {pk: Document(object_id=pk, title=f"票{pk}", number=f"SF{pk:06}") for pk in range(1, count + 1)}


def test_refresh__writes_changes_and_takes_out_what_is_gone(rooms: Rooms) -> None:
    goods = rooms[1]
    fill(goods, 3)
    index.refresh("goods", [1, 2, 3], now=NOW)
    goods.records[1] = Document(object_id=1, title="改了")
    del goods.records[2]

    assert index.refresh("goods", [1, 2, 3], now=NOW) == 2

    assert dict(Row.objects.values_list("object_id", "title")) == {1: "改了", 3: "票3"}


def test_refresh__does_not_write_what_is_unchanged(rooms: Rooms) -> None:
    fill(rooms[1], 2)
    index.refresh("goods", [1, 2], now=NOW)
    before = set(Row.objects.values_list("pk", "updated_at"))

    index.refresh("goods", [1, 2], now=NOW.replace(year=2027))

    assert set(Row.objects.values_list("pk", "updated_at")) == before


def test_refresh__costs_the_same_for_one_and_for_many(rooms: Rooms) -> None:
    fill(rooms[1], 400)
    counts = []
    for ids in ([1], list(range(1, 401))):
        with CaptureQueriesContext(connection) as captured:
            index.refresh("goods", ids, now=NOW)
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert Row.objects.count() == 400


def test_refresh__of_an_unknown_kind_does_nothing(rooms: Rooms) -> None:
    assert index.refresh("unheard", [1], now=NOW) == 0


def test_refresh_later__queues_batches(rooms: Rooms) -> None:
    assert refresh_later("goods", [*range(2500), 3]) == 2500

    assert [len(args["ids"]) for args in jobs_of("search.refresh")] == [1000, 1000, 500]  # type: ignore[arg-type]


def test_rebuild__writes_all_and_takes_out_what_is_gone(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BATCH", 4)
    goods = rooms[1]
    fill(goods, 12)
    index.rebuild("goods", now=NOW)
    assert Row.objects.count() == 12
    for gone in (3, 4, 11, 12):
        del goods.records[gone]

    assert index.rebuild("goods", now=NOW) is None

    assert sorted(Row.objects.values_list("object_id", flat=True)) == [1, 2, 5, 6, 7, 8, 9, 10]


def test_rebuild__goes_on_where_it_stopped(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BATCH", 4)
    monkeypatch.setattr(tasks, "BATCHES_A_JOB", 1)
    fill(rooms[1], 10)

    tasks.rebuild(kind="goods")
    tasks.rebuild(kind="goods", after=4)
    tasks.rebuild(kind="goods", after=8)

    assert Row.objects.count() == 10
    assert jobs_of("search.rebuild") == [{"kind": "goods", "after": 4}, {"kind": "goods", "after": 8}]


def test_follow_tokeniser__has_old_documents_written_anew(rooms: Rooms) -> None:
    rooms[0].add("甲")
    rooms[1].add("乙")
    Row.objects.filter(kind="goods").update(tokeniser_version=VERSION + 1)

    assert index.outdated() == ["goods"]
    tasks.follow_tokeniser()
    tasks.follow_tokeniser()

    assert jobs_of("search.rebuild") == [{"kind": "goods"}]
    index.rebuild("goods", now=NOW)
    assert index.outdated() == []


def test_outdated__a_kind_without_a_source_is_taken_out(rooms: Rooms) -> None:
    rooms[0].add("甲")
    Row.objects.update(kind="former")

    assert index.outdated() == ["former"]
    index.rebuild("former", now=NOW)
    assert Row.objects.count() == 0


def test_rebuild_search__is_a_command(rooms: Rooms) -> None:
    fill(rooms[0], 2)
    fill(rooms[1], 3)
    told = StringIO()

    call_command("rebuild_search", stdout=told)

    assert told.getvalue().splitlines() == ["customer: 2", "goods: 3"]


def test_refresh__a_name_that_was_erased_is_no_longer_found(rooms: Rooms) -> None:
    made = rooms[0].add("陈静", keys=["+8613812345678"])
    rooms[0].records[made.object_id] = Document(object_id=made.object_id, title="")

    index.refresh("customer", [made.object_id], now=NOW)

    assert search(actor=make_actor(), text="陈静").hits == []
    assert search(actor=make_actor(), text="13812345678").hits == []
