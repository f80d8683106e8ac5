"""Tables of the customer file."""

from zhike.record.customers.models.contacts import ChainSeat, Contact, ContactPoint
from zhike.record.customers.models.customers import (
    Customer,
    CustomerMerge,
    CustomerRef,
    CustomerUnit,
    OwnerHistory,
    StageChange,
)
from zhike.record.customers.models.enquiries import Enquiry
from zhike.record.customers.models.erasures import Erasure, ErasureRequest
from zhike.record.customers.models.standing import CustomerStanding, StandingChange

__all__ = [
    "ChainSeat",
    "Contact",
    "ContactPoint",
    "Customer",
    "CustomerMerge",
    "CustomerRef",
    "CustomerStanding",
    "CustomerUnit",
    "Enquiry",
    "Erasure",
    "ErasureRequest",
    "OwnerHistory",
    "StageChange",
    "StandingChange",
]
