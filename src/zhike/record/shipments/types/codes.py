"""Words of shipments that are stored as codes, each with its label."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Label = str | Promise


class BusinessLine(StrEnum):
    EXPRESS = "express"
    ROAD = "road"
    AIR = "air"
    SEA = "sea"
    RAIL = "rail"
    WAREHOUSING = "warehousing"
    CUSTOMS = "customs"
    OTHER = "other"


LINE_LABELS: Final[Mapping[BusinessLine, Label]] = {
    BusinessLine.EXPRESS: pgettext_lazy("business line", "Express"),
    BusinessLine.ROAD: pgettext_lazy("business line", "Road freight"),
    BusinessLine.AIR: pgettext_lazy("business line", "Air freight"),
    BusinessLine.SEA: pgettext_lazy("business line", "Sea freight"),
    BusinessLine.RAIL: pgettext_lazy("business line", "Rail freight"),
    BusinessLine.WAREHOUSING: pgettext_lazy("business line", "Warehousing"),
    BusinessLine.CUSTOMS: pgettext_lazy("business line", "Customs brokerage"),
    BusinessLine.OTHER: pgettext_lazy("business line", "Other"),
}


class ServiceMode(StrEnum):
    """How far a shipment goes: 市内, 区域, 全国, 跨国境."""

    LOCAL = "local"
    REGIONAL = "regional"
    NATIONAL = "national"
    CROSS_BORDER = "cross_border"


MODE_LABELS: Final[Mapping[ServiceMode, Label]] = {
    ServiceMode.LOCAL: pgettext_lazy("service mode", "Within the city"),
    ServiceMode.REGIONAL: pgettext_lazy("service mode", "Regional"),
    ServiceMode.NATIONAL: pgettext_lazy("service mode", "National"),
    ServiceMode.CROSS_BORDER: pgettext_lazy("service mode", "Cross-border"),
}


class Status(StrEnum):
    """The canonical states of a shipment (methods §9)."""

    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    REDIRECTED = "redirected"
    STALE = "stale"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    EXCEPTION = "exception"
    RETURNING = "returning"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLED = "cancelled"


STATUS_LABELS: Final[Mapping[Status, Label]] = {
    Status.INFO_RECEIVED: pgettext_lazy("shipment status", "Order received"),
    Status.PICKED_UP: pgettext_lazy("shipment status", "Picked up"),
    Status.IN_TRANSIT: pgettext_lazy("shipment status", "In transit"),
    Status.CUSTOMS: pgettext_lazy("shipment status", "At customs"),
    Status.REDIRECTED: pgettext_lazy("shipment status", "Redirected"),
    Status.STALE: pgettext_lazy("shipment status", "Given up by the carrier's tracking"),
    Status.OUT_FOR_DELIVERY: pgettext_lazy("shipment status", "Out for delivery"),
    Status.READY_FOR_PICKUP: pgettext_lazy("shipment status", "Waiting to be collected"),
    Status.ATTEMPT_FAILED: pgettext_lazy("shipment status", "Delivery attempt failed"),
    Status.EXCEPTION: pgettext_lazy("shipment status", "Exception"),
    Status.RETURNING: pgettext_lazy("shipment status", "On the way back"),
    Status.DELIVERED: pgettext_lazy("shipment status", "Delivered"),
    Status.RETURNED: pgettext_lazy("shipment status", "Returned to sender"),
    Status.CANCELLED: pgettext_lazy("shipment status", "Cancelled"),
}

TERMINAL: Final = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
# Where an agent looks first: only these are shown as trouble.
TROUBLE: Final = frozenset({Status.EXCEPTION, Status.ATTEMPT_FAILED, Status.RETURNING, Status.STALE})


class Classifier(StrEnum):
    """Whether something happened, is expected or is planned; only what happened moves the status."""

    ACT = "ACT"
    EST = "EST"
    PLN = "PLN"


class Vocabulary(StrEnum):
    """Code systems of tracking events; one code means different things in two of them."""

    ZHIKE = "zhike"
    # Milestones that the order's own system states; a later import of the same order replaces them.
    ORDER = "order"
    KARRIO = "karrio"
    AFTERSHIP = "aftership"
    KUAIDI100 = "kuaidi100"
    KDNIAO = "kdniao"
    UNECE24 = "unece24"
    IATA = "iata"
    TRACK17 = "track17"
    DCSA = "dcsa"


class IncidentReason(StrEnum):
    """Why something went wrong, named after who can do something about it (methods §9)."""

    CARRIER_DAMAGED = "carrier_damaged"
    CARRIER_LOST = "carrier_lost"
    CARRIER_SHORT = "carrier_short"
    CARRIER_MISSORTED = "carrier_missorted"
    CARRIER_VEHICLE = "carrier_vehicle"
    CARRIER_CAPACITY = "carrier_capacity"
    CARRIER_OTHER = "carrier_other"
    SHIPPER_PACKING = "shipper_packing"
    SHIPPER_ADDRESS = "shipper_address"
    SHIPPER_NOT_READY = "shipper_not_ready"
    SHIPPER_OTHER = "shipper_other"
    CONSIGNEE_ABSENT = "consignee_absent"
    CONSIGNEE_REFUSED = "consignee_refused"
    CONSIGNEE_ADDRESS = "consignee_address"
    CONSIGNEE_OTHER = "consignee_other"
    CUSTOMS_DOCUMENTS = "customs_documents"
    CUSTOMS_INSPECTION = "customs_inspection"
    CUSTOMS_DUTIES = "customs_duties"
    CUSTOMS_OTHER = "customs_other"
    WEATHER = "weather"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"


REASON_LABELS: Final[Mapping[IncidentReason, Label]] = {
    IncidentReason.CARRIER_DAMAGED: pgettext_lazy("incident", "Damaged on the way"),
    IncidentReason.CARRIER_LOST: pgettext_lazy("incident", "Lost on the way"),
    IncidentReason.CARRIER_SHORT: pgettext_lazy("incident", "Pieces missing"),
    IncidentReason.CARRIER_MISSORTED: pgettext_lazy("incident", "Sent to the wrong place"),
    IncidentReason.CARRIER_VEHICLE: pgettext_lazy("incident", "Vehicle broke down"),
    IncidentReason.CARRIER_CAPACITY: pgettext_lazy("incident", "Too much to carry"),
    IncidentReason.CARRIER_OTHER: pgettext_lazy("incident", "Other, on the carrier's side"),
    IncidentReason.SHIPPER_PACKING: pgettext_lazy("incident", "Poor packing"),
    IncidentReason.SHIPPER_ADDRESS: pgettext_lazy("incident", "Wrong address given by the shipper"),
    IncidentReason.SHIPPER_NOT_READY: pgettext_lazy("incident", "Goods not ready"),
    IncidentReason.SHIPPER_OTHER: pgettext_lazy("incident", "Other, on the shipper's side"),
    IncidentReason.CONSIGNEE_ABSENT: pgettext_lazy("incident", "Consignee not there"),
    IncidentReason.CONSIGNEE_REFUSED: pgettext_lazy("incident", "Refused by the consignee"),
    IncidentReason.CONSIGNEE_ADDRESS: pgettext_lazy("incident", "Consignee's address not found"),
    IncidentReason.CONSIGNEE_OTHER: pgettext_lazy("incident", "Other, on the consignee's side"),
    IncidentReason.CUSTOMS_DOCUMENTS: pgettext_lazy("incident", "Customs documents missing"),
    IncidentReason.CUSTOMS_INSPECTION: pgettext_lazy("incident", "Customs inspection"),
    IncidentReason.CUSTOMS_DUTIES: pgettext_lazy("incident", "Customs duties unpaid"),
    IncidentReason.CUSTOMS_OTHER: pgettext_lazy("incident", "Other, at customs"),
    IncidentReason.WEATHER: pgettext_lazy("incident", "Weather"),
    IncidentReason.FORCE_MAJEURE: pgettext_lazy("incident", "Force majeure"),
    IncidentReason.OTHER: pgettext_lazy("incident", "Other"),
}


class Condition(StrEnum):
    """How the goods arrived, as the delivery reply states it."""

    INTACT = "intact"
    DAMAGED = "damaged"
    SHORT = "short"
    DAMAGED_AND_SHORT = "damaged_and_short"


CONDITION_LABELS: Final[Mapping[Condition, Label]] = {
    Condition.INTACT: pgettext_lazy("condition of goods", "Intact"),
    Condition.DAMAGED: pgettext_lazy("condition of goods", "Damaged"),
    Condition.SHORT: pgettext_lazy("condition of goods", "Pieces missing"),
    Condition.DAMAGED_AND_SHORT: pgettext_lazy("condition of goods", "Damaged, and pieces missing"),
}


class LegKind(StrEnum):
    PICKUP = "pickup"
    TRANSPORT = "transport"
    HUB = "hub"
    DELIVERY = "delivery"


LEG_LABELS: Final[Mapping[LegKind, Label]] = {
    LegKind.PICKUP: pgettext_lazy("leg", "Pick-up"),
    LegKind.TRANSPORT: pgettext_lazy("leg", "Transport"),
    LegKind.HUB: pgettext_lazy("leg", "Sorting"),
    LegKind.DELIVERY: pgettext_lazy("leg", "Delivery"),
}


class PartyRole(StrEnum):
    CONSIGNOR = "consignor"
    CONSIGNEE = "consignee"


class EtaSource(StrEnum):
    CARRIER = "carrier"
    SYSTEM = "system"
    STAFF = "staff"


ETA_LABELS: Final[Mapping[EtaSource, Label]] = {
    EtaSource.CARRIER: pgettext_lazy("estimate by", "carrier"),
    EtaSource.SYSTEM: pgettext_lazy("estimate by", "system"),
    EtaSource.STAFF: pgettext_lazy("estimate by", "staff"),
}


class WatchKind(StrEnum):
    """Why a shipment stands on the watch list."""

    OVERDUE = "overdue"
    SILENT = "silent"
    NO_REPLY = "no_reply"
    NO_PHONE = "no_phone"


WATCH_LABELS: Final[Mapping[WatchKind, Label]] = {
    WatchKind.OVERDUE: pgettext_lazy("watch list", "Promise passed"),
    WatchKind.SILENT: pgettext_lazy("watch list", "No scan"),
    WatchKind.NO_REPLY: pgettext_lazy("watch list", "No delivery reply"),
    WatchKind.NO_PHONE: pgettext_lazy("watch list", "No courier phone"),
}


class LateRule(StrEnum):
    """When a delivered shipment counts as late."""

    CALENDAR_DAY = "calendar_day"
    INSTANT = "instant"


LATE_RULE_LABELS: Final[Mapping[LateRule, Label]] = {
    LateRule.CALENDAR_DAY: _("Delivered on a later calendar day than promised, in the destination's zone"),
    LateRule.INSTANT: _("Delivered at a later moment than promised"),
}
