"""Life-cycle stages: one customer's way, and counts, stays and moves over many (CUST-14)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q

from zhike.platform.actors import Actor
from zhike.record.customers.models import Customer, StageChange
from zhike.record.customers.policies import scope
from zhike.record.customers.types import CustomerKind, StageFigures, StagePeriod

CONSUMERS = (CustomerKind.CONSUMER,)
DAY = timedelta(days=1)


def stages_of(*, actor: Actor, customer_id: int) -> list[StagePeriod]:
    """Every stage the customer has been in, the present one first."""
    rows = StageChange.objects.filter(scope(actor, "customer__"), customer_id=customer_id).select_related("staff")
    return [
        StagePeriod(row.to_stage, row.at, row.cause, row.staff.name if row.staff else "")
        for row in rows.order_by("-at", "-pk")
    ]


def stage_figures(
    *,
    actor: Actor,
    kinds: Collection[CustomerKind] = CONSUMERS,
    since: datetime | None = None,
    until: datetime | None = None,
) -> StageFigures:
    """How many stand where now; over the moves between `since` and `until`, how long stays were and where they led.

    Consumers only, unless the reader widens `kinds` (CUST-03). Three queries.
    """
    wanted = [kind.value for kind in kinds]
    files = Customer.objects.active().filter(scope(actor), kind__in=wanted)
    counts = dict(files.values_list("stage").annotate(n=Count("pk")).order_by("stage"))
    period = Q(at__gte=since) if since else Q()
    period &= Q(at__lt=until) if until else Q()
    moves = (
        StageChange.objects.filter(
            scope(actor, "customer__"), period, customer__kind__in=wanted, customer__merged_into__isnull=True
        )
        .exclude(from_stage="")
        .exclude(from_stage=F("to_stage"))
    )
    stay = ExpressionWrapper(F("at") - F("from_since"), output_field=DurationField())
    stays = moves.values_list("from_stage").annotate(n=Count("pk"), days=Avg(stay)).order_by("from_stage")
    matrix = moves.values_list("from_stage", "to_stage").annotate(n=Count("pk")).order_by("from_stage", "to_stage")
    return StageFigures(
        base=sum(counts.values()),
        counts=counts,
        average_days={stage: (_days(average), n) for stage, n, average in stays},
        transitions={(left, entered): n for left, entered, n in matrix},
    )


def _days(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1)) / Decimal(DAY // timedelta(microseconds=1))
