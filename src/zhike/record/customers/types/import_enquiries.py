"""What a list of enquiries can fill, and why rows are refused."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.record.customers.types.words import CHANNEL_LABELS, ENQUIRY_LABELS, LOSS_LABELS, Channel

ENQUIRY_FIELDS = (
    TargetField("customer_number", _("Customer number"), max_length=20, also_called=("客户编号", "客戶編號")),
    TargetField(
        "reference",
        _("Id in the other system"),
        max_length=120,
        help=_("Of the customer; used where the customer number is empty."),
    ),
    TargetField("person", _("Contact person"), max_length=120, also_called=("联系人", "聯絡人")),
    TargetField("staff", _("Staff number of whoever took it"), max_length=40, also_called=("工号", "工號")),
    TargetField("asked_at", _("Asked"), FieldKind.INSTANT, required=True, also_called=("咨询时间", "諮詢時間")),
    TargetField(
        "channel",
        pgettext_lazy("enquiry", "By"),
        FieldKind.CODE,
        choices={str(c): label for c, label in CHANNEL_LABELS.items() if c not in {Channel.NOTE, Channel.SYSTEM}},
    ),
    TargetField("subject", _("What is asked"), required=True, max_length=200, also_called=("咨询内容", "諮詢內容")),
    TargetField("text", _("Text"), max_length=4000),
    TargetField("opened_file", _("The file was opened by it"), FieldKind.BOOLEAN),
    TargetField(
        "state", _("State"), FieldKind.CODE, choices={str(code): label for code, label in ENQUIRY_LABELS.items()}
    ),
    TargetField("closed_at", _("Closed"), FieldKind.INSTANT),
    TargetField(
        "loss_reason", _("Reason"), FieldKind.CODE, choices={str(code): label for code, label in LOSS_LABELS.items()}
    ),
    TargetField("next_contact_on", _("Next contact"), FieldKind.DATE),
)
ENQUIRY_REASONS = {
    "unknown_customer": _("names no customer within your reach"),
    "unknown_staff": _("names no member of staff"),
    "in_future": _("lies in the future"),
    "closed_before": _("lies before the enquiry, or is missing although it is closed"),
    "loss_without_reason": _("is missing, although the enquiry is lost"),
    "reason_without_loss": _("is given, although the enquiry is not lost"),
}
