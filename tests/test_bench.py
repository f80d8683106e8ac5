"""Benchmarks sow by SQL of their own: a new column must not leave them behind unnoticed."""

from collections.abc import Callable

import pytest
from pytest_django.plugin import DjangoDbBlocker

from bench import b3_cases, b3_pages
from bench.b3_pages import Look, look
from bench.measuring import Taken
from bench.sowing import OUTLETS, REGIONS, Sown, company
from tests.harness import databases

pytestmark = pytest.mark.concurrency
FEW = 2 * REGIONS * OUTLETS


@pytest.mark.parametrize("looks", [b3_pages.looks, b3_cases.looks])
def test_sowing__fills_every_room_and_the_measured_pages_open(
    looks: Callable[[Sown], list[Look]], django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), company(customers=FEW, shipments=FEW, cases=FEW, entries=True) as sown:
        pages = looks(sown)
        with databases.connected_to(sown.database):
            for page in pages:
                look(page, Taken())
    assert {page.actor for page in pages} == {"agent", "supervisor of 40 outlets"}
