"""A parcel on its way, as somebody outside may look for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from zhike.platform.calendars.types import Shift
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments import actions
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests import factories as goods
from zhike.record.shipments.types.codes import Status
from zhike.record.shipments.types.inputs import EventDraft

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai
ZONE = "Asia/Shanghai"
HOUR = timedelta(hours=1)
EVERY_DAY = ((Shift(8 * 60, 20 * 60),),) * 7


def outlet() -> Any:  # noqa: ANN401  # the room's own row
    return organization.unit(name="浦东网点", phones=("+862162345678",), hours=EVERY_DAY)


def parcel(now: datetime = NOW, *, due: timedelta = 28 * HOUR, **more: Any) -> Shipment:
    """Picked up two days ago, at the hub yesterday, out for delivery this morning with courier 赵磊."""
    point = outlet()
    made = goods.shipment(
        ordered_at=now - 60 * HOUR,
        promised_delivery_at=now + due,
        destination_unit=point,
        consignee={"name": "陈静", "city": "上海", "phone": "+8613812345678"},
        **more,
    )
    steps = [
        (Status.PICKED_UP, 50 * HOUR, "杭州", {}),
        (Status.IN_TRANSIT, 26 * HOUR, "华东转运中心", {}),
        (Status.IN_TRANSIT, 20 * HOUR, "上海转运中心", {}),
        (
            Status.OUT_FOR_DELIVERY,
            3 * HOUR,
            "浦东网点",
            {"outlet": point.code, "handler_name": "赵磊", "handler_phone": "13987654321"},
        ),
    ]
    add(made, *[(status, now - before, place, extra) for status, before, place, extra in steps], now=now)
    return Shipment.objects.get(pk=made.pk)


def add(made: Shipment, *steps: tuple[Status, datetime, str, dict[str, Any]], now: datetime = NOW) -> None:
    drafts = [
        EventDraft(waybill=made.waybill, occurred_at=at, status=status, place=place, zone=ZONE, **extra)
        for status, at, place, extra in steps
    ]
    result = actions.add_events(actor=goods.SYSTEM, events=drafts, source="tests", zone=ZONE, now=now)
    assert (result.waiting, result.refused) == (0, ())
