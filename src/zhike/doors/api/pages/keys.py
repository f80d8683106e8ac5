"""Keys of programs: made with no more than their maker may do, shown once, ended at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.doors.api import actions, queries
from zhike.doors.api.forms import KeyForm
from zhike.doors.api.policies import MANAGE_KEYS
from zhike.doors.api.types import KeySummary
from zhike.platform import authz, clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Status, Tone
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem, register
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.organization.queries import unit_tree

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One key in the list."""

    key: KeySummary
    status: Status
    rights: tuple[str, ...]
    live: bool


@requires(MANAGE_KEYS)
@require_GET
def key_list(request: HttpRequest) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    context = {
        "lines": [_line(key, now) for key in queries.list_keys(actor=actor)],
        "primary": Button(label=_("Make a key"), url=reverse("api:new_key"), icon="plus"),
        "empty": Empty(
            kind=EmptyKind.NOTHING_YET,
            title=_("No program has a key yet"),
            text=_("A key lets a program read and write through the API, within the rights and the units you give it."),
        ),
    }
    return render(request, "api/keys.html", context)


@requires(MANAGE_KEYS)
@never_cache
@require_http_methods(["GET", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    """Asks what the key may do; the answer shows the whole key, this once."""
    actor, now = require_actor(request), clock.now()
    form = _form(request, actor)
    if request.method == "POST" and form.is_valid():
        try:
            made = _make(actor, form, now)
        except Invalid as error:
            add_errors(form, error)
        else:
            return render(request, "api/made.html", {"key": made, "crumbs": _crumbs()}, status=201)
    context = {"form": form, "crumbs": _crumbs()}
    return render(request, "api/new.html", context, status=422 if form.errors else 200)


@requires(MANAGE_KEYS)
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    ended = actions.revoke_key(actor=require_actor(request), key_id=key_id, now=clock.now())
    toast(
        request, gettext("“%(name)s” is revoked; programs that use it are refused from now on.") % {"name": ended.name}
    )
    return HttpResponseRedirect(reverse("api:keys"))


def _form(request: HttpRequest, actor: Actor) -> KeyForm:
    rights = [(code, f"{right.label} ({code})") for code, right in queries.giveable_rights(actor=actor).items()]
    units = [
        (str(unit.id), f"{'　' * unit.depth}{unit.name}")
        for unit in unit_tree(actor=actor)
        if actor.reach.everything or actor.reach.covers(unit.no)
    ]
    whole = [("", _("The whole company"))] if actor.reach.everything else []
    return KeyForm(request.POST or None, rights=rights, units=[*whole, *units])


def _make(actor: Actor, form: KeyForm, now: datetime) -> KeySummary:
    day, unit = form.cleaned_data["expires_on"], form.cleaned_data["unit"]
    return actions.make_key(
        actor=actor,
        name=form.cleaned_data["name"],
        rights=form.cleaned_data["rights"],
        unit_id=int(unit) if unit else None,
        # Until the end of that day where its maker is.
        expires_at=clock.day_start(day + DAY, actor.zone) if day else None,
        now=now,
    )


def _line(key: KeySummary, now: datetime) -> Line:
    live = key.revoked_at is None and (key.expires_at is None or key.expires_at > now)
    if key.revoked_at is not None:
        status = Status(pgettext_lazy("key", "revoked"), Tone.QUIET)
    elif not live:
        status = Status(pgettext_lazy("key", "expired"), Tone.QUIET)
    else:
        status = Status(pgettext_lazy("key", "in use"), Tone.OK)
    known = authz.rights()
    labels = tuple(str(known[code].label) if code in known else code for code in key.rights)
    return Line(key=key, status=status, rights=labels, live=live)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("API keys"), reverse("api:keys"))]


register(NavItem(job=Job.SETTINGS, label=_("API keys"), url_name="api:keys", right=MANAGE_KEYS.code, order=80))
