"""What people hold, so that nothing is orphaned when they leave."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, QuerySet, Value

from zhike.platform.actors import Actor
from zhike.record.organization.models import Staff
from zhike.record.organization.policies import staff_scope
from zhike.record.organization.types import Held, answered_keys, holdings

SHOWN = 50


def held_by(*, actor: Actor, staff_id: int, shown: int = SHOWN) -> list[Held]:
    """Everything that a person within reach holds, by kind; empty when nothing. One count, and one list a kind."""
    if not Staff.objects.filter(staff_scope(actor), pk=staff_id).exists():
        return []
    found = []
    totals = _totals([staff_id])
    for provider in holdings():
        if count := totals.get(provider.kind, 0):
            items = tuple(provider.items(staff_id=staff_id, limit=shown))
            found.append(Held(provider.kind, str(provider.label), count, items))
    return found


def held_by_inactive(*, actor: Actor) -> dict[str, int]:
    """By kind, what people hold who have left: CUST-09 wants nothing here."""
    gone: Sequence[int] = list(Staff.objects.filter(staff_scope(actor), active=False).values_list("pk", flat=True))
    if not gone:
        return {}
    return {kind: total for kind, total in _totals(gone).items() if total}


def _totals(staff_ids: Sequence[int]) -> dict[str, int]:
    """By kind, what these people hold together: one statement over the tables of all rooms."""
    totals: dict[str, int] = {}
    asked: list[QuerySet[Any, tuple[int, int]]] = []
    for provider in holdings():
        counts = provider.counts(staff_ids=staff_ids)
        if isinstance(counts, QuerySet):
            asked.append(counts.order_by().annotate(held_kind=Value(provider.kind)))
        else:
            totals[provider.kind] = sum(counts.values())
    rows: Iterable[Any] = asked[0].union(*asked[1:], all=True) if asked else ()
    for _staff_id, count, kind in rows:
        totals[kind] = totals.get(kind, 0) + count
    return totals


# zhike: allow query-actor -- it reads the models, no rows
def unanswered_keys() -> list[str]:
    """Foreign keys to Staff that no room answers for when somebody leaves; a check fails while there are any."""
    answered = answered_keys()
    keys = (
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Staff
    )
    return sorted(key for key in keys if key not in answered)
