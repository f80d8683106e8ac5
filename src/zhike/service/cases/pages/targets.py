"""Service targets under Settings: what holds, what agreements set, and which one holds for a matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars import queries as calendars
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import pick
from zhike.platform.parameters.types import ProposalState
from zhike.platform.ui import formats, navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Fact, Tab
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Kind, Search, Table
from zhike.record.agreements import queries as targets
from zhike.record.agreements.policies import SET_TARGETS, VIEW, VIEW_TARGETS, sees_changes
from zhike.record.agreements.types import DEFAULT_SOURCE, MEASURE_LABELS, UNIT_LABELS, Candidate
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Label
from zhike.record.organization import queries as organization
from zhike.service.cases import queries
from zhike.service.cases.forms.targets import WhichForm
from zhike.service.cases.pages._shared import category_choices

navigation.register(
    NavItem(job=Job.SETTINGS, label=_("Service targets"), url_name="cases:targets", right=VIEW_TARGETS.code, order=25)
)
EVERY_CATEGORY = pgettext_lazy("target", "every category")
EVERY_CLASS = pgettext_lazy("target", "every class")
_NOW, _LATER, _PAST = "now", "later", "past"
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Names:
    """The words for categories and calendars, read once a page."""

    categories: Mapping[str, str]
    calendars: Mapping[int, str]

    @classmethod
    def of(cls, actor: Actor) -> "Names":
        known = calendars.list_calendars(
            actor=actor, today=clock.local_date(clock.now(), actor.zone), include_inactive=True
        )
        return cls(queries.category_labels(actor=actor, active_only=False), {row.id: pick(row.labels) for row in known})

    def category(self, code: str) -> Label:
        return self.categories.get(code, code) if code else EVERY_CATEGORY

    def unit(self, row: Any) -> str:  # noqa: ANN401 - a row of the table, a change or a candidate
        """In which hours a target counts."""
        if row.every_hour:
            return gettext("hours of the clock")
        if row.calendar_id is not None:
            return gettext("working hours, %(calendar)s") % {"calendar": self.calendars.get(row.calendar_id, "")}
        return gettext("working hours")


def hours(row: Any) -> Decimal | None:  # noqa: ANN401 - as above
    return None if row.budget is None else Decimal(str(row.budget.total_seconds())) / _HOUR


def figure(row: Any, names: Names) -> str:  # noqa: ANN401 - as above
    """`24 working hours` in the reader's language; nothing for a target that ends."""
    found = hours(row)
    if found is None:
        return gettext("no target of its own")
    return pgettext("a target", "%(number)s %(unit)s") % {
        "number": formats.number(found.normalize() if found % 1 else found.quantize(Decimal(1))),
        "unit": names.unit(row),
    }


def what_of(row: Any, names: Names) -> str:  # noqa: ANN401 - as above
    """For which matters it is meant."""
    return pgettext("a target", "%(category)s, %(class)s") % {
        "category": names.category(row.category),
        "class": row.customer_class or EVERY_CLASS,
    }


