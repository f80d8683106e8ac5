"""Keys of programs, and requests that may be sent twice."""

from typing import ClassVar

from django.db import models


class ApiKey(models.Model):
    """A program's key: only a hash of it is kept. It acts with its own rights within its own reach."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64)
    rights = models.JSONField(default=list)
    # Unit whose subtree the key sees; none means the whole company.
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    made_by = models.BigIntegerField()
    # The member of staff who answers for it, also where a key made the key; none for the system's own.
    answering_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["secret_hash"], name="api_key_secret_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="api_key_named"),
        ]


class SentRequest(models.Model):
    """A POST with an Idempotency-Key and what it was answered: sent again, it gets the same answer and does nothing.

    The row is written in the transaction of what the request did. `actor` is the kind and id of whoever signed in.
    """

    id = models.BigAutoField(primary_key=True)
    actor = models.CharField(max_length=100)
    key = models.CharField(max_length=120)
    route = models.CharField(max_length=300)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="api_request_by_time")]
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="api_request_once")]


class RequestCount(models.Model):
    """How many requests one asker has sent within one minute, counted by the database so that none is missed."""

    id = models.BigAutoField(primary_key=True)
    asker = models.CharField(max_length=100)
    minute = models.BigIntegerField()
    sent = models.PositiveIntegerField()

    objects: ClassVar[models.Manager["RequestCount"]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["minute"], name="api_count_by_minute")]
        constraints = [models.UniqueConstraint(fields=["asker", "minute"], name="api_count_once")]
