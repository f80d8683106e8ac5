"""Surveys of a history, set-based: nobody is invited, no work is opened, follow-ups stand as they ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from zhike.platform import audit, numbering
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.copying import insert_many
from zhike.platform.errors import NotFound
from zhike.platform.outbox import Mode
from zhike.record.contacting.types import SurveyKind
from zhike.voice.surveys import events
from zhike.voice.surveys.models import (
    Answer,
    Campaign,
    CampaignForm,
    Comment,
    FollowUp,
    Item,
    Questionnaire,
    Recipient,
    Version,
)
from zhike.voice.surveys.policies import LOAD
from zhike.voice.surveys.types import Measure, Trigger, Way
from zhike.voice.surveys.types.past import PastAnswer, PastCampaign, PastRecipient

SERIES = "survey"
Items = Mapping[str, Item]
Pairs = Sequence[tuple[Recipient, PastRecipient]]

# What was known of the recipients when they were asked, as far as the files of today tell.
_KNOWN = """
UPDATE surveys_recipient r SET
  industry = c.industry,
  region = coalesce(nullif(s.region, ''), c.region_code),
  business_line = coalesce(s.business_line, ''),
  service_mode = coalesce(s.service_mode, ''),
  outlet_id = s.destination_unit_id,
  scope_unit_id = c.scope_unit_id,
  zone = c.zone,
  language = c.language
FROM surveys_recipient a
JOIN customers_customer c ON c.id = a.customer_id
LEFT JOIN shipments_shipment s ON s.id = a.shipment_id
WHERE a.id = r.id AND r.campaign_id = ANY(%(campaigns)s)
"""
# Last of all: what was sent off is closed to changes from here.
_SENT_OFF = """
UPDATE surveys_recipient r SET submitted_at = t.at, disposition = t.fate, received_at = t.at, way = %(way)s,
  seconds = t.seconds, score = t.score, scale = t.scale, section = 1,
  opened_at = t.at - make_interval(secs => t.seconds)
FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[], %(fates)s::text[], %(seconds)s::int[], %(scores)s::smallint[],
  %(scales)s::text[]) AS t (id, at, fate, seconds, score, scale)
