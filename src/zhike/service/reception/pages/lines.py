"""Whose telephone is whose, and the telephone systems that tell us of calls."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Text
from zhike.platform.ui.formpage import form_page
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Column, Kind, Search, Table
from zhike.platform.ui.toasts import toast
from zhike.service.reception import actions, queries
from zhike.service.reception.forms import ExtensionForm, PhoneSystemForm
from zhike.service.reception.models import Extension
from zhike.service.reception.pages._shared import posted, staff_choices, unit_choices
from zhike.service.reception.policies import MANAGE, SERVE
from zhike.service.reception.queries.lines import named_like
from zhike.service.reception.types import CANONICAL, Profile

NEW, NOBODY = "new", "0"
navigation.register(
    NavItem(job=Job.SETTINGS, label=_("Extensions"), url_name="reception:extensions", right=MANAGE.code, order=62),
    NavItem(job=Job.SETTINGS, label=_("Telephone systems"), url_name="reception:systems", right=MANAGE.code, order=64),
)
EXTENSIONS = Table(
    key="reception.extensions",
    title=_("Extensions"),
    sort="number",
    columns=(
        Column("number", _("Extension"), sort="number"),
        Column("staff", _("Whose it is"), value="staff.name"),
        Column("unit", _("Unit"), value="staff.unit.name"),
        Column("valid_from", pgettext_lazy("extension", "Since"), Kind.TIME, sort="valid_from"),
    ),
    filters=(Search(key="q", label=_("Extension or name"), apply=named_like),),
    row_url=lambda row: f"{reverse('reception:extension_new')}?{urlencode({'number': row.number})}",
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No extension is assigned"),
        text=_("Without one, calls wait in the list of waiting enquiries for whoever takes them."),
    ),
)


@requires(MANAGE, SERVE)
def extensions(request: HttpRequest) -> HttpResponseBase:
    """Those within reach for whoever assigns them; one's own for everybody."""
    actor = require_actor(request)
    may = actor.has(MANAGE.code)
    button = Button(label=_("Assign an extension"), url=reverse("reception:extension_new"), icon="plus", drawer=True)
    context = {"primary": button if may else None, "may": may}
    return EXTENSIONS.respond(
        request, queries.extension_rows(actor=actor), template="reception/extensions.html", context=context
    )


@requires(MANAGE)
def assign(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    held = queries.extension_rows(actor=actor).filter(number=request.GET.get("number", "")).first()
    initial = {"number": held.number, "person": str(held.staff_id)} if held else request.GET.dict()
    form = ExtensionForm(posted(request), initial=initial, people=_takers(actor, held))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        if held is not None and data["person"] == NOBODY:
            return _taken_back(request, held.pk)
        try:
            actions.assign_extension(actor=actor, number=data["number"], staff_id=int(data["person"]), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Extension %(number)s is assigned.") % {"number": data["number"]})
            return HttpResponseRedirect(reverse("reception:extensions"))
    return form_page(
        request,
        form,
        room="reception",
        title=_("Assign an extension"),
        submit=_("Assign"),
        crumbs=[Crumb(gettext("Extensions"), reverse("reception:extensions"))],
        back=reverse("reception:extensions"),
        note=_("Calls at this telephone show on this person's screen. Whoever had it until now has it no longer."),
    )


def _takers(actor: Actor, held: Extension | None) -> list[tuple[str, Text]]:
    """Who may have a telephone; of one in use also whoever has it, and nobody."""
    found: list[tuple[str, Text]] = list(staff_choices(actor))
    if held is None:
        return found
    own = (str(held.staff_id), f"{held.staff.name} {held.staff.unit.name}")
    return [
        own,
        *(one for one in found if one[0] != own[0]),
        (NOBODY, _("Nobody: its calls wait for whoever takes them")),
    ]


@require_POST
@requires(MANAGE)
def end(request: HttpRequest, extension_id: int) -> HttpResponse:
    return _taken_back(request, extension_id)


def _taken_back(request: HttpRequest, extension_id: int) -> HttpResponse:
    actions.end_extension(actor=require_actor(request), extension_id=extension_id, now=clock.now())
    toast(request, gettext("Taken back."))
    return HttpResponseRedirect(reverse("reception:extensions"))


@requires(MANAGE)
def systems(request: HttpRequest) -> HttpResponse:
    """Telephone systems with the addresses that they send to."""
    rows = queries.phone_systems(actor=require_actor(request))
    context = {
        "rows": [(row, f"/connect/telephony/{row.code}/") for row in rows],
        "primary": Button(label=_("Connect a telephone system"), url=reverse("reception:system", args=[NEW])),
        "empty": Empty(
            kind=EmptyKind.NOTHING_YET,
            title=_("No telephone system is connected"),
            text=_("It sends an event at each ring, answer and end; nothing is installed on it."),
        ),
    }
    return render(request, "reception/systems.html", context)


@requires(MANAGE)
def system(request: HttpRequest, code: str) -> HttpResponse:
    """How the payload of one telephone system reads."""
    actor = require_actor(request)
    row = None if code == NEW else queries.phone_system(actor=actor, code=code)
    own = Profile(fields={name: name for name in CANONICAL}, zone=actor.zone)
    texts = PhoneSystemForm.texts(queries.profile_of(row) if row else own)
    known = {"code": row.code, "name": row.name, "unit": str(row.unit_id), "active": row.active} if row else {}
    form = PhoneSystemForm(
        posted(request), initial={"unit": str(actor.unit_id), **texts, **known}, units=unit_choices(actor)
    )
    if row is not None:
        form.fields["code"].disabled = True
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            actions.save_phone_system(
                actor=actor,
                code=data["code"],
                name=data["name"],
                unit_id=int(data["unit"]),
                profile=form.profile(),
                active=data["active"],
                now=clock.now(),
            )
        except Invalid as error:
            _explain(form, error)
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("reception:systems"))
    return form_page(
        request,
        form,
        room="reception",
        title=_("Telephone system"),
        submit=_("Save"),
        crumbs=[Crumb(gettext("Telephone systems"), reverse("reception:systems"))],
        back=reverse("reception:systems"),
        note=_("A system that sends our own fields needs no change here."),
    )


def _explain(form: PhoneSystemForm, error: Invalid) -> None:
    named = {name if name in form.fields else f"{name}_text": found for name, found in error.fields.items()}
    add_errors(form, Invalid(named))


urlpatterns = [
    path("extensions/", extensions, name="extensions"),
    path("extensions/new/", assign, name="extension_new"),
    path("extensions/<int:extension_id>/end/", end, name="extension_end"),
    path("systems/", systems, name="systems"),
    path("systems/<slug:code>/", system, name="system"),
]
