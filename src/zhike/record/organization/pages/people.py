"""People: list, one person's page, roles, sign-in, and leaving step by step."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.accounts.types import OpenedAccount
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.i18n.folding import pinyin_key
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Fact, Severity, Status, Tone
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Flag, Kind, Search, Table
from zhike.platform.ui.toasts import toast
from zhike.record.organization import actions, queries
from zhike.record.organization.forms import AccountForm, CourierForm, GiveRoleForm, HandOverForm, ReasonForm, StaffForm
from zhike.record.organization.forms.units import unit_choices
from zhike.record.organization.models import Staff
from zhike.record.organization.pages._shared import by_name, dial, dials, duty_status, form_page, only, unit_url
from zhike.record.organization.policies import (
    ASSIGN_ROLES,
    DEACTIVATE_STAFF,
    EDIT_COURIERS,
    EDIT_STAFF,
    HAND_OVER,
    VIEW_STAFF,
)
from zhike.record.organization.queries.staff import HeldRole
from zhike.record.organization.types import StillHolding
from zhike.record.organization.types.labels import DUTY_LABELS, REACH_LABELS

navigation.register(
    NavItem(job=Job.SETTINGS, label=_("People"), url_name="organization:people", right=VIEW_STAFF.code, order=31)
)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    by_sound = Q(name_pinyin__startswith=pinyin_key(text)) if text.isascii() else Q()
    return rows.filter(Q(name__icontains=text) | Q(number__istartswith=text) | (by_sound or Q(pk=None)))


def _duty(staff: Staff) -> Status:
    return duty_status(staff.duty) if staff.active else Status(_("has left"), Tone.QUIET)


PEOPLE = Table(
    key="organization.people",
    title=_("People"),
    sort="name_pinyin",
    columns=(
        Column("name", pgettext_lazy("person", "Name"), sort="name_pinyin", lines=2),
        Column("number", _("Staff number"), sort="number", width="narrow"),
        Column("unit", _("Unit"), value="unit.name", lines=2),
        Column("rank", _("Rank")),
        Column(
            "phone", _("Phone"), Kind.MARKUP, value=lambda row: dial(row.phone, copy=False), plain=lambda row: row.phone
        ),
        Column("duty", pgettext_lazy("staff", "Duty"), Kind.STATUS, value=_duty),
        Column("is_courier", _("Courier"), Kind.YES),
        Column("sign_in", _("Sign-in"), Kind.YES, value=lambda row: row.user_id is not None),
        Column("employed_from", _("Employed from"), Kind.DAY, shown=False),
        Column("email", _("E-mail"), shown=False),
    ),
    filters=(
        Search(key="q", label=_("Search"), apply=_search, placeholder=_("Name, pinyin or number")),
        Choice(key="duty", label=pgettext_lazy("staff", "Duty"), options=list(DUTY_LABELS.items())),
        Flag(key="courier", label=_("Couriers"), condition=Q(is_courier=True)),
        Flag(key="no_phone", label=_("Without a phone"), condition=Q(phones=[])),
        Flag(key="left", label=_("Have left"), condition=Q(active=False)),
    ),
    views=(
        BuiltInView(label=_("Couriers"), query="courier=1"),
        BuiltInView(label=_("Couriers without a phone"), query="courier=1&no_phone=1"),
    ),
    row_url=lambda row: reverse("organization:person", args=[row.pk]),
    row_severity=lambda row: Severity.NOTICE if row.active and row.is_courier and not row.phones else Severity.NONE,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("Nobody here yet"),
        text=_("Add people one by one, or import a file of staff."),
    ),
)


@requires(VIEW_STAFF)
def people(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    rows = queries.staff_rows(actor=actor)
    if request.GET.get("left") != "1":
        rows = rows.active()
    add = Button(label=_("Add a person"), url=reverse("organization:person_new"), icon="plus", key="n")
    context = {"primary": add if actor.has(EDIT_STAFF.code) else None}
    return by_name(PEOPLE).respond(request, rows, template="organization/people.html", context=context)


def _home() -> list[Crumb]:
    return [Crumb(gettext("People"), reverse("organization:people"))]


def _crumbs(staff: Staff) -> list[Crumb]:
    return [*_home(), Crumb(staff.name, _page(staff.pk))]


def _page(staff_id: int) -> str:
    return reverse("organization:person", args=[staff_id])


@requires(VIEW_STAFF)
def person(request: HttpRequest, staff_id: int) -> HttpResponse:
    return _draw(request, staff_id)


def _draw(request: HttpRequest, staff_id: int, opened: OpenedAccount | None = None) -> HttpResponse:
    """The person's page; right after a sign-in was opened it also shows the first password, this once."""
    actor, now = require_actor(request), clock.now()
    staff = queries.staff_member(actor=actor, staff_id=staff_id)
    held_roles = queries.roles_of(actor=actor, staff_id=staff_id)
    context = {
        "staff": staff,
        "status": _duty(staff),
        "crumbs": _home(),
        "facts": _facts(staff),
        "skills": queries.skills_of(actor=actor, staff_id=staff_id),
        "roles": [(role, _role_status(role, now), REACH_LABELS[role.reach]) for role in held_roles],
        "may_assign": actor.has(ASSIGN_ROLES.code) and actor.staff_id != staff_id and staff.active,
        "opened": opened,
        "now": now,
        **_deeds(staff, actor),
    }
    return render(request, "organization/person.html", context)