WHERE r.id = t.id
"""


@action
def load_campaigns(*, actor: Actor, campaigns: Sequence[PastCampaign], now: datetime) -> list[int]:
    """Take campaigns over with everybody who was asked and all that was said, in the order given; returns their ids.

    Raises NotFound for a form that is not published, or an answer to a question that its form does not ask.
    """
    authorize(actor, LOAD)
    if not campaigns:
        return []
    versions = _versions(campaigns)
    rows = [
        _row(past, number, now) for past, number in zip(campaigns, numbering.take(SERIES, len(campaigns)), strict=True)
    ]
    insert_many(rows)
    insert_many(
        [
            CampaignForm(campaign=row, audience=audience, version=versions[code])
            for row, past in zip(rows, campaigns, strict=True)
            for audience, code in past.forms.items()
        ]
    )
    items = {code: {item.key: item for item in Item.objects.filter(version=of)} for code, of in versions.items()}
    pairs = [
        (_recipient(one, row, versions[past.forms[one.audience]]), one)
        for row, past in zip(rows, campaigns, strict=True)
        for one in past.recipients
    ]
    insert_many([row for row, _one in pairs])
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"campaigns": [row.pk for row in rows]})
    code_of = {version.pk: code for code, version in versions.items()}
    _add_answers(pairs, {pk: items[code] for pk, code in code_of.items()})
    _add_follow_ups(pairs)
    audit.record(
        actor,
        events.AnswersLoaded(
            subject=("surveys", len(rows)),
            after={"recipients": len(pairs), "answered": sum(one.submitted_at is not None for _row, one in pairs)},
        ),
        now=now,
    )
    return [row.pk for row in rows]


def _versions(campaigns: Sequence[PastCampaign]) -> dict[str, Version]:
    codes = {code for past in campaigns for code in past.forms.values()}
    published = dict(
        Questionnaire.objects.filter(code__in=codes, published_version__gt=0).values_list("code", "published_version")
    )
    found = {
        version.questionnaire.code: version
        for version in Version.objects.select_related("questionnaire").filter(questionnaire__code__in=published)
        if version.number == published[version.questionnaire.code]
    }
    if set(found) != codes:
        raise NotFound
    return found


def _row(past: PastCampaign, number: str, now: datetime) -> Campaign:
    kind = SurveyKind.RELATIONSHIP if past.trigger is Trigger.WAVE else SurveyKind.TRANSACTION
    return Campaign(
        number=number,
        name=past.name,
        trigger=past.trigger.value,
        kind=kind.value,
        state=past.state.value,
        wave=past.wave,
        channels=list(past.channels),
        share=past.share,
        planned_on=past.planned_on,
        closes_on=past.closes_on,
        started_at=past.started_at,
        closed_at=past.closed_at,
        reported_at=past.reported_at,
        acted_at=past.acted_at,
        checked_at=past.checked_at,
        purpose=past.purpose,
        method=past.method,
        causes=past.causes,
        measures=past.measures,
        effect=past.effect,
        recipients=len(past.recipients),
        population=past.population or len(past.recipients),
        zone=past.zone,
        owner_id=past.owner_id,
        scope_unit_id=0,
        mode=Mode.BACKFILL.value,
        made_at=now,
    )


def _recipient(past: PastRecipient, campaign: Campaign, version: Version) -> Recipient:
    """As it stood before the answer was sent off."""
    is_sent = past.submitted_at is not None
    return Recipient(
        campaign=campaign,
        version=version,
        audience=past.audience,
        customer_id=past.customer_id,
        contact_id=past.contact_id,
        shipment_id=past.shipment_id,
        case_id=past.case_id,
        staff_id=past.staff_id,
        value_class=past.value_class,
        annual_value=past.annual_value,
        category=past.category,
        contact_role=past.contact_role,
        channel=campaign.channels[0],
        scope_unit_id=0,
        zone=campaign.zone,
        disposition="sent" if is_sent else past.disposition.value,
        reason=past.reason,
        planned_at=past.planned_at,
        invited_at=past.invited_at,
        mode=Mode.BACKFILL.value,
    )


def _add_answers(pairs: Pairs, items: Mapping[int, Items]) -> None:
    said = [(row, one, answer) for row, one in pairs for answer in one.answers]
    if any(answer.key not in items[row.version_id] for row, _one, answer in said):
        raise NotFound
    answers = [
        Answer(
            recipient=row,
            item=items[row.version_id][answer.key],
            value=answer.value,
            choices=list(answer.choices),
            text=answer.text,
            skipped=answer.skipped,
            at=one.submitted_at or row.planned_at,
        )
        for row, one, answer in said
    ]
    insert_many(answers)
    _send_off([pair for pair in pairs if pair[1].submitted_at is not None], items)
    scopes = dict(
        Recipient.objects.filter(campaign__in={row.campaign_id for row, _one in pairs}).values_list(
            "pk", "scope_unit_id"
        )
    )
    for row, _one in pairs:
        row.scope_unit_id = scopes[row.pk]
    insert_many(
        [
            _comment(row, kept, answer)
            for (row, _one, answer), kept in zip(said, answers, strict=True)
            if answer.text.strip()
        ]
    )


def _comment(row: Recipient, kept: Answer, answer: PastAnswer) -> Comment:
    is_case = answer.deed is not None and answer.deed.value == "case"
    return Comment(
        answer=kept,
        recipient=row,
        strong=answer.strong,
        deed=answer.deed.value if answer.deed else "",
        case_id=row.case_id if is_case else None,
        scope_unit_id=row.scope_unit_id,
        written_at=kept.at,
        done_at=kept.at if answer.deed else None,
    )


def _send_off(pairs: Pairs, items: Mapping[int, Items]) -> None:
    """Last of all, since nothing is added to what has been sent off."""
    overall = {
        pk: next((item for item in found.values() if item.measure == Measure.OVERALL.value), None)
        for pk, found in items.items()
    }
    scores: list[int | None] = []
    scales: list[str] = []
    for row, one in pairs:
        item = overall[row.version_id]
        value = next((a.value for a in one.answers if item is not None and a.key == item.key), None)
        scores.append(value)
        scales.append(item.scale if item is not None and value is not None else "")
    with connection.cursor() as cursor:
        cursor.execute(
            _SENT_OFF,
            {
                "ids": [row.pk for row, _one in pairs],
                "ats": [one.submitted_at for _row, one in pairs],
                "fates": [one.disposition.value for _row, one in pairs],
                "seconds": [one.seconds or 0 for _row, one in pairs],
                "scores": scores,
                "scales": scales,
                "way": Way.LINK.value,
            },
        )
    for (row, _one), score, scale in zip(pairs, scores, scales, strict=True):
        row.score, row.scale = score, scale


def _add_follow_ups(pairs: Pairs) -> None:
    insert_many(
        [
            FollowUp(
                recipient=row,
                reason=one.follow.reason.value,
                score=row.score,
                scale=row.scale,
                case_id=one.follow.case_id,
                owner_id=one.follow.staff_id,
                scope_unit_id=row.scope_unit_id,
                opened_at=one.follow.opened_at,
                due_at=one.follow.due_at,
                zone=row.zone,
                acted_at=one.follow.acted_at,
                tries=one.follow.tries,
                result=one.follow.result.value,
                cause=one.follow.cause,
                score_after=one.follow.score_after,
                note=one.follow.note,
                done_by_id=one.follow.staff_id if one.follow.done_at else None,
                done_at=one.follow.done_at,
            )
            for row, one in pairs
            if one.follow is not None
        ]
    )
