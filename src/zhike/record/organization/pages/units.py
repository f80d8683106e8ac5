"""Outlets and units: the register of service points, the tree, one unit's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars.policies import VIEW_CALENDARS
from zhike.platform.calendars.queries import list_calendars
from zhike.platform.errors import Invalid
from zhike.platform.i18n.labels import filled, pick
from zhike.platform.ui import formats, navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import (
    Button,
    Crumb,
    Definition,
    Empty,
    EmptyKind,
    Fact,
    FigureCard,
    Severity,
    Status,
    Tone,
)
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Flag, Kind, Search, Table
from zhike.platform.ui.toasts import toast
from zhike.record.organization import actions, queries
from zhike.record.organization.forms import CloseForm, DisruptionForm, MoveForm, UnitForm
from zhike.record.organization.forms.units import unit_choices
from zhike.record.organization.models import Staff, Unit, UnitSet
from zhike.record.organization.pages._shared import by_name, dial, dials, duty_status, form_page, only, unit_url
from zhike.record.organization.policies import EDIT_COURIERS, EDIT_UNITS, PUBLISH_DISRUPTION, VIEW_STAFF, VIEW_UNITS
from zhike.record.organization.types import SERVICE_POINTS, OutletCard, PointRegister, UnitKind, unit_cards
from zhike.record.organization.types.labels import GAP_LABELS, KIND_LABELS, SERVICE_LABELS, SIDE_LABELS

POINT_KINDS = [(kind.value, KIND_LABELS[kind.value]) for kind in SERVICE_POINTS]
navigation.register(
    NavItem(job=Job.GOODS, label=_("Outlets"), url_name="organization:outlets", right=VIEW_UNITS.code, order=40),
    NavItem(job=Job.SETTINGS, label=_("Units"), url_name="organization:units", right=VIEW_UNITS.code, order=30),
)


@dataclass(frozen=True, slots=True)
class OutletRow:
    """A point as the register lists it: the unit with what is looked up for a page at once."""

    unit: Unit
    card: OutletCard

    @property
    def pk(self) -> int:
        return self.unit.pk

    @property
    def couriers(self) -> int:
        return sum(1 for courier in self.card.couriers if courier.phone)

    @property
    def lacks(self) -> list[str]:
        return [gap for gap, absent in (("phone", not self.card.phone), ("couriers", not self.couriers)) if absent]


def _hours(card: OutletCard) -> str:
    if card.hours is None:
        return ""
    return gettext(", ").join(f"{start}–{end}" for start, end in card.hours) or gettext("closed today")


def _gaps(row: OutletRow) -> Status | None:
    if row.card.disruptions:
        return Status(_("disrupted"), Tone.WARN)
    if not row.lacks:
        return None
    return Status(gettext(", ").join(str(GAP_LABELS[gap]) for gap in row.lacks), Tone.WARN)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=text) | Q(code__istartswith=text) | Q(city__icontains=text))


def _incomplete(rows: QuerySet[Any]) -> QuerySet[Any]:
    return queries.incomplete_points(rows) if isinstance(rows, UnitSet) else rows


OUTLETS = Table(
    key="organization.outlets",
    title=_("Outlets"),
    sort="name_pinyin",
    columns=(
        Column("name", _("Name"), value="unit.name", sort="name_pinyin", lines=2),
        Column("code", pgettext_lazy("unit", "Code"), value="unit.code", sort="code", width="narrow"),
        Column("kind", _("Kind"), value=lambda row: KIND_LABELS[row.unit.kind], lines=2),
        Column("city", _("City"), value="unit.city", lines=2),
        Column(
            "phone",
            _("Phone"),
            Kind.MARKUP,
            value=lambda row: dial(row.card.phone, copy=False),
            plain=lambda row: row.card.phone,
        ),
        Column(
            "hours",
            _("Today"),
            Kind.MARKUP,
            value=lambda row: format_html('<span class="text-nowrap">{}</span>', _hours(row.card)),
            plain=lambda row: _hours(row.card),
        ),
        Column("couriers", _("Couriers"), Kind.NUMBER),
        Column("gaps", _("Needs"), Kind.STATUS, value=_gaps),
        Column("address", _("Address"), value="unit.address", shown=False, lines=2),
    ),
    filters=(
        Search(key="q", label=_("Search"), apply=_search, placeholder=_("Name, code or city")),
        Choice(key="kind", label=_("Kind"), options=POINT_KINDS),
        Flag(key="gaps", label=_("Incomplete"), apply=_incomplete),
        Flag(key="closed", label=pgettext_lazy("unit", "Closed"), condition=Q(active=False)),
    ),
    views=(BuiltInView(label=_("Incomplete"), query="gaps=1"),),
    row_url=lambda row: reverse("organization:outlet", args=[row.pk]),
    row_severity=lambda row: Severity.NOTICE if row.lacks else Severity.NONE,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No outlets yet"),
        text=_("Open them one by one, or import a file of units."),
    ),
)


def register_card(register: PointRegister) -> FigureCard:
    """GEO-01 as a figure that opens the points that lack something."""
    return FigureCard(
        label=_("Points with phone and courier list"),
        value=None if register.share is None else register.share * 100,
        unit="%",
        n=register.base,
        as_of=clock.now(),
        base_matters=False,
        definition=Definition(
            id="organization.points_complete",
            version=1,
            formula=_("open service points with a phone and a courier with a phone ÷ all open service points"),
            source=_("Company requirement: register of service points"),
        ),
        rows_url=reverse("organization:outlets") + "?gaps=1",
    )


@requires(VIEW_UNITS)
def outlets(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    rows = queries.unit_rows(actor=actor).service_points()
    if request.GET.get("closed") != "1":
        rows = rows.active()

    def decorate(units: Sequence[Any]) -> list[OutletRow]:
        cards = queries.outlet_cards(actor=actor, unit_ids=[u.pk for u in units], now=clock.now())
        return [OutletRow(u, cards[u.pk]) for u in units]

    create = Button(label=_("Open an outlet"), url=reverse("organization:unit_new"), icon="plus", key="n")
    context = {
        "card": register_card(queries.point_register(actor=actor)),
        "primary": create if actor.has(EDIT_UNITS.code) else None,
    }
    return by_name(OUTLETS).respond(
        request, rows, template="organization/outlets.html", context=context, decorate=decorate
    )


@requires(VIEW_UNITS)
def tree(request: HttpRequest) -> HttpResponse:
    """All units, set in by how deep they hang."""
    actor = require_actor(request)
    closed = request.GET.get("closed") == "1"
    units = queries.unit_tree(actor=actor, active_only=not closed)
    create = Button(label=_("Open a unit"), url=reverse("organization:unit_new"), icon="plus", key="n")
    context = {
        "units": [
            (u, KIND_LABELS[u.kind], SIDE_LABELS[u.side], range(u.depth), dial(u.phone, copy=False)) for u in units
        ],
        "primary": create if actor.has(EDIT_UNITS.code) else None,
        "closed": closed,
    }
    return render(request, "organization/units.html", context)


@requires(VIEW_UNITS)
def outlet_page(request: HttpRequest, unit_id: int) -> HttpResponse:
    """A point under Goods; what is none has its page under Settings, where the tree of units is."""
    unit = queries.unit_by_id(actor=require_actor(request), unit_id=unit_id)
    if unit.kind not in SERVICE_POINTS:
        return HttpResponseRedirect(reverse("organization:unit", args=[unit_id]))
    return _unit_page(request, unit, [Crumb(gettext("Outlets"), reverse("organization:outlets"))])


@requires(VIEW_UNITS)
def unit_page(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Any unit as part of the company, under Settings."""
    unit = queries.unit_by_id(actor=require_actor(request), unit_id=unit_id)
    return _unit_page(request, unit, _home())


