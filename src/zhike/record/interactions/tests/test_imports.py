"""Calls, mails, visits and notes of another system."""

from datetime import timedelta
from typing import Any

import pytest

from zhike.platform.bulk.actions import import_records
from zhike.platform.bulk.types import StepResult
from zhike.platform.messaging.models import Message
from zhike.platform.outbox import Mode
from zhike.record.contacting import actions as contacting
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.rules.links import contact_key
from zhike.record.contacting.types import Ask, ContactChannel, Outcome, Purpose, Recipient, Text
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer
from zhike.record.interactions import queries
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def _load(rows: list[dict[str, Any]]) -> StepResult:
    return import_records(
        actor=SETUP,
        target="interactions.contacts",
        records=rows,
        mode=Mode.BACKFILL,
        source="pbx",
        zone="Asia/Shanghai",
        options={"system": "crm"},
        now=NOW,
    )


def test_import__contacts_stand_on_the_timeline_once_and_move_the_last_contact() -> None:
    row = customer(references=(("crm", "K1"),))
    person, member = contact(row, name="陈静"), organization.staff(name="赵敏")
    at = NOW - 30 * HOUR
    call = {
        "external_id": "c1",
        "reference": "K1",
        "person": "陈静",
        "staff": member.number,
        "channel": "call",
        "direction": "in",
        "occurred_at": at.isoformat(),
        "body": "货到哪儿了",
    }
    note = {
        "external_id": "n1",
        "customer_number": row.number,
        "channel": "note",
        "occurred_at": (at + HOUR).isoformat(),
        "body": "仓库明年搬家",
        "note_kind": "relocation",
    }
    rows: list[dict[str, Any]] = [
        call,
        note,
        {**call, "external_id": "c2", "reference": "K9"},
        {**call, "external_id": "c3", "direction": None},
        {**call, "external_id": "c4", "body": None},
        {**call, "external_id": "c5", "occurred_at": (NOW + HOUR).isoformat()},
        {**call, "external_id": "c6", "staff": "X-1"},
        call,
    ]
    result = _load(rows)
    assert (result.read, result.counts.created, result.counts.duplicate, result.rejected) == (8, 2, 1, 5)
    assert {(r.line, r.code) for r in result.rejections} == {
        (3, "unknown_customer"),
        (4, "required"),
        (5, "says_nothing"),
        (6, "in_future"),
        (7, "unknown_staff"),
    }
    row.refresh_from_db()
    person.refresh_from_db()
    # A note is no contact.
    assert (row.last_contact_at, person.last_contact_at, person.last_channel) == (at, at, "call")
    said = Interaction.objects.get(channel="call")
    assert (said.contact_id, said.staff_id, said.direction, said.mode) == (person.pk, member.pk, "in", "backfill")
    written = Interaction.objects.get(channel="note")
    assert (written.audience, written.note_kind, written.direction) == ("internal", "relocation", "")
    entries = queries.timeline(actor=SETUP, customer_id=row.pk).entries
    assert [entry.body for entry in entries] == ["仓库明年搬家", "货到哪儿了"]
    again = _load(rows[:2]).counts
    assert (again.created, again.duplicate) == (0, 2)


def test_import__history_takes_its_place_in_the_budget_and_triggers_nothing() -> None:
    row = customer()
    person = contact(row, name="陈静")
    out = {
        "external_id": "o1",
        "customer_number": row.number,
        "person": "陈静",
        "channel": "call",
        "direction": "out",
        "occurred_at": (NOW - 30 * HOUR).isoformat(),
        "body": "回访",
    }
    rows: list[dict[str, Any]] = [
        out,
        {**out, "external_id": "o2", "channel": "mail", "purpose": "transactional"},
        {**out, "external_id": "o3", "direction": "in"},
        {**out, "external_id": "o4", "person": "无此人"},
        {**out, "external_id": "o5", "channel": "note"},
    ]
    assert _load(rows).counts.created == 5
    made = ContactRecord.objects.order_by("channel")
    said = [(one.person, one.channel, one.purpose, one.outcome, one.counts, one.mode, one.at) for one in made]
    who, at = contact_key(person.pk), NOW - 30 * HOUR
    assert said == [
        (who, "call", "relationship", "made", True, "backfill", at),
        (who, "email", "transactional", "made", True, "backfill", at),
    ]
    assert not Message.objects.exists()
    again = _load(rows)
    assert (again.counts.created, ContactRecord.objects.count()) == (0, 2)
    # With one more the week is full: the person is not written to.
    _load([{**out, "external_id": "o6"}])
    asked = Ask(
        to=Recipient(contact_id=person.pk, email="chen@example.com"),
        purpose=Purpose.RELATIONSHIP,
        channel=ContactChannel.EMAIL,
        text=Text(subject="问候", body="您好"),
    )
    (result,) = contacting.send_many(actor=SETUP, asks=[asked], now=NOW)
    assert (result.decision.outcome, result.message_id) == (Outcome.DENY, None)
