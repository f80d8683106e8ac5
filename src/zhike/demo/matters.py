"""The year's cases, drawn from the goods and from what customers said: each a story that is cut off this morning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from zhike.demo import matter_words as words
from zhike.demo.goods import Draw, waybills
from zhike.demo.world import World
from zhike.record.customers.types import Channel
from zhike.service.cases.types import CaseKind, CaseState, Coding, Ending, Origin, Party, Severity, TaskState
from zhike.service.cases.types.past import PastCase, PastOwner, PastSaid, PastStep, PastTask

SOURCE = "demo"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAY_ENDED = np.timedelta64(16 * 60 + 5, "m")
# Shares of what comes in that becomes a case, and of what happens to it.
ORDINARY, OTHERS, WATCHED = 0.52, 0.05, 0.2
ASKED, REFUSED, REPEATED, HANDED, REOPENED, UNSOLVED, CONFIRMED, SLOW = 0.6, 0.04, 0.16, 0.05, 0.04, 0.04, 0.6, 0.11
# The desk is open from 09:00 to 18:00 in Shanghai: 01:00 to 10:00 UTC.
OPENS, CLOSES = 1, 10


@dataclass(frozen=True, slots=True)
class Keys:
    """The ids that the rooms have given: customers by reference, people of theirs, goods, staff, units."""

    customers: Mapping[str, int]
    people: Mapping[int, int]
    shipments: Mapping[str, int]
    staff: Mapping[str, int]
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Matter:
    """What brings a case about, before anything is done with it."""

    at: datetime
    reference: str
    category: str
    kind: CaseKind
    channel: Channel
    text: str
    agent: str
    waybill: str = ""
    site: str = ""  # code of the outlet that delivers
    external: str = ""
    answer: tuple[datetime, str, str] | None = None  # when, what, external id
    origin: Origin = Origin.DESK


def moment(value: Any) -> datetime:  # noqa: ANN401 - a moment of NumPy
    return datetime.fromisoformat(str(np.datetime64(value, "s"))).replace(tzinfo=UTC)


def at_desk(at: datetime, *, minute: int) -> datetime:
    """The same moment, or this minute of the next morning where the desk was closed."""
    if at.hour < OPENS:
        return at.replace(hour=OPENS, minute=minute)
    if at.hour >= CLOSES:
        return (at + DAY).replace(hour=OPENS, minute=minute)
    return at


def matters_of(draw: Draw, contacts: pa.Table, chance: Generator) -> list[Matter]:
    """Everything of the year that became a case, in the order in which it came."""
    world = draw.world
    agents = [person.number for person in world.people if person.role == "agent"]
    site = [outlet.code for outlet in world.outlets]
    row_of = {waybill: row for row, waybill in enumerate(waybills(draw))}
    found: list[Matter] = []
    lately: dict[tuple[str, str], datetime] = {}
    answers = {
        (row["waybill"], row["topic"]): row
        for row in contacts.filter(pa.compute.is_valid(contacts["topic"])).to_pylist()
        if row["direction"] == "out"
    }
    for row in contacts.to_pylist():
        if row["topic"] is None or row["direction"] != "in":
            continue
        if row["topic"] == "ordinary":
            if chance.random() > ORDINARY:
                continue
            category, kind = words.TOPIC_OF[row["body"]]
            # Within a week it would have joined the case before (CASE-03).
            at, before = datetime.fromisoformat(row["occurred_at"]), lately.get((row["reference"], category))
            if before is not None and abs(at - before) <= 7 * DAY:
                continue
            lately[row["reference"], category] = at
        else:
            category, kind = row["topic"], CaseKind.COMPLAINT
        told = answers.get((row["waybill"], row["topic"])) if row["waybill"] else None
        found.append(
            Matter(
                at=datetime.fromisoformat(row["occurred_at"]),
                reference=row["reference"],
                category=category,
                kind=kind,
                channel=Channel(row["channel"]),
                text=row["body"],
                agent=row["staff"],
                waybill=row["waybill"] or "",
                site=site[draw.destination[row_of[row["waybill"]]]] if row["waybill"] else "",
                external=row["external_id"],
                answer=(datetime.fromisoformat(told["occurred_at"]), told["body"], told["external_id"])
                if told
                else None,
                origin=Origin.PHONE if row["channel"] == "call" else Origin.DESK,
            )
        )
    said = {one.waybill for one in found if one.waybill}
    found += _watched(draw, said, agents, chance)
    found += _others(draw, said, agents, chance)
    return sorted(found, key=lambda one: (one.at, one.reference, one.waybill))


def _watched(draw: Draw, said: set[str], agents: Sequence[str], chance: Generator) -> list[Matter]:
    """Late parcels whose senders did not call: the system opened a case once the promised day had ended (SHIP-08)."""
    names = waybills(draw)
    silent = np.array([name not in said for name in names])
    late = ~draw.cancelled & ~draw.returned & ~draw.lost & (draw.late_days > 0)
    # 00:05 in China, when the watch list is next read.
    told = draw.promised_day.astype("datetime64[s]") + DAY_ENDED
    late &= told < draw.until
    rows = np.flatnonzero(late & silent & (chance.random(draw.n) < WATCHED))
    return [
        Matter(
            at=moment(told[row]),
            reference=draw.world.shippers[draw.shipper[row]].reference,
            category="late",
            kind=CaseKind.ENQUIRY,
            channel=Channel.SYSTEM,
            text="",
            agent=agents[int(chance.integers(len(agents)))],
            waybill=str(names[row]),
            site=draw.world.outlets[draw.destination[row]].code,
            origin=Origin.WATCH,
        )
        for row in rows
    ]


def _others(draw: Draw, said: set[str], agents: Sequence[str], chance: Generator) -> list[Matter]:
    """Disputes about charges, couriers, praise and what else people write about."""
    names = waybills(draw)
    home = np.flatnonzero(~draw.cancelled & ~draw.lost & (draw.delivered + np.timedelta64(1, "D") < draw.until))
    rows = chance.choice(home, size=int(draw.n * OTHERS * 0.08), replace=False)
    kinds = chance.choice(len(words.OTHERS), size=len(rows), p=[share for *_rest, share in words.OTHERS])
    channels = ("call", "wechat", "mail", "chat", "counter")
    found = []
    for row, pick in zip(rows, kinds, strict=True):
        if names[row] in said:
            continue
        category, kind, text, _share = words.OTHERS[pick]
        channel = str(chance.choice(channels, p=(0.45, 0.28, 0.14, 0.08, 0.05)))
        after = moment(draw.delivered[row]) + timedelta(hours=float(chance.uniform(2, 30)))
        under_way = moment(draw.picked[row] + (draw.delivered[row] - draw.picked[row]) // 2)
        found.append(
            Matter(
                at=under_way if category == "where" else at_desk(after, minute=int(chance.integers(60))),
                reference=draw.world.shippers[draw.shipper[row]].reference,
                category=category,
                kind=kind,
                channel=Channel(channel),
                text=text,
                agent=agents[int(chance.integers(len(agents)))],
                waybill=str(names[row]),
                site=draw.world.outlets[draw.destination[row]].code,
                origin=Origin.PHONE if channel == "call" else Origin.DESK,
            )
        )
    return found


class Story:
    """What became of one matter, told forwards; nothing that would lie after `until` has happened."""

    def __init__(self, matter: Matter, keys: Keys, world: World, until: datetime, chance: Generator) -> None:
        self.matter, self.keys, self.world, self.until, self.chance = matter, keys, world, until, chance
        self.agents = [person.number for person in world.people if person.role == "agent"]
        self.at = matter.at
        self.agent = matter.agent
        self.owners = [PastOwner(keys.staff[matter.agent], matter.at)]
        proactive = matter.origin is Origin.WATCH
        first = CaseState.IN_WORK if matter.channel in {Channel.CALL, Channel.COUNTER} else CaseState.NEW
        self.steps = [PastStep(matter.at, first)]
        external = (SOURCE, matter.external) if matter.external else ("", "")
        self.said = [] if proactive else [self._words(matter.channel, matter.text, incoming=True, external=external)]
        self.tasks: list[PastTask] = []
        self.known = matter.answer
        self.coding: Coding | None = None
        self.ending, self.resolution = Ending.NONE, ""
        self.solved: bool | None = None

    def told(self) -> PastCase | None:
        """The case as it stands at the end of history."""
        if self.matter.at > self.until:
            return None
        self._work()
        matter, keys = self.matter, self.keys
        customer = keys.customers[matter.reference]
        text = matter.text
        urgent = matter.kind is CaseKind.EMERGENCY
        high = matter.category in {"lost", "damaged"}
        return PastCase(
            customer_id=customer,
            contact_id=keys.people.get(customer),
            shipment_id=keys.shipments.get(matter.waybill),
            kind=matter.kind,
            category=matter.category,
            severity=Severity.URGENT if urgent else Severity.HIGH if high else Severity.NORMAL,
            channel=matter.channel,
            origin=matter.origin,
            subject=text.split("：", 1)[-1][:200] or f"晚到：{matter.waybill}",
            text=text,
            opened_at=matter.at,
            owners=tuple(self.owners),
            steps=tuple(self.steps),
            said=tuple(sorted(self.said, key=lambda one: one.at)),
            tasks=tuple(self.tasks),
            coding=self.coding,
            ending=self.ending,
            solved=self.solved,
            resolution=self.resolution,
            looked_at=self.until - HOUR if self.at > self.until and self.chance.random() < 0.85 else None,
        )

    def _work(self) -> None:
        if self.matter.origin is Origin.WATCH and not self._say_first():
            return
        if self.matter.category in words.ASKED_OF and self.chance.random() < ASKED and not self._ask():
            return
        if self.matter.kind is CaseKind.COMPLAINT and self.chance.random() < HANDED:
            self._hand_on()
        if self.matter.kind is CaseKind.COMPLAINT and self.chance.random() < REPEATED and not self._again():
            return
        if self._answer() and self._close() and self.chance.random() < REOPENED:
            self._reopen()

    def _wait(self, mean_hours: float) -> bool:
        """Let time pass; whether the next thing still happened."""
        passed = timedelta(hours=float(self.chance.gamma(1.4, mean_hours / 1.4)))
        self.at = at_desk(self.at + passed, minute=int(self.chance.integers(60)))
        return self.at <= self.until

    def _words(
        self,
        channel: Channel,
        body: str,
        *,
        incoming: bool,
        external: tuple[str, str] = ("", ""),
        at: datetime | None = None,
    ) -> PastSaid:
        return PastSaid(
            at=at or self.at,
            channel=channel,
            incoming=incoming,
            body=body,
            staff_id=self.keys.staff[self.agent],
            external=external,
        )

    def _step(self, state: CaseState, reason: str = "") -> None:
        if self.steps[-1].state is not state:
            self.steps.append(PastStep(self.at, state, reason))

    def _reply_channel(self) -> Channel:
        return Channel.WECHAT if self.matter.channel in {Channel.SYSTEM, Channel.CHAT} else self.matter.channel

    def _say_first(self) -> bool:
        if not self._wait(1.5):
            return False
        self.said.append(self._words(Channel.WECHAT, words.WATCHED.format(waybill=self.matter.waybill), incoming=False))
        self._step(CaseState.IN_WORK)
        return True

    def _ask(self) -> bool:
        """A unit is asked, works on it, replies; a few send it back and the next one replies."""
        title, *replies = words.ASKED_OF[self.matter.category]
        if not self._wait(0.5):
            return False
        self._step(CaseState.WAITING_INTERNAL, title)
        site = self.matter.site or "CS"
        unit = "FIN" if self.matter.category == "fee" else "WH" if self.chance.random() < 0.3 else site
        if self.chance.random() < REFUSED and not self._task(unit, title, TaskState.DECLINED, words.DECLINED):
            return False
        if not self._task(site if unit == "WH" else unit, title, TaskState.REPLIED, str(self.chance.choice(replies))):
            return False
        self._step(CaseState.IN_WORK, "tasks")
        return True

    def _task(self, unit: str, title: str, end: TaskState, reply: str) -> bool:
        asked_at, staff = self.at, self.keys.staff[self.agent]
        slow = 5.5 if unit == "WH" else 2.6
        done = self._wait(slow)
        task = PastTask(unit_id=self.keys.units[unit], title=title, asked_at=asked_at, asked_by_id=staff)
        if done:
            task = replace(task, state=end, reply=reply, ended_at=self.at, taken_at=asked_at)
        self.tasks.append(task)
        return done

    def _hand_on(self) -> None:
        others = [number for number in self.agents if number != self.agent]
        self.agent = others[int(self.chance.integers(len(others)))]
        self.owners.append(PastOwner(self.keys.staff[self.agent], self.at))

    def _again(self) -> bool:
        """The customer has to ask a second time, often by another channel."""
        if not self._wait(4):
            return False
        first = self._reply_channel()
        other = Channel.CALL if first is not Channel.CALL else Channel.WECHAT
        channel = other if self.chance.random() < 0.4 else first
        self.said.append(self._words(channel, str(self.chance.choice(words.AGAIN)), incoming=True))
        if self._wait(0.7):
            self.said.append(self._words(channel, words.AGAIN_TOLD, incoming=False))
            self._step(CaseState.IN_WORK)
        return self.at <= self.until

    def _answer(self) -> bool:
        """The answer that settles it; the one that the record of contacts knows, where it came in time."""
        known, self.known = self.known, None
        quick = self.matter.kind is not CaseKind.COMPLAINT
        body = words.ANSWER_OF.get(self.matter.category, words.ANSWER_OF["other"])
        if known is not None:
            at, text, ref = known
            said = self._words(self.matter.channel, text, incoming=False, external=(SOURCE, ref), at=at)
            if at <= self.until:
                self.said.append(said)
            self.at = max(self.at, at)
        slow = not quick and self.chance.random() < SLOW
        if not self._wait(0.6 if quick else 80 if slow else 5):
            if self.at - self.matter.at > DAY:
                self._step_until()
            return False
        self.said.append(self._words(self._reply_channel(), body, incoming=False))
        self._step(CaseState.ANSWERED)
        self.coding, self.resolution = self._coded(), words.LOOKED_INTO
        return True

    def _step_until(self) -> None:
        """Taken up, not yet answered."""
        if self.steps[-1].state is CaseState.NEW and self.until - HOUR > self.matter.at:
            self.steps.append(PastStep(self.until - HOUR, CaseState.IN_WORK))

    def _close(self) -> bool:
        confirmed = self.chance.random() < CONFIRMED
        if confirmed and not self._wait(6):
            return False
        if not confirmed:
            self.at += 7 * DAY
        if self.at > self.until:
            return False
        self.solved = not (self.matter.kind is CaseKind.COMPLAINT and self.chance.random() < UNSOLVED)
        self.ending = Ending.CONFIRMED if confirmed else Ending.NO_OBJECTION
        if not self.solved:
            self.resolution, self.ending = words.NOT_SOLVED, Ending.CONFIRMED
        self._step(CaseState.CLOSED, self.ending.value)
        return True

    def _reopen(self) -> None:
        ending = self.ending
        if not self._wait(30):
            return
        self.said.append(self._words(self._reply_channel(), str(self.chance.choice(words.BACK)), incoming=True))
        self._step(CaseState.IN_WORK, "contact")
        self.ending, self.solved = Ending.NONE, None
        if self._answer() and self._close():
            self.ending = ending

    def _coded(self) -> Coding:
        causes = words.CAUSES_OF.get(self.matter.category, (("explained", 1.0),))
        cause = str(self.chance.choice([c for c, _p in causes], p=[p for _c, p in causes]))
        return coding_of(cause, self.matter.site, self.keys, self.world)


def coding_of(cause: str, site: str, keys: Keys, world: World) -> Coding:
    """Who answers for a cause: the delivering outlet or its contractor, a department, the customer, or nobody."""
    match words.PARTY_OF.get(cause, ""):
        case "site" if site:
            run_by = next(outlet for outlet in world.outlets if outlet.code == site).is_contractor
            return Coding(cause=cause, party=Party.CONTRACTOR if run_by else Party.OUTLET, unit_id=keys.units[site])
        case "road":
            return Coding(cause=cause, party=Party.DEPARTMENT, unit_id=keys.units["ROAD"])
        case "finance":
            return Coding(cause=cause, party=Party.DEPARTMENT, unit_id=keys.units["FIN"])
        case "customer":
            return Coding(cause=cause, party=Party.CUSTOMER)
        case "force_majeure":
            return Coding(cause=cause, party=Party.FORCE_MAJEURE)
        case _:
            return Coding(cause=cause, party=Party.NOBODY)


def stories(world: World, matters: Sequence[Matter], keys: Keys, until: datetime, chance: Generator) -> list[PastCase]:
    """The cases of these matters as they stand at the end of history."""
    told = (Story(one, keys, world, until, chance).told() for one in matters)
    return [one for one in told if one is not None]
