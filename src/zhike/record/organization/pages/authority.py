"""The authority table: what each role may approve by itself, proposed and decided by different people."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.errors import Invalid
from zhike.platform.i18n.labels import pick
from zhike.platform.ui import formats, navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import (
    Button,
    Crumb,
    Definition,
    Empty,
    EmptyKind,
    FigureCard,
    Status,
    Tone,
)
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.render import NOTHING
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.organization import actions, queries
from zhike.record.organization.forms import AuthorityForm
from zhike.record.organization.models import AuthorityLimit
from zhike.record.organization.pages._shared import form_page
from zhike.record.organization.policies import APPROVE_AUTHORITY, PROPOSE_AUTHORITY, VIEW_CONTROLS, person_of
from zhike.record.organization.queries.controls import AuthorityCheck
from zhike.record.organization.types import LimitState, gated_actions
from zhike.record.organization.types.labels import LIMIT_STATE_LABELS, PERIOD_LABELS

TONES = {
    LimitState.PROPOSED.value: Tone.WARN,
    LimitState.APPROVED.value: Tone.OK,
    LimitState.REFUSED.value: Tone.QUIET,
}
navigation.register(
    NavItem(
        job=Job.SETTINGS,
        label=_("Authority"),
        url_name="organization:authority",
        right=VIEW_CONTROLS.code,
        order=33,
    )
)


def _amount(amount: Decimal | None, currency: str) -> str | SafeString:
    return NOTHING if amount is None else formats.money(amount, currency, code=False)


def _period(row: AuthorityLimit) -> str:
    if not row.period:
        return ""
    parts = []
    if row.max_count is not None:
        parts.append(gettext("%(count)s times") % {"count": row.max_count})
    if row.max_total is not None:
        parts.append(formats.money(row.max_total, row.currency, code=False))
    return gettext("%(what)s a %(period)s") % {"what": gettext(", ").join(parts), "period": PERIOD_LABELS[row.period]}


def _action(row: AuthorityLimit) -> str:
    known = gated_actions().get(row.action)
    return str(known.label) if known else row.action


LIMITS = Table(
    key="organization.authority",
    title=_("Authority"),
    sort="-valid_from",
    columns=(
        Column("role", pgettext_lazy("staff", "Role"), value=lambda row: pick(row.role.labels) or row.role.code),
        Column("action", _("May approve"), value=_action, sort="action"),
        Column("reason", _("Reason"), value=lambda row: row.reason or gettext("any reason")),
        Column(
            "max_amount",
            _("Each time"),
            Kind.MARKUP,
            value=lambda row: _amount(row.max_amount, row.currency),
            plain=lambda row: row.max_amount,
        ),
        Column("period", _("In a period"), value=_period),
        Column("valid_from", _("Valid from"), Kind.TIME, sort="valid_from"),
        Column("valid_until", _("Valid until"), Kind.TIME),
        Column(
            "state",
            _("State"),
            Kind.STATUS,
            value=lambda row: Status(LIMIT_STATE_LABELS[row.state], TONES[row.state]),
        ),
        Column("source", _("Decided by"), lines=2),
    ),
    filters=(
        Choice(key="state", label=_("State"), options=list(LIMIT_STATE_LABELS.items())),
        Choice(
            key="action",
            label=_("May approve"),
            options=lambda: [(code, gated.label) for code, gated in gated_actions().items()],
        ),
    ),
    views=(BuiltInView(label=_("To decide"), query="state=proposed"),),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("Nobody may approve anything yet"),
        text=_(
            "A limit names a role, what it may approve, how much each time and in a period. Another person approves it."
        ),
    ),
)


def check_card(check: AuthorityCheck) -> FigureCard:
    """CTRL-05: approvals beyond authority, which must be none."""
    return FigureCard(
        label=_("Approvals beyond authority"),
        value=check.beyond,
        decimals=0,
        n=check.approvals,
        as_of=clock.now(),
        base_matters=False,
        definition=Definition(
            id="organization.beyond_authority",
            version=1,
            formula=_("approvals that no approved row of the table covered at that moment"),
            source=_("Company requirement: approvals within limits"),
        ),
    )


@requires(VIEW_CONTROLS)
def limits(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    rows = queries.authority_rows(actor=actor)
    propose = Button(label=_("Propose a limit"), url=reverse("organization:authority_new"), icon="plus", key="n")
    open_rows = rows.filter(state=LimitState.PROPOSED.value).order_by("pk")
    context = {
        "primary": propose if actor.has(PROPOSE_AUTHORITY.code) else None,
        "card": check_card(queries.authority_check(actor=actor)),
        "to_decide": [
            (
                row,
                pick(row.role.labels) or row.role.code,
                _action(row),
                _amount(row.max_amount, row.currency),
                _period(row),
                row.proposed_by == person_of(actor),
            )
            for row in open_rows
        ]
        if actor.has(APPROVE_AUTHORITY.code)
        else [],
    }
    return LIMITS.respond(request, rows, template="organization/authority.html", context=context)


@requires(PROPOSE_AUTHORITY)
def propose(request: HttpRequest) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    form = AuthorityForm(
        request.POST or None,
        roles=[(role.code, role.label) for role in queries.roles(actor=actor, now=now) if role.active],
        gated=[(code, str(gated.label)) for code, gated in gated_actions().items()],
        initial={"valid_from": clock.local_date(now, actor.zone)},
    )
    back = reverse("organization:authority")
    if form.is_bound and form.is_valid():
        try:
            actions.propose_authority_limit(actor=actor, terms=form.terms(actor.zone), now=now)
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Proposed. Somebody else must approve it."))
            return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=_("Propose a limit"),
        submit=_("Propose"),
        crumbs=[Crumb(gettext("Authority"), back)],
        back=back,
        note=_("It has no effect until somebody else approves it."),
    )


@requires(APPROVE_AUTHORITY)
@require_POST
def decide(request: HttpRequest, limit_id: int) -> HttpResponse:
    approve = request.POST.get("answer") == "approve"
    actions.decide_authority_limit(actor=require_actor(request), limit_id=limit_id, approve=approve, now=clock.now())
    toast(request, gettext("Approved.") if approve else gettext("Refused."))
    return HttpResponseRedirect(reverse("organization:authority"))


@requires(PROPOSE_AUTHORITY)
@require_POST
def end(request: HttpRequest, limit_id: int) -> HttpResponse:
    actions.end_authority_limit(
        actor=require_actor(request), limit_id=limit_id, reason=request.POST.get("reason", ""), now=clock.now()
    )
    return HttpResponseRedirect(reverse("organization:authority"))


urlpatterns = [
    path("settings/authority/", limits, name="authority"),
    path("settings/authority/new/", propose, name="authority_new"),
    path("settings/authority/<int:limit_id>/decide/", decide, name="authority_decide"),
    path("settings/authority/<int:limit_id>/end/", end, name="authority_end"),
]
