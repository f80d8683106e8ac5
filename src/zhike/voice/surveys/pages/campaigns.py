"""Campaigns: all of them, the waves of a year, and one with what became of everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.db.ids import id_of
from zhike.platform.i18n.labels import pick
from zhike.platform.i18n.regions import region_name
from zhike.platform.ui import formats, navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Empty, EmptyKind, Fact
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Choice, Column, Days, Kind, Table
from zhike.record.contacting.types import CHANNEL_LABELS, ContactChannel
from zhike.record.customers.types import CHAIN_LABELS, INDUSTRY_LABELS, ChainRole, Industry
from zhike.record.organization import queries as organization
from zhike.record.shipments.types.codes import LINE_LABELS, BusinessLine
from zhike.voice.surveys import queries
from zhike.voice.surveys.models import Campaign
from zhike.voice.surveys.pages._campaigns import (
    STEP_LABELS,
    campaign_url,
    fate_of,
    reason_words,
    signal_words,
    state_of,
    way_to,
)
from zhike.voice.surveys.policies import RUN, VIEW
from zhike.voice.surveys.rules.campaigns import NEXT, STOPPABLE
from zhike.voice.surveys.types import (
    AUDIENCE_LABELS,
    CAMPAIGN_STATE_LABELS,
    TRIGGER_LABELS,
    CampaignState,
    Disposition,
    Label,
    Trigger,
)
from zhike.voice.surveys.types.campaigns import AudienceSize, CampaignView, Counts
from zhike.voice.surveys.types.stopping import Strong

navigation.register(
    NavItem(job=Job.LISTEN, label=_("Surveys"), url_name="surveys:campaigns", right=VIEW.code, order=10)
)
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of one form, or of all together; rates are shares of those who were asked."""

    label: Label
    counts: Counts
    people_url: str = ""

    @property
    def rate(self) -> Decimal | None:
        return None if self.counts.response_rate is None else self.counts.response_rate / 100

    @property
    def refusals(self) -> Decimal | None:
        return None if self.counts.refusal_rate is None else self.counts.refusal_rate / 100

    @property
    def refused(self) -> int:
        return self.counts.of(Disposition.REFUSED)

    @property
    def unreachable(self) -> int:
        return self.counts.of(Disposition.UNREACHABLE)


def _url(row: Any) -> str:  # noqa: ANN401 - a campaign or its view
    return campaign_url(row.number)


LIST = Table(
    key="surveys.campaigns",
    title=_("Surveys"),
    sort="-planned_on",
    columns=(
        Column("number", _("No."), url=_url),
        Column("name", _("Name"), lines=2, width="wide"),
        Column("trigger", _("Asks"), value=lambda row: TRIGGER_LABELS[row.trigger]),
        Column("state", _("State"), Kind.STATUS, value=lambda row: state_of(row.state)),
        Column("planned_on", _("Begins on"), Kind.DAY, sort="planned_on"),
        Column("closes_on", _("Closes on"), Kind.DAY),
        Column("sent", pgettext_lazy("recipient of a survey", "Asked"), Kind.NUMBER, value=lambda row: row.counts.sent),
        Column(
            "answered",
            pgettext_lazy("recipient of a survey", "Answered"),
            Kind.NUMBER,
            value=lambda row: row.counts.answered,
        ),
        Column("rate", _("Response rate"), Kind.PERCENT, value=lambda row: Line("", row.counts).rate, decimals=2),
        Column("owner", _("Owner"), value="owner", shown=False),
    ),
    filters=(
        Choice(
            key="state",
            label=_("State"),
            options=[(str(code), label) for code, label in CAMPAIGN_STATE_LABELS.items()],
            field="state",
        ),
        Choice(
            key="trigger",
            label=_("Asks"),
            options=[(str(code), label) for code, label in TRIGGER_LABELS.items()],
            field="trigger",
        ),
        Days(key="planned", label=_("Begins on"), field="planned_on"),
    ),
    row_url=_url,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No survey yet"),
        text=_("Plan a wave for the quarter, or a few questions after each delivery."),
    ),
)


@requires(VIEW)
def campaign_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    new = Button(label=_("Plan a survey"), url=reverse("surveys:campaign_new"), icon="plus", key="c")
    context = {
        "primary": new if actor.has(RUN.code) else None,
        "actions": [Button(label=_("Waves of the year"), url=reverse("surveys:calendar"))],
    }

    def views(rows: Sequence[Campaign]) -> Sequence[CampaignView]:
        return queries.views(actor=actor, rows=rows)

    rows = queries.campaign_rows(actor=actor)
    return LIST.respond(request, rows, template="surveys/campaigns.html", context=context, decorate=views)


@requires(VIEW)
def calendar(request: HttpRequest) -> HttpResponse:
    """The waves of a year, and how many days lay between the end of asking and the report (SURV-17)."""
    actor = require_actor(request)
    this = clock.local_date(clock.now(), actor.zone).year
    asked = id_of(request.GET.get("year", "")) or this
    year = asked if _FIRST_YEAR <= asked <= _LAST_YEAR else this
    found = queries.wave_year(actor=actor, year=year)
    context = {
        "year": found,
        "rows": [(one, state_of(one.state), Line("", one.counts)) for one in found.waves],
        "before": year - 1,
        "after": year + 1,
        "crumbs": way_to(),
    }
    return render(request, "surveys/calendar.html", context)


