"""Changes of targets: proposed, previewed, decided by another person, followed by open clocks."""

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars.show import who
from zhike.platform.db.ids import id_of
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.parameters.types import ProposalState
from zhike.platform.ui import formats
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Empty, EmptyKind, Fact, Status, Tone
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.agreements import actions as agreements
from zhike.record.agreements import queries as targets
from zhike.record.agreements.policies import APPROVE_TARGETS, SET_TARGETS
from zhike.record.agreements.queries import TargetChange
from zhike.record.agreements.types import CHANGE_LABELS, MEASURE_LABELS, Measure, TargetEntry
from zhike.service.cases import queries
from zhike.service.cases.forms.targets import EVERY, OPEN, EndTargetForm, NoteForm, RefusalForm, TargetForm
from zhike.service.cases.pages._shared import category_choices, form_page, posted
from zhike.service.cases.pages.targets import (
    EVERY_CLASS,
    Line,
    Names,
    crumbs,
    figure,
    hours,
    propose_button,
    tabs_of,
    what_of,
)
from zhike.service.cases.queries.targets import MOST

_TONES = {
    ProposalState.PENDING.value: Tone.WARN,
    ProposalState.APPROVED.value: Tone.OK,
    ProposalState.REFUSED.value: Tone.QUIET,
    ProposalState.WITHDRAWN.value: Tone.QUIET,
}
_DECIDED = {
    ProposalState.APPROVED.value: _("Approved by"),
    ProposalState.REFUSED.value: _("Refused by"),
    ProposalState.WITHDRAWN.value: _("Withdrawn by"),
}


def status_of(row: TargetChange) -> Status:
    return Status(CHANGE_LABELS[row.state], _TONES[row.state])


def _url(line: Any) -> str:  # noqa: ANN401 - a line of the table
    return reverse("cases:target_change", args=[line.pk])


LIST = Table(
    key="cases.target_changes",
    title=_("Changes of targets"),
    sort="-proposed_at",
    columns=(
        Column("measure", _("Clock"), value=lambda line: MEASURE_LABELS[line.row.measure], url=_url),
        Column("category", _("Category")),
        Column(
            "customer_class",
            pgettext_lazy("customer", "Class"),
            value=lambda line: line.row.customer_class or EVERY_CLASS,
        ),
        Column(
            "hours",
            pgettext_lazy("standard", "Number"),
            Kind.NUMBER,
            value=lambda line: formats.bare(hours(line.row)),
        ),
        Column("unit", _("Unit"), value=lambda line: line.unit if line.row.budget is not None else _("ends")),
        Column("state", _("State"), Kind.STATUS, value=lambda line: status_of(line.row)),
        Column(
            "holds_from", _("In force from"), Kind.TIME, value=lambda line: line.row.holds_from or line.row.valid_from
        ),
        Column("moved", _("Clocks moved"), Kind.NUMBER, decimals=0),
        Column("proposed_at", _("Proposed"), Kind.AGO, sort="proposed_at"),
        Column("reason", _("Reason"), lines=2, width="wide"),
    ),
    filters=(
        Choice(
            key="state",
            label=_("State"),
            options=[(str(code), label) for code, label in CHANGE_LABELS.items()],
            field="state",
        ),
    ),
    views=(BuiltInView(label=_("To decide"), query="state=pending"),),
    row_url=_url,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No change yet"),
        text=_("Whoever may propose one does so from a target; another person decides."),
    ),
)


@requires(SET_TARGETS, APPROVE_TARGETS)
def change_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    names = Names.of(actor)
    context = {"title": LIST.title, "primary": propose_button(actor), "tabs": tabs_of(actor, "target_changes")}
    return LIST.respond(
        request,
        targets.change_rows(actor=actor),
        template="cases/targets.html",
        context=context,
        decorate=lambda rows: [Line(row, names.category(row.category), names.unit(row)) for row in rows],
    )


