"""Tables of the reception."""

from zhike.service.reception.models.calls import Call, CallEvent, CallSet, Extension, PhoneSystem
from zhike.service.reception.models.waiting import Waiting, WaitingSet

__all__ = ["Call", "CallEvent", "CallSet", "Extension", "PhoneSystem", "Waiting", "WaitingSet"]
