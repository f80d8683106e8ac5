"""What reports show on the pages of lower rooms: the four elements of a customer and of an outlet (METR-15)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.types import Cut
from zhike.platform.actors import Actor
from zhike.record.customers.types import CardPlace, Label, register_card
from zhike.record.organization.types import register_unit_card


class ElementsOfCustomer:
    code = "four_elements"
    label: Label = _("Four elements")
    place = CardPlace.STANDING
    right = VIEW_FIGURES.code
    order = 80
    template = "reports/element_place.html"

    def context(
        self,
        *,
        actor: Actor,  # noqa: ARG002 - the protocol's signature
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        return {"url": reverse("reports:element_card", args=[Cut.CUSTOMER.value, customer_id])}


class ElementsOfOutlet:
    code = "four_elements"
    right = VIEW_FIGURES.code
    order = 10

    def url(self, *, unit_id: int, is_point: bool) -> str | None:
        return reverse("reports:element_card", args=[Cut.OUTLET.value, unit_id]) if is_point else None


register_card(ElementsOfCustomer())
register_unit_card(ElementsOfOutlet())
