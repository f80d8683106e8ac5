from datetime import timedelta

import pytest

from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars.models import Clock
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.numbering import sort_key
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.customers.types import Channel
from zhike.record.interactions.models import Interaction
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import Duty
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case, CaseContact, CaseMove, OwnerSpell
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case, entry, said
from zhike.service.cases.types import CaseKind, CaseState, Origin, Severity, TaskEntry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def open_again(of: Case, **changes: object) -> Case:
    at = changes.pop("now", NOW)
    taken = actions.open_case(actor=SETUP, entry=entry(of.customer, **changes), now=at)  # type: ignore[arg-type]
    return Case.objects.get(pk=taken.case_id)


@pytest.mark.req("CASE-01")
def test_open__every_contact_becomes_a_case_with_number_customer_channel_category_text_recorder_and_time() -> None:
    agent = organization.actor()
    row, goods = customer(), shipment()
    person = contact(row)
    made = [
        case(
            row,
            actor=agent,
            kind=kind,
            channel=channel,
            contact_id=person.pk,
            shipment_id=goods.pk,
            at=NOW - HOUR,
        )
        for kind, channel in zip(
            CaseKind,
            (Channel.CALL, Channel.COUNTER, Channel.VISIT, Channel.MAIL, Channel.WEB, Channel.CHAT),
            strict=True,
        )
    ]
    assert [one.kind for one in made] == [kind.value for kind in CaseKind]
    first = made[0]
    assert (first.customer_id, first.contact_id, first.shipment_id) == (row.pk, person.pk, goods.pk)
    assert (first.channel, first.category.code, first.text) == ("call", "late", "原定昨天送达，至今没有消息")
    assert (first.recorder_id, first.owner_id, first.opened_at) == (agent.staff_id, agent.staff_id, NOW - HOUR)
    numbers = [one.number for one in made]
    assert numbers == sorted(set(numbers), key=sort_key)
    # Contacts registered = 100 %: each stands on the customer's timeline, linked with its case.
    assert Interaction.objects.filter(customer=row, direction="in").count() == len(made) == CaseContact.objects.count()
    by_channel = {one.channel: one.category.code for one in queries.case_rows(actor=agent)}
    assert by_channel == dict.fromkeys(("call", "counter", "visit", "mail", "web", "chat"), "late")


def test_open__a_call_taken_by_staff_is_the_first_response_a_mail_is_not() -> None:
    agent = organization.actor()
    call, mail = case(actor=agent, channel=Channel.CALL), case(actor=agent, channel=Channel.MAIL)
    assert (call.state, call.first_response_at) == (CaseState.IN_WORK.value, NOW)
    assert (mail.state, mail.first_response_at) == (CaseState.NEW.value, None)
    kinds = {(c.subject_id, c.kind) for c in Clock.objects.all()}
    assert kinds == {
        (call.pk, "cases.solution"),
        (call.pk, "cases.statutory"),
        (mail.pk, "cases.first_response"),
        (mail.pk, "cases.solution"),
        (mail.pk, "cases.statutory"),
    }
    assert mail.next_due_at == Clock.objects.get(subject_id=mail.pk, kind="cases.first_response").due_at


def test_open__a_complaint_makes_a_complaint_of_the_request_that_it_joins() -> None:
    goods = shipment()
    first = case(
        shipment_id=goods.pk,
        kind=CaseKind.REQUEST,
        category="redirect",
        actor=organization.actor(),
        channel=Channel.CALL,
    )
    assert "cases.statutory" not in {one.kind for one in Clock.objects.filter(subject_id=first.pk)}
    later = NOW + 2 * DAY
    again = entry(
        first.customer, shipment_id=goods.pk, kind=CaseKind.COMPLAINT, category="damaged", severity=Severity.HIGH
    )
    taken = actions.open_case(actor=SETUP, entry=again, now=later)
    assert (taken.case_id, taken.attached, taken.raised) == (first.pk, True, True)
    first.refresh_from_db()
    assert (first.kind, first.category.code, first.severity) == ("complaint", "damaged", "high")
    law = Clock.objects.get(subject_id=first.pk, kind="cases.statutory")
    assert law.started_at == later
    told = AuditEntry.objects.filter(type="cases.edited").latest("pk")
    assert told.changes == {
        "before": {"kind": "request", "category": "redirect", "severity": "normal"},
        "after": {"kind": "complaint", "category": "damaged", "severity": "high"},
    }
    # A lesser matter, or one more complaint, changes nothing of it.
    for kind, category in ((CaseKind.ENQUIRY, "where"), (CaseKind.COMPLAINT, "late")):
        more = entry(first.customer, shipment_id=goods.pk, kind=kind, category=category)
        assert not actions.open_case(actor=SETUP, entry=more, now=later + HOUR).raised
    first.refresh_from_db()
    assert (first.kind, first.category.code) == ("complaint", "damaged")
    assert Clock.objects.filter(subject_id=first.pk, kind="cases.statutory").count() == 1


def test_open__wrong_entries_are_all_named_and_nothing_is_kept() -> None:
    row = customer()
    wrong = entry(row, subject=" ", text="x" * 20_001, at=NOW + HOUR)
    with pytest.raises(Invalid) as refused:
        actions.open_case(actor=SETUP, entry=wrong, now=NOW)
    assert set(refused.value.fields) == {"subject", "text", "at"}
    with pytest.raises(NotFound):
        actions.open_case(actor=SETUP, entry=entry(row, category="none"), now=NOW)
    assert (Case.objects.count(), Interaction.objects.count()) == (0, 0)


def test_open__who_may_not_handle_cases_is_refused() -> None:
    auditor = organization.actor(roles=("auditor",))
    with pytest.raises(Forbidden):
        case(actor=auditor)
    assert Case.objects.count() == 0


