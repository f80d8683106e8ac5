from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars.models import Clock
from zhike.platform.calendars.queries import ledger
from zhike.platform.errors import Forbidden, Invalid
from zhike.record.customers.tests.factories import customer
from zhike.record.customers.types import Channel
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import register_gated_action
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case, CaseMove, Escalation, Remedy, Task
from zhike.service.cases.rules import (
    CaseClosed,
    MoveNotAllowed,
    NotCoded,
    TasksStillOpen,
    effort_index,
    handling_of,
)
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case, entry, said
from zhike.service.cases.types import (
    CaseKind,
    CaseState,
    Ending,
    Handling,
    RemedyEntry,
    RemedyKind,
    RemedyState,
    TaskEntry,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# A Monday at 16:00 in Shanghai, two hours before the company's calendar closes.
LATER = NOW + HOUR


def fresh(row: Case) -> Case:
    return Case.objects.get(pk=row.pk)


def clock(row: Case, kind: str = "cases.solution") -> Clock:
    return Clock.objects.filter(subject_kind="case", subject_id=row.pk, kind=kind).latest("pk")


@pytest.mark.req("CASE-08")
def test_clocks__run_by_category_and_class_and_stop_with_the_answer() -> None:
    agent = organization.actor()
    made = case(actor=agent)
    # 09:00–18:00: two hours from 16:00 end at 18:00; 24 hours of open time end on Thursday at 13:00.
    zone = ZoneInfo("Asia/Shanghai")
    assert clock(made, "cases.first_response").due_at == datetime(2026, 11, 23, 18, 0, tzinfo=zone)
    assert clock(made).due_at == datetime(2026, 11, 26, 13, 0, tzinfo=zone)
    actions.tell_customer(actor=agent, case_id=made.pk, said=said(), is_answer=True, coding=CODED, now=LATER)
    assert (clock(made).state, clock(made, "cases.first_response").state) == ("met", "met")
    assert clock(made).used == HOUR
    assert fresh(made).next_due_at is None


def test_statutory__complaint_runs_seven_calendar_days_and_never_pauses() -> None:
    agent = organization.actor()
    received = datetime(2026, 3, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    made = case(actor=agent, at=received)
    due = clock(made, "cases.statutory")
    # Golden 38: received on 2026-03-01, due on 2026-03-08 at 24:00; the law would roll to 03-09.
    assert due.due_at == datetime(2026, 3, 9, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    actions.set_waiting(actor=agent, case_id=made.pk, state=CaseState.WAITING_CUSTOMER, reason="等客户照片", now=NOW)
    assert clock(made, "cases.statutory").state == "running"
    assert clock(made).state == "paused"


def test_waiting__pauses_in_named_states_only_and_the_customers_word_wakes_it() -> None:
    agent = organization.actor()
    made = case(actor=agent)
    actions.set_waiting(actor=agent, case_id=made.pk, state=CaseState.WAITING_CUSTOMER, reason="等照片", now=NOW)
    with pytest.raises(Invalid):
        actions.set_waiting(actor=agent, case_id=made.pk, state=CaseState.WAITING_INTERNAL, reason="查", now=NOW)
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=said("照片已发"), now=LATER)
    made = fresh(made)
    assert (made.state, clock(made).state, clock(made).used) == ("in_work", "running", timedelta())
    lines = ledger(actor=agent, clock_id=clock(made).pk)
    assert [(line.kind.value, line.pause_reason) for line in lines] == [
        ("started", ""),
        ("paused", "waiting_customer"),
        ("resumed", ""),
    ]
    assert sum((line.counted for line in lines), timedelta()) == clock(made).used


def test_parked__a_case_said_to_wait_for_a_customer_who_spoke_last_is_listed() -> None:
    agent = organization.actor()
    honest, parked = case(actor=agent), case(actor=agent)
    for one in (honest, parked):
        actions.tell_customer(actor=agent, case_id=one.pk, said=said("请发照片"), now=NOW)
    actions.attach_contact(actor=SETUP, case_id=parked.pk, said=said("照片已发"), now=LATER)
    for one in (honest, parked):
        actions.set_waiting(actor=agent, case_id=one.pk, state=CaseState.WAITING_CUSTOMER, reason="等照片", now=LATER)
    assert [c.pk for c in queries.parked_rows(actor=agent)] == [parked.pk]


@pytest.mark.req("CASE-13")
def test_task__waits_inside_in_the_units_hands_and_comes_back_with_its_reply() -> None:
    agent, unit, other = organization.actor(), organization.unit(), organization.unit()
    made = case(actor=agent)
    first = actions.ask_unit(actor=agent, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="查件"), now=NOW)
    second = actions.ask_unit(actor=agent, case_id=made.pk, entry=TaskEntry(unit_id=other.pk, title="查款"), now=NOW)
    made = fresh(made)
    assert (made.state, made.open_tasks) == ("waiting_internal", 2)
    # Waiting for a department is our own time: the customer's clock runs on, held by the unit.
    assert (clock(made).state, clock(made).holder_unit_id) == ("running", other.pk)
    outlet = organization.actor(unit, roles=("outlet",))
    actions.take_task(actor=outlet, task_id=first, now=NOW)
    actions.reply_task(actor=outlet, task_id=first, reply="在网点，明早送", now=LATER)
    assert (fresh(made).state, fresh(made).open_tasks) == ("waiting_internal", 1)
    actions.decline_task(actor=agent, task_id=second, reason="不归我们", now=LATER)
    made = fresh(made)
    assert (made.state, made.open_tasks, clock(made).holder_unit_id) == ("in_work", 0, agent.unit_id)
    held = Clock.objects.get(subject_kind="case_task", subject_id=first)
    assert (held.state, held.used, held.holder_unit_id) == ("met", HOUR, unit.pk)
    with pytest.raises(actions.TaskEnded):
        actions.reply_task(actor=outlet, task_id=first, reply="再说", now=LATER)


def test_task__overdue_ones_go_to_the_head_once_and_others_never_see_them() -> None:
    agent, unit = organization.actor(), organization.unit()
    made = case(actor=agent)
    task = actions.ask_unit(
        actor=agent, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="查件", within=HOUR), now=NOW
    )
    assert actions.escalate_overdue_tasks(actor=SETUP, now=NOW) == 0
    assert actions.escalate_overdue_tasks(actor=SETUP, now=NOW + 2 * HOUR) == 1
    assert actions.escalate_overdue_tasks(actor=SETUP, now=NOW + 3 * HOUR) == 0
    assert Task.objects.get(pk=task).escalated_at == NOW + 2 * HOUR
    stranger = organization.actor(organization.unit(), roles=("outlet",))
    assert list(queries.task_rows(actor=stranger)) == []
    assert list(queries.case_rows(actor=stranger)) == []
    near = organization.actor(unit, roles=("outlet",))
    assert [t.pk for t in queries.overdue_tasks(actor=near, now=NOW + 2 * HOUR)] == [task]
    assert [c.pk for c in queries.case_rows(actor=near)] == [made.pk]


