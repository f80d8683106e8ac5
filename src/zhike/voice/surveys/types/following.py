"""What goes into the end of a follow-up, and what it is about."""

from dataclasses import dataclass

from zhike.service.cases.types import Party
from zhike.voice.surveys.types.words import FollowResult


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpEnd:
    """How a follow-up ended. Whoever was reached named a cause, one of those by which cases are coded.

    `close` ends its case with it, where the case has no other work: its own cause and `party` code it then.
    """

    result: FollowResult
    cause: str = ""
    score_after: int | None = None
    note: str = ""
    close: bool = False
    party: Party | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One answer as a page shows it: the question, and what was said to it in words or as a score."""

    question: str
    said: str
    low: bool = False
    strong: bool = False
    is_text: bool = False
    redacted: bool = False
