"""Today: one address for every role; what is next, what is due, how we stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.doors.desk.pages import waiting
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.platform import clock, phones
from zhike.platform.actors import Actor
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import signed_in
from zhike.platform.ui.components import Button, Clock, ClockState, Empty, EmptyKind
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.policies import EDIT, OVERSEE, PROMISE
from zhike.record.customers import queries as customers
from zhike.record.customers.policies import VIEW as VIEW_CUSTOMERS
from zhike.record.customers.types import Stage
from zhike.record.shipments import queries as shipments
from zhike.record.shipments.policies import VIEW_SHIPMENTS
from zhike.record.shipments.types.codes import WATCH_LABELS, WatchKind
from zhike.service.cases import queries as cases
from zhike.service.cases.policies import ANSWER_ESCALATIONS, DO_TASKS, HANDLE, SUPERVISE
from zhike.voice.surveys import queries as surveys
from zhike.voice.surveys.policies import FOLLOW
from zhike.voice.surveys.types import FOLLOW_REASON_LABELS

SHOWN_DUE = 6
SHOWN_BREACHES = 3
SHOWN_PROMISES = 3
# Never call counts; at most four.
FIGURES = ("on_time", "intact", "delivery_reply", "courier_phone")
FIGURES_OF = {
    "agent": ("case_first_response_kept", "case_reopen_rate", "promise_kept", "case_fcr"),
    "supervisor": ("case_solution_kept", "case_task_wait", "case_first_response_kept", "case_reopen_rate"),
    "executive": ("on_time", "intact", "total_time", "lost"),
    "quality": ("on_time", "damaged", "lost", "delivery_reply"),
    "account_manager": ("on_time", "intact", "total_time", "shipments"),
    "outlet": ("on_time", "courier_phone", "delivery_reply", "damaged"),
}
# Who chases goods; deciders, auditors and administrators have other work first.
CHASERS = frozenset({"agent", "supervisor", "account_manager", "department", "outlet", "claims"})
# Who talks to customers about business that may come; others would be sent after what is not theirs.
CALLERS = frozenset({"agent", "supervisor", "account_manager"})
# What each role is asked for besides the goods themselves.
# Beside the promises that people gave, those of the goods say whose they are.
PILE_LABELS = {**WATCH_LABELS, WatchKind.OVERDUE: _("Goods past the promised time")}
PILES_OF = {
    "outlet": (WatchKind.NO_REPLY, WatchKind.NO_PHONE, WatchKind.OVERDUE, WatchKind.SILENT),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do: what, whose matter, since or until when, where it opens."""

    title: str
    step: str
    note: str
    url: str
    holder: str = ""
    phone: str = ""
    call: str = ""
    clock: Clock | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pile:
    """Several things of one kind that wait."""

    label: str
    url: str
    # None where the label says it.
    count: int | None = None


@require_GET
@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """Twelve queries at most; figures come as fragments of their own."""
    actor, now = require_actor(request), clock.now()
    mine = _cases(actor)
    due = [
        # What one has promised stands right behind the most urgent case: neither hides the other.
        *mine[:1],
        *_promises(actor, now),
        *mine[1:],
        *_tasks(actor),
        *_upwards(actor),
        *_breaches(actor),
        *_unanswered(actor),
        *_renewals(actor, now),
        *_enquiries(actor, now),
        # For whoever oversees these stand beside the piles, in a fragment of their own: the first view is full.
        *([] if _oversees(actor) else _waiting(actor)),
        *_overdue(actor, now),
    ]
    context = {
        "next": due[0] if due else None,
        "due": due[1 : 1 + SHOWN_DUE],
        "oversees": _oversees(actor),
        "chases": bool(_may(actor, VIEW_SHIPMENTS.code) and actor.roles & CHASERS),
        "figures": [reverse("metrics:card", args=[m]) for m in _figures(actor)]
        if _may(actor, VIEW_FIGURES.code)
        else [],
        "nothing": _nothing(actor),
    }
    return render(request, "desk/today.html", context)


