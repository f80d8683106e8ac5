"""A year of shipments and their tracking events, drawn in columns; nothing is done per row in Python."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from zhike.demo import words
from zhike.demo.truths import Truths
from zhike.demo.world import Size, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# datetime64[s] in UTC, or timedelta64[s]: NumPy's stubs cannot tell one from the other through arithmetic.
Moments = NDArray[Any]
Objects = NDArray[Any]
HOUR = np.timedelta64(3600, "s")
DAYS = 365
LINES = ("express", "road", "air", "sea", "warehousing")
LINE_SHARES = (0.72, 0.13, 0.09, 0.04, 0.02)
MODES = ("local", "regional", "national", "cross_border")
PROMISE_DAYS = np.array([1, 2, 3, 8])
BASE_LATE = 0.055
BASE_DAMAGE = 0.006
BASE_LOSS = 0.0008
HELD_APART = 7
"""Of the goods on the road at the end of history every so many-th is held: on any day some are, not by chance."""
PEAKS = {(11, 11): 2.6, (11, 12): 2.2, (6, 18): 2.0, (12, 12): 1.6}
SPRING = {date(2026, 2, 17), date(2025, 1, 29), date(2027, 2, 6)}  # first days of the lunar year


@dataclass(frozen=True, slots=True)
class Goods:
    """Tables ready to be imported: shipments, tracking events, delivery replies."""

    shipments: pa.Table
    events: pa.Table
    replies: pa.Table
    draw: "Draw"


def volume_of(day: date) -> float:
    """How much is sent on a day against an ordinary one: weekends, sales days, the spring festival."""
    level = (1.15, 1.08, 1.05, 1.02, 1.0, 0.72, 0.6)[day.weekday()]
    level *= PEAKS.get((day.month, day.day), 1.0)
    level *= 1.0 + 0.12 * np.sin((day.month - 4) / 12 * 2 * np.pi)
    if any(first - timedelta(days=3) <= day <= first + timedelta(days=6) for first in SPRING):
        level *= 0.18
    return float(level)


class Draw:
    """The year in columns; each step adds some."""

    def __init__(self, world: World, size: Size, until: datetime, truths: Truths | None, chance: Generator) -> None:
        self.world, self.truths, self.chance = world, truths, chance
        self.n = size.shipments
        self.until = np.datetime64(until.replace(tzinfo=None), "s")
        self.last_day = until.date()
        self._who_and_when()
        self._where()
        self._promise()
        self._trouble()
        self._milestones()
        self._held()

    def _who_and_when(self) -> None:
        chance = self.chance
        days = [self.last_day - timedelta(days=DAYS - 1 - back) for back in range(DAYS)]
        levels = np.array([volume_of(day) for day in days])
        self.day = np.sort(chance.choice(DAYS, size=self.n, p=levels / levels.sum()))
        self.dates = np.array(days, dtype="datetime64[D]")[self.day]
        weights = np.array([shipper.weight for shipper in self.world.shippers])
        self.shipper = chance.choice(len(weights), size=self.n, p=weights / weights.sum())
        if self.truths:
            decline = self.truths.decline
            after = self.dates >= np.datetime64(decline.since)
            leaves = (self.shipper == decline.customer) & after & (chance.random(self.n) > decline.kept_share)
            # What the key customer no longer sends, the many small ones send: the company as a whole keeps its volume.
            half = len(weights) // 2
            self.shipper[leaves] = chance.integers(half, len(weights), size=int(leaves.sum()))
        # Orders come in by day, most before noon; Shanghai time is 8 hours ahead of UTC.
        hour = np.clip(chance.normal(11, 3.4, self.n), 0.1, 23.8)
        self.ordered = self.dates.astype("datetime64[s]") + _hours(hour - 8)
        # Of the last day only what has passed: its orders came in by now.
        begun = self.dates.astype("datetime64[s]") - 8 * HOUR
        ahead = self.ordered > self.until
        share = (self.ordered - begun).astype(np.int64) / (24 * 3600)
        passed = (share * (self.until - begun).astype(np.int64)).astype("timedelta64[s]")
        self.ordered = np.where(ahead, begun + passed, self.ordered)
        self.line = chance.choice(len(LINES), size=self.n, p=LINE_SHARES)

    def _where(self) -> None:
        chance, world = self.chance, self.world
        outlet_region = np.array([outlet.region for outlet in world.outlets])
        by_region = [np.flatnonzero(outlet_region == region) for region in range(len(words.REGIONS))]
        shipper_region = np.array([shipper.region for shipper in world.shippers])[self.shipper]
        mode_of_line = {0: (0.3, 0.3, 0.38, 0.02), 1: (0.1, 0.4, 0.5, 0.0), 2: (0.0, 0.1, 0.4, 0.5)}
        self.mode = np.zeros(self.n, dtype=np.int64)
        for line in range(len(LINES)):
            rows = np.flatnonzero(self.line == line)
            shares = mode_of_line.get(line, (0.0, 0.2, 0.3, 0.5))
            self.mode[rows] = chance.choice(len(MODES), size=len(rows), p=shares)
        self.origin = _pick(*self._near(by_region), chance)
        away = (shipper_region + chance.integers(1, len(words.REGIONS), self.n)) % len(words.REGIONS)
        self.to_region = np.where(self.mode <= 1, shipper_region, away)
        self.destination = np.where(self.mode == 0, self.origin, _pick(by_region, self.to_region, chance))
        self.abroad = self.mode == 3
        self.foreign = chance.integers(len(words.FOREIGN), size=self.n)

    def _near(self, by_region: list[Ints]) -> tuple[list[Ints], Ints]:
        """The outlets of the sender's own city; those of the region where the city has none."""
        world = self.world
        outlet_city = np.array([outlet.city for outlet in world.outlets])
        cities = sorted({shipper.city for shipper in world.shippers})
        found = [np.flatnonzero(outlet_city == city) for city in cities]
        own = {city: at for at, city in enumerate(cities) if len(found[at])}
        group = [own.get(shipper.city, len(cities) + shipper.region) for shipper in world.shippers]
        return [*found, *by_region], np.array(group)[self.shipper]

    def _promise(self) -> None:
        days = PROMISE_DAYS[self.mode] + (self.line == 1) + 5 * (self.line == 3)
        self.promised_day = self.dates + days
        # 18:00 Shanghai, or 18:00 where the consignee is; the offset of zones abroad does not matter to the drawing.
        self.promised = self.promised_day.astype("datetime64[s]") + 10 * HOUR

    def _trouble(self) -> None:
        chance, truths = self.chance, self.truths
        late = np.full(self.n, BASE_LATE) + 0.012 * (self.mode == 2) + 0.02 * (self.abroad)
        damage, loss = np.full(self.n, BASE_DAMAGE), np.full(self.n, BASE_LOSS)
        self.no_phone = chance.random(self.n) < 0.01
        self.slow_pickup = np.zeros(self.n)
        if truths:
            weekday = (self.promised_day.astype("datetime64[D]").astype(np.int64) + 3) % 7
            region = truths.late_region
            late[(self.to_region == region.region) & (weekday == region.weekday) & ~self.abroad] = region.late_rate
            handled = self.destination == truths.contractor.outlet
            damage[handled & (self.promised_day >= np.datetime64(truths.contractor.since))] = (
                truths.contractor.damage_rate
            )
            silent = (self.destination == truths.phones.outlet) & (chance.random(self.n) < truths.phones.missing_share)
            self.no_phone |= silent
            slow = (self.line == LINES.index(truths.pickup.line)) & (self.dates >= np.datetime64(truths.pickup.since))
            self.slow_pickup[slow] = truths.pickup.hours
        self.late_days = np.where(chance.random(self.n) < late, chance.choice([1, 1, 1, 2, 3], size=self.n), 0)
        self.damaged = chance.random(self.n) < damage
        self.lost = chance.random(self.n) < loss
        fate = chance.random(self.n)
        self.cancelled = fate < 0.006
        self.returned = (fate >= 0.006) & (fate < 0.014)

    def _milestones(self) -> None:
        chance = self.chance
        self.confirmed = self.ordered + _hours(chance.gamma(2.0, 0.25, self.n))
        self.prepared = self.confirmed + _hours(chance.gamma(2.0, 1.0, self.n))
        self.picked = self.prepared + _hours(chance.gamma(2.2, 1.1, self.n) + self.slow_pickup)
        early = (chance.random(self.n) < 0.25) & (self.mode >= 2) & (self.late_days == 0)
        day = self.promised_day + self.late_days - early
        # Delivered between 09:00 and 18:00 of that day, Shanghai time (01:00 to 10:00 UTC).
        self.delivered = day.astype("datetime64[s]") + _hours(1 + 8.9 * chance.beta(2, 2, self.n))
        self.delivered = np.maximum(self.delivered, self.picked + 3 * HOUR)
        self.out = np.maximum(self.delivered - _hours(chance.uniform(0.8, 5, self.n)), self.picked + 1 * HOUR)

    def _held(self) -> None:
        """Some of the goods on the road stop there; nothing is drawn for it, so that all else stays as it was."""
        moves = ~self.cancelled & ~self.lost
        on_the_road = np.flatnonzero(moves & (self.picked < self.until) & (self.out > self.until))
        self.held = np.zeros(self.n, dtype=np.bool_)
        self.held[on_the_road[::HELD_APART]] = True
        passed: Moments = self.until - self.picked
        self.held_at = self.until - passed // 10
        # Of each what has happened up to here: to goods that are held nothing more.
        self.end = np.where(self.held, self.held_at, self.until)


