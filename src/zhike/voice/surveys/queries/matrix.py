"""Answers side by side, one line a person: what an analysis of drivers reads."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, ExpressionWrapper, F, FloatField, Max, Q, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Extract

from zhike.methods.scales import SCALES, Kind
from zhike.platform.actors import Actor
from zhike.voice.surveys.models import Answer, Item, Questionnaire, Recipient
from zhike.voice.surveys.policies import form_scope, scope
from zhike.voice.surveys.types import GoodsFact, Matrix, Measure, ScoredForm

# Rows beyond these would be read for minutes; the newest stand for the rest, and the page says so.
MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, as the zone has them; None: open."""

    since: date | None
    until: date | None
    zone: str


def scored_forms(*, actor: Actor) -> list[ScoredForm]:
    """Forms that ask for overall satisfaction and have been answered, most answered first."""
    overall = dict(
        Item.objects.filter(measure=Measure.OVERALL.value)
        .order_by("version__questionnaire_id", "version__number")
        .values_list("version__questionnaire_id", "scale")
    )
    counts = dict(
        Recipient.objects.filter(scope(actor), submitted_at__isnull=False, score__isnull=False)
        .values_list("version__questionnaire_id")
        .annotate(n=Count("pk"))
    )
    rows = Questionnaire.objects.filter(form_scope(actor), pk__in=overall)
    found = [
        ScoredForm(
            code=row.code, audience=row.audience, names=row.names, scale=overall[row.pk], n=counts.get(row.pk, 0)
        )
        for row in rows
    ]
    return sorted((one for one in found if one.n), key=lambda one: (-one.n, one.code))


def item_matrix(*, actor: Actor, code: str, span: Span) -> Matrix:
    """The overall answer and those to every other scale question of the same form, by key; None: not answered.

    Two queries. Questions that only some versions of the form ask are empty for the others.
    """
    items: dict[str, Item] = {}
    for item in Item.objects.filter(version__questionnaire__code=code).exclude(scale="").order_by("-version__number"):
        items.setdefault(item.key, item)
    overall = next((one for one in items.values() if one.measure == Measure.OVERALL.value), None)
    if overall is None:
        return Matrix(keys=(), labels={}, scales={}, scale="", rows=())
    keys = [one.key for one in sorted(items.values(), key=lambda one: one.order) if _is_matter(one)]
    said = Answer.objects.filter(
        _answered(scope(actor, "recipient__"), code, overall.scale, span, "recipient__"), item__key__in=keys
    )
    columns = {f"k{at}": Max("value", filter=Q(item__key=key)) for at, key in enumerate(keys)}
    rows = (
        said.values("recipient_id")
        .annotate(y=Max("recipient__score"), **columns)
        .order_by("-recipient_id")
        .values_list("y", *columns)[:MOST_ROWS]
    )
    return Matrix(
        keys=tuple(keys),
        labels={key: items[key].texts for key in keys},
        scales={key: items[key].scale for key in keys},
        scale=overall.scale,
        rows=tuple(rows),
    )


def _is_matter(item: Item) -> bool:
    """What somebody is satisfied with; yes and no only lead to other questions."""
    return not item.measure and SCALES[item.scale].kind is Kind.SATISFACTION


def goods_matrix(*, actor: Actor, code: str, scale: str, span: Span) -> Matrix:
    """The overall answer and what happened to the goods that it speaks about, by `GoodsFact`. One query."""
    seconds_of_day = 86_400.0
    rows: QuerySet[Recipient] = Recipient.objects.filter(
        _answered(scope(actor), code, scale, span), shipment__isnull=False
    )

    def flag(condition: Q) -> Case:
        return Case(When(condition, then=Value(1.0)), default=Value(0.0), output_field=FloatField())

    def days(end: str, start: str) -> "ExpressionWrapper[CombinedExpression]":
        span_of = Extract(F(end) - F(start), "epoch")
        return ExpressionWrapper(Cast(span_of, FloatField()) / seconds_of_day, output_field=FloatField())

    columns = {
        GoodsFact.LATE: flag(Q(shipment__is_late=True, shipment__delivered_at__isnull=False)),
        GoodsFact.UNDELIVERED: flag(Q(shipment__delivered_at__isnull=True)),
        GoodsFact.DAMAGED: flag(Q(shipment__is_damaged=True)),
        GoodsFact.LOST: flag(Q(shipment__is_lost=True)),
        GoodsFact.SHORT: flag(Q(shipment__is_short=True)),
        GoodsFact.PROMISED_DAYS: days("shipment__promised_delivery_at", "shipment__ordered_at"),
        GoodsFact.PIECES: Cast(F("shipment__pieces"), FloatField()),
    }
    named = {f"g_{key.value}": expression for key, expression in columns.items()}
    found = rows.annotate(**named).order_by("-pk").values_list("score", *named)[:MOST_ROWS]
    return Matrix(keys=tuple(columns), labels={}, scales={}, scale=scale, rows=tuple(found))


def _answered(seen: Q, code: str, scale: str, span: Span, prefix: str = "") -> Q:
    wanted = seen & Q(
        **{
            f"{prefix}version__questionnaire__code": code,
            f"{prefix}submitted_at__isnull": False,
            f"{prefix}scale": scale,
            f"{prefix}score__isnull": False,
        }
    )
    return wanted & within(span, prefix)


def within(span: Span, prefix: str = "") -> Q:
    """Sent off within these days."""
    zone = ZoneInfo(span.zone)
    wanted = Q(**{f"{prefix}submitted_at__isnull": False})
    if span.since is not None:
        wanted &= Q(**{f"{prefix}submitted_at__gte": datetime.combine(span.since, time.min, zone)})
    if span.until is not None:
        wanted &= Q(**{f"{prefix}submitted_at__lte": datetime.combine(span.until, time.max, zone)})
    return wanted
