"""The demonstration company's day goes on: live, by the doors of the product, and so that the desk has work."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from tests.harness import databases
from tests.harness.companies import settle, small_company
from tests.harness.machine import ensure_mail_server
from zhike.demo import day, mailpair, outside
from zhike.demo.build import STATUS_OF
from zhike.demo.turn import ACTOR, Turn
from zhike.doors.connectors.mail import tasks as mail_tasks
from zhike.platform import clock
from zhike.platform.outbox.types import Mode
from zhike.record.customers import queries as customers
from zhike.record.shipments import queries as shipments
from zhike.record.shipments.types.codes import Status
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CaseState
from zhike.service.reception import queries as lines

pytestmark = pytest.mark.concurrency


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), databases.cloned(small_company()):
        yield


def turn(seed: int) -> Turn:
    return Turn(np.random.default_rng(seed), clock.now())


def test_day__parcels_are_scanned_once_more(company: None) -> None:
    before = dict(shipments.shipment_rows(actor=ACTOR).values_list("waybill", "status"))
    assert day.goods_move(turn(1)) == "8 parcels scanned"
    rows = shipments.shipment_rows(actor=ACTOR).values_list("waybill", "status", "mode")
    moved = {waybill: (before[waybill], status) for waybill, status, _mode in rows if before[waybill] != status}
    assert len(moved) == day.PARCELS_A_SCAN
    assert all(STATUS_OF[day.NEXT_SCAN[Status(old)]] == new for old, new in moved.values())


def test_day__orders_arrive_and_can_be_scanned(company: None) -> None:
    known = set(shipments.shipment_rows(actor=ACTOR).values_list("pk", flat=True))
    assert day.orders_arrive(turn(7)) == "4 new orders"
    new = list(shipments.shipment_rows(actor=ACTOR).exclude(pk__in=known))
    assert len(new) == day.ORDERS_AT_ONCE
    assert all(row.is_open and row.customer_id and row.mode == Mode.LIVE and row.promised_delivery_at for row in new)
    assert {Status(row.status) for row in new} <= set(day.NEXT_SCAN)


def test_day__a_customer_asks_and_somebody_owns_it(company: None) -> None:
    known = set(case_queries.case_rows(actor=ACTOR).values_list("pk", flat=True))
    said = [day.customer_asks(turn(seed)) for seed in range(8)]
    assert all(said)
    new = list(case_queries.case_rows(actor=ACTOR).exclude(pk__in=known))
    assert new
    assert all(case.mode == Mode.LIVE and case.owner_id and case.next_due_at for case in new)


def test_day__the_unit_that_was_asked_first_answers(company: None) -> None:
    first = case_queries.task_rows(actor=ACTOR).open().order_by("asked_at", "pk").first()
    assert first is not None
    assert day.unit_replies(turn(3)).endswith("a unit has answered")
    assert case_queries.get_task(actor=ACTOR, task_id=first.pk).reply


def test_day__the_customer_we_wait_for_wakes_the_case(company: None) -> None:
    waiting = case_queries.case_rows(actor=ACTOR).filter(state=CaseState.WAITING_CUSTOMER.value)
    if not waiting.exists():
        case = case_queries.case_rows(actor=ACTOR).filter(state=CaseState.IN_WORK.value).earliest("pk")
        cases.set_waiting(
            actor=ACTOR, case_id=case.pk, state=CaseState.WAITING_CUSTOMER, reason="a photo", now=clock.now()
        )
    before = waiting.count()
    assert day.customer_answers(turn(4))
    assert waiting.count() == before - 1


def test_day__a_matter_comes_by_the_web_with_its_parcel(company: None) -> None:
    known = set(case_queries.case_rows(actor=ACTOR).values_list("pk", flat=True))
    said = [outside.somebody_writes_on_the_web(turn(seed)) for seed in range(6)]
    assert all(" by the web: " in one for one in said)
    new = list(case_queries.case_rows(actor=ACTOR).exclude(pk__in=known))
    assert new
    assert all(case.channel == "web" and case.shipment_id and case.owner_id for case in new)


def test_day__the_telephone_rang_and_a_call_missed_waits_for_its_return(company: None) -> None:
    said = [outside.telephone_rang(turn(seed)) for seed in range(12)]
    calls = list(lines.call_rows(actor=ACTOR))
    missed = sum("in vain" in one for one in said)
    assert Counter(call.state for call in calls) == {"ended": len(said) - missed, "missed": missed}
    assert 0 < missed < len(said)
    assert all(call.staff_id and call.number for call in calls)
    assert lines.waiting_rows(actor=ACTOR).filter(call__isnull=False, state="waiting").count() == missed


def test_day__without_the_mail_server_of_the_demonstration_nobody_writes_a_mail(company: None) -> None:
    assert outside.mail_arrives(turn(1)) == ""
    # A second start finds its values set and changes nothing.
    call_command("demo_mail", 1, 1)
    call_command("demo_mail", 1, 1)
    assert outside.mail_arrives(turn(1)) == ""


def test_day__mails_arrive_become_cases_and_ours_are_answered(company: None) -> None:
    ensure_mail_server()
    known = set(case_queries.case_rows(actor=ACTOR).values_list("pk", flat=True))
    with mailpair.running() as pair:
        call_command("demo_mail", pair.smtp_port, pair.imap_port)
        new = case_queries.case_rows(actor=ACTOR).exclude(pk__in=known)
        for seed in range(2, 20):
            assert outside.mail_arrives(turn(seed)).startswith("mail from ")
            mail_tasks.poll()
            # About a parcel whose case is open it joins that one.
            if new.exists():
                break
        case = new.get()
        assert (case.channel, case.state, bool(case.shipment_id)) == ("mail", "new", True)
        cases.set_waiting(
            actor=ACTOR, case_id=case.pk, state=CaseState.WAITING_CUSTOMER, reason="a photo", now=clock.now()
        )
        (person,) = customers.reachable_of(actor=ACTOR, customer_ids={case.customer_id})[case.customer_id]
        ours = f"Subject: [{case.number}] photo\r\nMessage-ID: <ours@zhike.example>\r\n\r\nPlease send a photo.\r\n"
        pair.deliver(person.email.partition("@")[0], ours.encode())
        assert outside.mail_arrives(turn(3)) == f"{case.number}: {person.name} has answered by mail"
        mail_tasks.poll()
    case.refresh_from_db()
    assert (case.state, case.repeats) == ("in_work", 1)
    call_command("demo_mail", 1, 1)


def test_day__a_whole_morning_leaves_no_job_failed(company: None) -> None:
    said = [day.happen(turn(seed)) for seed in range(100, 130)]
    assert all(said)
    settle()


def test_day__with_nothing_to_do_nothing_happens() -> None:
    assert day.happen(turn(1), ((1.0, lambda _turn: ""), (2.0, lambda _turn: ""))) == ""
    assert day.happen(turn(1), ((9.0, lambda _turn: ""), (1.0, lambda _turn: "done"))) == "done"
