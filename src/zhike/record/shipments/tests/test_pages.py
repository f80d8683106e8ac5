"""Pages: who may open them, what they cost, and that each form does what it says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.platform.audit.models import AuditEntry
from zhike.platform.ops.types import cards
from zhike.record.organization import actions as organization
from zhike.record.organization.models import Unit
from zhike.record.organization.tests import factories as people
from zhike.record.shipments import actions, queries
from zhike.record.shipments.models import Order, ProofOfDelivery, Shipment, TrackingEvent, UnknownCode, WatchAck
from zhike.record.shipments.pages.lists import find
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Status, WatchKind

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
SIGNED_IN = 4  # session, user, staff, roles


def signed_in(client: Client, *roles: str, at: Unit | None = None) -> None:
    member = people.staff(at, roles=roles)
    opened = organization.open_staff_account(
        actor=people.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=people.NOW,
    )
    User.objects.filter(pk=opened.user_id).update(language="en")
    client.force_login(User.objects.get(pk=opened.user_id))
    client.cookies["zhike_language"] = "en"


@pytest.fixture
def outlet() -> Unit:
    return people.unit(phones=("+862162345678",))


@pytest.fixture
def shipment(outlet: Unit) -> Shipment:
    now = clock.now()
    row = make.shipment(
        ordered_at=now - timedelta(days=3),
        promised_delivery_at=now - timedelta(days=1),
        destination_unit=outlet,
        scope_unit_id=outlet.tree_no,
        consignee={"phone": "+8613812345678", "phone_key": "12345678", "name": "陈静", "city": "上海"},
    )
    events = [
        make.event(row, Status.PICKED_UP, now - timedelta(hours=60), place="杭州"),
        make.event(row, Status.IN_TRANSIT, now - timedelta(hours=50), place="转运中心"),
        make.event(row, Status.IN_TRANSIT, now - timedelta(hours=6), outlet=outlet.code),
        make.event(row, Status.OUT_FOR_DELIVERY, now - timedelta(hours=2), outlet=outlet.code),
    ]
    actions.add_events(actor=make.SYSTEM, events=events, source="scan", now=now)
    return make.fresh(row)


def text_of(answer: Any) -> str:  # noqa: ANN401 - a test client's answer
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


PAGES = ("shipments:list", "shipments:orders", "shipments:watch", "shipments:gaps", "shipments:batch")


@pytest.mark.parametrize("name", PAGES)
def test_pages__open_within_the_query_budget(client: Client, shipment: Shipment, name: str) -> None:
    signed_in(client, "supervisor", "department")
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as seen:
        text_of(client.get(reverse(name)))
    assert len(seen) <= MOST_QUERIES + SIGNED_IN, [q["sql"][:120] for q in seen.captured_queries]
    assert shipment.pk


def test_list__shows_and_narrows(client: Client, shipment: Shipment) -> None:
    other = make.shipment(business_line="sea", scope_unit_id=shipment.scope_unit_id)
    signed_in(client, "supervisor")
    both = text_of(client.get(reverse("shipments:list")))
    assert shipment.waybill in both
    assert other.waybill in both
    only = text_of(client.get(reverse("shipments:list") + "?line=sea"))
    assert shipment.waybill not in only
    ending = text_of(client.get(reverse("shipments:list") + f"?q={shipment.waybill[-5:]}"))
    assert shipment.waybill in ending


def test_find__takes_a_whole_waybill_or_its_ending() -> None:
    first, second = make.shipment(waybill="AB12345678"), make.shipment(waybill="CD99995678")
    rows = Shipment.objects.order_by("pk")
    assert list(find(rows, "ab 1234 5678")) == [first]
    assert list(find(rows, "95678")) == [second]
    assert list(find(rows, "5678")) == [first, second]
    assert list(find(rows, "678")) == []


@pytest.mark.req("SHIP-09", "SHIP-04")
def test_page__shows_promise_way_holder_and_events(client: Client, shipment: Shipment, outlet: Unit) -> None:
    signed_in(client, "supervisor")
    url = reverse("desk:shipment", args=[shipment.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        page = text_of(client.get(url))
    assert len(seen) <= MOST_QUERIES + SIGNED_IN + 4, [q["sql"][:140] for q in seen.captured_queries]
    for shown in (
        shipment.waybill,
        "1 day late",
        outlet.name,
        "+862162345678",
        "backlog 1",
        "Out for delivery without a courier",
        "slow: ",
        "转运中心",
        "138****5678",
        "scan",
    ):
        assert shown in page, shown
    assert "13812345678" not in page


def test_page__outside_the_reach_is_not_there(client: Client, shipment: Shipment) -> None:
    elsewhere = people.staff(people.unit(), roles=("outlet",))
    opened = organization.open_staff_account(
        actor=people.SETUP, staff_id=elsewhere.pk, username="far", password="correct horse battery", now=people.NOW
    )
    client.force_login(User.objects.get(pk=opened.user_id))
    assert client.get(reverse("desk:shipment", args=[shipment.pk])).status_code == 404
    assert client.get(reverse("desk:waybill", args=[shipment.waybill])).status_code == 404


def test_waybill__leads_to_its_shipment(client: Client, shipment: Shipment) -> None:
    signed_in(client, "agent")
    answer = client.get(reverse("desk:waybill", args=[shipment.waybill]))
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("desk:shipment", args=[shipment.pk]))


def test_order__is_registered_and_names_what_is_wrong(client: Client, outlet: Unit) -> None:
    signed_in(client, "department")
    url = reverse("shipments:order_new")
    wrong = client.post(url, {"business_line": "express", "service_mode": "local", "pieces": "1", "currency": "CNY"})
    assert wrong.status_code == 422
    given = {
        "business_line": "express",
        "service_mode": "local",
        "consignee_name": "陈静",
        "consignee_city": "上海",
        "consignee_phone": "１３８１２３４５６７８",
        "destination": str(outlet.pk),
        "pieces": "2",
        "currency": "CNY",
        "declared_value": "99.5",
        "promised_delivery_at": "2099-01-02T18:00",
    }
    answer = client.post(url, given)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = Shipment.objects.get()
    assert (made.pieces, str(made.promised_delivery_at)) == (2, "2099-01-02 10:00:00+00:00")
    assert Order.objects.get().declared_currency == "CNY"


@pytest.mark.req("SHIP-05")
def test_reply__is_recorded_with_its_form(client: Client, shipment: Shipment) -> None:
    signed_in(client, "outlet")
    url = reverse("shipments:reply", args=[shipment.pk])
    assert "condition" in text_of(client.get(url))
    signed = clock.local(clock.now() - timedelta(hours=1), make.ZONE)
    given = {"signer": "陈静", "signed_at": signed.strftime("%Y-%m-%dT%H:%M"), "condition": "damaged", "remark": "压痕"}
    answer = client.post(url, given)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert ProofOfDelivery.objects.get().signer == "陈静"
    found = make.fresh(shipment)
    assert (found.status, found.is_damaged) == ("delivered", True)
    page = text_of(client.get(reverse("desk:shipment", args=[shipment.pk])))
    assert "压痕" in page
    again = client.post(url, given)
    assert again.status_code == 422


def test_deeds__estimate_event_leg_promise_and_void(client: Client, shipment: Shipment, outlet: Unit) -> None:
    signed_in(client, "supervisor")
    wall = clock.local(clock.now(), make.ZONE)
    later = (wall + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    earlier = (wall - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    posts: list[tuple[str, dict[str, str]]] = [
        ("estimate", {"eta": later, "reason": "车辆故障"}),
        ("event", {"status": "attempt_failed", "occurred_at": earlier, "place": "门口"}),
        ("leg", {"kind": "delivery", "unit": str(outlet.pk), "courier_name": "赵磊", "courier_phone": "13900001111"}),
        ("promise", {"promised_delivery_at": later, "reason": "看错"}),
    ]
    for name, given in posts:
        url = reverse(f"shipments:{name}", args=[shipment.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {}).status_code == 422
        answer = client.post(url, given)
        assert answer.status_code == 302, (name, answer.content.decode()[:2000])
    found = make.fresh(shipment)
    assert (found.status, found.courier_phone, found.promise_version) == ("attempt_failed", "+8613900001111", 2)
    event = TrackingEvent.objects.get(status="attempt_failed")
    answer = client.post(reverse("shipments:void", args=[shipment.pk, event.pk]), {"reason": "弄错"})
    assert answer.status_code == 302
    assert make.fresh(shipment).status == "out_for_delivery"


def test_phone__is_revealed_on_demand_and_logged(client: Client, shipment: Shipment) -> None:
    signed_in(client, "agent")
    url = reverse("shipments:phone", args=[shipment.pk, "consignee"])
    assert client.get(url).status_code == 405
    assert client.post(url).content.decode() == "+8613812345678"
    assert AuditEntry.objects.filter(type="shipments.phone_revealed", subject_id=str(shipment.pk)).count() == 1
    assert client.post(reverse("shipments:phone", args=[shipment.pk, "nobody"])).status_code == 404


@pytest.mark.req("SHIP-08")
def test_watch__entries_are_put_aside_and_taken_up_again(client: Client, shipment: Shipment) -> None:
    signed_in(client, "supervisor")
    assert shipment.waybill in text_of(client.get(reverse("shipments:watch")))
    put = reverse("shipments:watch_acknowledge", args=["overdue"]) + f"?shipment={shipment.pk}"
    assert client.post(put, {"reason": "客户改约"}).status_code == 302
    link = reverse("desk:shipment", args=[shipment.pk])
    assert link not in text_of(client.get(reverse("shipments:watch")))
    assert link in text_of(client.get(reverse("shipments:watch") + "?resting=1"))
    lift = reverse("shipments:watch_lift", args=[shipment.pk, "overdue"])
    assert client.post(lift).status_code == 302
    assert WatchAck.objects.get().lifted_at is not None
    assert client.get(reverse("shipments:watch") + "?tab=nonsense").status_code == 404
    assert client.get(reverse("shipments:watch_acknowledge", args=["overdue"]) + "?shipment=x").status_code == 404


def test_batch__finds_pasted_waybills_and_names_the_others(client: Client, shipment: Shipment) -> None:
    signed_in(client, "agent")
    page = text_of(client.get(reverse("shipments:batch"), {"w": f"{shipment.waybill}\nNOWHERE1"}))
    assert reverse("desk:shipment", args=[shipment.pk]) in page
    assert "NOWHERE1" in page


def test_code__is_explained_on_its_page(client: Client, shipment: Shipment) -> None:
    push = [make.event(shipment, when=clock.now(), code="77", text="智能柜")]
    actions.add_events(actor=make.SYSTEM, events=push, source="kd", vocabulary="kuaidi100", now=clock.now())
    (line,) = queries.unknown_codes(actor=make.SYSTEM)
    signed_in(client, "department")
    assert "智能柜" in text_of(client.get(reverse("shipments:gaps")))
    url = reverse("shipments:code_explain", args=[line.id])
    assert client.post(url, {"status": ""}).status_code == 422
    assert client.post(url, {"status": "ready_for_pickup", "origin": "note"}).status_code == 302
    assert make.fresh(shipment).status == "ready_for_pickup"
    assert WatchKind.SILENT.value


def test_unknown_codes__ask_for_somebody_on_the_operations_page() -> None:
    card = next(card for card in cards() if card.key == "50-shipments-codes")
    [quiet] = card.read(make.NOW)
    UnknownCode.objects.create(
        vocabulary="carrier", code="Z9", source="feed", seen=1, first_at=make.NOW, last_at=make.NOW
    )
    [waiting] = card.read(make.NOW)
    assert [(one.value, one.trouble) for one in (quiet, waiting)] == [(0, False), (1, True)]
    assert (waiting.metric, waiting.url) == ("zhike_shipments_unknown_codes", reverse("shipments:gaps"))
