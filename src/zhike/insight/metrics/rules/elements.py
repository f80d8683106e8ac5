"""The four elements of service (METR-15): which figures make each, and how a figure becomes points."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import (
    ELEMENT_LABELS,
    Base,
    Component,
    Cut,
    Element,
    ElementScore,
    Figure,
    Points,
    Question,
    base_of,
    metric_of,
)
from zhike.platform.parameters import OWN_PRACTICE, Parameter

PICKUP_BEST = Parameter(
    key="metrics.element_pickup_best",
    label=_("Four elements: order to pick-up that is worth 100 points"),
    kind=timedelta,
    default=timedelta(hours=4),
    unit=_("hours"),
    source=OWN_PRACTICE,
    minimum=timedelta(0),
)
PICKUP_WORST = Parameter(
    key="metrics.element_pickup_worst",
    label=_("Four elements: order to pick-up that is worth no points"),
    kind=timedelta,
    default=timedelta(hours=48),
    unit=_("hours"),
    source=OWN_PRACTICE,
    minimum=timedelta(hours=1),
)
COMPLAINTS_WORST = Parameter(
    key="metrics.element_complaints_worst",
    label=_("Four elements: complaints per 1,000 shipments that are worth no points"),
    kind=Decimal,
    default=Decimal(50),
    unit="‰",
    source=OWN_PRACTICE,
    minimum=Decimal(1),
    maximum=Decimal(1000),
)
VERSION: Final = 1
SOURCE: Final = _("Company requirement: time, reliability, communication, convenience")
# What belongs to an element and is measured nowhere yet.
NOT_YET: Final[Mapping[Element, Sequence[Promise]]] = {
    Element.CONVENIENCE: (_("steps of the customer on our web page"), _("distance to the nearest service point")),
}
_OF_GOODS: Final[Mapping[Cut, str]] = {cut: cut.value for cut in Cut}
_NOT_BY_OUTLET: Final[Mapping[Cut, str]] = {cut: cut.value for cut in Cut if cut is not Cut.OUTLET}


def _made(element: Element, metric: str, best: Any, worst: Any, by: Mapping[Cut, str] | None = None) -> Component:  # noqa: ANN401 - a number or a parameter
    return Component(element=element, metric=metric, best=best, worst=worst, by=_OF_GOODS if by is None else by)


COMPONENTS: Final[tuple[Component, ...]] = (
    _made(Element.TIME, "delivery_pace", 100.0, 0.0),
    # Somebody else picks up than delivers.
    _made(Element.TIME, "pickup_time", PICKUP_BEST, PICKUP_WORST, _NOT_BY_OUTLET),
    _made(Element.RELIABILITY, "on_time", 100.0, 0.0),
    _made(Element.RELIABILITY, "intact", 100.0, 0.0),
    _made(Element.RELIABILITY, "complaints_per_thousand", 0.0, COMPLAINTS_WORST),
    _made(Element.COMMUNICATION, "case_first_response_kept", 100.0, 0.0),
    _made(Element.COMMUNICATION, "case_solution_kept", 100.0, 0.0),
    _made(
        Element.COMMUNICATION,
        "promise_kept",
        100.0,
        0.0,
        {Cut.CUSTOMER: "customer_id", Cut.OUTLET: "promise_unit_id"},
    ),
    _made(Element.COMMUNICATION, "case_task_kept", 100.0, 0.0, {Cut.OUTLET: "task_unit_id"}),
    _made(Element.COMMUNICATION, "delivery_reply", 100.0, 0.0),
    _made(Element.CONVENIENCE, "case_effort_index", 0.0, 100.0),
    _made(Element.CONVENIENCE, "case_fcr", 100.0, 0.0),
    _made(Element.CONVENIENCE, "courier_phone", 100.0, 0.0),
)


def components_of(cut: Cut) -> tuple[Component, ...]:
    """The figures that can be told by this cut."""
    return tuple(one for one in COMPONENTS if cut in one.by)


def absent_of(element: Element, cut: Cut) -> list[Promise | str]:
    """What belongs to the element and cannot be told by this cut, or nowhere yet."""
    other = [metric_of(one.metric).label for one in COMPONENTS if one.element is element and cut not in one.by]
    return [*other, *NOT_YET.get(element, ())]


def points_of(component: Component, figure: Figure, question: Question, ends: tuple[float, float]) -> Points:
    """A figure as points. `ends`: what is worth 100 and 0, in the unit of the figure."""
    if figure.value is None or figure.low is None or figure.high is None:
        return Points(component=component, figure=figure, question=question)
    low, high = sorted((worth(figure.low, ends), worth(figure.high, ends)))
    return Points(
        component=component,
        figure=figure,
        question=question,
        value=worth(figure.value, ends),
        low=low,
        high=high,
    )


def worth(value: float, ends: tuple[float, float]) -> float:
    """Points of a value: 100 at the first end and beyond it, 0 at the second and beyond, on a straight line between."""
    best, worst = ends
    if best == worst:
        return 100.0 if value == best else 0.0
    return 100.0 * min(1.0, max(0.0, (value - worst) / (best - worst)))


def score_of(element: Element, points: Sequence[Points]) -> ElementScore:
    """The mean of what has a base; where nothing has, withheld when there is something, else no data."""
    counted = [one for one in points if one.value is not None]
    if not counted:
        n = max((one.figure.n for one in points), default=0)
        base = Base.WITHHELD if n else Base.NONE
        return ElementScore(element=element, points=tuple(points), n=n, base=base)
    n = min(one.figure.n for one in counted)
    return ElementScore(
        element=element,
        points=tuple(points),
        n=n,
        base=base_of(n),
        value=_mean(counted, lambda one: one.value),
        low=_mean(counted, lambda one: one.low),
        high=_mean(counted, lambda one: one.high),
    )


def _mean(points: Sequence[Points], of: Callable[[Points], float | None]) -> float:
    return sum(of(one) or 0.0 for one in points) / len(points)


def ends_of(component: Component, values: Mapping[str, Any]) -> tuple[float, float]:
    """What is worth 100 and 0, with the parameters' `values` by key."""
    return _end(component.best, values), _end(component.worst, values)


