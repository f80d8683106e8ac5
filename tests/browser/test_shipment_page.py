"""The shipment's page: from the list to the delivery reply, and the reply back on the way."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.harness.browsers import PHONE, Browsing
from zhike.doors.portal.tests.factories import HOUR, parcel
from zhike.platform import clock, outbox
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.models import Staff
from zhike.record.shipments import actions
from zhike.record.shipments.models import ProofOfDelivery, Shipment
from zhike.record.shipments.tests.factories import SYSTEM, ZONE
from zhike.record.shipments.types.codes import Status
from zhike.record.shipments.types.inputs import EventDraft

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CODE = "SF-44"
COURIER = "139 8765 4321"
OUTLET = "021 6234 5678"


@dataclass(frozen=True, slots=True)
class Parcel:
    row: Shipment

    @property
    def path(self) -> str:
        return f"/goods/shipments/{self.row.pk}/"


@pytest.fixture(scope="module")
def late(desk: Browsing) -> Parcel:
    """Promised for yesterday, out for delivery, now expected tomorrow; its newest event came in a carrier's code."""
    now = clock.now()
    owner = Staff.objects.filter(user__username="agent").get()
    row = parcel(now, due=-24 * HOUR, customer=customer(owner, name="东湖纺织（杭州）有限公司"))
    draft = EventDraft(
        waybill=row.waybill,
        occurred_at=now - HOUR,
        code=CODE,
        text="派送中，快递员赵磊",
        place="浦东网点",
        zone=ZONE,
        outlet=row.destination_unit.code if row.destination_unit else "",
        handler_name="赵磊",
        handler_phone="13987654321",
        external_id="late-1",
    )
    actions.add_events(actor=SYSTEM, events=[draft], source="tests", zone=ZONE, now=now)
    actions.change_estimate(actor=SYSTEM, shipment_id=row.pk, eta=now + 20 * HOUR, reason="vehicle", now=now)
    outbox.drain_all(now=now)
    return Parcel(Shipment.objects.get(pk=row.pk))


@pytest.mark.req("SHIP-04")
def test_shipment_page__opens_from_the_list_and_says_where_the_goods_are(desk: Browsing, late: Parcel) -> None:
    with desk.page("/goods/shipments/", "agent") as page:
        page.get_by_label("Search", exact=True).last.fill(late.row.waybill)
        page.keyboard.press("Enter")
        page.locator("tbody tr", has_text=late.row.waybill[-4:]).first.wait_for()
        page.locator("tbody a", has_text=late.row.waybill[-4:]).first.click()
        page.wait_for_url(f"**{late.path}")
        assert page.locator("h1").inner_text() == late.row.waybill
        promise = page.locator(".zk-way-promise").inner_text()
        assert "Promised" in promise
        assert "Now expected" in promise
        assert "day late" in page.locator(".zk-header").inner_text()

        held = page.locator(".zk-panel", has=page.get_by_role("heading", name="Holds it now"))
        assert "浦东网点" in held.inner_text()
        assert "赵磊" in held.inner_text()
        shown = {link.get_attribute("href"): link.inner_text() for link in held.locator("a[href^='tel:']").all()}
        assert sorted(shown.values()) == sorted([OUTLET, COURIER])
        events = page.locator(".zk-panel", has=page.get_by_role("heading", name="Events", exact=True))
        assert events.locator("thead th").all_inner_texts() == ["Time", "Place", "Status", "Source"]
        assert events.locator("tbody tr").count() == 5
        assert "派送中，快递员赵磊" in events.locator("tbody tr").first.inner_text()
        newest = events.locator("tbody tr").first
        assert CODE not in newest.inner_text()
        newest.get_by_text("Raw code").click()
        assert CODE in newest.inner_text()
        for seen in (page.locator(".zk-way"), held):
            box = seen.bounding_box()
            assert box is not None
            assert box["y"] + 40 < 900


def test_delivery_reply__is_recorded_by_keyboard_and_stands_on_the_way(desk: Browsing, late: Parcel) -> None:
    with desk.page(late.path, "agent") as page:
        page.keyboard.press("r")
        page.wait_for_url(f"**{late.path}reply/")
        page.get_by_label("Signed by").fill("陈静")
        page.get_by_label("Damaged", exact=True).check()
        page.get_by_label("Remark").fill("外箱一角受潮")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(f"**{late.path}")

        proof = page.locator(".zk-panel", has=page.get_by_role("heading", name="Proof of delivery"))
        assert "陈静" in proof.inner_text()
        assert "外箱一角受潮" in proof.inner_text()
        assert "Delivered" in page.locator(".zk-way-promise").inner_text()
        assert "Delivered" in page.locator(".zk-way li").last.inner_text()
        assert "Delivered" in page.locator(".zk-header").inner_text()
    reply = ProofOfDelivery.objects.get(shipment=late.row)
    assert (reply.signer, reply.condition, reply.remark) == ("陈静", "damaged", "外箱一角受潮")
    assert Shipment.objects.get(pk=late.row.pk).status == Status.DELIVERED.value
    assert clock.now() - reply.signed_at < timedelta(minutes=10)


def test_delivery_reply__without_a_name_keeps_what_was_typed(desk: Browsing, late: Parcel) -> None:
    with desk.page(f"{late.path}reply/", "agent") as page:
        page.get_by_label("Remark").fill("已放门卫")
        page.locator("form.zk-form").evaluate("form => { form.noValidate = true; }")
        page.locator(".zk-form-do .btn-primary").click()
        page.locator("[aria-invalid=true]").first.wait_for()
        assert page.get_by_label("Remark").input_value() == "已放门卫"


def test_shipment_page__fits_a_phone(desk: Browsing, late: Parcel) -> None:
    with desk.page(late.path, "agent", language="zh-hant", size=PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        assert page.locator("h1").inner_text() == late.row.waybill
