"""The customer base in figures: owners, stages, enquiries, departments, decision chains."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.methods.intervals import wilson
from zhike.platform import clock
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Definition, FigureCard
from zhike.platform.ui.requests import require_actor
from zhike.record.customers import queries
from zhike.record.customers.policies import VIEW
from zhike.record.customers.queries import base
from zhike.record.customers.queries.stages import CONSUMERS
from zhike.record.customers.types import STAGE_LABELS, BaseFigure, CustomerKind, Label, Stage, StageFigures


@requires(VIEW)
def base_page(request: HttpRequest) -> HttpResponse:
    """Consumers only, unless the reader widens the view (CUST-03)."""
    actor = require_actor(request)
    widened = request.GET.get("kinds") == "all"
    stages = queries.stage_figures(actor=actor, kinds=tuple(CustomerKind) if widened else CONSUMERS)
    units = queries.department_figures(actor=actor)
    context = {
        "widened": widened,
        "cards": [_card(figure) for figure in queries.base_figures(actor=actor)],
        "departments": units.by_count.items(),
        "known": units.customers,
        "stages": _stage_rows(stages),
        "matrix": _matrix(stages),
        "stage_labels": [STAGE_LABELS[stage] for stage in Stage],
        "base": stages.base,
    }
    return render(request, "customers/figures.html", context)


NOW, EVER = _("as of now"), _("all enquiries so far")
OWNER = _("Company requirement: one responsible person")
ENQUIRIES = _("Company requirement: every enquiry on file")
UNITS = _("Company requirement: departments of a customer")
CHAIN = _("Company requirement: decision chain")


@dataclass(frozen=True, slots=True)
class Share:
    """How a share of the base is reckoned, where that is asked for, when it holds, and the list of its base."""

    label: Label
    formula: Label
    source: Label
    period: Label
    rows: str
    version: int = 1


SHARES: Mapping[str, Share] = {
    base.OWNED: Share(
        _("Customers with an active owner"),
        _("active customers with an active owner ÷ active customers"),
        OWNER,
        NOW,
        "customers:list",
    ),
    base.FILED: Share(
        _("Enquiries with a file"),
        _("enquiries with a prospect or customer file ÷ enquiries"),
        ENQUIRIES,
        EVER,
        "customers:enquiries",
    ),
    base.CONVERTED: Share(
        _("Enquiries that became a deal"),
        _("enquiries that became a deal ÷ enquiries"),
        ENQUIRIES,
        EVER,
        "customers:enquiries",
    ),
    base.REASONED: Share(
        _("Lost enquiries with a reason"),
        _("lost enquiries with a reason ÷ lost enquiries"),
        ENQUIRIES,
        EVER,
        "customers:enquiries",
    ),
    base.KNOWN: Share(
        _("Customers known to two units or more"),
        _("customers that two units or more deal with ÷ customers that any unit deals with"),
        UNITS,
        NOW,
        "customers:list",
    ),
    base.COVERED: Share(
        _("Decision-chain roles covered"),
        _("decision-chain roles with a live contact ÷ roles identified"),
        CHAIN,
        NOW,
        "customers:list",
    ),
}
NARROWED = {base.CONVERTED: "?state=won", base.REASONED: "?state=lost"}


def _card(figure: BaseFigure) -> FigureCard:
    share = SHARES[figure.id]
    interval = None
    if figure.base:
        low, high = wilson(figure.hits, figure.base)
        interval = (Decimal(str(float(low) * 100)), Decimal(str(float(high) * 100)))
    return FigureCard(
        label=share.label,
        value=None if figure.value is None else 100 * figure.value,
        unit="%",
        interval=interval,
        n=figure.base,
        as_of=clock.now(),
        definition=Definition(
            id=f"customers.{figure.id}",
            version=share.version,
            label=share.label,
            formula=share.formula,
            source=share.source,
        ),
        rows_url=reverse(share.rows) + NARROWED.get(figure.id, ""),
        period=share.period,
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


def _matrix(figures: StageFigures) -> list[tuple[Label, list[tuple[Label, int]]]]:
    """For each stage how many went into which other one."""
    return [
        (
            STAGE_LABELS[left],
            [(STAGE_LABELS[entered], figures.transitions.get((left.value, entered.value), 0)) for entered in Stage],
        )
        for left in Stage
    ]
