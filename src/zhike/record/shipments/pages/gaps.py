"""What the data of goods lack: courier phones, delivery replies, codes that nobody has explained, feeds and delays."""

from datetime import date, timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from zhike.methods.intervals import wilson
from zhike.platform import clock
from zhike.platform.authz import is_allowed
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Definition, FigureCard, Text
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.shipments import actions, queries
from zhike.record.shipments.forms.deeds import CodeForm
from zhike.record.shipments.pages._shared import form_page, posted
from zhike.record.shipments.policies import EXPLAIN_CODES, VIEW_SHIPMENTS
from zhike.record.shipments.queries import Narrow
from zhike.record.shipments.types.codes import IncidentReason, Status
from zhike.record.shipments.types.views import Share

navigation.register(
    NavItem(job=Job.GOODS, label=_("Data gaps"), url_name="shipments:gaps", right=VIEW_SHIPMENTS.code, order=50)
)
DAYS = 30


def _card(label: Text, share: Share, *, id: str, formula: Text, source: Text, rows: str) -> FigureCard:
    value = None if share.value is None else share.value * 100
    interval = None
    if share.base:
        low, high = wilson(share.hits, share.base)
        interval = (Decimal(str(float(low) * 100)), Decimal(str(float(high) * 100)))
    return FigureCard(
        label=label,
        value=value,
        unit="%",
        interval=interval,
        n=share.base,
        missing=share.missing or None,
        as_of=clock.now(),
        period=_("last 30 days"),
        definition=Definition(id=id, version=1, formula=formula, source=source),
        rows_url=f"{reverse('shipments:list')}?{rows}",
    )


def _days(key: str, first: date, last: date) -> str:
    """The list's own filter for these days: it counts exactly the base of the figure."""
    return f"{key}_from={first}&{key}_to={last}"


@requires(VIEW_SHIPMENTS)
def gaps(request: HttpRequest) -> HttpResponseBase:
    actor, now = require_actor(request), clock.now()
    today = clock.local_date(now, actor.zone)
    first = today - timedelta(days=DAYS - 1)
    found = queries.reliability(
        actor=actor,
        narrow=Narrow(
            begin=clock.day_start(first, actor.zone), end=clock.day_start(today + timedelta(days=1), actor.zone)
        ),
    )
    may_explain = is_allowed(actor, EXPLAIN_CODES)
    cards = [
        _card(
            _("Deliveries with courier phone"),
            found.phoned,
            id="shipments.courier_phone",
            formula=_("deliveries with courier phone ÷ deliveries out"),
            source=_("Company requirement: who answers for each leg"),
            rows=_days("out", first, today),
        ),
        _card(
            _("Deliveries with reply"),
            found.replied,
            id="shipments.delivery_reply",
            formula=_("deliveries with reply ÷ deliveries"),
            source=_("Company requirement: delivery replies"),
            rows=_days("delivered", first, today),
        ),
        _card(
            _("Delivered on time"),
            found.on_time,
            id="shipments.on_time",
            formula=_("delivered no later than the promised day ÷ delivered with a promise"),
            source=_("Company requirement: reliability"),
            rows=f"{_days('delivered', first, today)}&judged=1",
        ),
    ]
    context = {
        "cards": cards,
        "feeds": queries.feeds(actor=actor, now=now),
        "codes": queries.unknown_codes(actor=actor) if may_explain else [],
        "may_explain": may_explain,
    }
    return render(request, "shipments/gaps.html", context)


@requires(EXPLAIN_CODES)
def explain(request: HttpRequest, code_id: int) -> HttpResponseBase:
    """Say what a code means; the events that came with it follow."""
    actor = require_actor(request)
    line = next((one for one in queries.unknown_codes(actor=actor) if one.id == code_id), None)
    if line is None:
        raise NotFound
    form = CodeForm(posted(request))
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["incident_reason"]
        applied = actions.explain_code(
            actor=actor,
            vocabulary=line.vocabulary,
            code=line.code,
            status=Status(form.cleaned_data["status"]),
            incident_reason=IncidentReason(reason) if reason else None,
            origin=form.cleaned_data["origin"],
            now=clock.now(),
        )
        text = ngettext("%(count)s event now counts.", "%(count)s events now count.", applied) % {"count": applied}
        toast(request, text)
        return HttpResponseRedirect(reverse("shipments:gaps"))
    return form_page(
        request,
        form,
        title=filled(_("What does %(code)s mean?"), {"code": line.code}),
        submit=_("Save the meaning"),
        crumbs=[Crumb(gettext("Data gaps"), reverse("shipments:gaps"))],
        back=reverse("shipments:gaps"),
        note=f"{line.vocabulary} · {line.code} · {line.sample_text}",
    )
