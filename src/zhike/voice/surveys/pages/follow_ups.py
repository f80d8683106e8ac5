"""Follow-ups: whom to speak to, what they said, and how it ended (SURV-31)."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import (
    Button,
    Clock,
    ClockState,
    Crumb,
    Empty,
    EmptyKind,
    Fact,
    Person,
    Severity,
    Status,
    Tone,
)
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Days, Flag, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.customers import queries as customers
from zhike.record.customers.policies import REVEAL
from zhike.record.customers.policies import VIEW as VIEW_CUSTOMERS
from zhike.record.organization import queries as organization
from zhike.service.cases import queries as cases
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.forms.following import EndForm
from zhike.voice.surveys.models import FollowUp
from zhike.voice.surveys.policies import FOLLOW, VIEW
from zhike.voice.surveys.queries.customers import last_score, now_of, score_words
from zhike.voice.surveys.types import (
    DISPOSITION_LABELS,
    FOLLOW_REASON_LABELS,
    FOLLOW_RESULT_LABELS,
    REACHED,
    FollowReason,
    FollowResult,
)

navigation.register(
    NavItem(job=Job.LISTEN, label=_("Follow-ups"), url_name="surveys:follow_ups", right=VIEW.code, order=30)
)
slots.register_live("follow_ups", right=VIEW.code)
SPAN: Final = timedelta(days=90)
_TONES: Final = {
    FollowResult.SOLVED: Tone.OK,
    FollowResult.EXPLAINED: Tone.OK,
    FollowResult.UNCHANGED: Tone.WARN,
    FollowResult.UNREACHED: Tone.QUIET,
}
_GRAVE: Final = frozenset({FollowReason.COMPLAINT, FollowReason.STRONG_COMMENT})


def reason_status(row: FollowUp) -> Status:
    reason = FollowReason(row.reason)
    return Status(FOLLOW_REASON_LABELS[reason], Tone.WARN if reason in _GRAVE else Tone.PLAIN)


def result_status(row: FollowUp) -> Status:
    result = FollowResult(row.result)
    return Status(FOLLOW_RESULT_LABELS[result], _TONES.get(result, Tone.ACT if row.owner_id else Tone.QUIET))


def clock_of(row: FollowUp) -> Clock | None:
    """Until when somebody is to be spoken to; None once it has ended, and for history."""
    if row.result or row.owner_id is None:
        return None
    return Clock(state=ClockState.RUNNING, due=row.due_at, zone=row.zone)


def page_url(row: FollowUp) -> str:
    return reverse("surveys:follow_up", args=[row.pk])


def _who(row: FollowUp) -> str:
    """The person, else the customer, else what the campaign calls them: nobody in our files."""
    of = row.recipient
    return of.contact.name if of.contact else of.customer.name if of.customer else gettext("not in our files")


def _severity(row: FollowUp) -> Severity:
    if row.result or row.owner_id is None:
        return Severity.NONE
    if row.due_at < clock.now():
        return Severity.BREACH
    return Severity.NOTICE if FollowReason(row.reason) in _GRAVE else Severity.NONE


def _waybill(row: FollowUp) -> str:
    return row.recipient.shipment.waybill if row.recipient.shipment else ""


FOLLOW_UPS = Table(
    key="surveys.follow_ups",
    title=_("Follow-ups"),
    sort="-opened_at",
    columns=(
        Column("who", _("Person"), value=_who, url=page_url),
        Column(
            "customer",
            _("Customer"),
            value=lambda row: row.recipient.customer.name if row.recipient.customer else "",
            lines=2,
        ),
        Column("reason", pgettext_lazy("follow-up", "Why"), Kind.STATUS, value=reason_status),
        Column("score", pgettext_lazy("follow-up", "Score"), Kind.NUMBER, decimals=0),
        Column("owner", pgettext_lazy("follow-up", "Whose"), value=lambda row: row.owner.name if row.owner else ""),
        Column("due_at", _("Due"), Kind.DUE, sort="due_at", zone="zone"),
        Column("tries", pgettext_lazy("follow-up", "Tried"), Kind.NUMBER, decimals=0),
        Column("result", pgettext_lazy("follow-up", "Result"), Kind.STATUS, value=result_status),
        Column("opened_at", _("Opened"), Kind.AGO, sort="opened_at", zone="zone"),
        Column("survey", _("Survey"), value="recipient.campaign.name", lines=2),
        Column("case", _("Case"), value=lambda row: row.case.number if row.case else "", shown=False),
        Column("waybill", _("Waybill"), Kind.WAYBILL, value=_waybill, shown=False),
        Column("score_after", _("Score afterwards"), Kind.NUMBER, decimals=0, shown=False),
        Column("done_at", pgettext_lazy("follow-up", "Ended"), Kind.AGO, zone="zone", shown=False),
    ),
    filters=(
        Choice(
            key="reason",
            label=pgettext_lazy("follow-up", "Why"),
            options=[(str(code), label) for code, label in FOLLOW_REASON_LABELS.items()],
            field="reason",
        ),
        Choice(
            key="result",
            label=pgettext_lazy("follow-up", "Result"),
            options=[(str(code), label) for code, label in FOLLOW_RESULT_LABELS.items() if code],
            field="result",
        ),
        Flag(key="open", label=_("To be done"), condition=queries.TO_DO),
        # Whose is narrowed by the page, which knows the reader.
        Flag(key="mine", label=_("My follow-ups"), apply=lambda rows: rows),
        Flag(key="unit", label=_("Of my unit"), apply=lambda rows: rows),
        Flag(key="late", label=_("Past its time"), apply=lambda rows: rows.filter(queries.TO_DO, _is_late())),
        Days(key="opened", label=_("Opened"), field="opened_at"),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("follow-up", "Mine"), query="mine=1&open=1&sort=due_at"),
        BuiltInView(label=pgettext_lazy("follow-up", "My unit's"), query="unit=1&open=1&sort=due_at"),
        BuiltInView(label=_("Past its time"), query="late=1&sort=due_at"),
        BuiltInView(label=_("To be done"), query="open=1&sort=due_at"),
    ),
    row_url=page_url,
    row_severity=_severity,
    empty=Empty(
        kind=EmptyKind.NOTHING_DUE,
        title=_("Nobody is to be followed up"),
        text=_("A low score, strong words, a refusal or a complaint in a survey brings somebody here the same day."),
    ),
)


def _is_late() -> Q:
    return Q(due_at__lt=clock.now())


@requires(VIEW)
def follow_up_list(request: HttpRequest) -> HttpResponseBase:
    actor, now = require_actor(request), clock.now()
    context = {"loop": queries.loop_of(actor=actor, since=now - SPAN, until=now, now=now), "days": SPAN.days}
    rows = _narrowed(request, actor, queries.follow_rows(actor=actor))
    return FOLLOW_UPS.respond(request, rows, template="surveys/follow_ups.html", context=context)


def _narrowed(request: HttpRequest, actor: Actor, rows: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    if request.GET.get("mine") == "1":
        rows = rows.filter(owner_id=actor.staff_id or 0)
    if request.GET.get("unit") == "1":
        rows = rows.filter(owner__unit_id=actor.unit_id or 0)
    return rows


@requires(VIEW)
def follow_up(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """What they said, whom to call, until when; and the form in which it ends."""
    actor = require_actor(request)
    return _page(request, actor, queries.get_follow_up(actor=actor, follow_up_id=follow_up_id), None)


def _page(request: HttpRequest, actor: Actor, row: FollowUp, form: EndForm | None) -> HttpResponse:
    now, of = clock.now(), row.recipient
    may_end = actor.has(FOLLOW.code) and not row.result
    tried = Button(
        label=_("Tried, not reached"), url=reverse("surveys:follow_up_tried", args=[row.pk]), post=True, key="w"
    )
    context = {
        "row": row,
        "recipient": of,
        "title": gettext("Follow up %(name)s") % {"name": _who(row)},
        "reason": reason_status(row),
        "result": result_status(row),
        "clock": clock_of(row),
        "owner": _owner(row),
        "person": _person(actor, row),
        "spoken": queries.spoken_of(actor=actor, recipient=of, now=now),
        "facts": _facts(row),
        "customer_number": of.customer.number if of.customer and actor.has(VIEW_CUSTOMERS.code) else "",
        "form": (form or _form(actor, row)) if may_end else None,
        "actions": [tried] if may_end else [],
        "cause": cases.cause_labels(actor=actor).get(row.cause, row.cause) if row.cause else "",
        "was_reached": row.result in REACHED,
        "crumbs": [Crumb(gettext("Follow-ups"), reverse("surveys:follow_ups"))],
    }
    return render(request, "surveys/follow_up.html", context, status=422 if form is not None else 200)


def _form(actor: Actor, row: FollowUp, data: Any = None) -> EndForm:  # noqa: ANN401 - what was posted
    closes = row.case is not None and row.case.closed_at is None
    units = [(str(one.id), one.name) for one in organization.unit_tree(actor=actor)] if closes else []
    return EndForm(data, causes=list(cases.cause_labels(actor=actor).items()), units=units, closes=closes)


def _owner(row: FollowUp) -> Person | None:
    if row.owner is None:
        return None
    return Person(
        name=row.owner.name,
        role=_("owner"),
        unit=row.owner.unit.name,
        call_url=f"tel:{row.owner.phone}" if row.owner.phone else "",
    )


def _person(actor: Actor, row: FollowUp) -> Person | None:
    """Whom to call: the number masked, each whole look logged."""
    of = row.recipient
    if of.contact is None or of.customer_id is None or not actor.has(VIEW_CUSTOMERS.code):
        return None
    found = customers.people(actor=actor, customer_id=of.customer_id).contacts
    card = next((one for one in found if one.id == of.contact_id), None)
    if card is None:
        return None
    phone = next((one for one in card.points if one.kind == "phone"), None)
    return Person(
        name=card.name,
        form_of_address=card.form_of_address,
        role=card.position,
        phone=phone.masked if phone else "",
        reveal_url=reverse("customers:reveal", args=[phone.id]) if phone and actor.has(REVEAL.code) else "",
        last_contact=card.last_contact_at,
    )


def _facts(row: FollowUp) -> list[Fact]:
    of = row.recipient
    facts = [
        Fact(label=_("Survey"), value=of.campaign.name),
        Fact(label=pgettext_lazy("survey", "Outcome"), value=DISPOSITION_LABELS[of.disposition]),
    ]
    if row.case is not None:
        facts.append(Fact(label=_("Case"), value=row.case.number, url=reverse("desk:case", args=[row.case.pk])))
    if of.case is not None and of.case_id != row.case_id:
        facts.append(
            Fact(label=_("Asked about case"), value=of.case.number, url=reverse("desk:case", args=[of.case.pk]))
        )
    if of.shipment is not None:
        facts.append(
            Fact(label=_("Waybill"), value=of.shipment.waybill, url=reverse("desk:shipment", args=[of.shipment.pk]))
        )
    return facts


@require_POST
@requires(FOLLOW)
def tried(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """They were called and not reached."""
    try:
        count = actions.note_try(actor=require_actor(request), follow_up_id=follow_up_id, now=clock.now())
    except Conflict as error:
        toast(request, error.text())
    else:
        toast(request, gettext("Written down: tried %(count)s times.") % {"count": count})
    return HttpResponseRedirect(reverse("surveys:follow_up", args=[follow_up_id]))


@require_POST
@requires(FOLLOW)
def end(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """How it ended; from the page of the follow-up."""
    actor = require_actor(request)
    row = queries.get_follow_up(actor=actor, follow_up_id=follow_up_id)
    form = _form(actor, row, request.POST)
    if form.is_valid():
        try:
            actions.end_follow_up(actor=actor, follow_up_id=row.pk, end=form.end(), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("Written down: the follow-up has ended."))
            return HttpResponseRedirect(page_url(row))
    return _page(request, actor, row, form)


@requires(VIEW)
def now_line(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The last score and the open follow-up, on the line Now of the customer's page; a fragment."""
    actor = require_actor(request)
    last = last_score(actor=actor, customer_id=customer_id)
    row = now_of(actor=actor, customer_id=customer_id)
    context = {
        "last": last,
        "score": score_words(last) if last else "",
        "row": row,
        "reason": reason_status(row) if row else None,
        "clock": clock_of(row) if row else None,
    }
    return render(request, "surveys/now.html", context)
