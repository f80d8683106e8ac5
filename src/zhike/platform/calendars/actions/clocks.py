"""Starting, pausing and stopping clocks: set-based, and never without a line in the ledger.

Rooms call these inside their own actions, for records that they have loaded through the actor's scope. `caused_by`
names who made it happen when the room acts for somebody without staff rights, such as a customer's reply.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import events
from zhike.platform.calendars.models import CalendarVersion, Clock, ClockEntry
from zhike.platform.calendars.policies import RECOMPUTE_CLOCKS, RUN_CLOCKS, WARN_AT
from zhike.platform.calendars.queries.clocks import new_terms, of_subjects, recomputed, steps_of
from zhike.platform.calendars.queries.specs import Rules, rules_of
from zhike.platform.calendars.rules import ledger
from zhike.platform.calendars.rules.deadlines import statutory_deadline
from zhike.platform.calendars.types import (
    ClockNews,
    ClockRequest,
    ClockState,
    EntryKind,
    NewTerms,
    PauseReason,
    Recomputed,
    StatutoryNeverPauses,
    Step,
    Subject,
    Terms,
)
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound

MAX_NOTE = 200
TOLD_AT_ONCE = 5000
ITEMS_AN_EVENT = 1000
OPEN = tuple(state.value for state in ledger.OPEN)
CLOSED = tuple(state.value for state in ledger.CLOSED)


class ClockBusy(Conflict):
    code = "clock_changed_later"
    message = _("A clock of this record has a later entry than the time given.")


class ClockBegun(Conflict):
    code = "clock_begun_meanwhile"
    message = _("Somebody else has just started this clock.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """What happens to some clocks, and how the ledger tells it."""

    kind: EntryKind
    at: datetime
    who: Actor
    pause_reason: str = ""
    note: str = ""


@action
def start_clocks(
    *, actor: Actor, requests: Sequence[ClockRequest], now: datetime, caused_by: Actor | None = None
) -> int:
    """Start clocks; a subject whose clock of that kind already runs or pauses keeps it. Returns how many began."""
    authorize(actor, RUN_CLOCKS, subject=_subject(request.subject for request in requests))
    wanted = _without_running(requests)
    rules = rules_of({request.calendar_id for request in wanted})
    share = parameters.value(WARN_AT, at=now)
    clocks: list[Clock] = []
    for request in wanted:
        if request.calendar_id not in rules:
            raise NotFound
        clocks.append(_new_clock(request, rules[request.calendar_id], share, now))
    try:
        with transaction.atomic():
            Clock.objects.bulk_create(clocks, batch_size=1000)
    except IntegrityError as error:
        raise ClockBegun from error
    who = caused_by or actor
    firsts = [_first_entry(clock, who, request.note) for clock, request in zip(clocks, wanted, strict=True)]
    ClockEntry.objects.bulk_create(firsts, batch_size=1000)
    _record(actor, events.ClocksStarted, clocks, now)
    return len(clocks)


@action
def pause_clocks(
    *,
    actor: Actor,
    subjects: Collection[Subject],
    reason: PauseReason,
    now: datetime,
    kinds: Collection[str] = (),
    caused_by: Actor | None = None,
) -> int:
    """Pause the running clocks of these subjects while somebody else must act; returns how many.

    Statutory clocks run on. Naming one in `kinds` raises StatutoryNeverPauses.
    """
    authorize(actor, RUN_CLOCKS, subject=_subject(subjects))
    found = _locked(subjects, kinds, (ClockState.RUNNING.value,))
    if kinds and any(clock.statutory for clock in found):
        raise StatutoryNeverPauses
    turn = _Turn(kind=EntryKind.PAUSED, at=now, who=caused_by or actor, pause_reason=PauseReason(reason).value)
    clocks = [clock for clock in found if not clock.statutory]
    _turn(clocks, turn)
    _record(actor, events.ClocksPaused, clocks, now, reason=turn.pause_reason)
    return len(clocks)


@action
def resume_clocks(
    *,
    actor: Actor,
    subjects: Collection[Subject],
    now: datetime,
    kinds: Collection[str] = (),
    caused_by: Actor | None = None,
) -> int:
    """Let paused clocks run again; their deadlines move by the pause."""
    authorize(actor, RUN_CLOCKS, subject=_subject(subjects))
    clocks = _locked(subjects, kinds, (ClockState.PAUSED.value,))
    _turn(clocks, _Turn(kind=EntryKind.RESUMED, at=now, who=caused_by or actor))
    _record(actor, events.ClocksResumed, clocks, now)
    return len(clocks)


@action
def hand_over_clocks(
    *,
    actor: Actor,
    subjects: Collection[Subject],
    holder_unit_id: int | None,
    now: datetime,
    kinds: Collection[str] = (),
) -> int:
    """Say in whose hands the matter lies from now on; the time before counts for the holder before."""
    authorize(actor, RUN_CLOCKS, subject=_subject(subjects))
    clocks = [clock for clock in _locked(subjects, kinds, OPEN) if clock.holder_unit_id != holder_unit_id]
    before = {clock.pk: clock.holder_unit_id for clock in clocks}
    for clock in clocks:
        clock.holder_unit_id = holder_unit_id
    _turn(clocks, _Turn(kind=EntryKind.HANDED_OVER, at=now, who=actor))
    _record(actor, events.ClocksHandedOver, clocks, now, before={"holders": before}, after={"holder": holder_unit_id})
    return len(clocks)


@action
def stop_clocks(
    *,
    actor: Actor,
    subjects: Collection[Subject],
    now: datetime,
    kinds: Collection[str] = (),
    caused_by: Actor | None = None,
) -> dict[int, ClockState]:
    """The promise is kept, or broken: each open clock becomes MET or MISSED."""
    authorize(actor, RUN_CLOCKS, subject=_subject(subjects))
    clocks = _locked(subjects, kinds, OPEN)
    _turn(clocks, _Turn(kind=EntryKind.STOPPED, at=now, who=caused_by or actor))
    found = {clock.pk: ClockState(clock.state) for clock in clocks}
    _record(actor, events.ClocksStopped, clocks, now, after={"states": found})
    return found


@action
def reopen_clocks(
    *, actor: Actor, subjects: Collection[Subject], now: datetime, kinds: Collection[str] = (), note: str = ""
) -> int:
    """Let stopped clocks go on with what they had used; the time in between does not count."""
    authorize(actor, RUN_CLOCKS, subject=_subject(subjects))
    clocks = _latest_closed(subjects, kinds)
    _turn(clocks, _Turn(kind=EntryKind.REOPENED, at=now, who=actor, note=_note(note)))
    _record(actor, events.ClocksReopened, clocks, now, reason=note)
    return len(clocks)


@action
def cancel_clocks(
    *, actor: Actor, subjects: Collection[Subject], note: str, now: datetime, kinds: Collection[str] = ()
) -> int:
    """Take back clocks that should never have run, such as those of a duplicate; they count in no figure."""
    authorize(actor, RUN_CLOCKS, subject=_subject(subjects))
    clocks = _locked(subjects, kinds, OPEN)
    _turn(clocks, _Turn(kind=EntryKind.CANCELLED, at=now, who=actor, note=_note(note, required=True)))
    _record(actor, events.ClocksCancelled, clocks, now, reason=note)
    return len(clocks)


@action
def recompute_clocks(*, actor: Actor, changes: Sequence[NewTerms], reason: str, now: datetime) -> list[Recomputed]:
    """Measure open clocks anew with other terms, from their start on; `preview_recompute` shows the same before."""
    authorize(actor, RECOMPUTE_CLOCKS, subject=("clock", changes[0].clock_id if changes else 0))
    note = _note(reason, required=True)
    wanted = {change.clock_id: change for change in changes}
    clocks = list(Clock.objects.select_for_update(of=("self",)).filter(pk__in=wanted, state__in=OPEN).order_by("pk"))
    if any(clock.statutory for clock in clocks):
        raise Invalid.of("clocks", "statutory", _("A statutory deadline is set by law and not recomputed."))
    rules = rules_of({change.calendar_id for change in changes if change.calendar_id is not None})
    steps = steps_of(clocks)
    terms = {clock.pk: new_terms(clock, wanted[clock.pk], rules) for clock in clocks}
    report = [recomputed(clock, steps[clock.pk], terms[clock.pk], now) for clock in clocks]
    for clock in clocks:
        clock.budget = terms[clock.pk][0].budget
        clock.calendar_version_id = terms[clock.pk][1]
    _refuse_whoever_made(actor, {version for _terms, version in terms.values() if version is not None})
    turn = _Turn(kind=EntryKind.RECOMPUTED, at=now, who=actor, note=note)
    _turn(clocks, turn, steps=steps, terms={pk: found[0] for pk, found in terms.items()})
    _record(actor, events.ClocksRecomputed, clocks, now, reason=reason)
    tell(ClockNews.RECOMPUTED, clocks, now=now)
    return report


def _refuse_whoever_made(actor: Actor, versions: Collection[int]) -> None:
    """Who changes the hours does not decide that they hold for promises already given (CTRL-01)."""
    if CalendarVersion.objects.filter(pk__in=versions, made_by_person=actor.person).exists():
        raise Forbidden(
            _("Who changes the hours cannot recompute clocks by them."),
            right=RECOMPUTE_CLOCKS.code,
            subject=("clock", "0"),
            next_step=_("Ask another person who may recompute clocks."),
        )


@action
def tell_clocks(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Tell the rooms above of running clocks that near or have passed their deadlines; once a deadline each.

    Returns how many near theirs, and how many have passed it.
    """
    authorize(actor, RUN_CLOCKS)
    running = Clock.objects.filter(state=ClockState.RUNNING.value).order_by("pk")
    near = running.filter(warn_at__lte=now, due_at__gt=now, warning_told_at__isnull=True)
    over = running.filter(due_at__lte=now, breach_told_at__isnull=True)
    warned = list(near.select_for_update(skip_locked=True)[:TOLD_AT_ONCE])
    breached = list(over.select_for_update(skip_locked=True)[:TOLD_AT_ONCE])
    Clock.objects.filter(pk__in=[clock.pk for clock in warned]).update(warning_told_at=now)
    Clock.objects.filter(pk__in=[clock.pk for clock in breached]).update(breach_told_at=now)
    tell(ClockNews.NEAR, warned, now=now)
    tell(ClockNews.PASSED, breached, now=now)
    _record(actor, events.ClocksTold, [*warned, *breached], now)
    return len(warned), len(breached)


