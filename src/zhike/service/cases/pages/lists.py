"""Lists of cases: all of them, what nobody looked at, what is parked, what waits for a decision; a new case."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.show import ledger_rows
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import filled
from zhike.platform.search import queries as search
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Status
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import (
    BuiltInView,
    BulkAction,
    Choice,
    Column,
    Days,
    Flag,
    Kind,
    QuerySetSource,
    Search,
    Table,
)
from zhike.platform.ui.toasts import toast
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CHANNEL_LABELS, Channel, CustomerSummary, Label
from zhike.record.organization import queries as organization
from zhike.record.shipments import queries as shipments
from zhike.service.cases import actions, queries
from zhike.service.cases.forms import CaseForm, PersonForm
from zhike.service.cases.models import Case, CaseSet
from zhike.service.cases.pages._shared import (
    assigned_undo,
    category_choices,
    form_page,
    owner_choices,
    page_url,
    posted,
    severity_of,
    severity_word,
    state_status,
)
from zhike.service.cases.policies import APPROVE, ASSIGN, HANDLE, SUPERVISE, VIEW
from zhike.service.cases.queries.customers import KIND
from zhike.service.cases.types import (
    CASE_SUBJECT,
    KIND_LABELS,
    ORIGIN_LABELS,
    PROACTIVE,
    STATE_LABELS,
    TASK_SUBJECT,
    CaseEntry,
    CaseKind,
    CaseState,
    Origin,
    Severity,
)

navigation.register(
    NavItem(job=Job.SERVE, label=_("Cases"), url_name="cases:list", right=VIEW.code, order=20),
    NavItem(job=Job.SERVE, label=_("Supervision"), url_name="cases:supervision", right=SUPERVISE.code, order=40),
)
slots.register_live("cases", right=VIEW.code)
# As numbers are written: letters, a sign, digits.
_NUMBER = re.compile(r"[A-Z]{1,4}-\d{3,12}")


def waybill_of(row: Case) -> str:
    return row.shipment.waybill if row.shipment else ""


def _state(row: Case) -> Status:
    return state_status(row.state, answer_waits=row.answer_leaves_at is not None)


def _columns() -> tuple[Column, ...]:
    return (
        Column("number", _("No."), url=page_url),
        Column("customer", _("Customer"), value="customer.name", lines=2),
        Column("subject", _("Subject"), lines=2, width="wide"),
        Column("category", _("Category"), value=lambda row: queries.category_word(row.category)),
        Column("state", _("State"), Kind.STATUS, value=_state),
        Column("owner", _("Owner"), value="owner.name"),
        Column("next_due_at", _("Due"), Kind.DUE, sort="next_due_at", zone="zone"),
        Column("opened_at", _("Opened"), Kind.AGO, sort="opened_at", zone="zone"),
        Column("kind", _("Kind of case"), value=lambda row: KIND_LABELS[row.kind], shown=False),
        Column("channel", _("Channel"), value=lambda row: CHANNEL_LABELS[row.channel], shown=False),
        Column("origin", _("Came by"), value=lambda row: ORIGIN_LABELS[row.origin], shown=False),
        Column("severity", _("Severity"), value=lambda row: severity_word(row.severity), shown=False),
        Column(
            "waybill", _("Waybill"), Kind.WAYBILL, value=lambda row: row.shipment and row.shipment.waybill, shown=False
        ),
        Column("answer_leaves_at", _("Answer leaves"), Kind.DUE, zone="zone", shown=False),
        Column("contacts", _("Contacts"), Kind.NUMBER, shown=False),
        Column("transfers", _("Transfers"), Kind.NUMBER, shown=False),
        Column("tags", _("Tags"), value=lambda row: " ".join(row.tags), shown=False),
    )


def _options(labels: Mapping[str, Label]) -> list[tuple[str, Label]]:
    return [(str(code), word) for code, word in labels.items()]


def _search(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """A whole number of a case or a customer straight from the tables; all else by the index."""
    number = text.strip().upper()
    if _NUMBER.fullmatch(number):
        return queries.numbered(rows, number)
    return search.among(rows=rows, kind=KIND, text=text)


CASES = Table(
    key="cases.list",
    title=_("Cases"),
    sort="-opened_at",
    columns=_columns(),
    filters=(
        Search(key="q", label=_("Search"), apply=_search, placeholder=_("Number, customer, waybill, subject")),
        Choice(key="state", label=_("State"), options=_options(STATE_LABELS), field="state"),
        Choice(key="kind", label=_("Kind of case"), options=_options(KIND_LABELS), field="kind"),
        Choice(key="category", label=_("Category"), options=queries.category_options, field="category__code"),
        Choice(key="channel", label=_("Channel"), options=_options(CHANNEL_LABELS), field="channel"),
        Flag(key="open", label=_("Open only"), condition=~Q(state=CaseState.CLOSED.value)),
        # By time: a deadline that has passed counts at once.
        Flag(key="missed", label=_("Promise broken"), apply=lambda rows: rows.filter(breach_at__lte=clock.now())),
        Flag(key="answer_waits", label=_("Answer waits to leave"), condition=Q(answer_leaves_at__isnull=False)),
        Flag(key="proactive", label=_("Opened by the system"), condition=Q(origin__in=sorted(PROACTIVE))),
        Days(key="opened", label=_("Opened"), field="opened_at"),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("list", "Open"), query="open=1"),
        BuiltInView(label=_("Promise broken"), query="missed=1&open=1"),
        BuiltInView(label=_("Complaints"), query="kind=complaint"),
    ),
    bulk=(BulkAction(label=_("Assign"), url_name="cases:assign_many", right=ASSIGN.code),),
    row_url=page_url,
    row_severity=lambda row: severity_of(row, clock.now()),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No case yet"),
        text=_("A contact opens one: by telephone, mail, the portal, or a parcel that is late."),
    ),
)


@requires(VIEW)
def case_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    new = Button(label=_("New case"), url=reverse("cases:new"), icon="plus", key="c")
    context = {"title": _("Cases"), "primary": new if actor.has(HANDLE.code) else None}
    rows = QuerySetSource(queries.case_rows(actor=actor), CASES.filters, queries.case_parts(actor=actor))
    return CASES.respond(request, rows, template="cases/list.html", context=context)


@requires(SUPERVISE)
def supervision(request: HttpRequest) -> HttpResponse:
    """What slips: next breaches, unlooked and parked cases, escalations and remedies that wait, tasks overdue."""
    actor, now = require_actor(request), clock.now()
    soon = queries.case_rows(actor=actor).open().filter(next_due_at__isnull=False).order_by("next_due_at", "pk")
    context = {
        "breaches": list(soon[:_SHOWN]),
        "unlooked": _some(queries.unlooked_rows(actor=actor, now=now)),
        "parked": _some(queries.parked_rows(actor=actor)),
        "escalations": list(queries.escalation_rows(actor=actor).filter(answered_at=None).order_by("due_at")[:_SHOWN]),
        "may_approve": actor.has(APPROVE.code),
        "remedies": list(queries.remedies_to_decide(actor=actor)[:_SHOWN]),
        "tasks": list(queries.overdue_tasks(actor=actor, now=now).order_by("due_at")[:_SHOWN]),
    }
    return render(request, "cases/supervision.html", context)


_SHOWN = 12
_OPEN_SHOWN = 8


def _some(rows: CaseSet) -> list[Case]:
    return list(rows.order_by("opened_at", "pk")[:_SHOWN])


@requires(HANDLE)
def new(request: HttpRequest) -> HttpResponse:
    """A contact comes in: for a customer, perhaps about a waybill (both in the query)."""
    actor = require_actor(request)
    if not request.GET.get("customer") and not request.GET.get("waybill"):
        return _whose(request, actor)
    customer = _customer(actor, request)
    people = customers.people(actor=actor, customer_id=customer.id).live
    form = CaseForm(
        posted(request),
        initial={
            "waybill": request.GET.get("waybill", ""),
            "channel": request.GET.get("channel", Channel.CALL.value),
            "contact": request.GET.get("contact", ""),
            "category": request.GET.get("category", "where"),
        },
        categories=category_choices(actor),
        people=[(str(one.id), one.name) for one in people],
    )
    form.fields["waybill"].widget.attrs |= {
        "hx-get": f"{reverse('cases:open_of')}?{urlencode({'customer': customer.number})}",
        "hx-trigger": "change",
        "hx-target": "#zk-open-cases",
        "hx-swap": "outerHTML",
    }
    if form.is_bound and form.is_valid():
        try:
            return _opened(request, actor, customer, form.cleaned_data)
        except Invalid as error:
            add_errors(form, error)
    return form_page(
        request,
        form,
        title=filled(_("New case for %(name)s"), {"name": customer.name}),
        submit=_("Open the case"),
        crumbs=[Crumb(gettext("Cases"), reverse("cases:list"))],
        back=reverse("desk:customer", args=[customer.number]),
        note=_("A contact on the same waybill or topic joins the case that is open: nobody explains twice."),
        context=_open_of(actor, customer, str(form["waybill"].value() or "")),
    )


@requires(HANDLE)
def open_of(request: HttpRequest) -> HttpResponse:
    """What is open for the customer and the waybill that was just typed; a fragment of the form."""
    actor = require_actor(request)
    customer = customers.head(actor=actor, number=request.GET.get("customer", ""))[0]
    return render(request, "cases/open_cases.html", _open_of(actor, customer, request.GET.get("waybill", "")))


def _open_of(actor: Actor, customer: CustomerSummary, typed: str) -> dict[str, Any]:
    """Open cases that a new contact may join, those of the parcel first: shown before and after a waybill is typed."""
    waybill = typed.replace("\x00", "").strip()[:60]
    goods = [one.pk for one in shipments.find_by_waybill(actor=actor, waybill=waybill)] if waybill else []
    open_ones = queries.case_rows(actor=actor).open().order_by("-opened_at", "-pk")
    found = list(open_ones.filter(shipment_id__in=goods)[:_OPEN_SHOWN]) if goods else []
    known = {row.pk for row in found}
    if len(found) < _OPEN_SHOWN:
        own = open_ones.filter(customer_id=customer.id).exclude(pk__in=known)
        found += own[: _OPEN_SHOWN - len(found)]
    return {
        "waybill": waybill,
        "open_cases": [(row, KIND_LABELS[row.kind], _state(row)) for row in found],
    }


def _whose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Whose matter it is comes first: the customer's number, or a waybill of theirs."""
    typed = request.GET.get("whose", "").strip()[:60]
    if typed:
        at = reverse("cases:new")
        if customers.customer_rows(actor=actor).filter(number=typed.upper()).exists():
            return HttpResponseRedirect(f"{at}?{urlencode({'customer': typed.upper()})}")
        if any(one.customer_id for one in shipments.find_by_waybill(actor=actor, waybill=typed)[:1]):
            return HttpResponseRedirect(f"{at}?{urlencode({'waybill': typed})}")
    crumbs = [Crumb(gettext("Cases"), reverse("cases:list"))]
    return render(request, "cases/whose.html", {"typed": typed, "crumbs": crumbs})


