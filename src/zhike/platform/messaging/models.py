"""Every message to the outside, with what became of it."""

from uuid import uuid4

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from zhike.platform.messaging.types import Channel, State


class Message(models.Model):
    """`to`, `subject`, `body`, `params`, `mail` and the answers in `log` are people's data and can be emptied."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default=State.QUEUED.value)
    purpose = models.CharField(max_length=60)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, default="")
    body = models.TextField()
    language = models.CharField(max_length=8, default="")
    template = models.CharField(max_length=80, default="")
    params = models.JSONField(default=dict)
    # What a mail carries besides its words, as `MailParts` stores it.
    mail = models.JSONField(default=dict)
    related_kind = models.CharField(max_length=40, default="")
    related_id = models.CharField(max_length=80, default="")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    operation_id = models.UUIDField()
    attempts = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(max_length=400, default="")
    error_code = models.CharField(max_length=60, default="")
    error = models.TextField(default="")
    # One object an attempt or a decision: attempt, at, outcome, code, text.
    log = models.JSONField(default=list)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="queued"), name="message_due"),
            models.Index(fields=["handed_over_at"], condition=Q(state="handed_over"), name="message_handed_over"),
            models.Index(fields=["created_at", "id"], name="message_by_time"),
            models.Index(
                fields=["state", "created_at", "id"], condition=~Q(state="sent"), name="message_open_by_state"
            ),
            models.Index(fields=["related_kind", "related_id"], condition=~Q(related_id=""), name="message_about"),
            models.Index(fields=["to"], condition=~Q(to=""), name="message_to"),
            BrinIndex(fields=["settled_at"], name="message_settled_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=[c.value for c in Channel]), name="message_channel_known"),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in State]), name="message_state_known"),
            models.CheckConstraint(
                condition=(~Q(to="") & ~Q(body="")) | Q(forgotten_at__isnull=False), name="message_has_content"
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="message_has_purpose"),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed"]) | Q(settled_at__isnull=False), name="message_end_is_dated"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handed_over", "uncertain"]) | Q(handed_over_at__isnull=False, attempts__gte=1),
                name="message_hand_over_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(next_at__isnull=False), name="message_queued_is_due"
            ),
        ]
