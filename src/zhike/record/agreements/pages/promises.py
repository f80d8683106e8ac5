"""Promises: what is due, one promise, giving one, and what became of it (AGRE-06)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock, parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Fact
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Days, Flag, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.agreements import actions, queries
from zhike.record.agreements.forms import AgainForm, BreakForm, KeepForm, PromiseForm, moment
from zhike.record.agreements.models import Promise
from zhike.record.agreements.pages._shared import form_page, posted
from zhike.record.agreements.policies import PROMISE, REMIND_BEFORE, SETTLE_OTHERS, TAKE_BACK_WITHIN, VIEW
from zhike.record.agreements.queries.promises import PROMISE_WORD
from zhike.record.agreements.queries.shown import promise_clock, promise_severity, promise_status
from zhike.record.agreements.rules.promises import can_take_back
from zhike.record.agreements.types import NOTHING, PROMISE_LABELS, About, PromiseState
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CustomerSummary

navigation.register(
    NavItem(job=Job.SERVE, label=_("Promises"), url_name="agreements:promises", right=VIEW.code, order=35)
)
slots.register_live("promises", right=VIEW.code)
_OPEN = PromiseState.OPEN.value
SHOWN_NOW = 2


def _url(row: Promise) -> str:
    return reverse("agreements:promise", args=[row.pk])


LIST = Table(
    key="agreements.promises",
    title=_("Promises"),
    sort="-due_at",
    columns=(
        Column("number", _("No."), url=_url),
        Column("customer", _("Customer"), value="customer.name", lines=2),
        Column("text", _("What was promised"), lines=2, width="wide"),
        Column("state", _("State"), Kind.STATUS, value=lambda row: promise_status(row.state)),
        Column("due_at", _("Until when"), Kind.DUE, sort="due_at", zone="zone"),
        Column("holder", _("Who keeps it"), value="holder.name"),
        Column("promised_by", _("Promised by"), value="promised_by.name", shown=False),
        Column("unit", _("Department or outlet"), value="unit.name", shown=False),
        Column("made_at", pgettext_lazy("promise", "Given"), Kind.AGO, zone="zone"),
    ),
    filters=(
        Choice(
            key="state",
            label=_("State"),
            options=[(str(code), label) for code, label in PROMISE_LABELS.items()],
            field="state",
        ),
        Flag(key="overdue", label=_("Past its time"), condition=Q(state=_OPEN, overdue_at__isnull=False)),
        Days(key="due", label=_("Until when"), field="due_at"),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("list", "Open"), query="state=open&sort=due_at"),
        BuiltInView(label=_("Past its time"), query="overdue=1&sort=due_at"),
    ),
    row_url=_url,
    row_severity=lambda row: promise_severity(row, clock.now()),
    empty=Empty(
        kind=EmptyKind.NOTHING_DUE,
        title=_("Nothing is promised"),
        text=_("A promise is given from a case or a customer's page with the key p; it stands here until it is kept."),
    ),
)


@requires(VIEW)
def promise_list(request: HttpRequest) -> HttpResponseBase:
    """Promises within reach."""
    actor = require_actor(request)
    return LIST.respond(request, queries.promise_rows(actor=actor), template="agreements/promises.html")


@requires(VIEW)
def promise(request: HttpRequest, promise_id: int) -> HttpResponse:
    """One promise, what it is about, and the promises before and after it."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_promise(actor=actor, promise_id=promise_id)
    link = queries.links_of(actor=actor, rows=[row]).get((row.about_kind, row.about_id))
    own = row.holder_id == actor.staff_id
    allowed = actor.has(PROMISE.code) and (own or actor.has(SETTLE_OTHERS.code))
    may = row.state == _OPEN and allowed
    facts = [
        Fact(label=_("Customer"), value=row.customer.name, url=reverse("desk:customer", args=[row.customer.number])),
        Fact(label=_("To whom"), value=row.contact.name if row.contact else None),
        Fact(label=_("About"), value=link[0] if link else None, url=link[1] if link else ""),
        Fact(label=_("Promised by"), value=f"{row.promised_by.name} {row.unit.name}"),
        Fact(label=_("Who keeps it"), value=row.holder.name),
    ]
    context: dict[str, Any] = {
        "promise": row,
        "title": row.text or gettext("Erased on request."),
        "status": promise_status(row.state),
        "chip": promise_clock(row, before=parameters.value(REMIND_BEFORE, at=now), label=PROMISE_WORD),
        "facts": facts,
        "before": row.replaces,
        "after": queries.successor(actor=actor, promise_id=row.pk),
        "late": row.state == PromiseState.BROKEN.value and row.done_at is not None,
        "crumbs": [Crumb(gettext("Promises"), reverse("agreements:promises"))],
        "primary": _step(_("Done"), "keep", row, post=True) if may else None,
        "actions": [
            _step(_("Done earlier"), "keep", row),
            _step(_("Not done"), "break", row),
            _step(_("New time"), "again", row),
        ]
        if may
        else _back_step(row, now)
        if allowed
        else [],
    }
    return render(request, "agreements/promise.html", context)


