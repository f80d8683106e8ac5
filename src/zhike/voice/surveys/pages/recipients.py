"""Who was asked: the list of a campaign, one of them with what they said, and keying in for them."""

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.i18n.labels import pick
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Empty, EmptyKind, Fact
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Choice, Column, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.customers.types import CHAIN_LABELS, ChainRole
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Recipient
from zhike.voice.surveys.pages._campaigns import fate_of, reason_words, way_to
from zhike.voice.surveys.pages.planning import form_page
from zhike.voice.surveys.policies import KEY_IN, VIEW
from zhike.voice.surveys.types import (
    AUDIENCE_LABELS,
    DISPOSITION_LABELS,
    MAX_ANSWER,
    NOT_RELEVANT,
    NOT_RELEVANT_LABEL,
    WAY_LABELS,
    Disposition,
    ItemKind,
    ItemView,
    Raw,
)

_NOTED: Final = (Disposition.REFUSED, Disposition.UNREACHABLE, Disposition.UNSCORED, Disposition.COMPLAINT)
_ROLES: Final = {role.value: CHAIN_LABELS[role] for role in ChainRole}


def _url(row: Recipient) -> str:
    return reverse("surveys:recipient", args=[row.pk])


def _name(row: Recipient) -> str:
    return row.contact.name if row.contact else ""


LIST = Table(
    key="surveys.recipients",
    title=_("People who are asked"),
    sort="-id",
    columns=(
        Column("contact", _("Person"), value=_name, url=_url),
        Column("customer", _("Customer"), value=lambda row: row.customer.name if row.customer else "", lines=2),
        Column("audience", _("Form"), value=lambda row: AUDIENCE_LABELS[row.audience]),
        Column("role", _("Role"), value=lambda row: _ROLES.get(row.contact_role, "")),
        Column("class", _("Class"), Kind.CLASS, value="value_class"),
        Column(
            "disposition",
            pgettext_lazy("recipient of a survey", "Outcome"),
            Kind.STATUS,
            value=lambda row: fate_of(Disposition(row.disposition)),
        ),
        Column("reason", _("Why"), value=lambda row: reason_words(row.reason), lines=2),
        Column("score", _("Score"), Kind.NUMBER),
        Column("invited_at", _("Invited"), Kind.AGO),
        Column("submitted_at", _("Sent off"), Kind.AGO),
    ),
    filters=(
        Choice(
            key="disposition",
            label=pgettext_lazy("recipient of a survey", "Outcome"),
            options=[(str(code), label) for code, label in DISPOSITION_LABELS.items()],
            field="disposition",
        ),
        Choice(
            key="audience",
            label=_("Form"),
            options=[(str(code), label) for code, label in AUDIENCE_LABELS.items()],
            field="audience",
        ),
        Choice(key="role", label=_("Role"), options=list(_ROLES.items()), field="contact_role"),
    ),
    row_url=_url,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("Nobody has been chosen yet"),
        text=_("A wave chooses everybody when it starts; other surveys with each service."),
    ),
)


@requires(VIEW)
def recipient_list(request: HttpRequest, number: str) -> HttpResponseBase:
    actor = require_actor(request)
    row = queries.get_campaign(actor=actor, number=number)
    rows = queries.recipient_rows(actor=actor).filter(campaign_id=row.pk)
    context = {"crumbs": way_to(row.number, row.name)}
    return LIST.respond(request, rows, template="surveys/recipients.html", context=context)


