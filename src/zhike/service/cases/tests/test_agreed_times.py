"""Times that an agreement sets, and what the ledger of a clock says of them (CASE-08, AGRE-02)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.models import Clock, ClockEntry
from zhike.platform.errors import Invalid
from zhike.platform.outbox import drain_all
from zhike.record.agreements import actions as agreements
from zhike.record.agreements import queries
from zhike.record.agreements.tests.factories import (
    TODAY,
    agreement,
    agreement_entry,
    first_response,
    promise_entry,
    standard,
)
from zhike.record.agreements.tests.test_pages import signed_in
from zhike.record.agreements.types import CarriedEntry, Measure, StandardUnit
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions
from zhike.service.cases import queries as case_queries
from zhike.service.cases.models import Case, Task
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


def _budget(row: Case) -> timedelta:
    return clocks(CASE_SUBJECT, row.pk)[FIRST_RESPONSE.code][0]


@pytest.mark.req("AGRE-02", "CASE-08")
def test_open_clocks__follow_an_agreement_that_begins_and_one_that_is_revised() -> None:
    of, other = customer(), customer()
    row, foreign = case(of), case(other)
    made = agreement(of, first_response(45))
    drain_all(now=NOW)
    assert (_budget(row), _budget(foreign)) == (45 * MINUTE, 120 * MINUTE)
    row.refresh_from_db()
    assert row.first_response_due_at is not None
    quicker = first_response(30)
    entry = agreement_entry(quicker, valid_from=TODAY + timedelta(days=1))
    agreements.revise_agreement(actor=SETUP, number=made.number, entry=entry, reason="旺季", now=NOW)
    drain_all(now=NOW)
    # The version holds from tomorrow on; the job of the hour finds that its day has come.
    assert _budget(row) == 45 * MINUTE
    tomorrow = NOW + timedelta(days=1)
    assert queries.customers_with_beginning(actor=SETUP, now=tomorrow) == [of.pk]
    for moved in (1, 0):
        assert actions.follow_agreements(actor=SETUP, customer_ids=[of.pk], now=tomorrow) == moved
    assert _budget(row) == 30 * MINUTE
    ledger = Clock.objects.get(subject_id=row.pk, kind=FIRST_RESPONSE.code)
    assert ClockEntry.objects.filter(clock=ledger).latest("pk").note == f"{made.number} v2, {quicker} v1"


@pytest.mark.req("AGRE-02", "CASE-08")
def test_revision__is_previewed_with_the_clocks_that_get_other_deadlines() -> None:
    of, other = customer(), customer()
    quicker, slower = first_response(30), first_response(600)
    made = agreement(of, first_response(45))
    mine, foreign = case(of), case(other)
    supervisor = organization.actor(roles=("supervisor",))

    def seen(*codes: str) -> tuple[int, int, int, list[str]]:
        carried = [CarriedEntry(standard=code) for code in codes]
        revised = queries.revision_of(actor=supervisor, row=made, carried=carried, day=TODAY)
        found = case_queries.preview_agreement(actor=supervisor, revised=revised, now=NOW)
        return found.clocks, found.earlier, found.later, [one.number for one in found.rows]

    assert seen(quicker) == (1, 1, 0, [mine.number])
    assert seen(slower) == (1, 0, 1, [mine.number])
    # What the version no longer says keeps its time, and nothing was moved by looking.
    assert seen() == (0, 0, 0, [])
    assert (_budget(mine), _budget(foreign)) == (45 * MINUTE, 120 * MINUTE)


def test_revision__its_preview_is_for_who_may_change_the_agreement() -> None:
    of = customer()
    made = agreement(of, first_response(45))
    quicker, mine = first_response(30), case(of)
    address = f"{reverse('cases:agreement_preview', args=[made.number])}?from={TODAY}&carry={quicker}"
    shown = signed_in("supervisor").get(address)
    assert (shown.status_code, mine.number in shown.content.decode()) == (200, True)
    assert signed_in("account_manager").get(address).status_code == 403
    assert signed_in("agent").get(address).status_code == 403
    assert signed_in("supervisor").get(address.replace(f"{TODAY}", "soon")).status_code == 404


def test_open_clocks__keep_what_was_promised_when_an_agreement_ends() -> None:
    of = customer()
    made = agreement(of, first_response(45))
    row = case(of)
    agreements.end_agreement(actor=SETUP, number=made.number, last_day=TODAY, reason="不再续约", now=NOW)
    drain_all(now=NOW)
    assert _budget(row) == 45 * MINUTE


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
