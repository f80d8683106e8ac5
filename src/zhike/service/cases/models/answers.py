"""Answers that are written but have not left: until they do, the customer has heard nothing."""

from django.db import models
from django.db.models import Q

from zhike.service.cases.models.cases import Case
from zhike.service.cases.models.catalog import values
from zhike.service.cases.types import WaitingState


class WaitingAnswer(models.Model):
    """A message about a case that waits to leave, and what it does to the case once it has.

    `ref` names it in the contact log, `leaves_at` is when contacting decides about it again.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    interaction = models.ForeignKey(
        "interactions.Interaction", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ref = models.UUIDField()
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()
    leaves_at = models.DateTimeField()
    # Whether it solves the matter, and with which words.
    is_answer = models.BooleanField()
    resolution = models.TextField(default="")
    state = models.CharField(max_length=12, default=WaitingState.WAITING.value)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The next one to leave, for the case's row and page.
            models.Index(
                fields=["case", "leaves_at"], condition=Q(state=WaitingState.WAITING.value), name="case_answer_waiting"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="case_answer_once"),
            models.UniqueConstraint(fields=["interaction"], name="case_answer_of_entry"),
            models.CheckConstraint(condition=Q(state__in=values(WaitingState)), name="case_answer_state_known"),
            models.CheckConstraint(
                condition=Q(state=WaitingState.WAITING.value, settled_at__isnull=True)
                | (~Q(state=WaitingState.WAITING.value) & Q(settled_at__isnull=False)),
                name="case_answer_end_dated",
            ),
        ]
