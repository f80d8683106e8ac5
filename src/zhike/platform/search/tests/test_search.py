"""Finding records as people look for them."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from zhike.platform.actors import Reach
from zhike.platform.search import batch, queries, search
from zhike.platform.search.models import Document as Row
from zhike.platform.search.tests.factories import NOW, Room, make_actor

pytestmark = pytest.mark.django_db
Rooms = tuple[Room, Room]


def found(text: str, **more: object) -> list[tuple[str, str]]:
    results = search(actor=more.pop("actor", make_actor()), text=text, **more)  # type: ignore[arg-type]
    return [(hit.kind, hit.title) for hit in results.hits]


@pytest.mark.req("DATA-06")
@pytest.mark.parametrize("text", ["客户", "客戶", "客户 服务", "客戶服務"])
def test_search__both_scripts_find_the_same_record(rooms: Rooms, text: str) -> None:
    rooms[0].add("華東客戶服務中心")
    rooms[0].add("华北仓")

    assert found(text) == [("customer", "華東客戶服務中心")]


@pytest.mark.parametrize(
    "text",
    [
        "冷链车",
        "冷链",
        "链车",
        "浦东冷链",
        "浦东 7304",
        "7304 浦东",
        "9921",
        "1829921",
        "SF7304",
        "sf-7304 1182 9921",
        "陈",
    ],
)
def test_search__words_need_no_dictionary_and_numbers_have_parts(rooms: Rooms, text: str) -> None:
    rooms[1].add("浦东冷链车", number="SF730411829921", line="收件人陈静")
    rooms[1].add("虹桥普货", number="SF990011820000", line="收件人周航")

    assert found(text) == [("goods", "浦东冷链车")]


@pytest.mark.parametrize("text", ["", "  ", "!?", "%", "浦东 0000", "_"])
def test_search__finds_nothing_rather_than_anything(rooms: Rooms, text: str) -> None:
    rooms[1].add("浦东冷链车", number="SF730411829921")

    assert found(text) == []


@pytest.mark.req("CUST-19", partial="claims")
@pytest.mark.parametrize(
    "text", ["SF730411829921", "sf7304 1182 9921", "13812345678", "138-1234-5678", "+86 138 1234 5678", "CU-008812"]
)
def test_search__an_exact_number_is_first(rooms: Rooms, text: str) -> None:
    customers, goods = rooms
    customers.add("提到 SF730411829921 13812345678 CU-008812 的客户", texts=["138-1234-5678", "8613812345678"])
    numbers = {"SF": "SF730411829921", "CU": "CU-008812"}
    goods.add("真正的一票", number=numbers.get(text[:2].upper(), "x-1"), keys=["+8613812345678"], sort=-5)

    results = search(actor=make_actor(), text=text)

    assert results.first is not None
    assert (results.first.title, results.first.url, results.hits[0]) == ("真正的一票", "/goods/1/", results.first)


def test_search__exact_numbers_come_from_the_tables_before_the_index_has_them(rooms: Rooms) -> None:
    made = rooms[1].add("刚到", number="SF1", scope_unit_id=5)
    Row.objects.all().delete()

    results = search(actor=make_actor(), text="SF1")

    assert [(hit.title, hit.exact, hit.url) for hit in results.hits] == [("刚到", True, f"/goods/{made.object_id}/")]
    assert found("SF1", actor=make_actor(Reach(intervals=((6, 9),)))) == []


def test_search__two_exact_hits_open_nothing_by_themselves(rooms: Rooms) -> None:
    rooms[0].add("陈静")
    rooms[0].add("陈静")

    assert search(actor=make_actor(), text="陈静").first is None


def test_search__title_weighs_more_than_text_and_new_more_than_old(rooms: Rooms) -> None:
    customers = rooms[0]
    customers.add("别的", texts=["破损"], sort=900)
    customers.add("破损登记", sort=1)
    customers.add("破损登记", sort=2)

    assert [hit.object_id for hit in search(actor=make_actor(), text="破损").hits] == [3, 2, 1]


@pytest.mark.parametrize(
    ("reach", "staff_id", "titles"),
    [
        (Reach(everything=True), None, {"甲地", "乙地", "无地", "自己的"}),
        (Reach(intervals=((10, 19),)), None, {"甲地"}),
        (Reach(intervals=((10, 19), (20, 29))), None, {"甲地", "乙地"}),
        (Reach(intervals=((10, 19),)), 3, {"甲地", "自己的"}),
        (Reach(), 3, {"自己的"}),
        (Reach(), None, set()),
    ],
)
def test_search__shows_only_what_is_within_reach(
    rooms: Rooms, reach: Reach, staff_id: int | None, titles: set[str]
) -> None:
    customers = rooms[0]
    customers.add("甲地", scope_unit_id=15)
    customers.add("乙地", scope_unit_id=25)
    customers.add("无地")
    customers.add("自己的", scope_unit_id=99, own_staff_id=3)

    shown = {
        title for text in ("地", "自己") for _kind, title in found(text, actor=make_actor(reach, staff_id=staff_id))
    }

    assert shown == titles


def test_search__shows_no_kind_without_its_right(rooms: Rooms) -> None:
    rooms[0].add("浦东", number="SF1")

    actor = make_actor(rights=[])
    assert found("浦东", actor=actor) == []
    assert found("SF1", actor=actor) == []
    assert batch(actor=actor, lines=["SF1"])[0].hits == ()


def test_search__groups_are_limited_and_say_that_there_is_more(rooms: Rooms) -> None:
    for number in range(5):
        rooms[0].add(f"浦东{number}")
    rooms[1].add("浦东")

    results = search(actor=make_actor(), text="浦东", limit=3)

    assert [(group.kind, len(group.hits), group.more) for group in results.groups] == [
        ("goods", 1, False),
        ("customer", 3, True),
    ]
    assert [group.kind for group in search(actor=make_actor(), text="浦东", kinds=["goods"]).groups] == ["goods"]


def test_search__a_word_in_every_document_shows_the_newest(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "LOOKED_AT", 4)
    monkeypatch.setattr(queries, "NEWEST", 6)
    for number in range(12):
        rooms[0].add("浦东", sort=number, texts=["旧"] if number == 0 else [])

    assert [hit.object_id for hit in search(actor=make_actor(), text="浦东", limit=3).hits] == [12, 11, 10]
    assert [hit.object_id for hit in search(actor=make_actor(), text="浦东 旧").hits] == [1]


def test_search__costs_few_queries(rooms: Rooms) -> None:
    rooms[0].add("浦东", number="SF7304")

    for text in ("浦东", "SF7304", "浦东 7304"):
        with CaptureQueriesContext(connection) as captured:
            search(actor=make_actor(), text=text)
        assert len(captured) <= 2


def test_batch__answers_each_line(rooms: Rooms) -> None:
    customers, goods = rooms
    goods.add("甲", number="SF7304")
    goods.add("乙", number="SF7305")
    customers.add("丙", keys=["+8613812345678"])

    answers = batch(actor=make_actor(), lines=["SF7305", "", " sf-7304 ", "138 1234 5678", "没有", "SF7305"])

    assert [(a.line, a.text, [hit.title for hit in a.hits]) for a in answers] == [
        (1, "SF7305", ["乙"]),
        (2, "sf-7304", ["甲"]),
        (3, "138 1234 5678", ["丙"]),
        (4, "没有", []),
        (5, "SF7305", ["乙"]),
    ]


def test_batch__takes_at_most_200_lines_in_few_queries(rooms: Rooms) -> None:
    with CaptureQueriesContext(connection) as captured:
        answers = batch(actor=make_actor(), lines=[f"SF{number}" for number in range(300)])

    assert len(answers) == 200
    assert len(captured) == 1


@pytest.mark.parametrize(
    ("constraint", "more"),
    [("search_document_once", {"object_id": 1}), ("search_document_has_kind", {"kind": "", "object_id": 2})],
)
def test_document__constraints(rooms: Rooms, constraint: str, more: dict[str, object]) -> None:
    rooms[0].add("甲")
    given: dict[str, object] = {
        "kind": "customer",
        "title": "x",
        "body": "",
        "rank": "",
        "tokeniser_version": 1,
        "updated_at": NOW,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Row.objects.create(**{**given, **more})
