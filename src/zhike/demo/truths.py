"""What is planted in the demonstration company: written down here once, found by queries that do not read this file.

A control company is the same company without these; there the same queries must find nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class DamagingContractor:
    """From a given week, parcels delivered by one contractor-run outlet are damaged far more often than elsewhere."""

    outlet: int  # position among the outlets
    since: date
    damage_rate: float = 0.09


@dataclass(frozen=True, slots=True)
class LateWeekday:
    """Whatever one region should deliver on one weekday comes a day late more often, all year."""

    region: int
    weekday: int = 0  # Monday
    late_rate: float = 0.34


@dataclass(frozen=True, slots=True)
class DecliningCustomer:
    """A key customer's volume falls week by week after one shipment of high value was lost."""

    customer: int
    since: date
    kept_share: float = 0.25


@dataclass(frozen=True, slots=True)
class MissingCourierPhones:
    """One outlet sends parcels out without saying who carries them."""

    outlet: int
    missing_share: float = 0.7


@dataclass(frozen=True, slots=True)
class SlowPickup:
    """One business line is picked up half a day later since a given day."""

    line: str
    since: date
    hours: float = 11.0


@dataclass(frozen=True, slots=True)
class MainDriver:
    """One matter weighs far more on the whole than each of the others: what customers are told on the way."""

    code: str = "news"
    weight: float = 4.0


@dataclass(frozen=True, slots=True)
class FallingIndustry:
    """Customers of one industry are much less satisfied in the last wave than in those before it."""

    industry: str
    by: float = 0.9


@dataclass(frozen=True, slots=True)
class Truths:
    """All planted truths of one company."""

    contractor: DamagingContractor
    late_region: LateWeekday
    decline: DecliningCustomer
    phones: MissingCourierPhones
    pickup: SlowPickup
    driver: MainDriver
    falling: FallingIndustry


def planted(until: date, outlets: int) -> Truths:
    """The truths of a company whose history ends at `until`."""
    return Truths(
        contractor=DamagingContractor(outlet=outlets * 3 // 5, since=_monday(until - timedelta(weeks=15))),
        late_region=LateWeekday(region=3),
        decline=DecliningCustomer(customer=4, since=_monday(until - timedelta(weeks=10))),
        phones=MissingCourierPhones(outlet=outlets // 5),
        pickup=SlowPickup(line="air", since=_monday(until - timedelta(weeks=20))),
        driver=MainDriver(),
        falling=FallingIndustry(industry="electronics"),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
