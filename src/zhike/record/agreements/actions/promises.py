"""Promises: given, kept, broken, renegotiated; reminders before and a list after their time (AGRE-06)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, live, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.numbering import next_number
from zhike.platform.outbox import Mode
from zhike.record.agreements import events
from zhike.record.agreements.models import Promise
from zhike.record.agreements.policies import PROMISE, REMIND_BEFORE, SETTLE_OTHERS, TAKE_BACK_WITHIN, promise_scope
from zhike.record.agreements.rules.promises import (
    can_take_back,
    done,
    due_errors,
    note_errors,
    promise_errors,
    replaced,
)
from zhike.record.agreements.types import (
    NOTHING,
    PROMISE_SERIES,
    PromiseEntry,
    PromiseSettled,
    PromiseStands,
    PromiseState,
    subject_of,
)
from zhike.record.customers import queries as customers
from zhike.record.customers.policies import ERASE
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import HAND_OVER

AT_ONCE = 5000


@action
def make_promise(*, actor: Actor, entry: PromiseEntry, now: datetime) -> int:
    """Register what a customer was promised, until when and by whom. Returns its id.

    The time was chosen by the wall clock of the promiser's unit, whose zone stays with it.
    """
    customer = customers.summary(actor=actor, customer_id=entry.customer_id)
    authorize(actor, PROMISE, subject=("customer", customer.id))
    if wrong := promise_errors(entry, made_at=now):
        raise Invalid(wrong)
    staff_id = entry.staff_id or actor.staff_id or actor.answering_id
    if staff_id is None:
        raise Invalid.of("staff_id", "required", _("Say who gives the promise."))
    if entry.contact_id is not None:
        person = customers.contact(actor=actor, contact_id=entry.contact_id)
        if person.customer_id != customer.id:
            raise Invalid.of("contact_id", "other", _("This person belongs to another customer."))
    _check_subject(actor, entry, customer.id)
    by = organization.assignee(actor=actor, staff_id=staff_id)
    row = Promise.objects.create(
        number=next_number(PROMISE_SERIES.key),
        customer_id=customer.id,
        contact_id=entry.contact_id,
        promised_by_id=by.id,
        unit_id=by.unit_id,
        holder_id=by.id,
        scope_unit_id=by.unit_no,
        text=entry.text.strip(),
        made_at=now,
        due_at=entry.due_at,
        zone=by.zone,
        about_kind=entry.about[0],
        about_id=entry.about[1],
    )
    _made(actor, row, now)
    return row.pk


@action
def keep_promise(
    *, actor: Actor, promise_id: int, done_at: datetime | None = None, note: str = "", now: datetime
) -> PromiseState:
    """It was done, at `done_at` or just now: kept in time, else broken although it was done. Returns which."""
    row = _locked(actor, promise_id)
    _may_settle(actor, row)
    at = done_at or now
    wrong = note_errors(note, required=False)
    if not row.made_at <= at <= now:
        wrong["done_at"] = [FieldError("outside", _("It was done between the promise and now."))]
    if wrong:
        raise Invalid(wrong)
    row.done_at = at
    _settle(actor, row, done(row.due_at, at), note, now)
    return PromiseState(row.state)


@action
def break_promise(*, actor: Actor, promise_id: int, note: str, now: datetime) -> None:
    """It was not done, and why."""
    row = _locked(actor, promise_id)
    _may_settle(actor, row)
    if wrong := note_errors(note, required=True):
        raise Invalid(wrong)
    _settle(actor, row, PromiseState.BROKEN, note, now)


@action
def renegotiate_promise(
    *,
    actor: Actor,
    promise_id: int,
    due_at: datetime,
    told: bool,
    text: str = "",
    note: str = "",
    now: datetime,
) -> int:
    """Agree another time with the customer: a new promise in place of the old one, which stays. Returns the new id.

    Past its time the old one was broken, whatever was agreed afterwards. `told`: the customer knows and agrees.
    """
    row = _locked(actor, promise_id)
    _may_settle(actor, row)
    wrong = due_errors(due_at, after=now) | note_errors(note, required=False)
    if not told:
        wrong["told"] = [FieldError("required", _("Tell the customer first: without that the old promise holds."))]
    if wrong:
        raise Invalid(wrong)
    by = organization.assignee(actor=actor, staff_id=actor.staff_id or row.holder_id)
    row.told_at = now
    _settle(actor, row, replaced(row.due_at, now), note, now)
    made = Promise.objects.create(
        number=next_number(PROMISE_SERIES.key),
        customer_id=row.customer_id,
        contact_id=row.contact_id,
        promised_by_id=by.id,
        unit_id=by.unit_id,
        holder_id=by.id,
        scope_unit_id=by.unit_no,
        text=text.strip()[:300] or row.text,
        made_at=now,
        due_at=due_at,
        zone=by.zone,
        about_kind=row.about_kind,
        about_id=row.about_id,
        replaces=row,
    )
    _made(actor, made, now)
    return made.pk


@action
def reopen_promise(*, actor: Actor, promise_id: int, now: datetime) -> None:
    """Take back what was said to have become of it, soon after; a new time agreed meanwhile goes with it.

    Raises PromiseStands later than `agreements.take_back_within`, or once the new promise was answered for itself.
    """
    row = _locked(actor, promise_id)
    _authorize(actor, row)
    if not can_take_back(row.state, row.settled_at, within=parameters.value(TAKE_BACK_WITHIN, at=now), now=now):
        raise PromiseStands
    after = Promise.objects.select_for_update(no_key=True).filter(replaces=row).first()
    if after is not None and after.state != PromiseState.OPEN.value:
        raise PromiseStands
    before = {"state": row.state, "done_at": row.done_at, "told_at": row.told_at, "note": row.note}
    gone = {"number": after.number, "text": after.text, "due_at": after.due_at} if after is not None else {}
    if after is not None:
        after.delete()
    row.state, row.settled_at, row.settled_by_id, row.note = PromiseState.OPEN.value, None, None, ""
    row.done_at, row.told_at = None, None
    row.save()
    live.notify("promises", [row.pk], unit_no=row.scope_unit_id)
    audit.record(
        actor,
        events.PromiseReopened(
            subject=("promise", row.pk), before={**before, **gone}, after={"state": PromiseState.OPEN}
        ),
        now=now,
    )
    outbox.emit(events.PromiseSettledEvent(promise_id=row.pk, customer_id=row.customer_id, state=row.state), now=now)


@action
def watch_promises(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Remind holders before the time, show what has passed to those who oversee; returns how many of each.

    Promises of a history are marked when their time passes, as figures need it; nobody is reminded of them.
    """
    authorize(actor, PROMISE)
    rows = Promise.objects.open().order_by("due_at", "pk")
    rows = rows.select_related("holder__user").select_for_update(of=("self",), skip_locked=True)
    near = now + parameters.value(REMIND_BEFORE, at=now)
    soon = list(rows.filter(mode=Mode.LIVE.value, reminded_at__isnull=True, due_at__lte=near)[:AT_ONCE])
    past = list(rows.filter(overdue_at__isnull=True, due_at__lt=now)[:AT_ONCE])
    if not soon and not past:
        return (0, 0)
    Promise.objects.filter(pk__in=[row.pk for row in soon]).update(reminded_at=now)
    Promise.objects.filter(pk__in=[row.pk for row in past]).update(overdue_at=now)
    for row in soon:
        if row.holder.user_id is not None:
            live.notify(f"user:{row.holder.user_id}", [f"promise:{row.pk}"])
    for row in past:
        live.notify("promises", [row.pk], unit_no=row.scope_unit_id)
    audit.record(
        actor,
        events.PromisesDue(
            subject=("promises", len(soon) + len(past)),
            after={"reminded": [row.pk for row in soon], "overdue": [row.pk for row in past]},
        ),
        now=now,
    )
    return (len(soon), len(past))


