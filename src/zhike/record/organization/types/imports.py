"""What files can fill of units and people, and why rows are refused."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.record.organization.types.labels import KIND_LABELS, SIDE_LABELS

UNIT_FIELDS = (
    TargetField("code", _("Code"), required=True, max_length=40, also_called=("unit_code", "网点编号", "網點編號")),
    TargetField("name", _("Name"), required=True, max_length=120, also_called=("unit_name", "网点名称", "據點名稱")),
    TargetField("kind", _("Kind"), FieldKind.CODE, required=True, choices=KIND_LABELS, also_called=("type", "类型")),
    TargetField(
        "parent_code", _("Code of the unit above"), max_length=40, also_called=("parent", "上级编号", "上級編號")
    ),
    TargetField("side", _("Front or back"), FieldKind.CODE, choices=SIDE_LABELS),
    TargetField("zone", _("Time zone"), max_length=64, help=_("Such as Asia/Shanghai; empty: the zone of the import.")),
    TargetField("address", _("Address"), max_length=300, also_called=("地址",)),
    TargetField("city", _("City"), max_length=80, also_called=("城市",)),
    TargetField("region_code", _("Region code"), max_length=12),
    TargetField("lat", _("Latitude"), FieldKind.DECIMAL, minimum=-90, maximum=90, decimals=6, also_called=("纬度",)),
    TargetField("lon", _("Longitude"), FieldKind.DECIMAL, minimum=-180, maximum=180, decimals=6, also_called=("经度",)),
    TargetField("phones", _("Phones, separated by commas"), max_length=200, also_called=("phone", "tel", "电话")),
    TargetField("services", _("Codes of services, separated by commas"), max_length=200),
)
STAFF_FIELDS = (
    TargetField("number", _("Staff number"), required=True, max_length=40, also_called=("工号", "工號", "staff_no")),
    TargetField("name", _("Name"), required=True, max_length=120, also_called=("姓名",)),
    TargetField("unit_code", _("Code of the unit"), required=True, max_length=40, also_called=("网点编号", "unit")),
    TargetField("form_of_address", _("Form of address"), max_length=60, also_called=("称呼",)),
    TargetField("rank", _("Rank"), max_length=60, also_called=("职级", "岗位")),
    TargetField("phones", _("Phones, separated by commas"), max_length=200, also_called=("phone", "手机", "电话")),
    TargetField("email", _("E-mail"), max_length=254, also_called=("邮箱",)),
    TargetField("is_courier", _("Courier"), FieldKind.BOOLEAN, also_called=("快递员",)),
    TargetField("employed_from", _("Employed from"), FieldKind.DATE, also_called=("入职日期",)),
)
UNIT_REASONS = {
    "code_form": _("has up to 40 Latin letters, digits and . _ -"),
    "zone_unknown": _("is not a time zone"),
    "services_unknown": _("names a service that does not exist"),
    "phones_unknown": _("holds a number that cannot be read with certainty"),
    "position": _("needs latitude and longitude together, on earth"),
    "moves": _("differs from the unit above; units are moved by hand, not by import"),
    "parent_unknown": _("names no unit below which this one can hang"),
    "second_company": _("would be a second company"),
    "out_of_reach": _("lies outside the units that you may change"),
}
STAFF_REASONS = {
    "unit_unknown": _("names no open unit"),
    "has_left": _("belongs to somebody who has left"),
    "email_form": _("is not an e-mail address"),
    "phones_unknown": _("holds a number that cannot be read with certainty"),
    "out_of_reach": _("lies outside the units that you may change"),
}
