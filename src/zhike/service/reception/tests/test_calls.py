"""Calls: events in any order, whose telephone, who is calling, where the call is written down."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.platform import operation
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.customers.types import ErasedPeople, number_mark
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.record.shipments.models import Party
from zhike.record.shipments.tests import factories as goods
from zhike.service.cases.models import Case, CaseContact
from zhike.service.cases.tests.factories import case
from zhike.service.cases.types import CaseKind
from zhike.service.reception import actions, queries
from zhike.service.reception.models import Call, CallEvent, Extension, Waiting
from zhike.service.reception.queries.people import calls_of, traces_of
from zhike.service.reception.rules import CallOfCase, CallSettled, TakenBySomebody, reduced
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW, NUMBER, SETUP, signed_in
from zhike.service.reception.types import (
    CallDirection,
    CallMatter,
    CallPast,
    CallState,
    CallTold,
    Certainty,
    Told,
    Who,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
STORY = (
    (Told.RINGING, "801", 0),
    (Told.ANSWERED, "801", 5),
    (Told.HELD, "801", 60),
    (Told.TRANSFERRED, "802", 70),
    (Told.ANSWERED, "802", 75),
    (Told.ENDED, "802", 200),
)


def told(event: Told, extension: str, after: int) -> CallPast:
    return CallPast(event, extension, NOW + after * SECOND)


def test_reduced__is_the_same_in_every_order() -> None:
    events = [told(*one) for one in STORY]
    found = {reduced(order) for order in permutations(events)}
    (only,) = found
    assert (only.state, only.extension) == (CallState.ENDED, "802")
    assert (only.answered_at, only.ended_at) == (NOW + 5 * SECOND, NOW + 200 * SECOND)


@given(st.lists(st.sampled_from(STORY), min_size=1, max_size=12))
@settings(max_examples=60)
def test_reduced__knows_repeated_events_once(found: list[tuple[Told, str, int]]) -> None:
    assert reduced([told(*one) for one in found]) == reduced([told(*one) for one in dict.fromkeys(found)])


def test_reduced__without_an_answer_is_missed() -> None:
    assert reduced([told(Told.RINGING, "801", 0), told(Told.ENDED, "801", 20)]).state is CallState.MISSED
    assert reduced([told(Told.RINGING, "801", 0), told(Told.MISSED, "", 20)]).extension == "801"
    # Talked to again after holding.
    again = [told(Told.ANSWERED, "801", 1), told(Told.HELD, "801", 2), told(Told.ANSWERED, "801", 3)]
    assert reduced(again).state is CallState.ANSWERED


def test_events__shuffled_late_and_repeated_change_nothing_wrong() -> None:
    make.system()
    one, _actor = make.agent("801")
    two, _other = make.agent("802")
    for event, extension, after in (*reversed(STORY), *STORY):
        make.tell(event, extension=extension, at=NOW + after * SECOND, now=NOW + 300 * SECOND)
    row = Call.objects.get()
    assert (row.state, row.staff_id, row.number) == ("ended", two.pk, make.E164)
    assert (row.started_at, row.ended_at) == (NOW, NOW + 200 * SECOND)
    assert CallEvent.objects.count() == len(STORY)
    assert AuditEntry.objects.filter(type="reception.call_told").count() == len(STORY)
    # It was answered: the end that came first made it look missed, but nobody needs to return it.
    assert list(Waiting.objects.values_list("state", "reason")) == [("dropped", "answered_meanwhile")]
    assert one.pk != two.pk


def test_event__of_an_unknown_extension_waits_for_whoever_is_first() -> None:
    first, second = make.agent()[1], make.agent()[1]
    row = make.call("999")
    assert row.staff_id is None
    assert [one.pk for one in queries.waiting_calls(actor=first)] == [row.pk]
    actions.take_call(actor=first, call_id=row.pk, now=NOW)
    with pytest.raises(TakenBySomebody):
        actions.take_call(actor=second, call_id=row.pk, now=NOW)
    assert Call.objects.get().staff_id == first.staff_id
    assert queries.waiting_calls(actor=first) == []
    # What follows names no telephone of ours; the call stays with whoever took it.
    make.tell(Told.ANSWERED, ref=row.ref, extension="999", at=NOW + SECOND)
    assert Call.objects.get().staff_id == first.staff_id


def test_event__withheld_and_unreadable_numbers_are_taken() -> None:
    make.system()
    assert make.tell(ref="a", caller="anonymous").number == ""
    assert make.tell(ref="b", caller="62345678").number == "62345678"
    assert make.tell(ref="c", caller="008613812345678").number == make.E164
    assert queries.callers(actor=SETUP, number="", now=NOW) == []


def test_event__without_right_or_system_is_refused_and_changes_nothing() -> None:
    make.system()
    agent = make.agent()[1]
    ring = CallTold(call_id="x", event=Told.RINGING)
    with pytest.raises(Forbidden):
        actions.take_event(actor=agent, system="acme", told=ring, now=NOW)
    with pytest.raises(NotFound):
        actions.take_event(actor=SETUP, system="none", told=ring, now=NOW)
    with pytest.raises(Invalid) as wrong:
        actions.take_event(actor=SETUP, system="acme", told=CallTold(call_id=" ", event=Told.RINGING), now=NOW)
    assert set(wrong.value.fields) == {"call_id"}
    assert Call.objects.count() == 0


def test_missed__becomes_an_enquiry_to_return_once() -> None:
    person = contact(customer(), phone(NUMBER))
    agent, actor = make.agent("801")
    row = make.call()
    make.tell(Told.MISSED, ref=row.ref, at=NOW + 30 * SECOND)
    make.tell(Told.MISSED, ref=row.ref, at=NOW + 31 * SECOND)
    found = Waiting.objects.get()
    assert (found.channel, found.call_id, found.state) == ("call", row.pk, "waiting")
    assert (found.customer_id, found.contact_id, found.name) == (person.customer_id, person.pk, "")
    assert found.asked_at == NOW
    assert queries.in_hand(actor=actor) == []
    assert agent.pk == Call.objects.get().staff_id


def test_missed__long_ago_opens_no_work() -> None:
    make.system()
    make.tell(Told.MISSED, at=NOW - timedelta(hours=25), now=NOW)
    assert Call.objects.get().state == "missed"
    assert Waiting.objects.count() == 0


@pytest.mark.req("CUST-05")
def test_pop__shows_the_same_ranked_callers_and_summary_to_every_agent(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    file = customer()
    person = contact(file, phone(NUMBER))
    open_case = case(file, contact_id=person.pk)
    parcel = goods.shipment(waybill="SF9921", customer=customer())
    Party.objects.filter(shipment=parcel).update(phone=make.E164, phone_key=make.E164[-8:], name="周航")
    actors = [make.agent()[1], make.agent(roles=("supervisor",))[1]]
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        first = queries.pop_of(actor=actors[0], number=make.E164, now=NOW)
    assert [(one.certainty, one.name, one.waybill) for one in first.candidates] == [
        (Certainty.CERTAIN, "陈静", ""),
        (Certainty.MAYBE, "周航", "SF9921"),
    ]
    assert first.summary is not None
    assert (first.summary.number, [one.pk for one in first.open_cases]) == (file.number, [open_case.pk])
    assert queries.pop_of(actor=actors[1], number=make.E164, now=NOW) == first


def test_pop__a_number_of_two_files_is_certain_for_neither() -> None:
    for _ in range(2):
        contact(customer(), phone(NUMBER))
    found = queries.callers(actor=SETUP, number=make.E164, now=NOW)
    assert [one.certainty for one in found] == [Certainty.MAYBE, Certainty.MAYBE]


def test_attach__puts_the_call_into_the_case_and_on_the_timeline_once() -> None:
    file = customer()
    person = contact(file, phone(NUMBER))
    row_case = case(file)
    agent, actor = make.agent("801")
    row = make.call()
    actions.confirm_caller(
        actor=actor, call_id=row.pk, who=Who.KNOWN, customer_id=file.pk, contact_id=person.pk, now=NOW
    )
    actions.attach_call(actor=actor, call_id=row.pk, case_id=row_case.pk, now=NOW + 2 * SECOND)
    make.tell(Told.ANSWERED, ref=row.ref, at=NOW + SECOND, now=NOW + 3 * SECOND)
    make.tell(Told.ENDED, ref=row.ref, at=NOW + 90 * SECOND)
    actions.wrap_up(actor=actor, call_id=row.pk, note="答应16点前回电", now=NOW + 100 * SECOND)
    actions.settle_calls(actor=SETUP, now=NOW + timedelta(days=1))
    found = Call.objects.get()
    assert (found.case_id, found.customer_id, found.contact_id) == (row_case.pk, file.pk, person.pk)
    entry = Interaction.objects.get(channel="call")
    assert (entry.pk, entry.external_ref, entry.about_id) == (found.interaction_id, row.ref, str(row_case.pk))
    assert CaseContact.objects.filter(case=row_case, incoming=True).count() == 2
    assert Interaction.objects.get(channel="note").body == "答应16点前回电"
    assert queries.in_hand(actor=actor) == []
    with pytest.raises(CallSettled):
        actions.wrap_up(actor=actor, call_id=row.pk, note="", now=NOW)
    assert found.staff_id == agent.pk


def test_confirm__of_a_call_in_a_case_names_nobody_but_its_customer() -> None:
    file, other = customer(), customer()
    actor = make.agent("801")[1]
    row = make.call()
    actions.attach_call(actor=actor, call_id=row.pk, case_id=(matter := case(file)).pk, now=NOW)
    for who, of in ((Who.KNOWN, other.pk), (Who.UNKNOWN, None), (Who.SHARED, None), (Who.OPEN, None)):
        with pytest.raises(CallOfCase) as refused:
            actions.confirm_caller(actor=actor, call_id=row.pk, who=who, customer_id=of, now=NOW + SECOND)
        assert matter.number in refused.value.text()
    actions.confirm_caller(actor=actor, call_id=row.pk, who=Who.KNOWN, customer_id=file.pk, now=NOW + SECOND)
    row.refresh_from_db()
    assert (row.who, row.customer_id, row.case_id, row.confirmed_at) == ("known", file.pk, matter.pk, NOW)
    assert set(Interaction.objects.values_list("customer_id", flat=True)) == {file.pk}


def test_confirm__is_taken_back_to_what_was_said_before() -> None:
    file = customer()
    member = make.agent("801")[0]
    row, client = make.call(), signed_in(member)
    address = reverse("reception:confirm", args=[row.pk])
    client.post(address, {"who": "shared"})
    client.post(address, {"who": "known", "customer": file.pk})
    assert Call.objects.get().customer_id == file.pk
    assert f"{address}?who=shared" in client.get(reverse("reception:call", args=[row.pk])).content.decode()
    client.post(f"{address}?who=shared")
    found = Call.objects.get()
    assert (found.who, found.customer_id) == ("shared", None)
    client.post(f"{address}?who=")
    found = Call.objects.get()
    assert (found.who, found.confirmed_at) == ("", None)


def test_new_case__is_opened_by_the_call_and_joins_one_on_the_same_topic() -> None:
    file = customer()
    actor = make.agent("801")[1]
    matter = CallMatter(kind=CaseKind.COMPLAINT, category="late", subject="还没有送到")
    first, second = make.call(), make.call()
    with pytest.raises(Invalid):
        actions.open_case_of_call(actor=actor, call_id=first.pk, matter=matter, now=NOW)
    for row in (first, second):
        actions.confirm_caller(actor=actor, call_id=row.pk, who=Who.KNOWN, customer_id=file.pk, now=NOW)
    case()  # Another customer's; it gives the calendar.
    opened = actions.open_case_of_call(actor=actor, call_id=first.pk, matter=matter, now=NOW)
    joined = actions.open_case_of_call(actor=actor, call_id=second.pk, matter=matter, now=NOW + SECOND)
    assert (opened.attached, joined.attached, joined.case_id) == (False, True, opened.case_id)
    assert (Case.objects.get(pk=opened.case_id).owner_id, Case.objects.get(pk=opened.case_id).contacts) == (
        actor.staff_id,
        2,
    )


def test_wrap_up__without_a_case_is_a_contact_of_the_customer() -> None:
    file = customer()
    actor = make.agent("801")[1]
    row = make.call()
    actions.confirm_caller(actor=actor, call_id=row.pk, who=Who.KNOWN, customer_id=file.pk, now=NOW)
    with pytest.raises(Invalid):
        actions.wrap_up(actor=actor, call_id=row.pk, note="x", now=NOW)
    make.tell(Told.ANSWERED, ref=row.ref, at=NOW + SECOND)
    make.tell(Told.ENDED, ref=row.ref, at=NOW + 9 * SECOND)
    assert [one.pk for one in queries.in_hand(actor=actor)] == [row.pk]
    actions.wrap_up(actor=actor, call_id=row.pk, note="问了价格", now=NOW + 20 * SECOND)
    entry = Interaction.objects.get()
    assert (entry.customer_id, entry.body, entry.occurred_at, entry.direction) == (file.pk, "问了价格", NOW, "in")


def test_unknown__keeps_the_note_with_the_call() -> None:
    actor = make.agent("801")[1]
    row = make.call()
    actions.confirm_caller(actor=actor, call_id=row.pk, who=Who.UNKNOWN, now=NOW)
    make.tell(Told.ENDED, ref=row.ref, at=NOW + 9 * SECOND)
    actions.wrap_up(actor=actor, call_id=row.pk, note="打错了", now=NOW + 10 * SECOND)
    found = Call.objects.get()
    assert (found.note, found.who, Interaction.objects.count()) == ("打错了", "unknown", 0)


def test_settle__writes_down_what_nobody_wrapped_up() -> None:
    person = contact(customer(), phone(NUMBER))
    make.agent("801")
    known, stranger = make.call(), make.call(caller="13900000001")
    for row in (known, stranger):
        make.tell(Told.ANSWERED, ref=row.ref, at=NOW + SECOND)
        make.tell(Told.ENDED, ref=row.ref, at=NOW + 60 * SECOND)
    assert actions.settle_calls(actor=SETUP, now=NOW + timedelta(minutes=5)) == 0
    assert actions.settle_calls(actor=SETUP, now=NOW + timedelta(hours=1)) == 2
    assert actions.settle_calls(actor=SETUP, now=NOW + timedelta(hours=1)) == 0
    assert list(Interaction.objects.values_list("customer_id", "contact_id")) == [(person.customer_id, person.pk)]


def test_settle__a_call_that_cannot_be_written_down_holds_up_no_other() -> None:
    person, other = contact(customer(), phone(NUMBER)), contact(customer(), phone("13900000009"))
    make.agent("801")
    moved, fine = make.call(), make.call()
    for row in (moved, fine):
        make.tell(Told.ANSWERED, ref=row.ref, at=NOW + SECOND)
        make.tell(Told.ENDED, ref=row.ref, at=NOW + 60 * SECOND)
    Call.objects.filter(pk=moved.pk).update(who="known", customer=person.customer_id, contact=other.pk)
    assert actions.settle_calls(actor=SETUP, now=NOW + timedelta(hours=1)) == 2
    assert list(Interaction.objects.values_list("external_ref", flat=True)) == [fine.ref]
    assert Call.objects.filter(settled_at__isnull=True).count() == 0


def test_lose__a_call_without_an_end_ends() -> None:
    rings, talks = make.call(), make.call()
    make.tell(Told.ANSWERED, ref=talks.ref, at=NOW + SECOND)
    assert actions.lose_calls(actor=SETUP, now=NOW + timedelta(minutes=9)) == 0
    assert actions.lose_calls(actor=SETUP, now=NOW + timedelta(minutes=11)) == 1
    assert actions.lose_calls(actor=SETUP, now=NOW + timedelta(hours=3)) == 0
    assert actions.lose_calls(actor=SETUP, now=NOW + timedelta(hours=5)) == 1
    ended = Call.objects.filter(pk__in=(rings.pk, talks.pk)).order_by("pk").values_list("state", "ended_at")
    assert list(ended) == [("missed", NOW), ("ended", NOW + SECOND)]
    assert list(Waiting.objects.values_list("call_id", "state")) == [(rings.pk, "waiting")]


def test_lose__a_call_that_rang_long_ago_opens_no_work() -> None:
    make.system()
    make.tell(Told.RINGING, at=NOW - timedelta(hours=25), now=NOW)
    assert actions.lose_calls(actor=SETUP, now=NOW + timedelta(minutes=11)) == 1
    assert (Call.objects.get().state, Waiting.objects.count()) == ("missed", 0)


def test_missed__stands_on_the_timeline_once_whoever_writes_it_first() -> None:
    contact(customer(), phone(NUMBER))
    actor = make.agent("801")[1]
    for answer_after in (timedelta(minutes=5), timedelta(hours=2)):
        row = make.call()
        make.tell(Told.MISSED, ref=row.ref, at=NOW + 30 * SECOND)
        found = Waiting.objects.get(call=row)
        for at in sorted((answer_after, timedelta(hours=1))):
            if at == answer_after:
                actions.answer_enquiry(actor=actor, waiting_id=found.pk, answer="已回电", now=NOW + at)
            else:
                actions.settle_calls(actor=SETUP, now=NOW + at)
        row.refresh_from_db()
        entry = Interaction.objects.get(external_ref=row.ref)
        assert row.interaction_id == entry.pk
        assert (entry.direction, entry.external_system, entry.external_ref) == ("in", "tel.acme", row.ref)
        assert row.settled_at is not None
    assert sorted(Interaction.objects.values_list("direction", flat=True)) == ["in", "in", "out", "out"]


@pytest.mark.req("CUST-05")
def test_pop__asks_at_most_four_queries() -> None:
    contact(customer(), phone(NUMBER))
    agent = make.agent("801")[1]
    with operation.operation(), CaptureQueriesContext(connection) as asked:
        pop = queries.pop_of(actor=agent, number=f"+86{NUMBER}", now=NOW)
    assert pop.summary is not None
    assert len(asked) <= 4, [query["sql"][:120] for query in asked.captured_queries]


def test_call__of_another_units_customer_is_shown_and_answered_without_the_file() -> None:
    contact(customer(), phone(NUMBER))
    north = organization.unit(name="北区")
    outlet = make.agent("801", at=north, roles=("outlet",))[1]
    row = make.call()
    make.tell(Told.MISSED, ref=row.ref, at=NOW + 30 * SECOND)
    found = Waiting.objects.get()
    assert found.customer_id is not None
    pop = queries.pop_of(actor=outlet, number=row.number, customer_id=found.customer_id, now=NOW)
    assert (pop.candidates, pop.summary) == ((), None)
    actions.answer_enquiry(actor=outlet, waiting_id=found.pk, answer="已回电", now=NOW + timedelta(minutes=2))
    assert (Waiting.objects.get().state, Interaction.objects.count()) == ("answered", 0)


def test_confirm__a_shipment_beyond_reach_is_refused() -> None:
    parcel = goods.shipment()
    outlet = make.agent("801", at=organization.unit(name="北区"), roles=("outlet",))[1]
    row = make.call()
    with pytest.raises(NotFound):
        actions.confirm_caller(actor=outlet, call_id=row.pk, who=Who.CONSIGNEE, shipment_id=parcel.pk, now=NOW)
    assert Call.objects.get().shipment_id is None


def test_event__of_a_call_out_keeps_our_number_and_theirs_apart() -> None:
    make.system()
    row = make.tell(direction=CallDirection.OUT, caller="", called=NUMBER)
    assert (row.number, row.called) == (make.E164, "")
    long = make.tell(ref="b", direction=CallDirection.OUT, caller="9" * 60, called=NUMBER)
    assert long.called == "9" * 40


def test_system__of_another_unit_is_not_taken_over() -> None:
    south = organization.unit(name="南区")
    system = make.system(unit=south)
    north = organization.unit(name="北区")
    other = organization.actor(north, roles=("supervisor",), reach=RoleReach.SUBTREE)
    with pytest.raises(Forbidden):
        actions.save_phone_system(
            actor=other, code="acme", name="北区", unit_id=north.pk, profile=make.OWN, active=False, now=NOW
        )
    system.refresh_from_db()
    assert (system.name, system.unit_id, system.active) == ("总机", south.pk, True)


def test_call__of_a_colleague_is_theirs() -> None:
    make.agent("801")
    other = make.agent()[1]
    row = make.call()
    with pytest.raises(Conflict):
        actions.confirm_caller(actor=other, call_id=row.pk, who=Who.UNKNOWN, now=NOW)
    outlet = make.agent(at=organization.unit(name="北区"), roles=("outlet",))[1]
    with pytest.raises(NotFound):
        queries.get_call(actor=outlet, call_id=row.pk)
    assert Call.objects.get().who == ""


def test_extension__has_one_holder_and_staff_see_their_own() -> None:
    one, first = make.agent("801")
    two, second = make.agent("801")
    assert list(Extension.objects.order_by("pk").values_list("staff_id", "valid_until")) == [
        (one.pk, NOW),
        (two.pk, None),
    ]
    assert (queries.own_extensions(actor=first), queries.own_extensions(actor=second)) == ([], ["801"])
    assert list(queries.extension_rows(actor=first)) == []
    with pytest.raises(Forbidden):
        actions.assign_extension(actor=first, number="802", staff_id=one.pk, now=NOW)
    with pytest.raises(Invalid):
        actions.assign_extension(actor=SETUP, number="8 0 2", staff_id=one.pk, now=NOW)
    actions.end_extension(actor=SETUP, extension_id=Extension.objects.latest("pk").pk, now=NOW)
    assert queries.own_extensions(actor=second) == []


def test_erasure__empties_number_and_note_and_keeps_that_somebody_called() -> None:
    file = customer()
    person = contact(file, phone(NUMBER))
    actor = make.agent("801")[1]
    row = make.call()
    actions.confirm_caller(
        actor=actor, call_id=row.pk, who=Who.KNOWN, customer_id=file.pk, contact_id=person.pk, now=NOW
    )
    stranger = make.call()
    mark = number_mark("salt", make.E164)
    people = ErasedPeople(contact_ids=[person.pk], salt="salt", marks=[mark], endings=[make.E164[-8:]])
    assert calls_of(people) == [row.pk, stranger.pk]
    assert [(one.kind, one.ids) for one in traces_of(people)] == [("call", [row.pk, stranger.pk]), ("waiting", [])]
    assert actions.forget_people(actor=SETUP, people=people, now=NOW) == 2
    row.refresh_from_db()
    assert (row.number, row.number_key, row.state) == ("", "", "ringing")
    assert calls_of(people) == []