@action
def pass_promises(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, promise_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give open promises of somebody who is away or leaves to a colleague; who gave them stays. Returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = Promise.objects.open().filter(promise_scope(actor), holder_id=from_staff_id)
    if promise_ids is not None:
        rows = rows.filter(pk__in=promise_ids)
    target = organization.assignee(actor=actor, staff_id=to_staff_id)
    changed = Promise.objects.filter(pk__in=rows.values("pk")).update(
        holder_id=target.id, scope_unit_id=target.unit_no, reminded_at=None
    )
    audit.record(
        actor,
        events.PromisesPassed(
            subject=("staff", from_staff_id),
            before={"holder": from_staff_id},
            after={"holder": target.id, "promises": changed},
        ),
        now=now,
    )
    return changed


@action
def forget_people(*, actor: Actor, contact_ids: Sequence[int], now: datetime) -> int:
    """Empty the words of promises to these people; times and what became of them stay. Returns how many changed."""
    authorize(actor, ERASE)
    rows = Promise.objects.filter(contact_id__in=contact_ids, redacted_at__isnull=True)
    changed = rows.update(text="", note="", redacted_at=now)
    audit.record(actor, events.PromisesForgotten(subject=("promises", changed), after={"redacted": changed}), now=now)
    return changed


def _check_subject(actor: Actor, entry: PromiseEntry, customer_id: int) -> None:
    """What it is about exists within reach and is this customer's."""
    if entry.about == NOTHING:
        return
    kind, key = entry.about
    subject = subject_of(kind)
    if subject is None or subject.customer_of(actor=actor, key=key) != customer_id:
        raise Invalid.of("about", "unknown", _("What the promise is about is no record of this customer."))


def _locked(actor: Actor, promise_id: int) -> Promise:
    rows = Promise.objects.filter(promise_scope(actor), pk=promise_id)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found


def _authorize(actor: Actor, row: Promise) -> None:
    own = actor.staff_id is not None and row.holder_id == actor.staff_id
    authorize(actor, PROMISE if own else SETTLE_OTHERS, subject=("promise", row.pk))


def _may_settle(actor: Actor, row: Promise) -> None:
    _authorize(actor, row)
    if row.state != PromiseState.OPEN.value:
        raise PromiseSettled


def _settle(actor: Actor, row: Promise, state: PromiseState, note: str, now: datetime) -> None:
    row.state, row.settled_at, row.settled_by_id, row.note = state.value, now, actor.staff_id, note.strip()
    row.save()
    live.notify("promises", [row.pk], unit_no=row.scope_unit_id)
    audit.record(
        actor,
        events.PromiseSettled(
            subject=("promise", row.pk),
            before={"state": PromiseState.OPEN},
            after={"state": state, "done_at": row.done_at, "told_at": row.told_at, "note": row.note},
        ),
        now=now,
    )
    outbox.emit(events.PromiseSettledEvent(promise_id=row.pk, customer_id=row.customer_id, state=row.state), now=now)


def _made(actor: Actor, row: Promise, now: datetime) -> None:
    live.notify("promises", [row.pk], unit_no=row.scope_unit_id)
    audit.record(
        actor,
        events.PromiseMade(
            subject=("promise", row.pk),
            after={
                "number": row.number,
                "customer": row.customer_id,
                "contact": row.contact_id,
                "by": row.promised_by_id,
                "text": row.text,
                "due_at": row.due_at,
                "replaces": row.replaces_id,
            },
        ),
        now=now,
    )
    outbox.emit(events.PromiseSettledEvent(promise_id=row.pk, customer_id=row.customer_id, state=row.state), now=now)