def _unit_page(request: HttpRequest, unit: Unit, home: list[Crumb]) -> HttpResponse:
    """What a customer on the line may ask, who works there, what disrupts it."""
    actor, now, unit_id = require_actor(request), clock.now(), unit.pk
    card = queries.outlet_card(actor=actor, unit_id=unit_id, now=now)
    above = queries.unit_path(actor=actor, unit_id=unit_id)
    notices = queries.disruptions(actor=actor, unit_ids=[unit_id], now=now).get(unit_id, [])
    context = {
        "unit": unit,
        "card": card,
        "kind": KIND_LABELS[unit.kind],
        "open_status": _open_status(card),
        "crumbs": home + [Crumb(step.name, reverse("organization:unit", args=[step.id])) for step in above[:-1]],
        "facts": _facts(unit, card, actor),
        "week": queries.week_hours(actor=actor, unit_id=unit_id, now=now),
        "has_couriers": unit.kind in SERVICE_POINTS or bool(card.couriers),
        "couriers": [(c, dial(c.phone), duty_status(c.duty)) for c in card.couriers],
        "notices": notices,
        "may_edit_couriers": actor.has(EDIT_COURIERS.code) and actor.reach.covers(unit.tree_no),
        "may_publish": actor.has(PUBLISH_DISRUPTION.code) and actor.reach.covers(unit.tree_no),
        "card_urls": [
            url
            for one in unit_cards()
            if actor.has(one.right) and (url := one.url(unit_id=unit_id, is_point=unit.kind in SERVICE_POINTS))
        ],
        "form": DisruptionForm(initial={"starts_at": clock.local(now, unit.zone).replace(tzinfo=None)}),
        **_deeds(unit, actor),
    }
    return render(request, "organization/unit.html", context)


