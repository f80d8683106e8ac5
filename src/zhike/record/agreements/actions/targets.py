"""Changing the table of targets: one person proposes, another decides; rows replace each other, none is edited."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.platform.errors import FieldError, Forbidden, Invalid, NotFound
from zhike.platform.parameters.types import ProposalState
from zhike.record.agreements import events
from zhike.record.agreements.models import ServiceTarget, TargetChange
from zhike.record.agreements.policies import APPROVE_TARGETS, SET_TARGETS
from zhike.record.agreements.queries.standards import listed_words
from zhike.record.agreements.rules.targets import change_errors, class_of
from zhike.record.agreements.types import (
    ChangeClosed,
    ChangeOpen,
    ChangeProgress,
    LaterRow,
    TargetDeed,
    TargetEnded,
    TargetEntry,
)

SUBJECT: Final = "service_target_change"
MOST_NOTE: Final = 300


@action
def propose_target(*, actor: Actor, entry: TargetEntry, now: datetime) -> int:
    """Propose a target for a measure, category and class, or (without a budget) that theirs ends. Returns its id.

    Nothing holds before somebody else approves it.
    """
    authorize(actor, SET_TARGETS)
    entry = replace(entry, customer_class=class_of(entry.customer_class))
    wrong = change_errors(entry, listed_words(), now=now)
    if entry.calendar_id is not None and entry.calendar_id not in calendars.rules_of([entry.calendar_id]):
        wrong["calendar_id"] = [FieldError("unknown", _("There is no such calendar."))]
    held = _held(entry.measure.value, entry.category, entry.customer_class, entry.valid_from or now)
    if not wrong:
        wrong = _against(entry, held)
    if wrong:
        raise Invalid(wrong)
    _refuse_later(entry.measure.value, entry.category, entry.customer_class, entry.valid_from or now)
    same = {"measure": entry.measure.value, "category": entry.category, "customer_class": entry.customer_class}
    if TargetChange.objects.filter(state=ProposalState.PENDING.value, **same).exists():
        raise ChangeOpen
    row = TargetChange(
        **same,
        deed=entry.deed.value,
        budget=entry.budget,
        every_hour=entry.every_hour,
        calendar_id=entry.calendar_id,
        valid_from=entry.valid_from,
        reason=entry.reason.strip(),
        source=entry.source.strip(),
        proposed_at=now,
        proposed_by_kind=actor.kind.value,
        proposed_by_id=actor.id,
        proposed_by_person=actor.person,
        replaced=held,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        # Somebody else has proposed at the same moment.
        raise ChangeOpen from error
    audit.record(
        actor,
        events.TargetProposed(subject=(SUBJECT, row.pk), before=_before(held), after=_after(row), reason=row.reason),
        now=now,
    )
    return row.pk


@action
def approve_target(*, actor: Actor, change_id: int, note: str = "", now: datetime) -> None:
    """Let a proposed change hold; refused to whoever proposed it (CTRL-01). Open clocks follow by a job."""
    row = _locked(change_id)
    authorize(actor, APPROVE_TARGETS, subject=(SUBJECT, change_id))
    if row.proposed_by_person == actor.person:
        raise Forbidden(
            _("Who proposes a change cannot approve it."),
            right=APPROVE_TARGETS.code,
            subject=(SUBJECT, str(change_id)),
            next_step=_("Ask another person who may approve."),
        )
    since = max(row.valid_from or now, now)
    held = _held(row.measure, row.category, row.customer_class, since)
    _refuse_later(row.measure, row.category, row.customer_class, since)
    if row.state == ProposalState.PENDING.value and row.deed == TargetDeed.END.value and held is None:
        raise TargetEnded
    _close(row, actor, ProposalState.APPROVED, note, now)
    row.holds_from, row.replaced = since, _give_way(held, since) if held is not None else None
    if row.budget is not None:
        row.made = ServiceTarget.objects.create(
            measure=row.measure,
            category=row.category,
            customer_class=row.customer_class,
            budget=row.budget,
            every_hour=row.every_hour,
            calendar_id=row.calendar_id,
            valid_from=since,
            source=row.source,
        )
    row.save()
    audit.record(
        actor,
        events.TargetApproved(
            subject=(SUBJECT, row.pk), before=_before(held), after={**_after(row), "valid_from": since}, reason=row.note
        ),
        now=now,
    )
    outbox.emit(events.TargetsChangedEvent(change_id=row.pk), now=now)


@action
def refuse_target(*, actor: Actor, change_id: int, note: str, now: datetime) -> None:
    """Close a proposal without effect; the note says why."""
    row = _locked(change_id)
    authorize(actor, APPROVE_TARGETS, subject=(SUBJECT, change_id))
    if not note.strip():
        raise Invalid.of("note", "required", _("Please say why."))
    _close(row, actor, ProposalState.REFUSED, note, now)
    row.save()
    audit.record(actor, events.TargetRefused(subject=(SUBJECT, row.pk), after=_after(row), reason=row.note), now=now)


@action
def withdraw_target(*, actor: Actor, change_id: int, now: datetime) -> None:
    """Take back one's own proposal."""
    row = _locked(change_id)
    authorize(actor, SET_TARGETS, subject=(SUBJECT, change_id))
    if row.proposed_by_person != actor.person:
        raise Forbidden(
            _("Only the person who proposed a change can withdraw it."),
            right=SET_TARGETS.code,
            subject=(SUBJECT, str(change_id)),
        )
    _close(row, actor, ProposalState.WITHDRAWN, "", now)
    row.save()
    audit.record(actor, events.TargetWithdrawn(subject=(SUBJECT, row.pk), after=_after(row)), now=now)


