"""Agreements: one row a contract, one row a version of what is agreed, with its services and standards (AGRE-02)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from zhike.platform.outbox.types import Mode
from zhike.record.agreements.types import AgreementState

if TYPE_CHECKING:
    from datetime import date

_CLOSED = [AgreementState.ENDED.value, AgreementState.EXPIRED.value]


class AgreementSet(models.QuerySet["Agreement"]):
    def holding(self, day: "date") -> "AgreementSet":
        """Those that hold on this day, whatever became of them later."""
        return self.filter(
            ~Q(state=AgreementState.DRAFT.value),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            valid_from__lte=day,
        )


class Agreement(models.Model):
    """A contract with one customer. `valid_until` is its last day, once ended the day on which it ended."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+")
    scope_unit_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default=AgreementState.DRAFT.value)
    version = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    review_on = models.DateField(null=True)
    ended_because = models.CharField(max_length=300, default="", blank=True)
    external_system = models.CharField(max_length=40, default="", blank=True)
    external_ref = models.CharField(max_length=120, default="", blank=True)
    opened_at = models.DateTimeField()
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)

    objects = AgreementSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="agreement_newest"),
            models.Index(fields=["valid_until", "id"], name="agreement_by_end"),
            models.Index(fields=["scope_unit_id"], name="agreement_by_unit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="agreement_number_once"),
            models.UniqueConstraint(
                fields=["external_system", "external_ref"],
                condition=~Q(external_ref=""),
                name="agreement_external_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in AgreementState]), name="agreement_state_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="agreement_titled"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="agreement_span_right",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_CLOSED) | Q(valid_until__isnull=False), name="agreement_closed_has_end"
            ),
            models.CheckConstraint(
                condition=~Q(state=AgreementState.ENDED.value) | ~Q(ended_because=""), name="agreement_end_explained"
            ),
            models.CheckConstraint(condition=Q(mode__in=[m.value for m in Mode]), name="agreement_mode_known"),
        ]


class AgreementVersion(models.Model):
    """What is agreed from a day on, until the next version begins."""

    id = models.BigAutoField(primary_key=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    # The day before the next version began; empty for the last one.
    until = models.DateField(null=True)
    deliverables = models.TextField(default="", blank=True)
    # Why it took the place of the one before; the first of an agreement has none.
    reason = models.CharField(max_length=300, default="", db_default="", blank=True)
    signed_file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "version"], name="agreement_version_once"),
        ]


class AgreementItem(models.Model):
    """A service with its price, or the tariff that gives it."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    service = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, default="CNY")
    per = models.CharField(max_length=40, default="", blank=True)
    tariff = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(service=""), name="agreement_item_named"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="agreement_price_not_negative"
            ),
        ]


class AgreementStandard(models.Model):
    """A standard that a version carries, with the agreement's own figure where it differs."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    standard = models.ForeignKey("agreements.Standard", on_delete=models.PROTECT, related_name="+")
    number = models.DecimalField(max_digits=18, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "standard"], name="agreement_standard_once"),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(number__gt=0), name="agreement_own_number_positive"
            ),
        ]