@pytest.mark.req("CASE-03")
def test_open__a_contact_on_the_same_waybill_joins_the_open_case() -> None:
    goods = shipment()
    first = case(shipment_id=goods.pk)
    again = open_again(first, shipment_id=goods.pk, category="damaged", channel=Channel.CALL, now=NOW + 6 * DAY)
    assert again.pk == first.pk
    assert Case.objects.count() == 1
    # Repeat explanations = contacts attached − 1.
    assert (again.contacts, again.repeats, again.switches) == (2, 1, 1)
    assert [e.body for e in queries.conversation(actor=SETUP, case=again)] == ["原定昨天送达，至今没有消息"] * 2


@pytest.mark.req("CASE-03")
def test_open__another_waybill_another_topic_or_a_later_time_opens_another_case() -> None:
    goods, others = shipment(), shipment()
    first = case(shipment_id=goods.pk)
    assert open_again(first, shipment_id=others.pk).pk != first.pk
    assert open_again(first).pk != first.pk
    assert open_again(first, shipment_id=goods.pk, now=NOW + 7 * DAY + HOUR).pk != first.pk
    topic = case(first.customer, category="fee")
    assert open_again(topic, category="fee").pk == topic.pk
    assert open_again(topic, category="price").pk != topic.pk


def test_open__a_contact_on_a_closed_case_reopens_it_under_its_number() -> None:
    agent = organization.actor()
    first = case(actor=agent, category="fee")
    actions.close_case(actor=agent, case_id=first.pk, solved=True, resolution="已退费", coding=CODED, now=NOW + HOUR)
    again = open_again(first, category="fee", now=NOW + 2 * DAY)
    assert (again.number, again.state, again.reopened, again.ending) == (first.number, "in_work", 1, "")
    assert list(CaseMove.objects.filter(case=first).order_by("pk").values_list("to_state", flat=True)) == [
        "new",
        "closed",
        "in_work",
    ]


def test_open__the_same_message_of_another_system_is_taken_once() -> None:
    first = case(external=("mail", "<1@example.com>"))
    again = open_again(first, external=("mail", "<1@example.com>"))
    assert again.pk == first.pk
    assert (again.contacts, again.repeats, CaseContact.objects.count()) == (1, 0, 1)


def test_owner__last_handler_then_least_busy_at_the_desk_then_the_customers_own() -> None:
    row = customer()
    assert case(row).owner_id == row.owner_id
    busy, free = (organization.staff(roles=("agent",)) for _ in range(2))
    for member in (busy, free):
        organization_actions.set_duty(actor=SETUP, staff_id=member.pk, duty=Duty.ON_DUTY, now=NOW)
    case(customer(), owner_id=busy.pk)
    assert case(customer()).owner_id == free.pk
    known = customer()
    case(known, owner_id=busy.pk)
    assert case(known, category="fee").owner_id == busy.pk


@pytest.mark.req("CASE-02")
def test_owner__stays_one_outside_and_every_change_is_kept_with_its_reason() -> None:
    agent, other = organization.actor(), organization.staff(roles=("agent",))
    made = case(actor=agent)
    unit = organization.unit()
    actions.ask_unit(actor=agent, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="请核实到件"), now=NOW)
    answers = queries.five_answers(actor=agent, case_id=made.pk)
    # Many hands inside, one outside: the department's task changes nothing that the customer sees of the owner.
    assert answers.owner_name == agent.label
    assert Case.objects.get(pk=made.pk).transfers == 0
    changed = actions.assign_cases(actor=agent, case_ids=[made.pk], owner_id=other.pk, reason="休假", now=NOW + HOUR)
    made.refresh_from_db()
    assert (changed, made.owner_id, made.transfers) == (1, other.pk, 1)
    spells = OwnerSpell.objects.filter(case=made).order_by("pk").values_list("staff_id", "valid_until", "reason")
    assert list(spells) == [(agent.staff_id, NOW + HOUR, ""), (other.pk, None, "休假")]


@pytest.mark.req("SHIP-08")
def test_proactive__a_late_shipment_gets_one_case_before_the_customer_calls() -> None:
    row = customer()
    case(row, category="fee")
    late = [shipment(customer=row, promised_delivery_at=NOW - DAY) for _ in range(3)]
    nobody = shipment(promised_delivery_at=NOW - DAY)
    ids = [one.pk for one in (*late, nobody)]
    made = actions.open_for_shipments(actor=SETUP, shipment_ids=ids, category="late", now=NOW)
    again = actions.open_for_shipments(actor=SETUP, shipment_ids=ids, category="late", now=NOW)
    assert (len(made), again) == (3, [])
    rows = Case.objects.filter(pk__in=made).order_by("pk")
    assert {(c.shipment_id, c.origin, c.contacts) for c in rows} == {(s.pk, Origin.WATCH.value, 0) for s in late}
    assert all(c.next_due_at is not None for c in rows)
    told = OutboxEvent.objects.filter(type="cases.opened", payload__proactive=True).get()
    assert told.payload["case_ids"] == made
    # The customer who then calls about the parcel finds it in hand.
    assert open_again(rows[0], shipment_id=rows[0].shipment_id, channel=Channel.CALL).pk == rows[0].pk


def test_tell_customer__stops_the_first_response_and_an_answer_needs_its_cause() -> None:
    agent = organization.actor()
    made = case(actor=agent)
    actions.tell_customer(actor=agent, case_id=made.pk, said=said("收到，正在查"), now=NOW + HOUR)
    made.refresh_from_db()
    assert (made.first_response_at, made.state) == (NOW + HOUR, "in_work")
    assert Clock.objects.get(subject_id=made.pk, kind="cases.first_response").state == "met"
