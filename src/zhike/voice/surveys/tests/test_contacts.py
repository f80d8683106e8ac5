"""What is known of a call that somebody is asked about: agent, reason, region, and how long it lasted (SURV-11)."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from zhike.platform import outbox
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.models import Contact
from zhike.service.cases.types import CaseKind
from zhike.service.reception import actions as reception
from zhike.service.reception.models import Call
from zhike.service.reception.tests import factories as phones
from zhike.service.reception.types import CallMatter, Told, Who
from zhike.voice.surveys import actions
from zhike.voice.surveys.models import Recipient
from zhike.voice.surveys.tests.asking import NOW, SETUP, person, served, started
from zhike.voice.surveys.types import Trigger

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]


def talked(who: Contact, extension: str) -> tuple[Call, int]:
    """A call that was answered 10 seconds after it rang and opened a case while it lasts; with who answered."""
    member, agent = phones.agent(extension)
    row = phones.call(extension, at=NOW - 600 * SECOND, now=NOW - 600 * SECOND)
    phones.tell(Told.ANSWERED, ref=row.ref, extension=extension, at=NOW - 590 * SECOND)
    reception.confirm_caller(
        actor=agent, call_id=row.pk, who=Who.KNOWN, customer_id=who.customer_id, contact_id=who.pk, now=NOW
    )
    matter = CallMatter(kind=CaseKind.ENQUIRY, category="late", subject="还没有送到", text="还没有送到")
    reception.open_case_of_call(actor=agent, call_id=row.pk, matter=matter, now=NOW - 500 * SECOND)
    row.refresh_from_db()
    return row, member.pk


def asked(row: Call) -> Recipient:
    entry = row.interaction_id or 0
    actions.ask_after(actor=SETUP, trigger=Trigger.CONTACT, ids=[entry], now=NOW)
    return Recipient.objects.get(interaction_id=entry)


@pytest.mark.req("SURV-11")
def test_call__is_asked_about_with_agent_reason_region_and_its_length_when_it_has_ended() -> None:
    default_calendar()
    who = person(served(region_code="310000"))
    started(trigger=Trigger.CONTACT, closes_on=None)
    row, agent = talked(who, "801")
    to = asked(row)
    assert (to.contact_id, to.staff_id, to.category, to.region, to.channel) == (who.pk, agent, "late", "310000", "call")
    assert to.duration is None
    # Hung up 590 seconds after it was answered.
    phones.tell(Told.ENDED, ref=row.ref, at=NOW)
    outbox.drain_all(now=NOW)
    assert Recipient.objects.get(pk=to.pk).duration == 590
    assert actions.note_lengths(actor=SETUP, interaction_ids=[row.interaction_id or 0], now=NOW) == 0


def test_call__that_has_ended_before_says_its_length_at_once() -> None:
    default_calendar()
    who = person(served())
    started(trigger=Trigger.CONTACT, closes_on=None)
    row, _agent = talked(who, "802")
    phones.tell(Told.ENDED, ref=row.ref, extension="802", at=NOW - 290 * SECOND)
    assert asked(row).duration == 300
