"""Shapes of the API of surveys. Times are ISO 8601 with offset."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from zhike.service.cases.types import Party
from zhike.voice.surveys.types import FollowResult

Id = Annotated[int, Field(ge=1, lt=2**63)]
Code = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")]
Score = Annotated[int, Field(ge=-100, le=100)]


class FollowUpOut(Schema):
    """Somebody who is spoken to after what they said. `to_do` is false for what has ended, and for history.

    `score` stands on `scale`; `case_number` is the case in which it is done.
    """

    id: int
    reason: str
    score: int | None
    scale: str
    survey: str
    customer_id: int | None
    contact_id: int | None
    shipment_id: int | None
    case_id: int | None
    case_number: str
    owner_id: int | None
    opened_at: datetime
    due_at: datetime
    tries: int
    to_do: bool
    result: str
    cause: str
    score_after: int | None
    done_at: datetime | None


class FollowUpEndIn(Schema):
    """How it ended. Whoever was reached has a `cause`, one of those by which cases are coded.

    With `close` its case ends too; `party` and `unit_id` then say who is responsible, where the case does not yet.
    """

    result: FollowResult
    cause: Code = ""
    score_after: Score | None = None
    note: Text = ""
    close: bool = False
    party: Party | None = None
    unit_id: Id | None = None


class TriedOut(Schema):
    tries: int


class CommentOut(Schema):
    """What somebody wrote, and what was done about it: `case`, `noted`, or nothing yet."""

    id: int
    text: str
    item_key: str
    survey: str
    customer_id: int | None
    contact_id: int | None
    shipment_id: int | None
    score: int | None
    strong: bool
    deed: str
    case_id: int | None
    written_at: datetime
    done_at: datetime | None


class CommentCaseOut(Schema):
    case_id: int


class LoopOut(Schema):
    """Counts of those who spoke in the span: in time of those due, reached of those ended, changed of those reached."""

    opened: int
    due: int
    in_time: int
    ended: int
    reached: int
    changed: int
    comments: int
    comments_done: int
    comments_made_cases: int
