"""Forms of the customer file."""

from zhike.record.customers.forms.contacts import ContactForm, PointForm, SeatForm
from zhike.record.customers.forms.enquiries import EnquiryForm, LossForm
from zhike.record.customers.forms.erasure import EraseForm, FindForm, RefuseForm
from zhike.record.customers.forms.files import CustomerForm, GroupForm, MergeForm, OwnerForm, ReasonForm, StageForm

__all__ = [
    "ContactForm",
    "CustomerForm",
    "EnquiryForm",
    "EraseForm",
    "FindForm",
    "GroupForm",
    "LossForm",
    "MergeForm",
    "OwnerForm",
    "PointForm",
    "ReasonForm",
    "RefuseForm",
    "SeatForm",
    "StageForm",
]
