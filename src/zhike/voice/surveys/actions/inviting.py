"""Invitations and reminders: asked for in batches, within the contact budget; what became of each is kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict
from zhike.record.contacting import actions as contacting
from zhike.record.contacting import queries as contacting_queries
from zhike.record.contacting.policies import REMINDER_AFTER, public_address
from zhike.record.contacting.types import (
    OPT_OUT,
    SURVEY_TEMPLATES,
    Ask,
    Asked,
    ContactChannel,
    Outcome,
    Purpose,
    Rule,
    SurveyKind,
)
from zhike.record.contacting.types import Recipient as To
from zhike.record.customers import queries as customers
from zhike.record.customers.queries import Reachable
from zhike.voice.surveys import events
from zhike.voice.surveys.actions.campaigns import local_today
from zhike.voice.surveys.models import Recipient
from zhike.voice.surveys.policies import LINK_DAYS, RUN
from zhike.voice.surveys.rules.links import seal
from zhike.voice.surveys.types import CampaignState, Disposition, Trigger
from zhike.voice.surveys.types.campaigns import (
    CAMPAIGN_ENDED,
    MESSAGE_FAILED,
    REMINDER_SUBJECT,
    SURVEY_PATH,
    SURVEY_SUBJECT,
    TAKEN_BACK,
)

# Whoever asked for a message may take it back: every ask of this room is made under this name.
INVITING: Final = system_actor("surveys.invite")
BATCH: Final = 500
# The budget of the customer's day is free again tomorrow: a wave asks again then; a service of yesterday is past.
_TOMORROW: Final = Rule.CAP_CUSTOMER_DAY
_SECONDS: Final = 60
_RUNNING: Final = Q(campaign__state=CampaignState.RUNNING.value)
_LEFT: Final = [Disposition.WAITING.value, Disposition.SENT.value]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What tells an invitation from a reminder."""

    code: str
    subject: str


_INVITATION = _Kind("invite", SURVEY_SUBJECT)
_REMINDER = _Kind("remind", REMINDER_SUBJECT)


