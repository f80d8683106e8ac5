"""What the shipment page shows of each part."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock, phones
from zhike.platform.actors import Actor
from zhike.platform.files import list_files
from zhike.platform.i18n.regions import place_name
from zhike.platform.ui import formats
from zhike.platform.ui.components import Fact, Person, Status, Text, Tone
from zhike.record.customers.policies import REVEAL
from zhike.record.organization.types import OutletCard
from zhike.record.shipments import queries
from zhike.record.shipments.policies import ACKNOWLEDGE_WATCH
from zhike.record.shipments.queries import ShipmentRecord
from zhike.record.shipments.types.codes import (
    CONDITION_LABELS,
    ETA_LABELS,
    LEG_LABELS,
    LINE_LABELS,
    MODE_LABELS,
    REASON_LABELS,
    STATUS_LABELS,
    TROUBLE,
    WATCH_LABELS,
    BusinessLine,
    Classifier,
    Condition,
    EtaSource,
    IncidentReason,
    LateRule,
    PartyRole,
    ServiceMode,
)
from zhike.record.shipments.types.codes import Status as State
from zhike.record.shipments.types.views import EventLine, LegLine, ReplyLine, Stop

MOST_STEPS = 7
# What programs call a region and nobody has a name for; people read the city.
_REGION_CODE = re.compile(r"^[A-Z]{2}(-|$)")
_TONES = {State.DELIVERED: Tone.OK, State.OUT_FOR_DELIVERY: Tone.ACT, State.CANCELLED: Tone.QUIET}


def state_word(row: ShipmentRecord) -> Status:
    state = State(row.status)
    return Status(STATUS_LABELS[state], Tone.WARN if state in TROUBLE else _TONES.get(state, Tone.PLAIN))


def late_word(row: ShipmentRecord, now: datetime) -> Status | None:
    """Filled while the goods are overdue, tinted once they came late; nothing when in time."""
    if row.promised_delivery_at is None:
        return None
    overdue = row.is_open and row.overdue_at is not None and row.overdue_at <= now
    if not (row.is_late or overdue):
        return None
    gone = clock.local_date(row.delivered_at or now, row.zone) - clock.local_date(row.promised_delivery_at, row.zone)
    days = max(1, gone.days)
    word = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    return Status(word, Tone.BREACH if overdue else Tone.WARN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """First promise, present estimate, age of what we know. By the calendar-day rule a promise is a day."""

    day: date | None
    at: datetime | None
    version: int
    eta: datetime | None
    eta_by: Text
    delivered_at: datetime | None
    age: timedelta | None
    last_event_at: datetime | None
    rule_version: int
    left: str


def promise(row: ShipmentRecord, now: datetime) -> Promise:
    by_day = row.late_rule == LateRule.CALENDAR_DAY.value
    promised = row.promised_delivery_at
    return Promise(
        day=clock.local_date(promised, row.zone) if promised and by_day else None,
        at=None if by_day else promised,
        version=row.promise_version,
        eta=row.eta if row.is_open else None,
        eta_by=ETA_LABELS[EtaSource(row.eta_source)] if row.eta_source else "",
        delivered_at=row.delivered_at,
        age=queries.data_age(row, now),
        last_event_at=row.last_event_at,
        rule_version=row.late_rule_version,
        left=_left(row, now) if row.is_open and promised else "",
    )


def _left(row: ShipmentRecord, now: datetime) -> str:
    """How long until the promise is broken; what is over stands in the header."""
    if row.overdue_at is None or row.overdue_at <= now:
        return ""
    return gettext("%(span)s left") % {"span": span(row.overdue_at - now)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A place of the stepper: `done`, `now` or `coming`; a slow stay is filled and says how long."""

    name: str
    word: Text
    state: str
    slow: bool
    since: datetime | None
    stay: str
    zone: str


def steps(row: ShipmentRecord, way: Sequence[Stop], now: datetime) -> list[Step]:
    """The way so far and what is still to come; long ways keep their beginning, the slow stay and the end."""
    shown = _shortened(list(way))
    found = [_step(stop, row, last=stop is way[-1], now=now) for stop in shown]
    found += [
        Step(name="", word=STATUS_LABELS[state], state="coming", slow=False, since=None, stay="", zone=row.zone)
        for state in _coming(row)
    ]
    return found


def _shortened(way: list[Stop]) -> list[Stop]:
    if len(way) <= MOST_STEPS:
        return way
    kept = [way[0], *way[-(MOST_STEPS - 2) :]]
    slow = next((stop for stop in way if stop.slow), None)
    if slow is not None and slow not in kept:
        kept.insert(1, slow)
    return kept


