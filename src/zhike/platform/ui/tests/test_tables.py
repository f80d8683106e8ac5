import io
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import python_calamine
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid
from zhike.platform.outbox.models import OutboxEvent
from zhike.platform.ui import keeping
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.models import Draft
from zhike.platform.ui.tables import Choice, Column, Days, Flag, Kind, Search, Sort, Table
from zhike.platform.ui.tables.export import csv_value, lines, safe_text, write_xlsx
from zhike.platform.ui.tables.sources import Ask, QuerySetSource
from zhike.platform.ui.tests.factories import NOW, a_request, an_actor, rows

TABLE = Table(
    key="ui.test_rows",
    title="Rows",
    sort="-saved_at",
    size=10,
    columns=(
        Column("key", "Key", sort="key"),
        Column("label", "Label", sort="label"),
        Column("saved_at", "Saved", Kind.TIME, sort="saved_at"),
        Column("amount", "Amount", Kind.MONEY, value=lambda row: Decimal(row.content["amount"])),
        Column("url", "Address", shown=False),
    ),
    filters=(
        Search(key="q", label="Search", apply=lambda found, text: found.filter(key__contains=text)),
        Choice(key="label", label="Label", options=[("label-000", "Null"), ("label-001", "One")]),
        Flag(key="first", label="First", apply=lambda found: found.filter(key="row-0000")),
        Days(key="saved", label="Saved", field="saved_at"),
    ),
    row_url=lambda row: row.url,
)


def shown(request: HttpRequest) -> Any:  # noqa: ANN401  # a table page
    return TABLE.page(request, Draft.objects.all())


def keys(request: HttpRequest) -> list[str]:
    return [f"row-{int(row.url.strip('/').split('/')[-1]):04}" for row in shown(request).rows]


@pytest.mark.django_db
def test_table__costs_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rows(25)
    keeping.remember_table(actor=an_actor(), table=TABLE.key, columns=["key"], compact=True)
    with django_assert_num_queries(2):
        page = shown(a_request("/list/?label=label-000&first=1"))
    assert (page.total, page.compact, [head.column.key for head in page.heads]) == (1, True, ["key"])


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["-saved_at", "saved_at", "label", "-label", "key", "-key"])
def test_table__older_and_back_shows_every_row_once(sort: str) -> None:
    rows(25)
    forward, url = [], f"/list/?sort={sort}"
    pages = []
    while url:
        page = shown(a_request(url))
        pages.append(url)
        forward.append([row.first.markup for row in page.rows])
        url = page.older_url
    assert [len(found) for found in forward] == [10, 10, 5]
    assert len({str(cell) for found in forward for cell in found}) == 25
    last = shown(a_request(pages[-1]))
    middle = shown(a_request(last.newer_url))
    assert [row.first.markup for row in middle.rows] == forward[1]
    start = shown(a_request(middle.newer_url))
    assert [row.first.markup for row in start.rows] == forward[0]
    assert start.newer_url == ""


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["done_at", "-done_at", "id", "-id"])
@pytest.mark.parametrize("cut", [False, True])
def test_keyset__loses_no_row_also_where_times_are_missing_and_rows_come_in_parts(sort: str, cut: bool) -> None:  # noqa: FBT001
    OutboxEvent.objects.bulk_create(
        [
            OutboxEvent(
                type="ui.test",
                mode="live",
                occurred_at=NOW + timedelta(days=number % 3),
                received_at=NOW,
                operation_id=uuid4(),
                done_at=NOW + timedelta(minutes=number) if number % 2 else None,
            )
            for number in range(11)
        ]
    )
    rows = OutboxEvent.objects.filter(type="ui.test")
    parts = [rows.filter(occurred_at=NOW + timedelta(days=day)) for day in range(4)] if cut else []
    source = QuerySetSource(rows, parts=parts)
    order = Sort.parse(sort)
    wanted = [row.pk for row in order.ordered(source.rows)]
    ask, found, pages = Ask(sort=order, size=3), [], []
    while True:
        part = source.page(ask)
        pages.append([row.pk for row in part.rows])
        found.extend(pages[-1])
        if not part.older:
            break
        ask = Ask(sort=order, size=3, after=part.older)
    assert found == wanted
    for page in reversed(pages[:-1]):
        part = source.page(Ask(sort=order, size=3, before=part.newer))
        assert [row.pk for row in part.rows] == page
    assert part.newer == ""
    assert source.count(ask, 100) == 11


