"""Words of contacting that are stored as codes, each with its label."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Label = str | Promise
LANGUAGES: Final = ("zh-hans", "zh-hant", "en")


class Purpose(StrEnum):
    """Why somebody is contacted. What is transactional belongs to a delivery or to a question of the person's own."""

    TRANSACTIONAL = "transactional"
    SERVICE_SURVEY = "service_survey"
    RELATIONSHIP = "relationship"
    MARKETING = "marketing"


PURPOSE_LABELS: Final[Mapping[Purpose, Label]] = {
    Purpose.TRANSACTIONAL: pgettext_lazy("purpose of a contact", "Delivery and replies"),
    Purpose.SERVICE_SURVEY: pgettext_lazy("purpose of a contact", "Survey"),
    Purpose.RELATIONSHIP: pgettext_lazy("purpose of a contact", "Relationship care"),
    Purpose.MARKETING: pgettext_lazy("purpose of a contact", "Marketing"),
}
# Those that a person may refuse; a message about the person's own goods is switched off by a wish instead.
REFUSABLE: Final = (Purpose.SERVICE_SURVEY, Purpose.RELATIONSHIP, Purpose.MARKETING)
# Those that nobody gets without having agreed.
OPT_IN: Final = frozenset({Purpose.MARKETING})


class ContactChannel(StrEnum):
    """Ways in which we reach a person. The first two leave by themselves; the others are made by people."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"
    VISIT = "visit"
    CHAT = "chat"


CHANNEL_LABELS: Final[Mapping[ContactChannel, Label]] = {
    ContactChannel.EMAIL: pgettext_lazy("way of contact", "Email"),
    ContactChannel.SMS: pgettext_lazy("way of contact", "SMS"),
    ContactChannel.CALL: pgettext_lazy("way of contact", "Call"),
    ContactChannel.VISIT: pgettext_lazy("way of contact", "Visit"),
    ContactChannel.CHAT: pgettext_lazy("way of contact", "Chat"),
}
SENT_BY_US: Final = (ContactChannel.EMAIL, ContactChannel.SMS)


class ConsentStatus(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


CONSENT_LABELS: Final[Mapping[ConsentStatus, Label]] = {
    ConsentStatus.GRANTED: pgettext_lazy("consent", "agreed"),
    ConsentStatus.WITHDRAWN: pgettext_lazy("consent", "refused"),
}


class ConsentSource(StrEnum):
    """Where a consent or a refusal was given."""

    DESK = "desk"
    LINK = "link"
    FORM = "form"
    REPLY = "reply"
    CONTRACT = "contract"
    IMPORT = "import"


CONSENT_SOURCE_LABELS: Final[Mapping[ConsentSource, Label]] = {
    ConsentSource.DESK: pgettext_lazy("source of a consent", "said to us"),
    ConsentSource.LINK: pgettext_lazy("source of a consent", "link in a message"),
    ConsentSource.FORM: pgettext_lazy("source of a consent", "form"),
    ConsentSource.REPLY: pgettext_lazy("source of a consent", "reply to a message"),
    ConsentSource.CONTRACT: pgettext_lazy("source of a consent", "contract"),
    ConsentSource.IMPORT: pgettext_lazy("source of a consent", "taken over from another system"),
}


class SurveyKind(StrEnum):
    """What a contact asks for an opinion about; a reminder belongs to an earlier invitation."""

    NONE = ""
    TRANSACTION = "transaction"
    RELATIONSHIP = "relationship"
    REMINDER = "reminder"


class Outcome(StrEnum):
    """What was decided about a contact. `made` was made by a person and is only written down."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"
    MADE = "made"


OUTCOME_LABELS: Final[Mapping[Outcome, Label]] = {
    Outcome.ALLOW: pgettext_lazy("contact", "allowed"),
    Outcome.HOLD: pgettext_lazy("contact", "waits"),
    Outcome.DENY: pgettext_lazy("contact", "withheld"),
    Outcome.MADE: pgettext_lazy("contact", "made"),
}


class Fate(StrEnum):
    """What was decided about a message that had not left, as the rooms that asked for it are told."""

    HOLD = "hold"
    DENY = "deny"
    FAILED = "failed"
    TAKEN_BACK = "taken_back"


class Delivery(StrEnum):
    """What became of a message that was allowed."""

    NONE = ""
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    TAKEN_BACK = "taken_back"


DELIVERY_LABELS: Final[Mapping[Delivery, Label]] = {
    Delivery.NONE: "",
    Delivery.WAITING: pgettext_lazy("contact", "on its way"),
    Delivery.SENT: pgettext_lazy("contact", "delivered"),
    Delivery.FAILED: pgettext_lazy("contact", "failed"),
    Delivery.UNCERTAIN: pgettext_lazy("contact", "uncertain"),
    Delivery.TAKEN_BACK: pgettext_lazy("contact", "taken back"),
}


class Rule(StrEnum):
    """Rules of the contact policy (methods §10); the ids are stored and never change."""

    FREE = ""
    BACKFILL = "backfill"
    ACT_WITHIN = "act_within"
    NO_ADDRESS = "no_address"
    CONSENT_MISSING = "consent.missing"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    SURVEY_COMPLAINT = "survey.complaint_open"
    SURVEY_QUARANTINE = "survey.quarantine"
    SURVEY_REMINDER = "survey.reminder"
    SURVEY_IGNORED = "survey.ignored"
    CAP_WEEK = "cap.week"
    CAP_MONTH = "cap.month"
    CAP_CUSTOMER_DAY = "cap.customer_day"
    CAP_PROMOTIONAL = "cap.promotional"
    SAME_TEXT = "same_text"
    QUIET_NIGHT = "quiet.night"
    QUIET_NOON = "quiet.noon"
    QUIET_HOLIDAY = "quiet.holiday"
    SUPERSEDED = "superseded"


