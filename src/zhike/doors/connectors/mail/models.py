"""Mailboxes, and every mail that came, with what became of it."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from zhike.doors.connectors.mail.types import Kind, MailState, Proof, Reason
from zhike.platform.messaging.settings import Security


def _values(words: Iterable[str]) -> list[str]:
    return [str(word) for word in words]


class Mailbox(models.Model):
    """One folder of a mail server. The password is sealed with a key that stands outside the database."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=254)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    security = models.CharField(max_length=8)
    user = models.CharField(max_length=254)
    password = models.TextField(default="")
    folder = models.CharField(max_length=120, default="INBOX")
    category = models.CharField(max_length=40)
    acknowledges = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    authserv_id = models.CharField(max_length=253, default="", blank=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, default="")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], name="mailbox_address_once"),
            models.CheckConstraint(condition=Q(port__gte=1, port__lte=65_535), name="mailbox_port_right"),
            models.CheckConstraint(condition=Q(security__in=_values(Security)), name="mailbox_security_known"),
        ]


class IncomingMail(models.Model):
    """A mail as it came: kept before anything else is done with it. `sender`, `subject` and `detail` can be emptied."""

    id = models.BigAutoField(primary_key=True)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    fingerprint = models.CharField(max_length=64)
    raw_file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=MailState.KEPT.value)
    kind = models.CharField(max_length=10, default="")
    reason = models.CharField(max_length=20, default="")
    proof = models.CharField(max_length=4, default="")
    detail = models.CharField(max_length=400, default="")
    sender = models.CharField(max_length=254, default="", db_collation="C")
    sender_name = models.CharField(max_length=200, default="")
    subject = models.CharField(max_length=300, default="")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    # The case that it names although its sender may not: a person decides.
    suggested = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    interaction = models.ForeignKey("interactions.Interaction", on_delete=models.PROTECT, null=True, related_name="+")
    # Files that were not taken: name and reason.
    refused = models.JSONField(default=list)
    acknowledged = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"], condition=Q(state__in=["waiting", "parked"]), name="mail_open"),
            models.Index(fields=["id"], condition=Q(state="kept"), name="mail_to_file"),
            models.Index(fields=["sender", "received_at"], condition=~Q(sender=""), name="mail_by_sender"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="mail_uid_once"),
            models.UniqueConstraint(fields=["fingerprint"], name="mail_fingerprint_once"),
            models.CheckConstraint(condition=Q(state__in=_values(MailState)), name="mail_state_known"),
            models.CheckConstraint(condition=Q(kind__in=["", *_values(Kind)]), name="mail_kind_known"),
            models.CheckConstraint(condition=Q(reason__in=_values(Reason)), name="mail_reason_known"),
            models.CheckConstraint(condition=Q(proof__in=_values(Proof)), name="mail_proof_known"),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(case__isnull=False, interaction__isnull=False),
                name="mail_taken_has_case",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "parked"]) | ~Q(reason=""), name="mail_waiting_says_why"
            ),
        ]
