"""What goes on inside a case: tasks of departments, escalations, remedies."""

from typing import Self

from django.db import models
from django.db.models import Q

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode
from zhike.service.cases.models.cases import Case
from zhike.service.cases.models.catalog import values
from zhike.service.cases.types import RemedyKind, RemedyState, TaskState

_OPEN = Q(state__in=[TaskState.OPEN.value, TaskState.TAKEN.value])


class TaskSet(models.QuerySet["Task"]):
    def open(self) -> Self:
        return self.filter(_OPEN)


class Task(models.Model):
    """An internal task (协办): one unit is asked for one thing until an hour. Its clock is held by that unit."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    # The unit's tree number: who reaches the unit sees the task.
    scope_unit_id = models.BigIntegerField()
    assignee = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    title = models.CharField(max_length=200)
    text = models.TextField(default="")
    state = models.CharField(max_length=12, default=TaskState.OPEN.value)
    asked_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # The time that whoever asked gave by hand; without it the target for the category holds, and its changes.
    within = models.DurationField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reply = models.TextField(default="")
    replied_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    # Hours of the unit's own open time that it held the task (CASE-13), once it has ended.
    held_hours = models.FloatField(null=True)
    missed = models.BooleanField(null=True)
    # When the head of the unit was told that it is overdue (CASE-13).
    escalated_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    changed_xid = ChangedXidField()

    objects = TaskSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "due_at", "id"], condition=_OPEN, name="case_task_of_unit"),
            models.Index(fields=["scope_unit_id", "due_at", "id"], condition=_OPEN, name="case_task_of_reach"),
            models.Index(fields=["assignee", "due_at"], condition=_OPEN, name="case_task_of_person"),
            # The cases that a unit sees because it was asked.
            models.Index(fields=["scope_unit_id", "case"], name="case_task_by_reach"),
            models.Index(
                fields=["due_at"], condition=_OPEN & Q(escalated_at__isnull=True), name="case_task_to_escalate"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="case_task_title_given"),
            models.CheckConstraint(condition=Q(state__in=values(TaskState)), name="case_task_state_known"),
            models.CheckConstraint(
                condition=(_OPEN & Q(ended_at__isnull=True)) | (~_OPEN & Q(ended_at__isnull=False)),
                name="case_task_end_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TaskState.REPLIED.value, TaskState.DECLINED.value]) | ~Q(reply=""),
                name="case_task_reply_given",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.TAKEN.value) | Q(taken_at__isnull=False, assignee__isnull=False),
                name="case_task_taken_by_somebody",
            ),
        ]


class Escalation(models.Model):
    """An agent asks upwards (CASE-10): to whom, until when, and what came of it."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+")
    to_staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    scope_unit_id = models.BigIntegerField()
    reason = models.TextField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    customer_told_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(
                fields=["to_staff", "due_at"], condition=Q(answered_at__isnull=True), name="case_escalation_to_answer"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(answered_at__isnull=True), name="case_escalation_one_open"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="case_escalation_reason_given"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="case_escalation_answer_given",
            ),
        ]


class Remedy(models.Model):
    """What the customer is given, within somebody's authority (CASE-11)."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    scope_unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    reason = models.CharField(max_length=300)
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(max_length=12)
    asked_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, default="")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(
                fields=["scope_unit_id", "asked_at"],
                condition=Q(state=RemedyState.ASKED.value),
                name="case_remedy_to_decide",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=values(RemedyKind)), name="case_remedy_kind_known"),
            models.CheckConstraint(condition=Q(state__in=values(RemedyState)), name="case_remedy_state_known"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="case_remedy_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="case_remedy_currency_form"),
            models.CheckConstraint(
                condition=Q(state=RemedyState.ASKED.value, decided_at__isnull=True)
                | (~Q(state=RemedyState.ASKED.value) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="case_remedy_decision_dated",
            ),
        ]
