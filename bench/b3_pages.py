"""B3 for the rooms of records (`b3_cases` has the cases): lists of shipments and customers, the customer page.

`python -m bench.b3_pages [ROWS]`, 1 M rows against 30,000; each page as an agent and as a supervisor of 40 outlets,
lists at their beginning and at their deepest page. Budget: at most 1.3 times the same at 30,000, at most 12 queries.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

from django.db.models import QuerySet  # noqa: E402 - after setup
from django.http import QueryDict  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from bench.measuring import Taken, taking, verdict  # noqa: E402
from bench.sowing import ONE, Sown, company  # noqa: E402
from tests.harness import databases  # noqa: E402
from zhike.platform.ui.tables.keyset import Sort, cursor_of  # noqa: E402
from zhike.record.customers.models import Customer  # noqa: E402
from zhike.record.customers.pages.lists import FILES, listed  # noqa: E402
from zhike.record.shipments import queries as shipments  # noqa: E402
from zhike.record.shipments.models import Shipment  # noqa: E402
from zhike.record.shipments.pages.lists import SHIPMENTS  # noqa: E402
from zhike.service.cases.models import Case  # noqa: E402

SMALL = 30_000
BUDGET, MOST_QUERIES = 1.3, 12
ROUNDS, RUNS = 8, 4


@dataclass(frozen=True, slots=True)
class Look:
    """One page in one browser."""

    actor: str
    page: str
    browser: Client
    address: str


def looks(sown: Sown) -> list[Look]:
    """Every page that is measured, with its address in this database."""
    found = []
    for name, member in (("agent", sown.agent), ("supervisor of 40 outlets", sown.supervisor)):
        browser, actor = sown.looking(member)
        goods, files = reverse("shipments:list"), reverse("customers:list")
        open_files = listed(actor, QueryDict())
        pages = {
            "shipment list, first page": goods,
            "shipment list, deepest page": deepest(goods, shipments.shipment_rows(actor=actor), SHIPMENTS.sort),
            "shipment list, on the way": f"{goods}?open=1",
            "shipment list, delivered late": f"{goods}?late=1",
            "customer list, first page": files,
            "customer list, deepest page": deepest(files, open_files, FILES.sort),
            "customer page": reverse("desk:customer", args=[of_one()]),
        }
        found += [Look(name, page, browser, address) for page, address in pages.items()]
    return found


def deepest(path: str, rows: QuerySet[Shipment] | QuerySet[Customer] | QuerySet[Case], sort_text: str) -> str:
    """The address of the last full page: what follows the row that is one page and one row from the end."""
    sort = Sort.parse(sort_text)
    row = sort.ordered(rows, backwards=True)[51]
    return f"{path}?after={cursor_of(row, sort).text(sort)}"


def of_one() -> str:
    """The customer whom every size gives the same 60 shipments and conversations."""
    return Customer.objects.values_list("number", flat=True).get(pk=ONE)


def look(seen: Look, taken: Taken) -> None:
    with taking(taken):
        answer = seen.browser.get(seen.address)
    assert answer.status_code == 200, (seen, answer.status_code)


def compare(rows: int, looks: Callable[[Sown], list[Look]], *, cases: bool = False) -> None:
    """Both sizes, their rounds alternating. Where `cases` are looked at, they grow and the rest does not."""
    sizes: list[tuple[Sown, list[Look], list[Taken]]] = []
    with company(customers=SMALL, shipments=SMALL, cases=cases * SMALL, entries=not cases) as small:
        sizes.append((small, found := looks(small), [Taken() for _look in found]))
        others = SMALL if cases else rows
        with company(customers=others, shipments=others, cases=cases * rows, entries=not cases) as large:
            sizes.append((large, found := looks(large), [Taken() for _look in found]))
            for sown, pages, _taken in sizes:
                with databases.connected_to(sown.database):
                    for page in pages:
                        look(page, Taken())
            for _round in range(ROUNDS):
                for at in range(len(found)):
                    for sown, pages, taken in sizes:
                        with databases.connected_to(sown.database):
                            look(pages[at], Taken())
                            for _run in range(RUNS):
                                look(pages[at], taken[at])
    report(sizes)


def report(sizes: list[tuple[Sown, list[Look], list[Taken]]]) -> None:
    (small, pages, few), (large, _pages, many) = sizes
    print(
        f"B3: {large.customers:,} customers, {large.shipments:,} shipments, {large.cases:,} cases against"
        f" {small.customers:,}, {small.shipments:,}, {small.cases:,};"
        f" {ROUNDS * RUNS} requests each, the fastest of each"
    )
    for page, base, ours in zip(pages, few, many, strict=True):
        ratio = ours.fastest / base.fastest
        met = ratio <= BUDGET and ours.queries <= MOST_QUERIES
        print(
            f"B3 {page.page}, {page.actor}: {ours.fastest * 1000:.1f} ms ({ours.fastest_database * 1000:.1f} in the"
            f" database) against {base.fastest * 1000:.1f} ({base.fastest_database * 1000:.1f}), ratio {ratio:.2f}"
            f" (budget {BUDGET}), {ours.queries} queries (budget {MOST_QUERIES}): {verdict(met=met)}"
        )


if __name__ == "__main__":
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, looks)
