"""Clocks on promises, and the ledger that explains each of them."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from zhike.platform.calendars.models.calendars import CalendarVersion
from zhike.platform.calendars.types import ClockState, EntryKind, PauseReason
from zhike.platform.db.xid import ChangedXidField

_CLOSED = [ClockState.MET.value, ClockState.MISSED.value, ClockState.CANCELLED.value]
_OPEN = [ClockState.RUNNING.value, ClockState.PAUSED.value]
_REASONS = [reason.value for reason in PauseReason]


class Clock(models.Model):
    """One promise on one subject. What it shows can always be worked out again from its entries.

    `used` is the time counted up to `changed_at`; a running clock adds what has passed since.
    """

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    zone = models.CharField(max_length=60)
    # Null: every second counts, as for statutory deadlines.
    calendar_version = models.ForeignKey(CalendarVersion, null=True, on_delete=models.PROTECT, related_name="+")
    statutory = models.BooleanField(default=False)
    statutory_days = models.PositiveSmallIntegerField(null=True)
    budget = models.DurationField()
    warn_share = models.DecimalField(max_digits=4, decimal_places=3)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    # Where the law would let a statutory deadline end; shown beside the stricter one that is kept.
    rolled_due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12)
    pause_reason = models.CharField(max_length=20, default="", blank=True)
    used = models.DurationField(default=timedelta)
    changed_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    # When the rooms above were told that it nears, and that it has passed, its present deadline.
    warning_told_at = models.DateTimeField(null=True)
    breach_told_at = models.DateTimeField(null=True)
    # A unit of organization, which lies above: an id without a foreign key.
    holder_unit_id = models.BigIntegerField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="calendars_clock_by_subject"),
            models.Index(fields=["due_at"], name="calendars_clock_running_due", condition=Q(state="running")),
            models.Index(
                fields=["warn_at"],
                name="calendars_clock_to_warn",
                condition=Q(state="running", warning_told_at__isnull=True),
            ),
            models.Index(
                fields=["due_at"],
                name="calendars_clock_to_breach",
                condition=Q(state="running", breach_told_at__isnull=True),
            ),
            models.Index(
                fields=["calendar_version"], name="calendars_clock_open_version", condition=Q(state__in=_OPEN)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"],
                condition=Q(state__in=_OPEN),
                name="calendars_clock_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ClockState]), name="calendars_clock_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(statutory=True, state=ClockState.PAUSED.value),
                name="calendars_clock_statutory_never_pauses",
            ),
            models.CheckConstraint(
                condition=Q(statutory=False, statutory_days__isnull=True)
                | Q(statutory=True, statutory_days__isnull=False, calendar_version__isnull=True),
                name="calendars_clock_statutory_counts_days",
            ),
            models.CheckConstraint(
                condition=Q(state=ClockState.PAUSED.value, pause_reason__in=_REASONS)
                | (~Q(state=ClockState.PAUSED.value) & Q(pause_reason="")),
                name="calendars_clock_pause_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_CLOSED, stopped_at__isnull=False)
                | (~Q(state__in=_CLOSED) & Q(stopped_at__isnull=True)),
                name="calendars_clock_stopped_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClockState.RUNNING.value) | Q(due_at__isnull=False),
                name="calendars_clock_running_has_due",
            ),
            models.CheckConstraint(condition=Q(budget__gt=timedelta(0)), name="calendars_clock_budget_positive"),
        ]


class ClockEntry(models.Model):
    """One line of a clock's ledger, for ever: a trigger refuses to alter or remove it."""

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    pause_reason = models.CharField(max_length=20, default="", blank=True)
    note = models.CharField(max_length=200, default="", blank=True)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    holder_unit_id = models.BigIntegerField(null=True)
    # The time that counted since the entry above; a recomputation may take time back.
    counted = models.DurationField(default=timedelta)
    due_at = models.DateTimeField(null=True)
    # The terms, where they begin to hold: when started and when recomputed.
    budget = models.DurationField(null=True)
    warn_share = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    calendar_version = models.ForeignKey(CalendarVersion, null=True, on_delete=models.PROTECT, related_name="+")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [models.Index(fields=["clock", "id"], name="calendars_entry_by_clock")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in EntryKind]), name="calendars_entry_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.PAUSED.value, pause_reason__in=_REASONS)
                | (~Q(kind=EntryKind.PAUSED.value) & Q(pause_reason="")),
                name="calendars_entry_pause_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[EntryKind.STARTED.value, EntryKind.RECOMPUTED.value], budget__isnull=False)
                | (~Q(kind__in=[EntryKind.STARTED.value, EntryKind.RECOMPUTED.value]) & Q(budget__isnull=True)),
                name="calendars_entry_terms",
            ),
        ]
