"""Whose matter a case is: one owner outside, changed only on purpose and told to the customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid
from zhike.record.organization import queries as organization
from zhike.record.organization.types import Duty, StaffSummary
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case, CaseSet, Follower, OwnerSpell
from zhike.service.cases.policies import ASSIGN, HANDLE, scope
from zhike.service.cases.types.words import OWNER_BACK_NOTE, OWNER_NOTE

MOST_AT_ONCE = 500


class OnLeave(Conflict):
    code = "owner_on_leave"
    message = _("%(name)s is on leave: the customer would have nobody to turn to.")
    kept = _("The cases stay with who has them now.")
    next_step = _("Choose a colleague who is here.")


@action
def assign_cases(*, actor: Actor, case_ids: Sequence[int], owner_id: int, reason: str, now: datetime) -> int:
    """Give open cases to another owner; returns how many changed hands. One statement a table, whatever the number."""
    authorize(actor, ASSIGN)
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say why the case changes hands; the customer reads who owns it."))
    if len(case_ids) > MOST_AT_ONCE:
        raise Invalid.of("cases", "too_many", _("At most %(most)s cases at once."), most=MOST_AT_ONCE)
    target = here_to_own(owner_id)
    return hand_to(actor, Case.objects.filter(scope(actor), pk__in=case_ids), target, reason.strip(), now=now)


@action
def take_back_cases(*, actor: Actor, to_staff_id: int, at: datetime, now: datetime) -> int:
    """Give the cases that `to_staff_id` was given at the moment `at` back to whoever had them; returns how many.

    Those that are closed or have changed hands again stay as they are. Raises Conflict, and gives none back, where an
    earlier owner has left or is on leave. The change and its end count as no transfer.
    """
    authorize(actor, ASSIGN)
    given = OwnerSpell.objects.filter(staff_id=to_staff_id, valid_from=at, valid_until__isnull=True)
    before: dict[int, list[int]] = {}
    ended = OwnerSpell.objects.filter(case_id__in=given.values("case_id"), valid_until=at)
    for case_id, staff_id in ended.order_by("pk").values_list("case_id", "staff_id"):
        before.setdefault(staff_id, []).append(case_id)
    count = 0
    for staff_id, case_ids in sorted(before.items()):
        target = here_to_own(staff_id)
        rows = Case.objects.filter(pk__in=case_ids, owner_id=to_staff_id)
        # What one may give away one may take back, also from somebody beyond one's reach.
        if not actor.reach.covers(target.unit_no):
            rows = rows.filter(scope(actor))
        count += hand_to(actor, rows, target, "", back=True, now=now)
    return count


def here_to_own(staff_id: int) -> StaffSummary:
    """Somebody to give a case to; raises Conflict for leavers, OnLeave. A customer's one window must not stay shut."""
    target = organization.assignee(actor=_parts.DESK, staff_id=staff_id)
    if target.duty is Duty.LEAVE:
        raise OnLeave(name=target.name)
    return target


def hand_to(
    actor: Actor, rows: CaseSet, target: StaffSummary, reason: str, *, back: bool = False, now: datetime
) -> int:
    """The cases among `rows` that are open and somebody else's; the caller has authorized."""
    cases = _parts.hold(rows.open().exclude(owner_id=target.id))
    if not cases:
        return 0
    before = {case.pk: case.owner_id for case in cases}
    OwnerSpell.objects.filter(case__in=cases, valid_until__isnull=True).update(valid_until=now)
    OwnerSpell.objects.bulk_create(
        [
            OwnerSpell(
                case=case,
                staff_id=target.id,
                valid_from=now,
                reason=reason[:300],
                viewed_at=now if target.id == actor.staff_id else None,
            )
            for case in cases
        ]
    )
    for case in cases:
        case.owner_id, case.scope_unit_id = target.id, target.unit_no
        case.transfers = max(case.transfers - 1, 0) if back else case.transfers + 1
        case.version += 1
        if case.open_tasks == 0:
            _parts.hold_by(case, target.unit_id, now=now)
    Case.objects.bulk_update(cases, ["owner", "scope_unit_id", "transfers", "version"], batch_size=500)
    _parts.tell_browsers(cases)
    _note(cases, before, target, reason, now, back=back)
    audit.record_many(
        actor,
        [
            events.OwnerChanged(
                subject=("case", case.pk), before={"owner": before[case.pk]}, after={"owner": target.id}, reason=reason
            )
            for case in cases
        ],
        now=now,
    )
    outbox.emit_many(
        [
            events.CaseOwnerChangedEvent(
                case_id=case.pk, customer_id=case.customer_id, old_owner_id=before[case.pk], new_owner_id=target.id
            )
            for case in cases
        ],
        now=now,
    )
    return len(cases)


def _note(
    cases: Sequence[Case],
    before: Mapping[int, int],
    target: StaffSummary,
    reason: str,
    now: datetime,
    *,
    back: bool,
) -> None:
    """Whoever reads the matter later sees who had it, and why it changed hands."""
    names = organization.staff_labels(actor=_parts.DESK, staff_ids=before.values())
    filled = {
        case.pk: {"before": names.get(before[case.pk], ""), "after": target.name, "reason": reason[:300]}
        for case in cases
    }
    _parts.note_on_timelines(cases, OWNER_BACK_NOTE if back else OWNER_NOTE, filled=filled, now=now)


@action
def follow_case(*, actor: Actor, case_id: int, following: bool, now: datetime) -> None:
    """Watch a case, or stop watching it."""
    authorize(actor, HANDLE, subject=("case", case_id))
    case = _parts.locked(actor, case_id)
    if actor.staff_id is None:
        return
    mine = Follower.objects.filter(case=case, staff_id=actor.staff_id)
    if following == mine.exists():
        return
    if following:
        Follower.objects.create(case=case, staff_id=actor.staff_id, since=now)
    else:
        mine.delete()
    audit.record(actor, events.FollowingChanged(subject=("case", case_id), after={"following": following}), now=now)
