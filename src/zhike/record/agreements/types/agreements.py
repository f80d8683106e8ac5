"""Agreements with customers: what was agreed, from when to when, and who looks after it (AGRE-02)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.platform.errors import Conflict
from zhike.platform.numbering import Series
from zhike.record.customers.types import Label

AGREEMENT_SERIES = Series(key="agreement", prefix="AG-", width=6)


class AgreementState(StrEnum):
    """Where an agreement stands; EXPIRED follows by itself when its last day has passed."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    ENDED = "ended"


AGREEMENT_LABELS: Mapping[str, Label] = {
    AgreementState.DRAFT: pgettext_lazy("state of an agreement", "draft"),
    AgreementState.IN_FORCE: pgettext_lazy("state of an agreement", "in force"),
    AgreementState.EXPIRED: pgettext_lazy("state of an agreement", "expired"),
    AgreementState.ENDED: pgettext_lazy("state of an agreement", "ended"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEntry:
    """One service of an agreement, with its price or the tariff it refers to."""

    service: str
    price: Decimal | None = None
    currency: str = "CNY"
    per: str = ""
    tariff: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedEntry:
    """A standard that an agreement carries, by its number, with the agreement's own figure where it differs."""

    standard: str
    number: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEntry:
    """What is agreed, as somebody writes it. `valid_from` is the first day of this version."""

    title: str
    valid_from: date
    valid_until: date | None = None
    review_on: date | None = None
    deliverables: str = ""
    items: tuple[ItemEntry, ...] = ()
    standards: tuple[CarriedEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedStandard:
    """A standard as an agreement carries it: its words with the figure that holds."""

    code: str
    version: int
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An agreement that holds for a customer on a day, with the standards it carries."""

    id: int
    number: str
    version: int
    title: str
    valid_until: date | None
    review_on: date | None
    standards: tuple[CarriedStandard, ...] = field(default=())


class AgreementClosed(Conflict):
    code = "agreement_closed"
    message = _("This agreement has ended or expired.")
    next_step = _("Open a new agreement for the customer.")


class StillDraft(Conflict):
    code = "agreement_is_draft"
    message = _("This agreement is not in force.")


AGREEMENT_FIELDS = (
    TargetField(
        "external_id",
        _("Id of the agreement in the other system"),
        required=True,
        max_length=120,
        help=_("Finds it again when the list is sent once more."),
        also_called=("合同编号", "協議編號", "contract"),
    ),
    TargetField("customer_number", _("Customer number"), max_length=20, also_called=("客户编号", "客戶編號")),
    TargetField(
        "reference",
        _("Id of the customer in the other system"),
        max_length=120,
        help=_("Used where the customer number is empty."),
    ),
    TargetField(
        "title", pgettext_lazy("agreement", "Title"), required=True, max_length=200, also_called=("名称", "名稱")
    ),
    TargetField("staff", _("Staff number"), max_length=40, also_called=("工号", "工號")),
    TargetField("valid_from", _("In force from"), FieldKind.DATE, required=True, also_called=("生效日期",)),
    TargetField("valid_until", _("In force until"), FieldKind.DATE, also_called=("到期日期",)),
    TargetField("review_on", _("Review on"), FieldKind.DATE, also_called=("复核日期", "檢視日期")),
    TargetField("deliverables", _("Deliverables"), max_length=4000),
    TargetField("service", _("Service"), required=True, max_length=200, also_called=("服务项目", "服務項目")),
    TargetField("price", _("Price"), FieldKind.DECIMAL, also_called=("价格", "價格")),
    TargetField("currency", _("Currency"), max_length=3, also_called=("币种", "幣別")),
    TargetField("per", pgettext_lazy("price", "Per"), max_length=40),
    TargetField("tariff", _("Tariff"), max_length=120, also_called=("价目表", "價目表")),
    TargetField(
        "standards",
        _("Numbers of standards"),
        max_length=400,
        help=_("Separated by spaces, e.g. ST-0001 ST-0004."),
        also_called=("标准编号", "標準編號"),
    ),
)
AGREEMENT_REASONS: Mapping[str, Label] = {
    "unknown_customer": _("names no customer within your reach"),
    "unknown_staff": _("names no member of staff"),
    "unknown_standard": _("names a standard that does not hold on the first day of the agreement"),
    "until_before_from": _("lies before the first day"),
    "unknown_currency": _("is no ISO currency code"),
    "negative": _("is negative"),
}
