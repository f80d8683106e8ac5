"""A telephone of several people: the agent sees it, and nobody is chosen silently (CUST-05)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from zhike.record.customers import queries as customers
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.organization.tests import factories as organization
from zhike.service.reception import actions, queries
from zhike.service.reception.models import Call, Waiting
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW, NUMBER, SETUP, signed_in
from zhike.service.reception.types import Certainty, Told

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def ended(extension: str = "801") -> Call:
    row = make.call(extension)
    make.tell(Told.ANSWERED, ref=row.ref, at=NOW + SECOND, extension=extension)
    return make.tell(Told.ENDED, ref=row.ref, at=NOW + 2 * SECOND, extension=extension)


@pytest.mark.req("CUST-05")
def test_shared__people_of_one_file_are_marked_and_none_of_them_is_chosen() -> None:
    file = customer()
    for name in ("陈静", "周航", "林晓"):
        contact(file, phone(NUMBER), name=name)
    found = queries.pop_of(actor=SETUP, number=make.E164, now=NOW)
    assert found.shared
    assert [(one.certainty, one.shared) for one in found.candidates] == [(Certainty.CERTAIN, True)] * 3
    assert found.summary is not None
    row = ended()
    actions.settle_calls(actor=SETUP, now=NOW + DAY)
    row.refresh_from_db()
    assert (row.customer_id, row.contact_id) == (file.pk, None)
    missed = make.call("999")
    make.tell(Told.MISSED, ref=missed.ref, at=NOW + SECOND, extension="999")
    returned = Waiting.objects.get()
    assert (returned.customer_id, returned.contact_id) == (file.pk, None)


@pytest.mark.req("CUST-05")
def test_shared__by_people_of_several_files_shows_no_file_before_somebody_is_confirmed() -> None:
    people = [contact(customer(), phone(NUMBER), name=name) for name in ("陈静", "周航")]
    member = make.agent("801")[0]
    found = queries.pop_of(actor=SETUP, number=make.E164, now=NOW)
    assert (found.shared, found.summary, {one.certainty for one in found.candidates}) == (
        True,
        None,
        {Certainty.MAYBE},
    )
    row, client = make.call("801"), signed_in(member)
    page = client.get(reverse("reception:pop")).content.decode()
    assert "多人共用的号码" in page
    assert page.count("共用号码") == 3  # Each of the two, and the button that says it of the call.
    assert reverse("reception:call_case", args=[row.pk]) not in page
    # A button that names somebody is not enough: nobody has been asked.
    client.post(reverse("reception:call_case", args=[row.pk]), {"customer": people[0].customer_id})
    row.refresh_from_db()
    assert (row.who, row.customer_id) == ("", None)
    make.tell(Told.ANSWERED, ref=row.ref, at=NOW + SECOND)
    make.tell(Told.ENDED, ref=row.ref, at=NOW + 2 * SECOND)
    actions.settle_calls(actor=SETUP, now=NOW + DAY)
    row.refresh_from_db()
    assert (row.settled_at, row.customer_id) == (NOW + DAY, None)


def test_shared__is_judged_over_people_beyond_reach_who_are_not_named() -> None:
    north = organization.unit(name="北区")
    owner = organization.staff(north)
    own = contact(customer(owner), phone(NUMBER), name="陈静")
    contact(customer(), phone(NUMBER), name="周航")
    outlet = make.agent(at=north, roles=("outlet",))[1]
    (only,) = queries.callers(actor=outlet, number=make.E164, now=NOW)
    assert (only.contact_id, only.certainty, only.shared) == (own.pk, Certainty.MAYBE, True)


def test_shared__one_persons_own_number_and_one_that_is_marked() -> None:
    file = customer()
    person = contact(file, phone(NUMBER))
    (own,) = customers.find_by_number(actor=SETUP, number=make.E164, now=NOW)
    assert (own.contact_id, own.certain, own.shared) == (person.pk, True, False)
    contact(customer(), phone("13900001111", shared=True))
    (marked,) = customers.find_by_number(actor=SETUP, number="+8613900001111", now=NOW)
    assert (marked.certain, marked.shared) == (False, True)
