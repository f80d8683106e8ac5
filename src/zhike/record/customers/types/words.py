"""Words of the customer file: kinds, stages, channels, roles, with what people read for each."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Label = str | Promise


class CustomerKind(StrEnum):
    """Whom a file describes (客户范围); figures count consumers unless the reader widens them (CUST-03)."""

    CONSUMER = "consumer"
    PROSPECT = "prospect"
    PARTNER = "partner"
    COMPETITOR = "competitor"
    INTERNAL = "internal"


KIND_LABELS: Mapping[str, Label] = {
    CustomerKind.CONSUMER: pgettext_lazy("kind of customer", "Customer"),
    CustomerKind.PROSPECT: pgettext_lazy("kind of customer", "Prospect"),
    CustomerKind.PARTNER: pgettext_lazy("kind of customer", "Partner"),
    CustomerKind.COMPETITOR: pgettext_lazy("kind of customer", "Competitor"),
    CustomerKind.INTERNAL: pgettext_lazy("kind of customer", "Internal customer"),
}


class Stage(StrEnum):
    """Where the customer stands in its life with us."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    DORMANT = "dormant"
    LOST = "lost"
    WON_BACK = "won_back"


STAGE_LABELS: Mapping[str, Label] = {
    Stage.BEFORE: pgettext_lazy("life-cycle stage", "Before service"),
    Stage.DURING: pgettext_lazy("life-cycle stage", "In service"),
    Stage.AFTER: pgettext_lazy("life-cycle stage", "After service"),
    Stage.DORMANT: pgettext_lazy("life-cycle stage", "Dormant"),
    Stage.LOST: pgettext_lazy("life-cycle stage", "Lost"),
    Stage.WON_BACK: pgettext_lazy("life-cycle stage", "Won back"),
}


class StageCause(StrEnum):
    """What moved a customer to a stage; everything but OPENED and MANUAL follows from services and time."""

    OPENED = "opened"
    ORDER = "order"
    COMPLETED = "completed"
    SILENCE = "silence"
    MANUAL = "manual"


STAGE_CAUSE_LABELS: Mapping[str, Label] = {
    StageCause.OPENED: _("File opened"),
    StageCause.ORDER: _("Order placed"),
    StageCause.COMPLETED: _("All services completed"),
    StageCause.SILENCE: _("No order for a long time"),
    StageCause.MANUAL: _("Set by hand"),
}


class LegalForm(StrEnum):
    UNKNOWN = ""
    COMPANY = "company"
    BRANCH = "branch"
    SOLE_TRADER = "sole_trader"
    PERSON = "person"
    PUBLIC_BODY = "public_body"
    ASSOCIATION = "association"


LEGAL_FORM_LABELS: Mapping[str, Label] = {
    LegalForm.UNKNOWN: pgettext_lazy("legal form", "Not known"),
    LegalForm.COMPANY: pgettext_lazy("legal form", "Company"),
    LegalForm.BRANCH: pgettext_lazy("legal form", "Branch of a company"),
    LegalForm.SOLE_TRADER: pgettext_lazy("legal form", "Sole trader"),
    LegalForm.PERSON: pgettext_lazy("legal form", "Private person"),
    LegalForm.PUBLIC_BODY: pgettext_lazy("legal form", "Public body"),
    LegalForm.ASSOCIATION: pgettext_lazy("legal form", "Association"),
}


class Industry(StrEnum):
    """Sections of the national classification GB/T 4754, with those of our customers' trades named apart."""

    UNKNOWN = ""
    AGRICULTURE = "agriculture"
    MINING = "mining"
    FOOD = "food"
    TEXTILES = "textiles"
    CHEMICALS = "chemicals"
    PHARMACEUTICALS = "pharmaceuticals"
    MACHINERY = "machinery"
    VEHICLES = "vehicles"
    ELECTRONICS = "electronics"
    OTHER_MANUFACTURING = "other_manufacturing"
    ENERGY = "energy"
    CONSTRUCTION = "construction"
    WHOLESALE = "wholesale"
    RETAIL = "retail"
    ONLINE_RETAIL = "online_retail"
    TRANSPORT = "transport"
    HOSPITALITY = "hospitality"
    INFORMATION = "information"
    FINANCE = "finance"
    PROPERTY = "property"
    BUSINESS_SERVICES = "business_services"
    EDUCATION = "education"
    HEALTH = "health"
    CULTURE = "culture"
    PUBLIC = "public"
    HOUSEHOLDS = "households"
    OTHER = "other"


