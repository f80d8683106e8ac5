"""The customer base in figures: owners, stages, enquiries, departments, decision chains."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Definition, FigureCard
from zhike.platform.ui.requests import require_actor
from zhike.record.customers import queries
from zhike.record.customers.policies import VIEW
from zhike.record.customers.queries.stages import CONSUMERS
from zhike.record.customers.types import STAGE_LABELS, CustomerKind, Label, Stage, StageFigures


@requires(VIEW)
def base(request: HttpRequest) -> HttpResponse:
    """Consumers only, unless the reader widens the view (CUST-03)."""
    actor = require_actor(request)
    widened = request.GET.get("kinds") == "all"
    stages = queries.stage_figures(actor=actor, kinds=tuple(CustomerKind) if widened else CONSUMERS)
    owners = queries.owner_coverage(actor=actor)
    asked = queries.enquiry_figures(actor=actor)
    units = queries.department_figures(actor=actor)
    chain = queries.coverage_total(actor=actor)
    files, enquiries = reverse("customers:list"), reverse("customers:enquiries")
    lost = f"{enquiries}?state=lost"
    context = {
        "widened": widened,
        "cards": [
            _share("CUST-01", _("Customers with an active owner"), owners.with_active_owner, owners.active, files),
            _share("CUST-02", _("Enquiries that became a deal"), asked.won, asked.enquiries, f"{enquiries}?state=won"),
            _share(
                "CUST-02",
                _("Lost enquiries with a reason"),
                asked.lost_with_reason,
                asked.lost,
                lost,
            ),
            _share("CUST-06", _("Customers known to two units or more"), units.known_to_two, units.customers, files),
            _share("CUST-11", _("Decision-chain roles covered"), chain.covered, chain.identified, files),
        ],
        "stages": _stage_rows(stages),
        "matrix": _matrix(stages),
        "stage_labels": [STAGE_LABELS[stage] for stage in Stage],
        "base": stages.base,
    }
    return render(request, "customers/figures.html", context)


def _share(row: str, label: Label, part: int, whole: int, rows_url: str) -> FigureCard:
    return FigureCard(
        label=label,
        value=Decimal(100 * part) / Decimal(whole) if whole else None,
        unit="%",
        n=whole,
        definition=Definition(id=f"customers.{row.lower()}", version=1, label=label, formula=f"{part} ÷ {whole}"),
        rows_url=rows_url,
    )


def _stage_rows(figures: StageFigures) -> list[dict[str, Any]]:
    return [
        {
            "label": STAGE_LABELS[stage],
            "code": stage.value,
            "count": figures.counts.get(stage.value, 0),
            "days": figures.average_days.get(stage.value, (None, 0))[0],
            "stays": figures.average_days.get(stage.value, (None, 0))[1],
        }
        for stage in Stage
    ]


def _matrix(figures: StageFigures) -> list[tuple[Label, list[int]]]:
    return [
        (STAGE_LABELS[left], [figures.transitions.get((left.value, entered.value), 0) for entered in Stage])
        for left in Stage
    ]
