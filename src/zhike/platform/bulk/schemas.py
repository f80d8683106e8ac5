"""Shapes of the import API."""

from datetime import datetime

from ninja import Schema


class TargetFieldOut(Schema):
    """One field that a file can fill; `kind` is text, integer, decimal, boolean, date, instant or code."""

    name: str
    label: str
    kind: str
    required: bool
    choices: list[str]
    help: str


class TargetOut(Schema):
    """Something that files can be imported into."""

    key: str
    label: str
    fields: list[TargetFieldOut]


class RefusalOut(Schema):
    """Why one cell was refused; `line` is the physical line of the file."""

    line: int
    field: str
    column: str
    value: str
    code: str
    reason: str


class JoinOut(Schema):
    """A lookup's file: rows of its own that were refused, and rows of the step for which it has none (`unmatched`).

    What an unmatched row leaves empty is unknown: of records that are there already, it changes nothing.
    """

    name: str
    source: str
    file: str
    read: int
    rejected: int
    unmatched: int
    first_line: int | None
    refusals: list[RefusalOut]


class StepOut(Schema):
    """read = created + updated + duplicate + rejected."""

    target: str
    source: str
    read: int
    created: int
    updated: int
    duplicate: int
    rejected: int
    refusals: list[RefusalOut]
    joins: list[JoinOut]


class RunOut(Schema):
    """An import; `state` is uploaded, checked (dry run), queued, running, done or failed."""

    id: int
    state: str
    mode: str
    source: str
    is_dry: bool
    read: int
    created: int
    updated: int
    duplicate: int
    rejected: int
    rows_done: int
    error: str
    made_at: datetime
    finished_at: datetime | None
    steps: list[StepOut]
