"""Benchmarks sow by SQL of their own: a new column must not leave them behind unnoticed."""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from bench import b3_cases, b3_pages, b4_scores, b6_answer, b8_search, lmg, people_answering
from bench.b3_pages import Look, look
from bench.measuring import Taken
from bench.sowing import OUTLETS, REGIONS, Sown, company, sow
from tests.harness import databases
from zhike.platform.search import index
from zhike.platform.search.models import Document

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


def test_sowing__multiplies_what_is_searched(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock(), company(customers=FEW, shipments=FEW) as sown:
        with databases.connected_to(sown.database), transaction.atomic():
            dice, now = random.Random(8), datetime(2026, 11, 23, 8, tzinfo=UTC)
            index.write("case", [b8_search.document(dice, pk) for pk in range(1, 6)], now=now)
        sow(sown.database, [b8_search.MULTIPLY], rows=2)
        with databases.connected_to(sown.database):
            assert Document.objects.count() == 5 * 3


def test_lmg__compares_what_gives_the_same_shares(capsys: pytest.CaptureFixture[str]) -> None:
    lmg.main(300, 4)

    x, y = lmg.answers(300, 4)
    every: dict[lmg.Subset, float] = {(): 0.0, **lmg.regressed(x, y, lmg.subsets(4))}
    assert len(every) == 16
    assert np.allclose(lmg.shares(every, 4), lmg.ours(x, y))
    assert capsys.readouterr().out.count("ratio") == 5


def test_scores__ours_and_what_is_typed_by_hand_agree(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, capsys: pytest.CaptureFixture[str]
) -> None:
    with django_db_blocker.unblock():
        b4_scores.main(60_000)
    assert capsys.readouterr().out.count("60,000 answers") == 2


@pytest.mark.filterwarnings("ignore:No directory at")
def test_answering__is_measured_against_a_view_that_reads_as_much(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, capsys: pytest.CaptureFixture[str]
) -> None:
    with django_db_blocker.unblock():
        b6_answer.main(6)
    assert "B6 6 surveys of 3 questions" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:No directory at")
def test_people_answering__none_of_their_answers_is_lost_or_double(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        assert people_answering.main(20, readers=1, thinking=(0.0, 0.2), others=()) == 0
