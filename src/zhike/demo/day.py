"""A slow day of the invented company: goods move, customers ask, units answer, by the same doors as in earnest.

Unlike the history, which `build` brings in as backfill, all of this is live: cases open, clocks run, people are told.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from zhike.demo.build import SOURCE, STATUS_OF, load
from zhike.demo.matter_words import AGAIN, ASKED_OF, ON_THE_DESK, OTHERS, TOPIC_OF
from zhike.demo.outside import mail_arrives, somebody_writes_on_the_web, telephone_rang
from zhike.demo.turn import ACTOR, LOOKED_AT, SYSTEM, Happening, Turn
from zhike.platform.outbox.types import Mode
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel
from zhike.record.shipments import queries as shipments
from zhike.record.shipments.types.codes import Status
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CaseEntry, CaseKind, CaseState, Said

# What the next scan of a parcel says, by its present state.
NEXT_SCAN: Mapping[Status, str] = {
    Status.INFO_RECEIVED: "PICKUP",
    Status.PICKED_UP: "DEPART",
    Status.IN_TRANSIT: "OUT",
    Status.OUT_FOR_DELIVERY: "DELIVERED",
    Status.ATTEMPT_FAILED: "OUT",
}
PARCELS_A_SCAN = 8
ORDERS_AT_ONCE = 4
SILENT_SHARE = 0.15
"""Of the parcels that could move; they stay where they are, so that the watch list has something to watch."""
DEFAULT_REPLY = "已核实并处理，请转告客户。"


def goods_move(turn: Turn) -> str:
    """Some parcels are scanned once more, in one feed, as a carrier's comes in."""
    rows = list(
        shipments.shipment_rows(actor=ACTOR)
        .filter(is_open=True, status__in=[status.value for status in NEXT_SCAN])
        .order_by("-ordered_at", "-pk")
        .values_list("waybill", "status", "destination_unit__code", "origin_unit__code")[:LOOKED_AT]
    )
    moving = [row for row in rows if turn.chance.random() >= SILENT_SHARE]
    if not moving:
        return ""
    turn.chance.shuffle(moving)
    scanned = moving[:PARCELS_A_SCAN]
    codes = [NEXT_SCAN[Status(status)] for _waybill, status, _there, _here in scanned]
    at = turn.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    table = pa.table(
        {
            "waybill": [waybill for waybill, *_rest in scanned],
            "status": [STATUS_OF[code] for code in codes],
            "code": codes,
            "occurred_at": [at] * len(scanned),
            "outlet": pa.array(
                [
                    here if code in {"PICKUP", "DEPART"} else there
                    for code, (_w, _s, there, here) in zip(codes, scanned, strict=True)
                ],
                type=pa.string(),
            ),
        }
    )
    load("shipments.events", table, now=turn.now, actor=ACTOR, mode=Mode.LIVE)
    return f"{len(scanned)} parcels scanned"


def orders_arrive(turn: Turn) -> str:
    """Customers who send often send again: the same goods to the same place, for tomorrow evening."""
    recent = list(
        shipments.shipment_rows(actor=ACTOR)
        .filter(customer__isnull=False, origin_unit__isnull=False, destination_unit__isnull=False)
        .order_by("-ordered_at", "-pk")
        .select_related("origin_unit", "destination_unit")[:LOOKED_AT]
    )
    known = {pk: ref for ref, pk in customers.ids_by_reference(actor=ACTOR, system=SOURCE).items()}
    like = [row for row in recent if row.customer_id in known]
    if not like:
        return ""
    chosen = [turn.one(like) for _ in range(ORDERS_AT_ONCE)]
    stem = f"{turn.now.astimezone(UTC):%y%m%d%H%M%S}{int(turn.chance.integers(100)):02d}"
    load(
        "shipments.orders",
        _ordered_again(chosen, known, stem, turn),
        now=turn.now,
        actor=ACTOR,
        options={"customer_system": SOURCE},
        mode=Mode.LIVE,
    )
    return f"{len(chosen)} new orders"