def build_goods(world: World, size: Size, until: datetime, truths: Truths | None, chance: Generator) -> Goods:
    """Shipments of the year that ends at `until` (UTC), with all that had happened to them by then."""
    draw = Draw(world, size, until, truths, chance)
    return Goods(_shipments(draw), _events(draw), _replies(draw), draw)


def _hours(values: Floats) -> Moments:
    return (values * 3600).astype("timedelta64[s]")


def _pick(groups: list[Ints], wanted: Ints, chance: Generator) -> Ints:
    """For each wanted group one of its members."""
    chosen = np.zeros(len(wanted), dtype=np.int64)
    for group, members in enumerate(groups):
        rows = np.flatnonzero(wanted == group)
        if len(rows):
            chosen[rows] = chance.choice(members, size=len(rows))
    return chosen


def waybills(draw: Draw) -> NDArray[np.str_]:
    return np.char.add("ZK", np.char.zfill((730_400_000_000 + np.arange(draw.n) * 7).astype(str), 12))


def _texts(values: Moments, shown: NDArray[np.bool_] | None = None) -> pa.Array:
    written = np.char.add(np.datetime_as_string(values, unit="s"), "Z")
    return pa.array(written, mask=None if shown is None else ~shown)


def _column(values: list[str], positions: Ints) -> pa.Array:
    return pa.array(np.array(values, dtype=object)[positions], type=pa.string())


