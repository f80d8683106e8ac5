"""What a file can fill of customers, and why rows are refused."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.record.customers.types.words import INDUSTRY_LABELS, KIND_LABELS, LEGAL_FORM_LABELS, SOURCE_LABELS

# Options of a mapping's step: what the sending system is called (its ids are kept apart from others'), and the staff
# number of whoever is responsible where a row names nobody.
SYSTEM_OPTION = "system"
OWNER_OPTION = "owner"

CUSTOMER_FIELDS = (
    TargetField(
        "reference",
        _("Id in the other system"),
        required=True,
        max_length=120,
        help=_("Finds the file again when the list is sent once more."),
        also_called=("id", "customer_id", "customer_no", "客户编号", "客户号", "客戶編號"),
    ),
    TargetField(
        "name",
        _("Name"),
        required=True,
        max_length=200,
        also_called=("customer_name", "company", "客户名称", "公司名称", "客戶名稱"),
    ),
    TargetField("kind", _("Kind"), FieldKind.CODE, choices={str(k): v for k, v in KIND_LABELS.items()}),
    TargetField(
        "legal_form", _("Legal form"), FieldKind.CODE, choices={str(k): v for k, v in LEGAL_FORM_LABELS.items() if k}
    ),
    TargetField(
        "registration_no",
        _("Registration number"),
        max_length=40,
        also_called=("统一社会信用代码", "統一編號", "tax_no", "registration"),
    ),
    TargetField(
        "industry",
        _("Industry"),
        FieldKind.CODE,
        choices={str(k): v for k, v in INDUSTRY_LABELS.items() if k},
        also_called=("行业", "產業"),
    ),
    TargetField("source", _("Source"), FieldKind.CODE, choices={str(k): v for k, v in SOURCE_LABELS.items() if k}),
    TargetField("region", _("Region code"), max_length=12, also_called=("state", "province", "省份")),
    TargetField("city", _("City"), max_length=80, also_called=("城市",)),
    TargetField("address", _("Address"), max_length=300, also_called=("地址",)),
    TargetField("zone", _("Time zone"), max_length=64, help=_("Such as Asia/Shanghai; empty: the zone of the import.")),
    TargetField(
        "owner",
        _("Staff number of the responsible person"),
        max_length=40,
        also_called=("负责人工号", "客户经理工号", "負責人工號", "account_manager"),
    ),
    TargetField("phone", _("Phone"), max_length=160, also_called=("mobile", "tel", "电话", "手机", "電話")),
    TargetField("email", _("E-mail"), max_length=160, also_called=("邮箱", "電子郵件")),
    TargetField("contact_name", _("Contact person"), max_length=120, also_called=("contact", "联系人", "聯絡人")),
    TargetField("contact_position", _("Position of the contact person"), max_length=120, also_called=("职务",)),
    TargetField(
        "opened_at",
        _("Customer since"),
        FieldKind.INSTANT,
        help=_("When the relation began; empty: the moment of the import."),
        also_called=("开户日期", "開戶日期", "since"),
    ),
    TargetField(
        "parent",
        _("Id of the parent customer in the other system"),
        max_length=120,
        also_called=("上级客户编号", "parent_id"),
    ),
)

CUSTOMER_REASONS = {
    "unknown_owner": _("names no active member of staff; every customer has exactly one responsible person"),
    "unknown_zone": _("is not a time zone"),
    "unknown_parent": _("names no customer of this system, neither in the file nor known before"),
    "circle": _("would make the customer belong to itself"),
    "differs": _("stands in the file more than once with different values; line %(first)s was kept"),
    "out_of_reach": _("belongs to a customer outside your reach"),
    "email_form": _("is not an e-mail address"),
}
