"""One row for each file that somebody handed in; equal contents lie on the disk once."""

from django.db import models
from django.db.models import Q


class StoredFile(models.Model):
    """`name` may name a person: it is emptied when that person is erased. A trigger keeps the rest as it was."""

    id = models.BigAutoField(primary_key=True)
    sha256 = models.CharField(max_length=64, db_collation="C")
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200, default="")
    purpose = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    at = models.DateTimeField()
    # The content is gone on purpose; the row stays for the records that point to it.
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="file_by_content"),
            models.Index(fields=["purpose", "-id"], name="file_by_purpose"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="file_sha256_form"),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(condition=~Q(media_type="") & ~Q(purpose=""), name="file_kind_known"),
            models.CheckConstraint(condition=Q(erased_at__isnull=True) | Q(name=""), name="file_erased_has_no_name"),
        ]
