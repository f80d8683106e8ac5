"""The watch list: one tab a reason, each entry can be put aside with a reason (SHIP-08)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock, phones
from zhike.platform.db.ids import id_of
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Empty, EmptyKind, Tab
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Choice, Column, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.shipments import actions, queries
from zhike.record.shipments.forms.deeds import WatchForm
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.pages._shared import (
    Holder,
    Row,
    courier_cell,
    form_page,
    held_rows,
    holder_cell,
    page_url,
    posted,
    promised_cell,
    state_status,
)
from zhike.record.shipments.policies import ACKNOWLEDGE_WATCH, VIEW_SHIPMENTS
from zhike.record.shipments.types.codes import LINE_LABELS, WATCH_LABELS, BusinessLine, WatchKind

navigation.register(
    NavItem(job=Job.GOODS, label=_("Watch list"), url_name="shipments:watch", right=VIEW_SHIPMENTS.code, order=20)
)
SINCE = {
    WatchKind.OVERDUE: _("Promise passed"),
    WatchKind.SILENT: _("Last sign"),
    WatchKind.NO_REPLY: _("Delivered"),
    WatchKind.NO_PHONE: _("Out since"),
}


def _spoken(holder: Holder | None) -> str:
    return _named(holder.name, holder.phone) if holder else ""


def _named(name: str, phone: str) -> str:
    """As the page writes it: a work phone that can be dialled, never the stored form."""
    return f"{name} {phones.display(phone) if phone else ''}".strip()


def _table(kind: WatchKind) -> Table:
    since = queries.SORTS[kind]
    return Table(
        key=f"shipments.watch_{kind.value}",
        title=_("Watch list"),
        sort=since,
        columns=(
            Column(
                "waybill", _("Waybill"), Kind.WAYBILL, value="shipment.waybill", url=lambda row: page_url(row.shipment)
            ),
            Column("customer", _("Customer"), lines=2),
            Column("consignee", _("Consignee")),
            Column("city", _("City")),
            Column("status", _("Status"), Kind.STATUS, value=lambda row: state_status(row.shipment.status)),
            Column("promised", _("Promised"), Kind.MARKUP, value=promised_cell, plain=lambda row: row.promised_on),
            Column(since, SINCE[kind], Kind.AGO, value=f"shipment.{since}", sort=since, zone="shipment.zone"),
            Column("holder", _("Holds it now"), Kind.MARKUP, value=holder_cell, plain=lambda row: _spoken(row.holder)),
            Column(
                "courier",
                _("Courier"),
                Kind.MARKUP,
                value=courier_cell,
                plain=lambda row: _named(row.shipment.courier_name, row.shipment.courier_phone),
            ),
            Column("place", _("Last place"), value="shipment.last_place", shown=False),
            Column(
                "line",
                _("Business line"),
                value=lambda row: LINE_LABELS[BusinessLine(row.shipment.business_line)],
                shown=False,
            ),
        ),
        filters=(
            Choice(
                key="line",
                label=_("Business line"),
                options=[(str(code), label) for code, label in LINE_LABELS.items()],
                field="business_line",
            ),
        ),
        row_url=lambda row: page_url(row.shipment),
        row_severity=lambda row: row.severity,
        empty=Empty(
            kind=EmptyKind.NOTHING_DUE,
            title=_("Nothing to watch here"),
            text=_("Goods move as promised. Look at the other tabs."),
        ),
    )


TABLES = {kind: _table(kind) for kind in WatchKind}


@requires(VIEW_SHIPMENTS)
def watch_list(request: HttpRequest) -> HttpResponseBase:
    actor, now = require_actor(request), clock.now()
    kind = _kind(request.GET.get("tab", WatchKind.OVERDUE.value))
    resting = request.GET.get("resting") == "1"
    counts = queries.watch_counts(actor=actor, now=now)
    rows = queries.watch_rows(actor=actor, kind=kind, now=now, resting=resting)

    def decorate(found: Sequence[Any]) -> list[Row]:
        return held_rows(actor, now, found)

    here = reverse("shipments:watch")
    context = {
        "tabs": [
            Tab(
                label=WATCH_LABELS[one],
                url=f"{here}?tab={one.value}",
                current=one is kind and not resting,
                count=counts.of(one),
            )
            for one in WatchKind
        ]
        + [Tab(label=_("Put aside"), url=f"{here}?tab={kind.value}&resting=1", current=resting)],
        "kind": kind,
        "resting": resting,
    }
    table = replace(TABLES[kind], key=f"{TABLES[kind].key}_resting") if resting else TABLES[kind]
    return table.respond(request, rows, template="shipments/watch.html", context=context, decorate=decorate)


def _kind(text: str) -> WatchKind:
    try:
        return WatchKind(text)
    except ValueError:
        raise NotFound from None


@requires(ACKNOWLEDGE_WATCH)
def acknowledge(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Put one entry aside; the shipment is named in the query."""
    actor, reason = require_actor(request), _kind(kind)
    shipment = _shipment(request)
    form = WatchForm(posted(request))
    if form.is_bound and form.is_valid():
        until = form.cleaned_data["until"]
        try:
            actions.acknowledge_watch(
                actor=actor,
                shipment_id=shipment.pk,
                kind=reason,
                reason=form.cleaned_data["reason"],
                until=_instant(until, actor.zone),
                now=clock.now(),
            )
        except Invalid as error:
            form.add_error("until" if "until" in error.fields else "reason", error.text())
        else:
            toast(request, gettext("%(waybill)s is put aside.") % {"waybill": shipment.waybill})
            return HttpResponseRedirect(f"{reverse('shipments:watch')}?tab={reason.value}")
    return form_page(
        request,
        form,
        title=filled(_("Put %(waybill)s aside"), {"waybill": shipment.waybill}),
        submit=_("Put aside"),
        crumbs=[],
        back=page_url(shipment),
        note=WATCH_LABELS[reason],
    )


def _shipment(request: HttpRequest) -> Shipment:
    shipment_id = id_of(request.GET.get("shipment", ""))
    if shipment_id is None:
        raise NotFound
    return queries.get_shipment(actor=require_actor(request), shipment_id=shipment_id)


def _instant(wall: datetime | None, zone: str) -> datetime | None:
    return clock.instant_of(wall.replace(tzinfo=None), zone) if wall else None
