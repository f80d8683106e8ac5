"""Units, people and customers of the invented company, reproducible from one number."""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from zhike.demo import words


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    customers: int
    shipments: int
    outlets: int
    staff: int
    couriers_per_outlet: int = 3
    prospects: int = 300


SIZES = {
    "full": Size(customers=5_000, shipments=100_000, outlets=120, staff=80),
    "medium": Size(customers=1_200, shipments=30_000, outlets=60, staff=40, couriers_per_outlet=2, prospects=70),
    "small": Size(customers=240, shipments=4_000, outlets=24, staff=30, couriers_per_outlet=2, prospects=14),
}


@dataclass(frozen=True, slots=True)
class Outlet:
    code: str
    name: str
    region: int
    city: str
    district: str
    latitude: float
    longitude: float
    phone: str
    is_contractor: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. `role` is a role code, or `courier`."""

    number: str
    name: str
    role: str
    unit: str  # code of the unit
    phone: str
    username: str = ""


@dataclass(frozen=True, slots=True)
class Shipper:
    """A customer. `weight` is the share of the year's shipments."""

    reference: str
    name: str
    industry: str
    region: int
    city: str
    address: str
    owner: str  # staff number
    phone: str
    contact: str
    is_company: bool
    parent: str = ""
    weight: float = 0.0

    @property
    def email(self) -> str | None:
        """Of every second company; `make demo-read` shows what came there."""
        name = self.reference.replace("demo-", "c")
        return f"{name}@customer.example" if self.is_company and int(self.reference[-1]) % 2 else None


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody who asked and has not sent anything yet."""

    reference: str
    name: str
    industry: str
    city: str
    owner: str  # staff number
    phone: str
    contact: str
    asked_hours_ago: int


@dataclass(slots=True)
class World:
    """Everything of the company that does not move."""

    outlets: list[Outlet] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    shippers: list[Shipper] = field(default_factory=list)
    prospects: list[Prospect] = field(default_factory=list)

    def couriers(self) -> dict[str, list[Person]]:
        found: dict[str, list[Person]] = {}
        for person in self.people:
            if person.role == "courier":
                found.setdefault(person.unit, []).append(person)
        return found


# Ready-made sign-ins, one a role; the first of each role in the list of people gets the role's name as username.
SIGN_IN_ROLES = (
    "agent",
    "supervisor",
    "account_manager",
    "department",
    "outlet",
    "claims",
    "quality",
    "executive",
    "admin",
    "auditor",
)
ROLE_UNITS = {
    "agent": "CS",
    "supervisor": "CS",
    "account_manager": "SALES",
    "department": "WH",
    "claims": "CLAIMS",
    "quality": "QA",
    "executive": "HQ",
    "admin": "IT",
    "auditor": "AUDIT",
}
ROLE_SHARES = {"agent": 0.4, "supervisor": 0.06, "account_manager": 0.3, "department": 0.06, "outlet": 0.06}
# One key group: a large head, its subsidiaries, and a branch below one of these.
GROUP_HEAD, GROUP_NAME = 1, "远图家居集团"
GROUP_BELOW = {9: 1, 13: 1, 21: 1, 34: 1, 55: 1, 89: 1, 90: 9}
LONG_NAME = "华东远航国际供应链管理与跨境电子商务综合服务（上海自由贸易试验区）股份有限公司"


def build_world(size: Size, chance: Generator) -> World:
    """The company at rest."""
    world = World()
    world.outlets = _outlets(size, chance)
    world.people = _people(size, world.outlets, chance)
    world.shippers = _shippers(size, world, chance)
    return world


def add_prospects(world: World, size: Size, chance: Generator) -> None:
    """Those who asked only; drawn apart, so that the goods of a number stay what they are."""
    owners = [person.number for person in world.people if person.role in {"account_manager", "agent"}]
    for position in range(size.prospects):
        city = str(chance.choice(words.REGIONS[int(chance.integers(len(words.REGIONS)))][3]))
        name, industry = _shipper_name(position + 1, city, chance)
        world.prospects.append(
            Prospect(
                reference=f"demo-p{position + 1:05d}",
                name=name,
                industry=industry,
                city=city,
                owner=str(chance.choice(owners)),
                phone=_mobile(position, "1994"),
                contact=_name(chance),
                # More of late: most of the older ones have been forgotten or became customers.
                asked_hours_ago=2 + int(340 * 24 * chance.random() ** 2),
            )
        )


def _outlets(size: Size, chance: Generator) -> list[Outlet]:
    found: list[Outlet] = []
    cities = [(region, city) for region, entry in enumerate(words.REGIONS) for city in entry[3]]
    for position in range(size.outlets):
        # Round the regions first, so that a small company has outlets in all of them too.
        region = position % len(words.REGIONS)
        city = words.REGIONS[region][3][position // len(words.REGIONS) % len(words.REGIONS[region][3])]
        district = words.DISTRICTS[position // len(cities) % len(words.DISTRICTS)]
        latitude, longitude = words.COORDINATES[city]
        found.append(
            Outlet(
                code=f"D{position + 1:03d}",
                name=f"{city}{district}网点",
                region=region,
                city=city,
                district=district,
                latitude=round(latitude + float(chance.normal(0, 0.05)), 5),
                longitude=round(longitude + float(chance.normal(0, 0.05)), 5),
                phone=f"+8640055{position:05d}"[:14],
                is_contractor=position % 5 == 0,
            )
        )
    return found


def _name(chance: Generator) -> str:
    return str(chance.choice(words.SURNAMES)) + str(chance.choice(words.GIVEN))


def _mobile(position: int, block: str) -> str:
    """Invented numbers."""
    return f"+86{block}{position:07d}"


def _people(size: Size, outlets: list[Outlet], chance: Generator) -> list[Person]:
    found: list[Person] = []
    counts = {role: max(1, round(size.staff * share)) for role, share in ROLE_SHARES.items()}
    counts |= {role: 1 for role in SIGN_IN_ROLES if role not in counts}
    counts["agent"] += max(0, size.staff - sum(counts.values()))
    for role in SIGN_IN_ROLES:
        for position in range(counts[role]):
            unit = ROLE_UNITS.get(role) or outlets[position % len(outlets)].code
            number = f"S{len(found) + 1:04d}"
            username = role.replace("_", "-") if position == 0 else f"{role.replace('_', '-')}{position + 1}"
            found.append(Person(number, _name(chance), role, unit, _mobile(len(found), "1990"), username))
    for outlet in outlets:
        for _courier in range(size.couriers_per_outlet):
            number = f"S{len(found) + 1:04d}"
            found.append(Person(number, _name(chance), "courier", outlet.code, _mobile(len(found), "1991")))
    return found


def _shippers(size: Size, world: World, chance: Generator) -> list[Shipper]:
    owners = [person.number for person in world.people if person.role == "account_manager"]
    agents = [person.number for person in world.people if person.role == "agent"]
    ranks = np.arange(1, size.customers + 1)
    weights = ranks**-0.85
    weights /= weights.sum()
    found: list[Shipper] = []
    for position in range(size.customers):
        region = int(chance.integers(len(words.REGIONS)))
        city = str(chance.choice(words.REGIONS[region][3]))
        is_company = position < size.customers * 0.6
        name, industry = _shipper_name(position, city, chance) if is_company else (_name(chance), "")
        parent = f"demo-{position // 40 * 40 + 1:05d}" if is_company and position % 40 in {7, 19} else ""
        if position == GROUP_HEAD:
            name, industry = f"{GROUP_NAME}有限公司", "online_retail"
        elif position in GROUP_BELOW:
            name, industry = f"{GROUP_NAME}（{city}）有限公司", "online_retail"
            parent = f"demo-{GROUP_BELOW[position] + 1:05d}"
        found.append(
            Shipper(
                reference=f"demo-{position + 1:05d}",
                name=name,
                industry=industry,
                region=region,
                city=city,
                address=f"{city}市{chance.choice(words.DISTRICTS)}路{int(chance.integers(1, 999))}号",
                owner=str(chance.choice(owners if position < size.customers // 2 else agents)),
                phone=_mobile(position, "1992"),
                contact=_name(chance),
                is_company=is_company,
                parent=parent,
                weight=float(weights[position]),
            )
        )
    return found


def _shipper_name(position: int, city: str, chance: Generator) -> tuple[str, str]:
    trade, industry = words.COMPANY_TRADES[int(chance.integers(len(words.COMPANY_TRADES)))]
    if position == 0:
        return LONG_NAME, "online_retail"
    head = str(chance.choice(words.COMPANY_HEADS)) + (str(chance.choice(words.COMPANY_HEADS)) if position % 3 else "")
    return f"{city}{head}{trade}{chance.choice(words.COMPANY_TAILS)}", industry
