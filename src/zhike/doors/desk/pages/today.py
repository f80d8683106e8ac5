"""Today: one address for every role; what is next, what is due, how we stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.ui import navigation
from zhike.platform.ui.access import signed_in
from zhike.platform.ui.components import Clock, ClockState, Empty, EmptyKind
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.record.customers import queries as customers
from zhike.record.customers.policies import VIEW as VIEW_CUSTOMERS
from zhike.record.shipments import queries as shipments
from zhike.record.shipments.policies import VIEW_SHIPMENTS
from zhike.record.shipments.types.codes import WATCH_LABELS, WatchKind

SHOWN_DUE = 6
# Never call counts; at most four.
FIGURES = ("on_time", "intact", "delivery_reply", "courier_phone")
FIGURES_OF = {
    "executive": ("on_time", "intact", "total_time", "lost"),
    "quality": ("on_time", "damaged", "lost", "delivery_reply"),
    "account_manager": ("on_time", "intact", "total_time", "shipments"),
    "outlet": ("on_time", "courier_phone", "delivery_reply", "damaged"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do: what, whose matter, since or until when, where it opens."""

    title: str
    step: str
    note: str
    url: str
    phone: str = ""
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Pile:
    """Several things of one kind that wait."""

    label: str
    count: int
    url: str


@require_GET
@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """Twelve queries at most; figures come as fragments of their own."""
    actor, now = require_actor(request), clock.now()
    due = [*_enquiries(actor, now), *_overdue(actor, now)]
    context = {
        "next": due[0] if due else None,
        "due": due[1:],
        "piles": _piles(actor, now),
        "figures": [reverse("metrics:card", args=[m]) for m in _figures(actor)]
        if _may(actor, VIEW_FIGURES.code)
        else [],
        "nothing": Empty(
            kind=EmptyKind.NOTHING_DUE,
            title=_("Nothing is due"),
            text=_("No promise has passed and nobody waits for a call. The lists show what comes next."),
        ),
    }
    return render(request, "desk/today.html", context)


def _may(actor: Actor, right: str) -> bool:
    return actor.has(right)


def _figures(actor: Actor) -> Sequence[str]:
    return next((metrics for role, metrics in FIGURES_OF.items() if role in actor.roles), FIGURES)


def _enquiries(actor: Actor, now: datetime) -> list[Item]:
    """Enquiries whose next contact is due; one's own first would hide what nobody looks after, so by date."""
    if not _may(actor, VIEW_CUSTOMERS.code):
        return []
    rows = customers.due_enquiries(actor=actor, today=clock.local_date(now, actor.zone))[:SHOWN_DUE]
    return [
        Item(
            title=row.customer.name,
            step=gettext("Contact %(name)s") % {"name": row.customer.name},
            note=gettext("Enquiry: contact due %(day)s, %(staff)s")
            % {"day": row.next_contact_on, "staff": row.customer.owner.name},
            url=_address("customers:enquiry", row.pk) or _address("customers:enquiries"),
        )
        for row in rows
    ]


def _overdue(actor: Actor, now: datetime) -> list[Item]:
    if not _may(actor, VIEW_SHIPMENTS.code):
        return []
    rows = shipments.watch_rows(actor=actor, kind=WatchKind.OVERDUE, now=now)
    rows = rows.select_related("customer", "holder_unit").order_by("overdue_at", "pk")[:SHOWN_DUE]
    return [
        Item(
            title=row.waybill,
            step=gettext("Chase %(waybill)s") % {"waybill": row.waybill},
            note=" · ".join(
                part
                for part in (row.customer.name if row.customer else "", row.holder_unit.name if row.holder_unit else "")
                if part
            ),
            url=_address("desk:shipment", row.pk) or _address("shipments:page", row.pk),
            phone=row.holder_unit.phone if row.holder_unit else "",
            clock=Clock(
                state=ClockState.RUNNING,
                due=row.promised_delivery_at,
                label=gettext("promised"),
                holder=row.holder_unit.name if row.holder_unit else "",
            )
            if row.promised_delivery_at
            else None,
        )
        for row in rows
    ]


def _piles(actor: Actor, now: datetime) -> list[Pile]:
    if not _may(actor, VIEW_SHIPMENTS.code):
        return []
    counts = shipments.watch_counts(actor=actor, now=now)
    watch = _address("shipments:watch") or _address("desk:watch")
    return [
        Pile(str(WATCH_LABELS[kind]), count, f"{watch}?tab={kind.value}")
        for kind in WatchKind
        if (count := getattr(counts, kind.value))
    ]


def _address(name: str, *args: int) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


navigation.register(NavItem(job=Job.TODAY, label=_("Today"), url_name="desk:today", order=10))

urlpatterns = [path("", today, name="today")]
