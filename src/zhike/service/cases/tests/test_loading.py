"""Cases taken over whole: what follows from their story, and that nobody hears of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars.models import Clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Forbidden, NotFound
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import Channel
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case, CaseContact, CaseMove, Escalation, OwnerSpell, Remedy, Task
from zhike.service.cases.tests.factories import CODED
from zhike.service.cases.types import (
    CaseKind,
    CaseState,
    Ending,
    Origin,
    RemedyEntry,
    RemedyKind,
    RemedyState,
    TaskState,
)
from zhike.service.cases.types.past import PastCase, PastEscalation, PastOwner, PastRemedy, PastSaid, PastStep, PastTask

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Monday a week before NOW, 16:00 in Shanghai; the company's calendar is open on weekdays from 09:00 to 18:00.
THEN = NOW - 7 * DAY


def said(at: datetime, channel: Channel = Channel.MAIL, *, incoming: bool = True) -> PastSaid:
    return PastSaid(at=at, channel=channel, incoming=incoming, body="还没有送到")


def past(**changes: Any) -> PastCase:
    default_calendar()
    agent = changes.pop("agent", None) or organization.staff().pk
    values: dict[str, Any] = {
        "customer_id": changes.pop("of", None) or customer().pk,
        "kind": CaseKind.COMPLAINT,
        "category": "late",
        "channel": Channel.MAIL,
        "subject": "还没有送到",
        "opened_at": THEN,
        "owners": (PastOwner(agent, THEN),),
        "steps": (
            PastStep(THEN, CaseState.NEW),
            PastStep(THEN + HOUR, CaseState.ANSWERED),
            PastStep(THEN + 2 * HOUR, CaseState.CLOSED, "confirmed"),
        ),
        "said": (said(THEN), said(THEN + HOUR, incoming=False)),
        "coding": CODED,
        "ending": Ending.CONFIRMED,
        "solved": True,
        "resolution": "已送达",
        **changes,
    }
    return PastCase(**values)


def load(*cases: PastCase) -> list[Case]:
    ids = actions.load_cases(actor=SETUP, cases=cases, now=NOW)
    return [Case.objects.get(pk=pk) for pk in ids]


def test_loading__writes_each_case_with_its_moves_contacts_and_owners_and_tells_nobody() -> None:
    one, two = past(), past(subject="外箱破损", category="damaged")
    made = load(one, two)
    assert [row.subject for row in made] == ["还没有送到", "外箱破损"]
    assert [row.number for row in made] == sorted(row.number for row in made)
    first = made[0]
    assert (first.state, first.ending, first.solved, first.handling) == ("closed", "confirmed", True, "quick")
    assert (first.contacts, first.repeats, first.transfers, first.switches, first.reopened) == (1, 0, 0, 0, 0)
    assert (first.answered_at, first.closed_at) == (THEN + HOUR, THEN + 2 * HOUR)
    moves = CaseMove.objects.filter(case=first).order_by("pk").values_list("from_state", "to_state")
    assert list(moves) == [("", "new"), ("new", "answered"), ("answered", "closed")]
    assert list(CaseContact.objects.filter(case=first).order_by("at").values_list("incoming", flat=True)) == [
        True,
        False,
    ]
    assert [entry.body for entry in queries.conversation(actor=SETUP, case=first)] == ["还没有送到", "还没有送到"]
    assert OwnerSpell.objects.filter(case=first, valid_until=None).count() == 1
    assert Clock.objects.count() == 0
    assert AuditEntry.objects.filter(type="cases.loaded").count() == 1
    told = OutboxEvent.objects.filter(type="cases.opened")
    assert list(told.values_list("mode", flat=True)) == ["backfill"]


def test_loading__counts_repeats_switches_transfers_and_reopenings_as_they_happened() -> None:
    one, two = organization.staff().pk, organization.staff().pk
    steps = (
        PastStep(THEN, CaseState.NEW),
        PastStep(THEN + HOUR, CaseState.CLOSED),
        PastStep(THEN + DAY, CaseState.IN_WORK),
        PastStep(THEN + DAY + HOUR, CaseState.CLOSED),
    )
    contacts = (said(THEN), said(THEN + DAY, Channel.CALL), said(THEN + DAY + HOUR / 2, Channel.CALL))
    owners = (PastOwner(one, THEN), PastOwner(two, THEN + DAY))
    (row,) = load(past(steps=steps, said=contacts, owners=owners))
    assert (row.contacts, row.repeats, row.switches, row.transfers, row.reopened) == (3, 2, 1, 1, 1)
    assert row.owner_id == two
    (watched,) = load(past(origin=Origin.WATCH, channel=Channel.SYSTEM, said=(said(THEN + HOUR),)))
    assert (watched.contacts, watched.repeats) == (1, 1)


@pytest.mark.parametrize(
    ("steps", "answered", "expected"),
    [
        # Asked at 16:00: two open hours end at 18:00, 24 of them on Thursday at 13:00.
        (((0, "new"), (2, "answered")), 2, (False, False)),
        (((0, "new"), (17.5, "answered")), 17.5, (True, False)),
        (((0, "new"), (69, "answered")), 1, (False, False)),
        (((0, "new"), (70, "answered")), 1, (False, True)),
        # Waiting for the customer does not count: Tuesday 16:00 to Wednesday 16:00 are nine open hours.
        (((0, "new"), (24, "waiting_customer"), (48, "in_work"), (92, "answered")), 1, (False, False)),
        (((0, "new"), (24, "waiting_internal"), (48, "in_work"), (92, "answered")), 1, (False, True)),
    ],
)
def test_loading__works_out_whether_promises_were_kept_by_targets_and_open_hours(
    steps: tuple[tuple[float, str], ...], answered: float, expected: tuple[bool, bool]
) -> None:
    told = tuple(PastStep(THEN + hours * HOUR, CaseState(state)) for hours, state in steps)
    contacts = (said(THEN), said(THEN + answered * HOUR, incoming=False))
    (row,) = load(past(steps=told, said=contacts, ending=Ending.NONE, solved=None))
    assert (row.first_response_missed, row.solution_missed) == expected


def test_loading__starts_clocks_where_open_cases_stand() -> None:
    opened = NOW - HOUR
    steps = (PastStep(opened, CaseState.NEW), PastStep(NOW - HOUR / 2, CaseState.WAITING_CUSTOMER))
    still: dict[str, Any] = {"coding": None, "ending": Ending.NONE, "solved": None, "resolution": ""}
    entry = past(opened_at=opened, steps=steps, said=(said(opened),), **still)
    new = replace(entry, customer_id=customer().pk, steps=steps[:1])
    waiting, running = load(replace(entry, owners=(PastOwner(entry.owners[0].staff_id, opened),)), new)
    states = dict(Clock.objects.filter(subject_id=waiting.pk).values_list("kind", "state"))
    # The days that the law sets never pause.
    assert states == {"cases.first_response": "paused", "cases.solution": "paused", "cases.statutory": "running"}
    first = Clock.objects.get(subject_id=running.pk, kind="cases.first_response")
    assert (first.state, first.started_at, first.due_at) == ("running", opened, opened + 2 * HOUR)
    assert running.next_due_at == first.due_at
    assert (running.first_response_missed, running.solution_missed) == (None, None)


def test_loading__brings_tasks_with_the_hours_that_units_held_and_clocks_for_those_open() -> None:
    unit, agent = organization.unit(), organization.staff().pk
    asked: dict[str, Any] = {"unit_id": unit.pk, "title": "查件", "asked_by_id": agent, "within": HOUR}
    ended = PastTask(
        **asked, asked_at=THEN, state=TaskState.REPLIED, ended_at=THEN + 18 * HOUR, taken_at=THEN, reply="在网点"
    )
    late, fresh = PastTask(**asked, asked_at=NOW - DAY), PastTask(**asked, asked_at=NOW - HOUR / 2)
    steps = (PastStep(THEN, CaseState.NEW), PastStep(THEN + HOUR, CaseState.WAITING_INTERNAL))
    still: dict[str, Any] = {"coding": None, "ending": Ending.NONE, "solved": None, "resolution": ""}
    (row,) = load(past(agent=agent, steps=steps, tasks=(ended, late, fresh), **still))
    found = Task.objects.filter(case=row).order_by("asked_at").values_list("held_hours", "missed", "state")
    assert list(found) == [(3.0, True, "replied"), (None, True, "open"), (None, None, "open")]
    assert row.open_tasks == 2
    assert Clock.objects.filter(kind="cases.task_reply", state="running", holder_unit_id=unit.pk).count() == 2
    solution = Clock.objects.get(subject_id=row.pk, kind="cases.solution")
    assert solution.holder_unit_id == unit.pk


def test_loading__brings_what_waits_for_a_decision() -> None:
    chief = organization.staff()
    up = PastEscalation(to_staff_id=chief.pk, reason="超出权限", asked_at=NOW - HOUR)
    given = PastRemedy(
        entry=RemedyEntry(kind=RemedyKind.VOUCHER, reason="致歉", amount=Decimal(50)), asked_at=NOW - HOUR
    )
    steps = (PastStep(THEN, CaseState.IN_WORK),)
    still: dict[str, Any] = {"coding": None, "ending": Ending.NONE, "solved": None, "resolution": ""}
    (row,) = load(past(steps=steps, escalation=up, remedy=given, **still))
    assert list(Escalation.objects.filter(case=row).values_list("to_staff_id", "answer")) == [(chief.pk, "")]
    assert list(Remedy.objects.filter(case=row).values_list("state", "amount")) == [("asked", Decimal(50))]
    assert Clock.objects.filter(kind="cases.escalation_reply", state="running").count() == 1


def test_loading__brings_what_was_decided_and_starts_no_clock_for_it() -> None:
    chief = organization.staff()
    up = PastEscalation(
        to_staff_id=chief.pk, reason="超出权限", asked_at=THEN, answer="照此办理", answered_at=THEN + HOUR
    )
    given = PastRemedy(
        entry=RemedyEntry(kind=RemedyKind.VOUCHER, reason="致歉", amount=Decimal(50)),
        asked_at=THEN,
        state=RemedyState.REFUSED,
        decided_by_id=chief.pk,
        decided_at=THEN + HOUR,
        decision="先查明责任",
    )
    (row,) = load(past(escalation=up, remedy=given))
    assert list(Escalation.objects.filter(case=row).values_list("answer", "answered_at")) == [("照此办理", THEN + HOUR)]
    assert list(Remedy.objects.filter(case=row).values_list("state", "decided_by_id", "decided_at", "decision")) == [
        ("refused", chief.pk, THEN + HOUR, "先查明责任")
    ]
    assert Clock.objects.filter(kind="cases.escalation_reply").count() == 0


def test_loading__refuses_what_it_does_not_know_and_who_may_not() -> None:
    entry = past()
    with pytest.raises(NotFound):
        load(replace(entry, category="nothing"))
    with pytest.raises(NotFound):
        load(replace(entry, owners=(PastOwner(0, THEN),)))
    with pytest.raises(Forbidden):
        actions.load_cases(actor=organization.actor(roles=("outlet",)), cases=[entry], now=NOW)
    assert actions.load_cases(actor=SETUP, cases=[], now=NOW) == []
    assert Case.objects.count() == 0
