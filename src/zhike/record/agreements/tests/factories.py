"""Small makers of standards, agreements and promises, through the real actions."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from zhike.platform.actors import Actor, system_actor
from zhike.record.agreements import actions
from zhike.record.agreements.models import Agreement, Promise, TargetChange
from zhike.record.agreements.types import (
    AgreementEntry,
    CarriedEntry,
    ItemEntry,
    Measure,
    PromiseEntry,
    StandardEntry,
    StandardUnit,
    TargetEntry,
)
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.organization.tests import factories as organization

__all__ = ["NOW", "SETUP", "TODAY"]
TODAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)
SECOND = system_actor("tests.second")


def standard_entry(**changes: Any) -> StandardEntry:
    values: dict[str, Any] = {
        "object": "客户来函",
        "measure": "首次回复用时",
        "number": Decimal(30),
        "unit": StandardUnit.MINUTES,
        "valid_from": date(2026, 1, 1),
        "source": "质量委员会 2026-1",
        **changes,
    }
    return StandardEntry(**values)


def standard(*, code: str = "", now: datetime = NOW, **changes: Any) -> str:
    return actions.write_standard(actor=SETUP, entry=standard_entry(**changes), code=code, now=now)


def first_response(minutes: int = 30, **changes: Any) -> str:
    return standard(clock=Measure.FIRST_RESPONSE, number=Decimal(minutes), **changes)


def agreement_entry(*standards: str | CarriedEntry, **changes: Any) -> AgreementEntry:
    values: dict[str, Any] = {
        "title": "2026年度运输服务协议",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "review_on": date(2026, 12, 1),
        "items": (ItemEntry(service="华东零担", price=Decimal("1.25"), per="千克"),),
        "standards": tuple(s if isinstance(s, CarriedEntry) else CarriedEntry(standard=s) for s in standards),
        **changes,
    }
    return AgreementEntry(**values)


def agreement(
    of: Customer, *standards: str | CarriedEntry, start: bool = True, now: datetime = NOW, **changes: Any
) -> Agreement:
    number = actions.open_agreement(
        actor=SETUP, customer_id=of.pk, entry=agreement_entry(*standards, **changes), now=now
    )
    if start:
        actions.start_agreement(actor=SETUP, number=number, now=now)
    return Agreement.objects.get(number=number)


def target(**changes: Any) -> TargetEntry:
    values: dict[str, Any] = {
        "measure": Measure.SOLUTION,
        "budget": 8 * HOUR,
        "reason": "质量委员会要求",
        "source": "质量委员会 2026-11",
        **changes,
    }
    return TargetEntry(**values)


def proposed(*, now: datetime = NOW, **changes: Any) -> int:
    return actions.propose_target(actor=SETUP, entry=target(**changes), now=now)


def changed(*, now: datetime = NOW, **changes: Any) -> TargetChange:
    """A change that one proposed and another approved."""
    made = proposed(now=now, **changes)
    actions.approve_target(actor=SECOND, change_id=made, now=now)
    return TargetChange.objects.get(pk=made)


def promise_entry(of: Customer, **changes: Any) -> PromiseEntry:
    values: dict[str, Any] = {"customer_id": of.pk, "text": "16点前回电", "due_at": NOW + 2 * HOUR, **changes}
    return PromiseEntry(**values)


def promise(of: Customer | None = None, *, by: Actor | None = None, now: datetime = NOW, **changes: Any) -> Promise:
    made = actions.make_promise(
        actor=by or organization.actor(), entry=promise_entry(of or customer(), **changes), now=now
    )
    return Promise.objects.get(pk=made)
