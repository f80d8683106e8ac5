"""Parameters for people: by area, with source and history; changed with a reason, approved by a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor, ActorKind, actor_again
from zhike.platform.errors import Invalid
from zhike.platform.parameters import actions, queries, rules
from zhike.platform.parameters.forms import ChangeForm, NoteForm
from zhike.platform.parameters.policies import APPROVE_PARAMETERS, CHANGE_PARAMETERS, VIEW_PARAMETERS, is_proposer
from zhike.platform.parameters.types import Change, Outcome, Parameter, Proposal, Row
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Fact
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem, register
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast

MOUNT = "settings/parameters/"
MOST_SEARCH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One parameter in the list."""

    row: Row
    value: str
    source: str
    default: str
    url: str
    history_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    label: Any
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A proposal with what this reader may do about it."""

    proposal: Proposal
    label: Any
    now: str
    value: str
    who: str
    is_own: bool
    may_decide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One line of the history."""

    change: Change
    source: str
    value: str
    previous: str
    who: str
    approved_by: str
    is_current: bool
    is_coming: bool


@requires(VIEW_PARAMETERS)
@require_GET
def parameter_list(request: HttpRequest) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    text = request.GET.get("q", "")[:MOST_SEARCH]
    areas = queries.list_areas(actor=actor, now=now, text=text)
    groups = [Group(label=area.label, lines=tuple(_line(row) for row in area.rows)) for area in areas]
    empty = Empty(
        kind=EmptyKind.NO_MATCH,
        title=gettext("No parameter matches"),
        button=Button(label=_("Show all"), url=reverse("parameters:list")),
    )
    context = {"groups": groups, "text": text, "waiting": _waiting(actor, now), "empty": empty}
    return render(request, "parameters/list.html", context)


@requires(VIEW_PARAMETERS)
@require_http_methods(["GET", "POST"])
def parameter_page(request: HttpRequest, key: str) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    row = queries.get_row(actor=actor, key=key, now=now)
    form = ChangeForm(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            outcome = _change(actor, key, form, now)
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, _told(outcome))
            return HttpResponseRedirect(reverse("parameters:page", args=[key]))
    status = 422 if form.errors else 200
    return render(request, "parameters/page.html", _page(actor, row, form, now), status=status)


@requires(VIEW_PARAMETERS)
@require_GET
def parameter_history(request: HttpRequest, key: str) -> HttpResponse:
    """The history alone: the list opens it in the drawer."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_row(actor=actor, key=key, now=now)
    context = {"row": row, "history": _history(actor, row, now), "crumbs": _crumbs(row)}
    return render(request, "parameters/history.html", context)


@requires(APPROVE_PARAMETERS)
@require_POST
def approve(request: HttpRequest, proposal_id: int) -> HttpResponse:
    outcome = actions.approve_proposal(actor=require_actor(request), proposal_id=proposal_id, now=clock.now())
    toast(request, _told(outcome))
    return HttpResponseRedirect(reverse("parameters:page", args=[outcome.key]))


@requires(APPROVE_PARAMETERS)
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Asks why, then closes the proposal."""
    actor, now = require_actor(request), clock.now()
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.refuse_proposal(actor=actor, proposal_id=proposal_id, note=form.cleaned_data["note"], now=now)
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Refused. The value in effect stays."))
            return HttpResponseRedirect(reverse("parameters:list"))
    waiting = next((found for found in _waiting(actor, now) if found.proposal.id == proposal_id), None)
    if waiting is None:
        return HttpResponseRedirect(reverse("parameters:list"))
    context = {"form": form, "waiting": waiting, "crumbs": [Crumb(_("Parameters"), reverse("parameters:list"))]}
    return render(request, "parameters/refuse.html", context, status=422 if form.errors else 200)


@requires(CHANGE_PARAMETERS)
@require_POST
def withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    actions.withdraw_proposal(actor=require_actor(request), proposal_id=proposal_id, now=clock.now())
    toast(request, gettext("Proposal withdrawn."))
    return HttpResponseRedirect(reverse("parameters:list"))


def _change(actor: Actor, key: str, form: ChangeForm, now: datetime) -> Outcome:
    return actions.set_parameter(
        actor=actor,
        key=key,
        value=form.cleaned_data["value"],
        reason=form.cleaned_data["reason"],
        source=form.cleaned_data["source"],
        valid_from=_instant(form.cleaned_data["valid_from"], actor.zone),
        now=now,
    )


def _instant(wall: datetime | None, zone: str) -> datetime | None:
    """Wall time in the actor's zone; years that no instant can be made of are refused."""
    if wall is None:
        return None
    try:
        return clock.instant_of(wall.replace(tzinfo=None), zone)
    except OverflowError as error:
        raise Invalid.of("valid_from", "too_far", _("A change begins within the next ten years.")) from error


