"""Tracking for people outside, feeds and their delays, codes that nobody has explained."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import connection

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize, is_allowed
from zhike.platform.errors import NotFound
from zhike.platform.phones import digits_of
from zhike.record.shipments.models import Party, ProofOfDelivery, Shipment, StatusCode, TrackingEvent, UnknownCode
from zhike.record.shipments.policies import EXPLAIN_CODES, VIEW_SHIPMENTS
from zhike.record.shipments.queries.shipments import event_line, stops
from zhike.record.shipments.rules import days_late, masked_name, normal_waybill
from zhike.record.shipments.types.codes import Classifier, LateRule, PartyRole, Status
from zhike.record.shipments.types.views import FeedLine, PublicEvent, PublicTrack, UnknownLine

ENDING: Final = 4
DAYS_OF_FEEDS: Final = 30


def track_public(*, actor: Actor, waybill: str, now: datetime, phone_ending: str = "") -> PublicTrack:
    """What the holder of a waybill sees (PORT-01); raises NotFound.

    Courier, outlet and signer need a second key: the last four digits of the consignee's or consignor's phone. A wrong
    ending shows what no ending shows. The door limits how often one may try.
    """
    own = Shipment.objects.select_related("holder_unit", "destination_unit")
    found = own.filter(waybill=normal_waybill(waybill)).order_by("-pk").first()
    if found is None:
        raise NotFound
    people = {row.role: row for row in Party.objects.filter(shipment=found)}
    unlocked = is_allowed(actor, VIEW_SHIPMENTS) or _knows(phone_ending, people)
    track = _limited(found, now, unlocked=unlocked)
    return _with_people(track, found, people) if unlocked else track


def _knows(ending: str, people: dict[str, Party]) -> bool:
    digits = digits_of(ending)
    return len(digits) == ENDING and any(row.phone and digits_of(row.phone).endswith(digits) for row in people.values())


def _limited(found: Shipment, now: datetime, *, unlocked: bool) -> PublicTrack:
    rows = TrackingEvent.objects.filter(
        shipment=found, classifier=Classifier.ACT.value, voided_at__isnull=True
    ).order_by("-occurred_at", "-digest")
    lines = [event_line(row) for row in rows[:100]]
    promised = found.promised_delivery_at
    by_day = found.late_rule == LateRule.CALENDAR_DAY.value
    return PublicTrack(
        waybill=found.waybill,
        status=Status(found.status),
        promised_on=clock.local_date(promised, found.zone) if promised else None,
        promised_at=None if by_day else promised,
        eta=found.eta if found.is_open else None,
        is_late=bool(found.is_late) or (found.is_open and found.overdue_at is not None and found.overdue_at <= now),
        delivered_at=found.delivered_at,
        zone=found.zone,
        city=found.city,
        incident_reason=found.incident_reason if found.is_open else "",
        last_event_at=found.last_event_at,
        stops=stops(lines, closed=not found.is_open, now=now),
        # What a carrier wrote may name people; outside, the state and the place say enough.
        events=[PublicEvent(occurred_at=e.occurred_at, zone=e.zone, status=e.status, place=e.place) for e in lines],
        unlocked=unlocked,
    )


def _with_people(track: PublicTrack, found: Shipment, people: dict[str, Party]) -> PublicTrack:
    unit = found.holder_unit or found.destination_unit
    reply = ProofOfDelivery.objects.filter(shipment=found, replaced_at__isnull=True).first()
    consignee = people.get(PartyRole.CONSIGNEE.value)
    return replace(
        track,
        consignee=masked_name(consignee.name) if consignee else "",
        signer=masked_name(reply.signer) if reply else "",
        outlet_id=unit.pk if unit else None,
        outlet=unit.name if unit else "",
        outlet_phone=unit.phone if unit else "",
        courier_name=found.courier_name if found.is_open else "",
        courier_phone=found.courier_phone if found.is_open else "",
    )


def lateness_days(*, actor: Actor, shipment: Shipment, now: datetime) -> int:
    """Calendar days after the promise, by the delivery, else by the estimate, else by now; 0 when in time.

    `shipment` has been loaded within the actor's reach.
    """
    if not actor.has(VIEW_SHIPMENTS.code) or shipment.promised_delivery_at is None:
        return 0
    on = shipment.delivered_at or max(shipment.eta or now, now)
    return days_late(on=on, promised_at=shipment.promised_delivery_at, zone=shipment.zone)


def feeds(*, actor: Actor, now: datetime) -> list[FeedLine]:
    """Sources of the last 30 days with what came and how late it came (SHIP-16). Delay is arrival minus event time."""
    authorize(actor, VIEW_SHIPMENTS)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH recent AS (SELECT * FROM shipments_feedbatch"
            "  WHERE received_at > %(now)s - make_interval(days => %(days)s)),"
            " last AS (SELECT source, vocabulary, extract(epoch FROM received_at - occurred_at) / 60.0 AS delay"
            "  FROM (SELECT * FROM shipments_trackingevent ORDER BY id DESC LIMIT 50000) e"
            "  WHERE classifier = 'ACT' AND mode = 'live'),"
            " late AS (SELECT source, vocabulary, percentile_cont(0.5) WITHIN GROUP (ORDER BY delay) AS p50,"
            "  percentile_cont(0.9) WITHIN GROUP (ORDER BY delay) AS p90 FROM last GROUP BY source, vocabulary)"
            " SELECT r.source, r.vocabulary, count(*), sum(r.created), sum(r.duplicate), sum(r.rejected),"
            " max(r.received_at), max(l.p50), max(l.p90) FROM recent r"
            " LEFT JOIN late l ON l.source = r.source AND l.vocabulary = r.vocabulary"
            " GROUP BY r.source, r.vocabulary ORDER BY max(r.received_at) DESC",
            {"now": now, "days": DAYS_OF_FEEDS},
        )
        rows = cursor.fetchall()
    return [
        FeedLine(
            source=row[0],
            vocabulary=row[1],
            batches=row[2],
            created=row[3],
            duplicate=row[4],
            rejected=row[5],
            last_at=row[6],
            median_delay=None if row[7] is None else float(row[7]),
            p90_delay=None if row[8] is None else float(row[8]),
        )
        for row in rows
    ]


def unknown_codes(*, actor: Actor) -> list[UnknownLine]:
    """Codes that came and mean nothing to us yet, the latest first."""
    authorize(actor, EXPLAIN_CODES)
    rows = UnknownCode.objects.filter(explained_at__isnull=True).order_by("-last_at")
    return [
        UnknownLine(
            id=row.pk,
            vocabulary=row.vocabulary,
            code=row.code,
            sample_text=row.sample_text,
            source=row.source,
            seen=row.seen,
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in rows[:500]
    ]


def unknown_code_count(*, actor: Actor) -> int:
    """How many codes wait for an explanation; for the operations page."""
    authorize(actor, EXPLAIN_CODES)
    return UnknownCode.objects.filter(explained_at__isnull=True).count()


def code_meaning(*, actor: Actor, vocabulary: str, code: str, at: datetime) -> Status | None:
    """What a code meant at a moment; None where nobody has said."""
    authorize(actor, VIEW_SHIPMENTS)
    rows = StatusCode.objects.filter(vocabulary=vocabulary, code=code, valid_from__lte=at).order_by("-valid_from")
    found = rows.first()
    if found is None or (found.valid_until is not None and found.valid_until <= at):
        return None
    return Status(found.status)
