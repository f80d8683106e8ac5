"""Clocks as pages draw them: a chip for lists, and the ledger behind it as `calendars/ledger.html`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    counted: str
    used: str
    due_at: datetime | None
    who: Label
    holder: str


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
    lines: Sequence[LedgerLine], *, now: datetime, unit_name: Callable[[int], str] = lambda _unit_id: ""
) -> list[LedgerRow]:
    """The ledger in words; `unit_name` is the organization's answer for a unit's id."""
    return [
        LedgerRow(
            at=line.at,
            what=ENTRY_WORDS[line.kind],
            why=PAUSE_WORDS.get(line.pause_reason, ""),
            note=line.note,
            counted=_signed(line.counted),
            used=duration(line.used),
            due_at=line.due_at,
            who=who(line.actor_kind, line.actor_id, now),
            holder=unit_name(line.holder_unit_id) if line.holder_unit_id is not None else "",
        )
        for line in lines
    ]


def who(kind: str, actor_id: str, now: datetime) -> Label:
    """The person's name while they work here; the system by that word."""
    if kind == ActorKind.SYSTEM.value:
        return pgettext_lazy("who acts", "system")
    found = actor_again(kind, actor_id, now=now)
    return found.label if found is not None and found.label else f"{kind} {actor_id}"


def _signed(span: timedelta) -> str:
    if not span:
        return ""
    return f"{'+' if span > timedelta() else '−'}{duration(span)}"