def _ordered_again(rows: Sequence[Any], known: Mapping[int, str], stem: str, turn: Turn) -> pa.Table:
    receivers = shipments.consignees(actor=ACTOR, shipment_ids=[row.pk for row in rows])
    ordered = turn.now.astimezone(UTC)
    promised = ordered.replace(hour=10, minute=0, second=0) + timedelta(days=1)
    return pa.table(
        {
            "order_id": [f"DAY{stem}{at}" for at in range(len(rows))],
            "waybill": [f"ZK8{stem}{at}" for at in range(len(rows))],
            "customer": [known[row.customer_id] for row in rows],
            "business_line": [row.business_line for row in rows],
            "service_mode": [row.service_mode for row in rows],
            "pieces": ["1"] * len(rows),
            "ordered_at": [f"{ordered:%Y-%m-%dT%H:%M:%SZ}"] * len(rows),
            "promised_delivery_at": [f"{promised:%Y-%m-%dT%H:%M:%SZ}"] * len(rows),
            "zone": [row.zone for row in rows],
            "origin_outlet": [row.origin_unit.code for row in rows],
            "destination_outlet": [row.destination_unit.code for row in rows],
            "consignee_name": [receivers.get(row.pk, ("", ""))[0] for row in rows],
            "consignee_city": [row.city for row in rows],
            "consignee_region": [row.region for row in rows],
            "consignee_country": [row.country for row in rows],
        }
    )


def customer_asks(turn: Turn) -> str:
    """A customer is in touch about a parcel on its way, or about something of every day."""
    rows = list(
        shipments.shipment_rows(actor=ACTOR)
        .filter(is_open=True, customer__isnull=False, customer__merged_into__isnull=True)
        .order_by("-ordered_at", "-pk")
        .values_list("pk", "customer_id")[:LOOKED_AT]
    )
    if not rows:
        return ""
    shipment_id, customer_id = turn.one(rows)
    channel = turn.one((Channel.CALL, Channel.CALL, Channel.WECHAT, Channel.COUNTER))
    about = turn.one(("their parcel", "their parcel", "our service", "everyday"))
    if about == "their parcel":
        category, text, _arrived = turn.one([row for row in ON_THE_DESK if not row[2]])
        kind = CaseKind.REQUEST if category == "redirect" else CaseKind.COMPLAINT
    elif about == "our service":
        category, kind, text, _share = turn.one([row for row in OTHERS if row[0] != "emergency"])
    else:
        text, (category, kind) = turn.one(list(TOPIC_OF.items()))
        shipment_id = None
    entry = CaseEntry(
        customer_id=customer_id,
        kind=kind,
        category=category,
        channel=channel,
        subject=text,
        text=text,
        shipment_id=shipment_id,
        external=(SYSTEM, turn.key()),
    )
    taken = cases.open_case(actor=ACTOR, entry=entry, now=turn.now)
    return f"{taken.number}: {text}"


def unit_replies(turn: Turn) -> str:
    """The unit that was asked first answers."""
    task = (
        case_queries.task_rows(actor=ACTOR).open().select_related("case__category").order_by("asked_at", "pk").first()
    )
    if task is None:
        return ""
    answers = ASKED_OF.get(task.case.category.code, ("", DEFAULT_REPLY))[1:]
    cases.reply_task(actor=ACTOR, task_id=task.pk, reply=turn.one(answers), now=turn.now)
    return f"{task.case.number}: a unit has answered"


def customer_answers(turn: Turn) -> str:
    """Somebody whom we waited for is in touch again."""
    case = (
        case_queries.case_rows(actor=ACTOR)
        .filter(state=CaseState.WAITING_CUSTOMER.value)
        .order_by("state_since", "pk")
        .first()
    )
    if case is None:
        return ""
    said = Said(
        channel=Channel(case.channel), body=turn.one(AGAIN), contact_id=case.contact_id, external=(SYSTEM, turn.key())
    )
    cases.attach_contact(actor=ACTOR, case_id=case.pk, said=said, now=turn.now)
    return f"{case.number}: the customer has answered"


# How often each comes, relative to the others.
HAPPENINGS: Sequence[tuple[float, Happening]] = (
    (5.0, goods_move),
    (3.0, orders_arrive),
    (3.0, customer_asks),
    (2.0, unit_replies),
    (1.0, customer_answers),
    (1.5, mail_arrives),
    (1.0, somebody_writes_on_the_web),
    (1.5, telephone_rang),
)


def happen(turn: Turn, happenings: Sequence[tuple[float, Happening]] = HAPPENINGS) -> str:
    """Let one thing happen and say what; where there is nothing to do of the kind that was drawn, another kind."""
    weights = np.array([weight for weight, _happening in happenings])
    order = turn.chance.choice(len(happenings), size=len(happenings), replace=False, p=weights / weights.sum())
    for position in order:
        if said := happenings[int(position)][1](turn):
            return said
    return ""
