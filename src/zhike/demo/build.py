"""Bringing the invented company in by the same doors that a real one uses: actions, and imports as backfill."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from time import perf_counter

import numpy as np
import pyarrow as pa

from zhike.demo import words
from zhike.demo.calendars import HUB, OFFICE, OUTLET, make_calendars
from zhike.demo.desk import lying_on_desks
from zhike.demo.goods import Goods, build_goods
from zhike.demo.lore import tell_lore
from zhike.demo.matters import Keys, matters_of, stories
from zhike.demo.pledges import agreements_of, make_standards, promises_of
from zhike.demo.reception import make_reception
from zhike.demo.talk import Talk, build_talk, prospect_since
from zhike.demo.truths import planted
from zhike.demo.upwards import asked_upwards
from zhike.demo.world import SIGN_IN_ROLES, SIZES, Person, World, add_prospects, build_world
from zhike.insight.lake import actions as lake
from zhike.platform.actors import Actor, system_actor
from zhike.platform.bulk.engine import RunContext, run_batch
from zhike.platform.bulk.mapping import mapping_of
from zhike.platform.bulk.reading import Batch
from zhike.platform.bulk.types import LINE, StepResult
from zhike.platform.outbox.types import Mode
from zhike.record.agreements import actions as agreements
from zhike.record.customers import queries as customers
from zhike.record.organization import actions as organization
from zhike.record.organization import queries as people
from zhike.record.organization.types import RoleReach, Side, UnitEntry, UnitKind
from zhike.record.shipments import queries as shipments
from zhike.service.cases import actions as cases
from zhike.voice.surveys import actions as surveys

logger = logging.getLogger(__name__)
ACTOR = system_actor("demo.build")
ZONE = "Asia/Shanghai"
SOURCE = "demo"
# For trying out only: `make demo` prints it; a company of one's own never has these accounts.
PASSWORD = "zhike-demo-2026"  # noqa: S105
SEED = 20_261_123
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What was brought in, and how long it took in seconds."""

    units: int
    staff: int
    customers: int
    shipments: int
    events: int
    seconds: float


def build_company(
    *, size: str, now: datetime, seed: int = SEED, control: bool = False, say: Say = logger.info, with_lake: bool = True
) -> Built:
    """Build the company of this size from one number; `control` leaves the planted truths out.

    Everything that happened is backfill: nobody is told, no work is opened. The same seed and day give the same rows.
    """
    began = perf_counter()
    measure = SIZES[size]
    chance = np.random.default_rng(seed)
    world = build_world(measure, chance)
    truths = None if control else planted(now.date(), measure.outlets)
    goods = build_goods(world, measure, now, truths, chance)
    # Numbers of their own: what is said never changes what is sent.
    apart = np.random.default_rng([seed, 1])
    add_prospects(world, measure, apart)
    talk = build_talk(world, goods.draw, apart)
    units = make_units(world, now)
    say(f"{len(units)} units")
    make_staff(world, units, now)
    say(f"{len(world.people)} people, {len(SIGN_IN_ROLES)} sign-ins")
    _customers(world, goods, talk, now)
    say(f"{len(world.shippers)} customers, {len(world.prospects)} prospects")
    # Enquiries before the goods: the first order of a prospect makes the deal.
    load("customers.enquiries", talk.enquiries, now=now)
    _goods(world, goods, now)
    agreed = agreements_of(world, make_standards(ACTOR, now), now, np.random.default_rng([seed, 4]))
    load("agreements.agreements", agreed, now=now)
    opened, promised = _cases(goods, talk, units, now, seed)
    say(f"{talk.enquiries.num_rows} enquiries, {talk.contacts.num_rows} calls, mails, visits and notes")
    say(f"{opened} cases, {promised} promises, {len(agreed['external_id'].unique())} agreements")
    told, used = _lore(world, now, np.random.default_rng([seed, 3]))
    say(f"{told} articles, used with phrases in {used} answers")
    say(f"{len(surveys.install_builtin(actor=ACTOR, publish=True, now=now))} forms of surveys")
    waited = make_reception(ACTOR, world, units, now, np.random.default_rng([seed, 5]))
    say(f"{waited} enquiries that waited")
    say(f"{goods.shipments.num_rows} shipments, {goods.events.num_rows} tracking events")
    if with_lake:
        lake.refresh_all(actor=ACTOR, now=now)
    seconds = perf_counter() - began
    say(f"built in {seconds:.0f} s")
    return Built(
        len(units),
        len(world.people),
        len(world.shippers),
        goods.shipments.num_rows,
        goods.events.num_rows,
        seconds,
    )


