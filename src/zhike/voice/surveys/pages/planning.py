"""Planning a campaign, starting it, and taking it from step to step."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.i18n.labels import pick
from zhike.platform.ui import formpage
from zhike.platform.ui.access import requires
from zhike.platform.ui.forms import DayField, DecimalField, add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.contacting.types import CHANNEL_LABELS, SENT_BY_US
from zhike.record.customers.types import INDUSTRY_LABELS
from zhike.record.organization import queries as organization
from zhike.record.shipments.types.codes import LINE_LABELS
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.pages._campaigns import STEP_LABELS, campaign_url, way_to
from zhike.voice.surveys.policies import RUN
from zhike.voice.surveys.types import AUDIENCE_LABELS, TRIGGER_LABELS, Audience, CampaignState, Trigger
from zhike.voice.surveys.types.campaigns import (
    MAX_NAME,
    MAX_REASON,
    MAX_WORDS,
    CampaignEntry,
    CampaignView,
    SegmentFilter,
    StepWords,
)

form_page = partial(formpage.form_page, room="surveys", template="surveys/plain_form.html")
_QUARTER: Final = timedelta(days=21)
_LIST_LENGTH: Final = 400
_WORDS: Final = forms.Textarea({"rows": 3})
_ALL: Final = 100


class PlanForm(forms.Form):
    """A campaign as somebody plans it."""

    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
    trigger = forms.ChoiceField(label=_("Asks"), choices=[(str(code), word) for code, word in TRIGGER_LABELS.items()])
    wave = forms.CharField(label=_("Wave, for example 2026 Q4"), max_length=20, required=False)
    planned_on = DayField(label=_("Begins on"))
    closes_on = DayField(label=_("Closes on"), required=False, help_text=_("A wave always has a last day."))
    senior = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    general = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    relationship = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    contact = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    channels = forms.MultipleChoiceField(
        label=_("Invites by"),
        choices=[(channel.value, CHANNEL_LABELS[channel]) for channel in SENT_BY_US],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("The first in which a person can be reached. Without any, answers are keyed in."),
    )
    share = DecimalField(
        label=_("Share of them that is asked, %"), min_value=Decimal("0.1"), max_value=_ALL, decimal_places=1
    )
    industries = forms.MultipleChoiceField(
        label=_("Only these industries"),
        choices=[(str(code), word) for code, word in INDUSTRY_LABELS.items()],
        required=False,
    )
    lines = forms.MultipleChoiceField(
        label=_("Only these business lines"),
        choices=[(code.value, word) for code, word in LINE_LABELS.items()],
        required=False,
    )
    regions = forms.CharField(
        label=_("Only these region codes"), max_length=_LIST_LENGTH, required=False, help_text=_("Separated by commas.")
    )
    classes = forms.CharField(
        label=_("Only these value classes"),
        max_length=_LIST_LENGTH,
        required=False,
        help_text=_("Separated by commas; - stands for customers that are not classified."),
    )
    unit = forms.TypedChoiceField(
        label=_("Only this unit and what is below it"), coerce=int, empty_value=None, required=False
    )
    purpose = forms.CharField(label=_("What it is for"), max_length=MAX_WORDS, widget=_WORDS, required=False)
    method = forms.CharField(label=_("How it is done"), max_length=MAX_WORDS, widget=_WORDS, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = queries.published_versions(actor=actor)
        for audience in Audience:
            of = [
                (one.pk, f"{pick(one.questionnaire.names)} ({one.number})")
                for one in published
                if one.questionnaire.audience == audience.value
            ]
            field = self.fields[audience.value]
            field.label = gettext("Form: %(audience)s") % {"audience": AUDIENCE_LABELS[audience]}
            field.choices = [("", _("none")), *of]  # type: ignore[attr-defined]
        units = [
            (one.id, f"{'· ' * one.depth}{one.name}")
            for one in organization.unit_tree(actor=actor)
            if actor.reach.covers(one.no)
        ]
        first = [("", _("the whole company"))] if actor.reach.everything else []
        self.fields["unit"].choices = [*first, *units]  # type: ignore[attr-defined]

    def entry(self) -> CampaignEntry:
        data = self.cleaned_data
        return CampaignEntry(
            name=data["name"],
            trigger=Trigger(data["trigger"]),
            wave=data["wave"],
            planned_on=data["planned_on"],
            closes_on=data["closes_on"],
            forms={one: data[one.value] for one in Audience if data[one.value]},
            channels=tuple(data["channels"]),
            share=data["share"] / _ALL,
            segment=SegmentFilter(
                industries=tuple(data["industries"]),
                business_lines=tuple(data["lines"]),
                regions=_words_in(data["regions"]),
                classes=tuple("" if one == "-" else one for one in _words_in(data["classes"])),
                unit_id=data["unit"],
            ),
            purpose=data["purpose"],
            method=data["method"],
        )


class StopForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=MAX_REASON)


class StepForm(forms.Form):
    """The words of a report, as far as the step needs them."""

    purpose = forms.CharField(label=_("What it is for"), max_length=MAX_WORDS, widget=_WORDS, required=False)
    method = forms.CharField(label=_("How it is done"), max_length=MAX_WORDS, widget=_WORDS, required=False)
    causes = forms.CharField(label=_("Causes that were found"), max_length=MAX_WORDS, widget=_WORDS, required=False)
    measures = forms.CharField(label=_("Actions that are agreed"), max_length=MAX_WORDS, widget=_WORDS, required=False)
    effect = forms.CharField(label=_("What they have changed"), max_length=MAX_WORDS, widget=_WORDS, required=False)


# What is asked for at each step.
_ASKED_AT: Final = {
    CampaignState.CLOSED: (),
    CampaignState.REPORTED: ("purpose", "method", "causes"),
    CampaignState.ACTED: ("causes", "measures"),
    CampaignState.CHECKED: ("effect",),
}


@requires(RUN)
def new(request: HttpRequest) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    today = clock.local_date(now, actor.zone)
    initial = {"planned_on": today, "closes_on": today + _QUARTER, "share": _ALL, "channels": ["email", "sms"]}
    form = PlanForm(request.POST if request.method == "POST" else None, actor=actor, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            number = actions.plan_campaign(actor=actor, entry=form.entry(), now=now)
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(number)s is planned.") % {"number": number})
            return HttpResponseRedirect(campaign_url(number))
    back = reverse("surveys:campaigns")
    return form_page(request, form, title=_("Plan a survey"), submit=_("Plan it"), crumbs=way_to(), back=back)


@requires(RUN)
def edit(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    view = queries.campaign(actor=actor, number=number)
    form = PlanForm(request.POST if request.method == "POST" else None, actor=actor, initial=_initial(view))

    def save() -> None:
        actions.change_campaign(actor=actor, number=number, entry=form.entry(), now=clock.now())

    return _deed(request, form, view, save, title=_("Plan it differently"), submit=_("Save"))


@requires(RUN)
def start(request: HttpRequest, number: str) -> HttpResponse:
    """Starting restates how many people will be written to."""
    actor, now = require_actor(request), clock.now()
    view = queries.campaign(actor=actor, number=number)
    note = gettext("From now on it asks after each service; nobody is asked about what is past.")
    if view.trigger is Trigger.WAVE:
        forms_of = {one.audience: one.version_id for one in view.forms}
        size = queries.audience_size(actor=actor, segment=view.segment, forms=forms_of, now=now)
        told = gettext(
            "%(people)s people of %(customers)s customers fit; %(share)s %% of them are chosen now and are asked within"
            " the contact budget. %(before)s of them were asked something within %(days)s days."
        )
        note = told % {
            "people": size.people,
            "customers": size.customers,
            "share": f"{view.share * _ALL:f}".rstrip("0").rstrip("."),
            "before": size.asked_before,
            "days": size.days,
        }
    form = forms.Form(request.POST if request.method == "POST" else None)

    def save() -> None:
        actions.start_campaign(actor=actor, number=number, now=clock.now())

    return _deed(request, form, view, save, title=_("Start the survey"), submit=_("Start it"), note=note)


@requires(RUN)
def stop(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    view = queries.campaign(actor=actor, number=number)
    form = StopForm(request.POST if request.method == "POST" else None)

    def save() -> None:
        actions.stop_campaign(actor=actor, number=number, reason=form.cleaned_data["reason"], now=clock.now())

    return _deed(request, form, view, save, title=_("Stop the survey"), submit=_("Stop it"))


@requires(RUN)
@require_POST
def early(request: HttpRequest, number: str) -> HttpResponse:
    """Close it on the strong signal that its page tells of."""
    actions.close_early(actor=require_actor(request), number=number, now=clock.now())
    toast(request, gettext("Closed early; the reason is kept."))
    return HttpResponseRedirect(campaign_url(number))


@requires(RUN)
def step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Close, report, agree on actions, check: what the step needs is written on its page."""
    actor = require_actor(request)
    view = queries.campaign(actor=actor, number=number)
    if step not in set(_ASKED_AT):
        raise Http404
    to = CampaignState(step)
    names = _ASKED_AT[to]
    initial = {name: getattr(view, name) for name in names}
    form = StepForm(request.POST if request.method == "POST" else None, initial=initial)
    for name in set(form.fields) - set(names):
        del form.fields[name]

    def save() -> None:
        words = StepWords(**{name: form.cleaned_data[name] for name in names})
        actions.step_campaign(actor=actor, number=number, step=to, words=words, now=clock.now())

    note = (
        gettext("Links are closed; whoever has not answered has stayed silent.") if to is CampaignState.CLOSED else ""
    )
    label = STEP_LABELS[to]
    return _deed(request, form, view, save, title=label, submit=label, note=note)


