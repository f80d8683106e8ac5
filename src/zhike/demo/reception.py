"""The reception of the invented company: its telephone system, who has which telephone, who waited for a first word."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from numpy.random import Generator

from zhike.demo.world import Person, World
from zhike.platform.actors import Actor
from zhike.record.customers.types import Channel
from zhike.record.organization import queries as people
from zhike.service.reception import actions
from zhike.service.reception.types import CANONICAL, Profile, WaitingEntry

SYSTEM = "demo"
FIRST_EXTENSION = 8001
# Whoever sits at a telephone, in the order of their numbers.
AT_THE_TELEPHONE = ("agent", "supervisor", "outlet", "claims")
DAYS, A_DAY = 60, 3
ASKED = (
    (Channel.CHAT, "寄到成都大概几天到"),
    (Channel.WEB, "有没有冷链，怎么收费"),
    (Channel.COUNTER, "来柜台取件，无人接待"),
    (Channel.CHAT, "包裹显示派送中，几点能到"),
    (Channel.WEB, "月结怎么申请"),
    (Channel.COUNTER, "大件上门取件要预约吗"),
)
ANSWERS = ("您好，我来为您查，请稍等。", "您好，明天18点前送到。", "您好，已为您登记，稍后给您报价。")
LEFT = "没等到答复就离开了"
UNANSWERED = 0.08


def extensions_of(world: World) -> Mapping[str, str]:
    """The number of each telephone by whose it is: the first of a role has the round numbers."""
    found: dict[str, str] = {}
    sitting = [person for person in world.people if person.role in AT_THE_TELEPHONE]
    for person in sorted(sitting, key=_first_come):
        found[person.number] = str(FIRST_EXTENSION + len(found))
    return found


def _first_come(person: Person) -> tuple[bool, int, str]:
    return person.username[-1:].isdecimal(), AT_THE_TELEPHONE.index(person.role), person.number


def make_reception(actor: Actor, world: World, units: Mapping[str, int], now: datetime, chance: Generator) -> int:
    """Telephones for the desk, and two months of enquiries with how long each waited; returns how many."""
    ids = dict(people.staff_rows(actor=actor).values_list("number", "pk"))
    fields = {name: name for name in CANONICAL}
    actions.save_phone_system(
        actor=actor,
        code=SYSTEM,
        name="呼叫中心总机",
        unit_id=units["CS"],
        profile=Profile(fields=fields),
        active=True,
        now=now,
    )
    for number, extension in extensions_of(world).items():
        actions.assign_extension(actor=actor, number=extension, staff_id=ids[number], now=now)
    agents = [person.number for person in world.people if person.role == "agent"]
    for position in range(DAYS * A_DAY):
        channel, text = ASKED[position % len(ASKED)]
        asked = now - timedelta(days=position / A_DAY + 0.5, minutes=float(chance.uniform(0, 300)))
        entry = WaitingEntry(channel=channel, unit_id=units["CS"], text=text, asked_at=asked)
        made = actions.add_enquiry(actor=actor, entry=entry, now=asked)
        until = asked + timedelta(seconds=float(chance.lognormal(4.2, 0.9)))
        who = people.actor_for_staff(ids[agents[position % len(agents)]], now=now)
        if who is None or chance.random() < UNANSWERED:
            actions.drop_enquiry(actor=actor, waiting_id=made.id, reason=LEFT, now=until)
        else:
            answer = ANSWERS[position % len(ANSWERS)]
            actions.answer_enquiry(actor=who, waiting_id=made.id, answer=answer, now=until)
    return DAYS * A_DAY
