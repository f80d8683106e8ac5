"""Texts of shipment notices that ship with the product, until the company publishes its own.

Parts in square brackets are left out where a value is missing. SMS texts keep within few parts.
"""

from collections.abc import Mapping
from typing import Final

from zhike.record.contacting.types import (
    CASE_RECEIVED,
    CASE_REPLY,
    SURVEY_TEMPLATES,
    ContactChannel,
    EventKind,
    Party,
    Purpose,
    TemplateView,
    Wording,
)

HANS, HANT, EN = "zh-hans", "zh-hant", "en"
_Texts = Mapping[str, str]

_SUBJECTS: Final[Mapping[EventKind, _Texts]] = {
    EventKind.PICKED_UP: {
        HANS: "运单{waybill}已揽收",
        HANT: "託運單{waybill}已收件",
        EN: "Shipment {waybill} has been picked up",
    },
    EventKind.OUT_FOR_DELIVERY: {
        HANS: "运单{waybill}正在派送",
        HANT: "託運單{waybill}配送中",
        EN: "Shipment {waybill} is out for delivery",
    },
    EventKind.DELIVERED: {
        HANS: "运单{waybill}已签收",
        HANT: "託運單{waybill}已簽收",
        EN: "Shipment {waybill} has been delivered",
    },
    EventKind.EXCEPTION: {
        HANS: "运单{waybill}运输异常",
        HANT: "託運單{waybill}運送異常",
        EN: "Shipment {waybill} is delayed",
    },
    EventKind.READY_FOR_PICKUP: {
        HANS: "运单{waybill}可自提",
        HANT: "託運單{waybill}可取件",
        EN: "Shipment {waybill} is ready to be collected",
    },
    EventKind.ATTEMPT_FAILED: {
        HANS: "运单{waybill}派送未成功",
        HANT: "託運單{waybill}配送未成功",
        EN: "Shipment {waybill} could not be delivered",
    },
    EventKind.RETURNED: {
        HANS: "运单{waybill}已退回寄件人",
        HANT: "託運單{waybill}已退回寄件人",
        EN: "Shipment {waybill} has been returned to the sender",
    },
}
_BODIES: Final[Mapping[EventKind, _Texts]] = {
    EventKind.PICKED_UP: {
        HANS: "您的快件{waybill}已揽收[，预计{estimate}前送达]。",
        HANT: "您的包裹{waybill}已收件[，預計{estimate}前送達]。",
        EN: "Your shipment {waybill} has been picked up[, expected by {estimate}].",
    },
    EventKind.OUT_FOR_DELIVERY: {
        HANS: "您的快件{waybill}正在派送[，快递员{courier}][，电话{courier_phone}]。",
        HANT: "您的包裹{waybill}配送中[，配送員{courier}][，電話{courier_phone}]。",
        EN: "Your shipment {waybill} is out for delivery[, courier {courier}][, phone {courier_phone}].",
    },
    EventKind.DELIVERED: {
        HANS: "您的快件{waybill}已签收。如有疑问请联系我们[：{outlet_phone}]。",
        HANT: "您的包裹{waybill}已簽收。如有疑問請聯絡我們[：{outlet_phone}]。",
        EN: "Your shipment {waybill} has been delivered. Questions? Call us[: {outlet_phone}].",
    },
    EventKind.EXCEPTION: {
        HANS: "您的快件{waybill}运输延误[，原因：{reason}][，新的预计送达时间{estimate}]。我们会继续跟进。",
        HANT: "您的包裹{waybill}運送延誤[，原因：{reason}][，新的預計送達時間{estimate}]。我們會持續追蹤。",
        EN: "Your shipment {waybill} is delayed[: {reason}][. New expected delivery: {estimate}]. We are on it.",
    },
    EventKind.READY_FOR_PICKUP: {
        HANS: "您的快件{waybill}已到，可自提[，地点：{outlet}][，电话{outlet_phone}]。",
        HANT: "您的包裹{waybill}已到，可取件[，地點：{outlet}][，電話{outlet_phone}]。",
        EN: "Your shipment {waybill} is ready to be collected[ at {outlet}][, phone {outlet_phone}].",
    },
    EventKind.ATTEMPT_FAILED: {
        HANS: "您的快件{waybill}今日派送未成功，我们会再次派送[，改约时间请致电{outlet_phone}]。",
        HANT: "您的包裹{waybill}今日配送未成功，我們會再次配送[，改約時間請致電{outlet_phone}]。",
        EN: "We could not deliver your shipment {waybill} and will try again[. To arrange a time: {outlet_phone}].",
    },
    EventKind.RETURNED: {
        HANS: "运单{waybill}的货物已退回寄件人[，电话{outlet_phone}]。",
        HANT: "託運單{waybill}的貨物已退回寄件人[，電話{outlet_phone}]。",
        EN: "The goods of shipment {waybill} have been returned to the sender[, phone {outlet_phone}].",
    },
}
_GREETING: Final[_Texts] = {HANS: "[{name}，]您好：\n\n", HANT: "[{name}，]您好：\n\n", EN: "Hello[ {name}],\n\n"}
_FOOT: Final[_Texts] = {
    HANS: "[\n\n选择接收哪些通知：{optout_link}]",
    HANT: "[\n\n選擇接收哪些通知：{optout_link}]",
    EN: "[\n\nChoose which notices you get: {optout_link}]",
}
# Channels in which each event is told unless the notice table or a wish says otherwise.
_MAIL, _SMS = ContactChannel.EMAIL, ContactChannel.SMS
_URGENT_FOR_CONSIGNEE = frozenset(
    {EventKind.OUT_FOR_DELIVERY, EventKind.READY_FOR_PICKUP, EventKind.ATTEMPT_FAILED, EventKind.EXCEPTION}
)


