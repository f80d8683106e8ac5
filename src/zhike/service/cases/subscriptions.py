"""What cases do when goods are late, and what the customer's file learns of cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from zhike.platform import search
from zhike.platform.actors import system_actor
from zhike.platform.calendars.events import ClocksChangedEvent
from zhike.platform.calendars.types import ClockNews
from zhike.platform.messaging import MessageSettled, State
from zhike.platform.outbox import Delivered, Mode, subscribe
from zhike.record.agreements.events import AgreementMovedEvent, TargetsChangedEvent
from zhike.record.agreements.types import AgreementState
from zhike.record.contacting.events import WaitingDecided
from zhike.record.contacting.types import Fate
from zhike.record.shipments.events import ShipmentsLate, ShipmentsSilent
from zhike.service.cases import actions, tasks
from zhike.service.cases.actions import note_clocks, open_for_shipments, push_standing
from zhike.service.cases.events import CaseMovedEvent, CaseOwnerChangedEvent, CaseRaisedEvent, CasesOpenedEvent
from zhike.service.cases.queries.customers import KIND
from zhike.service.cases.types import CASE_SUBJECT, WaitingState
from zhike.service.cases.types.defaults import LATE, NO_SCAN

_WATCH = system_actor("cases.watch")
_CLOCKS = system_actor("cases.clocks")
_MAIL = system_actor("cases.mail_ends")
_ENDS = {
    Fate.DENY: WaitingState.WITHHELD,
    Fate.FAILED: WaitingState.FAILED,
    Fate.TAKEN_BACK: WaitingState.TAKEN_BACK,
}
_STANDING = system_actor("cases.standing")


@subscribe(ShipmentsLate, name="cases.late", acts=True)
def open_late(events: Sequence[Delivered[ShipmentsLate]], *, now: datetime) -> None:
    """A promise has passed: somebody owns it before the customer calls (SHIP-08)."""
    ids = sorted({pk for one in events for pk in one.event.shipment_ids})
    open_for_shipments(actor=_WATCH, shipment_ids=ids, category=LATE, now=now)


@subscribe(ShipmentsSilent, name="cases.silent", acts=True)
def open_silent(events: Sequence[Delivered[ShipmentsSilent]], *, now: datetime) -> None:
    """Nothing has moved for too long: somebody asks before the customer does (SHIP-08)."""
    ids = sorted({pk for one in events for pk in one.event.shipment_ids})
    open_for_shipments(actor=_WATCH, shipment_ids=ids, category=NO_SCAN, now=now)


@subscribe(ClocksChangedEvent, name="cases.clocks")
def follow_clocks(events: Sequence[Delivered[ClocksChangedEvent]], *, now: datetime) -> None:
    """Deadlines of cases near, have passed, or were measured anew."""
    for one in events:
        note_clocks(actor=_CLOCKS, news=ClockNews(one.event.news), items=one.event.items, now=now)


@subscribe(TargetsChangedEvent, name="cases.targets")
def follow_targets(events: Sequence[Delivered[TargetsChangedEvent]], *, now: datetime) -> None:
    """Not only at the next minute: whoever approved a change sees open clocks follow."""
    tasks.follow_targets.enqueue_once("cases.follow_targets", timestamp=0)


@subscribe(AgreementMovedEvent, name="cases.agreements")
def follow_agreements(events: Sequence[Delivered[AgreementMovedEvent]], *, now: datetime) -> None:
    """Begun or revised: what the customer was promised in it holds for what is open, too."""
    ids = {one.event.customer_id for one in events if one.event.state == AgreementState.IN_FORCE}
    if ids:
        actions.follow_agreements(actor=_CLOCKS, customer_ids=sorted(ids), now=now)


@subscribe(CasesOpenedEvent, name="cases.standing_opened")
def show_opened(events: Sequence[Delivered[CasesOpenedEvent]], *, now: datetime) -> None:
    _push({pk for one in events for pk in one.event.customer_ids}, events, now)


@subscribe(CaseMovedEvent, name="cases.standing_moved")
def show_moved(events: Sequence[Delivered[CaseMovedEvent]], *, now: datetime) -> None:
    _push({one.event.customer_id for one in events}, events, now)


@subscribe(CaseRaisedEvent, name="cases.standing_raised")
def show_raised(events: Sequence[Delivered[CaseRaisedEvent]], *, now: datetime) -> None:
    """The customer complains from now on, as with a new complaint."""
    _push({one.event.customer_id for one in events}, events, now)


@subscribe(CaseOwnerChangedEvent, name="cases.standing_owner")
def show_owner(events: Sequence[Delivered[CaseOwnerChangedEvent]], *, now: datetime) -> None:
    _push({one.event.customer_id for one in events}, events, now)


@subscribe(MessageSettled, name="cases.mail_ends")
def note_mail_ends(events: Sequence[Delivered[MessageSettled]], *, now: datetime) -> None:
    """What became of mails to customers, where it was decided last."""
    ours = [
        one
        for one in sorted(events, key=lambda one: one.id)
        if one.event.related_kind == CASE_SUBJECT and one.event.related_id.isdigit()
    ]
    last = {one.event.message_id: one.event for one in ours}
    at = {UUID(one.event.message_id): one.occurred_at for one in ours}
    ends = {UUID(pk): event for pk, event in last.items()}
    actions.settle_answers(
        actor=_MAIL,
        sent={pk: at[pk] for pk, event in ends.items() if event.state == State.SENT},
        ended={pk: WaitingState.FAILED for pk, event in ends.items() if event.state == State.FAILED},
        held={},
        now=now,
    )
    found: dict[str, list[int]] = {}
    for event in last.values():
        found.setdefault(event.state, []).append(int(event.related_id))
    failed, uncertain = found.pop(State.FAILED, []), found.pop(State.UNCERTAIN, [])
    other = [pk for ids in found.values() for pk in ids]
    if last:
        actions.note_mail_ends(actor=_MAIL, failed=failed, uncertain=uncertain, other=other, now=now)


@subscribe(WaitingDecided, name="cases.answers_waiting")
def follow_waiting(events: Sequence[Delivered[WaitingDecided]], *, now: datetime) -> None:
    """An answer that waited was withheld or taken back, or waits longer: the case must not look answered."""
    last = {UUID(ref): one.event for one in sorted(events, key=lambda one: one.id) for ref in one.event.refs}
    actions.settle_answers(
        actor=_MAIL,
        sent={},
        ended={ref: _ENDS[Fate(event.fate)] for ref, event in last.items() if event.fate != Fate.HOLD},
        held={ref: datetime.fromisoformat(event.until) for ref, event in last.items() if event.fate == Fate.HOLD},
        now=now,
    )


def _push(customer_ids: set[int], events: Sequence[Delivered[Any]], now: datetime) -> None:
    live = any(one.mode is Mode.LIVE for one in events)
    push_standing(actor=_STANDING, customer_ids=customer_ids, mode=Mode.LIVE if live else Mode.BACKFILL, now=now)


@subscribe(CasesOpenedEvent, name="cases.search_opened")
def found_opened(events: Sequence[Delivered[CasesOpenedEvent]], *, now: datetime) -> None:
    search.refresh_later(KIND, {pk for one in events for pk in one.event.case_ids})


@subscribe(CaseOwnerChangedEvent, name="cases.search_owner")
def found_with_owner(events: Sequence[Delivered[CaseOwnerChangedEvent]], *, now: datetime) -> None:
    """A case is found within the reach of its owner's unit."""
    search.refresh_later(KIND, {one.event.case_id for one in events})
