"""The contact log: what went, what waits, what was withheld and by which rule."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.messaging.rules import masked
from zhike.platform.ui import formats
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Fact
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Days, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.contacting import actions, queries
from zhike.record.contacting.pages._words import outcome_status, recipient_name, rule_words
from zhike.record.contacting.policies import SEND, VIEW
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    EVENT_LABELS,
    OUTCOME_LABELS,
    PURPOSE_LABELS,
    RULE_LABELS,
    ContactChannel,
    EventKind,
    Outcome,
    Purpose,
    Rule,
)

LOG = Table(
    key="contacting.log",
    title=_("Contact log"),
    sort="-at",
    columns=(
        Column("at", pgettext_lazy("contact", "When"), Kind.TIME, sort="at"),
        Column("person", pgettext_lazy("contact", "Whom"), value=recipient_name, lines=2),
        Column("customer", _("Customer"), value=lambda row: row.customer.name if row.customer else "", lines=2),
        Column("purpose", pgettext_lazy("contact", "Purpose"), value=lambda row: PURPOSE_LABELS[Purpose(row.purpose)]),
        Column("channel", _("Channel"), value=lambda row: CHANNEL_LABELS[ContactChannel(row.channel)]),
        Column(
            "outcome",
            pgettext_lazy("contact", "Decision"),
            Kind.STATUS,
            value=outcome_status,
            plain=lambda row: OUTCOME_LABELS[Outcome(row.outcome)],
        ),
        Column("rule", _("Rule"), value=rule_words, lines=2, width="wide"),
        Column("event", _("Event"), value=lambda row: EVENT_LABELS[EventKind(row.event)] if row.event else ""),
        Column("template", _("Template"), shown=False),
        Column("hold_until", pgettext_lazy("contact", "Waits until"), Kind.TIME, shown=False),
        Column(
            "by", pgettext_lazy("contact", "By"), value=lambda row: row.staff.name if row.staff else "", shown=False
        ),
    ),
    filters=(
        Choice(
            key="outcome",
            label=pgettext_lazy("contact", "Decision"),
            options=[(o.value, OUTCOME_LABELS[o]) for o in Outcome],
            field="outcome",
        ),
        Choice(key="rule", label=_("Rule"), options=[(r.value, RULE_LABELS[r]) for r in Rule if r.value], field="rule"),
        Choice(
            key="purpose",
            label=pgettext_lazy("contact", "Purpose"),
            options=[(p.value, PURPOSE_LABELS[p]) for p in Purpose],
            field="purpose",
        ),
        Choice(
            key="channel",
            label=_("Channel"),
            options=[(c.value, CHANNEL_LABELS[c]) for c in ContactChannel],
            field="channel",
        ),
        Choice(key="event", label=_("Event"), options=[(e.value, EVENT_LABELS[e]) for e in EventKind], field="event"),
        Days(key="at", label=pgettext_lazy("contact", "When"), field="at"),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("contacts", "Withheld"), query="outcome=deny"),
        BuiltInView(label=pgettext_lazy("contacts", "Waiting"), query="outcome=hold"),
    ),
    row_url=lambda row: reverse("contacting:record", args=[row.pk]),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("Nobody has been contacted yet"),
        text=_("Messages, notices, surveys and calls appear here, and those withheld with the rule that held them."),
    ),
)


@requires(VIEW)
def contact_log(request: HttpRequest) -> HttpResponseBase:
    rows = queries.record_rows(actor=require_actor(request))
    return LOG.respond(request, rows, template="contacting/list.html", context={"title": LOG.title})


@requires(VIEW)
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    actor = require_actor(request)
    row = queries.record(actor=actor, record_id=record_id)
    own = actor.has(SEND.code) and (row.actor_kind, row.actor_id) == (actor.kind.value, actor.id)
    waits = row.outcome == Outcome.HOLD.value or row.delivery == "waiting"
    context = {
        "row": row,
        "title": recipient_name(row),
        "status": outcome_status(row),
        "rule": rule_words(row),
        "facts": _facts(row),
        "crumbs": [Crumb(_("Contact log"), reverse("contacting:log"))],
        "actions": [Button(label=_("Take back"), url=reverse("contacting:take_back", args=[row.pk]), post=True)]
        if own and waits
        else [],
        "customer_url": reverse("desk:customer", args=[row.customer.number]) if row.customer else "",
    }
    return render(request, "contacting/record.html", context)


@requires(SEND)
@require_POST
def take_back(request: HttpRequest, record_id: int) -> HttpResponse:
    actions.take_back(actor=require_actor(request), record_id=record_id, now=clock.now())
    toast(request, gettext("Taken back. It does not leave."))
    return HttpResponseRedirect(reverse("contacting:record", args=[record_id]))


def _facts(row: Any) -> list[Fact]:  # noqa: ANN401 - a row of the log
    missing = _("none")
    template = f"{row.template} v{row.template_version}" if row.template else ""
    about = f"{row.related_kind} {row.related_id}" if row.related_id else ""
    event = EVENT_LABELS[EventKind(row.event)] if row.event else ""
    return [
        Fact(label=pgettext_lazy("contact", "Purpose"), value=str(PURPOSE_LABELS[Purpose(row.purpose)])),
        Fact(label=_("Channel"), value=str(CHANNEL_LABELS[ContactChannel(row.channel)])),
        Fact(label=pgettext_lazy("contact", "To"), value=masked(row.to) if row.to else "", missing=missing),
        Fact(label=_("Event"), value=str(event), missing=missing),
        Fact(label=pgettext_lazy("contact", "About"), value=about, missing=missing),
        Fact(label=_("Template"), value=template, missing=missing),
        Fact(label=_("Time zone"), value=formats.zone_words(row.zone, clock.now())),
        Fact(label=pgettext_lazy("contact", "By"), value=row.staff.name if row.staff else row.actor_id),
    ]
