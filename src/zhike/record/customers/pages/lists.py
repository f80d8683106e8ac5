"""Lists: files, people, enquiries."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Empty, EmptyKind, Severity, Status, Tone
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, BulkAction, Choice, Column, Days, Flag, Kind, Search, Table
from zhike.record.customers import queries
from zhike.record.customers.models.customers import CustomerSet
from zhike.record.customers.pages._shared import (
    by_name,
    class_of,
    customer_url,
    stage_status,
    standing_marks,
)
from zhike.record.customers.policies import CHANGE_OWNER, EDIT, VIEW
from zhike.record.customers.queries.customers import standings_of
from zhike.record.customers.queries.lookup import named_like
from zhike.record.customers.rules import name_fold
from zhike.record.customers.types import (
    CHANNEL_LABELS,
    ENQUIRY_LABELS,
    INDUSTRY_LABELS,
    KIND_LABELS,
    LOSS_LABELS,
    STAGE_LABELS,
    EnquiryState,
)


def _search_files(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(pk__in=named_like(text))


def _search_people(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(name_fold__startswith=name_fold(text))


def _with_standing(rows: Sequence[Any]) -> Sequence[Any]:
    found = standings_of([row.pk for row in rows])
    for row in rows:
        row.standing = found.get(row.pk, {})
    return rows


FILES = Table(
    key="customers.files",
    title=_("Customer files"),
    sort="name_pinyin",
    columns=(
        Column("number", _("Number"), sort="id", width="narrow", url=lambda row: customer_url(row.number)),
        Column("name", _("Name"), sort="name_pinyin", lines=2, width="wide"),
        Column("class", pgettext_lazy("customer", "Class"), Kind.CLASS, value=lambda row: class_of(row.standing)),
        Column("stage", pgettext_lazy("customer", "Stage"), Kind.STATUS, value=lambda row: stage_status(row.stage)),
        Column("owner", _("Responsible"), value="owner.name"),
        Column("unit", _("Unit"), value="owner.unit.name", lines=2),
        Column("city", _("City")),
        Column("last_contact_at", _("Last contact"), Kind.AGO, sort="last_contact_at"),
        Column("last_order_at", _("Last order"), Kind.AGO, shown=False),
        Column("marks", _("Marks"), Kind.MARKS, value=lambda row: standing_marks(row.standing), shown=False),
        Column("kind", pgettext_lazy("customer", "Kind"), value=lambda row: KIND_LABELS[row.kind], shown=False),
        Column("industry", _("Industry"), value=lambda row: INDUSTRY_LABELS[row.industry], shown=False),
        Column("known_since", _("Customer since"), Kind.TIME, shown=False),
    ),
    filters=(
        Search(key="q", label=_("Search"), apply=_search_files, placeholder=_("Name or number")),
        Choice(key="kind", label=pgettext_lazy("customer", "Kind"), options=list(KIND_LABELS.items())),
        Choice(key="stage", label=pgettext_lazy("customer", "Stage"), options=list(STAGE_LABELS.items())),
        Choice(key="industry", label=_("Industry"), options=list(INDUSTRY_LABELS.items())[1:]),
        Days(key="contact", label=_("Last contact"), field="last_contact_at"),
        # Whose they are depends on the reader: `listed` narrows.
        Flag(key="mine", label=_("My customers"), apply=lambda rows: rows),
        Flag(key="closed", label=_("Closed files"), condition=Q(active=False)),
    ),
    views=(
        BuiltInView(label=_("My customers"), query="mine=1"),
        BuiltInView(label=_("Prospects"), query="kind=prospect"),
        BuiltInView(label=_("Dormant and lost"), query="stage=dormant&stage=lost"),
    ),
    bulk=(
        BulkAction(
            label=_("Change responsible person"), url_name="customers:owner_many", right=CHANGE_OWNER.code, icon="user"
        ),
    ),
    row_url=lambda row: customer_url(row.number),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No customer files yet"),
        text=_("Open the first one, take an enquiry, or import a list."),
    ),
)


def listed(actor: Actor, asked: QueryDict) -> CustomerSet:
    """The rows that the list begins with: open files, unless closed ones are asked for."""
    rows = queries.customer_rows(actor=actor)
    if asked.get("mine") == "1":
        rows = rows.filter(owner_id=actor.staff_id)
    return rows if asked.get("closed") == "1" else rows.filter(active=True)


@requires(VIEW)
def files(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    rows = listed(actor, request.GET)
    add = Button(label=_("Open a customer file"), url=reverse("customers:new"), icon="plus", key="n")
    context = {"primary": add if actor.has(EDIT.code) else None, "title": FILES.title}
    return by_name(FILES).respond(
        request, rows, template="customers/list.html", context=context, decorate=_with_standing
    )


PEOPLE = Table(
    key="customers.people",
    title=_("Contacts"),
    sort="-id",
    columns=(
        Column("name", _("Name"), lines=2),
        Column("form_of_address", _("Form of address")),
        Column("position", _("Position"), lines=2),
        Column(
            "customer",
            _("Customer"),
            value="customer.name",
            lines=2,
            width="wide",
            url=lambda row: customer_url(row.customer.number),
        ),
        Column("our_staff", _("Looked after by"), value=lambda row: row.our_staff.name if row.our_staff else ""),
        Column("last_contact_at", _("Last contact"), Kind.AGO),
        Column("id", _("Added"), Kind.TIME, value="created_at", sort="id", shown=False),
    ),
    filters=(
        Search(key="q", label=_("Search"), apply=_search_people, placeholder=_("Name")),
        Search(
            key="customer",
            label=_("Customer"),
            apply=lambda rows, text: rows.filter(customer__number=text.upper()),
            placeholder=_("Customer number"),
        ),
        Flag(key="left", label=_("Have left"), condition=Q(active=False)),
    ),
    row_url=lambda row: customer_url(row.customer.number),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No contacts yet"),
        text=_("Add people on the page of their customer, or import a list."),
    ),
)


@requires(VIEW)
def people(request: HttpRequest) -> HttpResponseBase:
    rows = queries.contact_rows(actor=require_actor(request))
    if request.GET.get("left") != "1":
        rows = rows.live()
    return PEOPLE.respond(request, rows, template="customers/list.html", context={"title": PEOPLE.title})


ENQUIRY_TONES = {EnquiryState.OPEN: Tone.ACT, EnquiryState.WON: Tone.OK, EnquiryState.LOST: Tone.QUIET}


def enquiry_status(state: str) -> Status:
    return Status(ENQUIRY_LABELS[state], ENQUIRY_TONES[EnquiryState(state)])


ENQUIRIES = Table(
    key="customers.enquiries",
    title=_("Enquiries"),
    sort="-at",
    columns=(
        Column("number", _("Number"), width="narrow", url=lambda row: reverse("customers:enquiry", args=[row.pk])),
        Column("at", _("Asked"), Kind.TIME, sort="at"),
        Column("subject", _("What is asked"), lines=2, width="wide"),
        Column(
            "customer",
            _("Customer"),
            value="customer.name",
            lines=2,
            url=lambda row: customer_url(row.customer.number),
        ),
        Column("state", _("State"), Kind.STATUS, value=lambda row: enquiry_status(row.state)),
        Column("loss_reason", _("Reason"), value=lambda row: LOSS_LABELS.get(row.loss_reason, "")),
        Column("next_contact_on", _("Next contact"), Kind.DAY),
        Column("staff", _("Taken by"), value="staff.name"),
        Column("channel", pgettext_lazy("enquiry", "By"), value=lambda row: CHANNEL_LABELS[row.channel], shown=False),
    ),
    filters=(
        Choice(key="state", label=_("State"), options=list(ENQUIRY_LABELS.items())),
        Choice(key="reason", label=_("Reason"), options=list(LOSS_LABELS.items()), field="loss_reason"),
        Days(key="asked", label=_("Asked"), field="at"),
        Days(key="next", label=_("Next contact"), field="next_contact_on", instants=False),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("state of an enquiry", "Open"), query="state=open"),
        BuiltInView(label=_("No deal"), query="state=lost"),
    ),
    row_url=lambda row: reverse("customers:enquiry", args=[row.pk]),
    row_severity=lambda row: Severity.NOTICE if _is_due(row) else Severity.NONE,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No enquiries yet"),
        text=_("Every enquiry opens a file at once, so that none is lost."),
    ),
)


def _is_due(row: Any) -> bool:  # noqa: ANN401 - a row of this table
    today = clock.local_date(clock.now(), row.customer.zone)
    return row.next_contact_on is not None and row.state != EnquiryState.WON.value and row.next_contact_on <= today


@requires(VIEW)
def enquiries(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    rows = queries.enquiry_rows(actor=actor)
    if number := request.GET.get("customer", ""):
        rows = rows.filter(customer_id=queries.id_of(actor=actor, number=number))
    add = Button(label=_("Take an enquiry"), url=reverse("customers:enquiry_new"), icon="plus", key="n")
    context = {"primary": add if actor.has(EDIT.code) else None, "title": ENQUIRIES.title}
    return ENQUIRIES.respond(request, rows, template="customers/list.html", context=context)
