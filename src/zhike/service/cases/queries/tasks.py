"""Tasks of departments, escalations and remedies."""

from datetime import datetime

from django.db.models import Q, QuerySet

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.service.cases.models import Case, CaseContact, CaseSet, Escalation, OwnerSpell, Remedy, Task, TaskSet
from zhike.service.cases.policies import scope, task_scope
from zhike.service.cases.types import RemedyState


def task_rows(*, actor: Actor) -> TaskSet:
    """Tasks within reach with what lists show."""
    return Task.objects.filter(task_scope(actor)).select_related(
        "unit", "assignee", "asked_by", "case__owner", "case__customer", "case__shipment"
    )


def get_task(*, actor: Actor, task_id: int) -> Task:
    """One task; raises NotFound."""
    found = task_rows(actor=actor).filter(pk=task_id).first()
    if found is None:
        raise NotFound
    return found


def my_task_rows(*, actor: Actor) -> TaskSet:
    """Open tasks in the actor's hands, or asked of the actor's own unit and in nobody's hands; by deadline."""
    rows = task_rows(actor=actor).open().order_by("due_at", "pk")
    return rows.filter(Q(assignee_id=actor.staff_id or 0) | Q(assignee__isnull=True, unit_id=actor.unit_id or 0))


def tasks_of(*, actor: Actor, case_id: int) -> list[Task]:
    """The tasks of a case that the actor sees, oldest first. One query."""
    rows = Task.objects.filter(case_id=case_id, case__in=_cases(actor)).select_related("unit", "assignee", "asked_by")
    return list(rows.order_by("asked_at", "pk"))


def overdue_tasks(*, actor: Actor, now: datetime) -> TaskSet:
    return task_rows(actor=actor).open().filter(due_at__lt=now)


def escalations_of(*, actor: Actor, case_id: int) -> list[Escalation]:
    """Escalations of a case, oldest first."""
    rows = Escalation.objects.filter(case_id=case_id, case__in=_cases(actor))
    return list(rows.select_related("asked_by", "to_staff__unit").order_by("asked_at", "pk"))


def contact_rows(*, actor: Actor) -> QuerySet[CaseContact]:
    """What customers said on cases within reach: when and by which channel."""
    rows = CaseContact.objects.filter(case__in=_cases(actor), incoming=True)
    return rows.select_related("case__customer", "case__category")


def handover_rows(*, actor: Actor) -> QuerySet[OwnerSpell]:
    """Who owned cases within reach, and from when on."""
    rows = OwnerSpell.objects.filter(case__in=_cases(actor))
    return rows.select_related("case__customer", "case__category", "staff")


def escalation_rows(*, actor: Actor) -> QuerySet[Escalation]:
    """Escalations within reach."""
    rows = Escalation.objects.filter(case__in=_cases(actor))
    return rows.select_related("case__customer", "asked_by", "to_staff")


def remedies_of(*, actor: Actor, case_id: int) -> list[Remedy]:
    rows = Remedy.objects.filter(case_id=case_id, case__in=_cases(actor))
    return list(rows.select_related("asked_by", "decided_by").order_by("asked_at", "pk"))


def remedies_to_decide(*, actor: Actor) -> QuerySet[Remedy]:
    """What waits for an approval, the oldest first."""
    rows = Remedy.objects.filter(case__in=_cases(actor), state=RemedyState.ASKED.value)
    return rows.select_related("case__customer", "asked_by").order_by("asked_at", "pk")


def _cases(actor: Actor) -> CaseSet:
    return Case.objects.filter(scope(actor))