def _back_step(row: Promise, now: datetime) -> list[Button]:
    """A slip of the hand, while it can be put right."""
    within = parameters.value(TAKE_BACK_WITHIN, at=now)
    if not can_take_back(row.state, row.settled_at, within=within, now=now):
        return []
    return [Button(label=_("Take it back"), url=_undo(row), post=True)]


def _step(label: Any, name: str, row: Promise, *, post: bool = False) -> Button:  # noqa: ANN401 - a word
    return Button(label=label, url=reverse(f"agreements:promise_{name}", args=[row.pk]), post=post, drawer=not post)


@requires(VIEW)
def now_line(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Open promises and the agreement that ends first, on the line Now of the customer's page; a fragment."""
    actor, now = require_actor(request), clock.now()
    found = queries.open_to(actor=actor, customer_id=customer_id, now=now)
    ending = queries.renewal_now(actor=actor, customer_id=customer_id, now=now)
    last = ending.valid_until if ending is not None else None
    context = {
        "promises": found[:SHOWN_NOW],
        "more": max(0, len(found) - SHOWN_NOW),
        "ending": ending,
        "days": (last - clock.local_date(now, actor.zone)).days if last is not None else None,
    }
    return render(request, "agreements/now.html", context)


@requires(PROMISE)
def new(request: HttpRequest) -> HttpResponse:
    """Give a promise to a customer (`customer`), perhaps about a record (`about=case:12`)."""
    actor = require_actor(request)
    found = _customer(actor, request)
    about = _about(request)
    rows = customers.contact_rows(actor=actor).live().filter(customer_id=found.id).order_by("name_pinyin", "pk")
    form = PromiseForm(
        posted(request),
        initial={"contact": request.GET.get("contact", "")},
        people=[(str(pk), name) for pk, name in rows.values_list("pk", "name")],
        zone=actor.zone,
    )
    back = _back(actor, found, about)
    if form.is_bound and form.is_valid():
        try:
            actions.make_promise(actor=actor, entry=form.entry(found.id, actor.zone, about), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("The promise is registered; you are reminded before its time."))
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=filled(_("Promise to %(name)s"), {"name": found.name}),
        submit=_("Register the promise"),
        crumbs=[Crumb(gettext("Promises"), reverse("agreements:promises"))],
        back=back,
    )


def _customer(actor: Actor, request: HttpRequest) -> CustomerSummary:
    number = request.GET.get("customer", "")
    return customers.summary(actor=actor, customer_id=customers.id_of(actor=actor, number=number))


def _about(request: HttpRequest) -> About:
    kind, _colon, key = request.GET.get("about", "").partition(":")
    return (kind[:24], key[:64]) if kind and key else NOTHING