def _facts(staff: Staff) -> list[Fact]:
    return [
        Fact(label=_("Phone"), value=dials(staff.phones) if staff.phones else None, missing=_("no phone")),
        Fact(label=_("E-mail"), value=staff.email, copy=staff.email),
        Fact(label=_("Unit"), value=staff.unit.name, url=unit_url(staff.unit)),
        Fact(label=_("Staff number"), value=staff.number, copy=staff.number),
        Fact(label=_("Rank"), value=staff.rank),
        Fact(label=_("Courier"), value=pgettext("answer", "Yes") if staff.is_courier else pgettext("answer", "No")),
        Fact(label=_("Employed from"), value=staff.employed_from),
        Fact(label=_("Employed until"), value=staff.employed_until),
        Fact(label=_("Sign-in"), value=staff.user.username if staff.user else None, missing=_("none")),
    ]


def _role_status(role: HeldRole, now: datetime) -> Status:
    if role.valid_until is not None and role.valid_until <= now:
        return Status(pgettext("role", "ended"), Tone.QUIET)
    return Status(pgettext("role", "in force"), Tone.OK) if role.valid_from <= now else Status(_("begins later"))


def _deeds(staff: Staff, actor: Actor) -> dict[str, Any]:
    def deed(label: Any, name: str, **more: Any) -> Button:  # noqa: ANN401 - a lazy text
        return Button(label=label, url=reverse(f"organization:{name}", args=[staff.pk]), **more)

    may_edit = actor.has(EDIT_STAFF.code)
    may_close = actor.has(DEACTIVATE_STAFF.code) and actor.staff_id != staff.pk
    account = (
        deed(_("New initial password"), "person_password", post=True)
        if staff.user_id
        else deed(_("Open a sign-in"), "person_account")
    )
    leave = deed(_("Leaving"), "person_leave") if staff.active else deed(_("Active again"), "person_return", post=True)
    return {
        "primary": deed(_("Edit"), "person_edit", key="e") if may_edit and staff.active else None,
        "actions": only(account if may_edit and staff.active else None, leave if may_close else None),
    }


def _form(actor: Actor, data: Any, staff: Staff | None = None) -> StaffForm:  # noqa: ANN401 - a QueryDict or nothing
    levels = {}
    if staff is not None:
        levels = {skill.code: skill.level for skill in queries.skills_of(actor=actor, staff_id=staff.pk)}
    return StaffForm(
        data,
        units=unit_choices(queries.unit_tree(actor=actor)),
        skills=list(queries.skills(actor=actor).items()),
        initial=StaffForm.values_of(staff, levels) if staff else {},
    )