def source_of(row: Any) -> str:  # noqa: ANN401 - as above
    """The decision behind it; rows that came with the company say so."""
    return gettext("as a new company begins") if row.source == DEFAULT_SOURCE else str(row.source)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table with its words."""

    row: Any
    category: Label
    unit: str

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the row has
        return getattr(self.row, name)


def _state_of(value: Sequence[str], now: datetime) -> Q:
    conditions = {
        _NOW: Q(valid_from__lte=now) & (Q(valid_until__isnull=True) | Q(valid_until__gt=now)),
        _LATER: Q(valid_from__gt=now),
        _PAST: Q(valid_until__lte=now),
    }
    found = Q(pk__in=[])
    for code in value:
        found |= conditions[code]
    return found


def _measures() -> list[tuple[str, Label]]:
    return [(str(code), label) for code, label in MEASURE_LABELS.items()]


LIST = Table(
    key="cases.targets",
    title=_("Service targets"),
    sort="-valid_from",
    columns=(
        Column(
            "measure",
            _("Clock"),
            value=lambda line: MEASURE_LABELS[line.row.measure],
            url=lambda line: reverse("cases:target", args=[line.row.pk]),
        ),
        Column("category", _("Category")),
        Column(
            "customer_class", pgettext_lazy("customer", "Class"), value=lambda line: line.customer_class or EVERY_CLASS
        ),
        Column("hours", pgettext_lazy("standard", "Number"), Kind.NUMBER, value=lambda row: formats.bare(hours(row))),
        Column("unit", _("Unit")),
        Column("valid_from", _("In force from"), Kind.TIME, sort="valid_from"),
        Column("valid_until", _("In force until"), Kind.TIME),
        Column(
            "source", pgettext_lazy("standard", "Source"), value=lambda line: source_of(line.row), lines=2, width="wide"
        ),
    ),
    filters=(
        Choice(
            key="state",
            label=_("State"),
            options=[
                (_NOW, pgettext_lazy("targets", "in force")),
                (_LATER, pgettext_lazy("targets", "to come")),
                (_PAST, pgettext_lazy("targets", "past")),
            ],
            apply=lambda rows, value: rows.filter(_state_of(value, clock.now())),
        ),
        Choice(key="measure", label=_("Clock"), options=_measures, field="measure"),
        Choice(key="category", label=_("Category"), options=queries.category_options, field="category"),
        Search(
            key="q",
            label=_("Class or source"),
            apply=lambda rows, text: rows.filter(Q(customer_class__iexact=text) | Q(source__icontains=text)),
        ),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("targets", "In force"), query="state=now"),
        BuiltInView(label=pgettext_lazy("targets", "To come"), query="state=later"),
        BuiltInView(label=pgettext_lazy("targets", "Past"), query="state=past"),
    ),
    row_url=lambda line: reverse("cases:target", args=[line.row.pk]),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No target yet"),
        text=_("Propose how quickly matters are answered and solved; a second person approves."),
    ),
)

AGREED = Table(
    key="cases.agreed_targets",
    title=_("Times set by agreements"),
    sort="-id",
    columns=(
        Column(
            "agreement",
            _("Agreement"),
            value="version.agreement.number",
            url=lambda row: reverse("agreements:agreement", args=[row.version.agreement.number]),
        ),
        Column("customer", _("Customer"), value="version.agreement.customer.name", lines=2),
        Column("clock", _("Clock"), value=lambda row: MEASURE_LABELS[row.standard.clock]),
        Column("category", _("Category")),
        Column(
            "number",
            pgettext_lazy("standard", "Number"),
            Kind.NUMBER,
            value=lambda row: formats.bare(row.number or row.standard.number, 4),
        ),
        Column("unit", _("Unit"), value=lambda row: UNIT_LABELS[row.standard.unit]),
        Column("valid_from", _("In force from"), Kind.DAY, value="version.valid_from"),
        Column("valid_until", _("In force until"), Kind.DAY, value="version.agreement.valid_until"),
        Column(
            "standard",
            _("Standard"),
            value="standard.code",
            url=lambda row: reverse("agreements:standard", args=[row.standard.code]),
        ),
        Column("source", pgettext_lazy("standard", "Source"), value="standard.source", lines=2),
    ),
    filters=(
        Choice(key="measure", label=_("Clock"), options=_measures, field="standard__clock"),
        Search(
            key="q",
            label=_("Customer or agreement"),
            apply=lambda rows, text: rows.filter(
                Q(version__agreement__customer__name__icontains=text) | Q(version__agreement__number__iexact=text)
            ),
        ),
    ),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No agreement sets a time of its own"),
        text=_("A standard that sets a clock does, once an agreement in force carries it."),
    ),
)


def crumbs() -> list[Crumb]:
    return [Crumb(gettext("Service targets"), reverse("cases:targets"))]


def tabs_of(actor: Actor, current: str) -> list[Tab]:
    places = [
        ("targets", _("Of the company")),
        *([("targets_agreed", _("Of agreements"))] if actor.has(VIEW.code) else []),
        ("targets_which", _("Which one holds?")),
    ]
    if sees_changes(actor):
        places.append(("target_changes", _("Changes")))
    return [Tab(label=label, url=reverse(f"cases:{name}"), current=name == current) for name, label in places]


def propose_button(actor: Actor, query: str = "", label: Label = "") -> Button | None:
    if not actor.has(SET_TARGETS.code):
        return None
    return Button(label=label or _("Propose a target"), url=f"{reverse('cases:target_new')}{query}", icon="plus")


def whom_to_ask(actor: Actor) -> str:
    """Who may propose a target, for a reader who may not; empty for one who may."""
    if actor.has(SET_TARGETS.code):
        return ""
    names = gettext(", ").join(organization.roles_with(actor=actor, right=SET_TARGETS.code))
    if not names:
        return gettext("No role may propose changes of targets at present.")
    return gettext("Changes are proposed by: %(roles)s.") % {"roles": names}


@requires(VIEW_TARGETS)
def target_list(request: HttpRequest) -> HttpResponseBase:
    """What holds, unless the address asks for something else."""
    actor = require_actor(request)
    if not request.GET:
        request.GET = QueryDict(f"state={_NOW}")  # as a reader's address would say it
    names = Names.of(actor)
    pending = targets.change_rows(actor=actor).filter(state=ProposalState.PENDING.value).order_by("proposed_at")
    context = {
        "title": LIST.title,
        "primary": propose_button(actor),
        "whom": whom_to_ask(actor),
        "tabs": tabs_of(actor, "targets"),
        "pending": [
            (row, MEASURE_LABELS[row.measure], figure(row, names), what_of(row, names)) for row in pending[:20]
        ],
    }
    return LIST.respond(
        request,
        targets.target_rows(actor=actor),
        template="cases/targets.html",
        context=context,
        decorate=lambda rows: [Line(row, names.category(row.category), names.unit(row)) for row in rows],
    )


@requires(VIEW)
def agreed_list(request: HttpRequest) -> HttpResponseBase:
    """Times that agreements in force set: they come before the table, and change with the agreement."""
    actor = require_actor(request)
    context = {"title": AGREED.title, "primary": None, "tabs": tabs_of(actor, "targets_agreed")}
    names = Names.of(actor)
    return AGREED.respond(
        request,
        targets.agreed_rows(actor=actor, at=clock.now()),
        template="cases/targets.html",
        context=context,
        decorate=lambda rows: [Line(row, names.category(row.standard.category), "") for row in rows],
    )


@requires(VIEW_TARGETS)
def which(request: HttpRequest) -> HttpResponse:
    """Which target holds for a category, a class or a customer, and why."""
    actor, now = require_actor(request), clock.now()
    form = WhichForm(request.GET or None, categories=category_choices(actor))
    found: list[Candidate] = []
    customer = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            customer = customers.head(actor=actor, number=data["customer"])[0] if data["customer"] else None
        except NotFound:
            form.add_error("customer", gettext("No customer of this number is within your reach."))
        else:
            found = targets.candidates(
                actor=actor,
                category=data["category"],
                customer_class=data["customer_class"],
                customer_id=customer.id if customer else None,
                at=now,
            )
    names = Names.of(actor)
    context = {
        "title": gettext("Which target holds?"),
        "crumbs": crumbs(),
        "tabs": tabs_of(actor, "targets_which"),
        "form": form,
        "customer": customer,
        "asked": form.is_bound and not form.errors,
        "groups": [
            (label, [(one, figure(one, names), why(one), source_of(one)) for one in found if one.measure == code])
            for code, label in MEASURE_LABELS.items()
        ],
    }
    return render(request, "cases/target_which.html", context, status=422 if form.errors else 200)


def why(one: Candidate) -> str:
    """For whom a target is meant, from which its place follows."""
    if one.agreement:
        return gettext("An agreement in force comes before the company's table.")
    if one.category and one.customer_class:
        text = gettext("For this category and class: the most particular row.")
    elif one.category:
        text = gettext("For this category, every class: a category counts for more than a class.")
    elif one.customer_class:
        text = gettext("For this class, every category.")
    else:
        text = gettext("For every category and class.")
    return text


@requires(VIEW_TARGETS)
def target(request: HttpRequest, target_id: int) -> HttpResponse:
    """One target with everything that held before and after it."""
    actor, now = require_actor(request), clock.now()
    row = targets.get_target(actor=actor, target_id=target_id)
    names = Names.of(actor)
    same = {"measure": row.measure, "category": row.category, "customer_class": row.customer_class}
    history = list(targets.target_rows(actor=actor).filter(**same).order_by("-valid_from", "-pk"))
    holds = row.valid_from <= now and (row.valid_until is None or row.valid_until > now)
    changes = list(targets.change_rows(actor=actor).filter(**same).order_by("-proposed_at", "-pk")[:50])
    query = f"?of={row.pk}"
    end = Button(label=_("Propose its end"), url=f"{reverse('cases:target_new')}{query}&end=1")
    context = {
        "title": MEASURE_LABELS[row.measure],
        "what": what_of(row, names),
        "crumbs": crumbs(),
        "primary": propose_button(actor, query, _("Propose a change")) if holds else None,
        "actions": [end] if holds and actor.has(SET_TARGETS.code) else [],
        "facts": [
            Fact(label=_("Target"), value=figure(row, names)),
            Fact(label=_("Category"), value=names.category(row.category)),
            Fact(label=_("Class of the customer"), value=row.customer_class or EVERY_CLASS),
            Fact(label=pgettext_lazy("standard", "Source"), value=source_of(row)),
        ],
        "history": [(one, figure(one, names), source_of(one), one.pk == row.pk) for one in history],
        "changes": [(one, figure(one, names)) for one in changes],
        "may_see": sees_changes(actor),
        "whom": whom_to_ask(actor),
    }
    return render(request, "cases/target.html", context)
