"""What people read for the codes of the organization."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.record.organization.types.words import (
    Duty,
    Label,
    LimitState,
    Period,
    RoleReach,
    Service,
    Side,
    UnitKind,
)

KIND_LABELS: Mapping[str, Label] = {
    UnitKind.COMPANY.value: pgettext_lazy("unit", "Company"),
    UnitKind.REGION.value: pgettext_lazy("unit", "Region"),
    UnitKind.DEPARTMENT.value: pgettext_lazy("unit", "Department"),
    UnitKind.OUTLET.value: pgettext_lazy("unit", "Outlet"),
    UnitKind.CONTRACTOR.value: pgettext_lazy("unit", "Contractor"),
    UnitKind.AGENCY_POINT.value: pgettext_lazy("unit", "Agency point"),
    UnitKind.COMMUNITY_POINT.value: pgettext_lazy("unit", "Community point"),
}
SIDE_LABELS: Mapping[str, Label] = {
    Side.FRONT.value: pgettext_lazy("side", "Front"),
    Side.BACK.value: pgettext_lazy("side", "Back"),
}
SERVICE_LABELS: Mapping[str, Label] = {
    Service.PICKUP.value: pgettext_lazy("service", "Pick-up"),
    Service.DELIVERY.value: pgettext_lazy("service", "Delivery"),
    Service.COLLECTION_POINT.value: pgettext_lazy("service", "Collection point"),
    Service.DROP_OFF.value: pgettext_lazy("service", "Drop-off"),
    Service.PACKING.value: pgettext_lazy("service", "Packing"),
    Service.CASH_ON_DELIVERY.value: pgettext_lazy("service", "Cash on delivery"),
    Service.COLD_CHAIN.value: pgettext_lazy("service", "Cold chain"),
    Service.FREIGHT.value: pgettext_lazy("service", "Freight"),
    Service.CUSTOMS.value: pgettext_lazy("service", "Customs"),
    Service.WAREHOUSE.value: pgettext_lazy("service", "Warehouse"),
}
DUTY_LABELS: Mapping[str, Label] = {
    Duty.ON_DUTY.value: pgettext_lazy("duty", "On duty"),
    Duty.BREAK.value: pgettext_lazy("duty", "On a break"),
    Duty.OFF_DUTY.value: pgettext_lazy("duty", "Off duty"),
    Duty.LEAVE.value: pgettext_lazy("duty", "On leave"),
}
REACH_LABELS: Mapping[str, Label] = {
    RoleReach.COMPANY.value: _("the whole company"),
    RoleReach.SUBTREE.value: _("a unit and all below it"),
    RoleReach.OWN.value: _("only what the person holds"),
}
PERIOD_LABELS: Mapping[str, Label] = {
    Period.DAY.value: pgettext_lazy("period", "day"),
    Period.WEEK.value: pgettext_lazy("period", "week"),
    Period.MONTH.value: pgettext_lazy("period", "month"),
    Period.QUARTER.value: pgettext_lazy("period", "quarter"),
    Period.YEAR.value: pgettext_lazy("period", "year"),
}
LIMIT_STATE_LABELS: Mapping[str, Label] = {
    LimitState.PROPOSED.value: pgettext_lazy("authority limit", "Proposed"),
    LimitState.APPROVED.value: pgettext_lazy("authority limit", "Approved"),
    LimitState.REFUSED.value: pgettext_lazy("authority limit", "Refused"),
}
GAP_LABELS: Mapping[str, Label] = {"phone": _("no phone"), "couriers": _("no courier with a phone")}