def tell(news: ClockNews, clocks: Sequence[Clock], *, now: datetime) -> None:
    """One outbox event for a thousand clocks."""
    items: list[list[str | int]] = [[clock.subject_kind, clock.subject_id, clock.kind] for clock in clocks]
    parts = [items[start : start + ITEMS_AN_EVENT] for start in range(0, len(items), ITEMS_AN_EVENT)]
    outbox.emit_many([events.ClocksChangedEvent(news=news.value, items=part) for part in parts], now=now)


def _without_running(requests: Sequence[ClockRequest]) -> list[ClockRequest]:
    open_ones = set(
        Clock.objects.filter(of_subjects(request.subject for request in requests), state__in=OPEN).values_list(
            "subject_kind", "subject_id", "kind"
        )
    )
    wanted: dict[tuple[str, int, str], ClockRequest] = {}
    for request in requests:
        key = (*request.subject, request.kind)
        if key not in open_ones:
            wanted.setdefault(key, request)
    return list(wanted.values())


def _new_clock(request: ClockRequest, rules: Rules, share: Decimal, now: datetime) -> Clock:
    if request.started_at > now:
        raise Invalid.of("started_at", "in_the_future", _("A clock cannot have started in the future."))
    terms, rolled = _terms_of(request, rules, share)
    first = Step(at=request.started_at, kind=EntryKind.STARTED, terms=terms)
    reading = ledger.read([first], request.started_at)
    return Clock(
        subject_kind=request.subject[0],
        subject_id=request.subject[1],
        kind=request.kind,
        zone=rules.spec.zone,
        calendar_version_id=None if terms.spec is None else rules.version_id,
        statutory=request.statutory_days is not None,
        statutory_days=request.statutory_days,
        budget=terms.budget,
        warn_share=terms.warn_share,
        started_at=request.started_at,
        due_at=reading.due_at,
        warn_at=reading.warn_at,
        rolled_due_at=rolled,
        state=ClockState.RUNNING.value,
        changed_at=request.started_at,
        holder_unit_id=request.holder_unit_id,
    )


