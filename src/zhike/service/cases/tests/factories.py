"""Small makers of cases, through the real actions."""

from datetime import datetime
from typing import Any

from zhike.platform.actors import Actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import Channel
from zhike.service.cases import actions
from zhike.service.cases.models import Case
from zhike.service.cases.types import CaseEntry, CaseKind, Coding, Party, Said

__all__ = ["CODED", "NOW", "SETUP", "case", "entry", "said"]
CODED = Coding(cause="linehaul", party=Party.PARTNER)


def entry(of: Customer, **changes: Any) -> CaseEntry:
    values: dict[str, Any] = {
        "customer_id": of.pk,
        "kind": CaseKind.COMPLAINT,
        "category": "late",
        "channel": Channel.MAIL,
        "subject": "还没有送到",
        "text": "原定昨天送达，至今没有消息",
        **changes,
    }
    return CaseEntry(**values)


def case(of: Customer | None = None, *, actor: Actor = SETUP, now: datetime = NOW, **changes: Any) -> Case:
    default_calendar()
    taken = actions.open_case(actor=actor, entry=entry(of or customer(), **changes), separate=True, now=now)
    return Case.objects.get(pk=taken.case_id)


def said(body: str = "您好，货物今天18:00前送到。", **changes: Any) -> Said:
    return Said(**{"channel": Channel.MAIL, "body": body, **changes})
