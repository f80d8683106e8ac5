"""How quickly matters are answered and solved: category × customer class (CASE-08), and proposed changes."""

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from zhike.platform.parameters.types import ProposalState
from zhike.record.agreements.types import Measure, TargetDeed

_PENDING, _APPROVED = ProposalState.PENDING.value, ProposalState.APPROVED.value


class TstzRange(Func):
    function = "tstzrange"


class ServiceTarget(models.Model):
    """One row of the table, from a day on until another replaces it. Empty columns mean every category or class."""

    id = models.BigAutoField(primary_key=True)
    measure = models.CharField(max_length=16)
    category = models.SlugField(max_length=40, default="", blank=True, db_index=False)
    customer_class = models.CharField(max_length=4, default="", blank=True)
    budget = models.DurationField()
    # Hours of the clock, day and night, instead of a calendar's open ones.
    every_hour = models.BooleanField(default=False)
    calendar = models.ForeignKey("calendars.Calendar", on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(measure__in=[m.value for m in Measure]), name="service_target_measure_known"
            ),
            models.CheckConstraint(condition=Q(budget__gt=timedelta(0)), name="service_target_budget_positive"),
            models.CheckConstraint(condition=~Q(source=""), name="service_target_source_given"),
            models.CheckConstraint(
                condition=Q(every_hour=False) | Q(calendar__isnull=True), name="service_target_counts_one_way"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="service_target_span_right",
            ),
            ExclusionConstraint(
                name="service_target_no_overlap",
                expressions=[
                    ("measure", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    ("customer_class", RangeOperators.EQUAL),
                    (TstzRange(F("valid_from"), F("valid_until")), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class TargetChange(models.Model):
    """A change of the table that one person proposes and another decides, and how far open clocks have followed it.

    `reached` is the last matter that was looked at; `finished_at` says that every open clock has been.
    """

    id = models.BigAutoField(primary_key=True)
    deed = models.CharField(max_length=4)
    measure = models.CharField(max_length=16)
    category = models.SlugField(max_length=40, default="", blank=True, db_index=False)
    customer_class = models.CharField(max_length=4, default="", blank=True)
    budget = models.DurationField(null=True)
    every_hour = models.BooleanField(default=False)
    calendar = models.ForeignKey("calendars.Calendar", on_delete=models.PROTECT, null=True, related_name="+")
    # Null: from the approval on.
    valid_from = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300)
    source = models.CharField(max_length=300)
    state = models.CharField(max_length=12, default=_PENDING)
    proposed_at = models.DateTimeField()
    proposed_by_kind = models.CharField(max_length=16)
    proposed_by_id = models.CharField(max_length=80)
    # Whose decision it is, also behind an API key (`Actor.person`).
    proposed_by_person = models.CharField(max_length=100)
    decided_at = models.DateTimeField(null=True)
    decided_by_kind = models.CharField(max_length=16, default="")
    decided_by_id = models.CharField(max_length=80, default="")
    decided_by_person = models.CharField(max_length=100, default="")
    note = models.CharField(max_length=300, default="")
    # The row that held when it was decided, and the row that it made.
    replaced = models.ForeignKey(ServiceTarget, on_delete=models.PROTECT, null=True, related_name="+")
    made = models.ForeignKey(ServiceTarget, on_delete=models.PROTECT, null=True, related_name="+")
    holds_from = models.DateTimeField(null=True)
    reached = models.BigIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-proposed_at", "-id"], name="target_change_by_time"),
            models.Index(
                fields=["holds_from", "id"],
                condition=Q(state=_APPROVED, finished_at__isnull=True),
                name="target_change_to_follow",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "category", "customer_class"],
                condition=Q(state=_PENDING),
                name="target_change_one_open",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=[m.value for m in Measure]), name="target_change_measure_known"
            ),
            models.CheckConstraint(
                condition=Q(deed=TargetDeed.SET.value, budget__isnull=False, budget__gt=timedelta(0))
                | Q(deed=TargetDeed.END.value, budget__isnull=True, calendar__isnull=True, every_hour=False),
                name="target_change_says_what",
            ),
            models.CheckConstraint(
                condition=Q(every_hour=False) | Q(calendar__isnull=True), name="target_change_counts_one_way"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(source=""), name="target_change_says_why"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ProposalState]), name="target_change_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=_PENDING, decided_at__isnull=True, decided_by_id="")
                | (~Q(state=_PENDING) & Q(decided_at__isnull=False) & ~Q(decided_by_id="")),
                name="target_change_decided_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=_APPROVED) | ~Q(decided_by_person=F("proposed_by_person")),
                name="target_change_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=_APPROVED, holds_from__isnull=False)
                | (~Q(state=_APPROVED) & Q(holds_from__isnull=True, finished_at__isnull=True)),
                name="target_change_holds_once_approved",
            ),
        ]
