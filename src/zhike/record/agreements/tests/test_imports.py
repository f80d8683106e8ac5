"""Agreements by file: every row accounted for, bad ones named, good ones kept, nothing twice."""

from decimal import Decimal
from typing import Any

import pytest

from zhike.platform.bulk.actions import import_records
from zhike.platform.bulk.types import StepResult
from zhike.platform.outbox import Mode
from zhike.record.agreements.models import Agreement, AgreementItem, AgreementStandard, AgreementVersion
from zhike.record.agreements.tests.factories import NOW, SETUP, standard
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
BASE = {"title": "2026年度运输服务协议", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}


def load(rows: list[dict[str, Any]]) -> StepResult:
    return import_records(
        actor=SETUP,
        target="agreements.agreements",
        records=rows,
        mode=Mode.BACKFILL,
        source="crm",
        zone="Asia/Shanghai",
        options={"system": "crm"},
        now=NOW,
    )


def test_import__lines_of_one_id_are_one_agreement_and_are_taken_over_once() -> None:
    of, keeper = customer(references=(("crm", "K1"),)), organization.staff()
    code = standard()
    rows: list[dict[str, Any]] = [
        {**BASE, "external_id": "A1", "reference": "K1", "service": "华东零担", "price": "1.25", "standards": code},
        {**BASE, "external_id": "A1", "reference": "K1", "service": "空运", "price": "8.5", "currency": "usd"},
        {**BASE, "external_id": "A2", "customer_number": of.number, "service": "仓配", "staff": keeper.number}
        | {"valid_until": "2026-06-30"},
    ]
    counts = load(rows).counts
    assert (counts.created, counts.duplicate) == (3, 0)
    first, second = Agreement.objects.order_by("external_ref")
    assert (first.customer_id, first.owner_id, first.state) == (of.pk, of.owner_id, "in_force")
    assert (second.owner_id, second.state) == (keeper.pk, "expired")
    version = AgreementVersion.objects.get(agreement=first)
    items = AgreementItem.objects.filter(version=version).order_by("position")
    assert [(one.service, one.price, one.currency) for one in items] == [
        ("华东零担", Decimal("1.25"), "CNY"),
        ("空运", Decimal("8.5"), "USD"),
    ]
    assert AgreementStandard.objects.filter(version=version).count() == 1
    again = load(rows).counts
    assert (again.created, again.duplicate, Agreement.objects.count()) == (0, 3, 2)


def test_import__names_each_bad_line_and_keeps_the_others() -> None:
    customer(references=(("crm", "K1"),))
    row = {**BASE, "reference": "K1", "service": "零担"}
    bad: list[tuple[dict[str, Any], str]] = [
        ({"reference": "K9"}, "unknown_customer"),
        ({"staff": "X-1"}, "unknown_staff"),
        ({"valid_until": "2025-12-31"}, "until_before_from"),
        ({"review_on": "2025-12-31"}, "until_before_from"),
        ({"price": "-1"}, "negative"),
        ({"currency": "XQZ", "price": "1"}, "unknown_currency"),
        ({"standards": "S-404"}, "unknown_standard"),
    ]
    rows = [{**row, "external_id": f"B{at}", **change} for at, (change, _code) in enumerate(bad)]
    result = load([*rows, {**row, "external_id": "B9"}])
    assert [(one.line, one.code) for one in result.rejections] == [
        (at, code) for at, (_change, code) in enumerate(bad, start=1)
    ]
    assert (result.read, result.counts.created, result.rejected) == (8, 1, 7)
    assert Agreement.objects.get().external_ref == "B9"