@requires(SET_TARGETS)
def new(request: HttpRequest) -> HttpResponse:
    """Propose a target, or with `of` another one in the place of this, or with `end` that it ends."""
    actor, now = require_actor(request), clock.now()
    chosen = request.GET.get("of", "")
    # What is no id at all is no target, like one that is not there.
    row = targets.get_target(actor=actor, target_id=id_of(chosen) or 0) if chosen else None
    form: EndTargetForm
    if row is not None and request.GET.get("end"):
        form = EndTargetForm(posted(request))
    else:
        names = Names.of(actor)
        form = TargetForm(
            posted(request),
            initial=_initial(row) if row is not None else {"counted": OPEN},
            categories=category_choices(actor),
            calendars=[(str(pk), label) for pk, label in names.calendars.items()],
        )
    if form.is_bound and form.is_valid():
        try:
            made = agreements.propose_target(actor=actor, entry=_entry(form, row, actor), now=now)
        except Invalid as error:
            add_errors(form, _on_fields(error))
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("Proposed. Somebody else approves it; until then nothing changes."))
            return HttpResponseRedirect(reverse("cases:target_change", args=[made]))
    return form_page(
        request,
        form,
        title=_("Propose a target") if row is None or isinstance(form, TargetForm) else _end_of(row, actor),
        submit=_("Propose and preview"),
        crumbs=crumbs(),
        back=reverse("cases:target", args=[row.pk]) if row is not None else reverse("cases:targets"),
        note=_("Nothing changes yet: the next page shows what would happen to open cases, and another person decides."),
    )


def _end_of(row: Any, actor: Actor) -> str:  # noqa: ANN401 - a row of the table
    """Which target it is that would end."""
    names = Names.of(actor)
    return gettext("Propose the end of a target: %(clock)s, %(figure)s (%(what)s)") % {
        "clock": MEASURE_LABELS[row.measure],
        "figure": figure(row, names),
        "what": what_of(row, names),
    }


def _alike(row: TargetChange, actor: Actor, now: Any) -> str:  # noqa: ANN401 - a moment
    """The other classes of this category for which the same target holds already; empty where there is none."""
    if row.budget is None:
        return ""
    same = targets.target_rows(actor=actor).filter(
        measure=row.measure,
        category=row.category,
        budget=row.budget,
        every_hour=row.every_hour,
        calendar=row.calendar_id,
        valid_from__lte=now,
    )
    others = same.exclude(customer_class=row.customer_class).filter(Q(valid_until=None) | Q(valid_until__gt=now))
    classes = sorted({one or str(EVERY_CLASS) for one in others.values_list("customer_class", flat=True)})
    if not classes:
        return ""
    return gettext("The same as what holds for class: %(classes)s.") % {"classes": gettext(", ").join(classes)}


def _entry(form: EndTargetForm, row: Any, actor: Actor) -> TargetEntry:  # noqa: ANN401 - a row of the table
    now = clock.now()
    if isinstance(form, TargetForm):
        return form.entry(now, actor.zone)
    return TargetEntry(
        measure=Measure(row.measure),
        budget=None,
        category=row.category,
        customer_class=row.customer_class,
        valid_from=form.since(now, actor.zone),
        reason=form.cleaned_data["reason"],
        source=form.cleaned_data["source"],
    )


def _on_fields(error: Invalid) -> Invalid:
    """Where the action speaks of a budget, the page has hours."""
    places = {"budget": "hours", "calendar_id": "calendar"}
    found = {places.get(name, name): errors for name, errors in error.fields.items()}
    return Invalid(found)


