"""Two hands at the reception at the same moment."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import connection, transaction

from zhike.platform.errors import Invalid
from zhike.service.reception import actions
from zhike.service.reception.models import Call, Extension, Waiting
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW, SETUP
from zhike.service.reception.types import Told

pytestmark = pytest.mark.concurrency
T = TypeVar("T")
SECOND = timedelta(seconds=1)
PATIENCE = 30.0


def beside(pool: ThreadPoolExecutor, deed: Callable[[], T]) -> "Future[T]":
    """The deed on a connection of its own; returns once it waits for a lock of ours."""

    def run() -> T:
        try:
            return deed()
        finally:
            connection.close()

    begun = pool.submit(run)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not begun.done():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database() AND a.pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0]:
                return begun
        time.sleep(0.01)
    assert begun.done(), "it neither waits nor ends"
    return begun


def test_extension__assigned_first_by_two_at_once_is_one_persons_and_the_other_learns_it(fresh_db: str) -> None:
    one, two = make.agent()[0], make.agent()[0]

    def second() -> str:
        try:
            actions.assign_extension(actor=SETUP, number="801", staff_id=two.pk, now=NOW)
        except Invalid as error:
            return error.fields["number"][0].code
        return "assigned"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            actions.assign_extension(actor=SETUP, number="801", staff_id=one.pk, now=NOW)
            other = beside(pool, second)
        assert other.result(PATIENCE) == "taken"
    assert list(Extension.objects.values_list("staff_id", flat=True)) == [one.pk]


def test_answer__and_a_late_event_of_the_same_call_never_wait_for_each_other(fresh_db: str) -> None:
    """Both need the call and the enquiry that its missing left: always the call first."""
    person, actor = make.agent("801")
    row = make.call("801")
    make.tell(Told.MISSED, ref=row.ref, at=NOW + 30 * SECOND, extension="801")
    found = Waiting.objects.get()

    def answer() -> str:
        actions.answer_enquiry(actor=actor, waiting_id=found.pk, answer="已回电", now=NOW + 60 * SECOND)
        return "answered"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            # As an event of the call begins.
            Call.objects.select_for_update().get(pk=row.pk)
            other = beside(pool, answer)
            make.tell(Told.RINGING, ref=row.ref, at=NOW + SECOND, extension="801", now=NOW + 61 * SECOND)
            Waiting.objects.select_for_update().get(pk=found.pk)
        assert other.result(PATIENCE) == "answered"
    assert (Waiting.objects.get().state, Call.objects.get().staff_id) == ("answered", person.pk)
