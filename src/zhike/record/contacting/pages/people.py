"""One person: what may be sent now and why not, consents, wishes, and a message."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Status, Tone
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.contacting import actions, queries
from zhike.record.contacting.forms import AgreementForm, MessageForm, WishForm
from zhike.record.contacting.pages._words import outcome_status, rule_words
from zhike.record.contacting.policies import CONSENT, SEND, VIEW
from zhike.record.contacting.queries import ConsentLine
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    EVENT_LABELS,
    OUTCOME_LABELS,
    PURPOSE_LABELS,
    REFUSABLE,
    RULE_LABELS,
    Answer,
    Asked,
    ConsentStatus,
    ContactChannel,
    EventKind,
    Label,
    Outcome,
    Purpose,
)
from zhike.record.customers import queries as customers
from zhike.record.customers.types import ContactCard, CustomerSummary

_TONES = {Outcome.ALLOW: Tone.OK, Outcome.HOLD: Tone.PAUSE, Outcome.DENY: Tone.QUIET}


@requires(VIEW)
def person(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor = require_actor(request)
    card, customer = _of(actor, contact_id)
    lines = queries.ledger(actor=actor, contact_id=contact_id)
    now_held = _latest_of(lines)
    may_record = actor.has(CONSENT.code)
    context = {
        "card": card,
        "customer": customer,
        "title": gettext("Contacting %(name)s") % {"name": card.name},
        "crumbs": _crumbs(customer),
        "primary": Button(label=_("Write a message"), url=reverse("contacting:write", args=[contact_id]))
        if actor.has(SEND.code)
        else None,
        "channels": [CHANNEL_LABELS[channel] for channel in ContactChannel],
        "consents": [
            (
                purpose,
                PURPOSE_LABELS[purpose],
                [(CHANNEL_LABELS[channel], now_held.get((purpose, channel))) for channel in ContactChannel],
                any(
                    (line := now_held.get((purpose, channel))) is None or line.status is ConsentStatus.GRANTED
                    for channel in ContactChannel
                ),
            )
            for purpose in REFUSABLE
        ],
        "ledger": lines,
        "wish": _wish_words(queries.wish_of_contact(actor=actor, contact_id=contact_id).events),
        "entries": [
            (row, outcome_status(row), rule_words(row))
            for row in queries.records_of_contact(actor=actor, contact_id=contact_id, limit=20)
        ],
        "may_record": may_record,
    }
    return render(request, "contacting/person.html", context)


@requires(VIEW)
def now_table(request: HttpRequest, contact_id: int) -> HttpResponse:
    """What may be sent to this person at this moment, and the rule that says so; a fragment with its own address."""
    answers = queries.what_may_be_sent(actor=require_actor(request), contact_id=contact_id, now=clock.now())
    context = {"channels": [CHANNEL_LABELS[channel] for channel in ContactChannel], "answers": _answers(answers)}
    return render(request, "contacting/now.html", context)


@requires(CONSENT)
def agree(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Record that somebody has agreed."""
    actor = require_actor(request)
    card, customer = _of(actor, contact_id)
    form = AgreementForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.record_consents(actor=actor, entries=form.entries(contact_id, actor.zone), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Recorded."))
            return _back(contact_id)
    title = gettext("%(name)s has agreed") % {"name": card.name}
    return _form(request, form, card, customer, title=title, submit=gettext("Record the consent"))


@requires(CONSENT)
@require_POST
def refuse(request: HttpRequest, contact_id: int, purpose: str) -> HttpResponse:
    """One click: no more of this purpose, in any channel."""
    if purpose not in REFUSABLE:
        raise NotFound
    actions.refuse(actor=require_actor(request), contact_id=contact_id, purpose=Purpose(purpose), now=clock.now())
    toast(request, gettext("Recorded. Nothing of this kind goes out any more."))
    return _back(contact_id)


@requires(CONSENT)
def wishes(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor = require_actor(request)
    card, customer = _of(actor, contact_id)
    wish = queries.wish_of_contact(actor=actor, contact_id=contact_id)
    form = WishForm(request.POST or None, initial=WishForm.values_of(wish))
    if form.is_bound and form.is_valid():
        actions.set_wish(actor=actor, contact_id=contact_id, entry=form.entry(), now=clock.now())
        toast(request, gettext("Saved."))
        return _back(contact_id)
    title = gettext("Notices for %(name)s") % {"name": card.name}
    return _form(request, form, card, customer, title=title, submit=gettext("Save"))


@requires(CONSENT)
def customer_wishes(request: HttpRequest, number: str) -> HttpResponse:
    """The wishes of a customer as a whole."""
    actor = require_actor(request)
    customer = customers.summary(actor=actor, customer_id=customers.id_of(actor=actor, number=number))
    wish = queries.wish_of_customer(actor=actor, customer_id=customer.id)
    form = WishForm(request.POST or None, initial=WishForm.values_of(wish))
    back = reverse("desk:customer", args=[customer.number])
    if form.is_bound and form.is_valid():
        actions.set_wish(actor=actor, customer_id=customer.id, entry=form.entry(), now=clock.now())
        toast(request, gettext("Saved."))
        return HttpResponseRedirect(back)
    context = {
        "form": form,
        "title": gettext("Notices for %(name)s") % {"name": customer.name},
        "submit": gettext("Save"),
        "back": back,
        "crumbs": [Crumb(customer.name, back)],
        "draft": f"contacting:{request.path}",
    }
    return render(request, "contacting/form.html", context, status=422 if form.is_bound else 200)


@requires(SEND)
def write(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Write to one person; it leaves after ten seconds, waits, or is withheld, and the page says which."""
    actor, now = require_actor(request), clock.now()
    card, customer = _of(actor, contact_id)
    form = MessageForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            done = actions.send(actor=actor, ask=form.ask(contact_id), now=now)
        except Invalid as error:
            add_errors(form, error)
        else:
            return _sent(request, done, card)
    title = gettext("Write to %(name)s") % {"name": card.name}
    submit = gettext("Send to %(name)s") % {"name": card.name}
    return _form(request, form, card, customer, title=title, submit=submit)


def _sent(request: HttpRequest, done: Asked, card: ContactCard) -> HttpResponse:
    undo = reverse("contacting:take_back", args=[done.log_id])
    rule = RULE_LABELS[done.decision.rule]
    if done.decision.outcome is Outcome.ALLOW:
        toast(request, gettext("On its way to %(name)s.") % {"name": card.name}, undo=undo)
    elif done.decision.outcome is Outcome.HOLD:
        toast(request, gettext("It waits: %(rule)s.") % {"rule": rule}, undo=undo)
    else:
        toast(request, gettext("It was not sent: %(rule)s. It stands in the log.") % {"rule": rule})
    return HttpResponseRedirect(reverse("contacting:record", args=[done.log_id]))


def _latest_of(lines: Sequence[ConsentLine]) -> dict[tuple[Purpose, ContactChannel], ConsentLine]:
    """Of a ledger, newest first, the entry that holds, by purpose and channel."""
    found: dict[tuple[Purpose, ContactChannel], ConsentLine] = {}
    for line in lines:
        found.setdefault((line.purpose, line.channel), line)
    return found


def _of(actor: Actor, contact_id: int) -> tuple[ContactCard, CustomerSummary]:
    card = customers.contact(actor=actor, contact_id=contact_id)
    return card, customers.summary(actor=actor, customer_id=card.customer_id)


def _crumbs(customer: CustomerSummary) -> list[Crumb]:
    return [Crumb(customer.name, reverse("desk:customer", args=[customer.number]) + "?tab=contacting#tab")]


def _back(contact_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("contacting:person", args=[contact_id]))


def _answers(found: list[Answer]) -> list[tuple[Label, list[tuple[Label, Status, Label, datetime | None]]]]:
    """A row for each purpose, with channel, status, the rule in words and the end of the waiting."""
    rows = []
    for purpose in Purpose:
        cells = [
            (
                CHANNEL_LABELS[one.channel],
                Status(OUTCOME_LABELS[one.decision.outcome], _TONES[one.decision.outcome]),
                RULE_LABELS[one.decision.rule] if one.decision.rule else "",
                one.decision.until,
            )
            for one in found
            if one.purpose is purpose
        ]
        rows.append((PURPOSE_LABELS[purpose], cells))
    return rows


def _wish_words(chosen: Mapping[str, tuple[str, ...]]) -> list[tuple[Label, str]]:
    return [
        (
            EVENT_LABELS[EventKind(event)],
            ", ".join(str(CHANNEL_LABELS[ContactChannel(one)]) for one in channels) or pgettext("wish", "not at all"),
        )
        for event, channels in chosen.items()
    ]


def _form(
    request: HttpRequest, form: forms.Form, card: ContactCard, customer: CustomerSummary, *, title: str, submit: str
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": reverse("contacting:person", args=[card.id]),
        "crumbs": _crumbs(customer),
        "draft": f"contacting:{request.path}",
    }
    return render(request, "contacting/form.html", context, status=422 if request.method == "POST" else 200)
