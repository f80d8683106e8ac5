"""Words of the organization: kinds of units, duties, reaches, periods."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

Label = str | Promise


Labels = Mapping[str, str]


class UnitKind(StrEnum):
    COMPANY = "company"
    REGION = "region"
    DEPARTMENT = "department"
    OUTLET = "outlet"
    CONTRACTOR = "contractor"
    AGENCY_POINT = "agency_point"
    COMMUNITY_POINT = "community_point"


# Where a customer can go to, and so what the register of service points (GEO-01) counts.
SERVICE_POINTS = (UnitKind.OUTLET, UnitKind.AGENCY_POINT, UnitKind.COMMUNITY_POINT)


class Side(StrEnum):
    """Front units meet customers, back units serve the front."""

    FRONT = "front"
    BACK = "back"


class Service(StrEnum):
    PICKUP = "pickup"
    DELIVERY = "delivery"
    COLLECTION_POINT = "collection_point"
    DROP_OFF = "drop_off"
    PACKING = "packing"
    CASH_ON_DELIVERY = "cash_on_delivery"
    COLD_CHAIN = "cold_chain"
    FREIGHT = "freight"
    CUSTOMS = "customs"
    WAREHOUSE = "warehouse"


class Duty(StrEnum):
    ON_DUTY = "on_duty"
    BREAK = "break"
    OFF_DUTY = "off_duty"
    LEAVE = "leave"


class RoleReach(StrEnum):
    """What a role lets a person see: everything, one unit with all below it, or only what the person holds."""

    COMPANY = "company"
    SUBTREE = "subtree"
    OWN = "own"


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class LimitState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


# The roles of a new company: usual reach and names. Their rights come from what rooms declare.
DEFAULT_ROLES: Mapping[str, tuple[RoleReach, Labels]] = {
    "agent": (RoleReach.COMPANY, {"zh-hans": "客服专员", "zh-hant": "客服專員", "en": "Agent"}),
    "supervisor": (RoleReach.COMPANY, {"zh-hans": "客服主管", "zh-hant": "客服主管", "en": "Supervisor"}),
    "account_manager": (RoleReach.COMPANY, {"zh-hans": "客户经理", "zh-hant": "客戶經理", "en": "Account manager"}),
    "department": (RoleReach.SUBTREE, {"zh-hans": "协办部门", "zh-hant": "協辦部門", "en": "Department"}),
    "outlet": (RoleReach.SUBTREE, {"zh-hans": "网点", "zh-hant": "據點", "en": "Outlet"}),
    "claims": (RoleReach.COMPANY, {"zh-hans": "理赔专员", "zh-hant": "理賠專員", "en": "Claims handler"}),
    "quality": (RoleReach.COMPANY, {"zh-hans": "质量管理", "zh-hant": "品質管理", "en": "Quality"}),
    "executive": (RoleReach.COMPANY, {"zh-hans": "管理层", "zh-hant": "管理層", "en": "Executive"}),
    "admin": (RoleReach.COMPANY, {"zh-hans": "系统管理员", "zh-hant": "系統管理員", "en": "Administrator"}),
    "auditor": (RoleReach.COMPANY, {"zh-hans": "审计", "zh-hant": "稽核", "en": "Auditor"}),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """A unit's number and the last number of its subtree; both belong to it."""

    no: int
    end: int


# How the search names these records.
UNIT_KIND = "unit"
STAFF_KIND = "staff"
