"""The closed loop: who said something that asks for an answer is spoken to, in time (SURV-31, SURV-20, CASE-25)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars import rules as hours
from zhike.platform.calendars.queries import Rules
from zhike.platform.outbox import Mode
from zhike.platform.outbox.policies import ACT_WITHIN
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.types import SystemNote
from zhike.record.organization import queries as organization
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CASE_SUBJECT, CaseKind, Severity, VoiceCase, VoiceEntry
from zhike.voice.surveys import events
from zhike.voice.surveys.models import Answer, Comment, FollowUp, Recipient
from zhike.voice.surveys.policies import FOLLOW, FOLLOW_DAYS, STRONG_WORDS
from zhike.voice.surveys.rules.following import Grounds, Told, grounds, is_graver, is_strong
from zhike.voice.surveys.types import FOLLOW_REASON_LABELS, JOINED_NOTE, FollowReason, FollowResult

IDS_AN_EVENT: Final = 1000
READING: Final = system_actor("surveys.follow")
_GRAVE: Final = frozenset({FollowReason.COMPLAINT, FollowReason.STRONG_COMMENT})


@action
def open_follow_ups(
    *, actor: Actor, recipient_ids: Sequence[int], heard_at: datetime, mode: Mode = Mode.LIVE, now: datetime
) -> list[int]:
    """See to it that each of these whose outcome asks for it has one follow-up; returns the ids of new ones. Set-based.

    What was said just now becomes work: a case the same day with somebody who owns it. History is written down as it
    was, without case or owner. Told of again, a recipient keeps their follow-up; a graver reason takes its place.
    """
    authorize(actor, FOLLOW)
    rows = Recipient.objects.filter(pk__in=recipient_ids).order_by("pk")
    ids = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    asked = {row.pk: row for row in Recipient.objects.filter(pk__in=ids).select_related("campaign", "shipment")}
    why = _grounds(list(asked.values()), now)
    known = {row.recipient_id: row for row in FollowUp.objects.filter(recipient_id__in=why)}
    _make_graver([(known[pk], found) for pk, found in why.items() if pk in known])
    new = [asked[pk] for pk in ids if pk in why and pk not in known]
    if not new:
        return []
    recent = now - parameters.value(ACT_WITHIN, at=now)
    work = {row.pk for row in new if mode is Mode.LIVE and _said_at(row, heard_at) >= recent}
    opened = _open_cases(actor, [row for row in new if row.pk in work], why, now)
    since = {row.pk: now if row.pk in work else _said_at(row, heard_at) for row in new}
    made = _write(new, why, opened, since, now)
    _tell(actor, made, asked, mode, now)
    return [row.pk for row in made]


def _said_at(row: Recipient, heard_at: datetime) -> datetime:
    return row.submitted_at or row.received_at or heard_at


def _grounds(asked: Sequence[Recipient], now: datetime) -> dict[int, Grounds]:
    """By recipient, why they are followed up; comments with strong words are marked on the way. Two queries."""
    words = parameters.value(STRONG_WORDS, at=now)
    told: dict[int, list[Told]] = {}
    strong: list[int] = []
    answers = Answer.objects.filter(recipient_id__in=[row.pk for row in asked], skipped=False).select_related("item")
    for one in answers.order_by("item__order"):
        told.setdefault(one.recipient_id, []).append(
            Told(
                section=one.item.section_id,
                scale=one.item.scale,
                measure=one.item.measure,
                value=one.value,
                text=one.text,
            )
        )
        if is_strong(one.text, words):
            strong.append(one.pk)
    Comment.objects.filter(answer_id__in=strong, strong=False).update(strong=True)
    found = {
        row.pk: grounds(row.disposition, score=row.score, scale=row.scale, told=told.get(row.pk, ()), words=words)
        for row in asked
    }
    return {pk: why for pk, why in found.items() if why is not None}


def _make_graver(pairs: Sequence[tuple[FollowUp, Grounds]]) -> None:
    """Who refused first and complains then is one follow-up, for the graver reason, while it is open."""
    changed = [
        (row, why)
        for row, why in pairs
        if row.result == FollowResult.OPEN.value and is_graver(why.reason, FollowReason(row.reason))
    ]
    for row, why in changed:
        row.reason, row.score, row.scale = why.reason.value, why.score, why.scale
    FollowUp.objects.bulk_update([row for row, _why in changed], ["reason", "score", "scale"], batch_size=500)


def _open_cases(
    actor: Actor, rows: Sequence[Recipient], why: Mapping[int, Grounds], now: datetime
) -> Mapping[int, VoiceCase]:
    """Whoever no file knows has no case; somebody at the desk follows them up all the same."""
    entries = [
        VoiceEntry(
            key=row.pk,
            customer_id=row.customer_id,
            contact_id=row.contact_id,
            shipment_id=row.shipment_id,
            case_id=row.case_id,
            subject=_subject(row, why[row.pk]),
            kind=CaseKind.COMPLAINT if why[row.pk].reason is FollowReason.COMPLAINT else CaseKind.ENQUIRY,
            severity=Severity.HIGH if why[row.pk].reason in _GRAVE else Severity.NORMAL,
        )
        for row in rows
        if row.customer_id is not None
    ]
    opened = cases.open_for_voices(actor=READING, entries=entries, now=now) if entries else {}
    joined = [
        (row.customer_id, _note(JOINED_NOTE, row, opened[row.pk].case_id))
        for row in rows
        if row.customer_id is not None and not opened[row.pk].new
    ]
    if joined:
        interactions.add_system_entries(actor=READING, notes=joined, occurred_at=now, now=now)
    nobody = [row for row in rows if row.customer_id is None]
    if not nobody:
        return opened
    staff_id = case_queries.desk_owner(actor=READING, now=now)
    owner = organization.staff_rows(actor=READING).get(pk=staff_id)
    at_desk = VoiceCase(0, staff_id, owner.unit.tree_no, owner.unit.calendar_id, new=False)
    return {**opened, **dict.fromkeys((row.pk for row in nobody), at_desk)}


def _subject(row: Recipient, why: Grounds) -> str:
    """Read at the desk, in the company's language; what the person wrote stays with their answer."""
    with translation.override(settings.LANGUAGE_CODE):
        parts = [f"{FOLLOW_REASON_LABELS[why.reason]}"]
        if why.score is not None:
            parts.append(str(why.score))
        said = {"reason": " ".join(parts), "survey": row.campaign.name}
        if row.shipment is not None:
            return _("%(reason)s: %(waybill)s, %(survey)s") % {**said, "waybill": row.shipment.waybill}
        return _("%(reason)s: %(survey)s") % said