def _terms_of(request: ClockRequest, rules: Rules, share: Decimal) -> tuple[Terms, datetime | None]:
    if (request.budget is None) == (request.statutory_days is None):
        raise Invalid.of("budget", "required", _("A clock has either a budget or statutory days."))
    if request.statutory_days is not None:
        deadline = statutory_deadline(request.started_at, request.statutory_days, rules.spec.zone, rules.workdays)
        budget = deadline.due_at - request.started_at
        return Terms(budget=budget, warn_share=share), deadline.rolled_at
    if request.budget is None or request.budget <= timedelta():
        raise Invalid.of("budget", "too_small", _("A clock needs time to run."))
    spec = None if request.every_hour else rules.spec
    return Terms(budget=request.budget, spec=spec, warn_share=share), None


def _first_entry(clock: Clock, who: Actor, note: str) -> ClockEntry:
    return ClockEntry(
        clock=clock,
        at=clock.started_at,
        kind=EntryKind.STARTED.value,
        note=note[:MAX_NOTE],
        actor_kind=who.kind.value,
        actor_id=who.id,
        holder_unit_id=clock.holder_unit_id,
        due_at=clock.due_at,
        budget=clock.budget,
        warn_share=clock.warn_share,
        calendar_version_id=clock.calendar_version_id,
    )


