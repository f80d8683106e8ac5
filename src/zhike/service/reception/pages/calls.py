"""Calls: their list, one call with what was said, and the case that it opens."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.db.ids import id_of
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.i18n.labels import filled
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Empty, EmptyKind
from zhike.platform.ui.formpage import form_page
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Days, Flag, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.service.cases import queries as cases
from zhike.service.cases.types import CaseKind
from zhike.service.reception import actions, queries
from zhike.service.reception.forms import MatterForm, NoteForm, TakeOutForm
from zhike.service.reception.models import Call
from zhike.service.reception.pages._shared import call_status, call_url, masked, posted
from zhike.service.reception.pages.pop import pop_context
from zhike.service.reception.policies import SERVE
from zhike.service.reception.queries import sight
from zhike.service.reception.types import CALL_LABELS, DIRECTION_LABELS, WHO_LABELS, CallMatter, CallState, Who

navigation.register(NavItem(job=Job.SERVE, label=_("Calls"), url_name="reception:calls", right=SERVE.code, order=28))
slots.register_live("reception_calls", right=SERVE.code)
BEYOND = pgettext_lazy("caller", "A customer beyond your reach")


def _customer(row: Call) -> str:
    file, person = sight.file_of(row), sight.person_of(row)
    if sight.is_hidden(row):
        return str(BEYOND)
    if file is None:
        return str(WHO_LABELS[row.who])
    return f"{person.name} {file.name}" if person else str(file.name)


def _case_number(row: Call) -> str:
    found = sight.case_of(row)
    return found.number if found else ""


def _case_url(row: Call) -> str:
    found = sight.case_of(row)
    return reverse("desk:case", args=[found.pk]) if found else ""


CALLS = Table(
    key="reception.calls",
    title=_("Calls"),
    sort="-started_at",
    columns=(
        Column("started_at", pgettext_lazy("call", "Began"), Kind.AGO, sort="started_at", zone="zone"),
        Column("number", pgettext_lazy("field", "Telephone"), value=lambda row: masked(row.number)),
        Column("customer", _("Who called"), value=_customer, lines=2, width="wide"),
        Column("state", _("State"), Kind.STATUS, value=lambda row: call_status(row.state)),
        Column("staff", _("In hand"), value=lambda row: row.staff.name if row.staff else ""),
        Column(
            "case",
            _("Case"),
            value=_case_number,
            url=_case_url,
        ),
        Column("direction", _("Direction"), value=lambda row: DIRECTION_LABELS[row.direction]),
        Column("extension", _("Extension"), shown=False),
    ),
    filters=(
        Choice(
            key="state", label=_("State"), options=[(str(c), word) for c, word in CALL_LABELS.items()], field="state"
        ),
        Choice(
            key="who", label=_("Caller"), options=[(str(c), word) for c, word in WHO_LABELS.items() if c], field="who"
        ),
        Flag(
            key="open",
            label=_("Not written down yet"),
            condition=Q(settled_at__isnull=True) & ~Q(state=CallState.MISSED.value),
        ),
        Days(key="began", label=pgettext_lazy("call", "Began"), field="started_at"),
    ),
    views=(
        BuiltInView(label=_("Not written down yet"), query="open=1"),
        BuiltInView(label=CALL_LABELS[CallState.MISSED], query="state=missed"),
    ),
    row_url=call_url,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No call yet"),
        text=_("Calls come by themselves once a telephone system is connected and extensions are assigned."),
    ),
)


@requires(SERVE)
def call_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    context = {"own": queries.own_extensions(actor=actor), "waiting": queries.waiting_calls(actor=actor)}
    return CALLS.respond(request, queries.call_rows(actor=actor), template="reception/calls.html", context=context)


@requires(SERVE)
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """One call: who, what is open with them, and what is to be written down of it."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_call(actor=actor, call_id=call_id)
    form = NoteForm(posted(request), initial={"note": row.note})
    if form.is_bound and form.is_valid():
        try:
            actions.wrap_up(actor=actor, call_id=call_id, note=form.cleaned_data["note"], now=now)
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("The call is written down."))
            return HttpResponseRedirect(reverse("reception:calls"))
    context = {
        **pop_context(actor, row, now),
        "form": form,
        "mine": row.staff_id is None or row.staff_id == actor.staff_id,
        "crumbs": [Crumb(gettext("Calls"), reverse("reception:calls"))],
        "direction": DIRECTION_LABELS[row.direction],
        "who_word": BEYOND if sight.is_hidden(row) else WHO_LABELS[row.who],
    }
    return render(request, "reception/call.html", context, status=422 if form.is_bound else 200)


