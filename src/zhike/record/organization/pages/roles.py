"""Roles and their rights, and whose duties clash."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.authz import Right
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.organization import actions, queries
from zhike.record.organization.forms import RoleForm
from zhike.record.organization.forms.control import LANGUAGE_FIELDS
from zhike.record.organization.pages._shared import form_page
from zhike.record.organization.policies import EDIT_ROLES, VIEW_CONTROLS
from zhike.record.organization.types import ConflictFound

navigation.register(
    NavItem(
        job=Job.SETTINGS,
        label=_("Roles and rights"),
        url_name="organization:roles",
        right=VIEW_CONTROLS.code,
        order=32,
    )
)


def _by_area(rights: Sequence[Right]) -> list[tuple[str, list[Right]]]:
    areas: dict[str, list[Right]] = {}
    for right in rights:
        areas.setdefault(right.code.partition(".")[0], []).append(right)
    return list(areas.items())


@requires(VIEW_CONTROLS)
def matrix(request: HttpRequest) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    roles = queries.roles(actor=actor, now=now)
    labels = {role.code: role.label for role in roles}
    rights = queries.all_rights(actor=actor)
    labels |= {right.code: str(right.label) for right in rights}
    conflicts = queries.duty_conflicts(actor=actor, now=now)
    context = {
        "roles": roles,
        "areas": [
            (area, [(right.label, [(role.label, right.code in role.rights) for role in roles]) for right in found])
            for area, found in _by_area(rights)
        ],
        "conflicts": [_conflict(found, labels) for found in conflicts],
        "may_edit": actor.has(EDIT_ROLES.code),
        "span": len(roles) + 1,
        "now": now,
    }
    return render(request, "organization/roles.html", context)


def _conflict(found: ConflictFound, labels: dict[str, str]) -> dict[str, object]:
    return {
        "who": found.who,
        "url": reverse("organization:person", args=[found.staff_id]) if found.staff_id else "",
        "first": labels.get(found.conflict.first, found.conflict.first),
        "second": labels.get(found.conflict.second, found.conflict.second),
        "why": found.conflict.why,
    }


@requires(EDIT_ROLES)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    role = next((found for found in queries.roles(actor=actor, now=now) if found.code == code), None)
    if role is None:
        raise NotFound
    choices = [(right.code, str(right.label)) for right in queries.all_rights(actor=actor)]
    initial = {
        **{name: role.labels.get(language, "") for language, name in LANGUAGE_FIELDS},
        "reach": role.reach.value,
        "rights": sorted(role.rights),
        "active": role.active,
    }
    form = RoleForm(request.POST or None, rights=choices, initial=initial)
    back = reverse("organization:roles")
    if form.is_bound and form.is_valid():
        try:
            actions.save_role(
                actor=actor,
                code=code,
                labels=form.labels,
                rights_held=form.cleaned_data["rights"],
                reach=form.chosen_reach,
                active=form.cleaned_data["active"],
                now=now,
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=filled(_("Edit %(name)s"), {"name": role.label}),
        submit=_("Save"),
        crumbs=[Crumb(gettext("Roles and rights"), back)],
        back=back,
    )


urlpatterns = [
    path("settings/roles/", matrix, name="roles"),
    path("settings/roles/<slug:code>/", edit, name="role_edit"),
]
