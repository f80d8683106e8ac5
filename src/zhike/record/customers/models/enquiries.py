"""Enquiries: each opens or finds a file at once, and none is lost without a trace (CUST-02)."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.record.customers.models.contacts import Contact
from zhike.record.customers.models.customers import Customer
from zhike.record.customers.types import Channel, EnquiryState, LossReason


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class EnquirySet(models.QuerySet["Enquiry"]):
    def open(self) -> Self:
        return self.filter(state=EnquiryState.OPEN.value)


class Enquiry(models.Model):
    """Somebody asked what we could do (咨询). `opened_file` marks those by which we came to know the customer."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    scope_unit_id = models.BigIntegerField()
    at = models.DateTimeField()
    channel = models.CharField(max_length=12)
    subject = models.CharField(max_length=200)
    text = models.TextField(default="")
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, db_index=False, related_name="+")
    opened_file = models.BooleanField(default=False)
    state = models.CharField(max_length=6, default=EnquiryState.OPEN.value)
    closed_at = models.DateTimeField(null=True)
    loss_reason = models.CharField(max_length=12, default="")
    loss_note = models.CharField(max_length=300, default="")
    next_contact_on = models.DateField(null=True)
    changed_xid = ChangedXidField()

    objects = EnquirySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="enquiry_by_time"),
            models.Index(fields=["customer", "-at"], name="enquiry_by_customer"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="enquiry_by_contact"),
            models.Index(fields=["staff", "state"], name="enquiry_by_staff"),
            models.Index(fields=["scope_unit_id", "at"], name="enquiry_by_unit"),
            models.Index(
                fields=["next_contact_on", "id"], condition=Q(next_contact_on__isnull=False), name="enquiry_by_next"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="enquiry_number_once"),
            models.CheckConstraint(condition=~Q(subject=""), name="enquiry_subject_given"),
            models.CheckConstraint(condition=Q(channel__in=_values(Channel)), name="enquiry_channel_known"),
            models.CheckConstraint(condition=Q(state__in=_values(EnquiryState)), name="enquiry_state_known"),
            models.CheckConstraint(
                condition=Q(loss_reason__in=["", *_values(LossReason)]), name="enquiry_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(state=EnquiryState.LOST.value) | Q(loss_reason="", loss_note=""),
                name="enquiry_reason_of_lost",
            ),
            models.CheckConstraint(
                condition=Q(state=EnquiryState.OPEN.value, closed_at__isnull=True)
                | (~Q(state=EnquiryState.OPEN.value) & Q(closed_at__isnull=False)),
                name="enquiry_closed_or_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("at")), name="enquiry_closed_after_opening"
            ),
        ]