def _open_status(card: OutletCard) -> Status:
    if not card.active:
        return Status(_("given up"), Tone.QUIET)
    if card.disruptions:
        return Status(_("disrupted"), Tone.WARN)
    if card.is_open is None:
        return Status(_("hours unknown"), Tone.WARN)
    if card.is_open:
        return Status(gettext("open until %(time)s") % {"time": card.until}, Tone.OK)
    return Status(_("closed now"), Tone.QUIET)


def _person_url(actor: Actor, person: Staff | None) -> str:
    """Nothing where their page is beyond one's reach: the name alone is for everybody."""
    if person is None or not actor.has(VIEW_STAFF.code):
        return ""
    seen = queries.staff_rows(actor=actor).filter(pk=person.pk).exists()
    return reverse("organization:person", args=[person.pk]) if seen else ""


def _facts(unit: Unit, card: OutletCard, actor: Actor) -> list[Fact]:
    services = gettext(", ").join(str(SERVICE_LABELS[code]) for code in unit.services)
    place = (
        f"{unit.lat.normalize():f}, {unit.lon.normalize():f}" if unit.lat is not None and unit.lon is not None else ""
    )
    head = unit.head
    return [
        Fact(label=_("Phone"), value=dials(unit.phones) if unit.phones else None, missing=_("no phone")),
        Fact(label=_("Today"), value=_hours(card), missing=_("hours unknown")),
        Fact(label=_("Address"), value=unit.address, copy=unit.address, missing=_("no address")),
        Fact(label=_("City"), value=" ".join(part for part in (unit.city, unit.region_code) if part)),
        Fact(label=_("Coordinates"), value=place, copy=place, missing=_("no coordinates")),
        Fact(label=_("Services"), value=services, missing=_("no services named")),
        Fact(label=_("Service area"), value=unit.area_text or gettext(", ").join(unit.districts)),
        Fact(
            label=_("Answers for it"),
            value=head.name if head else None,
            url=_person_url(actor, head),
            missing=_("nobody named"),
        ),
        Fact(label=_("Time zone"), value=formats.zone_words(unit.zone, clock.now())),
        Fact(label=_("Front or back"), value=SIDE_LABELS[unit.side]),
    ]


def _deeds(unit: Unit, actor: Actor) -> dict[str, object]:
    if not actor.has(EDIT_UNITS.code):
        return {"primary": None, "actions": []}
    close = Button(label=_("Close"), url=reverse("organization:unit_close", args=[unit.pk]))
    reopen = Button(label=_("Open again"), url=reverse("organization:unit_reopen", args=[unit.pk]), post=True)
    move = Button(label=_("Move"), url=reverse("organization:unit_move", args=[unit.pk]))
    is_root = unit.parent_id is None
    return {
        "primary": Button(label=_("Edit"), url=reverse("organization:unit_edit", args=[unit.pk]), key="e"),
        "actions": only(None if is_root else move, None if is_root else close if unit.active else reopen),
    }


def _calendars(actor: Actor) -> list[tuple[str, str]]:
    if not actor.has(VIEW_CALENDARS.code):
        return []
    rows = list_calendars(actor=actor, today=clock.local_date(clock.now(), actor.zone))
    return [(str(row.id), pick(row.labels) or row.code) for row in rows]


def _home() -> list[Crumb]:
    return [Crumb(gettext("Units"), reverse("organization:units"))]