@requires(VIEW)
def recipient(request: HttpRequest, recipient_id: int) -> HttpResponse:
    """One person's outcome and words, as they were sent off."""
    actor = require_actor(request)
    row = queries.get_recipient(actor=actor, recipient_id=recipient_id)
    fate = Disposition(row.disposition)
    may = actor.has(KEY_IN.code) and queries.may_key_in(actor=actor, recipient_id=recipient_id, now=clock.now())
    context: dict[str, Any] = {
        "row": row,
        "name": _name(row) or gettext("Nobody in particular"),
        "fate": fate_of(fate),
        "said": [(pick(item.texts), words) for item, words in queries.said_by(actor=actor, recipient_id=recipient_id)],
        "facts": [
            Fact(
                label=_("Customer"),
                value=row.customer.name if row.customer else None,
                url=reverse("desk:customer", args=[row.customer.number]) if row.customer else "",
            ),
            Fact(label=_("Form"), value=AUDIENCE_LABELS[row.audience]),
            Fact(label=_("Role"), value=_ROLES.get(row.contact_role)),
            Fact(label=_("Value class when asked"), value=row.value_class or None, missing=_("not classified")),
            Fact(label=_("Why"), value=reason_words(row.reason) or None),
            Fact(label=_("How it came"), value=WAY_LABELS[row.way] or None),
            Fact(label=_("Seconds taken"), value=row.seconds),
        ],
        "crumbs": way_to(row.campaign.number, row.campaign.name),
        "primary": Button(label=_("Key in answers"), url=reverse("surveys:key_in", args=[row.pk])) if may else None,
        "actions": [Button(label=_("Note an outcome"), url=reverse("surveys:key_in_outcome", args=[row.pk]))]
        if may
        else [],
    }
    return render(request, "surveys/recipient.html", context)


class OutcomeForm(forms.Form):
    """Somebody who was not heard, or gave no score."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("recipient of a survey", "Outcome"),
        choices=[(code.value, DISPOSITION_LABELS[code]) for code in _NOTED],
    )
    reason = forms.CharField(label=_("Why"), max_length=40, required=False)
    text = forms.CharField(
        label=_("What they said"), max_length=MAX_ANSWER, required=False, widget=forms.Textarea({"rows": 4})
    )


@requires(KEY_IN)
def outcome(request: HttpRequest, recipient_id: int) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    row = queries.get_recipient(actor=actor, recipient_id=recipient_id)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            actions.key_in_outcome(
                actor=actor,
                recipient_id=recipient_id,
                outcome=Disposition(data["outcome"]),
                reason=data["reason"],
                text=data["text"],
                now=now,
            )
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.text())
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(_url(row))
    crumbs = way_to(row.campaign.number, row.campaign.name)
    return form_page(
        request, form, title=_("Note an outcome"), submit=_("Save"), crumbs=crumbs, back=_url(row), note=_name(row)
    )


@requires(KEY_IN)
def key_in(request: HttpRequest, recipient_id: int) -> HttpResponse:
    """All questions of the form on one page, as on paper; what does not apply stays empty."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_recipient(actor=actor, recipient_id=recipient_id)
    view = queries.key_in_view(actor=actor, recipient_id=recipient_id, now=now)
    form = forms.Form(request.POST if request.method == "POST" else None, initial=dict(view.typed))
    form.fields = {item.key: _field(item) for item in view.form.items}
    if form.is_bound:
        form.is_valid()
        raw: dict[str, Raw] = {
            item.key: request.POST.getlist(item.key) if item.kind is ItemKind.MULTIPLE else request.POST.get(item.key)
            for item in view.form.items
        }
        try:
            actions.key_in_answers(actor=actor, recipient_id=recipient_id, raw=raw, now=now)
        except Invalid as error:
            form.errors.clear()
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.text())
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(_url(row))
    crumbs = way_to(row.campaign.number, row.campaign.name)
    note = gettext("%(name)s. Questions that do not apply stay empty.") % {"name": _name(row)}
    return form_page(
        request, form, title=_("Key in answers"), submit=_("Send off"), crumbs=crumbs, back=_url(row), note=note
    )


def _field(item: ItemView) -> forms.Field:
    text = f"{item.order}. {pick(item.texts)}"
    if item.kind is ItemKind.TEXT:
        return forms.CharField(label=text, required=False, widget=forms.Textarea({"rows": 3}))
    if item.kind is ItemKind.NUMBER:
        return forms.CharField(label=text, required=False)
    numbered = item.kind is ItemKind.SCALE
    choices = [
        (str(value), f"{value} {label}".strip() if numbered else label) for value, label in queries.choices_of(item)
    ]
    if item.na_allowed:
        choices.append((NOT_RELEVANT, str(NOT_RELEVANT_LABEL)))
    if item.kind is ItemKind.MULTIPLE:
        return forms.MultipleChoiceField(
            label=text, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )
    return forms.ChoiceField(label=text, choices=choices, required=False, widget=forms.RadioSelect)
