"""People, their numbers, and the decision chain."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid
from zhike.record.customers import actions, queries
from zhike.record.customers.actions import Touch
from zhike.record.customers.models import ChainSeat, Contact, ContactPoint
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer, phone
from zhike.record.customers.types import (
    ChainRole,
    Channel,
    ContactEntry,
    EditClash,
    PointEntry,
    PointKind,
)
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db


@pytest.mark.req("CUST-11")
def test_chain__coverage_is_roles_with_a_live_contact_over_roles_identified() -> None:
    row = customer()
    contact(row, name="陈静", roles=(ChainRole.DECISION_MAKER, ChainRole.FIRST_CONTACT))
    contact(row, name="周航", roles=(ChainRole.USER,))
    actions.add_seat(actor=SETUP, customer_id=row.pk, role=ChainRole.INFLUENCER, title="财务总监", now=NOW)
    leaver = contact(row, name="何青", roles=(ChainRole.USER,))
    before = queries.coverage(actor=SETUP, customer_id=row.pk)
    actions.contact_left(actor=SETUP, contact_id=leaver.pk, now=NOW)
    after = queries.coverage(actor=SETUP, customer_id=row.pk)
    assert (before.covered, before.identified, before.share) == (4, 5, Decimal("0.8"))
    assert (after.covered, after.identified, after.share) == (3, 5, Decimal("0.6"))
    assert [(s.role, s.title, s.covered) for s in after.seats if not s.covered] == [
        ("influencer", "财务总监", False),
        ("user", "", False),
    ]
    assert queries.coverage_total(actor=SETUP).identified == 5


def test_chain__without_roles_has_no_share() -> None:
    assert queries.coverage(actor=SETUP, customer_id=customer().pk).share is None


def test_chain__a_new_person_takes_the_vacant_place() -> None:
    row = customer()
    seat = actions.add_seat(actor=SETUP, customer_id=row.pk, role=ChainRole.INFLUENCER, title="财务总监", now=NOW)
    person = contact(row, roles=(ChainRole.INFLUENCER,))
    assert ChainSeat.objects.get(customer=row).contact_id == person.pk
    actions.fill_seat(actor=SETUP, seat_id=seat, contact_id=None, now=NOW)
    assert queries.coverage(actor=SETUP, customer_id=row.pk).covered == 0
    actions.remove_seat(actor=SETUP, seat_id=seat, now=NOW)
    assert queries.coverage(actor=SETUP, customer_id=row.pk).identified == 0


@pytest.mark.req("CUST-11")
def test_contact__keeps_strength_person_on_our_side_and_last_touch() -> None:
    row, ours = customer(), organization.staff(name="王敏")
    person = contact(row, strength=4, our_staff_id=ours.pk, position="物流经理")
    touched = NOW - timedelta(days=3)
    actions.record_contacts(
        actor=SETUP,
        touches=[
            Touch(customer_id=row.pk, contact_id=person.pk, at=touched, channel=Channel.CALL),
            Touch(customer_id=row.pk, contact_id=person.pk, at=touched - timedelta(days=9), channel=Channel.MAIL),
        ],
        now=NOW,
    )
    card = queries.contact(actor=SETUP, contact_id=person.pk)
    assert (card.strength, card.our_staff, card.last_contact_at, card.last_channel) == (4, "王敏", touched, "call")
    assert queries.summary(actor=SETUP, customer_id=row.pk).last_contact_at == touched


def test_people__are_read_with_a_fixed_number_of_queries(django_assert_num_queries: pytest.FixtureRequest) -> None:
    row = customer()
    for number in range(12):
        contact(row, phone(f"138123456{number:02}"), name=f"联系人{number}", roles=(ChainRole.USER,))
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = queries.people(actor=SETUP, customer_id=row.pk)
    assert len(found.contacts) == 12
    assert found.contacts[0].points[0].masked.endswith(found.contacts[0].points[0].masked[-4:])


def test_points__many_numbers_a_person_and_many_people_a_number() -> None:
    first, second = customer(), customer()
    person = contact(first, phone("138 1234 5678"), phone("021-6234 5678"))
    other = contact(second, phone("+8613812345678"), name="周航")
    assert set(ContactPoint.objects.filter(contact=person).values_list("e164", flat=True)) == {
        "+8613812345678",
        "+862162345678",
    }
    assert ContactPoint.objects.get(contact=other).e164 == "+8613812345678"


def test_points__a_number_in_doubt_is_kept_as_typed_and_flagged() -> None:
    row = customer()
    contact(row, phone("6234 5678"))
    point = ContactPoint.objects.get(customer=row)
    assert (point.raw, point.e164, point.doubt, point.key8) == ("6234 5678", "", "no_area_code", "62345678")


def test_points__the_first_of_a_kind_is_primary_until_another_is_chosen() -> None:
    row = customer()
    person = contact(row, phone("13812345678"), phone("13912345678"))
    first, second = ContactPoint.objects.filter(contact=person).order_by("pk")
    assert (first.primary, second.primary) == (True, False)
    actions.change_point(actor=SETUP, point_id=second.pk, primary=True, verified=True, now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.primary, second.primary, second.verified_at) == (False, True, NOW)


def test_points__one_that_is_there_already_is_refused() -> None:
    row = customer()
    person = contact(row, phone("13812345678"))
    with pytest.raises(Invalid):
        actions.add_point(actor=SETUP, customer_id=row.pk, contact_id=person.pk, entry=phone("138-1234-5678"), now=NOW)
    with pytest.raises(Invalid):
        actions.add_point(
            actor=SETUP, customer_id=row.pk, entry=PointEntry(kind=PointKind.EMAIL, raw="chen.example"), now=NOW
        )
    assert ContactPoint.objects.count() == 1


def test_points__are_masked_and_each_whole_look_is_logged() -> None:
    row = customer()
    person = contact(row, phone("13812345678"), PointEntry(kind=PointKind.EMAIL, raw="Chen@Huaxia.example"))
    shown = queries.contact(actor=SETUP, contact_id=person.pk).points
    assert {p.masked for p in shown} == {"138****5678", "C***@Huaxia.example"}
    agent = organization.actor(roles=("agent",))
    number = next(p for p in shown if p.kind == "phone")
    assert actions.reveal_point(actor=agent, point_id=number.id, purpose="call back", now=NOW) == "+8613812345678"
    assert AuditEntry.objects.get(type="customers.point_revealed").actor_id == agent.id
    auditor = organization.actor(roles=("auditor",))
    with pytest.raises(Forbidden):
        actions.reveal_point(actor=auditor, point_id=number.id, now=NOW)
    assert AuditEntry.objects.filter(type="customers.point_revealed").count() == 1


def test_points__removed_ones_stay_in_the_log() -> None:
    row = customer()
    contact(row, phone("13812345678"))
    point = ContactPoint.objects.get(customer=row)
    actions.remove_point(actor=SETUP, point_id=point.pk, now=NOW)
    assert ContactPoint.objects.count() == 0
    logged = AuditEntry.objects.get(type="customers.point_changed")
    assert logged.personal == {"before": {"value": "+8613812345678", "raw": "13812345678"}}


def test_update__changes_roles_and_refuses_a_later_version() -> None:
    row = customer()
    person = contact(row, roles=(ChainRole.USER,))
    entry = ContactEntry(name="陈静", form_of_address="陈总", roles=(ChainRole.DECISION_MAKER,))
    card = actions.update_contact(actor=SETUP, contact_id=person.pk, entry=entry, version=1, now=NOW)
    assert (card.roles, card.form_of_address, card.version) == (("decision_maker",), "陈总", 2)
    with pytest.raises(EditClash) as clash:
        actions.update_contact(
            actor=SETUP, contact_id=person.pk, entry=replace(entry, form_of_address="陈经理"), version=1, now=NOW
        )
    assert clash.value.clashes == {"form_of_address": ("陈经理", "陈总")}


def test_contact__who_left_may_come_back() -> None:
    person = contact(customer())
    actions.contact_left(actor=SETUP, contact_id=person.pk, now=NOW)
    assert Contact.objects.get(pk=person.pk).left_at == NOW
    actions.contact_returned(actor=SETUP, contact_id=person.pk, now=NOW)
    assert Contact.objects.get(pk=person.pk).active


def test_contact__belongs_to_one_customer() -> None:
    person, elsewhere = contact(customer()), customer()
    with pytest.raises(Invalid):
        actions.add_seat(actor=SETUP, customer_id=elsewhere.pk, role=ChainRole.USER, contact_id=person.pk, now=NOW)
    assert ChainSeat.objects.count() == 0