INDUSTRY_LABELS: Mapping[str, Label] = {
    Industry.UNKNOWN: pgettext_lazy("industry", "Not known"),
    Industry.AGRICULTURE: pgettext_lazy("industry", "Agriculture, forestry, fishing"),
    Industry.MINING: pgettext_lazy("industry", "Mining"),
    Industry.FOOD: pgettext_lazy("industry", "Food and drink"),
    Industry.TEXTILES: pgettext_lazy("industry", "Textiles and clothing"),
    Industry.CHEMICALS: pgettext_lazy("industry", "Chemicals and plastics"),
    Industry.PHARMACEUTICALS: pgettext_lazy("industry", "Medicines and medical devices"),
    Industry.MACHINERY: pgettext_lazy("industry", "Machinery"),
    Industry.VEHICLES: pgettext_lazy("industry", "Vehicles and parts"),
    Industry.ELECTRONICS: pgettext_lazy("industry", "Electronics"),
    Industry.OTHER_MANUFACTURING: pgettext_lazy("industry", "Other manufacturing"),
    Industry.ENERGY: pgettext_lazy("industry", "Energy and water"),
    Industry.CONSTRUCTION: pgettext_lazy("industry", "Construction"),
    Industry.WHOLESALE: pgettext_lazy("industry", "Wholesale"),
    Industry.RETAIL: pgettext_lazy("industry", "Retail"),
    Industry.ONLINE_RETAIL: pgettext_lazy("industry", "Online retail"),
    Industry.TRANSPORT: pgettext_lazy("industry", "Transport and storage"),
    Industry.HOSPITALITY: pgettext_lazy("industry", "Hotels and catering"),
    Industry.INFORMATION: pgettext_lazy("industry", "Information and software"),
    Industry.FINANCE: pgettext_lazy("industry", "Finance"),
    Industry.PROPERTY: pgettext_lazy("industry", "Property"),
    Industry.BUSINESS_SERVICES: pgettext_lazy("industry", "Business services"),
    Industry.EDUCATION: pgettext_lazy("industry", "Education"),
    Industry.HEALTH: pgettext_lazy("industry", "Health and social work"),
    Industry.CULTURE: pgettext_lazy("industry", "Culture, sport, leisure"),
    Industry.PUBLIC: pgettext_lazy("industry", "Public administration"),
    Industry.HOUSEHOLDS: pgettext_lazy("industry", "Private households"),
    Industry.OTHER: pgettext_lazy("industry", "Other"),
}


class Source(StrEnum):
    """How the customer found us, or we the customer."""

    UNKNOWN = ""
    CALL = "call"
    WEB = "web"
    COUNTER = "counter"
    REFERRAL = "referral"
    VISIT = "visit"
    FAIR = "fair"
    TENDER = "tender"
    MARKETPLACE = "marketplace"
    IMPORT = "import"
    OTHER = "other"


SOURCE_LABELS: Mapping[str, Label] = {
    Source.UNKNOWN: pgettext_lazy("source of a customer", "Not known"),
    Source.CALL: pgettext_lazy("source of a customer", "Called us"),
    Source.WEB: pgettext_lazy("source of a customer", "Web site"),
    Source.COUNTER: pgettext_lazy("source of a customer", "Came to an outlet"),
    Source.REFERRAL: pgettext_lazy("source of a customer", "Recommended by a customer"),
    Source.VISIT: pgettext_lazy("source of a customer", "Visited by us"),
    Source.FAIR: pgettext_lazy("source of a customer", "Trade fair"),
    Source.TENDER: pgettext_lazy("source of a customer", "Tender"),
    Source.MARKETPLACE: pgettext_lazy("source of a customer", "Online marketplace"),
    Source.IMPORT: pgettext_lazy("source of a customer", "Imported list"),
    Source.OTHER: pgettext_lazy("source of a customer", "Other"),
}


class PointKind(StrEnum):
    """Ways to reach a person."""

    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"
    QQ = "qq"
    FAX = "fax"
    OTHER = "other"


POINT_LABELS: Mapping[str, Label] = {
    PointKind.PHONE: pgettext_lazy("way to reach somebody", "Phone"),
    PointKind.EMAIL: pgettext_lazy("way to reach somebody", "Email"),
    PointKind.WECHAT: pgettext_lazy("way to reach somebody", "WeChat"),
    PointKind.QQ: pgettext_lazy("way to reach somebody", "QQ"),
    PointKind.FAX: pgettext_lazy("way to reach somebody", "Fax"),
    PointKind.OTHER: pgettext_lazy("way to reach somebody", "Other"),
}
# Kinds that are dialled: their value is a number in E.164 once it is certain.
DIALLED = frozenset({PointKind.PHONE, PointKind.FAX})


class ChainRole(StrEnum):
    """Roles in the decision chain (决策链)."""

    FIRST_CONTACT = "first_contact"
    USER = "user"
    INFLUENCER = "influencer"
    DECISION_MAKER = "decision_maker"


