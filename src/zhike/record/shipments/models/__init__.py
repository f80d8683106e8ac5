"""Orders, shipments, tracking events, promises."""

from zhike.record.shipments.models.orders import Leg, Order, Party, Shipment
from zhike.record.shipments.models.promises import EstimateChange, PromiseCorrection, ProofOfDelivery, WatchAck
from zhike.record.shipments.models.tracking import FeedBatch, StatusCode, TrackingEvent, UnknownCode, WaitingEvent

__all__ = [
    "EstimateChange",
    "FeedBatch",
    "Leg",
    "Order",
    "Party",
    "PromiseCorrection",
    "ProofOfDelivery",
    "Shipment",
    "StatusCode",
    "TrackingEvent",
    "UnknownCode",
    "WaitingEvent",
    "WatchAck",
]