def _back(actor: Actor, found: CustomerSummary, about: About) -> str:
    """The record it is about, else the customer's page."""
    links = queries.links_of(actor=actor, rows=[Promise(about_kind=about[0], about_id=about[1])])
    return links[about][1] if about in links else reverse("desk:customer", args=[found.number])


Do = Callable[[Actor, datetime], Any]


def _settle(request: HttpRequest, row: Promise, form: forms.Form, do: Do, said: str) -> HttpResponse | None:
    """Do it and go back to the promise; None where the form must be shown."""
    if not (form.is_bound and form.is_valid()):
        return None
    try:
        do(require_actor(request), clock.now())
    except Invalid as error:
        add_errors(form, error)
        return None
    except Conflict as error:
        form.add_error(None, f"{error.text()} {error.next_step}")
        return None
    toast(request, said, undo=_undo(row))
    return HttpResponseRedirect(_url(row))


def _undo(row: Promise) -> str:
    return reverse("agreements:promise_reopen", args=[row.pk])


def _page(request: HttpRequest, form: forms.Form, row: Promise, *, title: Any, submit: Any) -> HttpResponse:  # noqa: ANN401 - words
    return form_page(
        request,
        form,
        title=title,
        submit=submit,
        crumbs=[Crumb(gettext("Promises"), reverse("agreements:promises")), Crumb(row.number, _url(row))],
        back=_url(row),
        note=row.text,
    )


def _row(request: HttpRequest, promise_id: int) -> Promise:
    return queries.get_promise(actor=require_actor(request), promise_id=promise_id)


@requires(PROMISE)
def keep(request: HttpRequest, promise_id: int) -> HttpResponse:
    """It was done: now, or at a time given."""
    row = _row(request, promise_id)
    form = KeepForm(posted(request))

    def do(actor: Actor, now: datetime) -> None:
        data = form.cleaned_data
        at = moment(data["done_at"], actor.zone) if data["done_at"] else None
        actions.keep_promise(actor=actor, promise_id=promise_id, done_at=at, note=data["note"], now=now)

    said = gettext("Written down: it was done.")
    return _settle(request, row, form, do, said) or _page(request, form, row, title=_("Done"), submit=_("It was done"))


@requires(PROMISE)
def break_(request: HttpRequest, promise_id: int) -> HttpResponse:
    row = _row(request, promise_id)
    form = BreakForm(posted(request))

    def do(actor: Actor, now: datetime) -> None:
        actions.break_promise(actor=actor, promise_id=promise_id, note=form.cleaned_data["note"], now=now)

    said = gettext("Written down: it was not done.")
    return _settle(request, row, form, do, said) or _page(
        request, form, row, title=_("Not done"), submit=_("It was not done")
    )


@requires(PROMISE)
def again(request: HttpRequest, promise_id: int) -> HttpResponse:
    """Another time, agreed with the customer."""
    row = _row(request, promise_id)
    form = AgainForm(posted(request), initial={"text": row.text})

    def do(actor: Actor, now: datetime) -> None:
        data = form.cleaned_data
        actions.renegotiate_promise(
            actor=actor,
            promise_id=promise_id,
            due_at=moment(data["due_at"], actor.zone),
            told=data["told"],
            text=data["text"],
            note=data["note"],
            now=now,
        )

    said = gettext("The new time is registered; the old promise stays on record.")
    return _settle(request, row, form, do, said) or _page(
        request, form, row, title=_("New time"), submit=_("Register the new time")
    )


@require_POST
@requires(PROMISE)
def reopen(request: HttpRequest, promise_id: int) -> HttpResponse:
    """Take back what was said to have become of it."""
    row = _row(request, promise_id)
    try:
        actions.reopen_promise(actor=require_actor(request), promise_id=promise_id, now=clock.now())
    except Conflict as error:
        toast(request, f"{error.text()} {error.next_step}")
    else:
        toast(request, gettext("Taken back: the promise is open again."))
    return HttpResponseRedirect(_url(row))
