"""Which generation of each fact is current, and up to where it has read."""

from django.db import models


class LakeFact(models.Model):
    """The head of one fact's lake. The watermark is bound to the cluster and database that it was read from."""

    id = models.BigAutoField(primary_key=True)
    fact = models.CharField(max_length=60)
    generation = models.BigIntegerField(default=0)
    manifest = models.JSONField(default=dict)
    # The snapshot's xmin as text: everything older was visible to the last refresh.
    watermark = models.CharField(max_length=24, default="")
    cluster = models.CharField(max_length=60, default="")
    shape = models.CharField(max_length=64, default="")
    rows = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact"], name="lake_fact_once")]


class LakeGeneration(models.Model):
    """Past generations, kept for a while so that a figure on a screen can still open its rows."""

    id = models.BigAutoField(primary_key=True)
    fact = models.CharField(max_length=60)
    number = models.BigIntegerField()
    manifest = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "number"], name="lake_generation_once")]
