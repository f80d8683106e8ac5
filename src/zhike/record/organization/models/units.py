"""Units of the company, numbered so that a subtree is one interval."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.record.organization.types import SERVICE_POINTS, Interval, Service, Side, UnitKind

_CODES = r"^[A-Z0-9][A-Z0-9._-]*$"


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class UnitSet(models.QuerySet["Unit"]):
    def below(self, no: int, end: int) -> Self:
        """The subtree with this interval, its root included."""
        return self.filter(tree_no__range=(no, end))

    def service_points(self) -> Self:
        return self.filter(kind__in=_values(SERVICE_POINTS))

    def active(self) -> Self:
        return self.filter(active=True)


class Unit(models.Model):
    """Company, region, department, outlet, contractor, agency point 代收点 or community point.

    `tree_no`..`tree_end` hold the numbers of the unit and everything below it. `hours` replaces the calendar's week
    where it is set: seven days from Monday, each a list of [start, end] in minutes, as calendars keep them.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    name_pinyin = models.TextField(default="")
    name_strokes = models.TextField(default="")
    labels = models.JSONField(default=dict)
    kind = models.CharField(max_length=16)
    side = models.CharField(max_length=8)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    tree_no = models.BigIntegerField()
    tree_end = models.BigIntegerField()
    depth = models.PositiveSmallIntegerField()
    head = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    zone = models.CharField(max_length=64)
    calendar = models.ForeignKey("calendars.Calendar", on_delete=models.PROTECT, null=True, related_name="+")
    hours = models.JSONField(null=True)
    address = models.CharField(max_length=300, default="")
    city = models.CharField(max_length=80, default="")
    region_code = models.CharField(max_length=12, default="")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    # E.164, the one to call first.
    phones = ArrayField(models.CharField(max_length=24), default=list)
    services = ArrayField(models.CharField(max_length=24), default=list)
    area_text = models.CharField(max_length=500, default="")
    districts = ArrayField(models.CharField(max_length=60), default=list)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    active = models.BooleanField(default=True)
    changed_xid = ChangedXidField()

    objects = UnitSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["parent", "tree_no"], name="unit_by_parent"),
            models.Index(fields=["kind", "tree_no"], name="unit_by_kind"),
            models.Index(fields=["name_pinyin", "id"], name="unit_by_pinyin"),
            models.Index(fields=["name_strokes", "id"], name="unit_by_strokes"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="unit_code_once"),
            models.UniqueConstraint(fields=["tree_no"], name="unit_number_once", deferrable=models.Deferrable.DEFERRED),
            models.UniqueConstraint(fields=["kind"], condition=Q(parent__isnull=True), name="unit_one_company"),
            models.CheckConstraint(condition=Q(code__regex=_CODES), name="unit_code_form"),
            models.CheckConstraint(condition=~Q(name=""), name="unit_name_given"),
            models.CheckConstraint(condition=Q(kind__in=_values(UnitKind)), name="unit_kind_known"),
            models.CheckConstraint(condition=Q(side__in=_values(Side)), name="unit_side_known"),
            models.CheckConstraint(
                condition=Q(kind=UnitKind.COMPANY.value, parent__isnull=True, depth=0)
                | (~Q(kind=UnitKind.COMPANY.value) & Q(parent__isnull=False, depth__gt=0)),
                name="unit_company_is_root",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_not_own_parent"),
            models.CheckConstraint(condition=Q(tree_no__gte=1, tree_end__gte=F("tree_no")), name="unit_interval_right"),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180), lat__isnull=False, lon__isnull=False),
                name="unit_position_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="unit_validity_right",
            ),
            models.CheckConstraint(condition=Q(services__contained_by=_values(Service)), name="unit_services_known"),
        ]

    @property
    def interval(self) -> Interval:
        return Interval(self.tree_no, self.tree_end)

    @property
    def phone(self) -> str:
        return self.phones[0] if self.phones else ""


class UnitNumber(models.Model):
    """Numbers that a unit once had: never given again below the same parent; rows that still use them are mended."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    tree_no = models.BigIntegerField()
    tree_end = models.BigIntegerField()
    left_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["left_at"], name="unit_number_by_time"),
            models.Index(fields=["tree_no"], name="unit_number_by_no"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(tree_end__gte=F("tree_no")), name="unit_number_interval_right"),
        ]


class DisruptionSet(models.QuerySet["UnitDisruption"]):
    def at(self, now: datetime) -> Self:
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)


class UnitDisruption(models.Model):
    """What keeps a unit from working as usual for a while: flood, closed road, sorting line down."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = DisruptionSet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "-starts_at"], name="disruption_by_unit")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="disruption_text_given"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="disruption_span_right"
            ),
        ]