def on_by_default(event: EventKind, party: Party, channel: ContactChannel) -> bool:
    """Customers get a mail of every change; consignees a text where they are to do or expect something."""
    if party is Party.CUSTOMER:
        return channel is _MAIL
    return event in _URGENT_FOR_CONSIGNEE and channel is _SMS


def code_of(event: EventKind, channel: ContactChannel) -> str:
    """The code of the template with which an event is told."""
    return f"notice.{event.value}.{channel.value}"


def _texts(event: EventKind, channel: ContactChannel) -> dict[str, Wording]:
    if channel is _SMS:
        return {language: Wording(body=body) for language, body in _BODIES[event].items()}
    return {
        language: Wording(body=f"{_GREETING[language]}{body}{_FOOT[language]}", subject=_SUBJECTS[event][language])
        for language, body in _BODIES[event].items()
    }


_NOTICES: Final[Mapping[str, TemplateView]] = {
    code_of(event, channel): TemplateView(
        code=code_of(event, channel),
        labels={},
        purpose=Purpose.TRANSACTIONAL,
        channel=channel,
        event=event.value,
        version=0,
        texts=_texts(event, channel),
        built_in=True,
    )
    for event in EventKind
    for channel in (_MAIL, _SMS)
}

_CASE_SUBJECT: Final = "Re: {case_subject} ({case_number})"
_CASE_LABELS: Final[Mapping[str, _Texts]] = {
    CASE_REPLY: {HANS: "工单回复邮件", HANT: "工單回覆郵件", EN: "Mail: reply in a case"},
    CASE_RECEIVED: {HANS: "来信已收到的回执", HANT: "來信收悉通知", EN: "Mail: we have received your message"},
}
_CASE_BODIES: Final[Mapping[str, _Texts]] = {
    CASE_REPLY: {
        HANS: "{reply}[\n\n{staff}]\n\n工单编号{case_number}。如需补充，请直接回复本邮件。",
        HANT: "{reply}[\n\n{staff}]\n\n工單編號{case_number}。如需補充，請直接回覆本郵件。",
        EN: "{reply}[\n\n{staff}]\n\nCase {case_number}. To add anything, simply answer this mail.",
    },
    CASE_RECEIVED: {
        HANS: "[{name}，]您好：\n\n来信已收到，工单编号{case_number}[，由{staff}负责]。如需补充，请直接回复本邮件。",
        HANT: "[{name}，]您好：\n\n來信已收到，工單編號{case_number}[，由{staff}負責]。如需補充，請直接回覆本郵件。",
        EN: "Hello[ {name}],\n\nWe have received your message. It is case {case_number}[, in the hands of {staff}]. "
        "To add anything, simply answer this mail.",
    },
}


