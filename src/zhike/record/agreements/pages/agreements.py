"""Agreements with customers: list, one with its versions, drafting, starting, changing, ending (AGRE-02)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.db.ids import id_of
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Definition, Empty, EmptyKind, Fact, Severity
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Days, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.agreements import actions, queries
from zhike.record.agreements.forms import AgreementForm, EndForm, FileForm
from zhike.record.agreements.models import Agreement
from zhike.record.agreements.pages._shared import form_page, posted, staff_choices
from zhike.record.agreements.pages.revising import AGAIN, APPLY, preview
from zhike.record.agreements.pages.standards import share_card
from zhike.record.agreements.policies import CHANGE_OTHERS, EDIT, VIEW
from zhike.record.agreements.queries.shown import agreement_status
from zhike.record.agreements.queries.standards import sentence
from zhike.record.agreements.types import AGREEMENT_LABELS, AgreementState
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CustomerSummary, Label

navigation.register(NavItem(job=Job.GROW, label=_("Agreements"), url_name="agreements:list", right=VIEW.code, order=40))
SAVE = _("Save the agreement")


def _url(row: Agreement) -> str:
    return reverse("agreements:agreement", args=[row.number])


def _severity(row: Agreement) -> Severity:
    return Severity.NOTICE if row.state == AgreementState.EXPIRED.value else Severity.NONE


LIST = Table(
    key="agreements.list",
    title=_("Agreements"),
    sort="-opened_at",
    columns=(
        Column("number", _("No."), url=_url),
        Column("customer", _("Customer"), value="customer.name", lines=2),
        Column("title", pgettext_lazy("agreement", "Title"), lines=2, width="wide"),
        Column("state", _("State"), Kind.STATUS, value=lambda row: agreement_status(row.state)),
        Column("valid_from", _("In force from"), Kind.DAY),
        Column("valid_until", _("In force until"), Kind.DAY, sort="valid_until"),
        Column("review_on", _("Review on"), Kind.DAY),
        Column("owner", _("Responsible person"), value="owner.name"),
        Column("version", pgettext_lazy("agreement", "Version"), Kind.NUMBER, decimals=0, shown=False),
    ),
    filters=(
        Choice(
            key="state",
            label=_("State"),
            options=[(str(code), label) for code, label in AGREEMENT_LABELS.items()],
            field="state",
        ),
        Days(key="ends", label=_("In force until"), field="valid_until"),
    ),
    views=(
        BuiltInView(label=AGREEMENT_LABELS[AgreementState.IN_FORCE], query="state=in_force&sort=valid_until"),
        BuiltInView(label=AGREEMENT_LABELS[AgreementState.DRAFT], query="state=draft"),
        BuiltInView(label=AGREEMENT_LABELS[AgreementState.EXPIRED], query="state=expired"),
    ),
    row_url=_url,
    row_severity=_severity,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No agreement yet"),
        text=_("Draft one from here or from the customer's page, or import a list."),
    ),
)


@requires(VIEW)
def agreement_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    found = queries.coverage(actor=actor, now=clock.now())
    may = actor.has(EDIT.code)
    label = _("Customers with a valid agreement")
    context: dict[str, Any] = {
        "primary": Button(label=_("New agreement"), url=reverse("agreements:new"), icon="plus") if may else None,
        "actions": [],
        "card": share_card(
            label=label,
            hits=found.covered,
            n=found.customers,
            definition=Definition(
                id="agreements.customers_with_agreement",
                version=1,
                label=label,
                formula=_("active customers with an agreement in force today ÷ active customers"),
                source=_("Company requirement: customers with a valid agreement"),
            ),
            rows_url=f"{reverse('agreements:list')}?state=in_force",
        ),
    }
    rows = queries.agreement_rows(actor=actor)
    return LIST.respond(request, rows, template="agreements/list.html", context=context)


@requires(VIEW)
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """What is agreed now, and every version before it."""
    actor = require_actor(request)
    row = queries.get_agreement(actor=actor, number=number)
    versions = queries.versions_of(actor=actor, agreement_id=row.pk)
    context: dict[str, Any] = {
        "agreement": row,
        "status": agreement_status(row.state),
        "now": versions[0],
        "versions": versions,
        "crumbs": [Crumb(gettext("Agreements"), reverse("agreements:list"))],
        "facts": [
            Fact(
                label=_("Customer"), value=row.customer.name, url=reverse("desk:customer", args=[row.customer.number])
            ),
            Fact(label=_("Responsible person"), value=row.owner.name),
            Fact(label=_("In force from"), value=row.valid_from),
            Fact(label=_("In force until"), value=row.valid_until, missing=_("until somebody ends it")),
            Fact(label=_("Review on"), value=row.review_on, missing=_("no day of review")),
            Fact(label=_("Why it ended"), value=row.ended_because or None),
        ],
        "may_edit": queries.may_change(actor=actor, row=row),
        "file_form": FileForm(),
        **_steps(actor, row),
    }
    return render(request, "agreements/agreement.html", context)


def _steps(actor: Actor, row: Agreement) -> dict[str, Any]:
    if not queries.may_change(actor=actor, row=row):
        return {"primary": None, "actions": []}
    edit = Button(label=_("Change the draft"), url=reverse("agreements:edit", args=[row.number]), icon="edit")
    again = Button(label=_("Write a new version"), url=reverse("agreements:edit", args=[row.number]), icon="edit")
    start = Button(label=_("Put in force"), url=reverse("agreements:start", args=[row.number]), post=True)
    end_it = Button(label=_("End it"), url=reverse("agreements:end", args=[row.number]), drawer=True)
    if row.state == AgreementState.DRAFT.value:
        return {"primary": start, "actions": [edit]}
    if row.state == AgreementState.IN_FORCE.value:
        return {"primary": again, "actions": [end_it]}
    return {"primary": None, "actions": []}


@requires(EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Draft an agreement; the customer is chosen by number first."""
    actor = require_actor(request)
    found = _customer(actor, request)
    if found is None:
        context: dict[str, Any] = {
            "crumbs": [Crumb(gettext("Agreements"), reverse("agreements:list"))],
            "asked": request.GET.get("customer", "")[:40],
        }
        return render(request, "agreements/choose.html", context, status=404 if context["asked"] else 200)
    today = clock.local_date(clock.now(), actor.zone)
    form = _form(request, actor, initial={"valid_from": today})
    if form.is_bound and form.is_valid():
        try:
            number = actions.open_agreement(
                actor=actor, customer_id=found.id, entry=form.entry(), owner_id=form.owner_id(), now=clock.now()
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(number)s is drafted.") % {"number": number})
            return HttpResponseRedirect(reverse("agreements:agreement", args=[number]))
    title = gettext("New agreement with %(name)s") % {"name": found.name}
    return _editor(request, form, title=title, back=reverse("desk:customer", args=[found.number]))


def _customer(actor: Actor, request: HttpRequest) -> CustomerSummary | None:
    number, key = request.GET.get("customer", "").strip(), id_of(request.GET.get("customer_id", ""))
    try:
        if key is not None:
            return customers.summary(actor=actor, customer_id=key)
        if number:
            return customers.summary(actor=actor, customer_id=customers.id_of(actor=actor, number=number))
    except NotFound:
        return None
    return None


@requires(EDIT)
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change a draft, or write the next version of an agreement in force."""
    actor = require_actor(request)
    row = _changeable(actor, number)
    last = queries.versions_of(actor=actor, agreement_id=row.pk)[0]
    is_draft = row.state == AgreementState.DRAFT.value
    today = clock.local_date(clock.now(), actor.zone)
    initial: dict[str, Any] = {
        "title": row.title,
        "owner": str(row.owner_id),
        "valid_from": row.valid_from if is_draft else today,
        "valid_until": row.valid_until,
        "review_on": row.review_on,
        "deliverables": last.row.deliverables,
    }
    for at, item in enumerate(last.items):
        initial |= {f"{name}_{at}": getattr(item, name) for name in ("service", "currency", "per", "tariff")}
        initial[f"price_{at}"] = item.price and f"{item.price.normalize():f}"
    for link, said in last.standards:
        own = link.number and f"{link.number.normalize():f}"
        initial |= {f"carry_{said.code}": True, f"own_{said.code}": own}
    form = _form(request, actor, initial=initial, rows=len(last.items), with_reason=not is_draft)
    if form.is_bound and AGAIN not in request.POST and form.is_valid():
        now = clock.now()
        reason = form.cleaned_data.get("reason", "")
        try:
            if not is_draft and APPLY not in request.POST:
                wrong = queries.revision_problems(actor=actor, row=row, entry=form.entry(), reason=reason)
                if not wrong:
                    return preview(request, row, last, form, today)
                raise Invalid(wrong)
            actions.revise_agreement(actor=actor, number=number, entry=form.entry(), reason=reason, now=now)
            owner_id = form.owner_id()
            if owner_id is not None and owner_id != row.owner_id:
                actions.assign_agreement(actor=actor, number=number, staff_id=owner_id, now=now)
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("Written down."))
            return HttpResponseRedirect(_url(row))
    title = gettext("Change %(number)s") if is_draft else gettext("New version of %(number)s")
    submit = SAVE if is_draft else _("Show what changes")
    return _editor(request, form, title=title % {"number": row.number}, back=_url(row), submit=submit)


def _changeable(actor: Actor, number: str) -> Agreement:
    """The agreement for who may change it; others are told so before they have typed anything."""
    row = queries.get_agreement(actor=actor, number=number)
    if not queries.may_change(actor=actor, row=row):
        raise Forbidden(right=CHANGE_OTHERS.code, subject=("agreement", str(row.pk)))
    return row


def _form(
    request: HttpRequest, actor: Actor, *, initial: dict[str, Any], rows: int = 0, with_reason: bool = False
) -> AgreementForm:
    today = clock.local_date(clock.now(), actor.zone)
    offered = [(row.code, f"{row.code} {sentence(row)}") for row in queries.standards_on(actor=actor, day=today)]
    return AgreementForm(
        posted(request),
        initial=initial,
        staff=staff_choices(actor),
        standards=offered,
        rows=rows,
        with_reason=with_reason,
    )


def _editor(request: HttpRequest, form: AgreementForm, *, title: str, back: str, submit: Label = SAVE) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        submit=submit,
        crumbs=[Crumb(gettext("Agreements"), reverse("agreements:list"))],
        back=back,
        template="agreements/editor.html",
        context={"frame": form.frame(), "services": form.services(), "standards": form.standards()},
    )


@require_POST
@requires(EDIT)
def start(request: HttpRequest, number: str) -> HttpResponse:
    try:
        actions.start_agreement(actor=require_actor(request), number=number, now=clock.now())
        toast(request, gettext("The agreement is in force from its first day on."))
    except Invalid as error:
        toast(request, "; ".join(one.text() for found in error.fields.values() for one in found))
    return HttpResponseRedirect(reverse("agreements:agreement", args=[number]))


@requires(EDIT)
def end(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    row = _changeable(actor, number)
    form = EndForm(posted(request), initial={"last_day": clock.local_date(clock.now(), actor.zone)})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            actions.end_agreement(
                actor=actor, number=number, last_day=data["last_day"], reason=data["reason"], now=clock.now()
            )
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("The agreement ends on that day."))
            return HttpResponseRedirect(_url(row))
    return form_page(
        request,
        form,
        title=filled(_("End %(number)s"), {"number": row.number}),
        submit=_("End the agreement"),
        crumbs=[Crumb(gettext("Agreements"), reverse("agreements:list"))],
        back=_url(row),
    )


@requires(EDIT)
def signed(request: HttpRequest, number: str) -> HttpResponse:
    """Add the signed copy to the present version."""
    actor = require_actor(request)
    row = _changeable(actor, number)
    form = FileForm(posted(request), request.FILES or None)
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            actions.add_signed(actor=actor, number=number, content=sent.read(), filename=sent.name, now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("The signed copy is kept."))
            return HttpResponseRedirect(_url(row))
    return form_page(
        request,
        form,
        title=filled(_("Signed copy of %(number)s"), {"number": row.number}),
        submit=_("Keep the copy"),
        crumbs=[Crumb(gettext("Agreements"), reverse("agreements:list"))],
        back=_url(row),
    )