CHAIN_LABELS: Mapping[str, Label] = {
    ChainRole.FIRST_CONTACT: pgettext_lazy("decision chain", "First contact"),
    ChainRole.USER: pgettext_lazy("decision chain", "User"),
    ChainRole.INFLUENCER: pgettext_lazy("decision chain", "Influencer"),
    ChainRole.DECISION_MAKER: pgettext_lazy("decision chain", "Decision maker"),
}
# What somebody in the role does, for a person's chip: 陈静 decides.
CHAIN_VERBS: Mapping[str, Label] = {
    ChainRole.FIRST_CONTACT: pgettext_lazy("decision chain", "answers"),
    ChainRole.USER: pgettext_lazy("decision chain", "uses"),
    ChainRole.INFLUENCER: pgettext_lazy("decision chain", "influences"),
    ChainRole.DECISION_MAKER: pgettext_lazy("decision chain", "decides"),
}

STRENGTH_LABELS: Mapping[int, Label] = {
    1: pgettext_lazy("strength of a relation", "Against us"),
    2: pgettext_lazy("strength of a relation", "Reserved"),
    3: pgettext_lazy("strength of a relation", "Neutral"),
    4: pgettext_lazy("strength of a relation", "Good"),
    5: pgettext_lazy("strength of a relation", "Speaks for us"),
}


class Channel(StrEnum):
    """How people are in touch."""

    CALL = "call"
    MAIL = "mail"
    WECHAT = "wechat"
    SMS = "sms"
    CHAT = "chat"
    VISIT = "visit"
    COUNTER = "counter"
    WEB = "web"
    LETTER = "letter"
    NOTE = "note"
    SYSTEM = "system"


CHANNEL_LABELS: Mapping[str, Label] = {
    Channel.CALL: pgettext_lazy("channel", "Call"),
    Channel.MAIL: pgettext_lazy("channel", "Email"),
    Channel.WECHAT: pgettext_lazy("channel", "WeChat"),
    Channel.SMS: pgettext_lazy("channel", "SMS"),
    Channel.CHAT: pgettext_lazy("channel", "Chat"),
    Channel.VISIT: pgettext_lazy("channel", "Visit"),
    Channel.COUNTER: pgettext_lazy("channel", "At the counter"),
    Channel.WEB: pgettext_lazy("channel", "Web site"),
    Channel.LETTER: pgettext_lazy("channel", "Letter"),
    Channel.NOTE: pgettext_lazy("channel", "Note"),
    Channel.SYSTEM: pgettext_lazy("channel", "System"),
}


class EnquiryState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


ENQUIRY_LABELS: Mapping[str, Label] = {
    EnquiryState.OPEN: pgettext_lazy("state of an enquiry", "Open"),
    EnquiryState.WON: pgettext_lazy("state of an enquiry", "Became a deal"),
    EnquiryState.LOST: pgettext_lazy("state of an enquiry", "No deal"),
}


class LossReason(StrEnum):
    """Why an enquiry led to no deal."""

    PRICE = "price"
    TIME = "time"
    ROUTE = "route"
    GOODS = "goods"
    COMPETITOR = "competitor"
    POSTPONED = "postponed"
    NO_NEED = "no_need"
    NO_ANSWER = "no_answer"
    OTHER = "other"


LOSS_LABELS: Mapping[str, Label] = {
    LossReason.PRICE: pgettext_lazy("reason of loss", "Price"),
    LossReason.TIME: pgettext_lazy("reason of loss", "Transit time"),
    LossReason.ROUTE: pgettext_lazy("reason of loss", "Route not offered"),
    LossReason.GOODS: pgettext_lazy("reason of loss", "Goods not accepted"),
    LossReason.COMPETITOR: pgettext_lazy("reason of loss", "Chose a competitor"),
    LossReason.POSTPONED: pgettext_lazy("reason of loss", "Postponed"),
    LossReason.NO_NEED: pgettext_lazy("reason of loss", "Need has gone"),
    LossReason.NO_ANSWER: pgettext_lazy("reason of loss", "No longer answers"),
    LossReason.OTHER: pgettext_lazy("reason of loss", "Other"),
}


class StandingValue(StrEnum):
    """How a standing is shown."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    LETTER = "letter"
    MARKS = "marks"
    COUNT = "count"


class CardPlace(StrEnum):
    """Where a room's card stands on the customer page: in the first view, or behind a tab of its own."""

    NOW = "now"
    STANDING = "standing"
    TAB = "tab"


class Facet(StrEnum):
    """Views of a timeline."""

    ALL = "all"
    OUTSIDE = "outside"
    GOODS = "goods"
    MONEY = "money"


FACET_LABELS: Mapping[str, Label] = {
    Facet.ALL: pgettext_lazy("timeline", "All"),
    Facet.OUTSIDE: pgettext_lazy("timeline", "With the customer"),
    Facet.GOODS: pgettext_lazy("timeline", "Goods"),
    Facet.MONEY: pgettext_lazy("timeline", "Money"),
}
