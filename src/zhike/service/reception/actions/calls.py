"""Events of calls, taken as they come: repeated, late, shuffled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.outbox.policies import ACT_WITHIN
from zhike.record.organization import queries as organization
from zhike.service.reception import events, queries
from zhike.service.reception.actions._parts import RECEPTION, number_of, tell_call, tell_waiting
from zhike.service.reception.models import Call, CallEvent, Extension, PhoneSystem, Waiting
from zhike.service.reception.policies import LOST_AFTER, PUSH_CALLS, RINGS_AT_MOST
from zhike.service.reception.rules import MAX_CALLED, event_key, mapped, reduced, told_errors
from zhike.service.reception.types import (
    CallDirection,
    CallPast,
    CallState,
    CallTold,
    HandedOver,
    TakenEvent,
    Told,
    WaitingState,
)

ANSWERED_MEANWHILE = "answered_meanwhile"
MOST_LOST = 500


@action
def hand_over(*, actor: Actor, system: str, payloads: Sequence[Mapping[str, Any]], now: datetime) -> HandedOver:
    """Payloads as a telephone system sends them, read through its profile; good ones are kept where others are not."""
    authorize(actor, PUSH_CALLS)
    profile = queries.profile_of(queries.phone_system(actor=actor, code=system))
    found = HandedOver()
    for position, payload in enumerate(payloads, start=1):
        read, wrong = mapped(payload, profile)
        if wrong:
            found.refused[position] = wrong
        elif read.told is None:
            found.ignored += 1
        else:
            try:
                taken = take_event(actor=actor, system=system, told=read.told, now=now)
            except Invalid as error:
                found.refused[position] = error.fields
                continue
            found.duplicate += taken.duplicate
            found.taken += not taken.duplicate
    return found


@action
def take_event(*, actor: Actor, system: str, told: CallTold, now: datetime) -> TakenEvent:
    """Take one event in. The same one again changes nothing; a late one changes only what it knows better.

    A call that nobody answered becomes an enquiry to return. Raises Invalid for an event that names no call, NotFound
    for a telephone system that is not set up.
    """
    authorize(actor, PUSH_CALLS)
    if wrong := told_errors(told):
        raise Invalid(wrong)
    source = PhoneSystem.objects.select_related("unit").filter(code=system, active=True).first()
    if source is None:
        raise NotFound
    at = min(told.occurred_at or now, now)
    call = _held(source, told, at, now)
    _made, new = CallEvent.objects.get_or_create(
        call=call,
        key=event_key(told, at)[:80],
        defaults={
            "event": told.event.value,
            "extension": told.extension.strip(),
            "occurred_at": at,
            "received_at": now,
        },
    )
    if not new:
        return TakenEvent(call.pk, duplicate=True, state=call.state, staff_id=call.staff_id)
    before = call.staff_id
    _renew(call, source, told, now)
    fresh = now - at <= parameters.value(ACT_WITHIN, at=now)
    if fresh:
        _return_call(call, source, now)
        tell_call(call, before, call.staff_id)
    _tell_ended([call], now)
    after = {"event": told.event.value, "state": call.state, "extension": call.extension, "staff": call.staff_id}
    audit.record(actor, events.CallToldEvent(subject=("call", call.pk), after=after), now=now)
    return TakenEvent(call.pk, duplicate=False, state=call.state, staff_id=call.staff_id)


def _tell_ended(calls: Sequence[Call], now: datetime) -> None:
    """Of calls that were written down while they lasted; who writes one down later reads its length at once."""
    ids = sorted(call.interaction_id for call in calls if call.ended_at is not None and call.interaction_id is not None)
    if ids:
        outbox.emit(events.CallsEndedEvent(interaction_ids=ids), now=now)


def _held(source: PhoneSystem, told: CallTold, at: datetime, now: datetime) -> Call:
    """The call of this event, made where it is the first, held until the end of the transaction."""
    other = told.caller if told.direction is CallDirection.IN else told.called
    number, key = number_of(other, now)
    named = {"system": source.code, "ref": told.call_id.strip()}
    over = told.event in {Told.ENDED, Told.MISSED}
    first = Call(
        **named,
        direction=told.direction.value,
        number=number,
        number_key=key,
        called=_ours(told),
        scope_unit_id=source.unit.tree_no,
        zone=source.unit.zone,
        state=CallState.MISSED.value if over else CallState.RINGING.value,
        started_at=at,
        ended_at=at if over else None,
        told_at=now,
    )
    Call.objects.bulk_create([first], ignore_conflicts=True)
    call = Call.objects.select_for_update().get(**named)
    # An event that came first may have known less than a later one.
    if not call.number and number:
        call.number, call.number_key = number, key
    return call


def _ours(told: CallTold) -> str:
    """The number on our side; the other one is the caller's, whichever way the call goes."""
    return (told.called if told.direction is CallDirection.IN else told.caller).strip()[:MAX_CALLED]


