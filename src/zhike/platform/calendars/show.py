"""Clocks as pages draw them: a chip for lists, and the ledger behind it as `calendars/ledger.html`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.actors import ActorKind, actor_again
from zhike.platform.calendars.types import Chip, ChipState, EntryKind, Label, LedgerLine, PauseReason
from zhike.platform.ui import components
from zhike.platform.ui.formats import duration

ENTRY_WORDS: Mapping[EntryKind, Label] = {
    EntryKind.STARTED: pgettext_lazy("clock", "started"),
    EntryKind.PAUSED: pgettext_lazy("clock", "paused"),
    EntryKind.RESUMED: pgettext_lazy("clock", "resumed"),
    EntryKind.HANDED_OVER: pgettext_lazy("clock", "handed over"),
    EntryKind.STOPPED: pgettext_lazy("clock", "stopped"),
    EntryKind.REOPENED: pgettext_lazy("clock", "reopened"),
    EntryKind.RECOMPUTED: pgettext_lazy("clock", "recomputed"),
    EntryKind.CANCELLED: pgettext_lazy("clock", "cancelled"),
}
PAUSE_WORDS: Mapping[str, Label] = {
    PauseReason.CUSTOMER.value: _("waiting for the customer"),
    PauseReason.AUTHORITY.value: _("waiting for an authority"),
    PauseReason.FORCE_MAJEURE.value: _("force majeure"),
}
_A_MINUTE = timedelta(minutes=1)
_NOT_YET = pgettext_lazy("time of a clock", "nothing yet")
_STOOD = pgettext_lazy("time of a clock", "nothing: it stood still")
_CLOSED = pgettext_lazy("time of a clock", "nothing: closed hours")
_UNCHANGED = pgettext_lazy("time of a clock", "nothing changed")
_RUNS = frozenset({ChipState.RUNNING, ChipState.WARNING, ChipState.OVER})
_STATES = {
    ChipState.PAUSED: components.ClockState.PAUSED,
    ChipState.MET: components.ClockState.MET,
    ChipState.MISSED: components.ClockState.MISSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One line of a ledger in words."""

    at: datetime
    what: Label
    why: Label
    note: str
    counted: Label
    used: str
    due_at: datetime | None
    who: Label
    holder: str
    opens_at: datetime | None = None


def chip_component(chip: Chip, *, holder: Label = "", ledger_url: str = "") -> components.Clock:
    """The chip of ui.md §3. `holder` names the unit in whose hands the matter lies."""
    is_closed = chip.state in {ChipState.MET, ChipState.MISSED}
    late = chip.stopped_at - chip.due_at if chip.stopped_at and chip.due_at else None
    return components.Clock(
        state=_STATES.get(chip.state, components.ClockState.RUNNING),
        due=chip.due_at,
        near_at=chip.warn_at,
        label=chip.label,
        holder=PAUSE_WORDS[chip.pause_reason] if chip.pause_reason else holder,
        since=chip.changed_at if chip.state is ChipState.PAUSED else None,
        took=chip.used if is_closed else None,
        over_by=late if chip.state is ChipState.MISSED else None,
        statutory=chip.statutory,
        zone=chip.zone,
        ledger_url=ledger_url,
    )


def ledger_rows(
    lines: Sequence[LedgerLine],
    *,
    now: datetime,
    unit_name: Callable[[int], str] = lambda _unit_id: "",
    chip: Chip | None = None,
) -> list[LedgerRow]:
    """The ledger in words; `unit_name` is the organization's answer for a unit's id.

    With the `chip` of a clock that runs, how it stands now is the last line.
    """
    rows = [
        LedgerRow(
            at=line.at,
            what=ENTRY_WORDS[line.kind],
            why=PAUSE_WORDS.get(line.pause_reason, ""),
            note=line.note,
            counted=_signed(line.counted) or _nothing(line, before),
            used=duration(line.used),
            due_at=line.due_at,
            who=who(line.actor_kind, line.actor_id, now),
            holder=unit_name(line.holder_unit_id) if line.holder_unit_id is not None else "",
        )
        for before, line in pairwise([None, *lines])
        if line is not None
    ]
    if chip is not None and chip.state in _RUNS and not chip.pause_reason:
        rows.append(_present(chip, lines, now))
    return rows


def _present(chip: Chip, lines: Sequence[LedgerLine], now: datetime) -> LedgerRow:
    """How a running clock stands now, and when time counts again where its calendar is closed."""
    counted = chip.used - (lines[-1].used if lines else timedelta())
    return LedgerRow(
        at=now,
        what=pgettext_lazy("clock", "runs"),
        why="",
        note="",
        counted=_signed(counted) or (_CLOSED if chip.opens_at else _NOT_YET),
        used=duration(chip.used),
        due_at=chip.due_at,
        who="",
        holder="",
        opens_at=chip.opens_at,
    )


def _nothing(line: LedgerLine, before: LedgerLine | None) -> Label:
    """Why no time counts on this line."""
    if before is None or line.at - before.at < _A_MINUTE:
        return _NOT_YET
    if line.kind is EntryKind.RECOMPUTED:
        return _UNCHANGED
    # A handover while it stands still leaves it without a deadline too.
    if line.kind in {EntryKind.RESUMED, EntryKind.REOPENED} or before.pause_reason or before.due_at is None:
        return _STOOD
    return _CLOSED


def who(kind: str, actor_id: str, now: datetime) -> Label:
    """The person's name while they work here; the system by that word."""
    if kind == ActorKind.SYSTEM.value:
        return pgettext_lazy("who acts", "system")
    found = actor_again(kind, actor_id, now=now)
    return found.label if found is not None and found.label else f"{kind} {actor_id}"


def _signed(span: timedelta) -> str:
    if abs(span) < _A_MINUTE:
        return ""
    return f"{'+' if span > timedelta() else '−'}{duration(span)}"
