"""Answers of this room to the customer file and the organization."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.record.customers.types import (
    CustomerColumn,
    Facet,
    Label,
    TimelineCursor,
    TimelineEntry,
    register_customer_move,
    register_group_measure,
    register_personal_data,
    register_timeline,
)
from zhike.record.interactions import queries
from zhike.record.interactions.models import Interaction
from zhike.record.interactions.policies import VIEW
from zhike.record.organization.types import ScopeColumn, keep_as_history, register_unit_move


class Entries:
    name = queries.SOURCE
    facets = frozenset({Facet.OUTSIDE})

    def entries(
        self, *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
    ) -> Sequence[TimelineEntry]:
        return queries.own_entries(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=limit)


class ContactMeasure:
    code = "interactions"
    label: Label = _("Contacts with the customer")
    right = VIEW.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return dict(queries.contact_counts(actor=actor, customer_ids=customer_ids))


class Texts:
    """What was said with a person."""

    name = "interactions"

    def count(self, *, contact_ids: Sequence[int]) -> int:
        return Interaction.objects.filter(contact_id__in=contact_ids, redacted_at__isnull=True).count()

    def erase(self, *, contact_ids: Sequence[int], now: datetime) -> int:
        rows = Interaction.objects.filter(contact_id__in=contact_ids, redacted_at__isnull=True)
        return rows.update(subject="", body="", redacted_at=now)


register_timeline(Entries())
register_group_measure(ContactMeasure())
register_customer_move(CustomerColumn("interactions_interaction"), keys=["interactions.Interaction.customer"])
register_personal_data(Texts(), keys=["interactions.Interaction.contact"])
register_unit_move(ScopeColumn("interactions_interaction"))
keep_as_history("interactions.Interaction.staff")