def make_units(world: World, now: datetime) -> dict[str, int]:
    """The tree: company, departments, regions, contractors, outlets, each with its hours; ids by code."""
    found: dict[str, int] = {}
    calendars = make_calendars(actor=ACTOR, now=now)
    office = calendars[OFFICE]

    def make(code: str, parent: str | None, entry: UnitEntry) -> None:
        made = organization.create_unit(actor=ACTOR, parent_id=found[parent] if parent else None, entry=entry, now=now)
        found[code] = made.id

    make(
        "HQ",
        None,
        _entry("HQ", "知远速运", "Zhiyuan Express", UnitKind.COMPANY, Side.FRONT, calendar_id=office, city="上海"),
    )
    for code, name, english, side in words.DEPARTMENTS:
        # Warehouses work like hubs.
        calendar_id = calendars[HUB] if code == "WH" else office
        entry = _entry(code, name, english, UnitKind.DEPARTMENT, Side(side), calendar_id=calendar_id, city="上海")
        make(code, "HQ", entry)
    for position, (code, name, english, cities) in enumerate(words.REGIONS):
        make(code, "HQ", _entry(code, name, english, UnitKind.REGION, Side.FRONT, calendar_id=office, city=cities[0]))
        contractor = f"P{position + 1:02d}"
        title = f"{name.removesuffix('大区')}联运外包"
        make(
            contractor,
            code,
            _entry(contractor, title, f"Contractor {english}", UnitKind.CONTRACTOR, Side.BACK, city=cities[0]),
        )
    for outlet in world.outlets:
        above = f"P{outlet.region + 1:02d}" if outlet.is_contractor else words.REGIONS[outlet.region][0]
        make(
            outlet.code,
            above,
            UnitEntry(
                code=outlet.code,
                name=outlet.name,
                kind=UnitKind.OUTLET,
                side=Side.FRONT,
                zone=ZONE,
                calendar_id=calendars[OUTLET],
                address=f"{outlet.city}市{outlet.district}路88号",
                city=outlet.city,
                region_code=words.PROVINCES[outlet.city],
                lat=Decimal(str(outlet.latitude)),
                lon=Decimal(str(outlet.longitude)),
                phones=(outlet.phone,),
                services=("pickup", "delivery", "drop_off"),
                districts=(outlet.district,),
            ),
        )
    return found


def _entry(
    code: str, name: str, english: str, kind: UnitKind, side: Side, *, city: str, calendar_id: int | None = None
) -> UnitEntry:
    latitude, longitude = words.COORDINATES[city]
    return UnitEntry(
        code=code,
        name=name,
        kind=kind,
        side=side,
        zone=ZONE,
        labels={"zh-hans": name, "en": english},
        calendar_id=calendar_id,
        city=city,
        region_code=words.PROVINCES[city],
        lat=Decimal(str(latitude)),
        lon=Decimal(str(longitude)),
    )


def make_staff(world: World, units: Mapping[str, int], now: datetime) -> None:
    """People by import, roles and sign-ins by action."""
    organization.ensure_default_roles(actor=ACTOR, now=now)
    table = pa.table(
        {
            "number": [p.number for p in world.people],
            "name": [p.name for p in world.people],
            "unit_code": [p.unit for p in world.people],
            "phones": [p.phone for p in world.people],
            "is_courier": ["true" if p.role == "courier" else "false" for p in world.people],
        }
    )
    load("organization.staff", table, now=now)
    ids = dict(people.staff_rows(actor=ACTOR).values_list("number", "pk"))
    signed: set[str] = set()
    for person in world.people:
        if person.role == "courier":
            continue
        reach = RoleReach.SUBTREE if person.role in {"outlet", "department"} else RoleReach.COMPANY
        organization.assign_role(
            actor=ACTOR,
            staff_id=ids[person.number],
            role=person.role,
            reach=reach,
            unit_id=units[person.unit] if reach is RoleReach.SUBTREE else None,
            now=now,
        )
        if person.role not in signed:
            signed.add(person.role)
            organization.open_staff_account(
                actor=ACTOR, staff_id=ids[person.number], username=person.username, password=PASSWORD, now=now
            )