@pytest.mark.req("CASE-10")
def test_escalation__goes_up_with_a_reply_time_that_the_customer_is_told() -> None:
    agent, boss = organization.actor(), organization.actor(roles=("supervisor",))
    made = case(actor=agent)
    assert boss.staff_id is not None
    row = actions.escalate_case(
        actor=agent, case_id=made.pk, to_staff_id=boss.staff_id, reason="客户要求总部答复", now=NOW
    )
    held = Escalation.objects.get(pk=row)
    # Four hours of the calendar from 16:00: two today, two tomorrow.
    assert held.due_at == datetime(2026, 11, 24, 11, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    actions.told_reply_time(actor=agent, escalation_id=row, now=LATER)
    with pytest.raises(Forbidden):
        actions.answer_escalation(actor=agent, escalation_id=row, answer="同意", now=LATER)
    assert Escalation.objects.get(pk=row).answered_at is None
    actions.answer_escalation(actor=boss, escalation_id=row, answer="同意赔付", now=LATER)
    answered = Escalation.objects.get(pk=row)
    assert (answered.answered_at, answered.customer_told_at) == (LATER, LATER)
    assert Clock.objects.get(subject_kind="case_escalation", subject_id=row).state == "met"


@pytest.mark.req("CASE-11")
def test_remedy__within_authority_at_once_above_it_waits_for_somebody_else() -> None:
    agent, boss = organization.actor(), organization.actor(roles=("supervisor",))
    register_gated_action("cases.refund", "Refund")
    organization.limit("agent", action="cases.refund", max_amount=Decimal(100), currency="CNY")
    organization.limit("supervisor", action="cases.refund", max_amount=Decimal(1000), currency="CNY")
    made = case(actor=agent)
    small = RemedyEntry(kind=RemedyKind.REFUND, reason="晚到一天", amount=Decimal("80.00"))
    large = RemedyEntry(kind=RemedyKind.REFUND, reason="晚到三天", amount=Decimal("500.00"))
    assert actions.give_remedy(actor=agent, case_id=made.pk, entry=small, now=NOW) is RemedyState.GRANTED
    assert actions.give_remedy(actor=agent, case_id=made.pk, entry=large, now=NOW) is RemedyState.ASKED
    waiting = queries.remedies_to_decide(actor=boss).get()
    with pytest.raises(Forbidden):
        actions.decide_remedy(actor=agent, remedy_id=waiting.pk, approve=True, now=NOW)
    actions.decide_remedy(actor=boss, remedy_id=waiting.pk, approve=True, now=LATER)
    found = Remedy.objects.order_by("pk").values_list("state", "amount", "decided_by_id")
    assert list(found) == [
        ("granted", Decimal("80.0000"), agent.staff_id),
        ("approved", Decimal("500.0000"), boss.staff_id),
    ]


def test_remedy__needs_an_amount_and_a_reason() -> None:
    agent, made = organization.actor(), case()
    for wrong in (
        RemedyEntry(kind=RemedyKind.REFUND, reason="晚", amount=Decimal(0)),
        RemedyEntry(kind=RemedyKind.REFUND, reason=" ", amount=Decimal(1)),
        RemedyEntry(kind=RemedyKind.REFUND, reason="晚", amount=Decimal("1.001")),
    ):
        with pytest.raises(Invalid):
            actions.give_remedy(actor=agent, case_id=made.pk, entry=wrong, now=NOW)
    assert Remedy.objects.count() == 0


@pytest.mark.req("CASE-12", "CASE-22")
def test_close__demands_solved_or_not_in_words_and_the_cause_coded() -> None:
    agent, unit = organization.actor(), organization.unit()
    made = case(actor=agent)
    for missing in ({"resolution": " ", "coding": CODED}, {"resolution": "已送达", "coding": None}):
        with pytest.raises((Invalid, NotCoded)):
            actions.close_case(actor=agent, case_id=made.pk, solved=True, now=LATER, **missing)
    task = actions.ask_unit(actor=agent, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="查"), now=NOW)
    with pytest.raises(TasksStillOpen):
        actions.close_case(actor=agent, case_id=made.pk, solved=True, resolution="已送达", coding=CODED, now=LATER)
    actions.cancel_task(actor=agent, task_id=task, now=LATER)
    actions.close_case(actor=agent, case_id=made.pk, solved=True, resolution="已送达", coding=CODED, now=LATER)
    made = fresh(made)
    assert (made.state, made.solved, made.ending, made.handling) == ("closed", True, "confirmed", "quick")
    assert (made.cause and made.cause.code, made.party) == ("linehaul", "partner")
    with pytest.raises(CaseClosed):
        actions.tell_customer(actor=agent, case_id=made.pk, said=said(), now=LATER)
    closed = Case.objects.closed()
    assert closed.filter(cause__isnull=False).count() == closed.count() == 1


