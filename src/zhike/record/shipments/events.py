"""What the audit log and the rooms above are told about orders and shipments."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.record.shipments.types.codes import CONDITION_LABELS, STATUS_LABELS, WATCH_LABELS

audit.tell(
    "shipments",
    kind=WATCH_LABELS,
    status=STATUS_LABELS,
    condition=CONDITION_LABELS,
    role={"consignor": _("Consignor"), "consignee": _("Consignee")},
)


class OrderRegistered(audit.Event):
    type = "shipments.order_registered"
    label = _("Order registered")
    personal = frozenset({"consignor", "consignee"})


class OrdersImported(audit.Event):
    type = "shipments.orders_imported"
    label = _("Orders imported")


class EventsAdded(audit.Event):
    type = "shipments.events_added"
    label = _("Tracking events added")


class EventVoided(audit.Event):
    type = "shipments.event_voided"
    label = _("Tracking event voided")


class ReplyRecorded(audit.Event):
    type = "shipments.reply_recorded"
    label = _("Delivery reply recorded")
    personal = frozenset({"signer", "remark"})


class EstimateChanged(audit.Event):
    type = "shipments.estimate_changed"
    label = _("Estimated delivery changed")


class PromiseCorrected(audit.Event):
    type = "shipments.promise_corrected"
    label = _("Promise corrected")


class LegAssigned(audit.Event):
    type = "shipments.leg_assigned"
    label = _("Outlet or courier of a leg named")
    personal = frozenset({"courier_name", "courier_phone"})


class WatchAcknowledged(audit.Event):
    type = "shipments.watch_acknowledged"
    label = _("Entry of the watch list put aside")


class WatchLifted(audit.Event):
    type = "shipments.watch_lifted"
    label = _("Entry of the watch list taken up again")


class LateTold(audit.Event):
    type = "shipments.late_told"
    label = _("Late shipments reported")


class SilentTold(audit.Event):
    type = "shipments.silent_told"
    label = _("Silent shipments reported")


class NoticesGiven(audit.Event):
    type = "shipments.notices_given"
    label = _("Notices of shipments given")


class ShipmentsNoticed(audit.Event):
    type = "shipments.noticed"
    label = _("Notices of shipments delivered")


class PhoneRevealed(audit.Event):
    type = "shipments.phone_revealed"
    label = _("Phone of a consignor or consignee looked at")


class CodeExplained(audit.Event):
    type = "shipments.code_explained"
    label = _("Status code explained")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentsRegistered(outbox.Event):
    """New shipments; at most 1,000 ids an event."""

    type: ClassVar[str] = "shipments.registered"
    shipment_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentsDelivered(outbox.Event):
    type: ClassVar[str] = "shipments.delivered"
    shipment_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentsLate(outbox.Event):
    """Not delivered although the promise has passed; told once a shipment."""

    type: ClassVar[str] = "shipments.late"
    shipment_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentsSilent(outbox.Event):
    """Without a scan for longer than the parameter says; told once a silence."""

    type: ClassVar[str] = "shipments.silent"
    shipment_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(outbox.Event):
    """Shipments that now have this status and had another before."""

    type: ClassVar[str] = "shipments.status_changed"
    shipment_ids: list[int]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchImported(outbox.Event):
    """A whole batch of orders or events; `touched` counts the shipments whose state changed."""

    type: ClassVar[str] = "shipments.batch_imported"
    batch_id: int
    what: str
    created: int
    updated: int
    duplicate: int
    touched: int
