"""States of agreements and promises as components draw them; helpers of this room."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhike.platform import parameters
from zhike.platform.ui.components import Clock, ClockState, Severity, Status, Tone
from zhike.record.agreements.models import Promise
from zhike.record.agreements.policies import REMIND_BEFORE
from zhike.record.agreements.types import AGREEMENT_LABELS, PROMISE_LABELS, AgreementState, PromiseState
from zhike.record.customers.types import Label

_PROMISE_TONES = {
    PromiseState.KEPT: Tone.OK,
    PromiseState.BROKEN: Tone.WARN,
    PromiseState.RENEGOTIATED: Tone.QUIET,
}
_AGREEMENT_TONES = {
    AgreementState.DRAFT: Tone.ACT,
    AgreementState.EXPIRED: Tone.WARN,
    AgreementState.ENDED: Tone.QUIET,
}


def agreement_status(state: str) -> Status:
    return Status(AGREEMENT_LABELS[state], _AGREEMENT_TONES.get(AgreementState(state), Tone.PLAIN))


def promise_status(state: str) -> Status:
    return Status(PROMISE_LABELS[state], _PROMISE_TONES.get(PromiseState(state), Tone.PLAIN))


def promise_clock(row: Promise, *, before: timedelta, label: Label = "") -> Clock | None:
    """The chip of a promise: running until its time, then met or missed; None for one that another replaced."""
    state = PromiseState(row.state)
    if state is PromiseState.RENEGOTIATED:
        return None
    if state is PromiseState.OPEN:
        return Clock(
            state=ClockState.RUNNING,
            due=row.due_at,
            near_at=row.due_at - before,
            label=label,
            holder=row.holder.name,
            zone=row.zone,
        )
    late = row.done_at - row.due_at if row.done_at and row.done_at > row.due_at else None
    return Clock(
        state=ClockState.MET if state is PromiseState.KEPT else ClockState.MISSED,
        due=row.due_at,
        label=label,
        took=row.done_at - row.made_at if row.done_at else None,
        over_by=late,
        zone=row.zone,
    )


def promise_severity(row: Promise, now: datetime) -> Severity:
    return Severity.BREACH if row.state == PromiseState.OPEN.value and row.due_at < now else Severity.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    """A promise in one line, as pages of other rooms show it."""

    id: int
    number: str
    text: str
    due_at: datetime
    zone: str
    holder: str
    contact: str
    is_open: bool
    status: Status
    clock: Clock | None


def lines_of(rows: Iterable[Promise], *, now: datetime, label: Label = "") -> list[PromiseLine]:
    found = list(rows)
    before = parameters.value(REMIND_BEFORE, at=now) if found else timedelta()
    return [
        PromiseLine(
            id=row.pk,
            number=row.number,
            text=row.text,
            due_at=row.due_at,
            zone=row.zone,
            holder=row.holder.name,
            contact=row.contact.name if row.contact else "",
            is_open=row.state == PromiseState.OPEN.value,
            status=promise_status(row.state),
            clock=promise_clock(row, before=before, label=label),
        )
        for row in found
    ]
