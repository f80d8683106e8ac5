"""The columns that a file of answers from another system can fill."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.methods.scales import SCALES, Kind
from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.record.customers.types import CHANNEL_LABELS
from zhike.voice.surveys.types.words import Label, Measure

# Options of a mapping's step: whose answers they are, and what they belong to where no column says so.
SYSTEM_OPTION: Final = "system"
CUSTOMER_SYSTEM_OPTION: Final = "customer_system"
ORDER_SOURCE_OPTION: Final = "order_source"
CAMPAIGN_OPTION: Final = "campaign"
CAMPAIGN_NAME_OPTION: Final = "campaign_name"
WAVE_OPTION: Final = "wave"
FORM_OPTION: Final = "form"
# What one answer of a scale of this kind measures; a scale of another kind has no place as an overall question.
MEASURE_OF: Final[Mapping[Kind, Measure]] = {
    Kind.SATISFACTION: Measure.OVERALL,
    Kind.RECOMMENDATION: Measure.RECOMMEND,
    Kind.EFFORT: Measure.EFFORT,
}
SCALES_TAKEN: Final = tuple(scale for scale in SCALES.values() if scale.kind in MEASURE_OF)

ANSWER_FIELDS: Final = (
    TargetField(
        "reference",
        _("Id of the answer"),
        required=True,
        max_length=79,
        help=_("What the sending system calls it: the same id again is the same answer."),
        also_called=("review_id", "response_id", "答卷编号", "答卷編號"),
    ),
    TargetField(
        "reference_of",
        _("Id of the answer, second part"),
        max_length=79,
        help=_("Where one id stands on several orders: both together are the answer's id."),
    ),
    TargetField("waybill", _("Waybill"), max_length=60, also_called=("tracking_number", "运单号", "運單號")),
    TargetField("carrier", _("Carrier"), max_length=40),
    TargetField("order_id", _("Order id"), max_length=80, also_called=("order", "订单号", "訂單號")),
    TargetField(
        "customer",
        _("Customer"),
        max_length=120,
        help=_("Our number, or what the source calls the customer; the shipment's own where there is one."),
        also_called=("customer_id", "客户号", "客戶號", "客户编号", "客戶編號"),
    ),
    TargetField(
        "scale",
        pgettext_lazy("survey", "Scale"),
        FieldKind.CODE,
        required=True,
        choices={scale.id: scale.id for scale in SCALES_TAKEN},
        also_called=("量表",),
    ),
    TargetField(
        "score",
        pgettext_lazy("survey", "Score"),
        FieldKind.INTEGER,
        help=_("A level of the scale; empty where none was given, which is counted as missing."),
        also_called=("review_score", "rating", "评分", "評分", "得分"),
    ),
    TargetField("title", _("Heading of the comment"), max_length=300),
    TargetField("text", _("Comment"), max_length=10_000, also_called=("comment", "评价", "評價", "意见", "意見")),
    TargetField(
        "asked_at",
        pgettext_lazy("recipient of a survey", "Asked"),
        FieldKind.INSTANT,
        also_called=("邀请时间", "邀請時間"),
    ),
    TargetField(
        "answered_at",
        pgettext_lazy("survey", "Answered"),
        FieldKind.INSTANT,
        required=True,
        also_called=("答题时间", "答題時間", "提交时间", "提交時間"),
    ),
    TargetField("campaign", _("Survey"), max_length=80, help=_("What the sending system calls this round of asking.")),
    TargetField("campaign_name", _("Name of the survey"), max_length=120),
    TargetField("wave", pgettext_lazy("survey", "Wave"), max_length=20, also_called=("波次",)),
    TargetField("form", _("Code of our form"), max_length=40),
    TargetField("value_class", _("Value class when asked"), max_length=12, also_called=("价值等级", "價值等級")),
    TargetField("annual_value", _("Annual value when asked"), FieldKind.DECIMAL, minimum=0, decimals=2),
    TargetField(
        "channel",
        _("Channel"),
        FieldKind.CODE,
        choices={str(code): label for code, label in CHANNEL_LABELS.items()},
    ),
)

ANSWER_REASONS: Final[Mapping[str, Label]] = {
    "unknown_waybill": _("is not a waybill within your reach"),
    "ambiguous_waybill": _("exists with more than one carrier; name the carrier"),
    "unknown_order": _("is not an order within your reach"),
    "ambiguous_order": _("has more than one shipment; name the waybill"),
    "unknown_customer": _("is not a customer that we know"),
    "outside_scale": _("lies outside the scale, %(minimum)s to %(maximum)s"),
    "says_nothing": _("has neither a score nor a comment"),
    "before_asked": _("is before the day of asking"),
    "in_future": _("lies in the future"),
    "unknown_form": _("is not a published form that asks for this on this scale"),
    "no_text_item": _("cannot be kept: the form asks for no text"),
    "repeated_answer": _("stands in the file more than once; line %(first)s was kept"),
    "stands": _("was taken over before with another score, which stays"),
    "outside_reach": _("is outside the units within your reach"),
}