def _shipments(draw: Draw) -> pa.Table:
    chance, world, n = draw.chance, draw.world, draw.n
    names = np.array([a + b for a in words.SURNAMES[:40] for b in words.GIVEN], dtype=object)
    consignee = names[chance.integers(len(names), size=n)]
    outlets = world.outlets
    city = np.array([o.city for o in outlets], dtype=object)[draw.destination]
    province = np.array([words.PROVINCES[o.city] for o in outlets], dtype=object)[draw.destination]
    abroad = [np.array([f[i] for f in words.FOREIGN], dtype=object)[draw.foreign] for i in range(4)]
    street = np.array([f"{d}路{k}号" for d in words.DISTRICTS for k in range(1, 60)], dtype=object)
    value = np.round(np.exp(chance.normal(5.2, 1.1, n)), 2)
    price = np.round(8 + PROMISE_DAYS[draw.mode] * 3 + chance.gamma(2.0, 4.0, n) + 60 * (draw.line >= 2), 2)
    return pa.table(
        {
            "external_id": pa.array([f"demo-{i + 1:07d}" for i in range(n)]),
            "waybill": pa.array(waybills(draw)),
            "shipper": _column([s.reference for s in world.shippers], draw.shipper),
            "consignor_name": _column([s.contact for s in world.shippers], draw.shipper),
            "consignor_phone": _column([s.phone for s in world.shippers], draw.shipper),
            "consignor_address": _column([s.address for s in world.shippers], draw.shipper),
            "line": _column(list(LINES), draw.line),
            "mode": _column(list(MODES), draw.mode),
            "goods": _column(list(words.GOODS), chance.integers(len(words.GOODS), size=n)),
            "pieces": pa.array(1 + chance.poisson(0.6, n)),
            "weight": pa.array(np.char.mod("%.3f", chance.gamma(1.5, 2.2, n) + 0.1)),
            "declared_value": pa.array(np.char.mod("%.2f", value)),
            "price": pa.array(np.char.mod("%.2f", price)),
            "origin": _column([o.code for o in outlets], draw.origin),
            "destination": pa.array(
                np.array([o.code for o in outlets], dtype=object)[draw.destination],
                mask=draw.abroad,
                type=pa.string(),
            ),
            "consignee_name": pa.array(consignee, type=pa.string()),
            "consignee_phone": pa.array(
                np.char.add("+861993", np.char.zfill(chance.integers(10**7, size=n).astype(str), 7))
            ),
            "consignee_address": pa.array(city + street[chance.integers(len(street), size=n)], type=pa.string()),
            "city": pa.array(np.where(draw.abroad, abroad[2], city), type=pa.string()),
            "region": pa.array(np.where(draw.abroad, abroad[1], province), type=pa.string()),
            "country": pa.array(np.where(draw.abroad, abroad[0], "CN"), type=pa.string()),
            "zone": pa.array(np.where(draw.abroad, abroad[3], "Asia/Shanghai"), type=pa.string()),
            "ordered_at": _texts(draw.ordered),
            "confirmed_at": _texts(draw.confirmed, draw.confirmed <= draw.until),
            "prepared_at": _texts(draw.prepared, (draw.prepared <= draw.until) & ~draw.cancelled),
            "promised_at": _texts(draw.promised),
        }
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """One kind of event for the shipments where `where` is true."""

    code: str
    at: Moments
    where: NDArray[np.bool_]
    outlet: Ints
    with_courier: bool = False
    reason: str = ""


def _happenings(draw: Draw) -> list[Happening]:
    moves = ~draw.cancelled
    span = draw.out - draw.picked
    arrives = moves & ~draw.lost
    failed = arrives & (draw.late_days > 0) & (draw.shipper % 3 == 0)
    home = arrives & ~draw.returned
    return [
        Happening("CANCEL", draw.confirmed + HOUR, draw.cancelled, draw.origin),
        Happening("PICKUP", draw.picked, moves, draw.origin, with_courier=True),
        Happening("DEPART", draw.picked + span * 2 // 10, moves & (draw.mode > 0), draw.origin),
        Happening("LOST", draw.picked + 4 * 24 * HOUR, moves & draw.lost, draw.origin, reason="carrier_lost"),
        Happening("HELD", draw.held_at, draw.held & draw.abroad, draw.origin, reason="customs_documents"),
        Happening("HELD", draw.held_at, draw.held & ~draw.abroad, draw.origin, reason="consignee_address"),
        Happening("ARRIVE", draw.picked + span * 8 // 10, arrives, draw.destination),
        Happening(
            "ATTEMPT", draw.out - 20 * HOUR, failed & (span > 30 * HOUR), draw.destination, reason="consignee_absent"
        ),
        Happening("OUT", draw.out, arrives, draw.destination, with_courier=True),
        Happening("DELIVERED", draw.delivered, home, draw.destination, with_courier=True),
        Happening("RETURNING", draw.delivered, arrives & draw.returned, draw.destination, reason="consignee_refused"),
        Happening("RETURNED", draw.delivered + 2 * 24 * HOUR, arrives & draw.returned, draw.origin),
    ]


def _events(draw: Draw) -> pa.Table:
    names = waybills(draw)
    couriers = draw.world.couriers()
    outlets = draw.world.outlets
    per_outlet = [couriers[outlet.code] for outlet in outlets]
    width = max(len(group) for group in per_outlet)
    numbers = np.array([[g[i % len(g)].number for i in range(width)] for g in per_outlet], dtype=object)
    turn = draw.chance.integers(width, size=draw.n)
    parts = []
    for one in _happenings(draw):
        rows = np.flatnonzero(one.where & (one.at <= draw.end))
        carried = numbers[one.outlet[rows], turn[rows]] if one.with_courier else np.full(len(rows), None)
        if one.code in {"OUT", "DELIVERED"}:
            carried[draw.no_phone[rows]] = None
        at_outlet = np.array([outlet.code for outlet in outlets], dtype=object)[one.outlet[rows]]
        place = np.array([outlet.name for outlet in outlets], dtype=object)[one.outlet[rows]]
        parts.append(
            pa.table(
                {
                    "waybill": pa.array(names[rows]),
                    "code": pa.array([one.code] * len(rows), type=pa.string()),
                    "at": _texts(one.at[rows]),
                    "outlet": pa.array(at_outlet, type=pa.string()),
                    "place": pa.array(place, type=pa.string()),
                    "courier": pa.array(carried, type=pa.string()),
                    "reason": pa.array([one.reason or None] * len(rows), type=pa.string()),
                }
            )
        )
    # As a feed delivers them: by time, all shipments mixed.
    return pa.concat_tables(parts).sort_by("at")


def _replies(draw: Draw) -> pa.Table:
    """Delivery replies: who signed, in what condition. A few are missing, the youngest may still come."""
    chance = draw.chance
    home = ~draw.cancelled & ~draw.lost & ~draw.returned & (draw.delivered <= draw.until)
    rows = np.flatnonzero(home & (chance.random(draw.n) < 0.985))
    names = np.array([a + b for a in words.SURNAMES[:40] for b in words.GIVEN], dtype=object)
    return pa.table(
        {
            "waybill": pa.array(waybills(draw)[rows]),
            "signer": pa.array(names[chance.integers(len(names), size=len(rows))], type=pa.string()),
            "at": _texts(draw.delivered[rows]),
            "condition": pa.array(np.where(draw.damaged[rows], "damaged", "intact"), type=pa.string()),
        }
    )
