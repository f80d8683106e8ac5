"""The categories and causes that a new company begins with; every one can be renamed, ended or added to."""

from datetime import timedelta

from zhike.service.cases.types.records import CategoryEntry, CauseEntry
from zhike.service.cases.types.words import CaseKind

_DAY = timedelta(hours=24)
# Somebody else must look into these first: a search, a proof, an authority.
_NEED_OTHERS = frozenset({"damaged", "lost", "short", "false_delivery", "customs", "survey"})


def _category(code: str, kind: CaseKind, words: tuple[str, str, str], order: int) -> CategoryEntry:
    labels = dict(zip(("zh-hans", "zh-hant", "en"), words, strict=True))
    return CategoryEntry(
        code=code, labels=labels, kind=kind, quick_within=_DAY, first_contact=code not in _NEED_OTHERS, order=order
    )


def _cause(code: str, words: tuple[str, str, str], order: int) -> CauseEntry:
    return CauseEntry(code=code, labels=dict(zip(("zh-hans", "zh-hant", "en"), words, strict=True)), order=order)


LATE, NO_SCAN, SURVEY = "late", "no_scan", "survey"
CATEGORIES = (
    _category(LATE, CaseKind.COMPLAINT, ("延误", "延誤", "Delay"), 10),
    _category(NO_SCAN, CaseKind.ENQUIRY, ("无轨迹更新", "無軌跡更新", "No scan"), 20),
    _category("damaged", CaseKind.COMPLAINT, ("破损", "破損", "Damage"), 30),
    _category("lost", CaseKind.COMPLAINT, ("丢失", "遺失", "Loss"), 40),
    _category("short", CaseKind.COMPLAINT, ("短少", "短少", "Shortage"), 50),
    _category("courier", CaseKind.COMPLAINT, ("快递员服务", "快遞員服務", "Courier's manner"), 60),
    _category("false_delivery", CaseKind.COMPLAINT, ("虚假签收", "不實簽收", "Signed without delivery"), 70),
    _category("pickup", CaseKind.REQUEST, ("上门取件", "到府取件", "Pick-up"), 80),
    _category("redirect", CaseKind.REQUEST, ("改址或改派", "改址或改派", "Change of address"), 90),
    _category("return", CaseKind.REQUEST, ("退回", "退回", "Return"), 100),
    _category("fee", CaseKind.COMPLAINT, ("费用争议", "費用爭議", "Dispute about charges"), 110),
    _category("customs", CaseKind.ENQUIRY, ("清关", "清關", "Customs"), 120),
    _category("invoice", CaseKind.REQUEST, ("发票", "發票", "Invoice"), 130),
    _category("price", CaseKind.ENQUIRY, ("价格与时效咨询", "價格與時效洽詢", "Price and transit time"), 140),
    _category("where", CaseKind.ENQUIRY, ("查件", "查件", "Where is my parcel"), 150),
    _category("suggestion", CaseKind.SUGGESTION, ("建议", "建議", "Suggestion"), 160),
    _category("praise", CaseKind.PRAISE, ("表扬", "表揚", "Praise"), 170),
    _category("emergency", CaseKind.EMERGENCY, ("应急", "緊急狀況", "Emergency"), 180),
    _category(SURVEY, CaseKind.ENQUIRY, ("调查回访", "調查回訪", "Follow-up of a survey"), 185),
    _category("other", CaseKind.ENQUIRY, ("其他", "其他", "Other"), 190),
)
CAUSES = (
    _cause("sorting", ("分拣差错", "分揀差錯", "Sorting error"), 10),
    _cause("handling", ("装卸操作不当", "裝卸操作不當", "Rough handling"), 20),
    _cause("linehaul", ("干线延误", "幹線延誤", "Line-haul delay"), 30),
    _cause("vehicle", ("车辆故障", "車輛故障", "Vehicle breakdown"), 40),
    _cause("capacity", ("网点积压", "據點積壓", "Backlog at an outlet"), 50),
    _cause("courier", ("派送不到位", "配送不到位", "Delivery not as promised"), 60),
    _cause("information", ("信息未更新", "資訊未更新", "Information not updated"), 70),
    _cause("packing", ("包装不足", "包裝不足", "Insufficient packing"), 80),
    _cause("address", ("地址有误", "地址有誤", "Wrong address"), 90),
    _cause("weather", ("天气", "天氣", "Weather"), 100),
    _cause("authority", ("海关或监管", "海關或主管機關", "Customs or authority"), 110),
    _cause("billing", ("计费差错", "計費差錯", "Billing error"), 120),
    _cause("explained", ("解释后理解", "說明後理解", "Explained, nothing wrong"), 130),
    _cause("other", ("其他原因", "其他原因", "Other cause"), 140),
)