@require_GET
@signed_in
def piles(request: HttpRequest) -> HttpResponse:
    """Things of one kind that wait, counted: a fragment of its own, since each kind is a query."""
    actor, now = require_actor(request), clock.now()
    return render(
        request,
        "desk/today.html#piles",
        {"piles": [*_follow_ups(actor), *_piles(actor, now), *_dormant(actor)]},
    )


@require_GET
@signed_in
def promise_piles(request: HttpRequest) -> HttpResponse:
    """Promises, decisions and repairs that wait for whoever oversees: a fragment beside the piles."""
    actor, now = require_actor(request), clock.now()
    found = _promise_piles(actor, now)
    if _oversees(actor):
        found += [Pile(item.title, item.url) for item in _waiting(actor)]
    return render(request, "desk/today.html#piles", {"piles": found})


def _nothing(actor: Actor) -> Empty:
    """Nothing due: where the work is next."""
    places = (
        (VIEW_CUSTOMERS.code, _("Open customer files"), "customers:list", CHASERS),
        (
            VIEW_FIGURES.code,
            _("See what stands out"),
            "metrics:overview",
            frozenset({"executive", "quality", "auditor"}),
        ),
    )
    found = next((p for p in places if _may(actor, p[0]) and actor.roles & p[3]), None)
    return Empty(
        kind=EmptyKind.NOTHING_DUE,
        title=_("Nothing is due"),
        text=_("No promise has passed and nobody waits for a call. The lists show what comes next.")
        if actor.roles & CHASERS
        else _("There are no approvals or repairs waiting for you."),
        button=Button(label=found[1], url=reverse(found[2])) if found else None,
    )


def _may(actor: Actor, right: str) -> bool:
    return actor.has(right)


def _figures(actor: Actor) -> Sequence[str]:
    return next((metrics for role, metrics in FIGURES_OF.items() if role in actor.roles), FIGURES)


def _cases(actor: Actor) -> list[Item]:
    """One's own cases that are our turn, the nearest deadline first."""
    if not _may(actor, HANDLE.code):
        return []
    return [
        Item(
            title=row.number,
            step=gettext("Answer %(name)s") % {"name": row.contact.name if row.contact else row.customer.name},
            note=row.subject,
            url=_address("desk:case", row.pk),
            clock=Clock(state=ClockState.RUNNING, due=row.next_due_at, zone=row.zone) if row.next_due_at else None,
        )
        for row in cases.queue_rows(actor=actor, view="mine")[:SHOWN_DUE]
    ]


def _tasks(actor: Actor) -> list[Item]:
    """What one's own unit is asked for, the nearest deadline first."""
    if not _may(actor, DO_TASKS.code):
        return []
    return [
        Item(
            title=row.case.number,
            step=gettext("Reply to the task"),
            note=row.title,
            url=_address("cases:task", row.pk),
            clock=Clock(state=ClockState.RUNNING, due=row.due_at, zone=row.unit.zone),
        )
        for row in cases.my_task_rows(actor=actor)[:SHOWN_DUE]
    ]


def _upwards(actor: Actor) -> list[Item]:
    """What agents have asked of this person, the nearest deadline first."""
    if not _may(actor, ANSWER_ESCALATIONS.code):
        return []
    rows = cases.escalation_rows(actor=actor).filter(to_staff_id=actor.staff_id or 0, answered_at=None)
    return [
        Item(
            title=row.case.number,
            step=gettext("Decide for %(name)s") % {"name": row.asked_by.name},
            note=row.reason,
            url=_address("desk:case", row.case_id),
            clock=Clock(state=ClockState.RUNNING, due=row.due_at, zone=row.case.zone),
        )
        for row in rows.order_by("due_at", "pk")[:SHOWN_DUE]
    ]


