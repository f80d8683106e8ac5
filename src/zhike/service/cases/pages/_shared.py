"""What several pages of cases draw alike."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from zhike.platform.actors import Actor
from zhike.platform.calendars.show import chip_component
from zhike.platform.calendars.types import Chip
from zhike.platform.errors import Invalid
from zhike.platform.ui.components import Clock, Crumb, Severity, Status, Tone
from zhike.platform.ui.forms import add_errors
from zhike.record.organization import queries as organization
from zhike.record.organization.types import DUTY_LABELS, Duty
from zhike.service.cases import queries
from zhike.service.cases.models import Case
from zhike.service.cases.policies import ANSWER_ESCALATIONS, HANDLE
from zhike.service.cases.types import SEVERITY_LABELS, STATE_LABELS, TASK_LABELS, CaseState, TaskState
from zhike.service.cases.types import Severity as CaseSeverity

_TONES = {
    CaseState.NEW: Tone.ACT,
    CaseState.WAITING_CUSTOMER: Tone.PAUSE,
    CaseState.WAITING_AUTHORITY: Tone.PAUSE,
    CaseState.FORCE_MAJEURE: Tone.PAUSE,
    CaseState.ANSWERED: Tone.OK,
    CaseState.CLOSED: Tone.QUIET,
}
# More are not read through in one list.
MOST_OFFERED = 300
_TASK_TONES = {TaskState.REPLIED: Tone.OK, TaskState.DECLINED: Tone.WARN, TaskState.CANCELLED: Tone.QUIET}
_SEVERITIES = {CaseSeverity.HIGH: Severity.NOTICE, CaseSeverity.URGENT: Severity.BREACH}


def state_status(code: str, *, answer_waits: bool = False) -> Status:
    """The state as a word, and that an answer is written which has not left."""
    state = CaseState(code)
    if answer_waits:
        return Status(gettext("%(state)s, answer waits to leave") % {"state": STATE_LABELS[state]}, Tone.PAUSE)
    return Status(STATE_LABELS[state], _TONES.get(state, Tone.PLAIN))


def task_status(code: str) -> Status:
    state = TaskState(code)
    return Status(TASK_LABELS[state], _TASK_TONES.get(state, Tone.PLAIN))


def severity_of(row: Case, now: datetime) -> Severity:
    """The left bar: a passed deadline first, then how severe the matter is."""
    if row.next_due_at is not None and row.next_due_at < now:
        return Severity.BREACH
    return _SEVERITIES.get(CaseSeverity(row.severity), Severity.NONE)


def severity_word(code: str) -> str:
    return "" if code == CaseSeverity.NORMAL.value else str(SEVERITY_LABELS[code])


def page_url(row: Case) -> str:
    return reverse("desk:case", args=[row.pk])


def clocks_of(chips: Sequence[Chip], holders: Mapping[int, str]) -> list[Clock]:
    """Chips as the component draws them, the most urgent first; `holders` are names of units by id."""
    return [
        chip_component(
            chip,
            holder=holders.get(chip.holder_unit_id or 0, ""),
            ledger_url=reverse("cases:ledger", args=[*chip.subject, chip.clock_id]),
        )
        for chip in chips
    ]


def show_refusal(form: forms.Form, error: Invalid) -> None:
    """What an action refused, at the field that it means: forms name a unit as people do."""
    fields = {"unit" if name == "unit_id" else name: found for name, found in error.fields.items()}
    add_errors(form, Invalid(fields, error.text()))


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even nothing at all; None where the form is only asked for."""
    return request.POST if request.method == "POST" else None


def unit_choices(actor: Actor) -> list[tuple[str, str]]:
    return [(str(unit.id), f"{unit.name} {unit.code}") for unit in organization.unit_tree(actor=actor)]


def owner_choices(actor: Actor, now: datetime) -> tuple[list[tuple[str, str]], str]:
    """Who can be given a case: colleagues of every unit who handle cases; and who is on leave, so left out.

    A matter may belong to somebody beyond one's own reach. Those on duty stand first, then one's own unit; whoever has
    a break or the evening off is offered with that word.
    """
    able = organization.people_with(actor=actor, right=HANDLE.code, now=now)
    people = [one for one in organization.colleagues(actor=actor, staff_ids=able) if one.user_id is not None]
    offered = sorted(
        (one for one in people if one.duty is not Duty.LEAVE),
        key=lambda one: (not _is_here(one.duty), one.unit_no != actor.unit_no),
    )
    near = [one.name for one in people if one.duty is Duty.LEAVE and actor.reach.covers(one.unit_no)]
    said = gettext("On leave and not offered: %(names)s.") % {"names": gettext(", ").join(near)} if near else ""
    return [(str(one.id), _with_unit(one.name, one.unit_name, one.duty)) for one in offered[:MOST_OFFERED]], said


def _is_here(duty: str) -> bool:
    return duty == Duty.ON_DUTY.value


def _with_unit(name: str, unit: str, duty: str) -> str:
    """Two of the same name are told apart by their units."""
    return " · ".join([name, unit, *([] if _is_here(duty) else [str(DUTY_LABELS[Duty(duty)])])])


def assigned_undo(form: forms.Form, at: datetime) -> str:
    """The address that takes an assignment of this moment back."""
    return (
        f"{reverse('cases:assign_undo', args=[int(form.cleaned_data['person'])])}?{urlencode({'at': at.isoformat()})}"
    )


def asked_choices(actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Who may answer an escalation."""
    able = organization.people_with(actor=actor, right=ANSWER_ESCALATIONS.code, now=now)
    rows = organization.staff_rows(actor=actor).active().filter(user__isnull=False, pk__in=able)
    return [
        (str(one.pk), _with_unit(one.name, one.unit.name, one.duty))
        for one in rows.select_related("unit").order_by("name_pinyin", "pk")
    ]


def case_crumbs(row: Case) -> list[Crumb]:
    return [Crumb(gettext("Cases"), reverse("cases:list")), Crumb(row.number, page_url(row))]


def category_choices(actor: Actor) -> list[tuple[str, str]]:
    return list(queries.category_labels(actor=actor).items())


def cause_choices(actor: Actor) -> list[tuple[str, str]]:
    return list(queries.cause_labels(actor=actor).items())


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str | Promise,
    submit: str | Promise,
    crumbs: Sequence[Crumb],
    back: str,
    note: str | Promise = "",
    inside: bool = False,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """One form with its one primary button, on yellow where the customer sees nothing of it; 422 once refused."""
    values = {
        "form": form,
        "title": title,
        "submit": submit,
        "crumbs": crumbs,
        "back": back,
        "note": note,
        "inside": inside,
        "draft": f"cases:{request.path}",
        **(context or {}),
    }
    return render(request, "cases/form.html", values, status=422 if form.is_bound else 200)