def _step(stop: Stop, row: ShipmentRecord, *, last: bool, now: datetime) -> Step:
    open_now = last and row.is_open
    return Step(
        name=stop.name,
        word=STATUS_LABELS[stop.status] if stop.status else pgettext("stop", "Seen"),
        state="now" if open_now else "done",
        slow=stop.slow,
        since=stop.started_at,
        stay=span(stop.stay(now)) if stop.slow or open_now else "",
        zone=row.zone,
    )


def _coming(row: ShipmentRecord) -> list[State]:
    if not row.is_open or State(row.status) in {State.RETURNING, State.STALE}:
        return []
    ahead = [State.PICKED_UP] if row.picked_up_at is None and row.event_count == 0 else []
    if State(row.status) not in {State.OUT_FOR_DELIVERY, State.READY_FOR_PICKUP}:
        ahead.append(State.OUT_FOR_DELIVERY)
    return [*ahead, State.DELIVERED]


def span(gone: timedelta) -> str:
    """A length of time as people say it: 42 min, 5 h, 3 d 4 h."""
    minutes = max(0, int(gone.total_seconds() // 60))
    hours, days = minutes // 60, minutes // 1440
    if hours == 0:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    if days == 0:
        return gettext("%(hours)s h") % {"hours": hours}
    return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours - days * 24}


@dataclass(frozen=True, slots=True)
class Dial:
    """A work phone: the number to call and how people write it."""

    number: str
    shown: str


def dial(number: str) -> Dial | None:
    """A number as a feed wrote it; what cannot be read is dialled as it was written."""
    dialled = phones.parse(number).e164 or number
    return Dial(dialled, phones.display(dialled)) if number else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """HOLDS IT NOW: outlet with phone, hours, backlog, disruptions; courier with phone; the outlet's couriers."""

    card: OutletCard | None
    outlet_phone: Dial | None
    outlet_url: str
    hours: str
    until: str
    backlog: int | None
    courier: str
    courier_phone: Dial | None
    gap: bool
    couriers: tuple[tuple[str, Dial | None], ...]


def holder(actor: Actor, row: ShipmentRecord, card: OutletCard | None) -> Holder:
    return Holder(
        card=card,
        outlet_phone=dial(card.phone) if card else None,
        outlet_url=reverse("organization:outlet", args=[card.id]) if card else "",
        hours=_hours(card),
        until=card.until if card else "",
        backlog=queries.backlog(actor=actor, unit_id=card.id) if card else None,
        courier=row.courier_name,
        courier_phone=dial(row.courier_phone),
        gap=State(row.status) is State.OUT_FOR_DELIVERY and not row.courier_phone,
        couriers=tuple((c.name, dial(c.phone)) for c in card.couriers[:6]) if card else (),
    )


def _hours(card: OutletCard | None) -> str:
    if card is None or card.hours is None:
        return gettext("hours unknown")
    return gettext(", ").join(f"{start}–{end}" for start, end in card.hours) or gettext("closed today")


@dataclass(frozen=True, slots=True)
class LegRow:
    line: LegLine
    kind: str
    outlet: Dial | None
    courier: Dial | None


def leg_rows(legs: Sequence[LegLine]) -> list[LegRow]:
    """One row a responsible point: what it did one after the other stands in one row, with whoever carried it last."""
    rows: list[LegRow] = []
    for _point, found in groupby(legs, key=lambda leg: (leg.unit_id, leg.outlet)):
        stays = list(found)
        line = next((leg for leg in reversed(stays) if leg.courier_name or leg.courier_phone), stays[-1])
        did = dict.fromkeys(str(LEG_LABELS[leg.kind]) for leg in stays)
        kind = pgettext("between listed things", ", ").join(did)
        rows.append(LegRow(line, kind, dial(stays[-1].outlet_phone), dial(line.courier_phone)))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    line: EventLine
    word: Status
    reason: Text
    void_url: str
    delay: str


def event_rows(row: ShipmentRecord, events: Sequence[EventLine]) -> list[EventRow]:
    return [
        EventRow(
            line=line,
            word=_event_word(line),
            reason=REASON_LABELS[IncidentReason(line.incident_reason)] if line.incident_reason else "",
            void_url="" if line.voided else reverse("shipments:void", args=[row.pk, line.id]),
            # History arrives long after it happened; that says nothing about its source.
            delay=span(line.delay) if line.delay > timedelta(minutes=1) and not line.history else "",
        )
        for line in events
    ]


def _event_word(line: EventLine) -> Status:
    if line.status is None:
        return Status(_("Unknown code"), Tone.WARN)
    if line.classifier != Classifier.ACT:
        return Status(
            gettext("expected: %(status)s") % {"status": STATUS_LABELS[line.status]}
            if line.classifier == Classifier.EST
            else gettext("planned: %(status)s") % {"status": STATUS_LABELS[line.status]},
            Tone.QUIET,
        )
    return Status(
        STATUS_LABELS[line.status], Tone.WARN if line.status in TROUBLE else _TONES.get(line.status, Tone.PLAIN)
    )


def people(actor: Actor, row: ShipmentRecord) -> list[tuple[Text, Person, str]]:
    """Consignor and consignee, masked, each with the address below."""
    found = queries.parties(actor=actor, shipment_id=row.pk)
    may_reveal = actor.has(REVEAL.code)
    shown: list[tuple[Text, Person, str]] = []
    for role, label in ((PartyRole.CONSIGNOR, _("Consignor")), (PartyRole.CONSIGNEE, _("Consignee"))):
        line = found.get(role.value)
        if line is None:
            continue
        url = reverse("shipments:phone", args=[row.pk, role.value]) if may_reveal and line.phone else ""
        named = place_name(line.region)
        region = "" if _REGION_CODE.match(named) else named
        address = line.address if may_reveal else ""
        # Chinese addresses mostly begin with region and city; neither is said twice.
        before = [part for part in (region, line.city) if part and not address.startswith(part)]
        where = " ".join(part for part in (*dict.fromkeys(before), address) if part)
        shown.append((label, Person(name=line.name or "–", phone=line.phone, reveal_url=url), where))
    return shown


def facts(row: ShipmentRecord, holding: Collection[str]) -> list[Fact]:
    """`holding`: numbers of the agreements that stand below; what the order says is told where it says another."""
    order, customer = row.order, row.customer
    declared = order.declared_value
    money = "" if declared is None else formats.money(declared, order.declared_currency)
    return [
        Fact(
            label=_("Customer"),
            value=format_html('{} <span class="text-nowrap">{}</span>', customer.name, customer.number)
            if customer
            else None,
            url=reverse("desk:customer", args=[customer.number]) if customer else "",
            missing=_("unknown shipper"),
        ),
        Fact(label=_("Order number"), value=order.number, copy=order.number),
        Fact(label=_("Customer's reference"), value=gettext(", ").join(order.references)),
        Fact(
            label=_("Service"),
            value=gettext(", ").join(
                (str(LINE_LABELS[BusinessLine(row.business_line)]), str(MODE_LABELS[ServiceMode(row.service_mode)]))
            ),
        ),
        Fact(label=_("Department"), value=order.department.name if order.department else None, missing=_("none named")),
        Fact(label=_("Goods"), value=order.goods),
        Fact(
            label=_("Pieces and weight"),
            value=f"{row.pieces} / {row.weight_kg.normalize():f} kg" if row.weight_kg is not None else str(row.pieces),
        ),
        Fact(label=_("Declared value"), value=money),
        *_agreement(order.agreement_reference, holding),
        Fact(label=_("Condition"), value=_condition(row)),
    ]


def _agreement(named: str, holding: Collection[str]) -> list[Fact]:
    if not holding:
        return [Fact(label=_("Agreement"), value=named)]
    return [] if not named or named in holding else [Fact(label=_("Agreement named in the order"), value=named)]


def _condition(row: ShipmentRecord) -> str:
    flags = (
        (row.is_damaged, pgettext("condition of goods", "Damaged")),
        (row.is_short, pgettext("condition of goods", "Pieces missing")),
        (row.is_lost, pgettext("condition of goods", "Lost")),
    )
    found = [word for holds, word in flags if holds]
    if found:
        return gettext(", ").join(found)
    return pgettext("condition of goods", "Intact") if row.replied_at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    line: ReplyLine
    condition: Status
    files: tuple[tuple[str, str], ...]


def reply_rows(actor: Actor, row: ShipmentRecord) -> list[ReplyRow]:
    lines = queries.replies_of(actor=actor, shipment_id=row.pk)
    wanted = [pk for line in lines for pk in line.file_ids]
    names = {ref.id: ref.name for ref in list_files(actor=actor, file_ids=wanted)} if wanted else {}
    return [
        ReplyRow(
            line=line,
            condition=Status(
                CONDITION_LABELS[line.condition], Tone.OK if line.condition is Condition.INTACT else Tone.WARN
            ),
            files=tuple((names[pk], reverse("files:download", args=[pk])) for pk in line.file_ids if pk in names),
        )
        for line in lines
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRow:
    word: Text
    said: Any
    put_url: str
    lift_url: str


def watch_rows(actor: Actor, row: ShipmentRecord, now: datetime) -> list[WatchRow]:
    """Why this shipment is watched, what was said to it, and where it can be put aside."""
    may = actor.has(ACKNOWLEDGE_WATCH.code)
    return [
        WatchRow(
            word=WATCH_LABELS[kind],
            said=ack,
            put_url=f"{reverse('shipments:watch_acknowledge', args=[kind.value])}?shipment={row.pk}"
            if may and ack is None
            else "",
            lift_url=reverse("shipments:watch_lift", args=[row.pk, kind.value]) if may and ack is not None else "",
        )
        for kind, ack in queries.watch_kinds_of(actor=actor, shipment=row, now=now)
    ]
