"""Before the customer calls: late and silent goods become cases, no flood, no history; the owner informs."""

from datetime import timedelta
from typing import Any

import pytest

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.messaging.models import Message
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.customers.actions import set_standing
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.customers.types import StandingEntry
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments import actions as shipments
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests.factories import shipment
from zhike.record.shipments.types.codes import WatchKind
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case, CaseGoods
from zhike.service.cases.tests.factories import NOW, SETUP, entry
from zhike.service.cases.types import CaseState
from zhike.service.cases.types.defaults import LATE, NO_SCAN

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def agent() -> Actor:
    default_calendar()
    return organization.actor(roles=("agent",))


@pytest.fixture
def of() -> Customer:
    return customer()


def set_to(key: str, value: int | str) -> None:
    parameters.set_parameter(actor=SETUP, key=key, value=value, reason="r", source="s", now=NOW)


def told() -> list[int]:
    rows = OutboxEvent.objects.filter(type="shipments.silent").order_by("pk")
    return [pk for row in rows for pk in row.payload["shipment_ids"]]


def silent(**given: Any) -> Shipment:
    return shipment(ordered_at=NOW - 30 * HOUR, promised_delivery_at=NOW + DAY, **given)


@pytest.mark.req("SHIP-08")
def test_silent__goods_without_a_scan_are_told_once_a_silence_and_never_from_history(of: Customer) -> None:
    quiet, fresh = silent(customer=of), shipment(customer=of, ordered_at=NOW - HOUR)
    old = silent(customer=of, mode="backfill")
    rested = silent(customer=of)
    shipments.acknowledge_watch(actor=SETUP, shipment_id=rested.pk, kind=WatchKind.SILENT, reason="海关", now=NOW)

    assert shipments.tell_silent(actor=SETUP, now=NOW) == 1
    assert shipments.tell_silent(actor=SETUP, now=NOW + HOUR) == 0
    assert told() == [quiet.pk]
    assert {fresh.pk, old.pk, rested.pk}.isdisjoint(told())


def test_silent__a_run_is_bounded_and_the_next_one_goes_on(of: Customer) -> None:
    set_to("shipments.told_at_once", 2)
    ids = sorted(silent(customer=of).pk for _ in range(3))
    assert [shipments.tell_silent(actor=SETUP, now=NOW) for _ in range(3)] == [2, 1, 0]
    assert sorted(told()) == ids


@pytest.mark.req("SHIP-08")
def test_watch__each_shipment_gets_one_case_and_an_open_one_stands_for_it(of: Customer) -> None:
    goods, other = silent(customer=of), silent(customer=of)
    own = actions.open_case(actor=SETUP, entry=entry(of, shipment_id=other.pk), now=NOW)

    first = actions.open_for_shipments(actor=SETUP, shipment_ids=[goods.pk, other.pk], category=NO_SCAN, now=NOW)
    again = actions.open_for_shipments(actor=SETUP, shipment_ids=[goods.pk, other.pk], category=LATE, now=NOW)

    assert (len(first), again) == (1, [])
    made = Case.objects.get(pk=first[0])
    assert (made.shipment_id, made.origin, made.state, made.category.code) == (goods.pk, "watch", "new", NO_SCAN)
    assert made.next_due_at is not None
    assert Case.objects.filter(shipment=other).get().pk == own.case_id


def test_watch__history_opens_nothing(of: Customer) -> None:
    old = silent(customer=of, mode="backfill")
    assert actions.open_for_shipments(actor=SETUP, shipment_ids=[old.pk], category=LATE, now=NOW) == []
    assert Case.objects.count() == 0


def test_watch__a_disruption_that_hits_many_goods_of_a_customer_is_one_case_and_later_goods_join_it(
    of: Customer,
) -> None:
    set_to("cases.group_from", 3)
    goods = [silent(customer=of) for _ in range(5)]
    few = silent(customer=customer())
    ids = [one.pk for one in goods]

    made = actions.open_for_shipments(actor=SETUP, shipment_ids=[*ids[:4], few.pk], category=NO_SCAN, now=NOW)
    later = actions.open_for_shipments(actor=SETUP, shipment_ids=ids, category=NO_SCAN, now=NOW + HOUR)

    assert (len(made), later) == (2, [])
    group = Case.objects.get(customer=of)
    assert (group.shipment_id, group.severity) == (None, "high")
    assert queries.goods_of(actor=SETUP, case=group) == ids
    assert CaseGoods.objects.count() == 5
    # Who calls about one of them joins the case.
    taken = actions.open_case(actor=SETUP, entry=entry(of, shipment_id=ids[2]), now=NOW + HOUR)
    assert (taken.case_id, taken.attached) == (group.pk, True)


