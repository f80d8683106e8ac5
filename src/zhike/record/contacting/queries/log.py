"""Reading the contact log: lists, one record's notices, a customer's timeline, figures of withheld contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.record.contacting.models import Consent, ContactRecord
from zhike.record.contacting.policies import VIEW, scope
from zhike.record.contacting.types import (
    DELIVERY_LABELS,
    EVENT_LABELS,
    OUTCOME_LABELS,
    PURPOSE_LABELS,
    RULE_LABELS,
    ContactChannel,
    Delivery,
    EventKind,
    Outcome,
    Purpose,
    Rule,
)
from zhike.record.customers.types import Channel, Facet, TimelineCursor, TimelineEntry, cut_timeline

SOURCE = "contacting"
# The timeline speaks of ways of contact in the customer file's words.
TIMELINE_CHANNELS = {
    ContactChannel.EMAIL: Channel.MAIL,
    ContactChannel.SMS: Channel.SMS,
    ContactChannel.CALL: Channel.CALL,
    ContactChannel.VISIT: Channel.VISIT,
    ContactChannel.CHAT: Channel.CHAT,
}


@dataclass(frozen=True, slots=True)
class Blocked:
    """OUTR-04: how many contacts were asked for, and how many of them were withheld."""

    asked: int
    withheld: int
    by_rule: Mapping[Rule, int]

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.withheld) / self.asked if self.asked else None


def record_rows(*, actor: Actor) -> "QuerySet[ContactRecord]":
    """Entries within reach, for lists that filter, sort and page by themselves."""
    return ContactRecord.objects.filter(scope(actor)).select_related("customer", "contact", "staff")


def record(*, actor: Actor, record_id: int) -> ContactRecord:
    """One entry; raises NotFound."""
    found = record_rows(actor=actor).filter(pk=record_id).first()
    if found is None:
        raise NotFound
    return found


def records_of_contact(*, actor: Actor, contact_id: int, limit: int = 50) -> list[ContactRecord]:
    """The newest entries of one person."""
    return list(record_rows(actor=actor).filter(contact_id=contact_id).order_by("-at", "-pk")[:limit])


def records_about(*, actor: Actor, kind: str, ids: Sequence[str], limit: int = 50) -> list[ContactRecord]:
    """Entries about records of one kind, newest first. The caller has shown that the actor may see the records."""
    authorize(actor, VIEW)
    rows = ContactRecord.objects.filter(related_kind=kind, related_id__in=list(ids)).select_related("contact")
    return list(rows.order_by("-at", "-pk")[:limit])


def records_by_ref(*, actor: Actor, refs: Sequence[UUID]) -> dict[UUID, ContactRecord]:
    """Entries by the name that their message has, also before it has been let go."""
    authorize(actor, VIEW)
    return {row.ref: row for row in ContactRecord.objects.filter(ref__in=list(refs))} if refs else {}


def blocked(*, actor: Actor, begin: datetime, end: datetime) -> Blocked:
    """Contacts asked for in a period, withheld by rule (OUTR-04). One query."""
    rows = ContactRecord.objects.filter(scope(actor), asked_at__gte=begin, asked_at__lt=end)
    counts = list(rows.exclude(outcome=Outcome.MADE.value).values_list("outcome", "rule").annotate(n=Count("pk")))
    withheld = {Rule(rule): n for outcome, rule, n in counts if outcome == Outcome.DENY.value}
    return Blocked(asked=sum(n for *_names, n in counts), withheld=sum(withheld.values()), by_rule=withheld)


def opt_outs(*, actor: Actor, begin: datetime, end: datetime) -> tuple[int, int]:
    """People who got something refusable in a period, and those of them who refused within it (OUTR-04)."""
    authorize(actor, VIEW)
    reached = ContactRecord.objects.filter(scope(actor), counts=True, at__gte=begin, at__lt=end)
    people = reached.exclude(purpose=Purpose.TRANSACTIONAL.value).values("person").distinct()
    refused = people.filter(person__in=_refused(begin, end))
    return people.count(), refused.count()


def _refused(begin: datetime, end: datetime) -> "QuerySet[Consent, str]":
    rows = Consent.objects.filter(status="withdrawn", at__gte=begin, at__lt=end)
    return rows.values_list("person", flat=True)


def timeline(
    *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
) -> list[TimelineEntry]:
    """Messages to this customer and about its goods, and those withheld with the rule. One query.

    What people did by hand is left out: it stands in the timeline already, as they wrote it.
    """
    rows = ContactRecord.objects.filter(scope(actor), customer_id=customer_id).exclude(outcome=Outcome.MADE.value)
    if facet is Facet.OUTSIDE:
        rows = rows.filter(outcome=Outcome.ALLOW.value)
    rows = rows.select_related("contact", "staff")
    return [entry_of(row) for row in cut_timeline(rows, source=SOURCE, after=after, limit=limit, at="at")]


def entry_of(row: ContactRecord) -> TimelineEntry:
    """`row` with contact and staff loaded."""
    allowed = row.outcome == Outcome.ALLOW.value
    return TimelineEntry(
        at=row.at,
        source=SOURCE,
        key=row.pk,
        channel=TIMELINE_CHANNELS[ContactChannel(row.channel)].value,
        audience="customer" if allowed else "internal",
        zone=row.zone,
        direction="out",
        by=row.staff.name if row.staff else "",
        contact=row.contact.name if row.contact else "",
        contact_id=row.contact_id,
        subject=subject_of(row),
        redacted=row.redacted_at is not None,
    )


def subject_of(row: ContactRecord) -> str:
    """What it was about and what became of it, in the reader's words."""
    what = EVENT_LABELS[EventKind(row.event)] if row.event else PURPOSE_LABELS[Purpose(row.purpose)]
    state = DELIVERY_LABELS[Delivery(row.delivery)] if row.delivery else OUTCOME_LABELS[Outcome(row.outcome)]
    if not row.rule:
        return gettext("%(what)s: %(state)s") % {"what": what, "state": state}
    return gettext("%(what)s: %(state)s, %(rule)s") % {
        "what": what,
        "state": state,
        "rule": RULE_LABELS[Rule(row.rule)],
    }


def contact_counts(*, actor: Actor, customer_ids: Sequence[int]) -> dict[int, int]:
    """Messages that went to each of these customers, for groups. One query."""
    rows = ContactRecord.objects.filter(scope(actor), Q(outcome=Outcome.ALLOW.value), customer_id__in=customer_ids)
    return {pk: n for pk, n in rows.values_list("customer_id").annotate(n=Count("pk")).order_by() if pk is not None}


def log_page(
    *, actor: Actor, outcome: Outcome | None, related: tuple[str, str], before: int | None, limit: int
) -> list[ContactRecord]:
    """One page of the log by id, newest first, and one row more where there are older ones."""
    rows = record_rows(actor=actor)
    if outcome is not None:
        rows = rows.filter(outcome=outcome.value)
    if related[1]:
        rows = rows.filter(related_kind=related[0], related_id=related[1])
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: limit + 1])