def _note(message: str, row: Recipient, case_id: int | None) -> SystemNote:
    about = (CASE_SUBJECT, str(case_id)) if case_id else ("", "")
    return SystemNote(message=message, params={"survey": row.campaign.name}, about=about)


def _write(
    rows: Sequence[Recipient],
    why: Mapping[int, Grounds],
    opened: Mapping[int, VoiceCase],
    since: Mapping[int, datetime],
    now: datetime,
) -> list[FollowUp]:
    days, default = parameters.value(FOLLOW_DAYS, at=now), calendars.default_calendar_id()
    rules = calendars.rules_of({default, *(one.calendar_id for one in opened.values() if one.calendar_id)})
    made = []
    for row in rows:
        found, case = why[row.pk], opened.get(row.pk)
        calendar = rules[(case.calendar_id if case else None) or default]
        made.append(
            FollowUp(
                recipient=row,
                reason=found.reason.value,
                score=found.score,
                scale=found.scale,
                case_id=(case.case_id or None) if case else None,
                owner_id=case.owner_id if case else None,
                scope_unit_id=case.scope_unit_id if case else row.scope_unit_id,
                opened_at=since[row.pk],
                due_at=_due(calendar, since[row.pk], days),
                zone=calendar.spec.zone,
            )
        )
    return FollowUp.objects.bulk_create(made, batch_size=500)


def _due(calendar: Rules, since: datetime, days: int) -> datetime:
    """The close of the last of so many working days; the day on which somebody spoke does not count."""
    return hours.closing_after(calendar.spec, since, days)


def _tell(actor: Actor, made: Sequence[FollowUp], asked: Mapping[int, Recipient], mode: Mode, now: datetime) -> None:
    audit.record(
        actor,
        events.FollowUpsOpened(
            subject=("follow_ups", len(made)),
            after={
                "follow_ups": [row.pk for row in made],
                "cases": sorted({row.case_id for row in made if row.case_id}),
                "reason": sorted({row.reason for row in made}),
            },
        ),
        now=now,
    )
    outbox.emit_many(
        [
            events.FollowUpsOpenedEvent(
                follow_up_ids=[row.pk for row in part],
                customer_ids=sorted({pk for row in part if (pk := asked[row.recipient_id].customer_id) is not None}),
            )
            for part in (made[at : at + IDS_AN_EVENT] for at in range(0, len(made), IDS_AN_EVENT))
        ],
        now=now,
        mode=mode,
    )
