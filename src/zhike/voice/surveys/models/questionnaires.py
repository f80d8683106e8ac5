"""Tables of forms: a questionnaire, its versions, and what each version asks."""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zhike.voice.surveys.types import Audience, Dimension, ItemKind, Journey, Measure, Stage, VersionState


def values_of(kinds: Iterable[str]) -> list[str]:
    return [str(kind) for kind in kinds]


class Questionnaire(models.Model):
    """One form for one audience (问卷), with every version it has had.

    `version` is the latest one written, `published_version` the one that new campaigns carry (0: none yet).
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, db_index=False)
    audience = models.CharField(max_length=12)
    names = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    published_version = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    owner = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-changed_at", "-id"], name="questionnaire_by_change")]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="questionnaire_code_once"),
            models.CheckConstraint(condition=Q(audience__in=values_of(Audience)), name="questionnaire_audience_known"),
            models.CheckConstraint(
                condition=Q(version__gte=1) & Q(published_version__lte=F("version")), name="questionnaire_counts"
            ),
        ]


class Version(models.Model):
    """One version of a form. What it asks is frozen by the database once it is published.

    `intro` and `thanks` are said before and after, by language; `seconds` is the estimated time to answer.
    """

    id = models.BigAutoField(primary_key=True)
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, default=VersionState.DRAFT.value)
    intro = models.JSONField(default=dict)
    thanks = models.JSONField(default=dict)
    seconds = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="survey_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="survey_version_from_one"),
            models.CheckConstraint(condition=Q(state__in=values_of(VersionState)), name="survey_version_state_known"),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT.value, published_at__isnull=True)
                | (~Q(state=VersionState.DRAFT.value) & Q(published_at__isnull=False)),
                name="survey_version_published_says_when",
            ),
        ]


class Section(models.Model):
    """A part of a form, shown as one page and saved as one."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.SlugField(max_length=40, db_index=False)
    order = models.PositiveSmallIntegerField()
    titles = models.JSONField(default=dict)
    stage = models.CharField(max_length=12, default="", blank=True)
    # Where the customer stands on the way; empty: as the stage of the service says.
    journey = models.CharField(max_length=12, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="survey_section_key_once"),
            models.UniqueConstraint(
                fields=["version", "order"], name="survey_section_order_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(stage__in=values_of(Stage)), name="survey_section_stage_known"),
            models.CheckConstraint(condition=Q(journey__in=values_of(Journey)), name="survey_section_journey_known"),
        ]


class Item(models.Model):
    """One question.

    `key` is the same in all versions of a form, so that results go on. `scale` is an id of `zhike.methods.scales`.
    `na_allowed` offers “not used / not relevant”, which stays out of the base. `weight` counts within its `driver`.
    The item is asked only of those whose answer to `when_key` (an earlier item) is one of `when_values`.
    """

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.SlugField(max_length=40, db_index=False)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    scale = models.CharField(max_length=12, default="", blank=True)
    texts = models.JSONField(default=dict)
    hints = models.JSONField(default=dict)
    required = models.BooleanField(default=True)
    na_allowed = models.BooleanField(default=False)
    measure = models.CharField(max_length=12, default="", blank=True)
    driver = models.SlugField(max_length=40, default="", blank=True, db_index=False)
    weight = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    dimension = models.CharField(max_length=16, default="", blank=True)
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    when_key = models.CharField(max_length=40, default="", blank=True)
    when_values = ArrayField(models.SmallIntegerField(), default=list)
    # Of `single` and `multiple`: texts by language, numbered from 1 in this order.
    choices = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="survey_item_key_once"),
            models.UniqueConstraint(
                fields=["version", "order"], name="survey_item_order_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                fields=["version", "measure"], condition=~Q(measure=""), name="survey_item_measure_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=values_of(ItemKind)), name="survey_item_kind_known"),
            models.CheckConstraint(condition=Q(measure__in=values_of(Measure)), name="survey_item_measure_known"),
            models.CheckConstraint(condition=Q(dimension__in=values_of(Dimension)), name="survey_item_dimension_known"),
            models.CheckConstraint(
                condition=Q(kind=ItemKind.SCALE.value) & ~Q(scale="")
                | ~Q(kind=ItemKind.SCALE.value) & Q(scale="", measure=""),
                name="survey_item_scale_fits",
            ),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__gt=0, weight__lte=1), name="survey_item_weight_fits"
            ),
            models.CheckConstraint(
                condition=Q(when_key="", when_values=[]) | (~Q(when_key="") & ~Q(when_values=[])),
                name="survey_item_condition_whole",
            ),
        ]
