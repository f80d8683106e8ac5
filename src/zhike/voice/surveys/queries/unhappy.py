"""Who was dissatisfied when asked."""

from django.db.models import Q

from zhike.methods.scales import SCALES
from zhike.platform.actors import Actor
from zhike.voice.surveys.models import Recipient
from zhike.voice.surveys.policies import scope
from zhike.voice.surveys.queries.matrix import Span, within


def dissatisfied_customers(*, actor: Actor, span: Span) -> set[int]:
    """Customers of whom somebody gave an overall answer at the bottom of its scale, sent off within the span."""
    bottom = Q()
    for scale in SCALES.values():
        bottom |= Q(scale=scale.id, score__in=sorted(scale.dissatisfied))
    rows = Recipient.objects.filter(scope(actor), within(span), bottom, customer__isnull=False)
    return set(rows.values_list("customer_id", flat=True).distinct())
