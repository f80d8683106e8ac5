"""The watch list as a sheet: its columns, no private number, no formula, one's own reach, and a bound (SHIP-08)."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
import python_calamine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.platform import clock, parameters
from zhike.platform.audit.models import AuditEntry
from zhike.platform.ui.tables.table import EXPORT_ROWS
from zhike.record.organization.models import Unit
from zhike.record.organization.tests import factories as people
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.tests.test_pages import signed_in

pytestmark = pytest.mark.django_db
PRIVATE, WORK = "+8613812345678", "+8613912340001"


def late(outlet: Unit, **given: Any) -> Shipment:
    now = clock.now()
    values: dict[str, Any] = {
        "ordered_at": now - timedelta(days=3),
        "promised_delivery_at": now - timedelta(days=1),
        "destination_unit": outlet,
        "scope_unit_id": outlet.tree_no,
        "courier_name": "周航",
        "courier_phone": WORK,
        "consignee": {"phone": PRIVATE, "phone_key": "12345678", "name": "陈静", "city": "上海"},
    }
    return make.fresh(make.shipment(**{**values, **given}))


def exported(client: Client, form: str = "csv", **query: str) -> bytes:
    answer = client.get(reverse("shipments:watch"), {"tab": "overdue", "export": form, **query})
    assert answer.status_code == 200, answer.content
    return b"".join(answer) if answer.streaming else answer.content


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def outlet() -> Unit:
    return people.unit(phones=("+862162345678",))


@pytest.mark.req("SHIP-08")
def test_watch_export__has_the_columns_of_the_page_and_those_that_were_chosen(client: Client, outlet: Unit) -> None:
    row = late(outlet)
    signed_in(client, "supervisor")
    (found,) = lines(exported(client))
    assert list(found) == [
        "Waybill",
        "Customer",
        "Consignee",
        "City",
        "Status",
        "Promised",
        "Promise passed",
        "Holds it now",
        "Courier",
    ]
    assert (found["Waybill"], found["City"]) == (row.waybill, "上海")
    assert found["Courier"] == "周航 139 1234 0001"
    assert found["Holds it now"].startswith(outlet.name)
    (chosen,) = lines(exported(client, cols="waybill,line"))
    assert list(chosen) == ["Waybill", "Business line"]


@pytest.mark.req("SHIP-08")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_watch_export__never_holds_a_consignee_s_number(client: Client, outlet: Unit, form: str) -> None:
    late(outlet)
    signed_in(client, "supervisor")
    content = exported(client, form)
    if form == "xlsx":
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        said = str(book.get_sheet_by_index(0).to_python())
    else:
        said = content.decode("utf-8-sig")
    assert "周航" in said
    assert "13812345678" not in said.replace(" ", "")


def test_watch_export__text_of_others_is_no_formula(client: Client, outlet: Unit) -> None:
    late(outlet, courier_name="=HYPERLINK(1)", consignee={"name": "@SUM(1)", "city": "+上海"})
    signed_in(client, "supervisor")
    (found,) = lines(exported(client))
    assert not [name for name, text in found.items() if text[:1] in "=+-@" and text]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(exported(client, "xlsx")))
    assert "=HYPERLINK(1)" in str(book.get_sheet_by_index(0).to_python())


def test_watch_export__holds_what_the_reader_reaches_and_is_recorded(outlet: Unit) -> None:
    mine, other = late(outlet), late(people.unit())
    everybody, courier_desk = Client(), Client()
    signed_in(everybody, "supervisor")
    signed_in(courier_desk, "outlet", at=outlet)
    assert {one["Waybill"] for one in lines(exported(everybody))} == {mine.waybill, other.waybill}
    assert [one["Waybill"] for one in lines(exported(courier_desk))] == [mine.waybill]
    recorded = AuditEntry.objects.filter(type="ui.list_exported").order_by("pk")
    assert [one.changes["after"]["rows"] for one in recorded] == [2, 1]
    assert Client().get(reverse("shipments:watch"), {"export": "csv"}).status_code == 302


def test_watch_export__is_bounded_in_rows_and_in_queries(
    client: Client, outlet: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _each in range(3):
        late(outlet)
    signed_in(client, "supervisor")
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert len(lines(exported(client))) == 3
    for _each in range(6):
        late(outlet)
    with CaptureQueriesContext(connection) as many:
        assert len(lines(exported(client))) == 9
    assert len(many) == len(few)
    given = parameters.value

    def narrow(one: Any, *, at: datetime) -> Any:  # noqa: ANN401 - as it is declared
        return 5 if one is EXPORT_ROWS else given(one, at=at)

    monkeypatch.setattr("zhike.platform.parameters.value", narrow)
    answer = client.get(reverse("shipments:watch"), {"tab": "overdue", "export": "csv"})
    assert answer.status_code == 422
    assert "Nothing was exported" in answer.content.decode()
