"""Three quarters of orders, counted by hand, and a fourth that runs."""

from datetime import UTC, date, datetime
from typing import NamedTuple

from zhike.insight.lake import actions as lake
from zhike.platform.actors import system_actor
from zhike.record.customers import actions as customers
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import CLASS, StandingEntry
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests import factories as goods

ACTOR = system_actor("tests")
Q1, Q2, Q3, Q4 = (date(2026, month, 1) for month in (1, 4, 7, 10))
ELSEWHERE = 900


class Shop(NamedTuple):
    """Thirteen consumers in order, and their responsible person."""

    owner: Staff
    customers: list[Customer]


def on(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, 0, tzinfo=UTC)


def ordered(of: Customer, at: datetime, line: str = "express") -> None:
    """An order taken by a unit that has nothing else to do with the customer."""
    goods.order(customer=of, ordered_at=at, business_line=line, scope_unit_id=ELSEWHERE)


def classed(of: list[Customer], text: str, as_of: datetime) -> None:
    customers.set_standing(
        actor=SETUP,
        entries=[StandingEntry(customer_id=one.pk, kind=CLASS.code, text=text, as_of=as_of) for one in of],
        source="tests",
        now=NOW,
    )


def refresh() -> None:
    lake.refresh_all(actor=ACTOR, now=NOW)


def three_quarters() -> Shop:
    """Customers 0–11 order in Q1; 0–8 and a new one, 12, in Q2; 0–4, 12 and once more 11 in Q3; 0 and 1 in Q4 so far.

    In Q2 customer 0 orders three times (three lines), 1 twice (one line), 2 twice (two lines). Classes are known from
    10 March on: A for 0–4, B for 5–8; on 1 May 5 becomes A. A partner orders all the time and is no consumer.
    """
    owner = organization.staff()
    people = [customer(owner, opened_at=on(1, 1)) for _one in range(13)]
    partner = customer(owner, kind="partner", opened_at=on(1, 1))
    for one in people[:12]:
        ordered(one, on(2, 15))
    for one in (*people[:9], people[12]):
        ordered(one, on(5, 20))
    ordered(people[0], on(4, 1), "road")
    ordered(people[0], on(6, 30), "air")
    ordered(people[1], on(6, 1))
    ordered(people[2], on(6, 1), "road")
    for one in (*people[:5], people[12], people[11]):
        ordered(one, on(8, 20))
    for one in people[:2]:
        ordered(one, on(10, 20))
    for month in (2, 5, 8, 11):
        ordered(partner, on(month, 1))
    classed(people[:5], "A", on(3, 10))
    classed(people[5:9], "B", on(3, 10))
    classed([people[5]], "A", on(5, 1))
    refresh()
    return Shop(owner, people)
