"""People at the customer, their places in the decision chain, and the ways to reach them."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse

from zhike.platform.db.xid import ChangedXidField
from zhike.record.customers.models.customers import LANGUAGES, Customer
from zhike.record.customers.types import ChainRole, Channel, PointKind


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class ContactSet(models.QuerySet["Contact"]):
    def live(self) -> Self:
        """People who still work there."""
        return self.filter(active=True)


class Contact(models.Model):
    """A person at a customer. One name field in the order in which the name is said, plus a form of address."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    scope_unit_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    name_fold = models.CharField(max_length=240, db_collation="C")
    name_pinyin = models.CharField(max_length=900, db_collation="C")
    form_of_address = models.CharField(max_length=60, default="")
    position = models.CharField(max_length=120, default="")
    language = models.CharField(max_length=8, default="zh-hans")
    strength = models.PositiveSmallIntegerField(null=True)
    our_staff = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    prefers_channel = models.CharField(max_length=12, default="")
    prefers_time = models.CharField(max_length=80, default="")
    last_contact_at = models.DateTimeField(null=True)
    last_channel = models.CharField(max_length=12, default="")
    active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    changed_xid = ChangedXidField()

    objects = ContactSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "id"], name="contact_by_customer"),
            models.Index(fields=["name_fold"], name="contact_by_folded_name"),
            models.Index(fields=["scope_unit_id", "id"], name="contact_by_unit"),
            models.Index(fields=["our_staff"], condition=Q(our_staff__isnull=False), name="contact_by_our_staff"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") | Q(erased_at__isnull=False), name="contact_name_given"),
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(strength__range=(1, 5)), name="contact_strength_known"
            ),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="contact_language_known"),
            models.CheckConstraint(
                condition=Q(prefers_channel__in=["", *_values(Channel)]), name="contact_preference_known"
            ),
            models.CheckConstraint(condition=Q(last_channel__in=["", *_values(Channel)]), name="contact_channel_known"),
            models.CheckConstraint(
                condition=Q(active=True, left_at__isnull=True) | Q(active=False, left_at__isnull=False),
                name="contact_left_or_active",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="contact_version_counts"),
            # The target of contact_point_of_same_customer and its like: a person's rows are of the person's customer.
            models.UniqueConstraint(fields=["id", "customer"], name="contact_with_customer"),
        ]


class ContactPoint(models.Model):
    """A number or address of a person, or of the customer as a whole (switchboard) where `contact` is empty.

    `raw` is what was typed. A number that cannot be read with certainty keeps `e164` empty and names the reason in
    `doubt`; it is never guessed. One number may stand with several people: `shared` says that this is known.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    kind = models.CharField(max_length=8)
    raw = models.CharField(max_length=160)
    # What equals what: E.164, the folded address, or the raw text without spaces.
    value = models.CharField(max_length=160, db_collation="C")
    e164 = models.CharField(max_length=20, default="", db_collation="C")
    key8 = models.CharField(max_length=8, default="", db_collation="C")
    extension = models.CharField(max_length=12, default="")
    doubt = models.CharField(max_length=40, default="")
    verified_at = models.DateTimeField(null=True)
    primary = models.BooleanField(default=False)
    shared = models.BooleanField(default=False)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            # One index answers the last eight digits and any shorter ending, as a prefix of the reversed key. Not
            # partial: the planner takes no statistics of an expression from a partial index.
            models.Index(Reverse("key8"), name="point_by_ending"),
            models.Index(fields=["value"], name="point_by_value"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="point_by_contact"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "contact", "kind", "value"], nulls_distinct=False, name="point_once"
            ),
            models.UniqueConstraint(
                fields=["customer", "contact", "kind"],
                condition=Q(primary=True),
                nulls_distinct=False,
                name="point_one_primary",
            ),
            models.CheckConstraint(condition=Q(kind__in=_values(PointKind)), name="point_kind_known"),
            models.CheckConstraint(condition=~Q(raw="") & ~Q(value=""), name="point_value_given"),
            models.CheckConstraint(
                condition=Q(e164="") | Q(e164__regex=r"^\+[1-9][0-9]{3,14}$"), name="point_e164_form"
            ),
            models.CheckConstraint(condition=Q(e164="") | Q(doubt=""), name="point_certain_or_doubted"),
        ]


class ChainSeat(models.Model):
    """A role of the decision chain that is known to exist at the customer, and who holds it if we know (CUST-11)."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    role = models.CharField(max_length=16)
    title = models.CharField(max_length=80, default="")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "role"], name="seat_by_customer"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="seat_by_contact"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=_values(ChainRole)), name="seat_role_known"),
            models.UniqueConstraint(
                fields=["customer", "role", "contact"],
                condition=Q(contact__isnull=False),
                name="seat_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["customer", "role", "title"],
                condition=Q(contact__isnull=True),
                name="seat_vacant_once",
            ),
        ]
