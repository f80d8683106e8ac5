"""What somebody outside writes on our pages, how they want to hear from us, and what their link shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.record.customers.types import Channel, Label
from zhike.service.cases.types.records import FiveAnswers, Labels
from zhike.service.cases.types.words import CaseKind, CaseState

MOST_PHOTOS = 6
# Words of the customer's own, kept with the system that took them in.
WEB_SYSTEM = "portal"
WEB_PATH = "/t/c/"
WEB_PURPOSE = "case"


class AnswerBy(StrEnum):
    """How the author wants to hear from us; by the link they always can."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"


ANSWER_BY_LABELS: Mapping[str, Label] = {
    AnswerBy.SMS: pgettext_lazy("answer by", "SMS"),
    AnswerBy.CALL: pgettext_lazy("answer by", "Call"),
    AnswerBy.EMAIL: pgettext_lazy("answer by", "Email"),
}


class LinkKind(StrEnum):
    """How somebody came by a link: shown after writing, sent to the address, or opened with number and second key."""

    SHOWN = "s"
    SENT = "m"
    KEY = "k"


ANSWER_CHANNELS: Mapping[str, Channel] = {
    AnswerBy.SMS: Channel.SMS,
    AnswerBy.CALL: Channel.CALL,
    AnswerBy.EMAIL: Channel.MAIL,
}


# What somebody outside may choose, with words of theirs; a category that the company has ended is not offered.
WEB_KINDS = (CaseKind.COMPLAINT, CaseKind.ENQUIRY, CaseKind.REQUEST, CaseKind.SUGGESTION, CaseKind.PRAISE)
WEB_KIND_LABELS: Mapping[str, Label] = {
    CaseKind.COMPLAINT: _("I have a complaint"),
    CaseKind.ENQUIRY: _("I have a question"),
    CaseKind.REQUEST: _("Please do something for me"),
    CaseKind.SUGGESTION: _("I have a suggestion"),
    CaseKind.PRAISE: _("I want to praise somebody"),
}
WEB_TOPICS: Mapping[str, Label] = {
    "late": _("It is late"),
    "no_scan": _("Nothing moves"),
    "damaged": _("It arrived damaged"),
    "short": _("Something is missing"),
    "lost": _("It seems lost"),
    "false_delivery": _("Marked delivered, but I have nothing"),
    "courier": _("The courier's manner"),
    "redirect": _("Change address or time"),
    "fee": _("Charges or invoice"),
    "other": _("Something else"),
}
# What customers read instead of the desk's own words: who is asked inside is no matter of theirs.
OUTSIDE_STATES: Mapping[CaseState, Label] = {
    CaseState.NEW: pgettext_lazy("case, to the customer", "Received"),
    CaseState.IN_WORK: pgettext_lazy("case, to the customer", "We are on it"),
    CaseState.WAITING_INTERNAL: pgettext_lazy("case, to the customer", "We are on it"),
    CaseState.WAITING_CUSTOMER: pgettext_lazy("case, to the customer", "We need your answer"),
    CaseState.WAITING_AUTHORITY: pgettext_lazy("case, to the customer", "An authority has it"),
    CaseState.FORCE_MAJEURE: pgettext_lazy("case, to the customer", "Held up by circumstances"),
    CaseState.ANSWERED: pgettext_lazy("case, to the customer", "Answered"),
    CaseState.CLOSED: pgettext_lazy("case, to the customer", "Settled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebEntry:
    """A matter as somebody outside sends it.

    `once` is made by the form: a second sending of the same form is the same matter. `proven` says that the sender
    has shown the second key of the waybill.
    """

    kind: CaseKind
    category: str
    text: str
    name: str
    answer_by: AnswerBy
    once: str
    phone: str = ""
    email: str = ""
    waybill: str = ""
    language: str = "zh-hans"
    proven: bool = False
    photo_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebTaken:
    """What became of it: the case's number, whether it joined one, the link to look at it."""

    case_id: int
    number: str
    attached: bool
    reopened: bool
    link: str
    ref: str
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLine:
    """One thing that was said outside. `own` is what the reader has said."""

    at: datetime
    zone: str
    body: str
    own: bool
    by_us: bool
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideView:
    """What the holder of a link sees of a case; never anything internal.

    `whole` is false for who has joined a case of somebody else: they see the five answers and their own words.
    It is open to them until `open_until`; each message makes that later, up to `closes_at`.
    """

    answers: FiveAnswers
    state: CaseState
    whole: bool
    waybill: str
    name: str
    answer_by: AnswerBy
    has_phone: bool
    lines: Sequence[OutsideLine]
    photos: int
    zone: str
    can_confirm: bool
    can_object: bool
    open_until: datetime
    closes_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who spoke in a case, as the desk sees them; `contact_id` where they are somebody of the file.

    Who wrote on the web has an `answer_by`; who spoke otherwise the `channel` in which they did.
    """

    name: str
    phone: str
    email: str
    answer_by: str
    language: str
    at: datetime
    contact_id: int | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebChoices:
    """What the form offers, in the reader's language."""

    kinds: Sequence[tuple[str, str]]
    topics: Sequence[tuple[str, str]]
    labels: Labels = field(default_factory=dict)
