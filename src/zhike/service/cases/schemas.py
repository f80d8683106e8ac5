"""Shapes of the API of cases. Times are ISO 8601 with offset, money is exact text, spans are seconds."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.record.agreements.types import Measure
from zhike.record.contacting.types import Outcome
from zhike.record.customers.types import Channel
from zhike.service.cases.types import CaseKind, CaseState, Ending, Party, RemedyKind, Severity
from zhike.service.cases.types.web import AnswerBy

Id = Annotated[int, Field(ge=1, lt=2**63)]
Line = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=20_000)]
Code = Annotated[str, Field(max_length=40)]
Number = Annotated[str, Field(max_length=20)]


class CaseIn(Schema):
    """A matter. `external_system` and `external_ref` name the contact elsewhere: the same one is taken once."""

    customer_id: Id
    kind: CaseKind
    category: Code
    channel: Channel
    subject: Line
    text: Text = ""
    contact_id: Id | None = None
    shipment_id: Id | None = None
    severity: Severity = Severity.NORMAL
    owner_id: Id | None = None
    at: AwareDatetime | None = None
    separate: bool = Field(default=False, description="Open a case of its own although one on the same matter exists.")
    external_system: Code = ""
    external_ref: Annotated[str, Field(max_length=120)] = ""


class TakenOut(Schema):
    """What became of a contact: a new case, or one that it joined (`attached`), perhaps `reopened`.

    `raised`: the case that it joined was no complaint, and is one from now on.
    """

    case_id: int
    number: str
    attached: bool
    reopened: bool
    interaction_id: int | None
    raised: bool


class CaseOut(Schema):
    """A case as the desk sees it. `breach_at`: from when on a promise is or will be broken; `broken`: by now."""

    id: int
    number: str
    subject: str
    kind: str
    category: str
    severity: str
    state: str
    state_since: datetime
    channel: str
    origin: str
    customer_id: int
    contact_id: int | None
    shipment_id: int | None
    owner_id: int
    owner_name: str
    owner_phone: str
    owner_unit_id: int
    opened_at: datetime
    answered_at: datetime | None
    answer_leaves_at: datetime | None
    closed_at: datetime | None
    ending: str
    solved: bool | None
    resolution: str
    next_step: str
    promised_at: datetime | None
    breach_at: datetime | None
    broken: bool
    version: int
    zone: str


class ClockOut(Schema):
    """A clock at the moment of asking; `used` and `budget` in seconds."""

    kind: str
    state: str
    used: float
    budget: float
    due_at: datetime | None
    started_at: datetime
    stopped_at: datetime | None
    pause_reason: str
    holder_unit_id: int | None
    statutory: bool


class TaskOut(Schema):
    """An internal task."""

    id: int
    case_id: int
    unit_id: int
    assignee_id: int | None
    title: str
    text: str
    state: str
    asked_at: datetime
    due_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    reply: str


class EffortOut(Schema):
    """What the matter cost the customer (methods §5.4); `index` from 0 to 100."""

    contacts: int
    repeats: int
    transfers: int
    switches: int
    hours: Decimal
    index: Decimal


class AnswersOut(Schema):
    """The five answers that the customer sees of an open case."""

    number: str
    subject: str
    state: str
    owner_name: str
    owner_phone: str
    promised_at: datetime | None
    zone: str
    next_step: str
    kind: str
    opened_at: datetime
    updated_at: datetime


class CaseDetailOut(Schema):
    """One case with what runs in it."""

    case: CaseOut
    answers: AnswersOut
    clocks: list[ClockOut]
    tasks: list[TaskOut]
    effort: EffortOut


class SpokenIn(Schema):
    """A contact on a case."""

    channel: Channel
    body: Text
    subject: Line = ""
    contact_id: Id | None = None
    at: AwareDatetime | None = None
    external_system: Code = ""
    external_ref: Annotated[str, Field(max_length=120)] = ""


class SaidIn(SpokenIn):
    """What the customer said. A complaint (`kind`) makes one of a lesser case, of `category` where given."""

    kind: CaseKind | None = None
    category: Code = ""
    severity: Severity | None = None


class CodingIn(Schema):
    """Why it happened and who answers for it."""

    cause: Code
    party: Party
    unit_id: Id | None = None
    route: Annotated[str, Field(max_length=80)] = ""


class ReplyIn(SpokenIn):
    """What we told the customer. `answer` says that it solves the matter, which needs its coding."""

    answer: bool = False
    coding: CodingIn | None = None


class MailIn(Schema):
    """A mail to the customer. `answer` says that it solves the matter, which needs its coding."""

    body: Text
    answer: bool = False
    coding: CodingIn | None = None
    once: Annotated[str, Field(max_length=36, pattern=r"^[A-Za-z0-9._-]*$")] = ""


class MailSentOut(Schema):
    """What became of it: allowed, held until a time, or withheld, with the rule; `to` is masked."""

    outcome: Outcome
    rule: str
    reason: str
    until: datetime | None
    to: str
    entry_id: int | None
    repeated: bool


class WaitIn(Schema):
    state: CaseState
    reason: Reason


class EditIn(Schema):
    version: int
    severity: Severity | None = None
    next_step: Reason | None = None
    promised_at: AwareDatetime | None = None
    tags: list[Code] | None = Field(None, max_length=20)


class VersionOut(Schema):
    version: int


class AssignIn(Schema):
    case_ids: list[Id] = Field(min_length=1, max_length=500)
    owner_id: Id
    reason: Reason


class CountOut(Schema):
    count: int


class CloseIn(Schema):
    solved: bool
    resolution: Text
    ending: Ending = Ending.CONFIRMED
    coding: CodingIn | None = None


class ConfirmIn(Schema):
    solved: bool
    words: Text = ""


class ReasonIn(Schema):
    reason: Reason = ""


class DuplicateIn(Schema):
    of: Number


class TaskIn(Schema):
    """What we ask of a unit; `within_minutes` of its own open hours, else the standard for the category."""

    unit_id: Id
    title: Line
    text: Text = ""
    assignee_id: Id | None = None
    within_minutes: Annotated[int, Field(ge=1, le=60_000)] | None = None


class MadeOut(Schema):
    id: int


class TaskReplyIn(Schema):
    reply: Text


class EscalateIn(Schema):
    to_staff_id: Id
    reason: Text


class AnswerIn(Schema):
    answer: Text


class RemedyIn(Schema):
    kind: RemedyKind
    reason: Reason
    amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)] = Decimal(0)
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"


class RemedyStateOut(Schema):
    state: str


class DecisionIn(Schema):
    approve: bool
    reason: Reason = ""


class WordOut(Schema):
    """A category or cause with its words in every language."""

    code: str
    labels: dict[str, str]
    kind: str = ""
    active: bool


class WebCaseIn(Schema):
    """A matter as a customer wrote it in the company's own app.

    `once` is the app's own id of the message: sending it again changes nothing. `answer_by` email needs `email`, the
    others `phone`.
    """

    kind: CaseKind
    category: Code
    text: Annotated[str, Field(max_length=5000)]
    name: Annotated[str, Field(max_length=60)]
    answer_by: AnswerBy
    once: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[^\x00]*$")]
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    waybill: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""
    language: Literal["zh-hans", "zh-hant", "en"] = "zh-hans"


class WebTakenOut(Schema):
    """The case's number; `attached` says that it joined one. `ref` reads its public state, `link` is its page."""

    number: str
    attached: bool
    reopened: bool
    repeated: bool
    ref: UUID
    link: str


