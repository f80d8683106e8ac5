"""Reading clocks: chips for lists, the ledger of one, and what new terms would do."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import F, Min, Q

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars.models import CalendarVersion, Clock, ClockEntry
from zhike.platform.calendars.policies import RECOMPUTE_CLOCKS, VIEW_CALENDARS
from zhike.platform.calendars.queries.specs import Rules, load_versions, rules_of
from zhike.platform.calendars.rules import ledger as ledger_rules
from zhike.platform.calendars.rules.hours import opens_at
from zhike.platform.calendars.types import (
    Chip,
    ChipState,
    ClockState,
    EntryKind,
    LedgerLine,
    NewTerms,
    OpenClock,
    Recomputed,
    Step,
    Subject,
    Terms,
)
from zhike.platform.errors import NotFound

_URGENCY = (ChipState.OVER, ChipState.WARNING, ChipState.RUNNING, ChipState.PAUSED, ChipState.MISSED, ChipState.MET)


def of_subjects(subjects: Iterable[Subject]) -> Q:
    """The condition on clocks of these subjects."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, subject_id in subjects:
        ids[kind].add(subject_id)
    if not ids:
        return Q(pk__in=[])
    return reduce(or_, (Q(subject_kind=kind, subject_id__in=found) for kind, found in sorted(ids.items())))


def chips(*, actor: Actor, subjects: Collection[Subject], now: datetime) -> dict[Subject, list[Chip]]:
    """The clocks of records that the actor has already been shown, most urgent first; one query.

    A clock is as visible as its subject: the room has found these subjects through its own scope.
    """
    authorize(actor, VIEW_CALENDARS)
    found: dict[Subject, list[Chip]] = {subject: [] for subject in subjects}
    clocks = list(Clock.objects.filter(of_subjects(subjects)).exclude(state=ClockState.CANCELLED.value))
    specs = load_versions([clock.calendar_version_id for clock in clocks if clock.calendar_version_id is not None])
    for clock in clocks:
        terms = Terms(budget=clock.budget, spec=specs.get(clock.calendar_version_id or 0))
        found[clock.subject_kind, clock.subject_id].append(_chip(clock, terms, now))
    for several in found.values():
        several.sort(key=_urgency)
    return found


def next_due(*, actor: Actor, subjects: Collection[Subject]) -> dict[Subject, datetime | None]:
    """The earliest deadline that runs for each of these subjects; None where none does. One query."""
    authorize(actor, VIEW_CALENDARS)
    found: dict[Subject, datetime | None] = dict.fromkeys(subjects)
    rows = Clock.objects.filter(of_subjects(subjects), state=ClockState.RUNNING.value)
    for kind, subject_id, due_at in rows.values_list("subject_kind", "subject_id").annotate(due=Min("due_at")):
        found[kind, subject_id] = due_at
    return found


def open_due(*, actor: Actor, subjects: Collection[Subject]) -> dict[Subject, dict[str, tuple[ClockState, datetime]]]:
    """State and deadline by kind of the open clocks that have one: those that run, and those paused too late."""
    authorize(actor, VIEW_CALENDARS)
    found: dict[Subject, dict[str, tuple[ClockState, datetime]]] = {subject: {} for subject in subjects}
    rows = Clock.objects.filter(
        of_subjects(subjects), state__in=[ClockState.RUNNING.value, ClockState.PAUSED.value], due_at__isnull=False
    )
    for subject_kind, subject_id, kind, state, due_at in rows.values_list(
        "subject_kind", "subject_id", "kind", "state", "due_at"
    ):
        if due_at is not None:
            found[subject_kind, subject_id][kind] = (ClockState(state), due_at)
    return found


def last_turns(*, actor: Actor, subjects: Collection[Subject]) -> list[datetime]:
    """When the ledgers of the open clocks were last written; nothing may be written into them for before."""
    authorize(actor, VIEW_CALENDARS)
    rows = Clock.objects.filter(of_subjects(subjects), state__in=[ClockState.RUNNING.value, ClockState.PAUSED.value])
    return list(rows.values_list("changed_at", flat=True))