def test_watch__queries_do_not_grow_with_the_number_of_goods(
    of: Customer,
    django_assert_max_num_queries: Any,  # noqa: ANN401 - pytest's
) -> None:
    set_to("cases.group_from", 1000)
    ids = [silent(customer=of).pk for _ in range(60)]
    with django_assert_max_num_queries(60):
        made = actions.open_for_shipments(actor=SETUP, shipment_ids=ids, category=LATE, now=NOW)
    assert len(made) == 60


def severity_of(of: Customer, **standing: Any) -> str:
    if standing:
        set_standing(
            actor=SETUP, entries=[StandingEntry(customer_id=of.pk, as_of=NOW, **standing)], source="t", now=NOW
        )
    goods = silent(customer=of)
    (pk,) = actions.open_for_shipments(actor=SETUP, shipment_ids=[goods.pk], category=LATE, now=NOW)
    return Case.objects.get(pk=pk).severity


@pytest.mark.req("SHIP-08")
@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ({}, "normal"),
        ({"kind": "class", "text": "A"}, "high"),
        ({"kind": "class", "text": "B"}, "normal"),
        ({"kind": "class", "text": "C"}, "normal"),
        ({"kind": "special_marks", "data": ["重点", "特殊操作"]}, "high"),
        ({"kind": "special_marks", "data": ["警惕"]}, "normal"),
    ],
)
def test_severity__is_high_for_the_classes_and_marks_that_the_company_has_named(
    of: Customer, standing: dict[str, Any], expected: str
) -> None:
    assert severity_of(of, **standing) == expected


def test_severity__follows_its_parameters(of: Customer) -> None:
    set_to("cases.high_classes", " a，b ")
    set_to("cases.high_marks", "")
    assert severity_of(of, kind="class", text="B") == "high"
    assert severity_of(customer(), kind="special_marks", data=["重点"]) == "normal"


@pytest.mark.req("SHIP-08")
def test_inform__the_drafted_notice_says_time_outlet_and_courier_and_leaves_by_one_click(
    of: Customer, agent: Actor
) -> None:
    contact(of, phone("13812345678"))
    outlet = organization.unit(name="浦东网点", phones=("+862162345678",))
    goods = silent(
        customer=of,
        destination_unit=outlet,
        eta=NOW + DAY,
        eta_source="carrier",
        courier_name="赵磊",
        courier_phone="13987654321",
    )
    (pk,) = actions.open_for_shipments(actor=SETUP, shipment_ids=[goods.pk], category=LATE, now=NOW)
    row = queries.get_case(actor=agent, case_id=pk)
    draft = queries.notice_draft(actor=agent, case=row, now=NOW)

    assert draft.to is not None
    for part in (goods.waybill, "浦东网点", "021 6234 5678", "赵磊", "139 8765 4321", row.number, row.owner.name):
        assert part in draft.text, part
    taken = actions.inform_customer(actor=agent, case_id=pk, text=draft.text, now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.state, row.first_response_at, row.we_spoke_at) == (CaseState.IN_WORK.value, NOW + HOUR, NOW + HOUR)
    assert (Message.objects.get().to, taken.case_id) == ("+8613812345678", pk)


def test_inform__without_anybody_to_write_to_it_says_so_and_nothing_changes(of: Customer, agent: Actor) -> None:
    goods = silent(customer=of)
    (pk,) = actions.open_for_shipments(actor=SETUP, shipment_ids=[goods.pk], category=LATE, now=NOW)
    with pytest.raises(actions.NobodyToInform):
        actions.inform_customer(actor=agent, case_id=pk, text="延误", now=NOW)
    assert (Case.objects.get().first_response_at, Message.objects.count()) == (None, 0)