def _customers(world: World, goods: Goods, talk: Talk, now: datetime) -> None:
    """Shippers, those who asked first as prospects; then those who only asked."""
    opened = talk.opened
    rows = range(len(world.shippers))
    table = pa.table(
        {
            "reference": [s.reference for s in world.shippers],
            "name": [s.name for s in world.shippers],
            "kind": ["prospect" if row in opened else "consumer" for row in rows],
            "opened_at": pa.array([opened.get(row) for row in rows], type=pa.string()),
            "industry": [s.industry or None for s in world.shippers],
            "region": [words.PROVINCES[s.city] for s in world.shippers],
            "city": [s.city for s in world.shippers],
            "address": [s.address for s in world.shippers],
            "owner": [s.owner for s in world.shippers],
            "phone": [s.phone for s in world.shippers],
            "contact_name": [s.contact for s in world.shippers],
            "email": pa.array([s.email for s in world.shippers], type=pa.string()),
            "parent": [s.parent or None for s in world.shippers],
        }
    )
    load("customers.files", table, now=now)
    asked = world.prospects
    only_asked = pa.table(
        {
            "reference": [p.reference for p in asked],
            "name": [p.name for p in asked],
            "kind": ["prospect"] * len(asked),
            "opened_at": [prospect_since(goods.draw, p) for p in asked],
            "industry": [p.industry for p in asked],
            "region": [words.PROVINCES[p.city] for p in asked],
            "city": [p.city for p in asked],
            "owner": [p.owner for p in asked],
            "phone": [p.phone for p in asked],
            "contact_name": [p.contact for p in asked],
        }
    )
    load("customers.files", only_asked, now=now)


def _goods(world: World, goods: Goods, now: datetime) -> None:
    orders = goods.shipments
    replies = {row["waybill"]: row for row in goods.replies.to_pylist()}
    answered = [replies.get(waybill, {}) for waybill in orders["waybill"].to_pylist()]
    n = orders.num_rows
    table = pa.table(
        {
            "order_id": orders["external_id"],
            "waybill": orders["waybill"],
            "customer": orders["shipper"],
            "business_line": orders["line"],
            "service_mode": orders["mode"],
            "goods": orders["goods"],
            "declared_value": orders["declared_value"],
            "declared_currency": pa.array(["CNY"] * n),
            "price": orders["price"],
            "price_currency": pa.array(["CNY"] * n),
            "pieces": orders["pieces"].cast(pa.string()),
            "weight_kg": orders["weight"],
            "ordered_at": orders["ordered_at"],
            "confirmed_at": orders["confirmed_at"],
            "prepared_at": orders["prepared_at"],
            "promised_delivery_at": orders["promised_at"],
            "zone": orders["zone"],
            "origin_outlet": orders["origin"],
            "destination_outlet": orders["destination"],
            "signer": pa.array([row.get("signer") for row in answered], type=pa.string()),
            "condition": pa.array([row.get("condition") for row in answered], type=pa.string()),
            "replied_at": pa.array([row.get("at") for row in answered], type=pa.string()),
            "consignor_name": orders["consignor_name"],
            "consignor_phone": orders["consignor_phone"],
            "consignor_address": orders["consignor_address"],
            "consignee_name": orders["consignee_name"],
            "consignee_phone": orders["consignee_phone"],
            "consignee_address": orders["consignee_address"],
            "consignee_city": orders["city"],
            "consignee_region": orders["region"],
            "consignee_country": orders["country"],
        }
    )
    load("shipments.orders", table, now=now, options={"customer_system": SOURCE})
    load("shipments.events", _with_couriers(goods.events, world.people), now=now)


