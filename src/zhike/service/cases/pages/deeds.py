"""What people do to one case: each a small form with one primary button, most of them in the drawer."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import refused_on, require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel
from zhike.service.cases import actions, queries
from zhike.service.cases.forms import (
    CloseForm,
    CodingForm,
    DuplicateForm,
    EditForm,
    PersonForm,
    RemedyForm,
    ReplyForm,
    SpokenForm,
    TextForm,
    WaitForm,
)
from zhike.service.cases.models import Case
from zhike.service.cases.pages import mailing
from zhike.service.cases.pages._shared import (
    asked_choices,
    assigned_undo,
    case_crumbs,
    category_choices,
    cause_choices,
    form_page,
    owner_choices,
    page_url,
    posted,
    show_refusal,
    unit_choices,
)
from zhike.service.cases.policies import ANSWER_ESCALATIONS, APPROVE, ASSIGN, GRANT, HANDLE
from zhike.service.cases.types import (
    CaseKind,
    CaseState,
    Coding,
    Ending,
    Party,
    RemedyEntry,
    RemedyKind,
    Said,
    Severity,
)

Do = Callable[[Actor, Case, datetime], Any]


def case_of(request: HttpRequest, case_id: int) -> Case:
    return queries.get_case(actor=require_actor(request), case_id=case_id)


def done(
    request: HttpRequest,
    form: forms.Form,
    row: Case,
    do: Do,
    said: str,
    *,
    undo: Callable[[datetime], str] | None = None,
) -> HttpResponse | None:
    """Do it and go back; None where the action refused and the form says why."""
    if not (form.is_bound and form.is_valid()):
        return None
    now = clock.now()
    try:
        do(require_actor(request), row, now)
    except Invalid as error:
        show_refusal(form, error)
        return None
    except Conflict as error:
        form.add_error(None, f"{error.text()} {error.next_step}")
        return None
    toast(request, said, undo=undo(now) if undo is not None else "")
    return HttpResponseRedirect(page_url(row))


def _page(
    request: HttpRequest,
    form: forms.Form,
    row: Case,
    *,
    title: str | Promise,
    submit: str | Promise,
    note: str | Promise = "",
    inside: bool = True,
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        submit=submit,
        crumbs=case_crumbs(row),
        back=page_url(row),
        note=note,
        inside=inside,
    )


def coding_of(data: dict[str, Any]) -> Coding | None:
    """The coding that a form gives; None where nothing of it was filled in."""
    if not data.get("cause") or not data.get("party"):
        return None
    unit = data.get("unit")
    return Coding(
        cause=data["cause"],
        party=Party(data["party"]),
        unit_id=int(unit) if unit else None,
        route=data.get("route", ""),
    )


@require_POST
@requires(HANDLE)
def reply(request: HttpRequest, case_id: int) -> HttpResponse:
    """What the customer is told, from the composer of the case page; refused, it stands there again."""
    actor, row = require_actor(request), case_of(request, case_id)
    speaker = queries.last_speaker(actor=actor, case=row)
    name = queries.addressee(row, speaker)
    form = ReplyForm(
        request.POST,
        auto_id="reply-%s",
        coded=row.cause_id is not None,
        causes=cause_choices(actor),
        units=unit_choices(actor),
        to=queries.addressee_key(row, speaker),
        name=name,
    )

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        actions.tell_customer(
            actor=actor,
            case_id=case.pk,
            said=Said(channel=Channel(data["channel"]), body=data["body"]),
            is_answer=data["answer"],
            coding=coding_of(data),
            now=now,
        )

    if form.is_valid() and form.cleaned_data["channel"] == Channel.MAIL.value:
        sent = mailing.send(request, form, row, coding_of(form.cleaned_data))
        return sent or refused_on(request, page_url(row), form)
    said = gettext("Written down for %(name)s.") % {"name": name}
    return done(request, form, row, do, said) or refused_on(request, page_url(row), form)


@requires(HANDLE)
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    form = TextForm(posted(request), label=_("Note"))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        actions.note_on_case(actor=actor, case_id=case.pk, body=form.cleaned_data["text"], now=now)

    return done(request, form, row, do, gettext("The note is kept.")) or _page(
        request, form, row, title=_("Write a note"), submit=_("Keep the note"), note=_("The customer never sees it.")
    )


@requires(HANDLE)
def contact(request: HttpRequest, case_id: int) -> HttpResponse:
    """The customer has spoken again, by a channel that does not write itself."""
    row = case_of(request, case_id)
    actor = require_actor(request)
    people = customers.people(actor=actor, customer_id=row.customer_id).live
    form = SpokenForm(
        posted(request),
        initial={"contact": row.contact_id or ""},
        people=[(str(one.id), one.name) for one in people],
        categories=category_choices(actor),
        is_complaint=row.kind == CaseKind.COMPLAINT.value,
    )

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        said = Said(
            channel=Channel(data["channel"]),
            body=data["body"],
            contact_id=int(data["contact"]) if data["contact"] else None,
            kind=CaseKind.COMPLAINT if data.get("complains") else None,
            category=data.get("category", ""),
        )
        actions.attach_contact(actor=actor, case_id=case.pk, said=said, now=now)

    return done(request, form, row, do, gettext("Added to %(number)s.") % {"number": row.number}) or _page(
        request, form, row, title=_("The customer spoke again"), submit=_("Add to the case"), inside=False
    )


@requires(HANDLE)
def wait(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    form = WaitForm(posted(request))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        state = CaseState(form.cleaned_data["state"])
        actions.set_waiting(actor=actor, case_id=case.pk, state=state, reason=form.cleaned_data["reason"], now=now)

    note = _("Clocks pause meanwhile; a statutory deadline runs on. The customer's next word wakes the case.")
    return done(request, form, row, do, gettext("The case waits.")) or _page(
        request, form, row, title=_("Put on hold"), submit=_("Let it wait"), note=note
    )


@require_POST
@requires(HANDLE)
def resume(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    actions.resume_case(actor=require_actor(request), case_id=row.pk, now=clock.now())
    toast(request, gettext("%(number)s is in work again.") % {"number": row.number})
    return HttpResponseRedirect(page_url(row))


@requires(HANDLE)
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    actor, row = require_actor(request), case_of(request, case_id)
    initial = {
        "resolution": row.resolution,
        "cause": row.cause.code if row.cause else "",
        "party": row.party,
        "unit": str(row.party_unit_id or ""),
        "route": row.route,
        "solved": "1" if row.answered_at else None,
    }
    form = CloseForm(posted(request), initial=initial, causes=cause_choices(actor), units=unit_choices(actor))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        actions.close_case(
            actor=actor,
            case_id=case.pk,
            solved=data["solved"] == "1",
            resolution=data["resolution"],
            ending=Ending(data["ending"]),
            coding=coding_of(data),
            now=now,
        )

    return done(request, form, row, do, gettext("%(number)s is closed.") % {"number": row.number}) or _page(
        request, form, row, title=_("Close the case"), submit=_("Close the case")
    )


@requires(HANDLE)
def reopen(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    form = TextForm(posted(request), label=_("Why"))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        actions.reopen_case(actor=actor, case_id=case.pk, reason=form.cleaned_data["text"], now=now)

    return done(request, form, row, do, gettext("%(number)s is open again.") % {"number": row.number}) or _page(
        request, form, row, title=_("Open again"), submit=_("Open again"), note=_("The case keeps its number.")
    )


@requires(HANDLE)
def coding(request: HttpRequest, case_id: int) -> HttpResponse:
    actor, row = require_actor(request), case_of(request, case_id)
    initial = {
        "cause": row.cause.code if row.cause else "",
        "party": row.party,
        "unit": str(row.party_unit_id or ""),
        "route": row.route,
    }
    form = CodingForm(posted(request), initial=initial, causes=cause_choices(actor), units=unit_choices(actor))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        found = coding_of(form.cleaned_data)
        if found is None:
            raise Invalid.of("cause", "required", _("Choose a cause."))
        actions.code_case(actor=actor, case_id=case.pk, coding=found, now=now)

    return done(request, form, row, do, gettext("The cause is coded.")) or _page(
        request, form, row, title=_("Code the cause"), submit=_("Save the cause")
    )


@requires(HANDLE)
def edit(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    promised = clock.local(row.promised_at, row.zone).replace(tzinfo=None) if row.promised_at else None
    initial = {
        "next_step": row.next_step,
        "promised_at": promised,
        "severity": row.severity,
        "tags": " ".join(row.tags),
        "version": row.version,
    }
    form = EditForm(posted(request), initial=initial)

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        wall = data["promised_at"]
        changed = wall is not None and wall.replace(tzinfo=None) != promised
        actions.edit_case(
            actor=actor,
            case_id=case.pk,
            version=data["version"],
            severity=Severity(data["severity"]),
            next_step=data["next_step"],
            promised_at=clock.instant_of(wall.replace(tzinfo=None), case.zone) if changed else None,
            tags=tuple(data["tags"].split()),
            now=now,
        )

    return done(request, form, row, do, gettext("Saved.")) or _page(
        request,
        form,
        row,
        title=_("What the customer sees"),
        submit=_("Save"),
        note=gettext("Times are those of %(zone)s.") % {"zone": row.zone},
        inside=False,
    )


@requires(ASSIGN)
def assign(request: HttpRequest, case_id: int) -> HttpResponse:
    actor, row = require_actor(request), case_of(request, case_id)
    people, away = owner_choices(actor, clock.now())
    form = PersonForm(posted(request), people=people, label=_("New owner"))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        actions.assign_cases(
            actor=actor, case_ids=[case.pk], owner_id=int(data["person"]), reason=data["reason"], now=now
        )

    note = " ".join([gettext("The customer keeps one owner; every change is shown with its reason."), away]).strip()
    said = gettext("%(number)s has a new owner.") % {"number": row.number}
    return done(request, form, row, do, said, undo=lambda at: assigned_undo(form, at)) or _page(
        request, form, row, title=_("Assign"), submit=_("Assign"), note=note
    )


@require_POST
@requires(ASSIGN)
def assign_undo(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Back to whoever had the cases before; the page it was asked from comes again."""
    at = parse_datetime(request.GET.get("at", ""))
    if at is None or at.tzinfo is None:
        raise NotFound
    try:
        count = actions.take_back_cases(actor=require_actor(request), to_staff_id=staff_id, at=at, now=clock.now())
    except Conflict as error:
        toast(request, f"{error.text()} {error.next_step}")
    else:
        said = ngettext(
            "%(count)s case is back with its earlier owner.",
            "%(count)s cases are back with their earlier owners.",
            count,
        )
        toast(request, said % {"count": count})
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(target if safe else reverse("cases:list"))


