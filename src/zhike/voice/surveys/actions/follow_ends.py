"""What becomes of a follow-up: tried, ended, given to a colleague, gone along with its case."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, live, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.types import SystemNote
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import HAND_OVER
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CASE_SUBJECT, WITH_UNIT, Coding, Ending
from zhike.voice.surveys import events
from zhike.voice.surveys.actions.following import READING
from zhike.voice.surveys.models import FollowUp
from zhike.voice.surveys.policies import FOLLOW, follow_scope
from zhike.voice.surveys.rules.following import FollowUpEnded, changed, reached, score_fits
from zhike.voice.surveys.types import ENDED_NOTES, TRIED_NOTE, FollowResult, FollowUpEnd

MOST_NOTE = 4_000


@action
def note_try(*, actor: Actor, follow_up_id: int, now: datetime) -> int:
    """Somebody called and did not reach them; returns how often that was so. Raises FollowUpEnded."""
    row = _locked_open(actor, follow_up_id)
    authorize(actor, FOLLOW, subject=("follow_up", follow_up_id))
    row.tries += 1
    row.acted_at = row.acted_at or now
    row.save(update_fields=["tries", "acted_at"])
    _note(row, TRIED_NOTE, now)
    audit.record(actor, events.FollowUpTried(subject=("follow_up", row.pk), after={"tries": row.tries}), now=now)
    live.notify("follow_ups", [row.pk], unit_no=row.scope_unit_id)
    return row.tries


@action
def end_follow_up(*, actor: Actor, follow_up_id: int, end: FollowUpEnd, now: datetime) -> None:
    """Say whether the person was reached and thinks otherwise now, and why they were dissatisfied (SURV-31).

    With `close` its case ends too, solved where they think otherwise. Raises FollowUpEnded, Invalid on `result`,
    `cause`, `score_after`, `note`, `party`, `unit_id`; what closing a case refuses.
    """
    row = _locked_open(actor, follow_up_id)
    authorize(actor, FOLLOW, subject=("follow_up", follow_up_id))
    if wrong := _end_errors(actor, row, end):
        raise Invalid(wrong)
    row.result, row.cause = end.result.value, end.cause
    row.score_after, row.note = end.score_after, end.note.strip()
    row.done_at, row.done_by_id = now, actor.staff_id
    row.acted_at = row.acted_at or now
    row.save()
    _note(row, ENDED_NOTES[end.result], now)
    audit.record(
        actor,
        events.FollowUpDone(
            subject=("follow_up", row.pk),
            after={
                "result": end.result,
                "cause": end.cause,
                "score_after": end.score_after,
                "in_time": now <= row.due_at,
                "note": row.note,
            },
        ),
        now=now,
    )
    outbox.emit(
        events.FollowUpEndedEvent(
            follow_up_id=row.pk, customer_id=row.recipient.customer_id, reason=row.reason, result=row.result
        ),
        now=now,
    )
    live.notify("follow_ups", [row.pk], unit_no=row.scope_unit_id)
    if end.close and row.case_id is not None:
        _close_case(actor, row, end, now)


@action
def pass_follow_ups(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, follow_up_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give a leaver's open follow-ups, or these of them, to a colleague; returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = FollowUp.objects.filter(follow_scope(actor), owner_id=from_staff_id, result=FollowResult.OPEN.value)
    if follow_up_ids is not None:
        rows = rows.filter(pk__in=follow_up_ids)
    target = organization.assignee(actor=actor, staff_id=to_staff_id)
    passed = rows.update(owner_id=target.id, scope_unit_id=target.unit_no)
    audit.record(
        actor,
        events.FollowUpsPassed(
            subject=("staff", from_staff_id),
            before={"owner": from_staff_id},
            after={"owner": target.id, "count": passed},
        ),
        now=now,
    )
    return passed


@action
def follow_cases(*, actor: Actor, case_ids: Collection[int], now: datetime) -> int:
    """Open follow-ups are whose their case is, and go on in the case that it repeats. Set-based; returns how many."""
    authorize(actor, FOLLOW)
    rows = case_queries.case_rows(actor=READING).filter(pk__in=case_ids)
    found = {pk: rest for pk, *rest in rows.values_list("pk", "duplicate_of_id", "owner_id", "scope_unit_id")}
    originals = case_queries.case_rows(actor=READING).filter(pk__in=[one for one, *_rest in found.values() if one])
    owners = {pk: rest for pk, *rest in originals.values_list("pk", "owner_id", "scope_unit_id")}
    open_ones = FollowUp.objects.filter(case_id__in=found, result=FollowResult.OPEN.value, owner__isnull=False)
    held = list(open_ones.order_by("pk").select_for_update(no_key=True))
    moved = []
    for row in held:
        original, owner_id, unit_no = found[row.case_id or 0]
        after = (original, *owners[original]) if original in owners else (row.case_id, owner_id, unit_no)
        if (row.case_id, row.owner_id, row.scope_unit_id) != after:
            row.case_id, row.owner_id, row.scope_unit_id = after
            moved.append(row)
    FollowUp.objects.bulk_update(moved, ["case", "owner", "scope_unit_id"], batch_size=500)
    if moved:
        audit.record(
            actor,
            events.FollowUpsPassed(
                subject=("follow_ups", len(moved)), after={"owner": sorted({row.owner_id or 0 for row in moved})}
            ),
            now=now,
        )
    return len(moved)


def _locked_open(actor: Actor, follow_up_id: int) -> FollowUp:
    """The follow-up, held until the end of the transaction; raises NotFound, FollowUpEnded."""
    rows = FollowUp.objects.filter(follow_scope(actor), pk=follow_up_id)
    found = rows.select_related("recipient__campaign").select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    if found.result != FollowResult.OPEN.value:
        raise FollowUpEnded
    return found


def _end_errors(actor: Actor, row: FollowUp, end: FollowUpEnd) -> dict[str, list[FieldError]]:
    wrong: dict[str, list[FieldError]] = {}
    if end.result is FollowResult.OPEN:
        wrong["result"] = [FieldError("required", _("Say how the follow-up ended."))]
    elif reached(end.result) and not end.cause:
        wrong["cause"] = [FieldError("required", _("Say why they were dissatisfied."))]
    if end.cause and end.cause not in case_queries.cause_labels(actor=READING):
        wrong["cause"] = [FieldError("unknown", _("This cause is not in use."))]
    if end.score_after is not None:
        if not reached(end.result):
            wrong["score_after"] = [FieldError("unfit", _("Who was not reached gave no score."))]
        elif not score_fits(row.scale, end.score_after):
            wrong["score_after"] = [FieldError("unfit", _("Choose a score of the same scale."))]
    if len(end.note) > MOST_NOTE:
        wrong["note"] = [FieldError("too_long", _("At most 4,000 characters."))]
    if end.close and end.party in WITH_UNIT and end.unit_id is None:
        wrong["unit_id"] = [FieldError("required", _("Say which unit is responsible."))]
    return wrong


def _close_case(actor: Actor, row: FollowUp, end: FollowUpEnd, now: datetime) -> None:
    """Where somebody has closed it meanwhile, it stays as it was closed."""
    case = case_queries.get_case(actor=actor, case_id=row.case_id or 0)
    if case.closed_at is not None:
        return
    coding = Coding(cause=end.cause, party=end.party, unit_id=end.unit_id) if end.cause and end.party else None
    cases.close_case(
        actor=actor,
        case_id=case.pk,
        solved=changed(end.result),
        # What was written of the talk stays with the follow-up, where an erasure finds it.
        resolution=str(_("Followed up after a survey.")),
        ending=Ending.CONFIRMED if reached(end.result) else Ending.WITHOUT_ANSWER,
        coding=coding,
        now=now,
    )


def _note(row: FollowUp, message: str, now: datetime) -> None:
    """On the timeline of the customer whom the answer is of, and in the case."""
    if row.recipient.customer_id is None:
        return
    about = (CASE_SUBJECT, str(row.case_id)) if row.case_id else ("", "")
    note = SystemNote(message=message, params={"survey": row.recipient.campaign.name}, about=about)
    interactions.add_system_entry(
        actor=READING, customer_id=row.recipient.customer_id, note=note, occurred_at=now, now=now
    )
