"""Surveys and forms of somebody who leaves pass to a colleague (CUST-09)."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import HAND_OVER
from zhike.voice.surveys import events
from zhike.voice.surveys.models import Campaign, Questionnaire
from zhike.voice.surveys.queries.held import OPEN_CAMPAIGNS


@action
def pass_campaigns(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, campaign_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give the surveys that a leaver looks after, or these of them, to a colleague; returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = Campaign.objects.filter(OPEN_CAMPAIGNS, owner_id=from_staff_id)
    if campaign_ids is not None:
        rows = rows.filter(pk__in=campaign_ids)
    target = organization.assignee(actor=actor, staff_id=to_staff_id)
    passed = rows.update(owner_id=target.id)
    audit.record(
        actor,
        events.SurveysPassed(
            subject=("staff", from_staff_id),
            before={"owner": from_staff_id},
            after={"owner": target.id, "surveys": passed},
        ),
        now=now,
    )
    return passed


@action
def pass_forms(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, form_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give the forms that a leaver looks after, or these of them, to a colleague; returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = Questionnaire.objects.filter(active=True, owner_id=from_staff_id)
    if form_ids is not None:
        rows = rows.filter(pk__in=form_ids)
    target = organization.assignee(actor=actor, staff_id=to_staff_id)
    passed = rows.update(owner_id=target.id)
    audit.record(
        actor,
        events.SurveysPassed(
            subject=("staff", from_staff_id),
            before={"owner": from_staff_id},
            after={"owner": target.id, "forms": passed},
        ),
        now=now,
    )
    return passed
