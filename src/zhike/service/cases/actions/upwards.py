"""Asking upwards and giving within limits: escalations (CASE-10), remedies under the authority table (CASE-11)."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, person_of_staff
from zhike.platform.authz import authorize
from zhike.platform.calendars import actions as clocks
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.types import ClockRequest
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.record.organization import actions as organization_actions
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import refuse_same_person
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case, Escalation, Remedy
from zhike.service.cases.policies import ANSWER_ESCALATIONS, APPROVE, ESCALATION_WITHIN, GRANT, HANDLE, scope
from zhike.service.cases.types import ESCALATION_REPLY, RemedyEntry, RemedyKind, RemedyState

ESCALATION_SUBJECT = "case_escalation"
_CENT = Decimal("0.01")


@action
def escalate_case(*, actor: Actor, case_id: int, to_staff_id: int, reason: str, now: datetime) -> int:
    """Ask somebody higher with the whole record; the time of the answer is set, to be told to the customer."""
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say what you cannot decide yourself."))
    if Escalation.objects.filter(case=case, answered_at__isnull=True).exists():
        raise Conflict(_("This case is escalated already."), next_step=_("Wait for the answer."))
    target = organization.assignee(actor=_parts.DESK, staff_id=to_staff_id)
    row = Escalation.objects.create(
        case=case,
        asked_by_id=actor.staff_id or case.owner_id,
        to_staff_id=target.id,
        scope_unit_id=target.unit_no,
        reason=reason.strip(),
        asked_at=now,
        due_at=now,
    )
    row.due_at = _reply_by(row, target.unit_id, by=actor, now=now)
    row.save(update_fields=["due_at"])
    _parts.tell_browsers([case])
    audit.record(
        actor,
        events.Escalated(
            subject=("case", case_id),
            after={"to": target.id, "due_at": row.due_at, "reason_text": row.reason},
        ),
        now=now,
    )
    return row.pk


@action
def answer_escalation(*, actor: Actor, escalation_id: int, answer: str, now: datetime) -> None:
    """Decide what the agent could not."""
    rows = Escalation.objects.filter(case__in=Case.objects.filter(scope(actor)))
    row = rows.select_for_update(of=("self",)).filter(pk=escalation_id).first()
    if row is None:
        raise NotFound
    authorize(actor, ANSWER_ESCALATIONS, subject=("case", row.case_id))
    if row.answered_at is not None:
        raise Conflict(_("This escalation has been answered already."))
    if not answer.strip():
        raise Invalid.of("answer", "required", _("Write what shall be done."))
    row.answer, row.answered_at = answer.strip(), now
    row.save()
    clocks.stop_clocks(actor=_parts.DESK, subjects=[(ESCALATION_SUBJECT, row.pk)], now=now, caused_by=actor)
    _parts.tell_browsers([row.case])
    audit.record(actor, events.EscalationAnswered(subject=("case", row.case_id), after={"answer": row.answer}), now=now)


@action
def told_reply_time(*, actor: Actor, escalation_id: int, now: datetime) -> None:
    """The customer knows until when the answer from above will come."""
    row = Escalation.objects.filter(pk=escalation_id, case__in=Case.objects.filter(scope(actor))).first()
    if row is None:
        raise NotFound
    authorize(actor, HANDLE, subject=("case", row.case_id))
    Escalation.objects.filter(pk=row.pk, customer_told_at__isnull=True).update(customer_told_at=now)
    audit.record(actor, events.CaseEdited(subject=("case", row.case_id), after={"told_until": row.due_at}), now=now)


@action
def give_remedy(*, actor: Actor, case_id: int, entry: RemedyEntry, now: datetime) -> RemedyState:
    """Give the customer something: at once within one's authority, else it waits for somebody with more."""
    case = _parts.locked_open(actor, case_id)
    authorize(actor, GRANT, subject=("case", case_id))
    _check(entry)
    found = organization.check_authority(
        actor=actor,
        action=f"cases.{entry.kind.value}",
        reason="",
        amount=entry.amount,
        currency=entry.currency,
        now=now,
    )
    state = RemedyState.GRANTED if found.allowed else RemedyState.ASKED
    row = Remedy.objects.create(
        case=case,
        scope_unit_id=case.scope_unit_id,
        kind=entry.kind.value,
        reason=entry.reason.strip()[:300],
        amount=entry.amount,
        currency=entry.currency,
        state=state.value,
        asked_by_id=actor.staff_id or case.owner_id,
        asked_at=now,
        decided_by_id=(actor.staff_id or case.owner_id) if found.allowed else None,
        decided_at=now if found.allowed else None,
    )
    if found.allowed:
        _use(actor, row, now=now)
    _parts.tell_browsers([case])
    audit.record(
        actor,
        events.RemedyAsked(
            subject=("case", case_id),
            after={"remedy": row.pk, "kind": row.kind, "amount": row.amount, "currency": row.currency, "state": state},
            reason=row.reason,
        ),
        now=now,
    )
    return state


