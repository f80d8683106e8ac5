"""What several pages of agreements draw alike."""

from functools import partial

from django.http import HttpRequest, QueryDict

from zhike.platform.actors import Actor
from zhike.platform.ui import formpage
from zhike.record.customers.types import Label
from zhike.record.organization import queries as organization

form_page = partial(formpage.form_page, room="agreements")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even nothing at all; None where the form is only asked for."""
    return request.POST if request.method == "POST" else None


def staff_choices(actor: Actor) -> list[tuple[str, Label]]:
    """Active colleagues at a desk, by name."""
    rows = organization.staff_rows(actor=actor).active().filter(is_courier=False)
    return [(str(one.pk), f"{one.name} {one.unit.name}") for one in rows.order_by("name_pinyin", "pk")]
