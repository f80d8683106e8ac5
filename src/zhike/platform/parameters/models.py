"""Dated values of parameters, proposals for them, and the mark that tells other processes to look again."""

from django.db import models
from django.db.models import F, Q

from zhike.platform.parameters.types import ProposalState


class ParameterValue(models.Model):
    """One change, for ever: a trigger refuses to alter or remove it. Version 1 is the default declared in code."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    value = models.JSONField()
    previous = models.JSONField()
    valid_from = models.DateTimeField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    reason = models.TextField()
    source = models.TextField()
    proposal = models.ForeignKey("parameters.ParameterProposal", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="parameters_value_version_once"),
            models.CheckConstraint(condition=Q(version__gte=2), name="parameters_value_version_after_default"),
            models.CheckConstraint(condition=~Q(reason=""), name="parameters_value_has_reason"),
            models.CheckConstraint(condition=~Q(source=""), name="parameters_value_has_source"),
            models.CheckConstraint(condition=Q(valid_from__gte=F("at")), name="parameters_value_not_backdated"),
        ]


class ParameterProposal(models.Model):
    """A change that somebody else must approve."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120)
    value = models.JSONField()
    valid_from = models.DateTimeField(null=True)
    reason = models.TextField()
    source = models.TextField()
    state = models.CharField(max_length=12, default=ProposalState.PENDING.value)
    proposed_at = models.DateTimeField()
    proposed_by_kind = models.CharField(max_length=16)
    proposed_by_id = models.CharField(max_length=80)
    # Whose decision it is, also behind an API key (`Actor.person`).
    proposed_by_person = models.CharField(max_length=100)
    decided_at = models.DateTimeField(null=True)
    decided_by_kind = models.CharField(max_length=16, default="")
    decided_by_id = models.CharField(max_length=80, default="")
    decided_by_person = models.CharField(max_length=100, default="")
    note = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="parameters_one_open_proposal", condition=Q(state="pending")),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ProposalState]), name="parameters_proposal_state_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="parameters_proposal_has_reason"),
            models.CheckConstraint(condition=~Q(source=""), name="parameters_proposal_has_source"),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at__isnull=True, decided_by_id="")
                | (~Q(state="pending") & Q(decided_at__isnull=False) & ~Q(decided_by_id="")),
                name="parameters_proposal_decided_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by_person=F("proposed_by_person")),
                name="parameters_proposal_approved_by_another",
            ),
        ]


class ParameterMark(models.Model):
    """One row; its mark is another after every change of any value."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    mark = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="parameters_mark_single")]