def _initial(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the table
    return {
        "measure": row.measure,
        "category": row.category,
        "customer_class": row.customer_class,
        "hours": f"{(hours(row) or Decimal(0)).normalize():f}",
        "counted": EVERY if row.every_hour else OPEN,
        "calendar": str(row.calendar_id or ""),
    }


@requires(SET_TARGETS, APPROVE_TARGETS)
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    return _page(request, change_id, RefusalForm())


@requires(SET_TARGETS, APPROVE_TARGETS)
def preview(request: HttpRequest, change_id: int) -> HttpResponse:
    """What the change would do to open clocks; a fragment that the page asks for, since there may be many."""
    actor, now = require_actor(request), clock.now()
    row = targets.get_change(actor=actor, change_id=change_id)
    if row.state != ProposalState.PENDING.value:
        raise NotFound
    found = queries.preview_target(actor=actor, change=row, now=now)
    context = {
        "preview": found,
        "least": pgettext("number", "at least") if found.more else "",
        "most": MOST,
        "later": bool(row.valid_from and row.valid_from > now),
    }
    return render(request, "cases/target_preview.html", context)


@require_POST
@requires(APPROVE_TARGETS)
def approve(request: HttpRequest, change_id: int) -> HttpResponse:
    actor = require_actor(request)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        agreements.approve_target(actor=actor, change_id=change_id, note=note, now=clock.now())
    except Conflict as error:
        return _page(request, change_id, RefusalForm(), problem=f"{error.text()} {error.next_step}")
    else:
        toast(request, gettext("Approved. Open clocks follow within minutes of its first day."))
    return HttpResponseRedirect(reverse("cases:target_change", args=[change_id]))


@require_POST
@requires(APPROVE_TARGETS)
def refuse(request: HttpRequest, change_id: int) -> HttpResponse:
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, change_id, form)
    try:
        agreements.refuse_target(
            actor=require_actor(request), change_id=change_id, note=form.cleaned_data["note"], now=clock.now()
        )
    except Invalid as error:
        add_errors(form, error)
        return _page(request, change_id, form)
    except Conflict as error:
        return _page(request, change_id, RefusalForm(), problem=f"{error.text()} {error.next_step}")
    else:
        toast(request, gettext("Refused; nothing has changed."))
    return HttpResponseRedirect(reverse("cases:target_change", args=[change_id]))


@require_POST
@requires(SET_TARGETS)
def withdraw(request: HttpRequest, change_id: int) -> HttpResponse:
    try:
        agreements.withdraw_target(actor=require_actor(request), change_id=change_id, now=clock.now())
    except Conflict as error:
        return _page(request, change_id, RefusalForm(), problem=f"{error.text()} {error.next_step}")
    else:
        toast(request, gettext("Withdrawn; nothing has changed."))
    return HttpResponseRedirect(reverse("cases:target_change", args=[change_id]))


def _page(request: HttpRequest, change_id: int, refusal: RefusalForm, *, problem: str = "") -> HttpResponse:
    """The change, what it would do, and what this reader may do about it."""
    actor, now = require_actor(request), clock.now()
    row = targets.get_change(actor=actor, change_id=change_id)
    names = Names.of(actor)
    is_open = row.state == ProposalState.PENDING.value
    is_own = row.proposed_by_person == actor.person
    context = {
        "title": gettext("Change of the target: %(clock)s") % {"clock": MEASURE_LABELS[row.measure]},
        "row": row,
        "what": what_of(row, names),
        "old": figure(row.replaced, names) if row.replaced else gettext("no target of its own"),
        "new": figure(row, names),
        "alike": _alike(row, actor, now) if is_open else "",
        "status": status_of(row),
        "facts": _facts(row, now),
        "crumbs": [*crumbs(), Crumb(gettext("Changes"), reverse("cases:target_changes"))],
        "is_open": is_open,
        "is_own": is_own,
        "may_decide": is_open and not is_own and actor.has(APPROVE_TARGETS.code),
        "may_withdraw": is_open and is_own and actor.has(SET_TARGETS.code),
        "note": NoteForm(),
        "refusal": refusal,
        "problem": problem,
        "waits": bool(row.holds_from and row.holds_from > now),
    }
    return render(
        request, "cases/target_change.html", context, status=409 if problem else 422 if refusal.errors else 200
    )


def _facts(row: TargetChange, now: Any) -> list[Fact]:  # noqa: ANN401 - a moment
    found = [
        Fact(label=_("Reason"), value=row.reason),
        Fact(label=pgettext_lazy("standard", "Source"), value=row.source),
        Fact(label=_("Proposed by"), value=who(row.proposed_by_kind, row.proposed_by_id, now)),
    ]
    if row.decided_at is not None:
        found.append(Fact(label=_DECIDED[row.state], value=who(row.decided_by_kind, row.decided_by_id, now)))
    if row.note:
        found.append(Fact(label=_("Note"), value=row.note))
    return found
