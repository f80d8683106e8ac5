"""Enquiries and prospects."""

from datetime import date, timedelta

import pytest

from zhike.platform.errors import Conflict, Invalid
from zhike.record.customers import actions, queries
from zhike.record.customers.models import Contact, ContactPoint, Customer, Enquiry
from zhike.record.customers.tests.factories import NOW, SETUP, customer, enquiry, phone
from zhike.record.customers.types import (
    ContactEntry,
    CustomerEntry,
    CustomerKind,
    EnquiryEntry,
    Loss,
    LossReason,
)
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
ASK = EnquiryEntry(subject="上海到成都的零担报价")


@pytest.mark.req("CUST-02")
def test_enquiry__opens_a_prospect_file_at_once() -> None:
    agent = organization.actor(roles=("agent",))
    taken = actions.take_enquiry(
        actor=agent,
        entry=ASK,
        prospect=CustomerEntry(name="东方纺织"),
        person=ContactEntry(name="何青"),
        points=[phone("13812345678")],
        now=NOW,
    )
    row = Customer.objects.get(pk=taken.customer_id)
    assert (row.kind, row.owner_id, row.number) == ("prospect", agent.staff_id, taken.customer_number)
    assert Contact.objects.get(customer=row).name == "何青"
    assert ContactPoint.objects.get(customer=row).e164 == "+8613812345678"
    figures = queries.enquiry_figures(actor=agent)
    assert (figures.enquiries, figures.filed, figures.opened_files) == (1, 1, 1)


@pytest.mark.req("CUST-02")
def test_enquiry__without_a_deal_keeps_the_reason_and_a_next_day() -> None:
    row = customer(kind=CustomerKind.PROSPECT)
    asked = enquiry(row)
    loss = Loss(reason=LossReason.PRICE, next_contact_on=date(2026, 12, 20), note="比对手高一成")
    actions.lose_enquiry(actor=SETUP, enquiry_id=asked.pk, loss=loss, now=NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.loss_reason, asked.next_contact_on) == ("lost", "price", date(2026, 12, 20))
    assert Customer.objects.get(pk=row.pk).kind == "prospect"
    assert list(queries.due_enquiries(actor=SETUP, today=date(2026, 12, 19))) == []
    assert list(queries.due_enquiries(actor=SETUP, today=date(2026, 12, 20))) == [asked]


@pytest.mark.req("CUST-02")
def test_enquiry__a_later_deal_turns_the_same_number_into_a_customer() -> None:
    row = customer(kind=CustomerKind.PROSPECT)
    first, second = enquiry(row), enquiry(row)
    loss = Loss(reason=LossReason.POSTPONED, next_contact_on=date(2027, 1, 4))
    actions.lose_enquiry(actor=SETUP, enquiry_id=first.pk, loss=loss, now=NOW)
    later = NOW + timedelta(days=50)
    actions.win_enquiry(actor=SETUP, enquiry_id=second.pk, now=later)
    after = Customer.objects.get(pk=row.pk)
    assert (after.number, after.kind, after.converted_at) == (row.number, "consumer", later)
    figures = queries.enquiry_figures(actor=SETUP)
    assert (figures.enquiries, figures.won, figures.lost, figures.lost_with_reason) == (2, 1, 1, 1)


def test_enquiry__closed_once_is_closed_until_reopened() -> None:
    asked = enquiry(customer(kind=CustomerKind.PROSPECT))
    actions.win_enquiry(actor=SETUP, enquiry_id=asked.pk, now=NOW)
    with pytest.raises(Conflict):
        actions.win_enquiry(actor=SETUP, enquiry_id=asked.pk, now=NOW)
    actions.reopen_enquiry(actor=SETUP, enquiry_id=asked.pk, now=NOW)
    assert Enquiry.objects.get(pk=asked.pk).state == "open"


def test_enquiry__needs_a_subject_and_somebody_who_asks() -> None:
    organization.company()
    with pytest.raises(Invalid) as refused:
        actions.take_enquiry(actor=SETUP, entry=EnquiryEntry(subject=" "), now=NOW)
    assert set(refused.value.fields) == {"subject", "customer_id"}
    assert Enquiry.objects.count() == 0


def test_enquiry__the_next_contact_does_not_lie_before_the_enquiry() -> None:
    asked = enquiry(customer())
    with pytest.raises(Invalid):
        actions.lose_enquiry(
            actor=SETUP,
            enquiry_id=asked.pk,
            loss=Loss(reason=LossReason.PRICE, next_contact_on=date(2026, 1, 1)),
            now=NOW,
        )
    asked.refresh_from_db()
    assert asked.state == "open"


def test_convert__by_hand_is_for_prospects_only() -> None:
    row = customer(kind=CustomerKind.PROSPECT)
    actions.convert_prospect(actor=SETUP, customer_id=row.pk, now=NOW)
    with pytest.raises(Conflict):
        actions.convert_prospect(actor=SETUP, customer_id=row.pk, now=NOW)
