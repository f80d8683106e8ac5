"""Events and states of calls, states of waiting enquiries, and what people read for them."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import pgettext_lazy

from zhike.record.customers.types import Channel, Label

CALL_SUBJECT = "call"


class Told(StrEnum):
    """What a telephone system tells of a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    HELD = "held"
    TRANSFERRED = "transferred"
    ENDED = "ended"
    MISSED = "missed"


EVENT_LABELS: Mapping[str, Label] = {
    Told.RINGING: pgettext_lazy("call event", "Rings"),
    Told.ANSWERED: pgettext_lazy("call event", "Answered"),
    Told.HELD: pgettext_lazy("call event", "Put on hold"),
    Told.TRANSFERRED: pgettext_lazy("call event", "Put through"),
    Told.ENDED: pgettext_lazy("call event", "Hung up"),
    Told.MISSED: pgettext_lazy("call event", "Nobody answered"),
}
# The fields of the canonical event, in the order in which a mapping names them.
CANONICAL = ("call_id", "event", "direction", "caller", "called", "extension", "occurred_at")


class CallDirection(StrEnum):
    IN = "in"
    OUT = "out"


DIRECTION_LABELS: Mapping[str, Label] = {
    CallDirection.IN: pgettext_lazy("call", "Incoming"),
    CallDirection.OUT: pgettext_lazy("call", "Outgoing"),
}


class CallState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    HELD = "held"
    ENDED = "ended"
    MISSED = "missed"


CALL_LABELS: Mapping[str, Label] = {
    CallState.RINGING: pgettext_lazy("call", "Ringing"),
    CallState.ANSWERED: pgettext_lazy("call", "Talking"),
    CallState.HELD: pgettext_lazy("call", "On hold"),
    CallState.ENDED: pgettext_lazy("call", "Ended"),
    CallState.MISSED: pgettext_lazy("call", "Missed"),
}
LIVE_STATES = (CallState.RINGING.value, CallState.ANSWERED.value, CallState.HELD.value)


class Who(StrEnum):
    """What the agent said of the caller."""

    OPEN = ""
    KNOWN = "known"
    CONSIGNEE = "consignee"
    UNKNOWN = "unknown"
    SHARED = "shared"


WHO_LABELS: Mapping[str, Label] = {
    Who.OPEN: pgettext_lazy("caller", "Not confirmed"),
    Who.KNOWN: pgettext_lazy("caller", "Confirmed"),
    Who.CONSIGNEE: pgettext_lazy("caller", "Consignee"),
    Who.UNKNOWN: pgettext_lazy("caller", "Unknown"),
    Who.SHARED: pgettext_lazy("caller", "Shared number"),
}


class Certainty(StrEnum):
    CERTAIN = "certain"
    MAYBE = "maybe"


class WaitingState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    ANSWERED = "answered"
    DROPPED = "dropped"


WAITING_LABELS: Mapping[str, Label] = {
    WaitingState.WAITING: pgettext_lazy("enquiry waits", "Waiting"),
    WaitingState.TAKEN: pgettext_lazy("enquiry waits", "Taken"),
    WaitingState.ANSWERED: pgettext_lazy("enquiry waits", "Answered"),
    WaitingState.DROPPED: pgettext_lazy("enquiry waits", "Left without an answer"),
}
# Where somebody waits for our first word; a call that nobody took is one to return.
WAITING_CHANNELS = (Channel.CHAT, Channel.WEB, Channel.COUNTER, Channel.CALL)
