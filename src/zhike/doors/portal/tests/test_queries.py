"""What somebody outside may know of a shipment."""

from datetime import timedelta

import pytest
from django.utils import translation

from zhike.doors.portal import queries
from zhike.doors.portal.tests.factories import HOUR, NOW, ZONE, add, parcel
from zhike.doors.portal.types import TrackView
from zhike.platform import parameters
from zhike.platform.actors import public_actor, system_actor
from zhike.platform.errors import NotFound
from zhike.record.organization.models import Unit
from zhike.record.shipments import actions
from zhike.record.shipments.tests.factories import SYSTEM
from zhike.record.shipments.types.codes import Condition, Status

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def look(waybill: str, ending: str = "", now: object = NOW) -> TrackView:
    return queries.tracking(actor=public_actor("192.0.2.1"), waybill=waybill, now=now, phone_ending=ending)  # type: ignore[arg-type]


@pytest.mark.req("PORT-01", partial="own shipments with login")
@pytest.mark.parametrize("ending", ["", "0000", "678", "12345678", "abcd"])
def test_tracking__without_the_second_key_names_nobody(ending: str) -> None:
    found = look(parcel().waybill, ending)

    assert (found.unlocked, found.calls, found.help, found.consignee, found.proof) == (False, (), [], "", "")
    assert found.latest is not None
    assert [line.text for line in (found.latest, *found.earlier)] == [
        "浦东网点, Out for delivery",
        "上海转运中心, In transit",
        "华东转运中心, In transit",
        "杭州, Picked up",
    ]


@pytest.mark.req("SHIP-04")
def test_tracking__with_the_phone_ending_the_courier_and_the_outlet_can_be_called() -> None:
    found = look(parcel().waybill, "5678")

    assert [(call.name, call.phone, call.shown, call.note) for call in found.calls] == [
        ("Courier 赵磊", "+8613987654321", "139 8765 4321", ""),
        ("浦东网点", "+862162345678", "021 6234 5678", "open until 20:00"),
    ]
    assert (found.unlocked, found.consignee, found.help) == (True, "陈**", [])


@pytest.mark.parametrize(
    ("home", "note"),
    [("Asia/Shanghai", ""), ("Asia/Singapore", ""), ("Europe/Berlin", "Times are local: UTC+8"), ("", "")],
)
def test_tracking__names_the_zone_once_and_only_where_it_is_not_the_company_s(home: str, note: str) -> None:
    made = parcel()
    Unit.objects.filter(parent__isnull=True).update(zone=home)

    assert (look(made.waybill).zone, look(made.waybill).zone_note) == (ZONE, note)


@pytest.mark.parametrize(
    ("due", "headline", "why"),
    [
        (28 * HOUR, "Arrives tomorrow", ""),
        (5 * HOUR, "Arrives today", ""),
        (100 * HOUR, "Arrives 27 Nov", ""),
        (-24 * HOUR, "Out for delivery", "Promised for yesterday. We do not know the new time yet."),
    ],
)
def test_tracking__says_when_it_arrives(due: timedelta, headline: str, why: str) -> None:
    found = look(parcel(due=due).waybill)

    assert (found.headline, found.why, found.late) == (headline, why, why != "")


def test_tracking__an_estimate_replaces_the_promise_and_says_why() -> None:
    made = parcel(due=-20 * HOUR)
    add(made, (Status.EXCEPTION, NOW - HOUR, "浦东网点", {"incident_reason": "carrier_vehicle"}))
    actions.change_estimate(actor=SYSTEM, shipment_id=made.pk, eta=NOW + 28 * HOUR, reason="vehicle", now=NOW)

    found = look(made.waybill)

    assert found.headline == "Arrives tomorrow by 18:05"
    assert found.why.startswith("Promised for yesterday, 2 days later. Reason: ")
    assert (found.trouble, found.status) == (True, "Exception")


def test_tracking__delivered_shows_the_proof_to_those_who_know_the_phone() -> None:
    made = parcel()
    actions.record_delivery_reply(
        actor=SYSTEM, shipment_id=made.pk, signer="陈静", signed_at=NOW, condition=Condition.INTACT, now=NOW
    )

    assert look(made.waybill).headline == "Delivered 14:05"
    assert look(made.waybill).proof == ""
    assert look(made.waybill, "5678").proof == "Signed for by 陈**"
    assert [str(step.state) for step in look(made.waybill).steps] == ["done"] * 5


def test_tracking__the_waybill_may_be_typed_as_it_is_printed() -> None:
    made = parcel()

    assert look(f" {made.waybill[:4]} {made.waybill[4:8]} {made.waybill[8:]} ").waybill == made.waybill
    with pytest.raises(NotFound):
        look("no-such-number")


def test_tracking__midnight_is_the_end_of_its_day() -> None:
    made = parcel(due=-20 * HOUR)
    end_of_today = NOW.replace(hour=16, minute=0)
    actions.change_estimate(actor=SYSTEM, shipment_id=made.pk, eta=end_of_today, reason="vehicle", now=NOW)

    assert look(made.waybill).headline == "Arrives today by 24:00"
    assert made.zone == ZONE


def test_help_calls__names_the_hotline_once_there_is_one() -> None:
    actor = public_actor("192.0.2.1")
    assert queries.help_calls(actor=actor, now=NOW) == []

    parameters.set_parameter(
        actor=system_actor("tests"), key="portal.hotline", value="400 820 1234", reason="r", source="s", now=NOW
    )

    assert [call.phone for call in queries.help_calls(actor=actor, now=NOW)] == ["400 820 1234"]