def _breaches(actor: Actor) -> list[Item]:
    """For whoever supervises: the promises of the desk that run out next, whoever keeps them."""
    if not (_may(actor, SUPERVISE.code) and "supervisor" in actor.roles):
        return []
    rows = cases.case_rows(actor=actor).open().exclude(owner_id=actor.staff_id or 0)
    return [
        Item(
            title=row.number,
            step=gettext("Help %(name)s") % {"name": row.owner.name},
            note=row.subject,
            holder=row.owner.name,
            url=_address("desk:case", row.pk),
            clock=Clock(state=ClockState.RUNNING, due=row.next_due_at, zone=row.zone),
        )
        for row in rows.filter(next_due_at__isnull=False).order_by("next_due_at", "pk")[:SHOWN_BREACHES]
    ]


def _promises(actor: Actor, now: datetime) -> list[Item]:
    """One's own promises of today and those past their time, the nearest first."""
    if not _may(actor, PROMISE.code) or _oversees(actor):
        return []
    rows = agreements.my_promises(actor=actor).filter(_of_today(actor, now))[:SHOWN_PROMISES]
    return [_promise(row, step=gettext("Keep the promise to %(name)s")) for row in rows]


def _of_today(actor: Actor, now: datetime) -> Q:
    """Due by midnight, or reminded of already: late in the evening that is what is due soon after it."""
    _start, midnight = clock.day_bounds(clock.local_date(now, actor.zone), actor.zone)
    return Q(due_at__lt=midnight) | Q(reminded_at__isnull=False)


def _oversees(actor: Actor) -> bool:
    return _may(actor, OVERSEE.code) and "supervisor" in actor.roles


def _promise_piles(actor: Actor, now: datetime) -> list[Pile]:
    """For whoever oversees: promises whose time has passed without an answer, and their own of today."""
    if not _oversees(actor):
        return []
    address = _address("agreements:promises")
    counts = (
        (gettext("Promises due and not kept"), agreements.overdue_promises(actor=actor, now=now), "overdue=1"),
        (gettext("My promises today"), agreements.my_promises(actor=actor).filter(_of_today(actor, now)), "state=open"),
    )
    return [
        Pile(label, f"{address}?{query}&sort=due_at", count) for label, rows, query in counts if (count := rows.count())
    ]


def _promise(row: Any, *, step: str) -> Item:  # noqa: ANN401 - a promise
    return Item(
        title=row.number,
        step=step % {"name": row.contact.name if row.contact else row.customer.name},
        note=row.text,
        holder=row.holder.name,
        url=_address("agreements:promise", row.pk),
        clock=Clock(state=ClockState.RUNNING, due=row.due_at, label=gettext("promise"), zone=row.zone),
    )


def _unanswered(actor: Actor) -> list[Item]:
    """For whoever answers for quality: low scores and complaints that nobody has answered, the nearest time first."""
    if not (_may(actor, FOLLOW.code) and "quality" in actor.roles):
        return []
    return [
        Item(
            title=row.case.number if row.case else _spoke(row),
            step=gettext("Follow up %(name)s") % {"name": _spoke(row)},
            note=" ".join(
                part for part in (str(FOLLOW_REASON_LABELS[row.reason]), row.recipient.campaign.name) if part
            ),
            holder=row.owner.name if row.owner else "",
            url=_address("surveys:follow_up", row.pk),
            clock=Clock(state=ClockState.RUNNING, due=row.due_at, zone=row.zone),
        )
        for row in surveys.to_do_rows(actor=actor)[:SHOWN_DUE]
    ]


def _spoke(row: Any) -> str:  # noqa: ANN401 - a follow-up
    of = row.recipient
    name = of.contact.name if of.contact else of.customer.name if of.customer else ""
    return name or gettext("somebody not in our files")


