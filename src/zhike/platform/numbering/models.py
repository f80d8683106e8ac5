"""The series that exist in the database; their counters are PostgreSQL sequences named zhike_number_<key>."""

from django.db import models
from django.db.models import Q


class NumberSeries(models.Model):
    """How a series writes its numbers."""

    key = models.CharField(max_length=31, primary_key=True)
    prefix = models.CharField(max_length=12)
    width = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prefix"], name="numbering_prefix_once"),
            models.CheckConstraint(condition=Q(key__regex=r"^[a-z][a-z0-9_]*$"), name="numbering_key_plain"),
            models.CheckConstraint(condition=Q(width__gte=1, width__lte=18), name="numbering_width_range"),
        ]
