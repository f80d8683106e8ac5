"""B2: from a number to ranked matches and the summary, at 1 M customers with 3 M numbers against 30,000 with 90,000.

`python -m bench.b2_lookup [CUSTOMERS]`; as an agent and as a supervisor of 40 outlets; the look-up by any key, and the
screen-pop, which asks consignees of a fifth as many parcels too and shows the open cases. Budget: at most 4 queries,
database time at most 1.5 times that of the small company, a request at most 4 times a one-read page of this app.
"""

import os
import random
import sys
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

from django.test import Client  # noqa: E402 - after setup

from bench.measuring import Taken, taking, verdict  # noqa: E402
from bench.sowing import ONE, Sown, company  # noqa: E402
from tests.harness import databases  # noqa: E402
from zhike.platform import clock, operation  # noqa: E402
from zhike.platform.actors import Actor  # noqa: E402
from zhike.record.customers import queries  # noqa: E402
from zhike.service.reception import queries as reception  # noqa: E402
from zhike.service.reception.types import Certainty  # noqa: E402

SMALL = 30_000
MOST_QUERIES, DATABASE_BUDGET, REQUEST_BUDGET = 4, 1.5, 4.0
ROUNDS, RUNS = 20, 10
ONE_READ, LOOK_UP, POP = "/api/v1/customers/CU-{one:08d}", "/api/v1/customers/lookup", "/api/v1/calls/pop"
PARCELS = 5


@dataclass(slots=True)
class Desk:
    """Somebody at one company's desk, and what their work took."""

    name: str
    sown: Sown
    browser: Client
    actor: Actor
    look_up: Taken
    pop: Taken
    request: Taken
    pop_request: Taken
    one_read: Taken


def desks(sown: Sown) -> list[Desk]:
    found = []
    for name, member in (("agent", sown.agent), ("supervisor of 40 outlets", sown.supervisor)):
        browser, actor = sown.looking(member)
        found.append(Desk(name, sown, browser, actor, Taken(), Taken(), Taken(), Taken(), Taken()))
    return found


def number_of(customer: int, which: int) -> str:
    """As `sowing` gives numbers to customers."""
    return f"139{(customer * 3 + which) * 37 % 100_000_000:08d}"


def customers_within(sown: Sown, dice: random.Random) -> int:
    """A customer whom the supervisor reaches too: `sowing` hands them to outlets in turn."""
    return dice.randrange(sown.customers // 200) * 200 + ONE + dice.randrange(40)


def one_turn(desk: Desk, dice: random.Random, *, kept: bool) -> None:
    """A look-up, the same as a request, and the page of one read."""
    number = number_of(customers_within(desk.sown, dice), dice.randrange(3))
    with operation.operation(), taking(desk.look_up if kept else Taken()):
        found = queries.look_up(actor=desk.actor, key=number, now=clock.now())
    assert found.summary is not None, number
    assert found.matches[0].certain
    with taking(desk.request if kept else Taken()):
        answer = desk.browser.get(LOOK_UP, {"key": number})
    assert answer.status_code == 200
    with operation.operation(), taking(desk.pop if kept else Taken()):
        shown = reception.pop_of(actor=desk.actor, number=f"+86{number}", now=clock.now())
    assert shown.summary is not None, number
    assert shown.candidates[0].certainty is Certainty.CERTAIN
    with taking(desk.pop_request if kept else Taken()):
        answer = desk.browser.get(POP, {"number": f"+86{number}"})
    assert answer.status_code == 200
    with taking(desk.one_read if kept else Taken()):
        answer = desk.browser.get(ONE_READ.format(one=ONE))
    assert answer.status_code == 200


def main(customers: int) -> None:
    """Both companies, their turns alternating."""
    with company(customers=SMALL, shipments=SMALL // PARCELS) as small:
        few = desks(small)
        with company(customers=customers, shipments=customers // PARCELS) as large:
            many = desks(large)
            for turn in range(ROUNDS):
                for found in (few, many):
                    with databases.connected_to(found[0].sown.database):
                        for desk in found:
                            dice = random.Random(turn)
                            one_turn(desk, dice, kept=False)
                            for _run in range(RUNS):
                                one_turn(desk, dice, kept=True)
    print(
        f"B2: {customers:,} customers with {3 * customers:,} numbers against {SMALL:,}; {ROUNDS * RUNS} look-ups each"
    )
    for desk, base in zip(many, few, strict=True):
        report(desk, base)


def report(desk: Desk, base: Desk) -> None:
    for what, mine, small in (("look-up", desk.look_up, base.look_up), ("screen-pop", desk.pop, base.pop)):
        ratio = mine.fastest_database / small.fastest_database
        met = mine.queries <= MOST_QUERIES and ratio <= DATABASE_BUDGET
        print(
            f"B2 {what}, {desk.name}: {mine.queries} queries (budget {MOST_QUERIES}), database"
            f" {mine.fastest_database * 1000:.2f} ms against {small.fastest_database * 1000:.2f}, ratio"
            f" {ratio:.2f} (budget {DATABASE_BUDGET}): {verdict(met=met)}"
        )
    for what, request in (("look-up", desk.request), ("screen-pop", desk.pop_request)):
        share = request.fastest / desk.one_read.fastest
        print(
            f"B2 request of the {what}, {desk.name}: {request.fastest * 1000:.1f} ms against a one-read page"
            f" {desk.one_read.fastest * 1000:.1f} ms, ratio {share:.2f} (budget {REQUEST_BUDGET}):"
            f" {verdict(met=share <= REQUEST_BUDGET)}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
