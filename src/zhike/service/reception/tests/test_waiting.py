"""Waiting enquiries: taken by one, answered once, lit after a while (CASE-27)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.customers.tests.factories import customer
from zhike.record.customers.types import Channel, ErasedPeople, number_mark
from zhike.record.interactions.models import Interaction
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization
from zhike.service.reception import actions, queries
from zhike.service.reception.models import Waiting
from zhike.service.reception.queries.people import waiting_of
from zhike.service.reception.rules import NotWaiting, NotYours, TakenBySomebody
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW, signed_in
from zhike.service.reception.types import Told

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.mark.req("CASE-27")
def test_waiting__lights_up_after_sixty_seconds() -> None:
    actor = make.agent()[1]
    make.waiting()
    make.waiting(now=NOW + 30 * SECOND)
    counted = [queries.count_waiting(actor=actor, now=NOW + after * SECOND) for after in (59, 60, 90)]
    assert [(one.waiting, one.lit) for one in counted] == [(2, 0), (2, 1), (2, 2)]


def test_take__the_second_learns_who_was_first_and_nobody_answers_twice() -> None:
    row = make.waiting()
    (first, one), (_second, two) = make.agent(), make.agent()
    actions.take_enquiry(actor=one, waiting_id=row.pk, now=NOW + 10 * SECOND)
    actions.take_enquiry(actor=one, waiting_id=row.pk, now=NOW + 20 * SECOND)
    with pytest.raises(TakenBySomebody) as refused:
        actions.take_enquiry(actor=two, waiting_id=row.pk, now=NOW + 11 * SECOND)
    assert first.name in refused.value.text()
    with pytest.raises(TakenBySomebody):
        actions.answer_enquiry(actor=two, waiting_id=row.pk, answer="您好", now=NOW + 12 * SECOND)
    with pytest.raises(NotYours):
        actions.give_back(actor=two, waiting_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.taken_by_id, row.taken_at) == ("taken", first.pk, NOW + 10 * SECOND)
    actions.answer_enquiry(actor=one, waiting_id=row.pk, answer="您好", now=NOW + 40 * SECOND)
    with pytest.raises(NotWaiting):
        actions.answer_enquiry(actor=one, waiting_id=row.pk, answer="再说一遍", now=NOW + 50 * SECOND)
    row.refresh_from_db()
    assert (row.state, row.answer, row.ended_at) == ("answered", "您好", NOW + 40 * SECOND)
    told = OutboxEvent.objects.get(type="reception.answered")
    assert told.payload["seconds"] == 40


def test_give_back__waits_for_anybody_again() -> None:
    row = make.waiting()
    one, two = make.agent()[1], make.agent()[1]
    actions.take_enquiry(actor=one, waiting_id=row.pk, now=NOW)
    actions.give_back(actor=one, waiting_id=row.pk, now=NOW)
    actions.take_enquiry(actor=two, waiting_id=row.pk, now=NOW)
    assert Waiting.objects.get().taken_by_id == two.staff_id


def test_answer__stands_on_the_customers_timeline_with_what_was_asked() -> None:
    file = customer()
    row = make.waiting(customer_id=file.pk)
    actions.answer_enquiry(actor=make.agent()[1], waiting_id=row.pk, answer="每公斤8元", now=NOW + SECOND)
    entries = Interaction.objects.order_by("pk").values_list("channel", "direction", "body", "occurred_at")
    assert list(entries) == [
        ("chat", "in", "请问到成都多少钱", NOW),
        ("chat", "out", "每公斤8元", NOW + SECOND),
    ]


def test_drop__needs_a_reason_and_counts_as_unanswered() -> None:
    row = make.waiting()
    actor = make.agent()[1]
    with pytest.raises(Invalid):
        actions.drop_enquiry(actor=actor, waiting_id=row.pk, reason=" ", now=NOW)
    actions.drop_enquiry(actor=actor, waiting_id=row.pk, reason="客户已离开", now=NOW + SECOND)
    assert list(Waiting.objects.values_list("state", "reason", "answer")) == [("dropped", "客户已离开", "")]


def test_add__the_same_of_another_system_once_and_wrong_ones_named() -> None:
    first = make.waiting(external=("chat", "m-1"))
    assert make.waiting(external=("chat", "m-1"), text="又一次").pk == first.pk
    with pytest.raises(Invalid) as wrong:
        make.waiting(channel=Channel.MAIL, text=" ", asked_at=NOW + timedelta(hours=1))
    assert set(wrong.value.fields) == {"channel", "text", "asked_at"}
    assert Waiting.objects.get().text == "请问到成都多少钱"


def test_erasure__takes_the_words_about_a_person_with_theirs() -> None:
    row = make.waiting(phone=make.NUMBER, name="陈静")
    actions.drop_enquiry(actor=make.agent()[1], waiting_id=row.pk, reason="陈静已离开", now=NOW + SECOND)
    people_meant = ErasedPeople(salt="salt", marks=[number_mark("salt", make.E164)], endings=[make.E164[-8:]])
    assert actions.forget_people(actor=make.SETUP, people=people_meant, now=NOW + SECOND) == 1
    kept = Waiting.objects.values_list("name", "phone", "text", "answer", "reason", "state")
    assert list(kept) == [("", "", "", "", "", "dropped")]


def test_erasure__finds_strangers_by_the_ending_of_their_number_and_by_its_index() -> None:
    own, other, unreadable = (
        make.waiting(phone=make.NUMBER),
        make.waiting(phone="13900001111"),
        make.waiting(phone="620"),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Waiting.objects.filter(redacted_at__isnull=True).unknown(["12345678"]).explain()
    assert "waiting_by_phone" in plan
    people_of = ErasedPeople(salt="s", marks=[number_mark("s", make.E164)], endings=["12345678"])
    assert waiting_of(people_of) == [own.pk]
    # After a restore the numbers themselves are known no longer.
    assert waiting_of(ErasedPeople(salt="s", marks=[number_mark("s", make.E164)])) == [own.pk]
    assert {other.phone, unreadable.phone} == {"+8613900001111", "620"}


def test_erasure__leaves_the_word_by_which_returned_calls_are_counted() -> None:
    row = make.call()
    make.tell(Told.MISSED, ref=row.ref, at=NOW + SECOND)
    make.tell(Told.ANSWERED, ref=row.ref, at=NOW + SECOND / 2, now=NOW + 2 * SECOND)
    people_meant = ErasedPeople(salt="salt", marks=[number_mark("salt", make.E164)], endings=[make.E164[-8:]])
    actions.forget_people(actor=make.SETUP, people=people_meant, now=NOW + 3 * SECOND)
    assert list(Waiting.objects.values_list("phone", "reason")) == [("", "answered_meanwhile")]


def test_hand_over__by_who_does_not_serve_and_by_nobody_else() -> None:
    row, (leaver, one), (next_one, two) = make.waiting(), make.agent(), make.agent()
    actions.take_enquiry(actor=one, waiting_id=row.pk, now=NOW)
    leaving, to = leaver.pk, next_one.pk
    with pytest.raises(Forbidden):
        actions.pass_enquiries(actor=two, from_staff_id=leaving, to_staff_id=to, waiting_ids=None, now=NOW)
    admin, kind = make.agent(roles=("admin",))[1], "waiting_enquiries"
    assert people.hand_over(actor=admin, from_staff_id=leaving, to_staff_id=to, kind=kind, now=NOW) == 1
    assert Waiting.objects.get().taken_by_id == next_one.pk


def test_reach__another_unit_does_not_see_it() -> None:
    row = make.waiting(organization.unit(name="南区"))
    outlet = make.agent(at=organization.unit(name="北区"), roles=("outlet",))[1]
    assert list(queries.waiting_rows(actor=outlet)) == []
    with pytest.raises(NotFound):
        actions.take_enquiry(actor=outlet, waiting_id=row.pk, now=NOW)
    with pytest.raises(Forbidden):
        make.waiting(actor=make.agent(roles=("auditor",))[1])
    assert Waiting.objects.get().state == "waiting"


@pytest.mark.req("CASE-27")
def test_pages__take_with_one_click_and_the_shell_counts(django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    (one, _), (two, _) = make.agent(), make.agent()
    row = make.waiting(name="陈静", phone=make.NUMBER, now=NOW)
    first, second = signed_in(one), signed_in(two)
    address = reverse("reception:waiting")
    first.get(address)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page = first.get(address).content.decode()
    assert "陈静" in page
    assert "zk-lit" in page
    assert "zk-lit" in first.get(reverse("reception:waiting_count")).content.decode()
    taken = first.post(reverse("reception:enquiry_take", args=[row.pk]))
    assert (taken.status_code, taken.headers["Location"]) == (302, reverse("reception:enquiry", args=[row.pk]))
    refused = second.post(reverse("reception:enquiry_take", args=[row.pk]))
    assert refused.status_code == 409
    assert one.name in refused.content.decode()
    shown = first.get(taken.headers["Location"]).content.decode()
    assert "138****5678" in shown
    assert make.NUMBER not in shown
    sent = first.post(taken.headers["Location"], {"answer": "您好"})
    assert sent.status_code == 302
    assert Waiting.objects.get().state == "answered"
    assert first.get(reverse("reception:waiting_count")).content.strip() == b""


def test_pages__somebody_waits_at_the_counter_and_leaves() -> None:
    member = make.agent()[0]
    client = signed_in(member)
    page = reverse("reception:enquiry_new")
    assert client.get(page).status_code == 200
    assert client.post(page, {"channel": "counter", "unit": member.unit_id, "text": ""}).status_code == 422
    assert client.post(page, {"channel": "counter", "unit": member.unit_id, "name": "客户"}).status_code == 302
    row = Waiting.objects.get()
    assert client.post(reverse("reception:enquiry", args=[row.pk]), {"reason": "走了"}).status_code == 302
    assert Waiting.objects.get().state == "dropped"
