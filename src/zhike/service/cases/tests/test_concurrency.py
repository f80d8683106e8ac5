"""Many hands on one case at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from django.db import connection

from zhike.platform.calendars.models import Clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.files.models import StoredFile
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions
from zhike.service.cases.models import Case, KeptPhoto, OwnerSpell, Task
from zhike.service.cases.rules import CaseClosed, MoveNotAllowed
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case, entry, said
from zhike.service.cases.tests.test_web import ASKING, picture
from zhike.service.cases.types import TaskEntry

pytestmark = pytest.mark.concurrency
T = TypeVar("T")


def at_once(deeds: Sequence[Callable[[], T]]) -> list[T]:
    def run(deed: Callable[[], T]) -> T:
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.mark.req("CASE-03")
def test_open__contacts_on_one_matter_at_once_are_one_case(fresh_db: str) -> None:
    default_calendar()
    row = customer()
    taken = at_once([lambda: actions.open_case(actor=SETUP, entry=entry(row), now=NOW)] * 6)
    made = Case.objects.get()
    assert {one.number for one in taken} == {made.number}
    assert sum(not one.attached for one in taken) == 1
    assert (made.contacts, made.repeats) == (6, 5)


def test_photo__of_one_form_sent_at_once_is_stored_once(fresh_db: str) -> None:
    keep = partial(actions.keep_photo, actor=ASKING, content=picture(), name="a.jpg", once="form", now=NOW)
    assert len(set(at_once([keep] * 4))) == 1
    assert StoredFile.objects.count() == KeptPhoto.objects.count() == 1


def test_tasks__replies_of_departments_at_once_lose_none_and_wake_the_owner(fresh_db: str) -> None:
    made = case()
    units = [organization.unit() for _ in range(5)]
    tasks = [
        actions.ask_unit(actor=SETUP, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="查件"), now=NOW)
        for unit in units
    ]
    at_once([partial(actions.reply_task, actor=SETUP, task_id=task, reply="已查", now=NOW) for task in tasks])
    made.refresh_from_db()
    assert (made.open_tasks, made.state) == (0, "in_work")
    assert Task.objects.filter(state="replied").count() == 5
    assert set(Clock.objects.filter(subject_kind="case_task").values_list("state", flat=True)) == {"met"}


def test_owner__changes_at_once_leave_one_owner_and_a_gapless_history(fresh_db: str) -> None:
    made = case()
    heirs = [organization.staff(roles=("agent",)) for _ in range(4)]

    assign = partial(actions.assign_cases, actor=SETUP, case_ids=[made.pk], reason="换班", now=NOW)
    assert at_once([partial(assign, owner_id=heir.pk) for heir in heirs]) == [1, 1, 1, 1]
    made.refresh_from_db()
    spells = list(OwnerSpell.objects.filter(case=made).order_by("pk"))
    assert (made.transfers, len(spells)) == (4, 5)
    assert [s.staff_id for s in spells if s.valid_until is None] == [made.owner_id]


def test_close__against_an_answer_at_the_same_moment_ends_in_one_of_both(fresh_db: str) -> None:
    made = case()

    def answer() -> str:
        try:
            actions.tell_customer(actor=SETUP, case_id=made.pk, said=said(), is_answer=True, coding=CODED, now=NOW)
        except (CaseClosed, MoveNotAllowed):
            return "refused"
        return "answered"

    def close() -> str:
        actions.close_case(actor=SETUP, case_id=made.pk, solved=True, resolution="好", coding=CODED, now=NOW)
        return "closed"

    told = at_once([answer, close])
    made.refresh_from_db()
    assert made.state == "closed"
    assert told in (["answered", "closed"], ["refused", "closed"])
    assert made.first_response_at == NOW