@pytest.mark.django_db
def test_table__inserts_between_two_pages_neither_repeat_nor_hide_rows() -> None:
    rows(20)
    first = shown(a_request())
    rows(3, start=NOW + timedelta(hours=1), owner="new")
    second = shown(a_request(first.older_url))
    assert not {row.url for row in first.rows} & {row.url for row in second.rows}
    assert len(second.rows) == 10


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "eyJ", "after:1:2", "é"])
def test_table__a_strange_cursor_shows_the_beginning(cursor: str) -> None:
    rows(12)
    assert keys(a_request(f"/list/?after={cursor}")) == [f"row-{n:04}" for n in range(10)]


@pytest.mark.django_db
def test_table__a_cursor_of_another_order_shows_the_beginning() -> None:
    rows(25)
    cursor = QueryDict(shown(a_request()).older_url.split("?")[1])["after"]
    page = shown(RequestFactory().get("/list/", {"after": cursor, "sort": "key"}))
    assert str(page.rows[0].first.markup).count("row-0000") == 2


@pytest.mark.django_db
def test_table__go_to_date_starts_at_that_day_of_the_readers_zone() -> None:
    rows(30, step=timedelta(hours=-6))
    page = shown(a_request("/list/?at=2025-11-19"))
    # 24:00 of the 19th in Shanghai is 16:00 UTC; 06:05 on the 21st minus 7 × 6 h is 12:05 UTC on the 19th.
    assert page.rows[0].url == "/row/7/"
    assert page.newer_url


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=0003", ["row-0003"]),
        ("q=０００３", ["row-0003"]),  # full-width digits
        ("label=label-001", ["row-0003", "row-0004", "row-0005"]),
        ("first=1", ["row-0000"]),
        ("saved_from=2025-11-22", []),
        ("saved_to=2025-11-20", []),
    ],
)
def test_filters__narrow_the_list(query: str, expected: list[str]) -> None:
    rows(8)
    assert keys(a_request(f"/list/?{query}")) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["label=nonsense", "saved_from=2025-02-30", "saved_from=9999-12-31", "q=a%00b", "q=" + "x" * 300]
)
def test_filters__what_cannot_be_read_is_named_and_ignored(query: str) -> None:
    rows(3)
    page = shown(a_request(f"/list/?{query}"))
    assert len(page.rows) == 3
    assert len(page.state.unreadable) == 1


@pytest.mark.django_db
def test_state__each_filter_is_a_chip_whose_removal_keeps_the_others() -> None:
    rows(3)
    page = shown(a_request("/list/?label=label-000&first=1&sort=key&extra=kept"))
    label, first = page.chips
    assert (label.label, label.value, first.value) == ("Label", "Null", "是")
    assert label.remove_url == "/list/?extra=kept&first=1&sort=key"
    assert page.clear_url == "/list/?extra=kept&sort=key"


@pytest.mark.django_db
def test_table__counts_to_ten_thousand() -> None:
    rows(10_001)
    assert shown(a_request()).total_words == "10,000+"


@pytest.mark.django_db
def test_selected__ticked_rows_only_within_the_given_rows() -> None:
    made = rows(5)
    request = RequestFactory().post("/bulk/", {"ids": [str(made[0].pk), str(made[1].pk), "x", "9" * 40]})
    scoped = Draft.objects.exclude(pk=made[1].pk)
    assert list(TABLE.selected(request, scoped)) == [made[0]]


