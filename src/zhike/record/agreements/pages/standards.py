"""Standards: the list with its share that has a number, the editor, and the words that are refused (AGRE-03)."""

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

from zhike.methods.intervals import wilson
from zhike.platform import clock
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Definition, Empty, EmptyKind, FigureCard
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Flag, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.agreements import actions, queries
from zhike.record.agreements.forms import LastDayForm, StandardForm, WordForm
from zhike.record.agreements.models import Standard
from zhike.record.agreements.pages._shared import form_page, posted
from zhike.record.agreements.policies import STANDARDS, VIEW
from zhike.record.agreements.queries.standards import figure, spoken
from zhike.record.agreements.types import MEASURE_LABELS, SPOKEN, UNIT_LABELS, VAGUE_LABELS, VagueKind
from zhike.record.customers.types import Label

navigation.register(
    NavItem(job=Job.IMPROVE, label=_("Standards"), url_name="agreements:standards", right=VIEW.code, order=30)
)


def _url(row: Standard) -> str:
    return reverse("agreements:standard", args=[row.code])


def share_card(*, label: Label, hits: int, n: int, definition: Definition, rows_url: str) -> FigureCard:
    """A share of now with its Wilson interval."""
    interval = None
    if n:
        low, high = wilson(hits, n)
        interval = (Decimal(str(float(low) * 100)), Decimal(str(float(high) * 100)))
    return FigureCard(
        label=label,
        value=Decimal(100 * hits) / n if n else None,
        unit="%",
        interval=interval,
        n=n,
        as_of=clock.now(),
        definition=definition,
        rows_url=rows_url,
        period=_("as of now"),
    )


LIST = Table(
    key="agreements.standards",
    title=_("Standards"),
    sort="-valid_from",
    columns=(
        Column("code", _("No."), url=_url),
        Column("version", pgettext_lazy("standard", "Version"), Kind.NUMBER, decimals=0),
        Column("object", _("What it is about"), lines=2, width="wide", value=lambda row: spoken(row, "object")),
        Column("measure", _("Measure"), lines=2, value=lambda row: spoken(row, "measure")),
        Column("figure", pgettext_lazy("standard", "Figure"), value=figure),
        Column(
            "condition",
            pgettext_lazy("standard", "Condition"),
            lines=2,
            value=lambda row: spoken(row, "condition"),
        ),
        Column("valid_from", _("In force from"), Kind.DAY, sort="valid_from"),
        Column("valid_until", _("In force until"), Kind.DAY),
        Column("clock", _("Clock"), value=lambda row: MEASURE_LABELS.get(row.clock, "")),
        Column("source", pgettext_lazy("standard", "Source"), lines=2, shown=False),
    ),
    filters=(
        Choice(
            key="unit",
            label=_("Unit"),
            options=[(str(code), label) for code, label in UNIT_LABELS.items()],
            field="unit",
        ),
        Flag(key="clock", label=_("Sets a clock"), condition=~Q(clock="")),
        Flag(key="last", label=_("Without last day"), condition=Q(valid_until__isnull=True)),
    ),
    views=(
        BuiltInView(label=_("Without last day"), query="last=1"),
        BuiltInView(label=_("Sets a clock"), query="clock=1"),
    ),
    row_url=_url,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No standard yet"),
        text=_("Write what is measured, the number that must be reached and its unit."),
    ),
)


@requires(VIEW)
def standard_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    may = actor.has(STANDARDS.code)
    found = queries.numbered(actor=actor, day=clock.local_date(clock.now(), actor.zone))
    label = _("Standards with a number")
    context = {
        "primary": Button(label=_("New standard"), url=reverse("agreements:standard_new"), icon="plus")
        if may
        else None,
        "actions": [Button(label=_("Vague words"), url=reverse("agreements:words"))],
        "card": share_card(
            label=label,
            hits=found.numbered,
            n=found.standards,
            definition=Definition(
                id="agreements.standards_with_number",
                version=1,
                label=label,
                formula=_("standards in force with a number and unit ÷ standards in force"),
                source=_("Company requirement: standards with a number"),
            ),
            rows_url=reverse("agreements:standards"),
        ),
    }
    rows = queries.standard_rows(actor=actor)
    return LIST.respond(request, rows, template="agreements/standards.html", context=context)


