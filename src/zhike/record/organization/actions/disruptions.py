"""Notices of what keeps a unit from working as usual."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.organization import events
from zhike.record.organization.actions.units import unit_in_view
from zhike.record.organization.models import UnitDisruption
from zhike.record.organization.policies import PUBLISH_DISRUPTION


@action
def publish_disruption(
    *, actor: Actor, unit_id: int, text: str, starts_at: datetime, ends_at: datetime | None = None, now: datetime
) -> int:
    """Tell everybody who asks about this unit what keeps it from working as usual; returns the notice's id."""
    unit = unit_in_view(actor, unit_id)
    authorize(actor, PUBLISH_DISRUPTION, subject=("unit", unit_id), unit_no=unit.tree_no)
    wrong: dict[str, list[FieldError]] = {}
    if not text.strip():
        wrong["text"] = [FieldError("required", _("Say what happened."))]
    if ends_at is not None and ends_at <= starts_at:
        wrong["ends_at"] = [FieldError("order", _("The end lies before the start."))]
    if wrong:
        raise Invalid(wrong)
    notice = UnitDisruption.objects.create(unit=unit, text=text.strip(), starts_at=starts_at, ends_at=ends_at)
    audit.record(
        actor,
        events.DisruptionPublished(
            subject=("unit", unit_id), after={"text": notice.text, "starts_at": starts_at, "ends_at": ends_at}
        ),
        now=now,
    )
    return notice.pk


@action
def end_disruption(*, actor: Actor, disruption_id: int, now: datetime) -> int:
    """The unit works as usual again; a notice that had not begun is taken back. Returns the unit's id."""
    notice = UnitDisruption.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=disruption_id)
    found = notice.first()
    if found is None:
        raise NotFound
    authorize(actor, PUBLISH_DISRUPTION, subject=("unit", found.unit_id), unit_no=found.unit.tree_no)
    if found.starts_at >= now:
        found.delete()
    elif found.ends_at is None or found.ends_at > now:
        found.ends_at = now
        found.save(update_fields=["ends_at"])
    audit.record(
        actor,
        events.DisruptionEnded(subject=("unit", found.unit_id), after={"text": found.text, "ends_at": now}),
        now=now,
    )
    return found.unit_id