@requires(VIEW)
def campaign(request: HttpRequest, number: str) -> HttpResponse:
    """One campaign: what became of everybody, by form and together, and the next step."""
    actor, now = require_actor(request), clock.now()
    view = queries.campaign(actor=actor, number=number)
    people = reverse("surveys:recipients", args=[number])
    forms = [
        Line(
            f"{AUDIENCE_LABELS[one.audience]} · {pick(one.names)}",
            one.counts,
            f"{people}?audience={one.audience.value}",
        )
        for one in view.forms
    ]
    whole = Line(_("All forms together"), view.counts, people)
    reasons = queries.reasons_of(actor=actor, campaign_id=view.id)
    size = _size(actor, view) if view.state is CampaignState.PLANNED and view.trigger is Trigger.WAVE else None
    context: dict[str, Any] = {
        "view": view,
        "state": state_of(view.state),
        "lines": [*forms, *([whole] if len(forms) > 1 else [])],
        "whole": whole,
        "fates": [
            (fate_of(one), view.counts.of(one), f"{people}?disposition={one.value}")
            for one in Disposition
            if view.counts.of(one)
        ],
        "reasons": [(fate_of(one), reason_words(reason), n) for (one, reason), n in sorted(reasons.items())],
        "chain": queries.chain(actor=actor, campaign_id=view.id) if view.trigger is Trigger.WAVE else None,
        "role_labels": {"": _("no role known"), **{role.value: CHAIN_LABELS[role] for role in ChainRole}},
        "size": size,
        "signals": _signals(actor, view),
        "people_url": people,
        "facts": _facts(actor, view),
        "crumbs": way_to(),
        "now": now,
        **_steps(actor, view),
    }
    return render(request, "surveys/campaign.html", context)


def _size(actor: Actor, view: CampaignView) -> AudienceSize:
    forms = {one.audience: one.version_id for one in view.forms}
    return queries.audience_size(actor=actor, segment=view.segment, forms=forms, now=clock.now())


def _signals(actor: Actor, view: CampaignView) -> list[str]:
    """What is settled already, for whoever may end it."""
    if view.state is not CampaignState.RUNNING or not actor.has(RUN.code):
        return []
    found = queries.signals_of(actor=actor, campaign_id=view.id, trigger=view.trigger, now=clock.now())
    return [signal_words(one) for one in found]


def _narrowed(actor: Actor, view: CampaignView) -> str:
    """Which customers it is narrowed to, in words; empty where to none."""
    of = view.segment
    units = organization.unit_labels(actor=actor, unit_ids=[of.unit_id]) if of.unit_id else {}
    parts = [
        [str(INDUSTRY_LABELS[Industry(one)]) for one in of.industries],
        [str(LINE_LABELS[BusinessLine(one)]) for one in of.business_lines],
        [region_name(one) for one in of.regions],
        [one or gettext("not classified") for one in of.classes],
        list(units.values()),
    ]
    joint = pgettext("between the parts of a list", ", ")
    return "; ".join(joint.join(part) for part in parts if part)


def _facts(actor: Actor, view: CampaignView) -> list[Fact]:
    channels = ", ".join(str(CHANNEL_LABELS[ContactChannel(one)]) for one in view.channels)
    early = Strong.of(view.early)
    return [
        Fact(label=_("Asks"), value=TRIGGER_LABELS[view.trigger]),
        Fact(label=_("Wave"), value=view.wave or None),
        Fact(label=_("Begins on"), value=view.planned_on),
        Fact(label=_("Closes on"), value=view.closes_on, missing=_("until somebody closes it")),
        Fact(label=_("Only"), value=_narrowed(actor, view) or None, missing=_("no narrowing")),
        Fact(label=_("Share of them that is asked"), value=f"{formats.number(view.share * 100, 1)} %"),
        Fact(label=_("Invites by"), value=channels or None, missing=_("answers are keyed in")),
        Fact(label=_("People who fit"), value=view.population if view.started_at else None),
        Fact(label=_("Chosen of them"), value=view.recipients if view.started_at else None),
        Fact(label=_("Owner"), value=view.owner or None),
        Fact(label=_("Days from close to report"), value=view.days_to_report),
        *([Fact(label=_("Why it was stopped"), value=view.stop_reason)] if view.stop_reason else []),
        *([Fact(label=_("Why it was closed early"), value=signal_words(early))] if early else []),
    ]


def _report(actor: Actor, view: CampaignView) -> list[Button]:
    """Where a room above reports on surveys: for whoever may read it, as soon as somebody has been asked."""
    if view.started_at is None or not actor.has("reports.view"):
        return []
    try:
        url = reverse("reports:survey", args=[view.id])
    except NoReverseMatch:
        return []
    return [Button(label=pgettext_lazy("survey", "Report"), url=url)]


def _steps(actor: Actor, view: CampaignView) -> dict[str, Any]:
    others = _report(actor, view)
    if not actor.has(RUN.code):
        return {"primary": None, "actions": others}
    following = NEXT.get(view.state)
    primary: Button | None = None
    if view.state is CampaignState.PLANNED:
        primary = Button(
            label=pgettext_lazy("step of a survey", "Start it"),
            url=reverse("surveys:campaign_start", args=[view.number]),
        )
        others.append(Button(label=_("Plan it differently"), url=reverse("surveys:campaign_edit", args=[view.number])))
    elif following is not None:
        url = reverse("surveys:campaign_step", args=[view.number, following.value])
        primary = Button(label=STEP_LABELS[following], url=url)
    if view.state in STOPPABLE:
        others.append(
            Button(
                label=pgettext_lazy("step of a survey", "Stop it"),
                url=reverse("surveys:campaign_stop", args=[view.number]),
            )
        )
    return {"primary": primary, "actions": others}