def _cases(goods: Goods, talk: Talk, units: Mapping[str, int], now: datetime, seed: int) -> tuple[int, int]:
    """What customers said about one matter becomes its case; the rest of the talk stands for itself."""
    chance, apart = (np.random.default_rng([seed, own]) for own in (2, 6))
    keys = Keys(
        customers=customers.ids_by_reference(actor=ACTOR, system=SOURCE),
        people={
            customer_id: pk
            for pk, customer_id in customers.contact_rows(actor=ACTOR).order_by("-pk").values_list("pk", "customer_id")
        },
        shipments=dict(shipments.shipment_rows(actor=ACTOR).values_list("waybill", "pk")),
        staff=dict(people.staff_rows(actor=ACTOR).values_list("number", "pk")),
        units=units,
    )
    draw = goods.draw
    matters = matters_of(draw, talk.contacts, chance)
    ended = asked_upwards(stories(draw.world, matters, keys, now, chance), draw.world, keys, apart)
    told = [*ended, *lying_on_desks(draw, keys, now, chance)]
    told.sort(key=lambda one: one.opened_at)
    used = {said.external[1] for one in told for said in one.said if said.external[1]}
    known = talk.contacts["external_id"].to_pylist()
    rest = talk.contacts.filter(pa.array([ref not in used for ref in known])).drop_columns(["topic", "waybill"])
    load("interactions.contacts", rest, now=now)
    ids = cases.load_cases(actor=ACTOR, cases=told, now=now)
    given = promises_of(list(zip(ids, told, strict=True)), now, chance)
    return len(ids), agreements.load_promises(actor=ACTOR, promises=given, now=now)


def _lore(world: World, now: datetime, chance: np.random.Generator) -> tuple[int, int]:
    """Articles belong to those who write them: quality and claims; the first supervisor has published them."""
    ids = dict(people.staff_rows(actor=ACTOR).values_list("number", "pk"))
    writers = [ids[p.number] for p in world.people if p.role in {"quality", "claims"}]
    publisher = next(ids[p.number] for p in world.people if p.role == "supervisor")
    return tell_lore(actor=ACTOR, owners=writers, publisher=publisher, now=now, chance=chance)


def _with_couriers(events: pa.Table, everybody: Sequence[Person]) -> pa.Table:
    """Names and phones of couriers beside their staff numbers, as a carrier's feed has them."""
    known = {person.number: person for person in everybody}
    numbers = events["courier"].to_pylist()
    carried = [known[number] if number else None for number in numbers]
    return pa.table(
        {
            "waybill": events["waybill"],
            "status": _statuses(events["code"]),
            "code": events["code"],
            "occurred_at": events["at"],
            "outlet": events["outlet"],
            "place": events["place"],
            "handler_name": pa.array([p.name if p else None for p in carried], type=pa.string()),
            "handler_phone": pa.array([p.phone if p else None for p in carried], type=pa.string()),
            "incident_reason": events["reason"],
        }
    )


STATUS_OF = {
    "CANCEL": "cancelled",
    "PICKUP": "picked_up",
    "DEPART": "in_transit",
    "ARRIVE": "in_transit",
    "LOST": "exception",
    "HELD": "exception",
    "ATTEMPT": "attempt_failed",
    "OUT": "out_for_delivery",
    "DELIVERED": "delivered",
    "RETURNING": "returning",
    "RETURNED": "returned",
}


def _statuses(codes: pa.ChunkedArray) -> pa.Array:
    return pa.array([STATUS_OF[code] for code in codes.to_pylist()], type=pa.string())


def load(
    target: str,
    table: pa.Table,
    *,
    now: datetime,
    options: Mapping[str, str] | None = None,
    actor: Actor = ACTOR,
    mode: Mode = Mode.BACKFILL,
) -> StepResult:
    """One table through the import engine; anything rejected is a fault of the demonstration company."""
    mapping = mapping_of(
        {
            "name": SOURCE,
            "zone": ZONE,
            "mode": mode.value,
            "sources": {"rows": ""},
            "steps": [
                {
                    "target": target,
                    "source": "rows",
                    "fields": {name: name for name in table.column_names},
                    "options": dict(options or {}),
                }
            ],
        }
    )
    context = RunContext(actor=actor, mapping=mapping, now=now, source_label=SOURCE)
    lines = pa.array(range(1, table.num_rows + 1), type=pa.int64())
    result = run_batch(context, Batch(table.append_column(LINE, lines)))
    if result.rejected:
        first = result.rejections[0]
        message = f"{target}: {result.rejected} rows refused, first: {first}"
        raise AssertionError(message)
    return result


def sign_ins(world_people: Iterable[Person]) -> list[tuple[str, str]]:
    """Role and username of the ready-made sign-ins."""
    found: dict[str, str] = {}
    for person in world_people:
        if person.role in SIGN_IN_ROLES:
            found.setdefault(person.role, person.username)
    return list(found.items())


def history_ends(now: datetime) -> datetime:
    """The last moment of the company's history: this morning, so that work is waiting."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
