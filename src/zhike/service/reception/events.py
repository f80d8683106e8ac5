"""What the log says of calls, extensions and waiting enquiries, and what rooms above are told."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.record.customers.types import CHANNEL_LABELS
from zhike.service.reception.types.words import (
    CALL_LABELS,
    DIRECTION_LABELS,
    EVENT_LABELS,
    WAITING_LABELS,
    WHO_LABELS,
)

audit.tell(
    "reception",
    event=EVENT_LABELS,
    direction=DIRECTION_LABELS,
    state=(CALL_LABELS, WAITING_LABELS),
    who=WHO_LABELS,
    channel=CHANNEL_LABELS,
    case=audit.Of("case"),
    **{"from": audit.Of("staff")},
)
_TEXTS = frozenset({"number", "note", "name", "phone", "text", "answer"})


class CallToldEvent(audit.Event):
    type = "reception.call_told"
    label = _("Event of a call received")
    personal = _TEXTS


class CallerConfirmed(audit.Event):
    type = "reception.caller_confirmed"
    label = _("Caller confirmed")


class CallTakenOut(audit.Event):
    type = "reception.call_taken_out"
    label = _("Call taken out of a case")


class CallTaken(audit.Event):
    type = "reception.call_taken"
    label = _("Waiting call taken")


class CallWritten(audit.Event):
    type = "reception.call_written"
    label = _("Call written down")
    personal = _TEXTS


class CallsSettled(audit.Event):
    type = "reception.calls_settled"
    label = _("Calls written down by the system")


class ExtensionGiven(audit.Event):
    type = "reception.extension_given"
    label = _("Extension assigned")


class ExtensionEnded(audit.Event):
    type = "reception.extension_ended"
    label = _("Extension taken back")


class PhoneSystemSaved(audit.Event):
    type = "reception.phone_system_saved"
    label = _("Telephone system set up")


class EnquiryWaits(audit.Event):
    type = "reception.enquiry_waits"
    label = _("Enquiry waits for a first answer")
    personal = _TEXTS


class EnquiryTaken(audit.Event):
    type = "reception.enquiry_taken"
    label = _("Waiting enquiry taken")


class EnquiryGivenBack(audit.Event):
    type = "reception.enquiry_given_back"
    label = _("Waiting enquiry given back")


class EnquiryAnswered(audit.Event):
    type = "reception.enquiry_answered"
    label = _("Waiting enquiry answered")
    personal = _TEXTS


class EnquiryDropped(audit.Event):
    type = "reception.enquiry_dropped"
    label = _("Waiting enquiry left without an answer")


class ReceptionForgotten(audit.Event):
    type = "reception.forgotten"
    label = _("Calls and enquiries of people emptied")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryAnsweredEvent(outbox.Event):
    """A waiting enquiry has its first answer."""

    type: ClassVar[str] = "reception.answered"
    waiting_id: int
    channel: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsEndedEvent(outbox.Event):
    """Calls that stand on a timeline have ended: how long they lasted is known now."""

    type: ClassVar[str] = "reception.calls_ended"
    interaction_ids: list[int]