@requires(SERVE)
def new_case(request: HttpRequest, call_id: int) -> HttpResponse:
    """The call opens a case; its words are those of the call."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_call(actor=actor, call_id=call_id)
    back = reverse("reception:call", args=[call_id])
    likely = _only_one(request) if row.customer_id is None else None
    if likely is not None and not queries.pop_of(actor=actor, number=row.number, now=now).shared:
        actions.confirm_caller(
            actor=actor, call_id=call_id, who=Who.KNOWN, customer_id=likely[0], contact_id=likely[1], now=now
        )
        row = queries.get_call(actor=actor, call_id=call_id)
    form = MatterForm(
        posted(request) if "subject" in request.POST else None,
        initial={"category": "where"},
        categories=list(cases.category_labels(actor=actor).items()),
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        matter = CallMatter(
            kind=CaseKind(data["kind"]),
            category=data["category"],
            subject=data["subject"],
            text=data["text"],
            separate=data["separate"],
        )
        try:
            taken = actions.open_case_of_call(actor=actor, call_id=call_id, matter=matter, now=now)
        except Invalid as error:
            add_errors(form, error)
        else:
            words = (
                gettext("Added to %(number)s, which was open.") if taken.attached else gettext("%(number)s is open.")
            )
            if taken.raised:
                words = gettext(
                    "Added to %(number)s, which was open; it is a complaint from now on, with the deadline of the law."
                )
            toast(request, words % {"number": taken.number})
            return HttpResponseRedirect(reverse("desk:case", args=[taken.case_id]))
    file = sight.file_of(row)
    name = file.name if file else masked(row.number)
    return form_page(
        request,
        form,
        room="reception",
        title=filled(_("New case for %(name)s"), {"name": name}),
        submit=_("Open the case"),
        crumbs=[Crumb(gettext("Calls"), reverse("reception:calls"))],
        back=back,
        note=_("A contact on the same waybill or topic joins the case that is open: nobody explains twice."),
    )


@requires(SERVE)
def take_out(request: HttpRequest, call_id: int) -> HttpResponse:
    """The call stands in a wrong case: out of it, with the reason."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_call(actor=actor, call_id=call_id)
    found, back = sight.case_of(row), reverse("reception:call", args=[call_id])
    if found is None:
        return HttpResponseRedirect(back)
    form = TakeOutForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            case_id = actions.take_call_out(actor=actor, call_id=call_id, reason=form.cleaned_data["reason"], now=now)
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            undo = f"{reverse('reception:attach', args=[call_id])}?case={case_id}"
            toast(request, gettext("The call is out of %(number)s.") % {"number": found.number}, undo=undo)
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        room="reception",
        title=gettext("Take the call out of %(number)s") % {"number": found.number},
        submit=_("Take out of this case"),
        crumbs=[Crumb(gettext("Calls"), reverse("reception:calls")), Crumb(masked(row.number), back)],
        back=back,
        note=_("It stays in the talk there, struck, and the call is in hand again. State and kind of the case stay."),
    )


def _only_one(request: HttpRequest) -> tuple[int, int | None] | None:
    """Who was meant by “new case” beside the likeliest caller: the button says it."""
    of = id_of(request.POST.get("customer", ""))
    return None if of is None else (of, id_of(request.POST.get("contact", "")))


urlpatterns = [
    path("calls/", call_list, name="calls"),
    path("calls/<int:call_id>/", call, name="call"),
    path("calls/<int:call_id>/case/", new_case, name="call_case"),
    path("calls/<int:call_id>/take-out/", take_out, name="take_out"),
]