@action
def invite_batch(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Ask for the invitations of the next people who are to be asked; returns how many were looked at.

    Several workers may run: each takes people that no other has. Those for whom the budget of the customer's day is
    used up are asked on another day (`ask_again`).
    """
    authorize(actor, RUN)
    if not public_address(now):
        return 0
    due = Recipient.objects.filter(
        _RUNNING, disposition=Disposition.PLANNED.value, reason="", contact__isnull=False
    ).exclude(campaign__channels=[])
    rows = _taken(due, limit)
    results = _send(rows, _INVITATION, now)
    for row, asked in zip(rows, results, strict=True):
        _invited(row, asked, now)
    Recipient.objects.bulk_update(
        rows, ["disposition", "reason", "contact_log_id", "invited_at", "language"], batch_size=BATCH
    )
    _record(actor, rows, now)
    return len(rows)


@action
def remind_batch(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Ask for one reminder to everybody who was invited long enough ago and has not answered; returns how many.

    Contacting decides once more: it keeps the distance, and one reminder is the most.
    """
    authorize(actor, RUN)
    if not public_address(now):
        return 0
    due = Recipient.objects.filter(
        _RUNNING,
        disposition__in=[Disposition.SENT.value, Disposition.PARTIAL.value],
        reminder_log_id__isnull=True,
        contact_log_id__isnull=False,
        contact__isnull=False,
        invited_at__lte=now - parameters.value(REMINDER_AFTER, at=now),
        invited_at__gt=now - timedelta(days=parameters.value(LINK_DAYS, at=now)),
    ).exclude(campaign__channels=[])
    rows = _taken(due, limit)
    results = _send(rows, _REMINDER, now)
    for row, asked in zip(rows, results, strict=True):
        row.reminder_log_id = asked.log_id
    Recipient.objects.bulk_update(rows, ["reminder_log_id"], batch_size=BATCH)
    _record(actor, rows, now)
    return len(rows)


@action
def ask_again(*, actor: Actor, now: datetime) -> int:
    """Once a day: people of waves for whom only yesterday's budget was used up are asked for again."""
    authorize(actor, RUN)
    rows = Recipient.objects.filter(
        campaign__state=CampaignState.RUNNING.value,
        campaign__trigger=Trigger.WAVE.value,
        disposition=Disposition.PLANNED.value,
        reason=_TOMORROW.value,
    )
    again = rows.update(reason="")
    audit.record(actor, events.InvitationsAsked(subject=("surveys", again), after={"recipients": again}), now=now)
    return again


@action
def silence_late(*, actor: Actor, now: datetime) -> int:
    """Whose link has run out without an answer has stayed silent, also where a campaign goes on; returns how many."""
    authorize(actor, RUN)
    late = now - timedelta(days=parameters.value(LINK_DAYS, at=now))
    rows = Recipient.objects.filter(_RUNNING, disposition=Disposition.SENT.value, invited_at__lte=late)
    silent = rows.update(disposition=Disposition.SILENT.value)
    audit.record(actor, events.InvitationsAsked(subject=("surveys", silent), after={"silent": silent}), now=now)
    return silent


@action
def take_back_ended(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Messages that wait although their campaign has ended are taken back; returns how many were looked at."""
    authorize(actor, RUN)
    rows = list(
        Recipient.objects.filter(
            disposition=Disposition.WITHHELD.value, reason=CAMPAIGN_ENDED, contact_log_id__isnull=False
        )
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)[:limit]
    )
    withdraw(rows, lambda row: row.contact_log_id, now)
    Recipient.objects.filter(pk__in=[row.pk for row in rows]).update(reason=TAKEN_BACK)
    _record(actor, rows, now)
    return len(rows)


@action
def settle_messages(*, actor: Actor, left: Mapping[int, datetime], failed: Collection[int], now: datetime) -> int:
    """Invitations that have left at an instant, or never reached anybody, by recipient; told twice, it happens once."""
    authorize(actor, RUN)
    rows = Recipient.objects.filter(pk__in={*left, *failed}, disposition__in=_LEFT)
    changed = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
    for row in changed:
        if row.pk in failed:
            row.disposition, row.reason = Disposition.UNREACHABLE.value, MESSAGE_FAILED
            row.invited_at = row.invited_at or now
        else:
            row.disposition = Disposition.SENT.value
            row.invited_at = left[row.pk]
    Recipient.objects.bulk_update(changed, ["disposition", "reason", "invited_at"], batch_size=BATCH)
    _record(actor, changed, now)
    return len(changed)


@action
def settle_waiting(
    *, actor: Actor, denied: Collection[UUID], failed: Collection[UUID], taken_back: Collection[UUID], now: datetime
) -> int:
    """What contacting decided of invitations that waited, by their entries of the log."""
    authorize(actor, RUN)
    logs = contacting_queries.records_by_ref(actor=INVITING, refs=[*denied, *failed, *taken_back])
    fates = {log.pk: log for log in logs.values()}
    rows = Recipient.objects.filter(contact_log_id__in=fates, disposition__in=_LEFT)
    changed = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
    for row in changed:
        log = fates[row.contact_log_id or 0]
        if log.ref in failed:
            row.disposition, row.reason = Disposition.UNREACHABLE.value, MESSAGE_FAILED
            row.invited_at = row.invited_at or now
        else:
            row.disposition = Disposition.WITHHELD.value
            row.reason = TAKEN_BACK if log.ref in taken_back else log.rule
    Recipient.objects.bulk_update(changed, ["disposition", "reason", "invited_at"], batch_size=BATCH)
    _record(actor, changed, now)
    return len(changed)


def withdraw(rows: Sequence[Recipient], log_of: Callable[[Recipient], int | None], now: datetime) -> None:
    """Take back what waits for the end of the night: nobody is asked after the end, or reminded after an answer."""
    for row in rows:
        log_id = log_of(row)
        if log_id:
            try:
                contacting.take_back(actor=INVITING, record_id=log_id, now=now)
            except Conflict:
                continue


def _taken(due: QuerySet[Recipient], limit: int) -> list[Recipient]:
    rows = due.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=True)[:limit]
    found = list(rows.values_list("pk", flat=True))
    return list(
        Recipient.objects.filter(pk__in=found)
        .select_related("campaign", "version", "customer", "shipment")
        .order_by("pk")
    )


def _send(rows: Sequence[Recipient], kind: _Kind, now: datetime) -> list[Asked]:
    """One ask for each row, each with its own words; a fixed number of queries for the whole batch."""
    if not rows:
        return []
    people = customers.reachable(actor=INVITING, contact_ids={row.contact_id for row in rows if row.contact_id})
    base = public_address(now)
    channels = [_channel(row, people.get(row.contact_id or 0)) for row in rows]
    texts = contacting_queries.texts_for(
        actor=INVITING,
        wanted=[
            (SURVEY_TEMPLATES[kind.code, channel], _language(row, people), _values(row, people, base=base))
            for row, channel in zip(rows, channels, strict=True)
        ],
    )
    asks = []
    for row, channel, (language, text) in zip(rows, channels, texts, strict=True):
        row.language = row.language or language
        reminder = kind is _REMINDER
        asks.append(
            Ask(
                to=To(contact_id=row.contact_id, language=language),
                purpose=Purpose.SERVICE_SURVEY,
                channel=channel,
                text=text,
                survey=SurveyKind.REMINDER if reminder else SurveyKind(row.campaign.kind),
                invitation_id=row.contact_log_id if reminder else None,
                occurred_at=None if reminder or row.campaign.trigger == Trigger.WAVE.value else row.planned_at,
                related=(kind.subject, str(row.pk)),
                once=f"survey:{kind.code}:{row.ref}:{local_today(row.campaign, now)}",
            )
        )
    return contacting.send_many(actor=INVITING, asks=asks, now=now)


def _channel(row: Recipient, person: Reachable | None) -> ContactChannel:
    """The first of the campaign's channels in which the person can be reached; contacting says so where none is."""
    wanted = [ContactChannel(one) for one in row.campaign.channels]
    usable = {ContactChannel.EMAIL: person.email, ContactChannel.SMS: person.phone} if person else {}
    return next((one for one in wanted if usable.get(one)), wanted[0])


def _language(row: Recipient, people: Mapping[int, Reachable]) -> str:
    person = people.get(row.contact_id or 0)
    return row.language or (person.language if person else "")


def _values(row: Recipient, people: Mapping[int, Reachable], *, base: str) -> dict[str, str]:
    person = people.get(row.contact_id or 0)
    return {
        "name": person.name if person else "",
        "customer": row.customer.name if row.customer else "",
        "waybill": row.shipment.waybill if row.shipment else "",
        "survey_link": f"{base}{SURVEY_PATH}{seal(row.ref)}/",
        "survey_minutes": str(max(1, -(-row.version.seconds // _SECONDS))),
        OPT_OUT: "{" + OPT_OUT + "}",
    }


def _invited(row: Recipient, asked: Asked, now: datetime) -> None:
    outcome, rule = asked.decision.outcome, asked.decision.rule
    if asked.log_id is None:
        # Asked for before today, by whatever was interrupted then.
        row.reason = _TOMORROW.value
        return
    row.contact_log_id = asked.log_id
    if outcome is Outcome.HOLD:
        row.disposition = Disposition.WAITING.value
    elif outcome is Outcome.DENY and rule is _TOMORROW and row.campaign.trigger == Trigger.WAVE.value:
        row.reason = rule.value
    elif outcome is Outcome.DENY:
        row.disposition, row.reason = Disposition.WITHHELD.value, rule.value
    elif asked.message_id is None:
        row.disposition, row.reason, row.invited_at = Disposition.UNREACHABLE.value, MESSAGE_FAILED, now
    else:
        row.disposition, row.invited_at = Disposition.SENT.value, now


def _record(actor: Actor, rows: Sequence[Recipient], now: datetime) -> None:
    audit.record(
        actor, events.InvitationsAsked(subject=("surveys", len(rows)), after={"recipients": len(rows)}), now=now
    )