def _end(end: float | Parameter[Any], values: Mapping[str, Any]) -> float:
    if not isinstance(end, Parameter):
        return end
    value = values[end.key]
    return value / timedelta(hours=1) if isinstance(value, timedelta) else float(value)


def parameters_of() -> tuple[Parameter[Any], ...]:
    """The limits that the company sets."""
    return tuple(end for one in COMPONENTS for end in (one.best, one.worst) if isinstance(end, Parameter))


def mapping_words(component: Component, ends: tuple[float, float]) -> str:
    """How the figure becomes points, in words."""
    metric = metric_of(component.metric)
    best, worst = ends
    if (best, worst) == (100.0, 0.0):
        return gettext("%(figure)s as it is") % {"figure": metric.label}
    values = {"figure": metric.label, "best": _number(best), "worst": _number(worst), "unit": metric.unit}
    if metric.unit:
        return gettext("%(figure)s, 100 at %(best)s and 0 at %(worst)s %(unit)s") % values
    return gettext("%(figure)s, 100 at %(best)s and 0 at %(worst)s") % values


def _number(value: float) -> str:
    return f"{value:g}"


def formula_of(element: Element, cut: Cut, ends: Mapping[str, tuple[float, float]]) -> str:
    """Which figures an element is the mean of by this cut, and how each becomes points."""
    parts = [mapping_words(one, ends[one.metric]) for one in components_of(cut) if one.element is element]
    return pgettext("element of service", "%(element)s: %(figures)s.") % {
        "element": ELEMENT_LABELS[element],
        "figures": pgettext("between figures", "; ").join(parts),
    }