def _opened(
    request: HttpRequest, actor: Actor, customer: CustomerSummary, data: dict[str, Any]
) -> HttpResponseRedirect:
    shipment_id = None
    if data["waybill"].strip():
        found = shipments.find_by_waybill(actor=actor, waybill=data["waybill"])
        if not found:
            raise Invalid.of("waybill", "unknown", _("No shipment of this number is on record."))
        shipment_id = found[0].pk
    entry = CaseEntry(
        customer_id=customer.id,
        kind=CaseKind(data["kind"]),
        category=data["category"],
        channel=Channel(data["channel"]),
        subject=data["subject"],
        text=data["text"],
        contact_id=int(data["contact"]) if data["contact"] else None,
        shipment_id=shipment_id,
        severity=Severity(data["severity"] or Severity.NORMAL.value),
        origin=Origin.PHONE if data["channel"] == Channel.CALL.value else Origin.DESK,
    )
    taken = actions.open_case(actor=actor, entry=entry, separate=data["separate"], now=clock.now())
    words = gettext("Added to %(number)s, which was open.") if taken.attached else gettext("%(number)s is open.")
    if taken.raised:
        words = gettext(
            "Added to %(number)s, which was open; it is a complaint from now on, with the deadline of the law."
        )
    toast(request, words % {"number": taken.number})
    return HttpResponseRedirect(reverse("desk:case", args=[taken.case_id]))