@pytest.mark.req("CASE-09")
@pytest.mark.parametrize(
    ("hours", "solved", "expected"),
    [(24, True, Handling.QUICK), (24.01, True, Handling.SOLVED), (1, False, Handling.NOT)],
)
def test_handling__is_quick_within_the_categorys_hours_solved_later_or_not(
    hours: float,
    *,
    solved: bool,
    expected: Handling,
) -> None:
    found = handling_of(
        opened_at=NOW, answered_at=NOW + timedelta(hours=hours), solved=solved, quick=timedelta(hours=24)
    )
    assert found is expected


@pytest.mark.req("CASE-16")
def test_answered__closes_after_seven_days_without_objection_and_reopens_with_one_click() -> None:
    agent = organization.actor()
    made, objecting = case(actor=agent), case(actor=agent)
    for one in (made, objecting):
        actions.tell_customer(actor=agent, case_id=one.pk, said=said(), is_answer=True, coding=CODED, now=NOW)
    actions.confirm_case(actor=SETUP, case_id=objecting.pk, solved=False, words="还没有收到", now=LATER)
    assert fresh(objecting).state == "in_work"
    assert clock(objecting).state == "running"
    assert actions.close_silent(actor=SETUP, now=NOW + 7 * DAY - HOUR) == 0
    assert actions.close_silent(actor=SETUP, now=NOW + 7 * DAY) == 1
    assert (fresh(made).state, fresh(made).ending) == ("closed", Ending.NO_OBJECTION.value)
    number = made.number
    actions.reopen_case(actor=agent, case_id=made.pk, reason="又来电", now=NOW + 8 * DAY)
    made = fresh(made)
    assert (made.number, made.state, made.reopened) == (number, "in_work", 1)
    assert clock(made).state == "running"


def test_duplicate__keeps_its_number_and_counts_in_no_figure() -> None:
    agent = organization.actor()
    first = case(actor=agent)
    second = case(first.customer, actor=agent)
    with pytest.raises(Invalid):
        actions.close_duplicate(actor=agent, case_id=second.pk, of_case_id=case(actor=agent).pk, now=NOW)
    actions.close_duplicate(actor=agent, case_id=second.pk, of_case_id=first.pk, now=NOW)
    second = fresh(second)
    assert (second.ending, second.duplicate_of_id, second.handling) == ("duplicate", first.pk, "")
    assert clock(second).state == "cancelled"