def _renew(call: Call, source: PhoneSystem, told: CallTold, now: datetime) -> None:
    """The call as all its events together have it."""
    rows = CallEvent.objects.filter(call=call).values_list("event", "extension", "occurred_at")
    state = reduced([CallPast(Told(event), extension, at) for event, extension, at in rows])
    call.state = state.state.value
    call.extension = state.extension
    call.started_at, call.answered_at, call.ended_at = state.started_at, state.answered_at, state.ended_at
    call.told_at = now
    call.called = call.called or _ours(told)
    # Whoever took a waiting call keeps it until another telephone is named.
    holder = _holder(state.extension)
    if holder is not None:
        call.staff_id, call.scope_unit_id, call.zone = holder
    elif call.staff_id is None:
        call.scope_unit_id, call.zone = source.unit.tree_no, source.unit.zone
    call.save()


def _holder(extension: str) -> tuple[int, int, str] | None:
    if not extension:
        return None
    rows = Extension.objects.filter(number=extension, valid_until__isnull=True, staff__active=True)
    return rows.values_list("staff_id", "staff__unit__tree_no", "staff__unit__zone").first()


def _return_call(call: Call, source: PhoneSystem, now: datetime) -> None:
    """A missed call is one to return; where it was answered after all, nobody needs to."""
    if call.state == CallState.MISSED.value and call.direction == CallDirection.IN.value:
        _wait_for_return(call, source, now)
    elif call.state != CallState.MISSED.value:
        for row in Waiting.objects.select_for_update().filter(call=call, state=WaitingState.WAITING.value):
            row.state, row.ended_at, row.reason = WaitingState.DROPPED.value, now, ANSWERED_MEANWHILE
            row.save(update_fields=["state", "ended_at", "reason"])
            tell_waiting(row)


def _wait_for_return(call: Call, source: PhoneSystem, now: datetime) -> None:
    if Waiting.objects.filter(call=call).exists():
        return
    customer_id, contact_id = queries.certain_caller(actor=RECEPTION, number=call.number, now=now)
    unit = source.unit
    if call.staff_id is not None:
        unit = organization.staff_member(actor=RECEPTION, staff_id=call.staff_id).unit
    row = Waiting.objects.create(
        channel="call",
        unit=unit,
        scope_unit_id=unit.tree_no,
        zone=unit.zone,
        phone=call.number,
        customer_id=customer_id,
        contact_id=contact_id,
        call=call,
        asked_at=call.started_at,
        received_at=now,
    )
    tell_waiting(row)


@action
def lose_calls(*, actor: Actor, now: datetime) -> int:
    """Calls of which nothing more was heard end: a telephone system may lose its last word. Returns how many.

    One that only rang is to be returned like any other that was missed, unless it rang long ago.
    """
    authorize(actor, PUSH_CALLS)
    silent = Q(told_at__lt=now - parameters.value(LOST_AFTER, at=now))
    unheard = Q(state=CallState.RINGING.value, told_at__lt=now - parameters.value(RINGS_AT_MOST, at=now))
    rows = Call.objects.live().filter(silent | unheard)
    lost = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:MOST_LOST])
    within = parameters.value(ACT_WITHIN, at=now)
    systems = PhoneSystem.objects.select_related("unit").filter(code__in={call.system for call in lost})
    sources = {one.code: one for one in systems} if lost else {}
    for call in lost:
        call.state = CallState.ENDED.value if call.answered_at else CallState.MISSED.value
        call.ended_at = max(call.told_at, call.started_at)
        call.save(update_fields=["state", "ended_at"])
        if now - call.started_at <= within and call.system in sources:
            _return_call(call, sources[call.system], now)
        tell_call(call, call.staff_id)
    _tell_ended(lost, now)
    if lost:
        audit.record(actor, events.CallsSettled(subject=("calls", ""), after={"lost": len(lost)}), now=now)
    return len(lost)
