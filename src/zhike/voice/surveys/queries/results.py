"""What came in, counted set-based from the raw answers: live while a campaign runs, and the same in its report."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.voice.surveys.models import Answer, Campaign, CampaignForm, Comment, Item, Recipient
from zhike.voice.surveys.policies import form_scope, scope
from zhike.voice.surveys.queries.forms import forms_of
from zhike.voice.surveys.types import (
    CALL_LENGTH_ENDS,
    CallLength,
    CampaignHead,
    CampaignResult,
    CampaignState,
    Disposition,
    FormResult,
    ItemCount,
    Measure,
    Said,
    SplitCount,
    Trigger,
)

# By what the results of a campaign can be split: columns of the snapshot at the moment of asking.
SPLITS: Final = (
    *("value_class", "industry", "region", "business_line", "service_mode", "outlet_id", "category"),
    *("staff_id", "call_length"),
)
MOST_COMMENTS: Final = 300


def campaign_results(*, actor: Actor, campaign_id: int) -> tuple[CampaignResult, CampaignResult | None]:
    """Counts of every question of every form, and the same of the wave before, if there was one.

    Seven queries, whatever the number of forms; raises NotFound.
    """
    rows = _with_wave_before(actor, campaign_id)
    if not rows:
        raise NotFound
    ids = [one.pk for one in rows]
    carried = list(CampaignForm.objects.filter(campaign_id__in=ids).order_by("audience"))
    views = forms_of(actor=actor, version_ids={one.version_id for one in carried})
    fates, sent = _fates(actor, ids)
    counted = _counted(actor, ids)
    found = [
        CampaignResult(
            head=_head(one),
            forms=tuple(
                FormResult(
                    form=views[form.version_id],
                    audience=form.audience,
                    fates=fates[one.pk, form.audience],
                    submitted=sent[one.pk, form.audience],
                    items=tuple(
                        ItemCount(item=item, **counted.get((one.pk, form.audience, item.id), {}))
                        for item in views[form.version_id].items
                    ),
                )
                for form in carried
                if form.campaign_id == one.pk and form.version_id in views
            ),
        )
        for one in rows
    ]
    return found[0], found[1] if len(found) > 1 else None


def _with_wave_before(actor: Actor, campaign_id: int) -> list[Campaign]:
    """The campaign and, where it is a wave, the one before, with which its report compares. One query."""
    seen = Campaign.objects.filter(form_scope(actor))
    this = Campaign.objects.filter(pk=campaign_id, trigger=Trigger.WAVE.value)
    before = seen.filter(
        trigger=Trigger.WAVE.value, started_at__isnull=False, planned_on__lt=Subquery(this.values("planned_on")[:1])
    )
    wanted = Q(pk=campaign_id) | Q(pk__in=before.order_by("-planned_on", "-pk").values("pk")[:1])
    rows = sorted(seen.filter(wanted), key=lambda row: row.pk != campaign_id)
    return rows if rows and rows[0].pk == campaign_id else []


def split_counts(*, actor: Actor, campaign_id: int, by: Sequence[str]) -> dict[str, list[SplitCount]]:
    """Answers to the overall question by each of these columns of the snapshot, in one query.

    Raises NotFound for a column that is none.
    """
    if not set(by) <= set(SPLITS):
        raise NotFound
    columns = ["call_length" if one == "call_length" else f"recipient__{one}" for one in by]
    rows = (
        _said(actor, [campaign_id])
        .filter(item__measure=Measure.OVERALL.value, value__isnull=False)
        .annotate(call_length=_BAND)
        .values(*columns, "recipient__audience", "value")
        .annotate(n=Count("pk"))
    )
    found: dict[str, dict[tuple[str, str], Counter[int]]] = {one: defaultdict(Counter) for one in by}
    for row in rows:
        for one, column in zip(by, columns, strict=True):
            key = "" if row[column] is None else str(row[column])
            found[one][key, row["recipient__audience"]][row["value"]] += row["n"]
    return {
        one: [SplitCount(value=value, audience=kind, counts=counts) for (value, kind), counts in sorted(by_key.items())]
        for one, by_key in found.items()
    }


_BAND: Final = Case(
    *(When(recipient__duration__lt=end, then=Value(band.value)) for band, end in CALL_LENGTH_ENDS.items()),
    When(recipient__duration__isnull=False, then=Value(CallLength.OVER_10.value)),
    default=Value(CallLength.NONE.value),
)


def trigger_of(*, actor: Actor, campaign_id: int) -> Trigger:
    """What makes this campaign ask; raises NotFound."""
    found = Campaign.objects.filter(form_scope(actor), pk=campaign_id).values_list("trigger", flat=True).first()
    if found is None:
        raise NotFound
    return Trigger(found)


def timed_answers(*, actor: Actor, campaign_id: int) -> list[tuple[str, int, int | None]]:
    """(audience, answer to the overall question, seconds that the call lasted or None) of everybody who answered."""
    rows = _said(actor, [campaign_id]).filter(item__measure=Measure.OVERALL.value, value__isnull=False)
    return [
        (audience, value, seconds)
        for audience, value, seconds in rows.values_list("recipient__audience", "value", "recipient__duration")
        if value is not None
    ]


def overall_scales(*, actor: Actor, campaign_id: int) -> dict[str, str]:
    """By audience, the scale on which its form asks for the overall answer. One query."""
    rows = CampaignForm.objects.filter(campaign__in=Campaign.objects.filter(form_scope(actor), pk=campaign_id))
    overall = Item.objects.filter(version=OuterRef("version"), measure=Measure.OVERALL.value).values("scale")
    found = rows.annotate(scale=Subquery(overall[:1])).values_list("audience", "scale")
    return {audience: scale for audience, scale in found if scale}


def valued_answers(*, actor: Actor, campaign_id: int) -> list[tuple[str, int, float | None]]:
    """(audience, answer to the overall question, value of the customer a year then), for the value-weighted rate."""
    rows = _said(actor, [campaign_id]).filter(item__measure=Measure.OVERALL.value, value__isnull=False)
    return [
        (audience, value, None if worth is None else float(worth))
        for audience, value, worth in rows.values_list("recipient__audience", "value", "recipient__annual_value")
        if value is not None
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


def _head(row: Campaign) -> CampaignHead:
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


def _fates(
    actor: Actor, ids: Sequence[int]
) -> tuple[dict[tuple[int, str], dict[Disposition, int]], dict[tuple[int, str], int]]:
    """By campaign and audience: recipients by what became of them, and forms sent off."""
    fates: dict[tuple[int, str], dict[Disposition, int]] = defaultdict(dict)
    sent: dict[tuple[int, str], int] = defaultdict(int)
    rows = Recipient.objects.filter(scope(actor), campaign_id__in=ids)
    counted = rows.values("campaign_id", "audience", "disposition").annotate(n=Count("pk"), sent=Count("submitted_at"))
    for row in counted:
        key = row["campaign_id"], row["audience"]
        fates[key][Disposition(row["disposition"])] = row["n"]
        sent[key] += row["sent"]
    return fates, sent


def _said(actor: Actor, ids: Sequence[int]) -> "QuerySet[Answer]":
    """Answers that were sent off."""
    return Answer.objects.filter(
        scope(actor, "recipient__"), recipient__campaign_id__in=ids, recipient__submitted_at__isnull=False
    )


def _counted(actor: Actor, ids: Sequence[int]) -> dict[tuple[int, str, int], dict[str, Any]]:
    """By campaign, audience and question: what was said how often. Two queries."""
    found: dict[tuple[int, str, int], dict[str, Any]] = defaultdict(
        lambda: {"counts": {}, "said": 0, "skipped": 0, "texts": 0}
    )
    amounts: dict[tuple[int, str, int], list[tuple[Decimal, int]]] = defaultdict(list)
    said = _said(actor, ids)
    by = ("recipient__campaign_id", "recipient__audience", "item_id")
    rows = said.values(*by, "value", "skipped").annotate(
        n=Count("pk"),
        texts=Count("pk", filter=Q(text__gt="") | Q(redacted_at__isnull=False)),
        amounts=Count("amount"),
        amount=Sum("amount"),
    )
    for row in rows:
        key = tuple(row[one] for one in by)
        own = found[key]
        own["skipped" if row["skipped"] else "said"] += row["n"]
        own["texts"] += row["texts"]
        if row["value"] is not None:
            own["counts"][row["value"]] = row["n"]
        if row["amounts"]:
            amounts[key].append((row["amount"], row["amounts"]))
    for key, parts in amounts.items():
        found[key]["amount_mean"] = sum((total for total, _n in parts), Decimal()) / sum(n for _total, n in parts)
    picked = said.annotate(pick=Func(F("choices"), function="unnest", output_field=IntegerField()))
    for row in picked.values(*by, "pick").annotate(n=Count("pk")):
        found[tuple(row[one] for one in by)]["counts"][row["pick"]] = row["n"]
    return found
