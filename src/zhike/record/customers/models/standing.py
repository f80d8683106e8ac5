"""What rooms above say about a customer; clocks, contact rules, screen-pop and search read only this."""

from django.db import models
from django.db.models import Q

from zhike.platform.db.xid import ChangedXidField
from zhike.record.customers.models.customers import Customer


class CustomerStanding(models.Model):
    """The present standing of one kind. Absent means: not classified."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=200, default="")
    number = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    data = models.JSONField(null=True)
    as_of = models.DateTimeField()
    source = models.CharField(max_length=80)
    run = models.CharField(max_length=64, default="")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "text", "customer"], name="standing_by_text"),
            models.Index(
                fields=["kind", "number", "customer"], condition=Q(number__isnull=False), name="standing_by_number"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind"], name="standing_once"),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(source=""), name="standing_source_given"),
            models.CheckConstraint(
                condition=~Q(text="") | Q(number__isnull=False) | Q(data__isnull=False), name="standing_value_given"
            ),
        ]


class StandingChange(models.Model):
    """What was said of a customer from `as_of` on; an empty text: nothing any more. Only of kinds that are kept.

    Of several that stand from the same moment the last one written holds: a run was made again.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=200, default="")
    as_of = models.DateTimeField()
    source = models.CharField(max_length=80)
    run = models.CharField(max_length=64, default="")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [models.Index(fields=["customer", "kind", "as_of", "id"], name="standing_change_by_customer")]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="") & ~Q(source=""), name="standing_change_source_given"),
        ]
