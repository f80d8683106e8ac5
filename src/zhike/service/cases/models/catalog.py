"""Words that the company chooses itself: categories of matters, and causes."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.db.models import Q

from zhike.service.cases.types import CaseKind


def values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class Category(models.Model):
    """What a case is about. `labels` holds every language; a category that is no longer used stays for old cases."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40)
    labels = models.JSONField(default=dict)
    kind = models.CharField(max_length=12)
    # "Solved quickly" is this many hours after opening, by the wall clock (CASE-09).
    quick_within = models.DurationField(default=timedelta(hours=24))
    # What can be solved while the customer first speaks; the others are left out of the net figure (methods §5.3).
    first_contact = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="case_category_code_once"),
            models.CheckConstraint(condition=Q(kind__in=values(CaseKind)), name="case_category_kind_known"),
            models.CheckConstraint(condition=Q(quick_within__gt=timedelta(0)), name="case_category_quick_positive"),
        ]


class Cause(models.Model):
    """Why something went wrong."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40)
    labels = models.JSONField(default=dict)
    order = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="case_cause_code_once")]