def _customer(actor: Actor, request: HttpRequest) -> CustomerSummary:
    """The customer named in the query, by number or by the waybill of one of their shipments."""
    number = request.GET.get("customer", "")
    if number:
        return customers.head(actor=actor, number=number)[0]
    found = shipments.find_by_waybill(actor=actor, waybill=request.GET.get("waybill", ""))
    if not found or found[0].customer_id is None:
        raise Invalid.of("customer", "required", _("Find the customer first, then open the case from their page."))
    return customers.summary(actor=actor, customer_id=found[0].customer_id)


@requires(ASSIGN)
def assign_many(request: HttpRequest) -> HttpResponse:
    """Give the ticked cases to somebody."""
    actor = require_actor(request)
    chosen = CASES.selected(request, queries.case_rows(actor=actor))
    ids = list(chosen.values_list("pk", flat=True)[:500])
    people, away = owner_choices(actor, clock.now())
    form = PersonForm(request.POST if "person" in request.POST else None, people=people, label=_("New owner"))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        now = clock.now()
        count = actions.assign_cases(
            actor=actor, case_ids=ids, owner_id=int(data["person"]), reason=data["reason"], now=now
        )
        undo = assigned_undo(form, now) if count else ""
        toast(request, gettext("%(count)s cases have a new owner.") % {"count": count}, undo=undo)
        return HttpResponseRedirect(reverse("cases:list"))
    return form_page(
        request,
        form,
        title=filled(_("Assign %(count)s cases"), {"count": len(ids)}),
        submit=_("Assign"),
        crumbs=[Crumb(gettext("Cases"), reverse("cases:list"))],
        back=reverse("cases:list"),
        note=away,
        inside=True,
        context={"carried": request.POST},
    )