@action
def decide_remedy(*, actor: Actor, remedy_id: int, approve: bool, reason: str = "", now: datetime) -> None:
    """Approve or refuse what an agent could not give; never by the one who asked, never beyond authority."""
    rows = Remedy.objects.filter(case__in=Case.objects.filter(scope(actor))).select_related("case")
    row = rows.select_for_update(of=("self",)).filter(pk=remedy_id).first()
    if row is None:
        raise NotFound
    authorize(actor, APPROVE, subject=("case", row.case_id))
    refuse_same_person(actor, person=person_of_staff(row.asked_by_id))
    if row.state != RemedyState.ASKED.value:
        raise Conflict(_("This has been decided already."))
    if approve:
        _use(actor, row, now=now)
    elif not reason.strip():
        raise Invalid.of("reason", "required", _("Say why not."))
    row.state = (RemedyState.APPROVED if approve else RemedyState.REFUSED).value
    row.decided_by_id, row.decided_at, row.decision = actor.staff_id, now, reason.strip()[:300]
    row.save()
    _parts.tell_browsers([row.case])
    audit.record(
        actor,
        events.RemedyDecided(
            subject=("case", row.case_id), after={"remedy": row.pk, "state": row.state}, reason=row.decision
        ),
        now=now,
    )


def _reply_by(row: Escalation, unit_id: int, *, by: Actor, now: datetime) -> datetime:
    unit = organization.unit_by_id(actor=_parts.DESK, unit_id=unit_id)
    request = ClockRequest(
        subject=(ESCALATION_SUBJECT, row.pk),
        kind=ESCALATION_REPLY.code,
        calendar_id=unit.calendar_id or calendars.default_calendar_id(),
        started_at=now,
        budget=parameters.value(ESCALATION_WITHIN, at=now),
        holder_unit_id=unit_id,
    )
    clocks.start_clocks(actor=_parts.DESK, requests=[request], now=now, caused_by=by)
    due = calendars.next_due(actor=_parts.DESK, subjects=[request.subject])[request.subject]
    return due or now


def _use(actor: Actor, row: Remedy, *, now: datetime) -> None:
    organization_actions.use_authority(
        actor=actor,
        action=f"cases.{row.kind}",
        reason="",
        amount=row.amount,
        currency=row.currency,
        subject=("case_remedy", row.pk),
        now=now,
    )


def _check(entry: RemedyEntry) -> None:
    if not entry.reason.strip():
        raise Invalid.of("reason", "required", _("Say why the customer is given this."))
    if entry.amount < 0 or entry.amount != entry.amount.quantize(_CENT):
        raise Invalid.of("amount", "amount", _("An amount is not negative and has at most two decimals."))
    if entry.kind is not RemedyKind.REDELIVERY and entry.amount == 0:
        raise Invalid.of("amount", "required", _("Say how much."))
