"""What was said, append-only: corrections follow, the struck original stays, erasure empties the texts."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode
from zhike.record.customers.types import Channel
from zhike.record.interactions.types import Audience, Direction, NoteKind


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class Interaction(models.Model):
    """A call, mail, visit, chat, note, or an entry of the system, on one customer's timeline.

    Texts of people stand in `subject` and `body`; entries of the system in `message` with `params`. A trigger refuses
    every change but a strike, an erasure of the texts, and the following of merges and unit numbers.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    staff = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    scope_unit_id = models.BigIntegerField()
    channel = models.CharField(max_length=12)
    direction = models.CharField(max_length=4, default="")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    audience = models.CharField(max_length=12)
    audience_unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=200, default="")
    body = models.TextField(default="")
    message = models.CharField(max_length=200, default="")
    params = models.JSONField(default=dict)
    note_kind = models.CharField(max_length=12, default="")
    # What it is about: kind and id of a record of any room.
    about_kind = models.CharField(max_length=24, default="")
    about_id = models.CharField(max_length=64, default="")
    external_system = models.CharField(max_length=40, default="")
    external_ref = models.CharField(max_length=120, default="")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    struck_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="interaction_timeline"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="interaction_by_contact"),
            models.Index(
                fields=["staff", "-occurred_at"], condition=Q(staff__isnull=False), name="interaction_by_staff"
            ),
            models.Index(fields=["about_kind", "about_id"], condition=~Q(about_kind=""), name="interaction_by_subject"),
            models.Index(fields=["scope_unit_id", "occurred_at"], name="interaction_by_unit"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=_values(Channel)), name="interaction_channel_known"),
            models.CheckConstraint(condition=Q(direction__in=_values(Direction)), name="interaction_direction_known"),
            models.CheckConstraint(condition=Q(audience__in=_values(Audience)), name="interaction_audience_known"),
            models.CheckConstraint(condition=Q(note_kind__in=_values(NoteKind)), name="interaction_note_known"),
            models.CheckConstraint(condition=Q(mode__in=_values(Mode)), name="interaction_mode_known"),
            models.CheckConstraint(
                condition=Q(audience=Audience.DEPARTMENT.value, audience_unit__isnull=False)
                | (~Q(audience=Audience.DEPARTMENT.value) & Q(audience_unit__isnull=True)),
                name="interaction_department_named",
            ),
            models.CheckConstraint(
                condition=~Q(subject="") | ~Q(body="") | ~Q(message="") | Q(redacted_at__isnull=False),
                name="interaction_says_something",
            ),
            models.CheckConstraint(
                condition=Q(redacted_at__isnull=True) | Q(subject="", body=""), name="interaction_erased_is_empty"
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_ref"],
                condition=~Q(external_ref=""),
                name="interaction_external_once",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(corrects__isnull=False), name="interaction_corrected_once"
            ),
        ]


class Letter(models.Model):
    """What an entry of the channel mail has besides its text: addresses, threading, folded history, the mail itself.

    `ref` names the entry of the contact log and the message by which it left. Erasure empties addresses and texts.
    """

    interaction = models.OneToOneField(Interaction, on_delete=models.PROTECT, primary_key=True, related_name="+")
    message_id = models.CharField(max_length=400, default="", db_collation="C")
    references = models.JSONField(default=list)
    sender = models.CharField(max_length=254, default="", db_collation="C")
    sender_name = models.CharField(max_length=200, default="")
    recipients = models.JSONField(default=list)
    quoted = models.TextField(default="")
    was_cut = models.BooleanField(default=False)
    ref = models.UUIDField(null=True)
    raw_file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    unproven = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="letter_by_message"),
            models.Index(fields=["sender"], condition=~Q(sender=""), name="letter_by_sender"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref"], condition=Q(ref__isnull=False), name="letter_ref_once"),
        ]


class Attachment(models.Model):
    """A stored file that came or went with an entry."""

    id = models.BigAutoField(primary_key=True)
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    # Shown within the text by the sender, as signatures are; listed after the others.
    inline = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interaction", "place"], name="attachment_place_once"),
        ]