class WebStateOut(Schema):
    """What the customer may know of the case at any moment."""

    number: str
    state: str
    owner_name: str
    owner_phone: str
    promised_at: datetime | None
    next_step: str
    opened_at: datetime
    updated_at: datetime


class TargetChangeIn(Schema):
    """A change of the table of targets; an empty category or class means every one.

    Without `seconds` the target ends. They count a calendar's open time, or with `every_hour` day and night. Without
    `valid_from` it holds from the approval on.
    """

    measure: Measure
    seconds: Annotated[int, Field(gt=0, lt=10**9)] | None = None
    category: Annotated[str, Field(max_length=40, pattern=r"^[-a-zA-Z0-9_]*$")] = ""
    customer_class: Annotated[str, Field(max_length=4, pattern=r"^[^\x00]*$")] = ""
    calendar_id: Id | None = None
    every_hour: bool = False
    valid_from: AwareDatetime | None = None
    reason: Reason
    source: Reason


class TargetChangeOut(Schema):
    """A change as it was proposed and decided; `clocks_moved` open clocks have followed it so far."""

    id: int
    deed: str
    measure: str
    seconds: int | None
    category: str
    customer_class: str
    calendar_id: int | None
    every_hour: bool
    valid_from: datetime | None
    reason: str
    source: str
    state: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str
    note: str
    holds_from: datetime | None
    clocks_moved: int
    finished_at: datetime | None


class MovedClockOut(Schema):
    """One of the clocks that would move; None as a deadline: paused, so that it has none."""

    number: str
    text: str
    old_due: datetime | None
    new_due: datetime | None
    breaks: bool
    mends: bool


class TargetPreviewOut(Schema):
    """What would happen if the change held now: counts over the company, rows of what the caller may open.

    `breaks` are broken at once, `mends` no longer broken, `paused` move once they run again. `more`: there were more
    open matters than the 20,000 that are looked at, so that every count is the least there is.
    """

    looked: int
    cases: int
    clocks: int
    earlier: int
    later: int
    paused: int
    breaks: int
    mends: int
    more: bool
    rows: list[MovedClockOut]


class TargetCandidateOut(Schema):
    """A target that could hold for the matter asked about; `holds` marks the one that does."""

    measure: str
    seconds: int
    every_hour: bool
    calendar_id: int | None
    category: str
    customer_class: str
    source: str
    agreement: str
    since: datetime | None
    target_id: int | None
    holds: bool