@requires(VIEW)
def ledger(request: HttpRequest, kind: str, subject_id: int, clock_id: int) -> HttpResponse:
    """Why a clock shows what it shows: every start, pause and stop, and who caused it."""
    actor, now = require_actor(request), clock.now()
    if kind == CASE_SUBJECT:
        row = queries.get_case(actor=actor, case_id=subject_id)
    elif kind == TASK_SUBJECT:
        row = queries.get_task(actor=actor, task_id=subject_id).case
    else:
        raise NotFound
    subject = (kind, subject_id)
    chip = next(
        (c for c in calendars.chips(actor=actor, subjects=[subject], now=now)[subject] if c.clock_id == clock_id), None
    )
    if chip is None:
        raise NotFound
    lines = calendars.ledger(actor=actor, clock_id=clock_id)
    names = organization.unit_labels(
        actor=actor, unit_ids={line.holder_unit_id for line in lines if line.holder_unit_id}
    )
    context = {
        "title": chip.label,
        "rows": ledger_rows(lines, now=now, unit_name=lambda pk: names.get(pk, ""), chip=chip),
        "zone": chip.zone,
        "crumbs": [Crumb(row.number, page_url(row))],
    }
    return render(request, "cases/ledger.html", context)


@require_POST
@requires(HANDLE)
def looked(request: HttpRequest) -> HttpResponse:
    """I have looked at all of these today (天天查阅)."""
    actor, now = require_actor(request), clock.now()
    mine = queries.case_rows(actor=actor).open().filter(owner_id=actor.staff_id or 0)
    count = actions.look_at_cases(actor=actor, case_ids=list(mine.values_list("pk", flat=True)[:500]), now=now)
    toast(request, gettext("%(count)s cases looked at today.") % {"count": count})
    return HttpResponseRedirect(reverse("desk:queue"))
