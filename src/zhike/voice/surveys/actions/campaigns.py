"""Campaigns: planned, changed while they are planned, started, taken through their steps, stopped (SURV-17)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.numbering import next_number
from zhike.record.contacting.policies import public_address
from zhike.record.organization import queries as organization
from zhike.voice.surveys import events
from zhike.voice.surveys.models import Campaign, CampaignForm, Recipient
from zhike.voice.surveys.policies import RUN, form_scope
from zhike.voice.surveys.queries.audience import IN_SAMPLE, PEOPLE, people_values
from zhike.voice.surveys.queries.campaigns import audiences_of
from zhike.voice.surveys.queries.stopping import signals_of
from zhike.voice.surveys.rules.campaigns import NEXT, STOPPABLE, entry_errors, is_over, step_errors
from zhike.voice.surveys.types import Audience, CampaignState, Disposition, Trigger
from zhike.voice.surveys.types.campaigns import (
    CAMPAIGN_ENDED,
    MAX_REASON,
    NO_CONTACT,
    SURVEY_SERIES,
    CampaignEntry,
    CampaignMoved,
    NobodyToAsk,
    NoPublicAddress,
    SegmentFilter,
    StepWords,
)
from zhike.voice.surveys.types.stopping import NoStrongSignal

_WORDS: Final = ("purpose", "method", "causes", "measures", "effect")
_AT: Final[Mapping[CampaignState, str]] = {
    CampaignState.CLOSED: "closed_at",
    CampaignState.REPORTED: "reported_at",
    CampaignState.ACTED: "acted_at",
    CampaignState.CHECKED: "checked_at",
}
# The audience is written down with what is known of everybody at this moment; what follows never changes who was meant.
_FREEZE: Final = """
{people}, chosen AS (
  SELECT * FROM eligible WHERE {in_sample}
), made AS (
  INSERT INTO surveys_recipient (ref, campaign_id, version_id, audience, customer_id, contact_id, value_class,
    annual_value, industry, region, business_line, service_mode, outlet_id, category, contact_role, channel,
    scope_unit_id, disposition, reason, language, zone, way, planned_at, section, scale, mode, external_ref)
  SELECT gen_random_uuid(), %(campaign)s,
    CASE c.audience WHEN 'senior' THEN %(senior)s::bigint WHEN 'general' THEN %(general)s::bigint
      ELSE %(relationship)s::bigint END,
    c.audience, f.id, c.contact_id, f.value_class, f.annual_value, f.industry, f.region_code,
    coalesce(g.business_line, ''), coalesce(g.service_mode, ''), f.outlet_id, '', c.role, '', f.scope_unit_id,
    CASE WHEN c.contact_id IS NULL THEN %(withheld)s ELSE %(planned)s END,
    CASE WHEN c.contact_id IS NULL THEN %(no_contact)s ELSE '' END,
    c.speaks, f.zone, '', %(now)s, 0, '', 'live', ''
  FROM chosen c JOIN files f ON f.id = c.customer_id
  LEFT JOIN LATERAL (SELECT business_line, service_mode FROM shipments_shipment WHERE customer_id = f.id
    ORDER BY ordered_at DESC, id DESC LIMIT 1) g ON true
  ORDER BY c.customer_id, c.contact_id
  RETURNING contact_id
)
SELECT (SELECT count(contact_id) FROM eligible), count(*), count(contact_id) FROM made
"""


@action
def plan_campaign(*, actor: Actor, entry: CampaignEntry, now: datetime) -> str:
    """Plan a wave, or what is asked after each service. Returns its number; raises Invalid naming every field."""
    authorize(actor, RUN)
    _check(actor, entry)
    row = Campaign(number=next_number(SURVEY_SERIES.key), scope_unit_id=_unit_no(actor), made_at=now)
    _fill(actor, row, entry)
    row.save(force_insert=True)
    _carry(row, entry.forms)
    audit.record(actor, events.CampaignPlanned(subject=("survey", row.pk), after=_said(row, entry)), now=now)
    return row.number


@action
def change_campaign(*, actor: Actor, number: str, entry: CampaignEntry, now: datetime) -> None:
    """Plan it differently, as long as nobody is chosen yet. Raises CampaignMoved, Invalid."""
    row = _locked(actor, number)
    authorize(actor, RUN, subject=("survey", row.pk))
    if row.state != CampaignState.PLANNED.value:
        raise CampaignMoved
    _check(actor, entry)
    before = {"name": row.name, "planned_on": row.planned_on, "closes_on": row.closes_on, "segment": row.segment}
    _fill(actor, row, entry)
    row.save()
    CampaignForm.objects.filter(campaign=row).delete()
    _carry(row, entry.forms)
    audit.record(
        actor, events.CampaignPlanned(subject=("survey", row.pk), before=before, after=_said(row, entry)), now=now
    )


@action
def start_campaign(*, actor: Actor, number: str, now: datetime) -> int:
    """Begin to ask. A wave's audience is frozen in this moment (SURV-05). Returns how many people are to be asked.

    What asks after each service has no recipients yet: they come with the services. Raises CampaignMoved, NobodyToAsk,
    NoPublicAddress.
    """
    row = _locked(actor, number)
    authorize(actor, RUN, subject=("survey", row.pk))
    if row.state != CampaignState.PLANNED.value:
        raise CampaignMoved
    if row.channels and not public_address(now):
        raise NoPublicAddress
    if is_over(row.closes_on, now, row.zone):
        raise Invalid.of("closes_on", "past", _("The day on which it closes has passed."))
    forms = {Audience(one.audience): one.version_id for one in CampaignForm.objects.filter(campaign=row)}
    row.state, row.started_at = CampaignState.RUNNING.value, now
    if row.trigger == Trigger.WAVE.value:
        row.population, made, row.recipients = _freeze(actor, row, forms, now)
        if not row.recipients:
            raise NobodyToAsk
        audit.record(
            actor,
            events.RecipientsChosen(
                subject=("survey", row.pk),
                after={"population": row.population, "recipients": row.recipients, "nobody": made - row.recipients},
            ),
            now=now,
        )
    row.save()
    audit.record(
        actor,
        events.CampaignMoved(subject=("survey", row.pk), after={"number": row.number, "state": row.state}),
        now=now,
    )
    return row.recipients


@action
def step_campaign(*, actor: Actor, number: str, step: CampaignState, words: StepWords, now: datetime) -> None:
    """Close, report, agree on actions, check their effect: one after the other. Raises CampaignMoved, Invalid."""
    row = _locked(actor, number)
    authorize(actor, RUN, subject=("survey", row.pk))
    if step not in _AT or NEXT.get(CampaignState(row.state)) is not step:
        raise CampaignMoved
    wrong = step_errors(step, {name: getattr(row, name) for name in _WORDS}, words)
    if wrong:
        raise Invalid(wrong)
    for name in _WORDS:
        given = getattr(words, name)
        if given is not None:
            setattr(row, name, given.strip())
    if step is CampaignState.CLOSED:
        _end(row)
    row.state = step.value
    setattr(row, _AT[step], now)
    row.save()
    audit.record(
        actor,
        events.CampaignMoved(subject=("survey", row.pk), after={"number": row.number, "state": row.state}),
        now=now,
    )


@action
def stop_campaign(*, actor: Actor, number: str, reason: str, now: datetime) -> None:
    """Stop it before its end, saying why: whoever has not been asked never is. Raises CampaignMoved, Invalid."""
    row = _locked(actor, number)
    authorize(actor, RUN, subject=("survey", row.pk))
    if CampaignState(row.state) not in STOPPABLE:
        raise CampaignMoved
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid.of("reason", "required", _("Say why, in at most 300 characters."))
    _end(row)
    row.state, row.closed_at, row.stop_reason = CampaignState.STOPPED.value, now, reason.strip()
    row.save()
    audit.record(
        actor,
        events.CampaignMoved(
            subject=("survey", row.pk),
            after={"number": row.number, "state": row.state, "stop_reason": row.stop_reason},
        ),
        now=now,
    )


@action
def close_early(*, actor: Actor, number: str, now: datetime) -> None:
    """Close a running survey on its strong signal, which is kept: whoever has not been asked never is (SURV-33).

    Somebody decides it, never the system by itself. Raises CampaignMoved, NoStrongSignal.
    """
    row = _locked(actor, number)
    authorize(actor, RUN, subject=("survey", row.pk))
    if row.state != CampaignState.RUNNING.value:
        raise CampaignMoved
    signals = signals_of(actor=actor, campaign_id=row.pk, trigger=Trigger(row.trigger), now=now)
    if not signals:
        raise NoStrongSignal
    _end(row)
    row.state, row.closed_at, row.early = CampaignState.CLOSED.value, now, signals[0].stored()
    row.save()
    audit.record(
        actor,
        events.CampaignMoved(
            subject=("survey", row.pk), after={"number": row.number, "state": row.state, **signals[0].stored()}
        ),
        now=now,
    )


@action
def close_due(*, actor: Actor, now: datetime) -> int:
    """Close every campaign whose last day has passed; returns how many."""
    authorize(actor, RUN)
    rows = Campaign.objects.filter(
        state=CampaignState.RUNNING.value, closes_on__isnull=False, closes_on__lte=now.date()
    )
    due = [row for row in rows.order_by("pk").select_for_update() if is_over(row.closes_on, now, row.zone)]
    for row in due:
        _end(row)
        row.state, row.closed_at = CampaignState.CLOSED.value, now
        row.save()
    audit.record(
        actor,
        events.CampaignMoved(
            subject=("surveys", len(due)),
            after={"state": CampaignState.CLOSED.value, "numbers": [row.number for row in due]},
        ),
        now=now,
    )
    return len(due)


def _locked(actor: Actor, number: str) -> Campaign:
    rows = Campaign.objects.filter(form_scope(actor), number=number)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found


def _check(actor: Actor, entry: CampaignEntry) -> None:
    wrong = entry_errors(entry, audiences_of(actor=actor, version_ids=entry.forms.values()))
    if entry.segment.unit_id is not None:
        try:
            unit = organization.unit_by_id(actor=actor, unit_id=entry.segment.unit_id)
        except NotFound:
            unit = None
        inside = unit is not None and actor.reach.covers(unit.tree_no)
    else:
        inside = actor.reach.everything
    if not inside:
        told = _("Choose a unit within your reach; only who reaches the whole company asks everybody.")
        wrong |= Invalid.of("unit", "out_of_reach", told).fields
    if wrong:
        raise Invalid(wrong)


def _fill(actor: Actor, row: Campaign, entry: CampaignEntry) -> None:
    owner_id = entry.owner_id or actor.staff_id or actor.answering_id
    row.name, row.wave = entry.name.strip(), entry.wave.strip()
    row.trigger, row.kind = entry.trigger.value, entry.kind.value
    row.segment, row.channels, row.share = entry.segment.stored(), list(entry.channels), entry.share
    row.planned_on, row.closes_on = entry.planned_on, entry.closes_on
    row.purpose, row.method = entry.purpose.strip(), entry.method.strip()
    row.zone = organization.company_zone(actor=actor)
    row.owner_id = organization.assignee(actor=actor, staff_id=owner_id).id if owner_id else None


def _carry(row: Campaign, forms: Mapping[Audience, int]) -> None:
    CampaignForm.objects.bulk_create(
        [
            CampaignForm(campaign=row, audience=audience.value, version_id=version_id)
            for audience, version_id in sorted(forms.items())
        ]
    )


def _unit_no(actor: Actor) -> int:
    """The unit that the campaign belongs to: of whoever plans it, else the company itself."""
    return actor.unit_no or organization.unit_tree(actor=actor)[0].no


def _freeze(actor: Actor, row: Campaign, forms: Mapping[Audience, int], now: datetime) -> tuple[int, int, int]:
    values = people_values(actor=actor, segment=SegmentFilter.of(row.segment), forms=forms, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            _FREEZE.format(people=PEOPLE, in_sample=IN_SAMPLE.format(key="coalesce(contact_id, customer_id)")),
            {
                **values,
                "campaign": row.pk,
                "seed": row.number,
                "share": row.share,
                "now": now,
                "planned": Disposition.PLANNED.value,
                "withheld": Disposition.WITHHELD.value,
                "no_contact": NO_CONTACT,
            },
        )
        found = cursor.fetchone()
    population, made, people = found or (0, 0, 0)
    return population, made, people


def _end(row: Campaign) -> None:
    """Nobody else is asked, and whoever has not answered has stayed silent; who began stays so.

    What waits for the end of the night is taken back by a job (`inviting.take_back_ended`).
    """
    rows = Recipient.objects.filter(campaign=row)
    waiting = [Disposition.PLANNED.value, Disposition.WAITING.value]
    rows.filter(disposition__in=waiting).update(disposition=Disposition.WITHHELD.value, reason=CAMPAIGN_ENDED)
    rows.filter(disposition=Disposition.SENT.value).update(disposition=Disposition.SILENT.value)


def _said(row: Campaign, entry: CampaignEntry) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": row.name,
        "trigger": row.trigger,
        "planned_on": row.planned_on,
        "closes_on": row.closes_on,
        "share": row.share,
        "segment": row.segment,
        "forms": {audience.value: version_id for audience, version_id in entry.forms.items()},
    }


def local_today(row: Campaign, now: datetime) -> str:
    """The day where the campaign is asked, for keys of what happens once a day."""
    return clock.local_date(now, row.zone).isoformat()
