"""Tasks of departments: their list, one task, and what is done with it (协办)."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock, phones
from zhike.platform.actors import Actor
from zhike.platform.calendars import queries as calendars
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Empty, EmptyKind, Severity
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Flag, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.shipments import queries as shipments
from zhike.service.cases import actions, queries
from zhike.service.cases.forms import TaskForm, TextForm
from zhike.service.cases.models import Case, Task
from zhike.service.cases.pages import deeds
from zhike.service.cases.pages._shared import (
    case_crumbs,
    clocks_of,
    form_page,
    page_url,
    posted,
    task_status,
    unit_choices,
)
from zhike.service.cases.pages.lists import waybill_of
from zhike.service.cases.policies import DO_TASKS, HANDLE, VIEW
from zhike.service.cases.types import OPEN_TASKS, TASK_LABELS, TASK_SUBJECT, TaskEntry

navigation.register(NavItem(job=Job.SERVE, label=_("Tasks"), url_name="cases:tasks", right=VIEW.code, order=30))
slots.register_live("case_tasks", right=VIEW.code)

_OPEN = [state.value for state in OPEN_TASKS]


def _severity(row: Task) -> Severity:
    return Severity.BREACH if row.state in _OPEN and row.due_at < clock.now() else Severity.NONE


TASKS = Table(
    key="cases.tasks",
    title=_("Tasks"),
    sort="-asked_at",
    columns=(
        Column("title", _("What is needed"), lines=2, width="wide"),
        Column("case", _("Case"), value="case.number"),
        Column("waybill", _("Waybill"), Kind.WAYBILL, value=lambda row: waybill_of(row.case)),
        Column("unit", _("Department or outlet"), value="unit.name"),
        Column("state", _("State"), Kind.STATUS, value=lambda row: task_status(row.state)),
        Column("due_at", _("Due"), Kind.DUE, sort="due_at", zone="unit.zone"),
        Column("assignee", _("In hand"), value=lambda row: row.assignee.name if row.assignee else ""),
        Column("asked_by", _("Asked by"), value=lambda row: row.asked_by.name if row.asked_by else ""),
        Column("asked_at", pgettext_lazy("task", "Asked"), Kind.AGO, sort="asked_at"),
        Column("held_hours", _("Hours held"), Kind.NUMBER, decimals=1, shown=False),
    ),
    filters=(
        Choice(
            key="state",
            label=_("State"),
            options=[(str(code), label) for code, label in TASK_LABELS.items()],
            field="state",
        ),
        Flag(key="open", label=_("Open only"), condition=Q(state__in=_OPEN)),
    ),
    # The year behind is long: what was asked last comes first, what is due next in the view of open ones.
    views=(BuiltInView(label=pgettext_lazy("list", "Open"), query="open=1&sort=due_at"),),
    row_url=lambda row: reverse("cases:task", args=[row.pk]),
    row_severity=_severity,
    empty=Empty(
        kind=EmptyKind.NOTHING_DUE,
        title=_("No department is asked for anything"),
        text=_("A task is asked from a case; it stands here until the unit has replied."),
    ),
)


@requires(VIEW)
def task_list(request: HttpRequest) -> HttpResponseBase:
    """Tasks within reach, those asked last first."""
    return TASKS.respond(request, queries.task_rows(actor=require_actor(request)), template="cases/tasks.html")


@requires(VIEW)
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task as the unit that is asked sees it: what is needed, until when, and of the goods; nothing of the talk."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_task(actor=actor, task_id=task_id)
    subject = (TASK_SUBJECT, row.pk)
    chips = calendars.chips(actor=actor, subjects=[subject], now=now)[subject]
    context = {
        "task": row,
        "is_open": row.state in _OPEN,
        "status": task_status(row.state),
        "owner_phone": phones.display(row.case.owner.phone) if row.case.owner.phone else "",
        "clocks": clocks_of(chips, {row.unit_id: row.unit.name}),
        "may_work": actor.has(DO_TASKS.code),
        "may_cancel": actor.has(HANDLE.code),
        "may_open": actor.reach.everything or row.case.owner_id == actor.staff_id,
        "crumbs": [Crumb(gettext("Tasks"), reverse("cases:tasks"))],
        "reply": TextForm(label=_("Reply")),
        "shipment_url": _goods_url(actor, row.case.shipment_id),
    }
    return render(request, "cases/task.html", context)


def _goods_url(actor: Actor, shipment_id: int | None) -> str:
    """Nothing where the goods are beyond the reach of whoever is asked: the waybill alone says what is meant."""
    if shipment_id is None or not shipments.shipment_rows(actor=actor).filter(pk=shipment_id).exists():
        return ""
    return reverse("desk:shipment", args=[shipment_id])


@requires(HANDLE)
def ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask a department from the case page."""
    actor, row = require_actor(request), deeds.case_of(request, case_id)
    initial = {}
    if row.shipment is not None:
        initial["unit"] = str(row.shipment.holder_unit_id or row.shipment.destination_unit_id or "")
    form = TaskForm(posted(request), initial=initial, units=unit_choices(actor))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        entry = TaskEntry(
            unit_id=int(data["unit"]),
            title=data["title"],
            text=data["text"],
            within=timedelta(hours=data["within"]) if data["within"] else None,
        )
        actions.ask_unit(actor=actor, case_id=case.pk, entry=entry, now=now)

    return deeds.done(request, form, row, do, gettext("The department is asked.")) or form_page(
        request,
        form,
        title=_("Ask a department"),
        submit=_("Ask"),
        crumbs=case_crumbs(row),
        back=page_url(row),
        note=_("The customer keeps one owner; the clock counts in the department's hands."),
        inside=True,
    )


@require_POST
@requires(DO_TASKS)
def take(request: HttpRequest, task_id: int) -> HttpResponse:
    row = queries.get_task(actor=require_actor(request), task_id=task_id)
    actions.take_task(actor=require_actor(request), task_id=row.pk, now=clock.now())
    toast(request, gettext("You have it in hand."))
    return HttpResponseRedirect(reverse("cases:task", args=[task_id]))


@require_POST
@requires(DO_TASKS)
def end(request: HttpRequest, task_id: int) -> HttpResponse:
    """Reply to a task, or send it back."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_task(actor=actor, task_id=task_id)
    form = TextForm(request.POST, label=_("Reply"))
    if form.is_valid():
        try:
            if request.POST.get("way") == "decline":
                actions.decline_task(actor=actor, task_id=task_id, reason=form.cleaned_data["text"], now=now)
                toast(request, gettext("Sent back to the owner of the case."))
            else:
                actions.reply_task(actor=actor, task_id=task_id, reply=form.cleaned_data["text"], now=now)
                toast(request, gettext("The owner of the case has your reply."))
            return HttpResponseRedirect(reverse("cases:tasks") + "?open=1")
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
    return form_page(
        request,
        form,
        title=row.title,
        submit=_("Reply"),
        crumbs=[Crumb(gettext("Tasks"), reverse("cases:tasks"))],
        back=reverse("cases:task", args=[task_id]),
        inside=True,
    )


@require_POST
@requires(HANDLE)
def cancel(request: HttpRequest, task_id: int) -> HttpResponse:
    row = queries.get_task(actor=require_actor(request), task_id=task_id)
    actions.cancel_task(actor=require_actor(request), task_id=task_id, now=clock.now())
    toast(request, gettext("The task is cancelled."))
    return HttpResponseRedirect(page_url(row.case))
