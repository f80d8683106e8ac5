"""What is due if something were opened at a given moment."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import rules
from zhike.platform.calendars.policies import VIEW_CALENDARS
from zhike.platform.calendars.queries.specs import rules_of
from zhike.platform.calendars.types import StatutoryDeadline
from zhike.platform.errors import FieldError, Invalid, NotFound

MOST_DAYS = 400
MOST_BUDGET = timedelta(days=1000)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MOST_INTERVALS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePreview:
    """`due_at` for a budget of open time with the intervals that it uses; `statutory` for calendar days."""

    zone: str
    start: datetime
    due_at: datetime | None
    intervals: tuple[tuple[datetime, datetime], ...]
    more_intervals: int
    statutory: StatutoryDeadline | None


def preview_due(
    *,
    actor: Actor,
    calendar_id: int,
    start: datetime,
    budget: timedelta | None = None,
    statutory_days: int | None = None,
) -> DuePreview:
    """Raises Invalid for figures out of range, NoOpenTime where the calendar never reaches the budget."""
    authorize(actor, VIEW_CALENDARS)
    _check(start, budget, statutory_days)
    found = rules_of([calendar_id]).get(calendar_id)
    if found is None:
        raise NotFound
    due_at = rules.due(found.spec, start, budget) if budget is not None else None
    used = rules.open_intervals(found.spec, start, due_at) if due_at is not None else []
    statutory = None
    if statutory_days is not None:
        statutory = rules.statutory_deadline(start, statutory_days, found.spec.zone, found.workdays)
    return DuePreview(
        zone=found.spec.zone,
        start=start,
        due_at=due_at,
        intervals=tuple(used[:MOST_INTERVALS]),
        more_intervals=max(0, len(used) - MOST_INTERVALS),
        statutory=statutory,
    )


def _check(start: datetime, budget: timedelta | None, statutory_days: int | None) -> None:
    found: dict[str, list[FieldError]] = {}
    if not EARLIEST <= start < LATEST:
        found["start"] = [FieldError("out_of_range", _("Please choose a moment between 2000 and 2200."))]
    if budget is not None and not timedelta() < budget <= MOST_BUDGET:
        found["hours"] = [FieldError("out_of_range", _("Please enter between 0 and 24,000 hours."))]
    if statutory_days is not None and not 0 < statutory_days <= MOST_DAYS:
        found["statutory_days"] = [FieldError("out_of_range", _("Please enter between 1 and 400 days."))]
    if budget is None and statutory_days is None:
        found["hours"] = [FieldError("required", _("Please enter hours, or calendar days."))]
    if found:
        raise Invalid(found)