def _locked(subjects: Collection[Subject], kinds: Collection[str], states: Collection[str]) -> list[Clock]:
    rows = Clock.objects.select_for_update(of=("self",)).filter(of_subjects(subjects), state__in=states)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return list(rows.order_by("pk"))


def _latest_closed(subjects: Collection[Subject], kinds: Collection[str]) -> list[Clock]:
    """The last stopped clock of each kind, unless another of that kind has begun since."""
    rows = _locked(subjects, kinds, (*OPEN, *CLOSED))
    latest = {(clock.subject_kind, clock.subject_id, clock.kind): clock for clock in rows}
    return [clock for clock in latest.values() if clock.state in CLOSED]


def _turn(
    clocks: Sequence[Clock],
    turn: _Turn,
    *,
    steps: dict[int, list[Step]] | None = None,
    terms: dict[int, Terms] | None = None,
) -> None:
    """Write one line to each ledger and bring the clocks to what their ledgers then say."""
    known = steps_of(clocks) if steps is None else steps
    entries: list[ClockEntry] = []
    for clock in clocks:
        ledger.check(turn.kind, ClockState(clock.state), statutory=clock.statutory)
        if turn.at < clock.changed_at:
            raise ClockBusy
        mine = terms[clock.pk] if terms is not None else None
        after = [*known[clock.pk], Step(at=turn.at, kind=turn.kind, terms=mine)]
        reading = ledger.read(after, turn.at)
        entries.append(_entry(clock, turn, counted=reading.used - clock.used, due_at=reading.due_at))
        clock.state = reading.state.value
        clock.used = reading.used
        clock.due_at, clock.warn_at = reading.due_at, reading.warn_at
        clock.changed_at = turn.at
        # A deadline that has moved into the future is told of again when it comes.
        if reading.warn_at is None or reading.warn_at > turn.at:
            clock.warning_told_at = None
        if reading.due_at is None or reading.due_at > turn.at:
            clock.breach_told_at = None
        kept = turn.pause_reason or clock.pause_reason
        clock.pause_reason = kept if reading.state is ClockState.PAUSED else ""
        clock.stopped_at = turn.at if reading.state not in ledger.OPEN else None
    Clock.objects.bulk_update(clocks, _CHANGING, batch_size=500)
    ClockEntry.objects.bulk_create(entries, batch_size=1000)


_CHANGING = [
    "state",
    "used",
    "due_at",
    "warn_at",
    "changed_at",
    "pause_reason",
    "stopped_at",
    "warning_told_at",
    "breach_told_at",
    "holder_unit_id",
    "budget",
    "calendar_version",
]


def _entry(clock: Clock, turn: _Turn, *, counted: timedelta, due_at: datetime | None) -> ClockEntry:
    is_new_terms = turn.kind is EntryKind.RECOMPUTED
    return ClockEntry(
        clock=clock,
        at=turn.at,
        kind=turn.kind.value,
        pause_reason=turn.pause_reason,
        note=turn.note,
        actor_kind=turn.who.kind.value,
        actor_id=turn.who.id,
        holder_unit_id=clock.holder_unit_id,
        counted=counted,
        due_at=due_at,
        budget=clock.budget if is_new_terms else None,
        warn_share=clock.warn_share if is_new_terms else None,
        calendar_version_id=clock.calendar_version_id if is_new_terms else None,
    )


def _note(text: str, *, required: bool = False) -> str:
    plain = text.strip()
    if required and not plain:
        raise Invalid.of("reason", "required", _("Please say why."))
    if len(plain) > MAX_NOTE or "\x00" in plain:
        raise Invalid.of("reason", "too_long", _("This text is too long."))
    return plain


def _subject(subjects: object) -> tuple[str, int] | None:
    first: Subject | None = next(iter(subjects), None)  # type: ignore[call-overload]
    return first


def _record(
    actor: Actor,
    event: Callable[..., audit.Event],
    clocks: Sequence[Clock],
    now: datetime,
    *,
    reason: str = "",
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """One audit entry a call: of the subject where there is one, else of the batch with its count."""
    if not clocks:
        return
    subjects = {(clock.subject_kind, clock.subject_id) for clock in clocks}
    subject = subjects.pop() if len(subjects) == 1 else ("clocks", "batch")
    told = {"clocks": len(clocks), "kinds": sorted({clock.kind for clock in clocks}), **(after or {})}
    audit.record(actor, event(subject=subject, before=before or {}, after=told, reason=reason), now=now)