@require_POST
@requires(HANDLE)
def follow(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    following = request.POST.get("following") == "1"
    actions.follow_case(actor=require_actor(request), case_id=row.pk, following=following, now=clock.now())
    toast(request, gettext("You follow this case.") if following else gettext("You no longer follow this case."))
    return HttpResponseRedirect(page_url(row))


@requires(HANDLE)
def escalate(request: HttpRequest, case_id: int) -> HttpResponse:
    actor, row = require_actor(request), case_of(request, case_id)
    form = PersonForm(posted(request), people=asked_choices(actor, clock.now()), label=_("Whom to ask"))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        actions.escalate_case(
            actor=actor, case_id=case.pk, to_staff_id=int(data["person"]), reason=data["reason"], now=now
        )

    note = _("The time of the answer is set; tell it to the customer.")
    return done(request, form, row, do, gettext("%(number)s is escalated.") % {"number": row.number}) or _page(
        request, form, row, title=_("Escalate"), submit=_("Escalate"), note=note
    )


@requires(ANSWER_ESCALATIONS)
def answer(request: HttpRequest, escalation_id: int) -> HttpResponse:
    actor = require_actor(request)
    found = queries.escalation_rows(actor=actor).filter(pk=escalation_id).first()
    if found is None:
        raise NotFound
    form = TextForm(posted(request), label=_("What shall be done"))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        actions.answer_escalation(actor=actor, escalation_id=escalation_id, answer=form.cleaned_data["text"], now=now)

    return done(request, form, found.case, do, gettext("Answered.")) or _page(
        request, form, found.case, title=_("Answer the escalation"), submit=_("Answer"), note=found.reason
    )


@require_POST
@requires(HANDLE)
def told(request: HttpRequest, escalation_id: int) -> HttpResponse:
    actor = require_actor(request)
    found = queries.escalation_rows(actor=actor).filter(pk=escalation_id).first()
    if found is None:
        raise NotFound
    actions.told_reply_time(actor=actor, escalation_id=escalation_id, now=clock.now())
    return HttpResponseRedirect(page_url(found.case))


@requires(GRANT)
def remedy(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    form = RemedyForm(posted(request))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        data = form.cleaned_data
        entry = RemedyEntry(
            kind=RemedyKind(data["kind"]),
            reason=data["reason"],
            amount=data["amount"] or Decimal(0),
            currency=data["currency"].upper(),
        )
        actions.give_remedy(actor=actor, case_id=case.pk, entry=entry, now=now)

    gone = done(
        request, form, row, do, gettext("Written down: granted within your authority, or waiting for approval.")
    )
    return gone or _page(
        request,
        form,
        row,
        title=_("Give a remedy"),
        submit=_("Give"),
        note=_("Within your authority at once; above it, somebody else approves."),
    )


@requires(APPROVE)
def decide(request: HttpRequest, remedy_id: int) -> HttpResponseBase:
    """Approve or refuse what an agent could not give."""
    actor = require_actor(request)
    found = queries.remedies_to_decide(actor=actor).filter(pk=remedy_id).first()
    if found is None:
        raise NotFound
    form = TextForm(posted(request), label=_("Reason, where you refuse"), required=False)
    approve = request.POST.get("decision") == "approve"

    def do(actor: Actor, case: Case, now: datetime) -> None:
        actions.decide_remedy(
            actor=actor, remedy_id=remedy_id, approve=approve, reason=form.cleaned_data["text"], now=now
        )

    said = gettext("Approved.") if approve else gettext("Refused.")
    return done(request, form, found.case, do, said) or form_page(
        request,
        form,
        title=_("Decide on a remedy"),
        submit=_("Approve"),
        crumbs=case_crumbs(found.case),
        back=page_url(found.case),
        inside=True,
        context={"remedy": found},
    )


@requires(HANDLE)
def duplicate(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    form = DuplicateForm(posted(request))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        other = queries.id_of(actor=actor, number=form.cleaned_data["number"])
        actions.close_duplicate(actor=actor, case_id=case.pk, of_case_id=other, now=now)

    note = _("This case closes and counts in no figure; the other one goes on.")
    return done(request, form, row, do, gettext("%(number)s is closed.") % {"number": row.number}) or _page(
        request, form, row, title=_("Duplicate of another case"), submit=_("Close as a duplicate"), note=note
    )
