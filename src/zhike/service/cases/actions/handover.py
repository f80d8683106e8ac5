"""Open cases of somebody who leaves pass to a colleague (CUST-09)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import HAND_OVER
from zhike.service.cases import events
from zhike.service.cases.actions.owners import hand_to, here_to_own
from zhike.service.cases.models import Case, Task
from zhike.service.cases.policies import scope, task_scope


@action
def pass_cases(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, case_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give a leaver's open cases, or these of them, to a colleague; returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = Case.objects.filter(scope(actor), owner_id=from_staff_id)
    if case_ids is not None:
        rows = rows.filter(pk__in=case_ids)
    target = here_to_own(to_staff_id)
    passed = hand_to(actor, rows, target, str(_("The former owner has left.")), now=now)
    if passed == 0:
        audit.record(actor, events.OwnerChanged(subject=("staff", from_staff_id), after={"cases": 0}), now=now)
    return passed


@action
def pass_tasks(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, task_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give the tasks that a leaver has in hand to a colleague; returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = Task.objects.open().filter(task_scope(actor), assignee_id=from_staff_id)
    if task_ids is not None:
        rows = rows.filter(pk__in=task_ids)
    target = organization.assignee(actor=actor, staff_id=to_staff_id)
    changed = rows.update(assignee_id=target.id)
    audit.record(
        actor,
        events.TaskChanged(
            subject=("staff", from_staff_id),
            before={"assignee": from_staff_id},
            after={"assignee": target.id, "tasks": changed},
        ),
        now=now,
    )
    return changed