def _deed(
    request: HttpRequest,
    form: forms.Form,
    view: CampaignView,
    save: Callable[[], None],
    *,
    title: Any,  # noqa: ANN401 - a text or a lazy one
    submit: Any,  # noqa: ANN401
    note: str = "",
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            save()
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.text())
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(campaign_url(view.number))
    crumbs, back = way_to(view.number, view.name), campaign_url(view.number)
    return form_page(request, form, title=title, submit=submit, crumbs=crumbs, back=back, note=note)


def _initial(view: CampaignView) -> dict[str, Any]:
    segment = view.segment
    return {
        **{name: getattr(view, name) for name in ("name", "wave", "planned_on", "closes_on", "purpose", "method")},
        **{one.audience.value: one.version_id for one in view.forms},
        "trigger": view.trigger.value,
        "channels": list(view.channels),
        "share": view.share * _ALL,
        "industries": list(segment.industries),
        "lines": list(segment.business_lines),
        "regions": ", ".join(segment.regions),
        "classes": ", ".join(one or "-" for one in segment.classes),
        "unit": segment.unit_id,
    }


def _words_in(text: str) -> tuple[str, ...]:
    """The words of a list that people type with commas of either kind."""
    return tuple(word.strip() for word in text.replace("，", ",").replace("、", ",").split(",") if word.strip())