def _told(outcome: Outcome) -> str:
    if outcome.is_pending:
        return gettext("Proposed. It takes effect when somebody else approves it.")
    return gettext("Saved as version %(version)s.") % {"version": outcome.version}


def _page(actor: Actor, row: Row, form: ChangeForm, now: datetime) -> dict[str, Any]:
    parameter = row.parameter
    return {
        "row": row,
        "form": form,
        "may_change": actor.has(CHANGE_PARAMETERS.code),
        "value": rules.display(parameter, row.value),
        "facts": _facts(row),
        "coming": [(rules.display(parameter, change.value), change) for change in row.coming],
        "history": _history(actor, row, now),
        "waiting": [found for found in _waiting(actor, now) if found.proposal.key == parameter.key],
        "crumbs": _crumbs(row),
    }


def _facts(row: Row) -> list[Fact]:
    parameter: Parameter[Any] = row.parameter
    return [
        Fact(label=_("Default"), value=rules.display(parameter, parameter.default)),
        Fact(label=_("Its source"), value=source_words(parameter.source)),
        *([] if rules.has_own_unit(parameter) else [Fact(label=_("Unit"), value=str(parameter.unit))]),
        Fact(label=_("Limits"), value=" · ".join(rules.limits(parameter)), missing=_("none set")),
        Fact(label=_("Version"), value=str(row.version)),
        Fact(label=pgettext_lazy("parameter", "Key"), value=parameter.key, copy=parameter.key),
    ]


def _crumbs(row: Row) -> list[Crumb]:
    return [Crumb(_("Parameters"), reverse("parameters:list")), Crumb(queries.area_label(row.parameter.area))]


def source_words(source: str) -> str:
    """The declared source in the reader's language; what people wrote stays as it is."""
    return gettext(source) if source else ""


def _line(row: Row) -> Line:
    parameter = row.parameter
    return Line(
        row=row,
        value=rules.display(parameter, row.value),
        default=rules.display(parameter, parameter.default),
        source=source_words(row.source),
        url=reverse("parameters:page", args=[parameter.key]),
        history_url=reverse("parameters:history", args=[parameter.key]),
    )


def _waiting(actor: Actor, now: datetime) -> list[Waiting]:
    rows: dict[str, Row] = {}
    found: list[Waiting] = []
    for proposal in queries.list_pending(actor=actor):
        row = rows.setdefault(proposal.key, queries.get_row(actor=actor, key=proposal.key, now=now))
        own = is_proposer(actor, proposal.proposed_by_person)
        found.append(
            Waiting(
                proposal=proposal,
                label=row.parameter.label,
                now=rules.display(row.parameter, row.value),
                value=rules.display(row.parameter, proposal.value),
                who=_who(proposal.proposed_by_kind, proposal.proposed_by_id, now),
                is_own=own,
                may_decide=not own and actor.has(APPROVE_PARAMETERS.code),
            )
        )
    return found


def _history(actor: Actor, row: Row, now: datetime) -> Sequence[Past]:
    parameter = row.parameter
    coming = {change.version for change in row.coming}
    return [
        Past(
            change=change,
            source=source_words(change.source),
            value=rules.display(parameter, change.value),
            previous="" if change.previous is None else rules.display(parameter, change.previous),
            who=_who(change.actor_kind, change.actor_id, now),
            approved_by=_who(change.approved_kind, change.approved_id, now),
            is_current=change.version == row.version,
            is_coming=change.version in coming,
        )
        for change in queries.history_of(actor=actor, key=parameter.key)
    ]


def _who(kind: str, actor_id: str, now: datetime) -> str:
    """The person's name while they work here, else what the record says."""
    if not kind:
        return ""
    if kind == ActorKind.SYSTEM.value:
        return pgettext("who acts", "system")
    found = actor_again(kind, actor_id, now=now)
    if found is not None and found.label:
        return found.label
    return gettext("staff no. %(id)s") % {"id": actor_id} if kind == ActorKind.STAFF.value else f"{kind} {actor_id}"


register(
    NavItem(
        job=Job.SETTINGS,
        label=_("Parameters"),
        url_name="parameters:list",
        right=VIEW_PARAMETERS.code,
        order=10,
    )
)

urlpatterns = [
    path("", parameter_list, name="list"),
    path("proposals/<int:proposal_id>/approve/", approve, name="approve"),
    path("proposals/<int:proposal_id>/refuse/", refuse, name="refuse"),
    path("proposals/<int:proposal_id>/withdraw/", withdraw, name="withdraw"),
    path("<str:key>/", parameter_page, name="page"),
    path("<str:key>/history/", parameter_history, name="history"),
]
