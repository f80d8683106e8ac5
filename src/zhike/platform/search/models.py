"""The index of everything that can be found; rooms can have it written anew at any time."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q


class Document(models.Model):
    """One record as the search knows it. Holds people's names and numbers: rooms refresh it when they erase."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24, db_collation="C")
    object_id = models.BigIntegerField()
    scope_unit_id = models.BigIntegerField(null=True)
    own_staff_id = models.BigIntegerField(null=True)
    audience = ArrayField(models.TextField(db_collation="C"), default=list)
    title = models.CharField(max_length=300)
    number = models.CharField(max_length=80, default="")
    line = models.CharField(max_length=300, default="")
    keys = ArrayField(models.TextField(db_collation="C"), default=list)
    parts = models.TextField(default="")
    body = SearchVectorField()
    rank = SearchVectorField()
    sort = models.BigIntegerField(default=0)
    tokeniser_version = models.PositiveSmallIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            GinIndex(fields=["body"], name="search_by_word"),
            GinIndex(fields=["keys"], name="search_by_key"),
            GinIndex(fields=["parts"], opclasses=["gin_trgm_ops"], name="search_by_part"),
            models.Index(F("kind"), F("sort").desc(), F("id").desc(), name="search_newest"),
            models.Index(fields=["tokeniser_version"], name="search_by_version"),
            models.Index(fields=["scope_unit_id"], name="search_by_unit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_document_once"),
            models.CheckConstraint(condition=~Q(kind=""), name="search_document_has_kind"),
        ]
