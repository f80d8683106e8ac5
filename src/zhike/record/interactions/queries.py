"""The timeline of a customer: this room's entries merged with those of every other room."""

import heapq
from collections.abc import Sequence

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.customers.types import Facet, TimelineCursor, TimelineEntry, timeline_sources
from zhike.record.interactions.models import Interaction
from zhike.record.interactions.policies import CORRECT, WRITE, scope
from zhike.record.interactions.types import Audience, Timeline

SOURCE = "interactions"
PAGE = 30
MOST = 200


def timeline(
    *,
    actor: Actor,
    customer_id: int,
    facet: Facet = Facet.ALL,
    after: TimelineCursor | None = None,
    limit: int = PAGE,
) -> Timeline:
    """Newest first. One or two queries a source, whatever the length of the timeline."""
    asked = min(max(limit, 1), MOST)
    found = [
        source.entries(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=asked + 1)
        for source in timeline_sources()
        if facet is Facet.ALL or facet in source.facets
    ]
    merged = list(heapq.merge(*found, key=lambda entry: entry.cursor, reverse=True))
    entries = tuple(merged[:asked])
    return Timeline(entries, entries[-1].cursor if len(merged) > asked else None)


def interaction_rows(*, actor: Actor) -> QuerySet[Interaction]:
    """Entries within reach, for lists that filter, sort and page by themselves."""
    return Interaction.objects.filter(scope(actor)).select_related("customer", "staff", "contact", "audience_unit")


def interaction(*, actor: Actor, interaction_id: int) -> Interaction:
    """One entry; raises NotFound."""
    found = interaction_rows(actor=actor).filter(pk=interaction_id).first()
    if found is None:
        raise NotFound
    return found


def own_entries(
    *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
) -> list[TimelineEntry]:
    """This room's part of a timeline. One query."""
    rows = Interaction.objects.filter(scope(actor), customer_id=customer_id)
    if facet is Facet.OUTSIDE:
        rows = rows.filter(audience=Audience.CUSTOMER.value)
    if after is not None:
        rows = rows.filter(after.q(SOURCE))
    rows = rows.select_related("staff", "contact", "audience_unit").order_by("-occurred_at", "-pk")
    return [entry_of(row, actor) for row in rows[:limit]]


def about(*, actor: Actor, kind: str, ids: Sequence[str], limit: int = PAGE) -> list[TimelineEntry]:
    """Entries about records of one kind, newest first."""
    rows = interaction_rows(actor=actor).filter(about_kind=kind, about_id__in=[str(pk) for pk in ids])
    return [entry_of(row, actor) for row in rows.order_by("-occurred_at", "-pk")[:limit]]


def contact_counts(*, actor: Actor, customer_ids: Sequence[int]) -> dict[int, int]:
    """Contacts with each of these customers, for groups. One query."""
    rows = Interaction.objects.filter(scope(actor), customer_id__in=customer_ids, audience=Audience.CUSTOMER.value)
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


def entry_of(row: Interaction, actor: Actor) -> TimelineEntry:
    """`row` with staff, contact and unit loaded."""
    own = row.staff_id is not None and row.staff_id == actor.staff_id and actor.has(WRITE.code)
    return TimelineEntry(
        at=row.occurred_at,
        source=SOURCE,
        key=row.pk,
        channel=row.channel,
        audience=row.audience,
        zone=row.zone,
        direction=row.direction,
        by=row.staff.name if row.staff else "",
        contact=row.contact.name if row.contact else "",
        contact_id=row.contact_id,
        unit=row.audience_unit.name if row.audience_unit else "",
        subject=gettext(row.message) % row.params if row.message else row.subject,
        body=row.body,
        struck=row.struck_at is not None,
        corrects=row.corrects_id,
        can_correct=row.struck_at is None and not row.message and (own or actor.has(CORRECT.code)),
        redacted=row.redacted_at is not None,
    )
