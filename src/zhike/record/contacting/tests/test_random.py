"""No sequence of events breaks a cap or a quiet hour: judged by a count of our own, written apart from the rules."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.record.contacting import actions
from zhike.record.contacting.models import Consent, ContactRecord
from zhike.record.contacting.tests.factories import NOW, OFFER, SYSTEM, agree, ask, set_number
from zhike.record.contacting.types import (
    ConsentStatus,
    Purpose,
    Recipient,
    SurveyKind,
    Text,
)
from zhike.record.customers.models import Contact
from zhike.record.customers.tests.factories import contact, customer, phone

pytestmark = pytest.mark.django_db
ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo"]
PEOPLE = 5  # two customers with two people each, and one person without a file
START = datetime.fromisoformat("2027-03-01T00:00:00+00:00")  # New York and Berlin change their clocks soon after


@dataclass(frozen=True)
class Step:
    """One event: what happens, to whom, after how long (back as well), where the person is then."""

    kind: str
    who: int
    after: timedelta
    purpose: Purpose
    survey: SurveyKind
    zone: str
    text: int


STEPS = st.builds(
    Step,
    kind=st.sampled_from(["send", "send", "send", "send", "agree", "refuse", "release"]),
    who=st.integers(0, PEOPLE - 1),
    after=st.one_of(
        st.integers(0, 60 * 6).map(lambda n: timedelta(minutes=n)),
        st.integers(0, 24 * 12).map(lambda n: timedelta(hours=n)),
        st.integers(-72, 0).map(lambda n: timedelta(hours=n)),
    ),
    purpose=st.sampled_from(Purpose),
    survey=st.sampled_from([SurveyKind.TRANSACTION, SurveyKind.RELATIONSHIP]),
    zone=st.sampled_from(ZONES),
    text=st.integers(0, 6),
)


def _world() -> list[Contact | Recipient]:
    made: list[Contact | Recipient] = []
    for number in range(2):
        file = customer(now=NOW, zone="Asia/Shanghai")
        made += [contact(file, phone(f"1381234{number}{n:03d}"), name="某人", now=NOW) for n in range(2)]
    return [*made, Recipient(phone="+8613900000000")]


@dataclass
class Recorded:
    """After how many steps each contact was allowed and each consent written down, whatever hour they bear."""

    contacts: dict[int, int] = field(default_factory=dict)
    consents: dict[int, int] = field(default_factory=dict)

    def look(self, step: int) -> None:
        for pk in ContactRecord.objects.filter(outcome="allow").values_list("pk", flat=True):
            self.contacts.setdefault(pk, step)
        for pk in Consent.objects.values_list("pk", flat=True):
            self.consents.setdefault(pk, step)


def _play(steps: Sequence[Step], people: Sequence[Contact | Recipient]) -> Recorded:
    now, recorded = START, Recorded()
    for place, step in enumerate(steps):
        now += step.after
        who = people[step.who]
        refusable = step.purpose if step.purpose is not Purpose.TRANSACTIONAL else Purpose.MARKETING
        if step.kind == "release":
            actions.release_held(actor=SYSTEM, now=now)
        elif step.kind == "send":
            to = (
                Recipient(contact_id=who.pk, zone=step.zone)
                if isinstance(who, Contact)
                else Recipient(phone=who.phone, zone=step.zone)
            )
            survey = step.survey if step.purpose is Purpose.SERVICE_SURVEY else SurveyKind.NONE
            text = Text(body=f"文字{step.text}" + (OFFER if step.purpose is Purpose.MARKETING else ""))
            actions.send(actor=SYSTEM, ask=ask(to, purpose=step.purpose, survey=survey, text=text), now=now)
        else:
            status = ConsentStatus.GRANTED if step.kind == "agree" else ConsentStatus.WITHDRAWN
            agree(who, purpose=refusable, status=status, now=now)
        recorded.look(place)
    actions.release_held(actor=SYSTEM, now=now + timedelta(days=3))
    recorded.look(len(steps))
    return recorded


def _judge(recorded: Recorded) -> int:
    """Every rule that a sequence could break, counted from the log alone; returns how many contacts there were."""
    made = list(ContactRecord.objects.filter(outcome="allow").order_by("at", "pk"))
    for row in made:
        wall = row.at.astimezone(ZoneInfo(row.zone))
        assert 9 <= wall.hour < 21, (wall, row.purpose)
    counted = [row for row in made if row.purpose != "transactional"]
    by_person, by_customer, offers = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in counted:
        by_person[row.person].append(row)
        if row.customer_id is not None:
            by_customer[row.customer_id].append(row.at.astimezone(ZoneInfo("Asia/Shanghai")).date())
        if row.purpose == "marketing":
            offers[row.customer_id or row.person].append(row.at)
    for rows in by_person.values():
        _at_most(2, timedelta(days=7), [row.at for row in rows])
        _at_most(4, timedelta(days=30), [row.at for row in rows])
        texts = [(row.digest, row.at) for row in rows]
        for place, (digest, at) in enumerate(texts):
            assert all(d != digest or abs(at - other) >= timedelta(days=90) for d, other in texts[:place])
        _surveys(rows)
    for days in by_customer.values():
        assert len(days) == len(set(days))
    for instants in offers.values():
        _at_most(2, timedelta(days=30), instants)
    _consents(counted, recorded)
    return len(made)


def _at_most(most: int, window: timedelta, instants: Sequence[datetime]) -> None:
    """No half-open window of this length, wherever it begins, holds more."""
    for begin in instants:
        assert sum(begin <= at < begin + window for at in instants) <= most


def _surveys(rows: Sequence[ContactRecord]) -> None:
    asked = sorted((row.at, row.survey) for row in rows if row.survey)
    for (first, kind), (second, _kind) in pairwise(asked):
        assert second - first >= timedelta(days=90 if kind == "relationship" else 30)
    assert len(asked) <= 3  # nobody answers here


def _consents(rows: Sequence[ContactRecord], recorded: Recorded) -> None:
    """At the moment of each contact the latest entry of its purpose and channel, as it was recorded then."""
    ledger = list(Consent.objects.order_by("at", "pk"))
    for row in rows:
        said = [
            one
            for one in ledger
            if (one.person, one.purpose, one.channel) == (row.person, row.purpose, row.channel)
            # What was written down later, by a clock set back, nobody could know.
            and recorded.consents[one.pk] < recorded.contacts[row.pk]
        ]
        before = [one for one in said if one.at <= row.at]
        # A clock set back leaves entries dated later: with those the person's last word may be another one.
        if len(before) == len(said):
            last = before[-1].status if before else None
            assert last == "granted" if row.purpose == "marketing" else last != "withdrawn"


@pytest.mark.req("OUTR-04")
@settings(max_examples=40, deadline=None)
@given(steps=st.lists(STEPS, min_size=4, max_size=18))
def test_sequences__never_break_a_cap_or_a_quiet_hour(steps: Sequence[Step]) -> None:
    with transaction.atomic():
        set_number("contacting.public_address", "https://zhike.example")
        people = _world()
        _judge(_play(steps, people))
        transaction.set_rollback(True)


def test_sequences__the_judge_sees_contacts_at_all() -> None:
    """A judge who never sees a contact would find nothing wrong."""
    set_number("contacting.public_address", "https://zhike.example")
    people = _world()
    day = timedelta(days=1)
    zone = ZONES[0]
    kinds = [Purpose.RELATIONSHIP, Purpose.SERVICE_SURVEY, Purpose.TRANSACTIONAL, Purpose.MARKETING]
    steps = [
        Step("send", n % 3, day if n else timedelta(hours=3), kinds[n % 4], SurveyKind.TRANSACTION, zone, n % 7)
        for n in range(30)
    ]
    agreed = [Step("agree", n, timedelta(), Purpose.MARKETING, SurveyKind.NONE, zone, 0) for n in range(5)]
    assert _judge(_play([*agreed, *steps], people)) > 8
    assert ContactRecord.objects.filter(outcome="deny").count() > 2