@pytest.mark.req("CASE-12")
def test_daily_check__unlooked_for_more_than_a_working_day_is_listed() -> None:
    agent = organization.actor()
    opened = NOW - 5 * DAY  # Wednesday
    looked, forgotten = case(actor=agent, at=opened), case(actor=agent, at=opened)
    recent = case(actor=agent)
    assert actions.look_at_cases(actor=agent, case_ids=[looked.pk], now=NOW - 3 * DAY) == 1  # Friday
    assert actions.look_at_cases(actor=agent, case_ids=[looked.pk], now=NOW - 3 * DAY) == 0
    # On Monday the last working day began on Friday: whoever looked then is in time.
    unlooked = {c.pk for c in queries.unlooked_rows(actor=agent, now=NOW)}
    assert unlooked == {forgotten.pk}
    assert recent.pk not in unlooked
    assert {c.pk for c in queries.unlooked_rows(actor=agent, now=NOW + DAY)} == {looked.pk, forgotten.pk}


@pytest.mark.req("CASE-15")
def test_effort__counts_contacts_repeats_transfers_switches_and_hours() -> None:
    agent, other = organization.actor(), organization.staff(roles=("agent",))
    made = case(actor=agent)
    actions.attach_contact(actor=agent, case_id=made.pk, said=said("怎么还没到", channel=Channel.CALL), now=NOW)
    actions.assign_cases(actor=agent, case_ids=[made.pk], owner_id=other.pk, reason="换班", now=NOW)
    found = queries.effort_of(actor=agent, case=fresh(made), now=NOW + 18 * HOUR)
    assert (found.contacts, found.repeats, found.transfers, found.switches) == (2, 1, 1, 1)
    assert found.hours == Decimal("18.0")
    # Golden 39: repeats 1, transfers 1, switches 1, re-explains 2, 18 h → 43.75.
    golden = effort_index(repeats=1, transfers=1, switches=1, re_explains=2, hours=Decimal(18))
    assert golden == Decimal("43.75")


@pytest.mark.req("CASE-26")
def test_five_answers__state_owner_phone_time_and_next_step_for_every_open_case() -> None:
    unit = organization.unit(phones=("021 5834 1122",))
    agent = organization.actor(unit)
    made = case(actor=agent)
    for state in (None, CaseState.WAITING_CUSTOMER, CaseState.FORCE_MAJEURE):
        if state is not None:
            actions.set_waiting(actor=agent, case_id=made.pk, state=state, reason="台风", now=NOW)
        found = queries.five_answers(actor=agent, case_id=made.pk)
        assert (found.owner_name, found.owner_phone) == (agent.label, "+862158341122")
        assert all((found.state, found.next_step, found.promised_at))
    version = fresh(made).version
    actions.edit_case(
        actor=agent, case_id=made.pk, version=version, promised_at=NOW + DAY, next_step="仓库明早核实", now=NOW
    )
    found = queries.five_answers(actor=agent, case_id=made.pk)
    assert (found.promised_at, found.next_step) == (NOW + DAY, "仓库明早核实")
    with pytest.raises(actions.EditClash):
        actions.edit_case(actor=agent, case_id=made.pk, version=version, next_step="别的", now=NOW)


def test_moves__are_those_of_the_table_and_each_is_kept() -> None:
    agent = organization.actor()
    made = case(actor=agent)
    actions.tell_customer(actor=agent, case_id=made.pk, said=said(), is_answer=True, coding=CODED, now=NOW)
    with pytest.raises(MoveNotAllowed):
        actions.set_waiting(actor=agent, case_id=made.pk, state=CaseState.WAITING_CUSTOMER, reason="等", now=NOW)
    assert list(CaseMove.objects.filter(case=made).values_list("from_state", "to_state")) == [
        ("", "new"),
        ("new", "answered"),
    ]
    assert AuditEntry.objects.filter(type="cases.answered", subject_id=str(made.pk)).count() == 1


def test_leaver__open_cases_pass_to_a_colleague_and_nothing_is_orphaned() -> None:
    agent, heir = organization.actor(), organization.staff(roles=("agent",))
    made, closed = case(actor=agent), case(actor=agent)
    actions.close_case(actor=agent, case_id=closed.pk, solved=True, resolution="好", coding=CODED, now=NOW)
    assert agent.staff_id is not None
    organization_actions.hand_over(
        actor=SETUP, from_staff_id=agent.staff_id, to_staff_id=heir.pk, kind="cases", reason="离职", now=NOW
    )
    assert (fresh(made).owner_id, fresh(closed).owner_id) == (heir.pk, agent.staff_id)


def test_kind__of_a_request_has_no_statutory_deadline() -> None:
    made = case(kind=CaseKind.REQUEST, category="redirect")
    assert not Clock.objects.filter(subject_id=made.pk, kind="cases.statutory").exists()
    assert entry(customer()).kind is CaseKind.COMPLAINT
