"""The contact log: one row for every contact that was made, waits, or was withheld, with the rule."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode
from zhike.record.contacting.models.consents import values
from zhike.record.contacting.types import (
    ContactChannel,
    Delivery,
    EventKind,
    Outcome,
    Party,
    Purpose,
    Rule,
    SurveyKind,
)


class ContactRecord(models.Model):
    """One attempted contact. `counts`: it takes a place in the person's budget.

    `customer` is the customer whose matter it is; `of_account` says that the person reached is of that customer, so
    that the contact counts for the account. `to`, and `subject` and `body` while it waits, are people's data.
    """

    id = models.BigAutoField(primary_key=True)
    # Names the row before it exists: the message's id, and what links in the message stand for.
    ref = models.UUIDField(default=uuid4)
    person = models.CharField(max_length=180, db_collation="C")
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    of_account = models.BooleanField(default=False)
    scope_unit_id = models.BigIntegerField(null=True)
    staff = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    purpose = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    survey = models.CharField(max_length=12, default="")
    invitation = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8)
    rule = models.CharField(max_length=24, default="")
    counts = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    asked_at = models.DateTimeField()
    hold_until = models.DateTimeField(null=True)
    occurred_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="")
    template = models.CharField(max_length=80, default="")
    template_version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=32, default="")
    to = models.CharField(max_length=254, default="")
    subject = models.CharField(max_length=300, default="")
    body = models.TextField(default="")
    # What a waiting mail carries besides, as `MailParts` stores it.
    mail = models.JSONField(default=dict)
    event = models.CharField(max_length=20, default="")
    party = models.CharField(max_length=10, default="")
    related_kind = models.CharField(max_length=40, default="")
    related_id = models.CharField(max_length=80, default="")
    # What makes it unique, e.g. shipment, event and person of a notice.
    once = models.CharField(max_length=300, default="", db_collation="C")
    message_id = models.UUIDField(null=True)
    delivery = models.CharField(max_length=12, default="")
    settled_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    redacted_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "-at"],
                condition=Q(counts=True) & ~Q(purpose=Purpose.TRANSACTIONAL.value),
                name="contact_record_budget",
            ),
            models.Index(
                fields=["customer", "-at"],
                condition=Q(counts=True, of_account=True) & ~Q(purpose=Purpose.TRANSACTIONAL.value),
                name="contact_record_account",
            ),
            models.Index(fields=["hold_until", "id"], condition=Q(outcome="hold"), name="contact_record_waiting"),
            models.Index(fields=["customer", "-at", "-id"], name="contact_record_timeline"),
            models.Index(fields=["-at", "-id"], name="contact_record_by_time"),
            models.Index(fields=["scope_unit_id", "-at", "-id"], name="contact_record_by_unit"),
            models.Index(fields=["person", "-at", "-id"], name="contact_record_by_person"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="contact_record_contact"),
            models.Index(
                fields=["related_kind", "related_id"], condition=~Q(related_id=""), name="contact_record_about"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="contact_record_ref_once"),
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="contact_record_once"),
            models.CheckConstraint(condition=~Q(person=""), name="contact_record_person_given"),
            models.CheckConstraint(condition=Q(purpose__in=values(Purpose)), name="contact_record_purpose_known"),
            models.CheckConstraint(
                condition=Q(channel__in=values(ContactChannel)), name="contact_record_channel_known"
            ),
            models.CheckConstraint(condition=Q(survey__in=values(SurveyKind)), name="contact_record_survey_known"),
            models.CheckConstraint(condition=Q(outcome__in=values(Outcome)), name="contact_record_outcome_known"),
            models.CheckConstraint(condition=Q(rule__in=values(Rule)), name="contact_record_rule_known"),
            models.CheckConstraint(condition=Q(delivery__in=values(Delivery)), name="contact_record_delivery_known"),
            models.CheckConstraint(condition=Q(event__in=["", *values(EventKind)]), name="contact_record_event_known"),
            models.CheckConstraint(condition=Q(party__in=["", *values(Party)]), name="contact_record_party_known"),
            models.CheckConstraint(condition=Q(mode__in=values(Mode)), name="contact_record_mode_known"),
            models.CheckConstraint(
                condition=Q(outcome="hold", hold_until__isnull=False)
                | (~Q(outcome="hold") & Q(hold_until__isnull=True)),
                name="contact_record_hold_has_end",
            ),
            # A contact that is withheld or waits names its rule; one that is free or made has none.
            models.CheckConstraint(
                condition=(Q(outcome__in=["hold", "deny"]) & ~Q(rule="")) | Q(outcome__in=["allow", "made"], rule=""),
                name="contact_record_withheld_has_rule",
            ),
            models.CheckConstraint(
                condition=Q(counts=False) | Q(outcome__in=["allow", "made"]), name="contact_record_counts_if_made"
            ),
            models.CheckConstraint(
                condition=Q(of_account=False) | Q(customer__isnull=False), name="contact_record_account_named"
            ),
            models.CheckConstraint(
                condition=Q(survey=SurveyKind.REMINDER.value, invitation__isnull=False)
                | (~Q(survey=SurveyKind.REMINDER.value) & Q(invitation__isnull=True)),
                name="contact_record_reminder_of_one",
            ),
            models.CheckConstraint(
                condition=Q(redacted_at__isnull=True) | Q(to="", subject="", body=""),
                name="contact_record_erased_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(body="", subject="") | Q(outcome="hold"), name="contact_record_keeps_no_words"
            ),
        ]
