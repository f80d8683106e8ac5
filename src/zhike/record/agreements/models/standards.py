"""Standards and the words that they may not lean on (AGRE-03)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from zhike.record.agreements.types import SECONDS, Bound, Measure, StandardUnit, VagueKind


class DateRange(Func):
    """Both days belong to it; an empty end is open."""

    function = "daterange"


class VagueWord(models.Model):
    """A word of any language that measures nothing."""

    id = models.BigAutoField(primary_key=True)
    word = models.CharField(max_length=40)
    kind = models.CharField(max_length=8)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word"], name="vague_word_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in VagueKind]), name="vague_word_kind_known"
            ),
        ]


class Standard(models.Model):
    """One version of a standard, in its own words; the next version ends it the day before."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    object = models.CharField(max_length=200)
    measure = models.CharField(max_length=200)
    bound = models.CharField(max_length=8)
    number = models.DecimalField(max_digits=18, decimal_places=4)
    unit = models.CharField(max_length=12)
    unit_text = models.CharField(max_length=40, default="", blank=True)
    condition = models.CharField(max_length=300, default="", blank=True)
    # The same texts by language: name of the field → language → text. What a language lacks is read in the nearest.
    texts = models.JSONField(default=dict, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=300)
    # Which clock of cases it sets in agreements that carry it, and for which category (empty: all).
    clock = models.CharField(max_length=16, default="", blank=True)
    category = models.SlugField(max_length=40, default="", blank=True, db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["valid_from", "id"], name="standard_by_start")]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="standard_version_once"),
            models.CheckConstraint(condition=Q(bound__in=[b.value for b in Bound]), name="standard_bound_known"),
            models.CheckConstraint(condition=Q(unit__in=[u.value for u in StandardUnit]), name="standard_unit_known"),
            models.CheckConstraint(
                condition=~Q(unit=StandardUnit.OTHER.value) | ~Q(unit_text=""), name="standard_unit_written"
            ),
            models.CheckConstraint(
                condition=~Q(object="") & ~Q(measure="") & ~Q(source=""), name="standard_says_everything"
            ),
            models.CheckConstraint(condition=Q(number__gte=0), name="standard_number_not_negative"),
            models.CheckConstraint(
                condition=Q(clock="") | Q(clock__in=[m.value for m in Measure], unit__in=list(SECONDS), number__gt=0),
                name="standard_clock_in_time",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="standard_span_right",
            ),
            ExclusionConstraint(
                name="standard_no_overlap",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DateRange(F("valid_from"), F("valid_until"), Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
