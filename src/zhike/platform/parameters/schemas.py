"""Shapes of the parameters API."""

from datetime import datetime

from ninja import Schema
from pydantic import AwareDatetime, Field

Plain = bool | int | str


class ChoiceOut(Schema):
    value: Plain
    label: str


class ChangeOut(Schema):
    """One change; version 1 is the declared default, which holds from the beginning of time."""

    version: int
    value: Plain
    previous: Plain | None
    valid_from: datetime | None
    at: datetime | None
    actor: str
    approved_by: str
    reason: str
    source: str


class ParameterOut(Schema):
    """A parameter: decimals are exact text, durations ISO 8601."""

    key: str
    label: str
    description: str
    area: str
    kind: str
    unit: str
    default: Plain
    value: Plain
    version: int
    source: str
    is_default: bool
    since: datetime | None
    needs_approval: bool
    minimum: Plain | None
    maximum: Plain | None
    choices: list[ChoiceOut]
    pending: int


class ParameterDetailOut(ParameterOut):
    history: list[ChangeOut]


class ProposalOut(Schema):
    """A change that waits for a second person."""

    id: int
    key: str
    value: Plain
    valid_from: datetime | None
    reason: str
    source: str
    proposed_by: str
    proposed_at: datetime


class ChangeIn(Schema):
    """A new value, as JSON or as text (`24 h`, `0.8`), with the reason and the source of the change."""

    value: Plain | float
    reason: str = Field(max_length=1000)
    source: str = Field(max_length=1000)
    valid_from: AwareDatetime | None = None


class OutcomeOut(Schema):
    """Either the new version, or the proposal that another person must approve."""

    key: str
    version: int | None
    proposal_id: int | None


class NoteIn(Schema):
    note: str = Field("", max_length=1000)