def ledger(*, actor: Actor, clock_id: int) -> list[LedgerLine]:
    """Every line of one clock, oldest first. The caller has shown that the actor may see its subject."""
    authorize(actor, VIEW_CALENDARS)
    entries = list(ClockEntry.objects.filter(clock_id=clock_id).order_by("id"))
    if not entries:
        raise NotFound
    lines: list[LedgerLine] = []
    used = timedelta()
    for entry in entries:
        used += entry.counted
        lines.append(
            LedgerLine(
                at=entry.at,
                kind=EntryKind(entry.kind),
                counted=entry.counted,
                used=used,
                due_at=entry.due_at,
                pause_reason=entry.pause_reason,
                note=entry.note,
                actor_kind=entry.actor_kind,
                actor_id=entry.actor_id,
                holder_unit_id=entry.holder_unit_id,
            )
        )
    return lines


def preview_recompute(*, actor: Actor, changes: Sequence[NewTerms], now: datetime) -> list[Recomputed]:
    """Old and new deadlines, before anything is changed."""
    authorize(actor, RECOMPUTE_CLOCKS)
    clocks = {clock.pk: clock for clock in Clock.objects.filter(pk__in=[change.clock_id for change in changes])}
    steps = steps_of(list(clocks.values()))
    rules = rules_of({change.calendar_id for change in changes if change.calendar_id is not None})
    return [
        recomputed(
            clocks[change.clock_id], steps[change.clock_id], new_terms(clocks[change.clock_id], change, rules), now
        )
        for change in changes
        if change.clock_id in clocks
    ]


def outdated_clocks(*, actor: Actor, calendar_id: int) -> list[NewTerms]:
    """The open clocks that are measured with an earlier version of this calendar."""
    authorize(actor, RECOMPUTE_CLOCKS)
    rules = rules_of([calendar_id])
    if calendar_id not in rules:
        raise NotFound
    clocks = (
        Clock.objects.filter(
            calendar_version__calendar_id=calendar_id,
            state__in=[ClockState.RUNNING.value, ClockState.PAUSED.value],
        )
        .exclude(calendar_version_id=rules[calendar_id].version_id)
        .order_by("id")
    )
    return [NewTerms(clock_id=pk, calendar_id=calendar_id) for pk in clocks.values_list("pk", flat=True)]


def may_recompute(*, actor: Actor, calendar_id: int) -> bool:
    """Whether somebody else than the actor made the present hours."""
    authorize(actor, RECOMPUTE_CLOCKS)
    mine = CalendarVersion.objects.filter(calendar_id=calendar_id, made_by_person=actor.person)
    return not mine.filter(version=F("calendar__version")).exists()


def count_outdated(*, actor: Actor, calendar_id: int) -> int:
    """How many open clocks are measured with an earlier version of this calendar."""
    authorize(actor, RECOMPUTE_CLOCKS)
    return Clock.objects.filter(
        calendar_version__calendar_id=calendar_id,
        calendar_version__version__lt=F("calendar_version__calendar__version"),
        state__in=[ClockState.RUNNING.value, ClockState.PAUSED.value],
    ).count()


def open_clocks(*, actor: Actor, kind: str, subject_kind: str, subject_ids: Collection[int]) -> dict[int, OpenClock]:
    """The open clocks of one kind, by subject; statutory ones are never among them. One query."""
    authorize(actor, RECOMPUTE_CLOCKS)
    rows = Clock.objects.filter(
        subject_kind=subject_kind,
        subject_id__in=subject_ids,
        kind=kind,
        state__in=[ClockState.RUNNING.value, ClockState.PAUSED.value],
        statutory=False,
    ).values_list(
        "subject_id", "pk", "zone", "budget", "calendar_version__calendar", "calendar_version", "started_at", "due_at"
    )
    return {
        subject_id: OpenClock(
            clock_id=pk,
            subject_id=subject_id,
            kind=kind,
            zone=zone,
            budget=budget,
            calendar_id=calendar,
            version_id=version,
            started_at=started_at,
            due_at=due_at,
        )
        for subject_id, pk, zone, budget, calendar, version, started_at, due_at in rows
    }


