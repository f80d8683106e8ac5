"""What a list of contacts can fill, and why rows are refused."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.record.customers.types.words import CHAIN_LABELS

PEOPLE_FIELDS = (
    TargetField("customer_number", _("Customer number"), max_length=20, also_called=("客户编号", "客戶編號")),
    TargetField(
        "reference",
        _("Id in the other system"),
        max_length=120,
        help=_("Of the customer; used where the customer number is empty."),
    ),
    TargetField("name", _("Name"), required=True, max_length=120, also_called=("contact", "联系人", "聯絡人", "姓名")),
    TargetField("form_of_address", _("Form of address"), max_length=60, also_called=("称呼", "稱呼")),
    TargetField("position", _("Position"), max_length=120, also_called=("职务", "職務")),
    TargetField("phone", _("Phone"), max_length=160, also_called=("mobile", "tel", "电话", "手机", "電話", "手機")),
    TargetField(
        "role",
        _("Place in the decision chain"),
        FieldKind.CODE,
        choices={str(code): label for code, label in CHAIN_LABELS.items()},
    ),
)
PEOPLE_REASONS = {
    "unknown_customer": _("names no customer within your reach"),
    "repeated_person": _("stands in the file more than once with other values"),
}