@pytest.mark.django_db
def test_selected__all_matching_repeats_the_filters() -> None:
    rows(9)
    request = RequestFactory().post("/bulk/", {"all": "1", "query": "label=label-001"})
    assert TABLE.selected(request, Draft.objects.all()).count() == 3


@pytest.mark.django_db
def test_selected__filters_that_cannot_be_read_select_nothing() -> None:
    rows(3)
    request = RequestFactory().post("/bulk/", {"all": "1", "query": "label=strange"})
    with pytest.raises(Invalid):
        TABLE.selected(request, Draft.objects.all())


def exported(form: str, path: str = "/list/?") -> bytes:
    response = TABLE.respond(a_request(f"{path}&export={form}"), Draft.objects.all(), template="unused.html")
    assert isinstance(response, StreamingHttpResponse)
    assert response.status_code == 200
    content = b"".join(response)
    for close in response._resource_closers:  # type: ignore[attr-defined]  # closing the answer would close the test's connection too
        close()
    return content


@pytest.mark.django_db
@pytest.mark.req("METR-29", partial="every list of later rooms")
def test_export__holds_exactly_the_filtered_list() -> None:
    rows(15)
    text = exported("csv", "/list/?label=label-001").decode("utf-8")
    assert text.startswith("\ufeff")
    assert text.removeprefix("\ufeff").splitlines() == [
        "Key,Label,Saved,Amount",
        "row-0003,label-001,2025-11-21 14:02:00,3",
        "row-0004,label-001,2025-11-21 14:01:00,4",
        "row-0005,label-001,2025-11-21 14:00:00,5",
    ]


@pytest.mark.django_db
def test_export__more_rows_than_the_page_and_the_same_in_both_forms() -> None:
    rows(25)
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(exported("xlsx"))).get_sheet_by_index(0)
    found = sheet.to_python()
    assert len(found) == 26
    assert found[25] == ["row-0024", "label-008", datetime(2025, 11, 21, 13, 41), 24.0]  # noqa: DTZ001  # wall time
    assert len(exported("csv").decode().strip().splitlines()) == 26


@pytest.mark.django_db
def test_export__is_recorded() -> None:
    rows(2)
    exported("csv", "/list/?q=row")
    entry = AuditEntry.objects.get(type="ui.list_exported")
    assert (entry.subject_id, entry.changes["after"]["rows"]) == ("ui.test_rows", 2)
    assert entry.personal == {"after": {"query": "q=row"}}


@pytest.mark.django_db
def test_export__without_the_right_gives_nothing() -> None:
    rows(2)
    with pytest.raises(Forbidden):
        TABLE.respond(
            a_request("/list/?export=csv", an_actor(rights=frozenset())), Draft.objects.all(), template="unused.html"
        )
    assert not AuditEntry.objects.filter(type="ui.list_exported").exists()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx"])
def test_export__text_never_becomes_a_formula(text: str) -> None:
    assert safe_text(text) == f"'{text}"
    column = Column("a", "A")
    out = io.BytesIO()
    write_xlsx(out, [column], [SimpleNamespace(a=text)], Ink(NOW, "UTC"))
    out.seek(0)
    found = python_calamine.CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python()
    assert str(found[1][0]).strip() == text.strip()
    assert "".join(lines([column], [SimpleNamespace(a=text)], Ink(NOW, "UTC"))).splitlines()[1].strip('"')[0] == "'"


def test_export__negative_numbers_stay_numbers() -> None:
    assert csv_value(Decimal("-5.50")) == "-5.50"
    assert csv_value(-3) == "-3"


@pytest.mark.django_db
def test_list__a_fragment_is_the_list_alone_and_names_its_address() -> None:
    rows(3)
    request = a_request("/list/?label=label-000&q=", hx_request="true", hx_target="table-ui-test_rows")
    response = TABLE.respond(request, Draft.objects.all(), template="unused.html")
    text = response.content.decode()  # type: ignore[attr-defined]
    assert text.lstrip().startswith("<section")
    assert text.count("data-zk-item") == 3
    assert response.headers["HX-Push-Url"] == "/list/?label=label-000"