@action
def note_followed(*, actor: Actor, progress: ChangeProgress, now: datetime) -> None:
    """How far open clocks have followed a change; the room that holds the matters says so."""
    authorize(actor, APPROVE_TARGETS, subject=(SUBJECT, progress.change_id))
    row = TargetChange.objects.get(pk=progress.change_id)
    row.reached = progress.reached
    row.moved += progress.moved
    row.finished_at = now if progress.is_finished else None
    row.save(update_fields=["reached", "moved", "finished_at"])
    if progress.is_finished:
        audit.record(actor, events.TargetFollowed(subject=(SUBJECT, row.pk), after={"clocks": row.moved}), now=now)


def _locked(change_id: int) -> TargetChange:
    row = TargetChange.objects.select_for_update().filter(pk=change_id).first()
    if row is None:
        raise NotFound
    return row


def _close(row: TargetChange, actor: Actor, state: ProposalState, note: str, now: datetime) -> None:
    if row.state != ProposalState.PENDING.value:
        raise ChangeClosed
    if len(note) > MOST_NOTE or "\x00" in note:
        raise Invalid.of("note", "too_long", _("This text is too long."))
    row.state, row.note = state.value, note.strip()
    row.decided_at, row.decided_by_kind = now, actor.kind.value
    row.decided_by_id, row.decided_by_person = actor.id, actor.person


def _held(measure: str, category: str, customer_class: str, at: datetime) -> ServiceTarget | None:
    """The row that holds at this moment for exactly these."""
    rows = ServiceTarget.objects.select_for_update(of=("self",)).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=at),
        measure=measure,
        category=category,
        customer_class=customer_class,
        valid_from__lte=at,
    )
    return rows.first()


def _give_way(held: ServiceTarget, since: datetime) -> ServiceTarget | None:
    """End the row that holds; returns the one that is replaced.

    A row that would end in the moment in which it begins has never held and goes; the change that made it stays and
    tells of it. What is replaced is then the row before it.
    """
    if held.valid_from < since:
        held.valid_until = since
        held.save(update_fields=["valid_until"])
        return held
    maker = TargetChange.objects.filter(made=held).select_related("replaced").first()
    before = maker.replaced if maker is not None else None
    TargetChange.objects.filter(made=held).update(made=None)
    TargetChange.objects.filter(replaced=held).update(replaced=before)
    ServiceTarget.objects.filter(pk=held.pk).delete()
    return before


def _refuse_later(measure: str, category: str, customer_class: str, at: datetime) -> None:
    later = ServiceTarget.objects.filter(
        measure=measure, category=category, customer_class=customer_class, valid_from__gte=at
    )
    found = later.exclude(valid_until__lte=at).order_by("valid_from").first()
    if found is not None and found.valid_from > at:
        raise LaterRow(day=found.valid_from.date().isoformat())


def _against(entry: TargetEntry, held: ServiceTarget | None) -> dict[str, list[FieldError]]:
    """A change that changes nothing, or ends what does not hold."""
    if entry.budget is None:
        if held is None:
            return {
                "deed": [FieldError("nothing_holds", _("No target of its own holds then for this category and class."))]
            }
        return {}
    if held is not None and (held.budget, held.every_hour, held.calendar_id) == (
        entry.budget,
        entry.every_hour,
        entry.calendar_id,
    ):
        return {"budget": [FieldError("unchanged", _("This is the target that holds then already."))]}
    return {}


def _before(held: ServiceTarget | None) -> dict[str, object]:
    if held is None:
        return {}
    return {"budget": held.budget, "every_hour": held.every_hour, "calendar": held.calendar_id}


def _after(row: TargetChange) -> dict[str, object]:
    return {
        "deed": row.deed,
        "measure": row.measure,
        "category": row.category,
        "class": row.customer_class,
        "budget": row.budget,
        "every_hour": row.every_hour,
        "calendar": row.calendar_id,
        "valid_from": row.valid_from,
        "source": row.source,
    }
