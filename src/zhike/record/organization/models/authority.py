"""The authority table (授权经营控制), effective by date, and the proof of every use."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from zhike.record.organization.models.staff import Role, Staff
from zhike.record.organization.types import LimitState, Period


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class ValiditySpan(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class LimitSet(models.QuerySet["AuthorityLimit"]):
    def in_force(self, now: datetime) -> Self:
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=now),
            state=LimitState.APPROVED.value,
            valid_from__lte=now,
        )


class AuthorityLimit(models.Model):
    """What a role may approve by itself. An empty reason means any; an empty amount means without limit of amount.

    Somebody proposes a row and somebody else approves it; approved rows of one role, action, reason and currency
    never overlap in time.
    """

    id = models.BigAutoField(primary_key=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    reason = models.CharField(max_length=60, default="")
    max_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, default="")
    period = models.CharField(max_length=8, default="")
    max_count = models.PositiveIntegerField(null=True)
    max_total = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    source = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default=LimitState.PROPOSED.value)
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, default="")
    decided_at = models.DateTimeField(null=True)

    objects = LimitSet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["action", "role", "valid_from"], name="limit_by_action")]
        constraints = [
            models.CheckConstraint(condition=~Q(action=""), name="limit_action_named"),
            models.CheckConstraint(condition=~Q(source=""), name="limit_source_named"),
            models.CheckConstraint(condition=Q(state__in=_values(LimitState)), name="limit_state_known"),
            models.CheckConstraint(condition=Q(period__in=["", *_values(Period)]), name="limit_period_known"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="limit_validity_right",
            ),
            models.CheckConstraint(
                condition=(Q(max_amount__isnull=True) | Q(max_amount__gte=0))
                & (Q(max_total__isnull=True) | Q(max_total__gte=0)),
                name="limit_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(max_amount__isnull=True, max_total__isnull=True) | ~Q(currency=""),
                name="limit_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(max_count__isnull=True, max_total__isnull=True, period="")
                | (~Q(period="") & (Q(max_count__isnull=False) | Q(max_total__isnull=False))),
                name="limit_caps_have_period",
            ),
            models.CheckConstraint(
                condition=Q(state=LimitState.PROPOSED.value, decided_by="", decided_at__isnull=True)
                | (~Q(state=LimitState.PROPOSED.value) & ~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="limit_decision_recorded",
            ),
            # Who proposes cannot approve (CTRL-01); taking back one's own proposal is allowed.
            models.CheckConstraint(
                condition=~Q(state=LimitState.APPROVED.value) | ~Q(decided_by=F("proposed_by")),
                name="limit_decided_by_another",
            ),
            ExclusionConstraint(
                name="limit_one_at_a_time",
                expressions=[
                    ("role", RangeOperators.EQUAL),
                    ("action", RangeOperators.EQUAL),
                    ("reason", RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    (ValiditySpan("valid_from", "valid_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=LimitState.APPROVED.value),
            ),
        ]


class AuthorityUse(models.Model):
    """One approval within authority, with what had been used before it: the row itself proves that it was within."""

    id = models.BigAutoField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    limit = models.ForeignKey(AuthorityLimit, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    reason = models.CharField(max_length=60, default="")
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3, default="")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=120)
    at = models.DateTimeField()
    max_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    used_count = models.PositiveIntegerField()
    max_count = models.PositiveIntegerField(null=True)
    used_total = models.DecimalField(max_digits=18, decimal_places=4)
    max_total = models.DecimalField(max_digits=18, decimal_places=4, null=True)

    class Meta:
        indexes = [models.Index(fields=["staff", "action", "at"], name="authority_use_by_staff")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="authority_use_not_negative"),
            models.CheckConstraint(
                condition=Q(max_amount__isnull=True) | Q(amount__lte=F("max_amount")), name="authority_amount_within"
            ),
            models.CheckConstraint(
                condition=Q(max_count__isnull=True) | Q(used_count__lt=F("max_count")), name="authority_count_within"
            ),
            models.CheckConstraint(
                condition=Q(max_total__isnull=True) | Q(max_total__gte=F("used_total") + F("amount")),
                name="authority_total_within",
            ),
        ]
