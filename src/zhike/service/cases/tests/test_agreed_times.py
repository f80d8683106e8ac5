"""Times that an agreement sets, and what the ledger of a clock says of them (CASE-08, AGRE-02)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from zhike.platform.calendars import queries as calendars
from zhike.platform.errors import Invalid
from zhike.record.agreements import actions as agreements
from zhike.record.agreements import queries
from zhike.record.agreements.tests.factories import agreement, first_response, promise_entry, standard
from zhike.record.agreements.types import Measure, StandardUnit
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions
from zhike.service.cases.models import Task
from zhike.service.cases.tests.factories import NOW, SETUP, case
from zhike.service.cases.types import CASE_SUBJECT, FIRST_RESPONSE, SOLUTION, TASK_SUBJECT, TaskEntry

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def clocks(kind: str, pk: int) -> dict[str, tuple[timedelta, str]]:
    """Time allowed and note of the first line of the ledger, by kind of clock."""
    chips = calendars.chips(actor=SETUP, subjects=[(kind, pk)], now=NOW)[kind, pk]
    return {chip.kind: (chip.budget, calendars.ledger(actor=SETUP, clock_id=chip.clock_id)[0].note) for chip in chips}


def of_case(of: Customer) -> dict[str, tuple[timedelta, str]]:
    return clocks(CASE_SUBJECT, case(of).pk)


@pytest.mark.req("CASE-08")
def test_clock__states_the_agreement_and_standard_that_set_it() -> None:
    agreed, usual = customer(), customer()
    code = first_response(45)
    made = agreement(agreed, code)
    assert of_case(agreed)[FIRST_RESPONSE.code] == (45 * MINUTE, f"{made.number} v1, {code} v1")
    # What nobody agreed comes from the company's table, which needs no explanation.
    assert of_case(agreed)[SOLUTION.code] == (24 * 60 * MINUTE, "")
    assert of_case(usual)[FIRST_RESPONSE.code] == (120 * MINUTE, "")


def test_task__of_a_department_has_the_agreed_time_unless_the_owner_gives_another() -> None:
    of = customer()
    code = standard(clock=Measure.TASK_REPLY, number=Decimal(1), unit=StandardUnit.HOURS)
    made = agreement(of, code)
    row, unit = case(of), organization.unit()
    for within in (None, timedelta(hours=3)):
        entry = TaskEntry(unit_id=unit.pk, title="查件", within=within)
        actions.ask_unit(actor=SETUP, case_id=row.pk, entry=entry, now=NOW)
    first, second = Task.objects.order_by("pk")
    assert [*clocks(TASK_SUBJECT, first.pk).values()] == [(60 * MINUTE, f"{made.number} v1, {code} v1")]
    assert [*clocks(TASK_SUBJECT, second.pk).values()] == [(180 * MINUTE, "")]


@pytest.mark.req("AGRE-06")
def test_promise__about_a_case_is_of_its_customer_only() -> None:
    row = case()
    by = organization.actor()
    about = (CASE_SUBJECT, str(row.pk))
    entry = promise_entry(Customer.objects.get(pk=row.customer_id), about=about)
    made = agreements.make_promise(actor=by, entry=entry, now=NOW)
    found = queries.promises_about(actor=SETUP, kind=CASE_SUBJECT, keys=[str(row.pk)], now=NOW)
    assert [one.id for one in found] == [made]
    with pytest.raises(Invalid):
        agreements.make_promise(actor=by, entry=promise_entry(customer(), about=about), now=NOW)
