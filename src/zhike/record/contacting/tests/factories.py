"""Small makers of people to be contacted, asks and templates, through the real actions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from zhike.platform import parameters
from zhike.platform.actors import system_actor
from zhike.record.contacting import actions
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.types import (
    Ask,
    Asked,
    ConsentEntry,
    ConsentStatus,
    ContactChannel,
    Facts,
    Purpose,
    Recipient,
    SurveyKind,
    Text,
)
from zhike.record.customers.models import Contact, Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.customers.types import PointEntry, PointKind

# Monday, 10:00 in Shanghai.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SYSTEM = system_actor("tests.contacting")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = "Asia/Shanghai"
OFFER = "新线路八折[，退订：{optout_link}]"


def mail(raw: str) -> PointEntry:
    return PointEntry(kind=PointKind.EMAIL, raw=raw)


def person(of: Customer | None = None, *, number: str = "13812345678", address: str = "chen@example.com") -> Contact:
    """陈静 at a customer, with a mobile and a mail address."""
    return contact(of or customer(now=NOW), phone(number), mail(address), now=NOW)


def facts(**changes: Any) -> Facts:
    """Somebody in Shanghai about whom nothing speaks against a contact."""
    return Facts(**{"zone": ZONE, "account_zone": ZONE, "has_address": True, **changes})


def ask(to: Contact | Recipient, **changes: Any) -> Ask:
    who = Recipient(contact_id=to.pk) if isinstance(to, Contact) else to
    values: dict[str, Any] = {
        "to": who,
        "purpose": Purpose.RELATIONSHIP,
        "channel": ContactChannel.SMS,
        "text": Text(body="王经理向您问好"),
        **changes,
    }
    if isinstance(values["text"], str):
        values["text"] = Text(body=values["text"])
    if values["channel"] is ContactChannel.EMAIL and not values["text"].subject:
        values["text"] = Text(body=values["text"].body, subject="问候")
    return Ask(**values)


def send(to: Contact | Recipient, *, now: datetime = NOW, **changes: Any) -> Asked:
    return actions.send(actor=SYSTEM, ask=ask(to, **changes), now=now)


def agree(
    to: Contact | Recipient, *, purpose: Purpose = Purpose.MARKETING, now: datetime = NOW, **changes: Any
) -> None:
    values: dict[str, Any] = {
        "to": Recipient(contact_id=to.pk) if isinstance(to, Contact) else to,
        "purpose": purpose,
        "channel": ContactChannel.SMS,
        "status": ConsentStatus.GRANTED,
        "text_version": "2026-1",
        "evidence": "签约时勾选",
        **changes,
    }
    actions.record_consents(actor=SYSTEM, entries=[ConsentEntry(**values)], now=now)


def survey(to: Contact, *, now: datetime = NOW, kind: SurveyKind = SurveyKind.TRANSACTION, **changes: Any) -> Asked:
    text = changes.pop("text", f"请评价{now:%m%d%H%M}")
    return send(to, now=now, purpose=Purpose.SERVICE_SURVEY, survey=kind, text=text, **changes)


def rows() -> list[ContactRecord]:
    return list(ContactRecord.objects.order_by("pk"))


def set_number(key: str, value: object, *, now: datetime = NOW) -> None:
    """A parameter's value from now on."""
    parameters.set_parameter(actor=SYSTEM, key=key, value=value, reason="test", source="test", now=now - DAY)
