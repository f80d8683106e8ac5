"""Tables of what people said, and of what was done about it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from zhike.platform.db.xid import ChangedXidField
from zhike.voice.surveys.models.campaigns import Recipient
from zhike.voice.surveys.models.questionnaires import Item, values_of
from zhike.voice.surveys.types import CommentDeed, FollowReason, FollowResult


class Answer(models.Model):
    """What one person said to one question: never edited once sent off, which the database sees to.

    `value` is the scale's point or the choice's number, `choices` those of a multiple choice, `amount` a number.
    `skipped` means “not used / not relevant”: counted, and out of the base.
    """

    id = models.BigAutoField(primary_key=True)
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    value = models.SmallIntegerField(null=True)
    choices = ArrayField(models.SmallIntegerField(), default=list)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    text = models.TextField(default="", blank=True)
    skipped = models.BooleanField(default=False)
    at = models.DateTimeField()
    redacted_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "item"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(skipped=False) | Q(value__isnull=True, choices=[], amount__isnull=True, text=""),
                name="answer_skipped_says_nothing",
            ),
        ]


class Comment(models.Model):
    """What was done about a text that somebody wrote: until then it is listed as open (SURV-08).

    One row for each text answer that says something, written when the answer is sent off.
    """

    id = models.BigAutoField(primary_key=True)
    answer = models.OneToOneField(Answer, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="+")
    strong = models.BooleanField(default=False)
    deed = models.CharField(max_length=8, default="", blank=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    scope_unit_id = models.BigIntegerField()
    written_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["-written_at", "-id"], condition=Q(deed=""), name="comment_open"),
            models.Index(fields=["-written_at", "-id"], name="comment_by_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(deed__in=["", *values_of(CommentDeed)]), name="comment_deed_known"),
            models.CheckConstraint(
                condition=Q(deed="", done_at__isnull=True, case__isnull=True)
                | Q(deed=CommentDeed.CASE.value, done_at__isnull=False, case__isnull=False)
                | Q(deed=CommentDeed.NOTED.value, done_at__isnull=False, case__isnull=True),
                name="comment_done_says_what",
            ),
        ]


class FollowUp(models.Model):
    """Somebody who is talked to after what they said, or would not say (SURV-31): the closed loop.

    The work itself is a case, opened the same day; here stands why, until when, whether they were reached and think
    otherwise now. `due_at` is the end of so many working days; an answer taken over as history has no case.
    """

    id = models.BigAutoField(primary_key=True)
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16)
    score = models.SmallIntegerField(null=True)
    scale = models.CharField(max_length=12, default="", blank=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    scope_unit_id = models.BigIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    # When somebody first tried to reach them, or it ended without a try (METR-26).
    acted_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    result = models.CharField(max_length=12, default="", blank=True)
    cause = models.CharField(max_length=40, default="", blank=True)
    score_after = models.SmallIntegerField(null=True)
    note = models.TextField(default="", blank=True)
    done_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(result=""), name="followup_open"),
            models.Index(fields=["-opened_at", "-id"], name="followup_by_time"),
        ]
        constraints = [
            # One follow-up for a recipient, however many reasons: the gravest stands.
            models.UniqueConstraint(fields=["recipient"], name="followup_once"),
            models.CheckConstraint(condition=Q(reason__in=values_of(FollowReason)), name="followup_reason_known"),
            models.CheckConstraint(condition=Q(result__in=values_of(FollowResult)), name="followup_result_known"),
            models.CheckConstraint(
                condition=Q(result="", done_at__isnull=True) | (~Q(result="") & Q(done_at__isnull=False)),
                name="followup_done_says_when",
            ),
        ]
