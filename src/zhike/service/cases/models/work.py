"""Who looks at a case, who follows it, who is writing in it now."""

from django.db import models

from zhike.service.cases.models.cases import Case


class Look(models.Model):
    """A person looked at an open case on a day (CASE-12); one row a case, person and day."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff", "day"], name="case_look_once_a_day")]
        indexes = [models.Index(fields=["staff", "day"], name="case_look_by_person")]


class Follower(models.Model):
    """Somebody who wants to know what happens."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff"], name="case_follower_once")]


class Presence(models.Model):
    """Who has the case open now, and whether they write: the warning before two people answer one customer."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField()
    typing_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff"], name="case_presence_once")]
        indexes = [models.Index(fields=["seen_at"], name="case_presence_by_time")]
