"""The case: one matter of one customer, with one owner outside."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, When
from django.db.models.functions import Coalesce, Least

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode
from zhike.record.customers.types import Channel
from zhike.service.cases.models.catalog import Category, Cause, values
from zhike.service.cases.types import CaseKind, CaseState, Ending, Handling, Origin, Party, Severity

_OPEN = ~Q(state=CaseState.CLOSED.value)


class CaseSet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.exclude(state=CaseState.CLOSED.value)

    def closed(self) -> Self:
        return self.filter(state=CaseState.CLOSED.value)

    def broken(self, now: datetime) -> Self:
        """A promise of ours (first response, solution) was broken, or its deadline has passed by now."""
        return self.filter(breach_at__lte=now)

    def parked(self) -> Self:
        """Said to wait for the customer, although the customer spoke last: clocks stand still without reason."""
        never = Q(we_spoke_at__isnull=True, customer_spoke_at__isnull=False)
        return self.filter(never | Q(customer_spoke_at__gt=F("we_spoke_at")), state=CaseState.WAITING_CUSTOMER.value)


class Case(models.Model):
    """`scope_unit_id` is the tree number of the owner's unit; `next_due_at` the earliest deadline that runs.

    Counters are kept by the actions that add contacts and change owners, so that lists need no other table.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    shipment = models.ForeignKey(
        "shipments.Shipment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=12)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    severity = models.CharField(max_length=8, default=Severity.NORMAL.value)
    origin = models.CharField(max_length=8)
    channel = models.CharField(max_length=12)
    subject = models.CharField(max_length=200)
    text = models.TextField(default="")
    tags = ArrayField(models.CharField(max_length=40), default=list)
    zone = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="zh-hans")
    opened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    recorder = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    scope_unit_id = models.BigIntegerField()
    state = models.CharField(max_length=20, default=CaseState.NEW.value)
    state_since = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)
    # The deadlines of these clocks while they are open.
    first_response_due_at = models.DateTimeField(null=True)
    solution_due_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    next_step = models.CharField(max_length=300, default="")
    first_response_at = models.DateTimeField(null=True)
    # Whether each promise was broken; None while its clock runs in time.
    first_response_missed = models.BooleanField(null=True)
    solution_missed = models.BooleanField(null=True)
    customer_spoke_at = models.DateTimeField(null=True)
    we_spoke_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    # When the first of the answers leaves that wait for the end of the night; lists show it.
    answer_leaves_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=16, default="")
    solved = models.BooleanField(null=True)
    resolution = models.TextField(default="")
    handling = models.CharField(max_length=8, default="")
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, related_name="+")
    party = models.CharField(max_length=16, default="")
    party_unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    route = models.CharField(max_length=80, default="")
    contacts = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0)
    transfers = models.PositiveSmallIntegerField(default=0)
    switches = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    open_tasks = models.PositiveSmallIntegerField(default=0)
    articles_used = models.PositiveSmallIntegerField(default=0)
    phrases_used = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    version = models.PositiveIntegerField(default=1)
    # From when on a promise of ours is broken: behind us once it is, ahead of us while its clock runs. What is broken
    # now is found by time, whoever has or has not marked it.
    breach_at = models.GeneratedField(
        expression=Least(
            F("first_response_due_at"),
            F("solution_due_at"),
            models.Case(When(first_response_missed=True, then=F("first_response_at"))),
            models.Case(When(solution_missed=True, then=Coalesce(F("answered_at"), F("closed_at")))),
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    changed_xid = ChangedXidField()

    objects = CaseSet.as_manager()

    class Meta:
        indexes = [
            # Queues: mine and my unit's, the next deadline first.
            models.Index(fields=["owner", "next_due_at", "id"], condition=_OPEN, name="case_queue_of_owner"),
            models.Index(fields=["scope_unit_id", "next_due_at", "id"], condition=_OPEN, name="case_queue_of_unit"),
            models.Index(fields=["next_due_at", "id"], condition=_OPEN, name="case_queue_of_all"),
            # What is broken by now: of the open ones, and of all, newest first.
            models.Index(fields=["breach_at", "id"], condition=_OPEN, name="case_breach_of_all"),
            models.Index(fields=["scope_unit_id", "breach_at", "id"], condition=_OPEN, name="case_breach_of_unit"),
            models.Index(
                fields=["-opened_at", "-id"], condition=Q(breach_at__isnull=False), name="case_with_breach_by_time"
            ),
            # Lists of everything, newest first.
            models.Index(fields=["-opened_at", "-id"], name="case_by_time"),
            models.Index(fields=["scope_unit_id", "-opened_at", "-id"], name="case_of_unit_by_time"),
            models.Index(fields=["owner", "-opened_at", "-id"], name="case_of_owner_by_time"),
            # The customer's page, and what a new contact may belong to.
            models.Index(fields=["customer", "-opened_at"], name="case_by_customer"),
            models.Index(fields=["shipment"], condition=Q(shipment__isnull=False), name="case_by_shipment"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="case_by_contact"),
            # What repeats a case.
            models.Index(
                fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="case_by_what_it_repeats"
            ),
            models.Index(
                fields=["-opened_at", "-id"],
                condition=Q(answer_leaves_at__isnull=False),
                name="case_with_waiting_answer",
            ),
            # Answered cases close by themselves.
            models.Index(
                fields=["state_since"], condition=Q(state=CaseState.ANSWERED.value), name="case_answered_since"
            ),
            models.Index(fields=["owner", "looked_at"], condition=_OPEN, name="case_unlooked"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.CheckConstraint(condition=~Q(subject="") | Q(redacted_at__isnull=False), name="case_subject_given"),
            models.CheckConstraint(condition=Q(kind__in=values(CaseKind)), name="case_kind_known"),
            models.CheckConstraint(condition=Q(severity__in=values(Severity)), name="case_severity_known"),
            models.CheckConstraint(condition=Q(origin__in=values(Origin)), name="case_origin_known"),
            models.CheckConstraint(condition=Q(channel__in=values(Channel)), name="case_channel_known"),
            models.CheckConstraint(condition=Q(state__in=values(CaseState)), name="case_state_known"),
            models.CheckConstraint(condition=Q(mode__in=values(Mode)), name="case_mode_known"),
            models.CheckConstraint(condition=Q(ending__in=values(Ending)), name="case_ending_known"),
            models.CheckConstraint(condition=Q(handling__in=["", *values(Handling)]), name="case_handling_known"),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED.value, closed_at__isnull=False, solved__isnull=False) & ~Q(ending="")
                | (~Q(state=CaseState.CLOSED.value) & Q(closed_at__isnull=True, ending="")),
                name="case_closed_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.ANSWERED.value) | Q(answered_at__isnull=False),
                name="case_answer_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(cause__isnull=True, party="") | (Q(cause__isnull=False) & ~Q(party="")),
                name="case_coding_whole",
            ),
            models.CheckConstraint(condition=Q(party__in=["", *values(Party)]), name="case_party_known"),
            models.CheckConstraint(
                condition=Q(ending=Ending.DUPLICATE.value, duplicate_of__isnull=False)
                | (~Q(ending=Ending.DUPLICATE.value) & Q(duplicate_of__isnull=True)),
                name="case_duplicate_named",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")), name="case_not_own_duplicate"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="case_version_counts"),
            models.CheckConstraint(condition=Q(received_at__gte=F("opened_at")), name="case_received_after_opening"),
        ]


class CaseContact(models.Model):
    """The link of a case with what was said. `incoming` marks the customer's own contacts, which effort counts."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    interaction = models.ForeignKey(
        "interactions.Interaction", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    channel = models.CharField(max_length=12)
    incoming = models.BooleanField()
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [models.Index(fields=["case", "-at", "-id"], name="case_contact_by_case")]
        constraints = [
            models.UniqueConstraint(fields=["interaction"], name="case_contact_once"),
            models.CheckConstraint(condition=Q(channel__in=values(Channel)), name="case_contact_channel_known"),
        ]


class CaseMove(models.Model):
    """Every change of state, for ever: from, to, who, why."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    from_state = models.CharField(max_length=20, default="")
    to_state = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, default="")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="case_move_by_case")]
        constraints = [
            models.CheckConstraint(condition=Q(to_state__in=values(CaseState)), name="case_move_to_known"),
            models.CheckConstraint(condition=Q(from_state__in=["", *values(CaseState)]), name="case_move_from_known"),
        ]


class OwnerSpell(models.Model):
    """Who owned the case and when; `viewed_at` says when the new owner first looked, before or after answering."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    viewed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, default="")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [models.Index(fields=["case", "valid_from"], name="case_owner_by_case")]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(valid_until__isnull=True), name="case_owner_one_open"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="case_owner_span_right",
            ),
        ]