def new_deadlines(
    *, actor: Actor, clocks: Sequence[OpenClock], changes: Mapping[int, NewTerms]
) -> dict[int, datetime | None]:
    """By clock, the deadline that new terms give it, pauses kept; None while a pause leaves it open.

    What `recompute_clocks` writes, without reading whole ledgers: two queries, and one for a calendar not seen before.
    """
    authorize(actor, RECOMPUTE_CLOCKS)
    turns: dict[int, list[Step]] = defaultdict(list)
    ids = [clock.clock_id for clock in clocks]
    lines = ClockEntry.objects.filter(clock_id__in=ids, kind__in=ledger_rules.TURNS).order_by("clock_id", "id")
    for clock_id, at, kind in lines.values_list("clock_id", "at", "kind"):
        turns[clock_id].append(Step(at=at, kind=EntryKind(kind)))
    rules = rules_of({change.calendar_id for change in changes.values() if change.calendar_id is not None})
    versions = load_versions([clock.version_id for clock in clocks if clock.version_id is not None])
    found: dict[int, datetime | None] = {}
    for clock in clocks:
        change = changes[clock.clock_id]
        spec = None if change.every_hour else versions.get(clock.version_id or 0)
        if change.calendar_id is not None and not change.every_hour:
            spec = rules[change.calendar_id].spec
        terms = Terms(budget=change.budget or clock.budget, spec=spec)
        first = Step(at=clock.started_at, kind=EntryKind.STARTED)
        found[clock.clock_id] = ledger_rules.deadline([first, *turns.get(clock.clock_id, ())], terms)
    return found


def steps_of(clocks: Sequence[Clock]) -> dict[int, list[Step]]:
    """The ledgers of these clocks as the rules read them; two queries."""
    entries = list(ClockEntry.objects.filter(clock_id__in=[clock.pk for clock in clocks]).order_by("clock_id", "id"))
    specs = load_versions([entry.calendar_version_id for entry in entries if entry.calendar_version_id is not None])
    found: dict[int, list[Step]] = {clock.pk: [] for clock in clocks}
    for entry in entries:
        terms = None
        if entry.budget is not None and entry.warn_share is not None:
            spec = specs.get(entry.calendar_version_id or 0)
            terms = Terms(budget=entry.budget, spec=spec, warn_share=entry.warn_share)
        found[entry.clock_id].append(Step(at=entry.at, kind=EntryKind(entry.kind), terms=terms))
    return found


def new_terms(clock: Clock, change: NewTerms, rules: dict[int, Rules]) -> tuple[Terms, int | None]:
    """The terms and the calendar version that a clock gets."""
    version_id = None if change.every_hour else clock.calendar_version_id
    if change.calendar_id is not None and not change.every_hour:
        if change.calendar_id not in rules:
            raise NotFound
        version_id = rules[change.calendar_id].version_id
    spec = load_versions([version_id])[version_id] if version_id is not None else None
    return Terms(budget=change.budget or clock.budget, spec=spec, warn_share=clock.warn_share), version_id


def recomputed(clock: Clock, steps: list[Step], new: tuple[Terms, int | None], now: datetime) -> Recomputed:
    before = ledger_rules.read(steps, now)
    after = ledger_rules.read([*steps, Step(at=now, kind=EntryKind.RECOMPUTED, terms=new[0])], now)
    return Recomputed(
        clock_id=clock.pk,
        subject=(clock.subject_kind, clock.subject_id),
        kind=clock.kind,
        zone=clock.zone,
        old_due=before.due_at,
        new_due=after.due_at,
        old_used=before.used,
        new_used=after.used,
    )


def _chip(clock: Clock, terms: Terms, now: datetime) -> Chip:
    state = ClockState(clock.state)
    runs = state is ClockState.RUNNING
    tail = ledger_rules.span(terms, clock.changed_at, now) if runs else timedelta()
    return Chip(
        clock_id=clock.pk,
        subject=(clock.subject_kind, clock.subject_id),
        kind=clock.kind,
        state=ledger_rules.chip_state(state, now, due_at=clock.due_at, warn_at=clock.warn_at),
        used=clock.used + tail,
        budget=clock.budget,
        due_at=clock.due_at,
        warn_at=clock.warn_at,
        rolled_due_at=clock.rolled_due_at,
        started_at=clock.started_at,
        changed_at=clock.changed_at,
        stopped_at=clock.stopped_at,
        pause_reason=clock.pause_reason,
        holder_unit_id=clock.holder_unit_id,
        statutory=clock.statutory,
        zone=clock.zone,
        opens_at=opens_at(terms.spec, now) if runs and terms.spec is not None else None,
    )


def _urgency(chip: Chip) -> tuple[int, float, int]:
    due = chip.due_at.timestamp() if chip.due_at is not None else float("inf")
    return _URGENCY.index(chip.state), due, chip.clock_id
