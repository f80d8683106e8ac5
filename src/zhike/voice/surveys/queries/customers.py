"""What a customer's page shows of surveys: the last answers, what is open with them, and their line in the timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext

from zhike.methods.scales import SCALES
from zhike.platform.actors import Actor
from zhike.record.customers.types import Facet, TimelineCursor, TimelineEntry, cut_timeline
from zhike.voice.surveys.models import Answer, FollowUp, Recipient
from zhike.voice.surveys.policies import scope
from zhike.voice.surveys.queries.following import TO_DO
from zhike.voice.surveys.types import DISPOSITION_LABELS, Disposition

SOURCE = "surveys"
SHOWN = 30
# What became of somebody and is worth a line; who was invited stands in the log of contacts.
_HEARD = [one.value for one in (Disposition.ANSWERED, Disposition.REFUSED, Disposition.UNSCORED, Disposition.COMPLAINT)]


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient of the customer with their follow-up, as the tab shows it."""

    recipient: Recipient
    score: str
    follow_up: FollowUp | None


def score_words(recipient: Recipient) -> str:
    """A score with the end of its scale; empty without one."""
    if recipient.score is None:
        return ""
    known = SCALES.get(recipient.scale)
    return f"{recipient.score} / {known.max}" if known else str(recipient.score)


def lines_of(*, actor: Actor, customer_id: int) -> list[Line]:
    """Whom of the customer surveys asked, the newest first, with their follow-ups. Two queries."""
    rows = Recipient.objects.filter(scope(actor), customer_id=customer_id)
    found = list(rows.select_related("campaign", "contact", "shipment").order_by("-planned_at", "-pk")[:SHOWN])
    follow_ups = {
        one.recipient_id: one
        for one in FollowUp.objects.filter(recipient_id__in=[row.pk for row in found]).select_related("owner")
    }
    return [Line(row, score_words(row), follow_ups.get(row.pk)) for row in found]


def now_of(*, actor: Actor, customer_id: int) -> FollowUp | None:
    """The open follow-up of the customer whose time ends first. One query."""
    rows = FollowUp.objects.filter(TO_DO, scope(actor), recipient__customer_id=customer_id)
    return rows.select_related("recipient").order_by("due_at", "pk").first()


def last_score(*, actor: Actor, customer_id: int) -> Recipient | None:
    """The newest overall score of the customer. One query."""
    rows = Recipient.objects.filter(scope(actor), customer_id=customer_id, score__isnull=False)
    return rows.select_related("campaign").order_by("-submitted_at", "-pk").first()


def answer_counts(*, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
    """Answers of each of these customers, for groups (CUST-20). One query."""
    rows = Recipient.objects.filter(scope(actor), customer_id__in=customer_ids, disposition=Disposition.ANSWERED.value)
    found = rows.values_list("customer_id").annotate(n=Count("pk")).order_by()
    return {pk: n for pk, n in found if pk is not None}


def timeline(
    *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
) -> list[TimelineEntry]:
    """Answers and refusals. One query; the words are read where they stand, so that an erasure empties them here."""
    if facet not in {Facet.ALL, Facet.OUTSIDE}:
        return []
    rows = Recipient.objects.filter(scope(actor), customer_id=customer_id, disposition__in=_HEARD)
    answers = Answer.objects.filter(recipient_id=OuterRef("pk"))
    timed = rows.annotate(
        heard_at=Coalesce("submitted_at", "received_at", "invited_at", "planned_at"),
        words=ArraySubquery(answers.exclude(text="").order_by("pk").values("text")),
        emptied=Exists(answers.filter(redacted_at__isnull=False)),
    ).select_related("campaign", "contact", "shipment")
    return [_entry(row) for row in cut_timeline(timed, source=SOURCE, after=after, limit=limit, at="heard_at")]


def _entry(row: Recipient) -> TimelineEntry:
    words: Sequence[str] = vars(row)["words"]
    waybill = row.shipment.waybill if row.shipment else ""
    outcome = str(DISPOSITION_LABELS[row.disposition])
    score = score_words(row)
    if score:
        outcome = gettext("Score %(score)s") % {"score": score}
    return TimelineEntry(
        at=row.submitted_at or row.received_at or row.invited_at or row.planned_at,
        source=SOURCE,
        key=row.pk,
        channel="survey",
        audience="customer",
        zone=row.zone,
        direction="in",
        by=pgettext("timeline", "survey"),
        contact=row.contact.name if row.contact else "",
        contact_id=row.contact_id,
        subject=" ".join(part for part in (outcome, row.campaign.name, waybill) if part),
        body="\n".join(words),
        number=row.campaign.number,
        url=_campaign_url(row),
        redacted=vars(row)["emptied"] and not words,
    )


def _campaign_url(row: Recipient) -> str:
    try:
        return reverse("surveys:campaign", args=[row.campaign.number])
    except NoReverseMatch:
        return ""
