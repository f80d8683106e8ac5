"""The customer file: one number, one responsible person, its earlier ones, its life-cycle stages."""

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.record.customers.types import CustomerKind, Industry, LegalForm, Source, Stage, StageCause

LANGUAGES = ("zh-hans", "zh-hant", "en")


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class TstzRange(Func):
    function = "tstzrange"


class CustomerSet(models.QuerySet["Customer"]):
    def files(self) -> Self:
        """Without the tombstones of merged files."""
        return self.filter(merged_into__isnull=True)

    def active(self) -> Self:
        return self.filter(active=True, merged_into__isnull=True)


class Customer(models.Model):
    """One customer, one file, one responsible person (一个客户一份档案一人管理).

    `scope_unit_id` is the tree number of the owner's unit. A file merged into another stays as a tombstone, so that
    its number still finds the customer. `opened_at` is when the relation began to be recorded, by whichever system;
    a file that was imported after its orders is `known_since` the first of them (CUST-14).
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    name_fold = models.CharField(max_length=400, db_collation="C")
    name_pinyin = models.CharField(max_length=900, db_collation="C")
    name_strokes = models.CharField(max_length=1200, db_collation="C")
    kind = models.CharField(max_length=12)
    legal_form = models.CharField(max_length=16, default=LegalForm.UNKNOWN.value)
    registration_no = models.CharField(max_length=40, default="")
    industry = models.CharField(max_length=24, default=Industry.UNKNOWN.value)
    region_code = models.CharField(max_length=12, default="")
    city = models.CharField(max_length=80, default="")
    address = models.CharField(max_length=300, default="")
    language = models.CharField(max_length=8, default="zh-hans")
    zone = models.CharField(max_length=64)
    source = models.CharField(max_length=16, default=Source.UNKNOWN.value)
    stage = models.CharField(max_length=12, default=Stage.BEFORE.value)
    stage_since = models.DateTimeField()
    owner = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, db_index=False, related_name="+")
    owner_since = models.DateTimeField()
    scope_unit_id = models.BigIntegerField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    active = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    converted_at = models.DateTimeField(null=True)
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    last_contact_at = models.DateTimeField(null=True)
    last_verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    changed_xid = ChangedXidField()
    # Kept by the database, so that it is right whichever way and in whatever order files and orders come.
    known_since = models.GeneratedField(
        expression=Func("opened_at", "first_order_at", function="LEAST", output_field=models.DateTimeField()),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    objects = CustomerSet.as_manager()

    class Meta:
        indexes = [
            # For lists; tombstones are in none of them.
            models.Index(
                fields=["name_pinyin", "id"], condition=Q(merged_into__isnull=True), name="customer_by_pinyin"
            ),
            models.Index(
                fields=["name_strokes", "id"], condition=Q(merged_into__isnull=True), name="customer_by_strokes"
            ),
            models.Index(
                fields=["last_contact_at", "id"], condition=Q(merged_into__isnull=True), name="customer_by_contact"
            ),
            models.Index(fields=["scope_unit_id", "id"], name="customer_by_unit"),
            # Counts of a list of many outlets, from the index alone.
            models.Index(
                fields=["scope_unit_id"],
                condition=Q(merged_into__isnull=True, active=True),
                name="customer_open_by_unit",
            ),
            models.Index(fields=["owner", "id"], name="customer_by_owner"),
            models.Index(fields=["name_fold"], name="customer_by_folded_name"),
            models.Index(fields=["registration_no"], condition=~Q(registration_no=""), name="customer_by_registration"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="customer_by_parent"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="customer_by_merge"),
            models.Index(
                fields=["last_order_at"],
                condition=Q(stage__in=[Stage.AFTER.value, Stage.DORMANT.value]),
                name="customer_growing_silent",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="customer_number_once"),
            models.CheckConstraint(condition=Q(number__regex=r"^[A-Z]+-[0-9]+$"), name="customer_number_form"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_name_given"),
            models.CheckConstraint(condition=Q(kind__in=_values(CustomerKind)), name="customer_kind_known"),
            models.CheckConstraint(condition=Q(legal_form__in=_values(LegalForm)), name="customer_legal_form_known"),
            models.CheckConstraint(condition=Q(industry__in=_values(Industry)), name="customer_industry_known"),
            models.CheckConstraint(condition=Q(source__in=_values(Source)), name="customer_source_known"),
            models.CheckConstraint(condition=Q(stage__in=_values(Stage)), name="customer_stage_known"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="customer_language_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="customer_version_counts"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="customer_not_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | (~Q(merged_into=F("id")) & Q(active=False)),
                name="customer_tombstone_is_inactive",
            ),
            models.CheckConstraint(
                condition=Q(first_order_at__isnull=True, last_order_at__isnull=True)
                | Q(last_order_at__gte=F("first_order_at")),
                name="customer_orders_in_order",
            ),
        ]


class OwnerHistory(models.Model):
    """Who was responsible and when. A deferred trigger demands that each file's owner has the open row."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, db_index=False, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, default="")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["staff", "valid_from"], name="owner_history_by_staff"),
            # The index of the exclusion is a GiST one, far slower at finding one customer's rows.
            models.Index(fields=["customer", "valid_from"], name="owner_history_by_customer"),
        ]
        constraints = [
            ExclusionConstraint(
                name="owner_history_no_overlap",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    (TstzRange(F("valid_from"), F("valid_until")), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(valid_until__isnull=True), name="owner_history_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="owner_history_span_right",
            ),
        ]


class StageChange(models.Model):
    """One move through the life cycle. Moves that follow from services are derived anew when history arrives late."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()
    from_stage = models.CharField(max_length=12, default="")
    # When the stage that is left began.
    from_since = models.DateTimeField(null=True)
    to_stage = models.CharField(max_length=12)
    cause = models.CharField(max_length=12)
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    scope_unit_id = models.BigIntegerField()
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "at", "id"], name="stage_change_by_customer"),
            models.Index(fields=["scope_unit_id", "at"], name="stage_change_by_unit"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(to_stage__in=_values(Stage)), name="stage_change_to_known"),
            models.CheckConstraint(condition=Q(from_stage__in=["", *_values(Stage)]), name="stage_change_from_known"),
            models.CheckConstraint(
                condition=~Q(from_stage=F("to_stage")) | Q(cause=StageCause.MANUAL.value), name="stage_change_changes"
            ),
            models.CheckConstraint(condition=Q(cause__in=_values(StageCause)), name="stage_change_cause_known"),
            models.UniqueConstraint(fields=["customer"], condition=Q(from_stage=""), name="stage_change_one_beginning"),
            models.CheckConstraint(
                condition=Q(from_stage="", from_since__isnull=True)
                | (~Q(from_stage="") & Q(from_since__isnull=False, from_since__lte=F("at"))),
                name="stage_change_stay_right",
            ),
        ]


class CustomerRef(models.Model):
    """What another system calls this customer; imports find the file by it."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    system = models.CharField(max_length=40)
    ref = models.CharField(max_length=120, db_collation="C")

    class Meta:
        indexes = [
            models.Index(fields=["customer"], name="customer_ref_by_customer"),
            models.Index(fields=["ref"], name="customer_ref_by_ref"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["system", "ref"], name="customer_ref_once"),
            models.CheckConstraint(condition=~Q(system="") & ~Q(ref=""), name="customer_ref_given"),
        ]


class CustomerUnit(models.Model):
    """A unit that deals with the customer (CUST-06), pushed by the rooms where the dealing happens."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, db_index=False, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "customer"], name="customer_unit_by_unit")]
        constraints = [
            models.UniqueConstraint(fields=["customer", "unit"], name="customer_unit_once"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="customer_unit_span_right"),
        ]


class CustomerMerge(models.Model):
    """A merge and what it moved, so that it can be taken back."""

    id = models.BigAutoField(primary_key=True)
    from_customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    into_customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    reason = models.CharField(max_length=200, default="")
    # Row ids by provider and table.
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["into_customer"], name="merge_by_target")]
        constraints = [
            models.UniqueConstraint(fields=["from_customer"], condition=Q(undone_at__isnull=True), name="merge_once"),
            models.CheckConstraint(condition=~Q(from_customer=F("into_customer")), name="merge_of_two"),
        ]
