"""What came in, counted set-based from the raw answers: live while a campaign runs, and the same in its report."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Avg, Count, F, Func, IntegerField, Q

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.voice.surveys.models import Answer, Campaign, CampaignForm, Comment, Recipient
from zhike.voice.surveys.policies import form_scope, scope
from zhike.voice.surveys.queries.forms import form
from zhike.voice.surveys.types import (
    CampaignHead,
    CampaignResult,
    CampaignState,
    Disposition,
    FormResult,
    ItemCount,
    ItemView,
    Measure,
    Said,
    SplitCount,
    Trigger,
)

# By what the results of a campaign can be split: columns of the snapshot at the moment of asking.
SPLITS: Final = ("value_class", "industry", "region", "business_line", "service_mode", "outlet_id", "category")
MOST_COMMENTS: Final = 300


def campaign_result(*, actor: Actor, campaign_id: int) -> CampaignResult:
    """Counts of every question of every form. 5 queries and 3 a form; raises NotFound."""
    head = _head(actor, campaign_id)
    forms = list(CampaignForm.objects.filter(campaign_id=campaign_id).order_by("audience"))
    fates, sent = _fates(actor, campaign_id)
    counted = _counted(actor, campaign_id)
    found = []
    for one in forms:
        view = form(actor=actor, version_id=one.version_id)
        found.append(
            FormResult(
                form=view,
                audience=one.audience,
                fates=fates[one.audience],
                submitted=sent[one.audience],
                items=tuple(_item(item, counted.get((one.audience, item.id), {})) for item in view.items),
            )
        )
    return CampaignResult(head=head, forms=tuple(found))


def previous_wave(*, actor: Actor, campaign_id: int) -> int | None:
    """The wave before this one, if it is a wave and there was one: what its report compares with."""
    row = Campaign.objects.filter(form_scope(actor), pk=campaign_id).first()
    if row is None or row.trigger != Trigger.WAVE.value:
        return None
    before = Campaign.objects.filter(
        form_scope(actor), trigger=Trigger.WAVE.value, started_at__isnull=False, planned_on__lt=row.planned_on
    )
    return before.order_by("-planned_on", "-pk").values_list("pk", flat=True).first()


def split_counts(*, actor: Actor, campaign_id: int, by: str) -> list[SplitCount]:
    """Answers to the overall question by a column of the snapshot. Raises NotFound for another column."""
    if by not in SPLITS:
        raise NotFound
    rows = (
        _said(actor, campaign_id)
        .filter(item__measure=Measure.OVERALL.value, value__isnull=False)
        .values(f"recipient__{by}", "recipient__audience", "value")
        .annotate(n=Count("pk"))
    )
    found: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for row in rows:
        key = row[f"recipient__{by}"]
        found["" if key is None else str(key), row["recipient__audience"]][row["value"]] = row["n"]
    return [SplitCount(value=value, audience=kind, counts=counts) for (value, kind), counts in sorted(found.items())]


def valued_answers(*, actor: Actor, campaign_id: int) -> list[tuple[str, int, float | None]]:
    """(audience, answer to the overall question, value of the customer a year then), for the value-weighted rate."""
    rows = _said(actor, campaign_id).filter(item__measure=Measure.OVERALL.value, value__isnull=False)
    return [
        (audience, value, None if worth is None else float(worth))
        for audience, value, worth in rows.values_list("recipient__audience", "value", "recipient__annual_value")
    ]


def comments_of(*, actor: Actor, campaign_id: int) -> list[Said]:
    """The comments of a campaign, the strong ones first, then the newest; at most 300."""
    rows = (
        Comment.objects.filter(scope(actor), recipient__campaign_id=campaign_id)
        .exclude(answer__text="")
        .order_by("-strong", "-written_at", "-pk")
        .values_list(
            "pk",
            "answer__item__key",
            "recipient__audience",
            "answer__text",
            "strong",
            "deed",
            "case_id",
            "written_at",
        )[:MOST_COMMENTS]
    )
    return [Said(*row) for row in rows]


def comment_counts(*, actor: Actor, campaign_id: int) -> Mapping[str, int]:
    """How many comments there are by what was done with them; the empty key: nothing yet."""
    rows = Comment.objects.filter(scope(actor), recipient__campaign_id=campaign_id).values("deed")
    return {row["deed"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def _head(actor: Actor, campaign_id: int) -> CampaignHead:
    row = Campaign.objects.filter(form_scope(actor), pk=campaign_id).first()
    if row is None:
        raise NotFound
    plain = (
        "number name wave planned_on closes_on started_at closed_at reported_at purpose method causes measures effect"
        " recipients population zone"
    )
    return CampaignHead(
        id=row.pk,
        trigger=Trigger(row.trigger),
        state=CampaignState(row.state),
        **{name: getattr(row, name) for name in plain.split()},
    )


def _fates(actor: Actor, campaign_id: int) -> tuple[dict[str, dict[Disposition, int]], dict[str, int]]:
    """By audience: recipients by what became of them, and forms sent off."""
    fates: dict[str, dict[Disposition, int]] = defaultdict(dict)
    sent: dict[str, int] = defaultdict(int)
    rows = Recipient.objects.filter(scope(actor), campaign_id=campaign_id).values("audience", "disposition")
    for row in rows.annotate(n=Count("pk"), sent=Count("submitted_at")):
        fates[row["audience"]][Disposition(row["disposition"])] = row["n"]
        sent[row["audience"]] += row["sent"]
    return fates, sent


def _said(actor: Actor, campaign_id: int) -> "Any":  # noqa: ANN401 - a QuerySet of answers
    """Answers that were sent off."""
    return Answer.objects.filter(
        scope(actor, "recipient__"), recipient__campaign_id=campaign_id, recipient__submitted_at__isnull=False
    )


def _counted(actor: Actor, campaign_id: int) -> dict[tuple[str, int], dict[str, Any]]:
    """By audience and question: what was said how often."""
    found: dict[tuple[str, int], dict[str, Any]] = defaultdict(lambda: {"counts": {}})
    said = _said(actor, campaign_id)
    by = ("recipient__audience", "item_id")
    totals = said.values(*by).annotate(
        said=Count("pk", filter=Q(skipped=False)),
        skipped=Count("pk", filter=Q(skipped=True)),
        texts=Count("pk", filter=Q(text__gt="") | Q(redacted_at__isnull=False)),
        mean=Avg("amount"),
    )
    for row in totals:
        found[row["recipient__audience"], row["item_id"]] |= {
            "said": row["said"],
            "skipped": row["skipped"],
            "texts": row["texts"],
            "amount_mean": row["mean"],
        }
    for row in said.filter(value__isnull=False).values(*by, "value").annotate(n=Count("pk")):
        found[row["recipient__audience"], row["item_id"]]["counts"][row["value"]] = row["n"]
    picked = said.annotate(pick=Func(F("choices"), function="unnest", output_field=IntegerField()))
    for row in picked.values(*by, "pick").annotate(n=Count("pk")):
        found[row["recipient__audience"], row["item_id"]]["counts"][row["pick"]] = row["n"]
    return found


def _item(item: ItemView, counted: Mapping[str, Any]) -> ItemCount:
    return ItemCount(item=item, **counted)
