"""The consent ledger, append-only, and wishes about notices."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from zhike.platform.db.xid import ChangedXidField
from zhike.record.contacting.types import LANGUAGES, ConsentSource, ConsentStatus, ContactChannel, Purpose


def values(kinds: Iterable[str]) -> list[str]:
    return [str(kind) for kind in kinds]


class Consent(models.Model):
    """A person agreed to, or refused, one purpose in one channel. The latest entry holds; nothing is ever changed.

    `person` is the key of a contact (`c:12`) or of an address without a file (`p:+86…`, `m:…`).
    """

    id = models.BigAutoField(primary_key=True)
    person = models.CharField(max_length=180, db_collation="C")
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    status = models.CharField(max_length=10)
    text_version = models.CharField(max_length=80, default="")
    source = models.CharField(max_length=10)
    evidence = models.CharField(max_length=500, default="")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    redacted_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            # The latest of each purpose and channel of a person stands first.
            models.Index(fields=["person", "purpose", "channel", "-at", "-id"], name="consent_latest"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="consent_by_contact"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(person=""), name="consent_person_given"),
            models.CheckConstraint(condition=Q(purpose__in=values(Purpose)), name="consent_purpose_known"),
            models.CheckConstraint(condition=Q(channel__in=values(ContactChannel)), name="consent_channel_known"),
            models.CheckConstraint(condition=Q(status__in=values(ConsentStatus)), name="consent_status_known"),
            models.CheckConstraint(condition=Q(source__in=values(ConsentSource)), name="consent_source_known"),
            models.CheckConstraint(condition=Q(at__lte=models.F("recorded_at")), name="consent_not_in_the_future"),
            # Silence is no consent: what was agreed to, and how it is known, must be said.
            models.CheckConstraint(
                condition=~Q(status=ConsentStatus.GRANTED.value)
                | (~Q(text_version="") & (~Q(evidence="") | Q(redacted_at__isnull=False))),
                name="consent_granted_has_evidence",
            ),
        ]


class Wish(models.Model):
    """Which events somebody wants to be told in which channels, and in which language.

    Of a whole customer, of one contact, or of an address without a file; the nearer one counts.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey("customers.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=180, default="", db_collation="C")
    language = models.CharField(max_length=8, default="")
    # Event → channels; an event that is absent follows the notice table.
    events = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(customer__isnull=False), name="wish_customer_once"
            ),
            models.UniqueConstraint(fields=["contact"], condition=Q(contact__isnull=False), name="wish_contact_once"),
            models.UniqueConstraint(fields=["address"], condition=~Q(address=""), name="wish_address_once"),
            models.CheckConstraint(
                condition=Q(customer__isnull=False, contact__isnull=True, address="")
                | Q(customer__isnull=True, contact__isnull=False, address="")
                | (Q(customer__isnull=True, contact__isnull=True) & ~Q(address="")),
                name="wish_of_one",
            ),
            models.CheckConstraint(condition=Q(language__in=["", *LANGUAGES]), name="wish_language_known"),
        ]