RULE_LABELS: Final[Mapping[Rule, Label]] = {
    Rule.FREE: pgettext_lazy("rule of contact", "nothing speaks against it"),
    Rule.BACKFILL: pgettext_lazy("rule of contact", "history never speaks"),
    Rule.ACT_WITHIN: pgettext_lazy("rule of contact", "the event is too old to speak of"),
    Rule.NO_ADDRESS: pgettext_lazy("rule of contact", "no usable number or address"),
    Rule.CONSENT_MISSING: pgettext_lazy("rule of contact", "the person has not agreed"),
    Rule.CONSENT_WITHDRAWN: pgettext_lazy("rule of contact", "the person has refused"),
    Rule.SURVEY_COMPLAINT: pgettext_lazy("rule of contact", "a complaint is open: no survey"),
    Rule.SURVEY_QUARANTINE: pgettext_lazy("rule of contact", "asked for an opinion a short time ago"),
    Rule.SURVEY_REMINDER: pgettext_lazy("rule of contact", "one reminder a survey, not too early"),
    Rule.SURVEY_IGNORED: pgettext_lazy("rule of contact", "has left the last surveys unanswered"),
    Rule.CAP_WEEK: pgettext_lazy("rule of contact", "contacted often enough this week"),
    Rule.CAP_MONTH: pgettext_lazy("rule of contact", "contacted often enough this month"),
    Rule.CAP_CUSTOMER_DAY: pgettext_lazy("rule of contact", "somebody at this customer was contacted today"),
    Rule.CAP_PROMOTIONAL: pgettext_lazy("rule of contact", "enough promotion in this period"),
    Rule.SAME_TEXT: pgettext_lazy("rule of contact", "the person has had this very text"),
    Rule.QUIET_NIGHT: pgettext_lazy("rule of contact", "quiet at night where the person is"),
    Rule.QUIET_NOON: pgettext_lazy("rule of contact", "quiet at noon where the person is"),
    Rule.QUIET_HOLIDAY: pgettext_lazy("rule of contact", "quiet on holidays"),
    Rule.SUPERSEDED: pgettext_lazy("rule of contact", "newer news of the same matter went instead"),
}


class EventKind(StrEnum):
    """What a shipment's notices tell of (SHIP-03)."""

    PICKED_UP = "picked_up"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    READY_FOR_PICKUP = "ready_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    RETURNED = "returned"


EVENT_LABELS: Final[Mapping[EventKind, Label]] = {
    EventKind.PICKED_UP: pgettext_lazy("notice", "Picked up"),
    EventKind.OUT_FOR_DELIVERY: pgettext_lazy("notice", "Out for delivery"),
    EventKind.DELIVERED: pgettext_lazy("notice", "Delivered"),
    EventKind.EXCEPTION: pgettext_lazy("notice", "Exception or delay"),
    EventKind.READY_FOR_PICKUP: pgettext_lazy("notice", "Ready to be collected"),
    EventKind.ATTEMPT_FAILED: pgettext_lazy("notice", "Delivery attempt failed"),
    EventKind.RETURNED: pgettext_lazy("notice", "Returned to the sender"),
}


class Party(StrEnum):
    """Whom a notice is for: our customer, or whoever receives the goods."""

    CUSTOMER = "customer"
    CONSIGNEE = "consignee"


PARTY_LABELS: Final[Mapping[Party, Label]] = {
    Party.CUSTOMER: pgettext_lazy("notice for", "Customer"),
    Party.CONSIGNEE: pgettext_lazy("notice for", "Consignee"),
}


class TemplateState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


TEMPLATE_STATE_LABELS: Final[Mapping[TemplateState, Label]] = {
    TemplateState.DRAFT: pgettext_lazy("template", "draft"),
    TemplateState.PUBLISHED: pgettext_lazy("template", "published"),
    TemplateState.RETIRED: pgettext_lazy("template", "replaced"),
}

# Words in braces that a template may hold, with what they stand for.
PLACEHOLDERS: Final[Mapping[str, Label]] = {
    "name": _("name of the person"),
    "customer": _("name of the customer"),
    "waybill": _("waybill number"),
    "status": _("state of the shipment"),
    "place": _("place of the last event"),
    "courier": _("name of the courier"),
    "courier_phone": _("phone of the courier"),
    "outlet": _("name of the outlet"),
    "outlet_phone": _("phone of the outlet"),
    "estimate": _("expected delivery"),
    "promised": _("promised delivery"),
    "reason": _("reason of a delay"),
    "case_number": _("number of the case"),
    "case_subject": _("what the case is about"),
    "reply": _("the answer as it was written"),
    "staff": _("who answers"),
    "survey_link": _("link to the survey"),
    "survey_minutes": _("minutes that the survey takes"),
    "optout_link": _("link to wishes and refusal"),
}
OPT_OUT: Final = "optout_link"
# Templates that ship with the product and are asked for by name.
CASE_REPLY: Final = "case.reply.email"
CASE_RECEIVED: Final = "case.received.email"
# Of surveys, by what is sent (`invite`, `remind`) and by channel.
SURVEY_TEMPLATES: Final[Mapping[tuple[str, ContactChannel], str]] = {
    (what, channel): f"survey.{what}.{channel.value}" for what in ("invite", "remind") for channel in SENT_BY_US
}
