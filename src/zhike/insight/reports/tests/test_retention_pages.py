"""The page of who stays: the same figures as for programs and in sheets, each with the way to its customers."""

import csv
import io
import re
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.insight.metrics.tests.staying import Shop, on, refresh, three_quarters
from zhike.insight.metrics.tests.surveys import answered, campaign, form
from zhike.platform.accounts.models import User
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.organization import actions as people
from zhike.record.organization.models import Unit
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach

PAGE = "reports:retention"
MOST_QUERIES = 12


@pytest.fixture
def shop(fresh_db: str) -> Shop:
    found = three_quarters()
    items = form("five", {"overall": "csat5"})
    first, second = campaign("2026-1"), campaign("2026-2")
    for number, one in enumerate(found.customers[:12]):
        answered(first, items, {"overall": 5 if number < 11 else 3}, customer=one, at=on(5, 10))
        if number < 4:
            answered(second, items, {"overall": 4}, customer=one, at=on(9, 10))
    refresh()
    return found


def _signed_in(client: Client, role: str = "executive", unit: Unit | None = None) -> Client:
    member = organization.staff(unit, roles=(role,), reach=RoleReach.SUBTREE if unit else None)
    opened = people.open_staff_account(
        actor=SETUP, staff_id=member.pk, username=role, password="correct horse battery", now=NOW
    )
    client.force_login(User.objects.get(pk=opened.user_id))
    client.cookies["zhike_language"] = "en"
    return client


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.req("METR-10")
def test_page__says_who_stays_as_programs_and_sheets_do(shop: Shop, client: Client) -> None:
    page = _text(_signed_in(client), reverse(PAGE) + "?name=2026-Q2")
    assert "2026-Q2 12 9 3 75.0 small base 46.8–91.1 25.0" in page
    assert "2026-Q4 not ended yet 7 2" in page
    assert "version 1" in page

    told = client.get("/api/v1/retention", {"split": "value_class"}).json()
    quarter = next(one for one in told["totals"] if one["period"] == "2026-Q2")
    assert (quarter["retention"]["hits"], quarter["retention"]["n"], quarter["retention"]["value"]) == (9, 12, 75.0)
    assert (quarter["left"], quarter["churn"]["value"], quarter["repeat"]["value"]) == (3, 25.0, 30.0)
    parts = {one["value"]: one["stayed"] for one in told["lines"] if one["period"] == "2026-Q2"}
    assert parts == {"A": 5, "B": 4, "": 0}
    assert {one["id"] for one in told["figures"]} >= {"retention", "churn", "repeat_orders", "services_per_customer"}
    assert client.get("/api/v1/retention", {"split": "name"}).status_code == 422

    sheet = b"".join(client.get(reverse(PAGE) + "?export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {(row["Period"], row["Part"]): row for row in csv.DictReader(io.StringIO(sheet))}
    whole, best = rows["2026-Q2", "All together"], rows["2026-Q2", "A"]
    assert [whole[name] for name in ("Stayed", "Left", "Retention, %", "Two orders or more")] == ["9", "3", "75.0", "3"]
    assert (best["Customers of the period before"], best["Stayed"], best["Retention, %"]) == ("5", "5", "")
    assert rows["2026-Q4", "All together"]["Note"] == "not ended yet"
    assert ("2026-Q2", "not classified") in rows

    book = client.get(reverse(PAGE) + "?export=xlsx")
    names = ZipFile(io.BytesIO(b"".join(book.streaming_content))).read("xl/workbook.xml").decode()  # type: ignore[attr-defined]
    assert re.findall(r'sheet name="([^"]+)"', names) == ["By period", "By part", "Moves", "Stay by state"]


@pytest.mark.req("METR-08")
def test_page__moves_between_waves_and_who_of_a_state_stays(shop: Shop, client: Client) -> None:
    page = _text(_signed_in(client), reverse(PAGE))
    assert "From 2026-1 to 2026-2: 4 customers answered in both" in page
    # Eleven were fully satisfied; four of them answered again and were basically satisfied.
    assert "Fully satisfied 11 0 0 4 100 % 0 4 0" in page
    # Of the eleven customers 0–4 ordered in the third quarter; the quarter after the second wave runs.
    assert "Fully satisfied 11 5 6 45.5 small base 21.3–72.0" in page
    assert "Who of 2026-2 ordered in 2026-Q4 not ended yet" in page
    told = client.get("/api/v1/figures/csat5_mean/stay", {"wave": "2026-1"}).json()
    assert (told["period"], told["is_ended"]) == ("2026-Q3", True)
    assert (told["states"]["fully_satisfied"]["hits"], told["states"]["fully_satisfied"]["n"]) == (5, 11)


def test_page__opens_the_customers_of_each_count(shop: Shop, client: Client) -> None:
    page = _signed_in(client).get(reverse(PAGE) + "?name=2026-Q3&split=value_class").content.decode()
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]*/retention/[^"?]+\?[^"]*)"', page)]
    left = next(one for one in links if "name=2026-Q3" in one and "part=left" in one and "value=" not in one)
    listed = _text(client, left)
    assert "4 customers counted" in listed
    assert all((one.number in listed) is (5 <= at <= 8) for at, one in enumerate(shop.customers))
    part = next(one for one in links if "name=2026-Q3" in one and "part=left" in one and "value=A" in one)
    assert shop.customers[5].number in _text(client, part)
    assert shop.customers[6].number not in _text(client, part)
    moved = next(one for one in links if "/moves/" in one and "then=basically" in one and "state=fully" in one)
    assert "4 customers counted" in _text(client, moved)
    gone = next(one for one in links if "/states/" in one and "part=left" in one and "state=fully" in one)
    assert "6 customers counted" in _text(client, gone)
    for one in links:
        assert client.get(one).status_code == 200
    sheet = b"".join(client.get(left + "&export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    found = list(csv.DictReader(io.StringIO(sheet)))
    assert sorted(row["Number"] for row in found) == sorted(one.number for one in shop.customers[5:9])
    assert {row["Orders in the period"] for row in found} == {"0"}
    rows = "/api/v1/retention/customers?name=2026-Q3&part=left"
    told = client.get(f"{rows}&limit=3").json()
    again = client.get(f"{rows}&cursor={told['next']}").json()
    assert (told["total"], len(told["items"]), again["next"]) == (4, 3, None)
    numbers = [one["number"] for one in (*told["items"], *again["items"])]
    assert numbers == [one.number for one in shop.customers[5:9]]
    assert client.get("/api/v1/retention/customers", {"name": "2026-Q7"}).status_code == 422


def test_page__asks_little_and_takes_what_it_cannot_read(shop: Shop, client: Client) -> None:
    _signed_in(client).get(reverse(PAGE))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(PAGE))
    assert len(asked) <= MOST_QUERIES
    odd = "?period=week&split=name&name=2026-99&figure=late&first=%00&second=x"
    assert client.get(reverse(PAGE) + odd).status_code == 200
    for address in ("reports:stayers", "reports:movers", "reports:state_stayers"):
        assert client.get(reverse(address) + "?part=x&state=y").status_code == 404


def test_page__without_orders_says_how_it_fills(fresh_db: str, client: Client) -> None:
    page = _text(_signed_in(client), reverse(PAGE))
    assert "Nobody to stay yet" in page
    assert "No survey with a mean satisfaction has been asked in waves yet." in page


def test_dictionary__tells_what_the_figures_of_who_stays_mean(fresh_db: str, client: Client) -> None:
    page = _text(_signed_in(client), reverse("metrics:dictionary"))
    assert "Services per customer" in page
    assert "state_retention" in page


def test_page__counts_and_lists_the_files_within_reach_alone(shop: Shop, client: Client) -> None:
    """A reader elsewhere has one customer of their own; what is said of others is neither counted nor listed."""
    outlet = organization.unit(code="far")
    mine = customer(organization.staff(outlet))
    refresh()
    _signed_in(client, role="supervisor", unit=outlet)
    told = client.get("/api/v1/retention").json()
    assert {one["retention"]["n"] for one in told["totals"]} == {0}
    listed = _text(client, reverse("reports:stayers") + "?period=quarter&name=2026-Q3&part=left")
    assert "0 customers counted" in listed
    assert mine.number not in listed