@requires(EDIT_STAFF)
def new(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    form = _form(actor, request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.create_staff(actor=actor, entry=form.entry(), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(name)s was added.") % {"name": made.name})
            return HttpResponseRedirect(_page(made.id))
    return form_page(
        request,
        form,
        title=_("Add a person"),
        submit=_("Add"),
        crumbs=_home(),
        back=reverse("organization:people"),
    )


@requires(EDIT_STAFF)
def edit(request: HttpRequest, staff_id: int) -> HttpResponse:
    actor = require_actor(request)
    staff = queries.staff_member(actor=actor, staff_id=staff_id)
    form = _form(actor, request.POST or None, staff)
    if form.is_bound and form.is_valid():
        try:
            actions.update_staff(actor=actor, staff_id=staff_id, entry=form.entry(), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(_page(staff_id))
    return form_page(
        request,
        form,
        title=filled(_("Edit %(name)s"), {"name": staff.name}),
        submit=_("Save"),
        crumbs=_crumbs(staff),
        back=_page(staff_id),
    )


@requires(EDIT_STAFF)
def open_account(request: HttpRequest, staff_id: int) -> HttpResponse:
    actor = require_actor(request)
    staff = queries.staff_member(actor=actor, staff_id=staff_id)
    form = AccountForm(request.POST or None, initial={"language": actor.language})
    if form.is_bound and form.is_valid():
        try:
            opened = actions.open_staff_account(
                actor=actor,
                staff_id=staff_id,
                username=form.cleaned_data["username"],
                language=form.cleaned_data["language"],
                now=clock.now(),
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            return _draw(request, staff_id, opened)
    return form_page(
        request,
        form,
        title=filled(_("Open a sign-in for %(name)s"), {"name": staff.name}),
        submit=_("Open the sign-in"),
        crumbs=_crumbs(staff),
        back=_page(staff_id),
        note=_("The first password is shown once and must be changed at the first sign-in."),
    )


@requires(EDIT_STAFF)
@require_POST
def renew_password(request: HttpRequest, staff_id: int) -> HttpResponse:
    opened = actions.renew_staff_password(actor=require_actor(request), staff_id=staff_id, now=clock.now())
    return _draw(request, staff_id, opened)


@requires(ASSIGN_ROLES)
def give_role(request: HttpRequest, staff_id: int) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    staff = queries.staff_member(actor=actor, staff_id=staff_id)
    form = GiveRoleForm(
        request.POST or None,
        roles=[(role.code, role.label) for role in queries.roles(actor=actor, now=now) if role.active],
        units=unit_choices(queries.unit_tree(actor=actor)),
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            actions.assign_role(
                actor=actor,
                staff_id=staff_id,
                role=data["role"],
                reach=form.chosen_reach,
                unit_id=int(data["unit_id"]) if data["unit_id"] else None,
                valid_from=_start(data["valid_from"], staff.unit.zone),
                valid_until=_end(data["valid_until"], staff.unit.zone),
                now=now,
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Role given."))
            return HttpResponseRedirect(_page(staff_id))
    return form_page(
        request,
        form,
        title=filled(_("Give %(name)s a role"), {"name": staff.name}),
        submit=_("Give the role"),
        crumbs=_crumbs(staff),
        back=_page(staff_id),
    )


def _start(day: date | None, zone: str) -> datetime | None:
    return clock.day_start(day, zone) if day else None


def _end(day: date | None, zone: str) -> datetime | None:
    return clock.day_start(day + timedelta(days=1), zone) if day else None


@requires(ASSIGN_ROLES)
@require_POST
def take_role(request: HttpRequest, staff_id: int, staff_role_id: int) -> HttpResponse:
    actions.take_role(actor=require_actor(request), staff_role_id=staff_role_id, now=clock.now())
    toast(request, gettext("Role taken back."))
    return HttpResponseRedirect(_page(staff_id))


@requires(EDIT_COURIERS)
def courier(request: HttpRequest, staff_id: int) -> HttpResponse:
    """What an outlet keeps up to date of its couriers."""
    actor = require_actor(request)
    staff = queries.staff_member(actor=actor, staff_id=staff_id)
    form = CourierForm(request.POST or None, initial={"phones": ", ".join(staff.phones), "duty": staff.duty})
    back = unit_url(staff.unit)
    if form.is_bound and form.is_valid():
        try:
            actions.update_courier(
                actor=actor, staff_id=staff_id, phones=form.numbers, duty=form.chosen_duty, now=clock.now()
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=filled(_("Edit %(name)s"), {"name": staff.name}),
        submit=_("Save"),
        crumbs=[Crumb(staff.unit.name, back)],
        back=back,
    )


@requires(HAND_OVER, DEACTIVATE_STAFF)
def leave(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Everything that is still held, by kind, each with its new owner; the door closes when nothing is left."""
    actor = require_actor(request)
    staff = queries.staff_member(actor=actor, staff_id=staff_id)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.deactivate_staff(
                actor=actor, staff_id=staff_id, reason=form.cleaned_data["reason"], now=clock.now()
            )
        except StillHolding as error:
            form.add_error(None, error.text())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(name)s has left; the sign-in is closed.") % {"name": staff.name})
            return HttpResponseRedirect(_page(staff_id))
    held = queries.held_by(actor=actor, staff_id=staff_id)
    colleagues = _colleagues(actor, staff)
    context = {
        "staff": staff,
        "crumbs": _crumbs(staff),
        "held": [(kind, HandOverForm(colleagues=colleagues, initial={"kind": kind.kind})) for kind in held],
        "total": sum(kind.count for kind in held),
        "form": form,
        "may_close": actor.has(DEACTIVATE_STAFF.code),
    }
    return render(request, "organization/leave.html", context, status=422 if form.errors else 200)


def _colleagues(actor: Actor, staff: Staff) -> list[tuple[str, str]]:
    """Active colleagues, those of the same unit first."""
    rows = list(queries.staff_rows(actor=actor).active().exclude(pk=staff.pk).order_by("name_pinyin", "pk")[:2000])
    rows.sort(key=lambda row: row.unit_id != staff.unit_id)
    return [(str(row.pk), f"{row.name} {row.number}  {row.unit.name}") for row in rows]


@requires(HAND_OVER)
@require_POST
def hand_over(request: HttpRequest, staff_id: int) -> HttpResponse:
    actor = require_actor(request)
    staff = queries.staff_member(actor=actor, staff_id=staff_id)
    form = HandOverForm(request.POST, colleagues=_colleagues(actor, staff))
    back = reverse("organization:person_leave", args=[staff_id])
    if not form.is_valid():
        raise Invalid.of("to_staff_id", "required", _("Choose an active colleague."))
    ticked = [int(text) for text in request.POST.getlist("items") if text.isascii() and text.isdigit()]
    passed = actions.hand_over(
        actor=actor,
        from_staff_id=staff_id,
        to_staff_id=int(form.cleaned_data["to_staff_id"]),
        kind=form.cleaned_data["kind"],
        item_ids=None if request.POST.get("all") == "1" else ticked,
        reason=form.cleaned_data["reason"],
        now=clock.now(),
    )
    toast(request, gettext("%(count)s handed over.") % {"count": passed})
    return HttpResponseRedirect(back)


@requires(DEACTIVATE_STAFF)
@require_POST
def come_back(request: HttpRequest, staff_id: int) -> HttpResponse:
    actions.reactivate_staff(actor=require_actor(request), staff_id=staff_id, reason="", now=clock.now())
    return HttpResponseRedirect(_page(staff_id))


urlpatterns = [
    path("goods/couriers/<int:staff_id>/", courier, name="courier"),
    path("settings/people/", people, name="people"),
    path("settings/people/new/", new, name="person_new"),
    path("settings/people/<int:staff_id>/", person, name="person"),
    path("settings/people/<int:staff_id>/edit/", edit, name="person_edit"),
    path("settings/people/<int:staff_id>/sign-in/", open_account, name="person_account"),
    path("settings/people/<int:staff_id>/password/", renew_password, name="person_password"),
    path("settings/people/<int:staff_id>/roles/", give_role, name="person_roles"),
    path("settings/people/<int:staff_id>/roles/<int:staff_role_id>/take/", take_role, name="role_take"),
    path("settings/people/<int:staff_id>/leave/", leave, name="person_leave"),
    path("settings/people/<int:staff_id>/hand-over/", hand_over, name="hand_over"),
    path("settings/people/<int:staff_id>/return/", come_back, name="person_return"),
]