def _case_template(code: str) -> TemplateView:
    return TemplateView(
        code=code,
        labels=_CASE_LABELS[code],
        purpose=Purpose.TRANSACTIONAL,
        channel=_MAIL,
        event="",
        version=0,
        texts={lang: Wording(body=body, subject=_CASE_SUBJECT) for lang, body in _CASE_BODIES[code].items()},
        built_in=True,
    )


_SURVEY_LABELS: Final[Mapping[str, _Texts]] = {
    "invite": {HANS: "满意度调查邀请", HANT: "滿意度調查邀請", EN: "Survey: invitation"},
    "remind": {HANS: "满意度调查提醒", HANT: "滿意度調查提醒", EN: "Survey: reminder"},
}
_SURVEY_SUBJECTS: Final[Mapping[str, _Texts]] = {
    "invite": {
        HANS: "请您评价我们的服务[（运单{waybill}）]",
        HANT: "請您評價我們的服務[（託運單{waybill}）]",
        EN: "How did we do?[ Shipment {waybill}]",
    },
    "remind": {
        HANS: "提醒：请您评价我们的服务[（运单{waybill}）]",
        HANT: "提醒：請您評價我們的服務[（託運單{waybill}）]",
        EN: "Reminder: how did we do?[ Shipment {waybill}]",
    },
}
# Short, since they also go as SMS; nothing in them asks for a certain score.
_SURVEY_BODIES: Final[Mapping[str, _Texts]] = {
    "invite": {
        HANS: "请您评价我们的服务[（运单{waybill}）]，约{survey_minutes}分钟：{survey_link}",
        HANT: "請您評價我們的服務[（託運單{waybill}）]，約{survey_minutes}分鐘：{survey_link}",
        EN: "How did we do[ with shipment {waybill}]? About {survey_minutes} min: {survey_link}",
    },
    "remind": {
        HANS: "我们还没有收到您对服务的评价[（运单{waybill}）]，约{survey_minutes}分钟，只提醒这一次：{survey_link}",
        HANT: "我們還沒有收到您對服務的評價[（託運單{waybill}）]，約{survey_minutes}分鐘，僅提醒這一次：{survey_link}",
        EN: "We have not heard yet how we did[ with shipment {waybill}]. About {survey_minutes} min, "
        "our only reminder: {survey_link}",
    },
}
_SURVEY_SMS_FOOT: Final[_Texts] = {
    HANS: "[ 不再接收：{optout_link}]",
    HANT: "[ 不再接收：{optout_link}]",
    EN: "[ No more: {optout_link}]",
}
_SURVEY_MAIL_FOOT: Final[_Texts] = {
    HANS: "[\n\n不愿参加，或选择接收哪些消息：{optout_link}]",
    HANT: "[\n\n不願參加，或選擇接收哪些訊息：{optout_link}]",
    EN: "[\n\nNot to be asked, or to choose which messages you get: {optout_link}]",
}


def _survey_template(what: str, channel: ContactChannel) -> TemplateView:
    code, bodies, subjects = SURVEY_TEMPLATES[what, channel], _SURVEY_BODIES[what], _SURVEY_SUBJECTS[what]
    if channel is _SMS:
        texts = {lang: Wording(body=f"{body}{_SURVEY_SMS_FOOT[lang]}") for lang, body in bodies.items()}
    else:
        texts = {
            lang: Wording(body=f"{_GREETING[lang]}{body}{_SURVEY_MAIL_FOOT[lang]}", subject=subjects[lang])
            for lang, body in bodies.items()
        }
    return TemplateView(
        code=code,
        labels=_SURVEY_LABELS[what],
        purpose=Purpose.SERVICE_SURVEY,
        channel=channel,
        event="",
        version=0,
        texts=texts,
        built_in=True,
    )


BUILT_IN: Final[Mapping[str, TemplateView]] = {
    **{code: _case_template(code) for code in (CASE_REPLY, CASE_RECEIVED)},
    **{code: _survey_template(what, channel) for (what, channel), code in SURVEY_TEMPLATES.items()},
    **_NOTICES,
}
