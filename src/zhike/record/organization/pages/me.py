"""The own profile: language, appearance, keys, duty."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.accounts import actions as accounts
from zhike.platform.accounts import queries as sign_ins
from zhike.platform.accounts.types import Profile
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.ui import formats
from zhike.platform.ui.access import signed_in
from zhike.platform.ui.components import Fact
from zhike.platform.ui.context import THEME_COOKIE
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.organization import actions, queries
from zhike.record.organization.forms import ProfileForm
from zhike.record.organization.models import Staff
from zhike.record.organization.pages._shared import dials, duty_status, unit_url
from zhike.record.organization.types.labels import REACH_LABELS

A_YEAR = 31_536_000


@signed_in
def me(request: HttpRequest) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    if actor.staff_id is None or actor.user_id is None:
        raise NotFound
    profile = sign_ins.profile(actor=actor, user_id=actor.user_id)
    staff = queries.staff_member(actor=actor, staff_id=actor.staff_id)
    initial = {
        "language": profile.language,
        "theme": profile.theme.value,
        "keyboard_shortcuts": profile.keyboard_shortcuts,
        "duty": staff.duty,
    }
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        return _save(request, actor, form)
    held = [role for role in queries.roles_of(actor=actor, staff_id=actor.staff_id) if role.code in actor.roles]
    context = {
        "form": form,
        "staff": staff,
        "duty": duty_status(staff.duty),
        "facts": _facts(staff, profile),
        "roles": [(role, REACH_LABELS[role.reach]) for role in held if not role.valid_until or role.valid_until > now],
    }
    return render(request, "organization/me.html", context, status=422 if form.is_bound else 200)


def _facts(staff: Staff, profile: Profile) -> list[Fact]:
    return [
        Fact(label=_("User name"), value=profile.username),
        Fact(label=_("Unit"), value=staff.unit.name, url=unit_url(staff.unit)),
        Fact(label=_("Staff number"), value=staff.number),
        Fact(label=_("Phone"), value=dials(staff.phones) if staff.phones else None, missing=_("no phone")),
        Fact(label=_("E-mail"), value=staff.email),
        Fact(label=_("Time zone"), value=formats.zone_words(staff.unit.zone, clock.now())),
    ]


def _save(request: HttpRequest, actor: Actor, form: ProfileForm) -> HttpResponse:
    """Keep the choices with the sign-in, and in this browser at once."""
    now = clock.now()
    profile = accounts.update_profile(
        actor=actor,
        user_id=actor.user_id or 0,
        language=form.cleaned_data["language"],
        theme=form.cleaned_data["theme"],
        keyboard_shortcuts=form.cleaned_data["keyboard_shortcuts"],
        now=now,
    )
    actions.set_duty(actor=actor, staff_id=actor.staff_id or 0, duty=form.chosen_duty, now=now)
    with translation.override(profile.language):
        toast(request, gettext("Saved."))
    response = HttpResponseRedirect(reverse("organization:me"))
    for name, value in ((settings.LANGUAGE_COOKIE_NAME, profile.language), (THEME_COOKIE, profile.theme.value)):
        response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


urlpatterns = [
    path("me/", me, name="me"),
]
