"""Campaigns as they are planned and read, and what became of those who were asked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Self

from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import Conflict
from zhike.platform.numbering import Series
from zhike.record.contacting.types import SurveyKind
from zhike.record.customers.types import CustomerKind, Stage
from zhike.voice.surveys.types.forms import FormView
from zhike.voice.surveys.types.words import ASKED, Audience, CampaignState, Disposition, Trigger

SURVEY_SERIES: Final = Series(key="survey", prefix="SV-", width=5)
# Records of surveys in links, logs and messages.
SURVEY_SUBJECT: Final = "survey_recipient"
REMINDER_SUBJECT: Final = "survey_reminder"
SURVEY_PATH: Final = "/t/s/"
SURVEY_PURPOSE: Final = "survey"
MAX_NAME: Final = 120
MAX_REASON: Final = 300
MAX_WORDS: Final = 10_000
# Whoever has been served and has not fallen silent is in service: between two parcels a customer is one, too.
IN_SERVICE: Final = (Stage.DURING, Stage.AFTER, Stage.WON_BACK)
# Which forms a campaign may carry, by what makes it ask.
AUDIENCES: Final[Mapping[Trigger, tuple[Audience, ...]]] = {
    Trigger.WAVE: (Audience.SENIOR, Audience.GENERAL, Audience.RELATIONSHIP),
    Trigger.DELIVERY: (Audience.CONTACT,),
    Trigger.CASE: (Audience.CONTACT,),
    Trigger.CONTACT: (Audience.CONTACT,),
}
# Why somebody was not asked, beside the rules of contacting.
NO_CONTACT: Final = "no_contact"
CAMPAIGN_ENDED: Final = "ended"
TAKEN_BACK: Final = "taken_back"
MESSAGE_FAILED: Final = "message_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFilter:
    """Which customers are asked; what is empty narrows nothing.

    `classes` may hold '' for those not classified. `unit_id` takes in everything below the unit.
    """

    kinds: tuple[str, ...] = (CustomerKind.CONSUMER.value,)
    stages: tuple[str, ...] = tuple(stage.value for stage in IN_SERVICE)
    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    business_lines: tuple[str, ...] = ()
    unit_id: int | None = None
    owner_id: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Out of a campaign's column."""
        found: dict[str, Any] = {}
        for name in cls.__dataclass_fields__:
            if name in stored:
                found[name] = tuple(stored[name]) if isinstance(stored[name], list) else stored[name]
        return cls(**found)

    def stored(self) -> dict[str, Any]:
        return {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(self).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEntry:
    """A campaign as it is planned; `forms` are ids of published versions by audience.

    Without `channels` nobody is written to: answers are keyed in.
    """

    name: str
    trigger: Trigger
    planned_on: date
    forms: Mapping[Audience, int]
    closes_on: date | None = None
    wave: str = ""
    segment: SegmentFilter = field(default_factory=SegmentFilter)
    channels: tuple[str, ...] = ("email", "sms")
    share: Decimal = Decimal(1)
    purpose: str = ""
    method: str = ""
    owner_id: int | None = None

    @property
    def kind(self) -> SurveyKind:
        """A wave asks about the relationship as a whole, the others about one service."""
        return SurveyKind.RELATIONSHIP if self.trigger is Trigger.WAVE else SurveyKind.TRANSACTION


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWords:
    """What is written down when a campaign takes its next step; what is None stays as it was."""

    purpose: str | None = None
    method: str | None = None
    causes: str | None = None
    measures: str | None = None
    effect: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many recipients are in each disposition."""

    by_disposition: Mapping[Disposition, int] = field(default_factory=dict)

    def of(self, disposition: Disposition) -> int:
        return self.by_disposition.get(disposition, 0)

    @property
    def total(self) -> int:
        return sum(self.by_disposition.values())

    @property
    def sent(self) -> int:
        """Those who were really asked: the base of the response rate."""
        return sum(count for disposition, count in self.by_disposition.items() if disposition in ASKED)

    @property
    def answered(self) -> int:
        return self.of(Disposition.ANSWERED)

    @property
    def response_rate(self) -> Decimal | None:
        """Answered ÷ sent × 100; None where nobody was asked."""
        return self._share(self.answered)

    @property
    def refusal_rate(self) -> Decimal | None:
        """Refused ÷ sent × 100 (SURV-20)."""
        return self._share(self.of(Disposition.REFUSED))

    @property
    def without_score(self) -> int:
        """Those who spoke and gave no score: would not score, or complained instead (SURV-20)."""
        return self.of(Disposition.UNSCORED) + self.of(Disposition.COMPLAINT)

    def _share(self, part: int) -> Decimal | None:
        return Decimal(100 * part) / self.sent if self.sent else None

    def __add__(self, other: "Counts") -> "Counts":
        both = {*self.by_disposition, *other.by_disposition}
        return Counts(by_disposition={one: self.of(one) + other.of(one) for one in both})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCounts:
    """One of a campaign's forms with what became of its recipients."""

    audience: Audience
    version_id: int
    names: Mapping[str, str]
    number: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCount:
    """How many people of one role of the decision chain were asked, and answered (SURV-16)."""

    role: str
    sent: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Whether more than the first contact was heard: customers with any answer, and with two roles or more."""

    roles: Sequence[RoleCount]
    customers: int
    several_roles: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(100 * self.several_roles) / self.customers if self.customers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """A campaign with its forms and counts, ready to be read."""

    id: int
    number: str
    name: str
    trigger: Trigger
    kind: str
    state: CampaignState
    wave: str
    segment: SegmentFilter
    channels: tuple[str, ...]
    share: Decimal
    planned_on: date
    closes_on: date | None
    started_at: datetime | None
    closed_at: datetime | None
    reported_at: datetime | None
    acted_at: datetime | None
    checked_at: datetime | None
    stop_reason: str
    early: Mapping[str, Any] | None
    purpose: str
    method: str
    causes: str
    measures: str
    effect: str
    population: int
    recipients: int
    zone: str
    owner_id: int | None
    owner: str
    days_to_report: int | None
    forms: Sequence[FormCounts]

    @property
    def counts(self) -> Counts:
        """Of all forms together."""
        return sum((one.counts for one in self.forms), Counts())


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceSize:
    """Whom a campaign would ask on this day, before anybody is chosen (SURV-05, SURV-24).

    `nobody` counts customers where nobody can be asked; `asked_before` people who were asked anything lately.
    """

    customers: int
    people: int
    nobody: int
    asked_before: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveYear:
    """The waves of one year (SURV-17): in a year four by default, and how long their reports took."""

    year: int
    waves: Sequence[CampaignView]
    planned: int

    @property
    def reports(self) -> list[int]:
        return [one.days_to_report for one in self.waves if one.days_to_report is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """What the holder of a link sees: the form, what they have said so far, and whether it is still open."""

    recipient_id: int
    form: FormView
    campaign_name: str
    disposition: Disposition
    open: bool
    ended: bool
    language: str
    zone: str
    waybill: str
    # What is stored of each question, as its field would show it.
    typed: Mapping[str, str | list[str]]
    # What routing looks at.
    chosen: Mapping[str, set[int]]
    section: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of one part: whether anything is left, and whether it was sent off now or before."""

    disposition: Disposition
    submitted: bool
    repeated: bool = False


class CampaignMoved(Conflict):
    code = "survey_moved"
    message = _("The survey has moved on meanwhile.")
    next_step = _("Load the page again.")


class NoPublicAddress(Conflict):
    code = "survey_no_address"
    message = _("Nobody has said under which address customers reach our pages, so that no link can be sent.")
    next_step = _(
        "An administrator sets it under Settings › Parameters, “Address under which customers reach our pages”; or plan"
        " the survey without e-mail and SMS."
    )


class NobodyToAsk(Conflict):
    code = "survey_nobody"
    message = _("Nobody fits this audience on this day.")
    next_step = _("Widen the segment.")


class SurveyClosed(Conflict):
    code = "survey_closed"
    message = _("This survey has ended, or its link is no longer open.")


class AlreadyEnded(Conflict):
    code = "survey_ended_for_recipient"
    message = _("This person has answered or refused already; what they said stays as it is.")
