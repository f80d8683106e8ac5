"""All writes of shipments."""

from zhike.record.shipments.actions.handover import pass_parcels
from zhike.record.shipments.actions.imports_events import load_events
from zhike.record.shipments.actions.imports_orders import load_orders
from zhike.record.shipments.actions.legs import set_leg
from zhike.record.shipments.actions.notices import mark_noticed, tell_delay, tell_status
from zhike.record.shipments.actions.orders import register_order
from zhike.record.shipments.actions.people import reveal_phone
from zhike.record.shipments.actions.promises import change_estimate, correct_promise
from zhike.record.shipments.actions.replies import record_delivery_reply
from zhike.record.shipments.actions.tracking import add_events, explain_code, void_event, void_external
from zhike.record.shipments.actions.watch import acknowledge_watch, lift_watch, tell_late, tell_silent

__all__ = [
    "acknowledge_watch",
    "add_events",
    "change_estimate",
    "correct_promise",
    "explain_code",
    "lift_watch",
    "load_events",
    "load_orders",
    "mark_noticed",
    "pass_parcels",
    "record_delivery_reply",
    "register_order",
    "reveal_phone",
    "set_leg",
    "tell_delay",
    "tell_late",
    "tell_silent",
    "tell_status",
    "void_event",
    "void_external",
]