@requires(VIEW)
def standard(request: HttpRequest, code: str) -> HttpResponse:
    """Every version of one standard, and the agreements that carry it."""
    actor = require_actor(request)
    versions = queries.standard_versions(actor=actor, code=code)
    last = versions[0]
    today = clock.local_date(clock.now(), actor.zone)
    may = actor.has(STANDARDS.code)
    holds = last.valid_until is None or last.valid_until >= today
    context = {
        "standard": last,
        "title": pgettext("a standard", "%(object)s: %(measure)s")
        % {"object": spoken(last, "object"), "measure": spoken(last, "measure")},
        "versions": [
            (row, spoken(row, "measure"), figure(row), spoken(row, "condition"), MEASURE_LABELS.get(row.clock, ""))
            for row in versions
        ],
        "carrying": list(queries.carrying(actor=actor, code=last.code).order_by("number")[:50]),
        "holds": holds,
        "crumbs": [Crumb(gettext("Standards"), reverse("agreements:standards"))],
        "primary": Button(label=_("Write a new version"), url=reverse("agreements:standard_version", args=[last.code]))
        if may
        else None,
        "actions": [Button(label=_("End it"), url=reverse("agreements:standard_end", args=[last.code]), drawer=True)]
        if may and holds
        else [],
    }
    return render(request, "agreements/standard.html", context)


@requires(STANDARDS)
def new(request: HttpRequest) -> HttpResponse:
    today = clock.local_date(clock.now(), require_actor(request).zone)
    return _write(request, StandardForm(posted(request), initial={"valid_from": today}), "")


@requires(STANDARDS)
def version(request: HttpRequest, code: str) -> HttpResponse:
    actor = require_actor(request)
    last = queries.standard_versions(actor=actor, code=code)[0]
    names = ("object", "measure", "bound", "number", "unit", "unit_text", "condition", "source", "clock", "category")
    initial: dict[str, Any] = {name: getattr(last, name) for name in names}
    initial |= {name: spoken(last, name) for name in SPOKEN}
    initial |= {f"{name}_{code}": text for name, some in last.texts.items() for code, text in some.items()}
    initial["valid_from"] = clock.local_date(clock.now(), actor.zone)
    form = StandardForm(posted(request), initial=initial)
    form.borrow(last.texts)
    return _write(request, form, last.code)


def _write(request: HttpRequest, form: StandardForm, code: str) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            made = actions.write_standard(actor=require_actor(request), entry=form.entry(), code=code, now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(code)s is written.") % {"code": made})
            return HttpResponseRedirect(reverse("agreements:standard", args=[made]))
    back = reverse("agreements:standard", args=[code]) if code else reverse("agreements:standards")
    return form_page(
        request,
        form,
        title=filled(_("New version of %(code)s"), {"code": code}) if code else _("New standard"),
        submit=_("Write the standard"),
        crumbs=[Crumb(gettext("Standards"), reverse("agreements:standards"))],
        back=back,
        note=_("Words that measure nothing are refused where no number stands beside them."),
    )


@requires(STANDARDS)
def end(request: HttpRequest, code: str) -> HttpResponse:
    form = LastDayForm(posted(request))
    page = reverse("agreements:standard", args=[code])
    if form.is_bound and form.is_valid():
        try:
            actions.end_standard(
                actor=require_actor(request), code=code, last_day=form.cleaned_data["last_day"], now=clock.now()
            )
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("The standard ends on that day."))
            return HttpResponseRedirect(page)
    return form_page(
        request,
        form,
        title=filled(_("End %(code)s"), {"code": code}),
        submit=_("End the standard"),
        crumbs=[Crumb(gettext("Standards"), reverse("agreements:standards"))],
        back=page,
    )


@requires(VIEW)
def words(request: HttpRequest) -> HttpResponse:
    """The list of words; people of quality add and switch off."""
    actor = require_actor(request)
    form = WordForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            actions.set_vague_word(
                actor=actor, word=form.cleaned_data["word"], kind=VagueKind(form.cleaned_data["kind"]), now=clock.now()
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("The word is on the list."))
            return HttpResponseRedirect(reverse("agreements:words"))
    found = queries.vague_words(actor=actor)
    context = {
        "form": form,
        "may": actor.has(STANDARDS.code),
        "groups": [(label, [one for one in found if one.kind == kind]) for kind, label in VAGUE_LABELS.items()],
        "crumbs": [Crumb(gettext("Standards"), reverse("agreements:standards"))],
    }
    return render(request, "agreements/words.html", context, status=422 if form.errors else 200)


@require_POST
@requires(STANDARDS)
def switch(request: HttpRequest) -> HttpResponse:
    """Switch one word off or on."""
    actor = require_actor(request)
    form = WordForm(request.POST)
    if form.is_valid():
        actions.set_vague_word(
            actor=actor,
            word=form.cleaned_data["word"],
            kind=VagueKind(form.cleaned_data["kind"]),
            active=request.POST.get("active") == "1",
            now=clock.now(),
        )
    return HttpResponseRedirect(reverse("agreements:words"))
