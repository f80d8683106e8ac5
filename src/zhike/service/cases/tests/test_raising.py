"""A complaint on a lesser case makes a complaint of it, by whatever way it comes; and whom its answers go to."""

from datetime import timedelta

import pytest
from django.urls import reverse

from zhike.platform.calendars.models import Clock
from zhike.platform.outbox import drain_all
from zhike.record.agreements.tests.factories import changed
from zhike.record.agreements.tests.test_pages import signed_in
from zhike.record.customers.models import Customer
from zhike.record.customers.queries import standing_texts
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.customers.types import OPEN_COMPLAINT, Channel, PointEntry, PointKind
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import NOW, SETUP, case, entry, said
from zhike.service.cases.types import CaseKind, CaseState, MailReply, Said

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def complaint() -> Said:
    return said("包裹破了", channel=Channel.CALL, kind=CaseKind.COMPLAINT, category="damaged")


def complains_of(of: Customer) -> str:
    found = standing_texts(actor=SETUP, kind=OPEN_COMPLAINT.code, customer_ids=[of.pk])
    return found.get(of.pk, "")


def clocks_of(row: Case) -> dict[str, tuple[object, object, object, str]]:
    open_ones = Clock.objects.filter(subject_kind="case", subject_id=row.pk, state__in=["running", "paused"])
    return {one.kind: (one.started_at, one.budget, one.due_at, one.state) for one in open_ones}


@pytest.mark.req("CASE-08")
@pytest.mark.req("CASE-10")
def test_raised__has_the_clocks_of_a_complaint_opened_at_that_moment() -> None:
    changed(category="damaged", budget=5 * HOUR)
    file, goods = customer(), shipment()
    made = case(file, shipment_id=goods.pk, kind=CaseKind.REQUEST, category="redirect")
    later = NOW + HOUR
    raised = actions.open_case(
        actor=SETUP, entry=entry(file, shipment_id=goods.pk, category="damaged", channel=Channel.CALL), now=later
    )
    assert (raised.case_id, raised.raised) == (made.pk, True)
    fresh = case(file, category="damaged", channel=Channel.CALL, now=later)
    made.refresh_from_db()
    assert clocks_of(made) == clocks_of(fresh)
    assert set(clocks_of(made)) == {"cases.first_response", "cases.solution", "cases.statutory"}
    assert clocks_of(made)["cases.solution"][1] == 5 * HOUR
    assert (made.next_due_at, made.solution_due_at) == (fresh.next_due_at, fresh.solution_due_at)
    # The clocks before count in no figure.
    gone = Clock.objects.filter(subject_id=made.pk, state="cancelled").values_list("kind", flat=True)
    assert sorted(gone) == ["cases.first_response", "cases.solution"]


def test_raised__a_promise_that_was_broken_stays_broken_and_one_that_waits_goes_on_waiting() -> None:
    agent = organization.actor()
    late, waits = (case(actor=agent, kind=CaseKind.REQUEST, category="redirect") for _ in range(2))
    actions.set_waiting(
        actor=agent, case_id=waits.pk, state=CaseState.WAITING_AUTHORITY, reason="海关查验", now=NOW + HOUR
    )
    before = clocks_of(late)
    actions.attach_contact(actor=agent, case_id=waits.pk, said=complaint(), now=NOW + 2 * HOUR)
    actions.attach_contact(actor=agent, case_id=late.pk, said=complaint(), now=NOW + 20 * HOUR)
    after = clocks_of(late)
    assert after["cases.first_response"] == before["cases.first_response"]
    assert after["cases.solution"][0] == NOW + 20 * HOUR
    assert {kind: one[3] for kind, one in clocks_of(waits).items()} == {
        "cases.first_response": "paused",
        "cases.solution": "paused",
        "cases.statutory": "running",
    }


def test_raised__the_customers_file_says_that_they_complain() -> None:
    file = customer()
    made = case(file, kind=CaseKind.REQUEST, category="redirect")
    drain_all(now=NOW)
    assert complains_of(file) == ""
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=complaint(), now=NOW + HOUR)
    drain_all(now=NOW + HOUR)
    assert complains_of(file) == made.number


@pytest.mark.req("CASE-03")
def test_attached__a_complaint_raises_the_case_that_was_chosen_and_a_lesser_word_does_not() -> None:
    made = case(kind=CaseKind.ENQUIRY, category="where")
    assert not actions.attach_contact(actor=SETUP, case_id=made.pk, said=said(), now=NOW).raised
    taken = actions.attach_contact(actor=SETUP, case_id=made.pk, said=complaint(), now=NOW + HOUR)
    made.refresh_from_db()
    assert (taken.raised, made.kind, made.category.code) == (True, "complaint", "damaged")
    assert not actions.attach_contact(actor=SETUP, case_id=made.pk, said=complaint(), now=NOW + HOUR).raised


def test_page__who_spoke_again_and_that_it_is_a_complaint() -> None:
    file = customer()
    person = contact(file, name="周航")
    made = case(file, kind=CaseKind.ENQUIRY, category="where")
    browser, place = signed_in("agent"), reverse("cases:contact", args=[made.pk])
    assert 'name="complains"' in browser.get(place).content.decode()
    sent = {"channel": "call", "body": "破了", "contact": str(person.pk), "complains": "on", "category": "damaged"}
    assert browser.post(place, sent).status_code == 302
    made.refresh_from_db()
    assert (made.kind, made.category.code) == ("complaint", "damaged")
    assert Interaction.objects.filter(direction="in").latest("pk").contact_id == person.pk
    assert 'name="complains"' not in browser.get(place).content.decode()


@pytest.mark.req("CASE-02")
def test_answers__go_to_whoever_spoke_last_not_to_whom_the_case_began_with() -> None:
    file = customer()
    first, second = (
        contact(file, PointEntry(kind=PointKind.EMAIL, raw=address), name=name)
        for name, address in (("钟俊杰", "zhong@example.com"), ("周航", "zhou@example.com"))
    )
    made = case(file, contact_id=first.pk)
    assert queries.last_speaker(actor=SETUP, case=made) is None
    again = said("还没有到", channel=Channel.CALL, contact_id=second.pk)
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=again, now=NOW + HOUR)
    made.refresh_from_db()
    for at in (2 * HOUR, 3 * HOUR):
        actions.tell_customer(actor=SETUP, case_id=made.pk, said=said(channel=Channel.CALL), now=NOW + at)
        assert Interaction.objects.filter(direction="out").latest("pk").contact_id == second.pk
    assert queries.addressee(made, queries.last_speaker(actor=SETUP, case=made)) == "周航"
    note = actions.note_on_case(actor=SETUP, case_id=made.pk, body="客户着急", now=NOW + 3 * HOUR)
    assert Interaction.objects.get(pk=note).contact_id == second.pk
    mail = actions.send_reply(actor=SETUP, case_id=made.pk, reply=MailReply(body="已派送"), now=NOW + 4 * HOUR)
    assert mail.address == "zhou@example.com"
    # The first one speaks again: the next word is theirs.
    own = said("谢谢", channel=Channel.CALL, contact_id=first.pk)
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=own, now=NOW + 5 * HOUR)
    mail = actions.send_reply(actor=SETUP, case_id=made.pk, reply=MailReply(body="不客气"), now=NOW + 6 * HOUR)
    assert mail.address == "zhong@example.com"
