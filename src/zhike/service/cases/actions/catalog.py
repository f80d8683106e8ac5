"""Categories and causes: what the company calls things."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.platform.i18n.labels import missing
from zhike.service.cases import events
from zhike.service.cases.models import Category, Cause
from zhike.service.cases.policies import MANAGE
from zhike.service.cases.types import CategoryEntry, CauseEntry


@action
def save_category(*, actor: Actor, entry: CategoryEntry, now: datetime) -> None:
    """Make or change a category; its words are needed in every language. Raises Invalid on `labels`."""
    authorize(actor, MANAGE)
    _check_labels(entry.labels)
    values = {
        "labels": dict(entry.labels),
        "kind": entry.kind.value,
        "quick_within": entry.quick_within,
        "first_contact": entry.first_contact,
        "order": entry.order,
        "active": entry.active,
    }
    Category.objects.update_or_create(code=entry.code, defaults=values)
    audit.record(actor, events.CategorySaved(subject=("case_category", entry.code), after=values), now=now)


@action
def save_cause(*, actor: Actor, entry: CauseEntry, now: datetime) -> None:
    """Make or change a cause. Raises Invalid on `labels`."""
    authorize(actor, MANAGE)
    _check_labels(entry.labels)
    values = {"labels": dict(entry.labels), "order": entry.order, "active": entry.active}
    Cause.objects.update_or_create(code=entry.code, defaults=values)
    audit.record(actor, events.CauseSaved(subject=("case_cause", entry.code), after=values), now=now)


def _check_labels(labels: object) -> None:
    lacking = missing(labels) if isinstance(labels, dict) else ("zh-hans",)
    if lacking:
        raise Invalid.of("labels", "required", _("Give the name in every language."))
