"""The cases that lie on the desks this morning: new, in work, waiting for somebody, late, asked upwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.random import Generator

from zhike.demo import matter_words as words
from zhike.demo.goods import Draw, waybills
from zhike.demo.matters import HOUR, Keys, at_desk, coding_of
from zhike.demo.upwards import chief_of, of_this_morning
from zhike.demo.world import Person, World
from zhike.record.customers.types import Channel
from zhike.service.cases.types import (
    CaseKind,
    CaseState,
    Severity,
    TaskState,
)
from zhike.service.cases.types.past import (
    PastCase,
    PastOwner,
    PastSaid,
    PastStep,
    PastTask,
)

N, W, I, C, A, X = (  # noqa: E741 - one letter a state, for the table below
    CaseState.NEW,
    CaseState.IN_WORK,
    CaseState.WAITING_INTERNAL,
    CaseState.WAITING_CUSTOMER,
    CaseState.ANSWERED,
    CaseState.WAITING_AUTHORITY,
)
TOLD = "您好，我来跟进这件事，正在向网点核实，有结果马上给您回复。"
NEXT = "正在向网点核实，一有结果马上告知您。"
ASKED_BACK = "请发一张外箱照片和收货地址，我好为您办理。"
SENT = "照片发您了，请看"
ANSWERED = "货物已安排今天18点前送到，送达后我给您回电。"


@dataclass(frozen=True, slots=True)
class Lying:
    """One case: its state, hours since it was opened, the unit asked, what is special about it."""

    state: CaseState
    hours: float
    asked: str = ""
    special: str = ""


# Of the agent with the ready-made sign-in, and of everybody else. `site` is the outlet of the ready-made sign-in.
OWN = (
    Lying(N, 0.5), Lying(N, 1.5), Lying(N, 26), Lying(W, 2), Lying(W, 5), Lying(W, 30), Lying(W, 150),
    Lying(I, 3, "site"), Lying(I, 78, "site"), Lying(I, 4, "WH"), Lying(C, 20), Lying(C, 50, special="parked"),
    Lying(W, 7, special="escalated"), Lying(W, 9, special="remedy"), Lying(A, 30, special="approved"),
)  # fmt: skip
THEIRS = (
    Lying(N, 0.7), Lying(W, 3), Lying(I, 6, "WH"), Lying(C, 28), Lying(W, 52, special="told"), Lying(I, 30, "near"),
    Lying(A, 20, special="granted"), Lying(N, 2.5), Lying(W, 8, special="remedy"), Lying(I, 5, "near"), Lying(X, 60),
    Lying(W, 120, special="escalated"), Lying(I, 2, "site"), Lying(A, 70, special="told"), Lying(N, 4), Lying(W, 1),
    Lying(I, 54, "ROAD"), Lying(C, 5), Lying(W, 24, special="refused"), Lying(A, 90, special="approved"), Lying(N, 1),
    Lying(W, 6, special="remedy"), Lying(I, 8, "near"), Lying(C, 75), Lying(W, 33, special="escalated"),
)  # fmt: skip
DAY_HOURS = 24
REASONS = {I: "协办", C: "请客户补充照片", X: "等待海关放行"}
SEVERITIES = (Severity.NORMAL, Severity.HIGH, Severity.NORMAL, Severity.URGENT)
CHANNELS = (Channel.WECHAT, Channel.MAIL, Channel.CHAT)
KINDS = {"redirect": CaseKind.REQUEST, "where": CaseKind.ENQUIRY}


def lying_on_desks(draw: Draw, keys: Keys, until: datetime, chance: Generator) -> list[PastCase]:
    """Forty open cases on goods of the last days; the ready-made sign-ins have their share."""
    desk = Desk(draw, keys, until)
    agents = [person.number for person in draw.world.people if person.role == "agent"]
    owners = [agents[0]] * len(OWN) + [agents[1 + at % (len(agents) - 1)] for at in range(len(THEIRS))]
    rows = _goods_of(draw, [lying.hours for lying in (*OWN, *THEIRS)], chance)
    made = [
        desk.case(lying, owner, row, position)
        for position, (lying, owner, row) in enumerate(zip((*OWN, *THEIRS), owners, rows, strict=True))
    ]
    return sorted(made, key=lambda one: one.opened_at)


def _goods_of(draw: Draw, hours: Sequence[float], chance: Generator) -> list[int]:
    """A shipment for each case: delivered shortly before the customer spoke, or still under way; senders differ."""
    alive = ~draw.cancelled & ~draw.lost & ~draw.returned
    order = chance.permutation(draw.n)
    senders: set[int] = set()
    found: list[int] = []
    for position, ago in enumerate(hours):
        at = draw.until - np.timedelta64(int(ago * 3600), "s")
        _category, _text, is_home = words.ON_THE_DESK[position % len(words.ON_THE_DESK)]
        home = (draw.delivered < at) & (draw.delivered > at - np.timedelta64(10, "D"))
        away = (draw.picked < at) & (draw.delivered > at)
        fits = order[(alive & (home if is_home else away))[order]]
        # Those late already come first.
        late = (draw.promised[fits] < at) & (draw.delivered[fits] > draw.until)
        # On days with few parcels under way a sender may come twice.
        others = (int(row) for row in (*fits[late], *fits) if int(draw.shipper[row]) not in senders)
        row = next(others, int(fits[0]))
        senders.add(int(draw.shipper[row]))
        found.append(row)
    return found


@dataclass(frozen=True, slots=True)
class Desk:
    """What the cases of this morning are made from."""

    draw: Draw
    keys: Keys
    until: datetime

    def case(self, lying: Lying, owner: str, row: int, position: int) -> PastCase:
        """One case on the goods of this row; what is told of it follows from its place in the table."""
        keys, world = self.keys, self.draw.world
        opened_at = self.until - timedelta(hours=lying.hours)
        channel = CHANNELS[position % len(CHANNELS)]
        category, text, _home = words.ON_THE_DESK[position % len(words.ON_THE_DESK)]
        waybill = str(waybills(self.draw)[row])
        customer = keys.customers[world.shippers[self.draw.shipper[row]].reference]
        told = f"运单{waybill}：{text}"
        first = PastSaid(at=opened_at, channel=channel, incoming=True, body=told)
        # Half of the older ones were looked at this morning.
        seen = lying.hours > DAY_HOURS and position % 2 != 0
        is_answered = lying.state is CaseState.ANSWERED
        escalation, remedy = of_this_morning(
            lying.special, position, keys.staff[owner], chief_of(world, keys), self.until
        )
        return PastCase(
            customer_id=customer,
            contact_id=keys.people.get(customer),
            shipment_id=keys.shipments[waybill],
            kind=KINDS.get(category, CaseKind.COMPLAINT),
            category=category,
            channel=channel,
            severity=SEVERITIES[position % len(SEVERITIES)],
            subject=text,
            text=told,
            opened_at=opened_at,
            owners=(PastOwner(keys.staff[owner], opened_at),),
            steps=self._steps(lying, opened_at),
            said=(first, *self._talk(lying, opened_at, channel, keys.staff[owner])),
            tasks=self._tasks(lying, category, keys.staff[owner], row) if lying.asked else (),
            resolution=ANSWERED if is_answered else "",
            coding=coding_of("linehaul", "", keys, world) if is_answered else None,
            looked_at=self.until - HOUR if seen else None,
            next_step=NEXT if lying.state in {W, I} else "",
            escalation=escalation,
            remedy=remedy,
        )

    def _taken_up(self, opened_at: datetime) -> datetime:
        """Within the first hours of the desk, a third of the way at the latest."""
        wanted = at_desk(opened_at + HOUR, minute=20)
        return wanted if wanted < self.until - HOUR else opened_at + (self.until - opened_at) / 3

    def _steps(self, lying: Lying, opened_at: datetime) -> tuple[PastStep, ...]:
        first, took = PastStep(opened_at, N), PastStep(self._taken_up(opened_at), W)
        if lying.state is N:
            return (first,)
        if lying.state is W:
            return (first, took)
        return (first, took, PastStep(took.at + HOUR / 4, lying.state, REASONS.get(lying.state, "")))

    def _talk(self, lying: Lying, opened_at: datetime, channel: Channel, staff: int) -> list[PastSaid]:
        if lying.state is N:
            return []
        body = {C: ASKED_BACK, A: ANSWERED}.get(lying.state, TOLD)
        at = self._taken_up(opened_at)
        found = [PastSaid(at=at, channel=channel, incoming=False, body=body, staff_id=staff)]
        if lying.special == "parked":
            found.append(PastSaid(at=self.until - 6 * HOUR, channel=channel, incoming=True, body=SENT))
        return found

    def _tasks(self, lying: Lying, category: str, staff: int, row: int) -> tuple[PastTask, ...]:
        world = self.draw.world
        near = world.outlets[self.draw.destination[row]].code
        unit = {"site": _first(world, "outlet").unit, "near": near}.get(lying.asked, lying.asked)
        asked_at = self._taken_up(self.until - timedelta(hours=lying.hours)) + HOUR / 4
        taken = lying.hours > DAY_HOURS and lying.asked == "near"
        return (
            PastTask(
                unit_id=self.keys.units[unit],
                title=words.ASKED_OF.get(category, words.ASKED_OF["late"])[0],
                text=f"客户在等，请尽快回复。运单{waybills(self.draw)[row]}",
                asked_at=asked_at,
                asked_by_id=staff,
                state=TaskState.TAKEN if taken else TaskState.OPEN,
                taken_at=asked_at + HOUR / 2 if taken else None,
                assignee_id=self.keys.staff[world.couriers()[near][0].number] if taken else None,
            ),
        )


def _first(world: World, role: str) -> Person:
    return next(person for person in world.people if person.role == role)
