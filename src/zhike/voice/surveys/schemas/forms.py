"""Shapes of surveys for programs."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.voice.surveys.types import (
    Audience,
    CampaignState,
    Dimension,
    Disposition,
    ItemKind,
    Journey,
    Measure,
    Stage,
    Trigger,
    VersionState,
)

Words = dict[Annotated[str, Field(max_length=8)], Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]]
Short = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Key = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")]
Code = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]
Id = Annotated[int, Field(ge=1, lt=2**63)]
Value = Annotated[int, Field(ge=0, le=1_000)]
Weight = Annotated[Decimal, Field(gt=0, le=1, max_digits=5, decimal_places=4)]


class SurveyItemIn(Schema):
    """`scale` for `scale` only, `choices` (numbered from 1) for `single` and `multiple` only.

    `key` is the same in all versions. The item is asked of those whose answer to `when_key` is in `when_values`.
    """

    key: Key
    kind: ItemKind
    texts: Words
    scale: Code = ""
    hints: Words = {}
    required: bool = True
    na_allowed: bool = False
    measure: Measure = Measure.NONE
    driver: Key = ""
    weight: Weight | None = None
    dimension: Dimension = Dimension.NONE
    unit_id: Id | None = None
    when_key: Key = ""
    when_values: Annotated[list[Value], Field(max_length=30)] = []
    choices: Annotated[list[Words], Field(max_length=30)] = []


class SurveySectionIn(Schema):
    """A part of a form: one page, saved as one."""

    key: Key
    titles: Words
    stage: Stage = Stage.NONE
    journey: Journey = Journey.NONE
    items: Annotated[list[SurveyItemIn], Field(max_length=60)] = []


class SurveyFormIn(Schema):
    """A whole draft. `changed_at`: of the form that was read; a change in between is refused."""

    audience: Audience
    names: Words
    intro: Words = {}
    thanks: Words = {}
    sections: Annotated[list[SurveySectionIn], Field(max_length=12)] = []
    changed_at: AwareDatetime | None = None


class NewSurveyFormIn(SurveyFormIn):
    code: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]


class SurveyItemOut(SurveyItemIn):
    id: int
    order: int
    weight: Decimal | None


class SurveySectionOut(Schema):
    key: str
    titles: dict[str, str]
    stage: Stage
    journey: Journey
    items: list[SurveyItemOut]


class FormFaultOut(Schema):
    """`key` names the section or item, '' the form itself."""

    code: str
    key: str
    text: str


class SurveyFormLineOut(Schema):
    """`published_version` is 0 where none is in use; `seconds` is the estimated time to answer that one."""

    code: str
    audience: Audience
    names: dict[str, str]
    version: int
    published_version: int
    has_draft: bool
    seconds: int | None
    changed_at: datetime


class SurveyFormOut(Schema):
    """One version. `faults`: why a draft cannot be published yet."""

    code: str
    number: int
    state: VersionState
    audience: Audience
    names: dict[str, str]
    intro: dict[str, str]
    thanks: dict[str, str]
    seconds: int
    published_at: datetime | None
    changed_at: datetime
    sections: list[SurveySectionOut]
    faults: list[FormFaultOut]


class ReasonIn(Schema):
    reason: Short


class CountsOut(Schema):
    """Recipients by disposition; `response_rate` and `refusal_rate` are per cent of those who were asked (`sent`)."""

    by_disposition: dict[Disposition, int]
    sent: int
    answered: int
    response_rate: Decimal | None
    refusal_rate: Decimal | None
    without_score: int


class CampaignFormOut(Schema):
    audience: Audience
    version_id: int
    number: int
    counts: CountsOut


class CampaignLineOut(Schema):
    """One survey of the list; its counts stand with the survey itself."""

    number: str
    name: str
    trigger: Trigger
    state: CampaignState
    wave: str
    planned_on: date
    closes_on: date | None
    started_at: datetime | None
    closed_at: datetime | None
    reported_at: datetime | None
    acted_at: datetime | None
    checked_at: datetime | None
    population: int
    recipients: int


class CampaignOut(CampaignLineOut):
    """A survey with the counts of the recipients within reach, by form and together."""

    days_to_report: int | None
    forms: list[CampaignFormOut]
    counts: CountsOut


class RecipientOut(Schema):
    """Somebody who is or was asked; columns of the segment are as they were at that moment."""

    id: int
    audience: Audience
    customer_id: int | None
    contact_id: int | None
    shipment_id: int | None
    case_id: int | None
    value_class: str
    industry: str
    region: str
    business_line: str
    service_mode: str
    contact_role: str
    disposition: Disposition
    reason: str
    score: int | None
    scale: str
    invited_at: datetime | None
    submitted_at: datetime | None
