"""Several workers at once, and workers that die between two steps: no cap is exceeded and no notice goes twice."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TypeVar

import pytest
from django.db import connection

from zhike.platform import operation, outbox
from zhike.platform.messaging.models import Message
from zhike.platform.outbox.models import OutboxEvent, OutboxReceipt
from zhike.record.contacting import actions
from zhike.record.contacting.actions import _sending
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import DAY, HOUR, NOW, SYSTEM, person, send
from zhike.record.contacting.tests.test_notices import notice, tell
from zhike.record.contacting.types import ContactChannel, Outcome, Rule, Told
from zhike.record.customers.tests.factories import contact, customer, phone

pytestmark = pytest.mark.concurrency
WORKERS = 4
J = TypeVar("J")
R = TypeVar("R")


def _together(run: Callable[[J], R], jobs: Sequence[J]) -> list[R]:
    def one(job: J) -> R:
        try:
            with operation.operation():
                return run(job)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, jobs))


def test_send__several_workers_to_one_person_never_exceed_a_cap(fresh_db: str) -> None:
    who = person()
    found = _together(lambda n: send(who, text=f"问好{n}", now=NOW + n % 3 * DAY).decision, list(range(24)))
    allowed = [one for one in found if one.outcome is Outcome.ALLOW]
    assert len(allowed) == 2
    assert {one.rule for one in found if one.outcome is Outcome.DENY} <= {Rule.CAP_WEEK, Rule.CAP_CUSTOMER_DAY}
    assert ContactRecord.objects.filter(counts=True).count() == Message.objects.count() == 2


def test_send__several_workers_to_the_people_of_one_customer_keep_its_day(fresh_db: str) -> None:
    file = customer()
    people = [contact(file, phone(f"1381234{n:04d}"), name=f"人{n}") for n in range(8)]
    found = _together(lambda one: send(one).decision.outcome, people * 2)
    assert found.count(Outcome.ALLOW) == 1


def test_release__several_workers_decide_each_waiting_message_once(fresh_db: str) -> None:
    for n in range(12):
        held = send(contact(customer(), phone(f"1391234{n:04d}"), name="某人"), now=NOW + 12 * HOUR)
        assert held.decision.outcome is Outcome.HOLD
    looked = _together(lambda _n: actions.release_held(actor=SYSTEM, now=NOW + 23 * HOUR, limit=5), list(range(8)))
    assert sum(looked) == 12
    assert Message.objects.count() == ContactRecord.objects.filter(outcome="allow").count() == 12


def test_notify__the_same_batch_by_several_workers_is_told_once(fresh_db: str) -> None:
    files = [customer() for _n in range(6)]
    for n, file in enumerate(files):
        person(file, number=f"1381234{n:04d}", address=f"a{n}@example.com")
    batch = [notice(file, subject=("shipment", str(n)), consignee=None) for n, file in enumerate(files)]
    told = _together(lambda turn: tell(*(batch if turn % 2 else reversed(batch))), list(range(8)))
    assert sum(one.allowed for one in told) == 6
    assert sum(one.repeated for one in told) == 7 * 6
    assert Message.objects.count() == 6


class Killed(BaseException):
    """The process is gone: nothing in the code handles it."""


STEPS = ["reach", "lock_people", "gather", "_write", "queue"]


@pytest.fixture
def dies_at(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The first time that this step is reached, or just after it, the worker dies."""
    step: str = request.param
    name, after = step.removesuffix("+"), step.endswith("+")
    original, calls = getattr(_sending, name), count()

    def dying(*args: object, **kwargs: object) -> object:
        if next(calls):
            return original(*args, **kwargs)
        if after:
            original(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(_sending, name, dying)
    return step


@pytest.mark.parametrize("dies_at", [*STEPS, "_write+", "queue+"], indirect=True)
def test_notify__a_worker_killed_between_steps_leaves_nothing_or_all(fresh_db: str, dies_at: str) -> None:
    file = customer()
    person(file)
    with operation.operation(), pytest.raises(Killed):
        tell(notice(file))
    assert (ContactRecord.objects.count(), Message.objects.count()) == (0, 0)
    with operation.operation():
        assert tell(notice(file)) == Told(allowed=2)
        assert tell(notice(file)) == Told(repeated=2)
    assert Message.objects.count() == 2
    jobs = _jobs()
    assert jobs == sorted(str(pk) for pk in Message.objects.values_list("pk", flat=True))


def _jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'message_id' FROM procrastinate_jobs WHERE task_name = 'messaging.hand_over'")
        return sorted(row[0] for row in cursor.fetchall())


def test_settled__an_event_that_comes_again_changes_nothing(fresh_db: str) -> None:
    with operation.operation():
        done = send(person(), channel=ContactChannel.SMS)
        assert done.message_id is not None
        for _again in range(2):
            actions.settle(actor=SYSTEM, states={done.message_id: ("sent", NOW)}, now=NOW)
        outbox.drain_all(now=NOW)
    row = ContactRecord.objects.get()
    assert (row.delivery, row.settled_at) == ("sent", NOW)
    assert OutboxEvent.objects.filter(done_at__isnull=True).count() == 0
    assert OutboxReceipt.objects.values("event_id", "subscriber").distinct().count() == OutboxReceipt.objects.count()
