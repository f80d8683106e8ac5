"""B3 for cases: their list and the page of one, at 1 M cases against 30,000.

`python -m bench.b3_cases [CASES]`; as an agent and as a supervisor of 40 outlets, the list at its beginning and at its
deepest page. Budget: at most 1.3 times the same at 30,000, at most 12 queries.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

from django.urls import reverse  # noqa: E402 - after setup

from bench.b3_pages import Look, compare, deepest  # noqa: E402
from bench.sowing import ONE, Sown  # noqa: E402
from zhike.service.cases import queries  # noqa: E402
from zhike.service.cases.pages.lists import CASES  # noqa: E402


def looks(sown: Sown) -> list[Look]:
    """The pages with their addresses in this database; every size gives the one case the same talk and task."""
    found = []
    for name, member in (("agent", sown.agent), ("supervisor of 40 outlets", sown.supervisor)):
        browser, actor = sown.looking(member)
        listed = reverse("cases:list")
        pages = {
            "case list, first page": listed,
            "case list, deepest page": deepest(listed, queries.case_rows(actor=actor), CASES.sort),
            "case list, open": f"{listed}?open=1",
            "case page": reverse("desk:case", args=[ONE]),
        }
        found += [Look(name, page, browser, address) for page, address in pages.items()]
    return found


if __name__ == "__main__":
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, looks, cases=True)