@requires(EDIT_UNITS)
def new(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    units = queries.unit_tree(actor=actor)
    initial = {"parent_id": request.GET.get("below", ""), "kind": UnitKind.OUTLET.value}
    form = UnitForm(request.POST or None, calendars=_calendars(actor), initial=initial)
    place = MoveForm(request.POST or None, units=unit_choices(units) or [("", "–")], initial=initial)
    del place.fields["reason"]
    if not units:
        place.fields["parent_id"].required = False
    if form.is_bound and form.is_valid() and place.is_valid():
        parent = place.cleaned_data["parent_id"]
        try:
            made = actions.create_unit(
                actor=actor, parent_id=int(parent) if parent else None, entry=form.entry(), now=clock.now()
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(name)s is open.") % {"name": made.name})
            return HttpResponseRedirect(unit_url(queries.unit_by_id(actor=actor, unit_id=made.id)))
    return form_page(
        request,
        form,
        title=_("Open a unit"),
        submit=_("Open the unit"),
        crumbs=_home(),
        back=reverse("organization:units"),
        context={"before": place},
    )


@requires(EDIT_UNITS)
def edit(request: HttpRequest, unit_id: int) -> HttpResponse:
    actor = require_actor(request)
    unit = queries.unit_by_id(actor=actor, unit_id=unit_id)
    form = UnitForm(request.POST or None, calendars=_calendars(actor), initial=UnitForm.values_of(unit))
    back = reverse("organization:unit", args=[unit_id])
    if form.is_bound and form.is_valid():
        try:
            actions.update_unit(actor=actor, unit_id=unit_id, entry=form.entry(), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=filled(_("Edit %(name)s"), {"name": unit.name}),
        submit=_("Save"),
        crumbs=[*_home(), Crumb(unit.name, back)],
        back=back,
    )


@requires(EDIT_UNITS)
def move(request: HttpRequest, unit_id: int) -> HttpResponse:
    actor = require_actor(request)
    unit = queries.unit_by_id(actor=actor, unit_id=unit_id)
    units = [u for u in queries.unit_tree(actor=actor) if not unit.tree_no <= u.no <= unit.tree_end]
    form = MoveForm(request.POST or None, units=unit_choices(units), initial={"parent_id": str(unit.parent_id)})
    back = reverse("organization:unit", args=[unit_id])
    if form.is_bound and form.is_valid():
        try:
            actions.move_unit(
                actor=actor,
                unit_id=unit_id,
                parent_id=int(form.cleaned_data["parent_id"]),
                reason=form.cleaned_data["reason"],
                now=clock.now(),
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(name)s was moved with all that belongs to it.") % {"name": unit.name})
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=filled(_("Move %(name)s"), {"name": unit.name}),
        submit=_("Move"),
        crumbs=[*_home(), Crumb(unit.name, back)],
        back=back,
        note=_("Customers, goods and cases of the unit and of everything below it follow at once."),
    )


@requires(EDIT_UNITS)
def close(request: HttpRequest, unit_id: int) -> HttpResponse:
    actor = require_actor(request)
    unit = queries.unit_by_id(actor=actor, unit_id=unit_id)
    form = CloseForm(request.POST or None)
    back = reverse("organization:unit", args=[unit_id])
    if form.is_bound and form.is_valid():
        actions.close_unit(actor=actor, unit_id=unit_id, reason=form.cleaned_data["reason"], now=clock.now())
        toast(
            request,
            gettext("%(name)s is closed.") % {"name": unit.name},
            undo=reverse("organization:unit_reopen", args=[unit_id]),
        )
        return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=filled(_("Close %(name)s"), {"name": unit.name}),
        submit=_("Close the unit"),
        crumbs=[*_home(), Crumb(unit.name, back)],
        back=back,
        note=_("Its history stays. Units and people that still belong to it must be moved first."),
    )


@requires(EDIT_UNITS)
@require_POST
def reopen(request: HttpRequest, unit_id: int) -> HttpResponse:
    actions.reopen_unit(actor=require_actor(request), unit_id=unit_id, reason="", now=clock.now())
    return HttpResponseRedirect(reverse("organization:unit", args=[unit_id]))


@requires(PUBLISH_DISRUPTION)
@require_POST
def publish(request: HttpRequest, unit_id: int) -> HttpResponse:
    actor = require_actor(request)
    unit = queries.unit_by_id(actor=actor, unit_id=unit_id)
    back = unit_url(unit)
    form = DisruptionForm(request.POST)
    if form.is_valid():
        starts_at, ends_at = form.instants(unit.zone)
        try:
            actions.publish_disruption(
                actor=actor,
                unit_id=unit_id,
                text=form.cleaned_data["text"],
                starts_at=starts_at,
                ends_at=ends_at,
                now=clock.now(),
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Published: everybody who asks about %(name)s sees it.") % {"name": unit.name})
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=_("Publish a disruption"),
        submit=_("Publish"),
        crumbs=[*_home(), Crumb(unit.name, back)],
        back=back,
    )


@requires(PUBLISH_DISRUPTION)
@require_POST
def end(request: HttpRequest, disruption_id: int) -> HttpResponse:
    actor = require_actor(request)
    unit_id = actions.end_disruption(actor=actor, disruption_id=disruption_id, now=clock.now())
    toast(request, gettext("The disruption has ended."))
    return HttpResponseRedirect(unit_url(queries.unit_by_id(actor=actor, unit_id=unit_id)))


urlpatterns = [
    path("goods/outlets/", outlets, name="outlets"),
    path("goods/outlets/<int:unit_id>/", outlet_page, name="outlet"),
    path("goods/outlets/<int:unit_id>/disruptions/", publish, name="publish_disruption"),
    path("goods/outlets/disruptions/<int:disruption_id>/end/", end, name="end_disruption"),
    path("settings/units/", tree, name="units"),
    path("settings/units/new/", new, name="unit_new"),
    path("settings/units/<int:unit_id>/", unit_page, name="unit"),
    path("settings/units/<int:unit_id>/edit/", edit, name="unit_edit"),
    path("settings/units/<int:unit_id>/move/", move, name="unit_move"),
    path("settings/units/<int:unit_id>/close/", close, name="unit_close"),
    path("settings/units/<int:unit_id>/reopen/", reopen, name="unit_reopen"),
]
