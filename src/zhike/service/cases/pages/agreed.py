"""What the next version of an agreement would do to open clocks: a fragment of the page that writes it (AGRE-02)."""

from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext

from zhike.platform import clock
from zhike.platform.errors import Forbidden, NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.policies import CHANGE_OTHERS, EDIT
from zhike.record.agreements.types import CarriedEntry
from zhike.service.cases import queries


@requires(EDIT)
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """`from` is the version's first day, each `carry` a standard: its number, or number, colon and own figure."""
    actor, now = require_actor(request), clock.now()
    row = agreements.get_agreement(actor=actor, number=number)
    if not agreements.may_change(actor=actor, row=row):
        raise Forbidden(right=CHANGE_OTHERS.code, subject=("agreement", str(row.pk)))
    try:
        day = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        raise NotFound from None
    carried = [_carried(one) for one in request.GET.getlist("carry")[:100]]
    revised = agreements.revision_of(actor=actor, row=row, carried=carried, day=day)
    found = queries.preview_agreement(actor=actor, revised=revised, now=now)
    context = {
        "preview": found,
        "least": pgettext("number", "at least") if found.more else "",
        "later": day > clock.local_date(now, row.customer.zone),
        "agreed": True,
    }
    return render(request, "cases/target_preview.html", context)


def _carried(said: str) -> CarriedEntry:
    code, _colon, figure = said.partition(":")
    number = None
    with suppress(InvalidOperation):
        number = Decimal(figure) if figure else None
    return CarriedEntry(standard=code[:40], number=number if number and number.is_finite() and number > 0 else None)