def _follow_ups(actor: Actor) -> list[Pile]:
    """One's own follow-ups: their cases stand in the queue, their results in a list."""
    if not _may(actor, FOLLOW.code):
        return []
    count = surveys.my_count(actor=actor)
    address = f"{_address('surveys:follow_ups')}?mine=1&open=1&sort=due_at"
    return [Pile(gettext("My follow-ups"), address, count)] if count else []


def _renewals(actor: Actor, now: datetime) -> list[Item]:
    """An account manager's own agreements whose review or last day is near, or has passed (AGRE-02)."""
    if "account_manager" not in actor.roles or not _may(actor, EDIT.code):
        return []
    return [
        Item(
            title=row.number,
            step=gettext("Review the agreement with %(name)s") % {"name": row.customer.name},
            note=gettext("%(name)s: review or last day %(day)s")
            % {"name": row.customer.name, "day": vars(row)["near_on"]},
            url=reverse("agreements:agreement", args=[row.number]),
        )
        for row in agreements.due_reviews(actor=actor, now=now)[:SHOWN_PROMISES]
    ]


def _enquiries(actor: Actor, now: datetime) -> list[Item]:
    """Enquiries whose next contact is due; one's own first would hide what nobody looks after, so by date."""
    if not (_may(actor, VIEW_CUSTOMERS.code) and actor.roles & CALLERS):
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


def _waiting(actor: Actor) -> list[Item]:
    """One's outdated articles, what rooms have waiting, decisions and repairs, as on the bell."""
    found = [
        *waiting.outdated_articles(actor),
        *slots.waiting(actor),
        *waiting.decisions(actor),
        *waiting.repairs(actor),
    ]
    return [Item(title=str(one.text), step=str(one.text), note="", url=one.url, since=one.at) for one in found]


def _overdue(actor: Actor, now: datetime) -> list[Item]:
    if not (_may(actor, VIEW_SHIPMENTS.code) and actor.roles & CHASERS):
        return []
    rows = shipments.watch_rows(actor=actor, kind=WatchKind.OVERDUE, now=now)
    rows = rows.select_related("customer", "holder_unit").order_by("overdue_at", "pk")[:SHOWN_DUE]
    return [
        Item(
            title=row.waybill,
            step=gettext("Chase %(waybill)s") % {"waybill": row.waybill},
            note=row.customer.name if row.customer else gettext("unknown shipper"),
            holder=row.holder_unit.name if row.holder_unit else "",
            url=_address("desk:shipment", row.pk) or _address("shipments:page", row.pk),
            phone=phones.display(row.holder_unit.phone) if row.holder_unit else "",
            call=f"tel:{row.holder_unit.phone}" if row.holder_unit and row.holder_unit.phone else "",
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
    if not (_may(actor, VIEW_SHIPMENTS.code) and actor.roles & CHASERS):
        return []
    counts = shipments.watch_counts(actor=actor, now=now)
    watch = _address("shipments:watch") or _address("desk:watch")
    kinds = next((kinds for role, kinds in PILES_OF.items() if role in actor.roles), tuple(WatchKind))
    return [
        Pile(str(PILE_LABELS[kind]), f"{watch}?tab={kind.value}", count)
        for kind in kinds
        if (count := getattr(counts, kind.value))
    ]


def _dormant(actor: Actor) -> list[Pile]:
    """An account manager's own customers that have gone quiet."""
    if "account_manager" not in actor.roles or not _may(actor, VIEW_CUSTOMERS.code):
        return []
    rows = customers.customer_rows(actor=actor)
    count = rows.filter(active=True, owner_id=actor.staff_id, stage=Stage.DORMANT.value).count()
    address = f"{_address('customers:list')}?stage=dormant&mine=1"
    return [Pile(gettext("My dormant customers"), address, count)] if count else []


def _address(name: str, *args: int) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


navigation.register(NavItem(job=Job.TODAY, label=_("Today"), url_name="desk:today", order=10))

urlpatterns = [
    path("", today, name="today"),
    path("today/piles/", piles, name="piles"),
    path("today/promises/", promise_piles, name="promise_piles"),
]
